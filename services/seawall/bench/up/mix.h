/* mix.h - the events that `seawall bench up` sends.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_BENCH_UP_MIX_H
#define SW_SEAWALL_BENCH_UP_MIX_H

#include <stdbool.h>
#include <stdint.h>

typedef enum sw_bench_mix {
    /* What many counties received within an hour, in the order of receiving. It is the same hour of
     * the same day at each run, with its times moved so that it ends now. */
    SW_MIX_LIVE,
    SW_MIX_BACKLOG /* counties' whole yesterday, one after the other: all periods are past due */
} sw_bench_mix;

/* Writes at least `events` events to the file, a CloudEvent in JSON a line. False with a text on
 * stderr. */
bool sw_bench_mix_write(sw_bench_mix mix, const char *path, uint64_t events);

#endif
