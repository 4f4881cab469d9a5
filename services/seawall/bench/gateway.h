/* gateway.h - a stub of an SMS gateway in a process of its own: takes a POST, says 202, counts.
 * Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_BENCH_GATEWAY_H
#define SW_SEAWALL_BENCH_GATEWAY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct sw_bench_gateway {
    pid_t child;
    uint16_t port;
    atomic_uint_fast64_t *count; /* shared with it */
} sw_bench_gateway;

/* False with a text on stderr. */
bool sw_bench_gateway_start(sw_bench_gateway *ret);
uint64_t sw_bench_gateway_count(const sw_bench_gateway *gateway);
void sw_bench_gateway_stop(sw_bench_gateway *gateway);

#endif
