/* generate.h - a county's case events from a seed, in the order in which they are received.
 * Layer 9.  Thread: owner's. */
#ifndef SW_SEAWALL_GENERATE_H
#define SW_SEAWALL_GENERATE_H

#include "seawall/generate/flow.h"
#include "seawall/generate/script.h"

typedef struct sw_generate_options {
    sw_county county;
    const sw_script *script;
    uint64_t cases; /* lives to begin; 0: those of `days` */
    int64_t days;
    bool cut; /* leave out what is received after the last life began, or the days are over */
    void *ctx;
    /* Takes one event as a line of JSON; borrowed. */
    sw_err (*take)(void *ctx, const sw_event_type *type, sw_slice line);
    void (*progress)(void *ctx, uint64_t done, uint64_t whole); /* may be NULL */
} sw_generate_options;

typedef struct sw_generate_stats {
    uint64_t cases, moves, overruns;
    uint64_t *begun; /* by life of the script; the caller's */
    sw_flow_stats flow;
    uint32_t waiting_max; /* the most events that waited to be told at one time */
} sw_generate_stats;

/* SW_E_NOMEM, or the error of `take`. */
SW_NODISCARD sw_err sw_generate_run(const sw_generate_options *options, sw_generate_stats *stats);

#endif
