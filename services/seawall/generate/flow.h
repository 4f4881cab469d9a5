/* flow.h - what happened, on its way to being told: lags, repeats, corrections, and the order of
 * receiving.  Layer 9.  Thread: owner's.
 *
 * Holds what is to be told after the present moment only: its memory is that of the events of the
 * lives that run at one time. */
#ifndef SW_SEAWALL_FLOW_H
#define SW_SEAWALL_FLOW_H

#include "seawall/generate/form/form.h"

typedef struct sw_flow_stats {
    uint64_t events, late, duplicates, corrected, retracted;
} sw_flow_stats;

typedef struct sw_flow {
    const sw_county *county;
    struct flow_entry *heap;
    sw_happening *slots;
    uint32_t *spare;
    uint32_t count, cap, spare_count;
    uint64_t order;
    sw_flow_stats stats;
} sw_flow;

void sw_flow_init(sw_flow *flow, const sw_county *county);
void sw_flow_done(sw_flow *flow);
/* Decides how the event is told, not before `told_from_ms`. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_flow_add(sw_flow *flow, sw_rng *rng, const sw_happening *what,
                                int64_t told_from_ms);
/* The next to be told before `before_ms`; false: none. */
bool sw_flow_next(sw_flow *flow, int64_t before_ms, sw_happening *ret);

#endif
