/* telling.h - what a book tells, put on topics.  Layer 6, private to evaluate.  Thread: task owner.
 */
#ifndef SW_EVALUATE_TELLING_H
#define SW_EVALUATE_TELLING_H

#include "evaluate/evaluator.h"

/* A plan by the name of its key. */
typedef struct sw_named_plan {
    sw_slice name;
    const sw_plan *plan;
} sw_named_plan;

struct sw_evaluator {
    const sw_ruleset *set;
    const sw_catalogue *catalogue;
    sw_numberings *former; /* catalogues that books of before are under; grows */
    const char *warnings, *periods;
    const sw_named_plan *plans; /* without empty ones */
    uint32_t plan_count;
    sw_hash128 packs;
    sw_slice keeps; /* sw_plan_keeps of all plans; numbers of 8 bytes, rising, as a row of marks */
    sw_slice rules; /* the same of the rules, with their keys */
    sw_metric *const *failed; /* by rule; NULL: not counted */
    sw_metrics *metrics;
    const sw_trace_sink *trace;
};

#define SW_TELLING_EVENT_BYTES 256u

/* One call's telling. Nothing is to be freed. */
typedef struct sw_telling_out {
    const sw_evaluator *evaluator;
    sw_ctx *ctx;
    sw_slice key;     /* of the record */
    uint64_t told_by; /* sw_told_warning.told_by */
    /* The event whose identity was needed last: several instances begin with the same one. */
    size_t source_bytes, id_bytes; /* both 0: none */
    char event[SW_TELLING_EVENT_BYTES];
    sw_hash128 identity;
} sw_telling_out;

/* A line in the trace: what is so, and why. */
void sw_evaluator_say(const sw_evaluator *evaluator, sw_trace_level level, const char *name,
                      sw_err err, sw_slice why);

void sw_telling_out_init(sw_telling_out *out, const sw_evaluator *evaluator, sw_ctx *ctx,
                         sw_slice key);
sw_sink sw_telling_sink(sw_telling_out *out);

#endif
