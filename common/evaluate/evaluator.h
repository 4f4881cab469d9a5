/* evaluator.h - the processor of books: keyed events in, warnings and running periods out. Layer 6.
 * Thread: task owner; what is shared is immutable. */
#ifndef SW_EVALUATE_EVALUATOR_H
#define SW_EVALUATE_EVALUATOR_H

#include "env/env.h"
#include "rules/book.h"
#include "stream/processor.h"

/* Deadline and risk are this one processor over different kinds of rules; a service's table names
 * its topics, its id, and the stores below in their order. What it does follows from the records
 * and due times alone: the set of warnings equals that of `seawall replay` over the same events,
 * in whatever order they came. */
typedef struct sw_evaluator sw_evaluator;

typedef struct sw_evaluator_options {
    const sw_ruleset *set;
    uint32_t kinds;       /* of rules: 1u << SW_DEADLINE and so on */
    const char *warnings; /* topic: seawall.v1.Warning, key `field=value` of the record */
    const char *periods;  /* topic: seawall.v1.Period, key the instance; NULL: nobody asks */
    sw_metrics *metrics;  /* conditions that failed, rules left out, by rule; NULL: not counted */
    const sw_trace_sink *trace; /* a rule is left out for the first time; may be NULL */
} sw_evaluator_options;

/* `shared` of the processor, in the arena. SW_E_NOMEM, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_evaluator_new(sw_arena *arena, const sw_evaluator_options *options,
                                     const sw_evaluator **ret);
/* Over packs, catalogue and kinds: books stored under another hash are computed again. */
sw_hash128 sw_evaluator_packs(const sw_evaluator *evaluator);
/* The plan of a record's key `field=value`, and the value; NULL: no rule here asks for it. */
const sw_plan *sw_evaluator_plan(const sw_evaluator *evaluator, sw_slice key, sw_slice *ret_value);

const sw_ruleset *sw_evaluator_ruleset(const sw_evaluator *evaluator);

/* Stores of the processor: books are objects (book_store.h), marks say under which packs they are.
 */
enum { SW_EVALUATOR_BOOKS, SW_EVALUATOR_MARKS, SW_EVALUATOR_STORES };
extern const sw_processor_store sw_evaluator_stores[SW_EVALUATOR_STORES];

/* The functions of the processor's table; its `shared` is a sw_evaluator. */
sw_err sw_evaluator_on_start(sw_ctx *ctx, const void *shared);
sw_err sw_evaluator_on_record(sw_ctx *ctx, const void *shared, const sw_input *input);
sw_err sw_evaluator_on_timer(sw_ctx *ctx, const void *shared, sw_slice key, int64_t due_ms);
bool sw_evaluator_timer_of(const void *shared, uint32_t store, sw_slice key, sw_slice value,
                           sw_slice *ret_key, int64_t *ret_due_ms);

#endif
