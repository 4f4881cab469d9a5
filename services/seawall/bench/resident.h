/* resident.h - how much memory a process has, as the kernel counts it.  Layer 9.  Thread: any. */
#ifndef SW_SEAWALL_BENCH_RESIDENT_H
#define SW_SEAWALL_BENCH_RESIDENT_H

#include <stdint.h>
#include <sys/types.h>

/* Memory of a process that is resident, in bytes; `pid` 0: of this one. 0: it can't be read. */
uint64_t sw_resident_bytes(pid_t pid);
/* In a child that goes on without exec: the allocator's threads, which give back what is free
 * (main.c), do not live through a fork. */
void sw_resident_forked(void);

#endif
