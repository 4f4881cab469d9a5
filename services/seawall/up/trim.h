/* trim.h - when the process gives back memory that its allocator keeps.  Layer 9.  Thread: one.
 *
 * Large batches, blocks of the cache and memtables come and go: what the allocator keeps of them is
 * nobody's. But a page that is given back and needed again is a fault, and the kernel clears it:
 * with a gigabyte a tenth of what an event costs. So it is given back when the process has grown,
 * and otherwise once in a while, so that one that rests has not kept it. */
#ifndef SW_SEAWALL_UP_TRIM_H
#define SW_SEAWALL_UP_TRIM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* How often to look, in ms; at how many looks what is free is given back in any case. */
enum { SW_TRIM_MS = 500, SW_TRIM_LOOKS = 60 };

typedef struct sw_trim {
    uint64_t growth_bytes;   /* that is kept, at most */
    uint64_t resident_bytes; /* the least since the last time */
    uint32_t looks;          /* since then */
} sw_trim;

void sw_trim_init(sw_trim *trim, uint64_t growth_bytes);
/* One look at a process of this size: whether it is time. Then sw_trim_done. */
bool sw_trim_due(sw_trim *trim, uint64_t resident_bytes);
void sw_trim_done(sw_trim *trim, uint64_t resident_bytes);
/* Memory of a process that is resident, in bytes; `pid` 0: of this one. 0: it can't be read. */
uint64_t sw_resident_bytes(pid_t pid);
/* Every SW_TRIM_MS: looks at this process, and gives back when it is time. */
void sw_trim_look(sw_trim *trim);

#endif
