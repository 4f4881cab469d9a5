/* query.h - what people ask of scores: who has the highest, and of what one is made.  Layer 9.
 * Thread: any. */
#ifndef SW_RISK_SCORE_QUERY_H
#define SW_RISK_SCORE_QUERY_H

#include "bus/bus.h"
#include "env/clock.h"
#include "evaluate/score.h"
#include "runtime/read.h"

typedef struct sw_scores {
    sw_bus *bus;
    const sw_topology *topology;
    sw_clock *clock;
    const sw_weights *weights;
    sw_read sums, instances;
} sw_scores;

/* The topology holds sw_score. SW_E_UNKNOWN: it does not. */
SW_NODISCARD sw_err sw_scores_open(sw_bus *bus, const sw_topology *topology, sw_clock *clock,
                                   const sw_weights *weights, sw_scores *ret);

/* Appends `"as_of":{"time":…,"positions":{…}}`: how far warnings were read, by partition. */
void sw_scores_as_of(const sw_scores *scores, sw_buf *out);

/* Who asks: of a score only what the warnings of these units weigh is seen. */
typedef struct sw_scores_sight {
    sw_slice unit;     /* what lies within it (sw_org_within); empty: everything */
    sw_slice org;      /* and whose unit begins so */
    bool compartments; /* also of rules with a compartment */
} sw_scores_sight;

#define SW_SCORES_LINES_MAX 1000u

typedef struct sw_scores_ask {
    sw_scores_sight sight;
    sw_scored of;
    uint32_t limit;  /* 1 to SW_SCORES_LINES_MAX */
    sw_slice cursor; /* `next` of the page before; empty: from the highest */
} sw_scores_ask;

/* Appends the scores as a JSON array, the highest first, equal ones by subject; those of nothing
 * are left out. `ret_total` counts them all. `ret_next` gets the next page's cursor; empty after
 * the last. SW_E_INVALID: the cursor. It goes through all subjects of the kind. */
SW_NODISCARD sw_err sw_scores_list(const sw_scores *scores, const sw_scores_ask *ask,
                                   sw_arena *scratch, sw_buf *out, uint64_t *ret_total,
                                   sw_buf *ret_next);

typedef struct sw_scores_one {
    sw_scores_sight sight;
    sw_scored of;
    sw_slice subject;
    uint32_t limit; /* of its parts */
} sw_scores_one;

/* Appends `"of":…,"subject":…,"score_hundredths":…,…,"parts":[…]`: which warnings weigh how much,
 * the heaviest first. Each is rounded down for itself, the score once. It goes through all
 * instances that weigh. */
SW_NODISCARD sw_err sw_scores_explain(const sw_scores *scores, const sw_scores_one *one,
                                      sw_arena *scratch, sw_buf *out);

#endif
