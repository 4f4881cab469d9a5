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
/* Over names and types of the catalogue: books name them by their place, so that those written
 * under another can be read only if that is known, and contained in this one. */
sw_hash128 sw_evaluator_catalogue(const sw_evaluator *evaluator);
/* Those that are known: some task's marks have them. */
const sw_numberings *sw_evaluator_former(const sw_evaluator *evaluator);
/* Takes up what a row of some task's marks says of former catalogues, for who reads its books
 * beside it: where reading one says SW_E_VERSION, all rows of its partition are to be learnt.
 * Thread: any. */
void sw_evaluator_learn(const sw_evaluator *evaluator, sw_slice key, sw_slice row);
/* Whether the books can be taken up as they are stored, by rows of the stores. Not where they are
 * under another catalogue that is not contained in this one; nor where they are under other packs
 * and have not kept all of their events that these rules read, or something was told by a rule that
 * is none of these, or nobody knows. Then they are to be built anew. */
typedef struct sw_evaluator_stored {
    bool catalogue;           /* some row says under which they are */
    sw_hash128 written_under; /* as marks say it */
    bool other_catalogue;     /* some may be under one that can't be read */
    bool packs, other_packs;
    bool keeps_enough, has_rules; /* they keep all that is read; all former rules are there */
} sw_evaluator_stored;
bool sw_evaluator_fits(const sw_evaluator *evaluator, const sw_evaluator_stored *stored);
/* Adds what a row of the store says: all rows of SW_EVALUATOR_MARKS of a task; if they do not
 * say the catalogue, rows of SW_EVALUATOR_BOOKS. */
void sw_evaluator_look(const sw_evaluator *evaluator, uint32_t store, sw_slice key, sw_slice row,
                       sw_evaluator_stored *stored);
/* The plan of a record's key `field=value`, and the value; NULL: no rule here asks for it. */
const sw_plan *sw_evaluator_plan(const sw_evaluator *evaluator, sw_slice key, sw_slice *ret_value);

const sw_ruleset *sw_evaluator_ruleset(const sw_evaluator *evaluator);

/* Stores of the processor: books are objects (book_store.h), marks say under which packs and which
 * catalogues they are. A task whose books are under a catalogue that this one does not contain does
 * not start (SW_E_VERSION): they are to be built anew. */
enum { SW_EVALUATOR_BOOKS, SW_EVALUATOR_MARKS, SW_EVALUATOR_STORES };
extern const sw_processor_store sw_evaluator_stores[SW_EVALUATOR_STORES];

/* The functions of the processor's table; its `shared` is a sw_evaluator. */
sw_err sw_evaluator_on_start(sw_ctx *ctx, const void *shared);
sw_err sw_evaluator_on_record(sw_ctx *ctx, const void *shared, const sw_input *input);
void sw_evaluator_wants(sw_ctx *ctx, const void *shared, const sw_input *input);
sw_err sw_evaluator_on_timer(sw_ctx *ctx, const void *shared, sw_slice key, int64_t due_ms);
bool sw_evaluator_timer_of(const void *shared, uint32_t store, sw_slice key, sw_slice value,
                           sw_slice *ret_key, int64_t *ret_due_ms);

#endif
