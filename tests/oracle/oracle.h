/* oracle.h - the naive evaluator: from all events to the warnings at a time, by brute force; the
 * judge of the one that runs.  Test library.  Thread: any; pure.
 *
 * Written as an executable reading of the contract (sections 2 to 5) and docs/semantics.md: slow on
 * purpose, no state between calls, nothing computed twice in a smarter way. It shares the packs,
 * the conditions (cel) and the counting of one period (civil) with the product, and nothing else.
 */
#ifndef SW_TESTS_ORACLE_ORACLE_H
#define SW_TESTS_ORACLE_ORACLE_H

#include "rules/book.h"

/* Faults that can be planted, one at a time, to see whether the random cases would notice such a
 * fault in an evaluator. */
typedef enum sw_bend {
    SW_BEND_NONE,
    SW_BEND_LAST_COPY_STANDS,
    SW_BEND_FIRST_CORRECTION_HOLDS,
    SW_BEND_EARLY_CORRECTION_LOST,
    SW_BEND_WAITING_IS_SEEN,
    SW_BEND_MISSING_KEY_IS_OUT,
    SW_BEND_ONLY_FIRST_OF_LIST,
    SW_BEND_VERSION_BY_EVENT_TIME,
    SW_BEND_VERSION_NEWEST,
    SW_BEND_FACT_BEFORE_ITS_TIME,
    SW_BEND_FACT_LAST_SOURCE,
    SW_BEND_STOP_BEFORE_START,
    SW_BEND_SECOND_START_RESTARTS,
    SW_BEND_RESTART_KEEPS_PAUSES,
    SW_BEND_RESTART_KEEPS_EXTENSIONS,
    SW_BEND_RESTART_BY_EVENT_TIME,
    SW_BEND_PAUSES_SHARED,
    SW_BEND_SECOND_FROM_COUNTS,
    SW_BEND_FIRST_EXTENSION_ONLY,
    SW_BEND_NEGATIVE_EXTENSION_COUNTS,
    SW_BEND_CANCEL_IS_STOP,
    SW_BEND_STOP_AT_LEVEL_IS_LATE,
    SW_BEND_STOP_LEAVES_PAUSE_OPEN,
    SW_BEND_LATE_ROUNDED_UP,
    SW_BEND_LAST_REPEAT_LOST,
    SW_BEND_CAUTION_BY_COUNT,
    SW_BEND_LAST_COUNT,
    SW_BEND_LAST_LIMIT,
    SW_BEND_OWNER_OF_LAST_EVENT,
    SW_BEND_FAILED_CONDITION_HOLDS,
    SW_BEND_CHECK_ONCE_A_GROUP,
    SW_BEND_NEVER_SETTLES,
    SW_BEND_WINDOW_CLOSED,
    SW_BEND_THRESHOLD_EACH_TIME,
    SW_BEND_DISTINCT_FORGOTTEN,
    SW_BEND_WEIGHT_FORGOTTEN,
    SW_BEND_RATIO_FORGOTTEN,
    SW_BEND_BELOW_AT_ONCE,
    SW_BEND_ONCE_PER_FORGOTTEN,
    SW_BEND_EXCEPT_ONLY_LATER,
    SW_BEND_SAME_TIME_IS_EARLIER,
    SW_BEND_REQUIRES_EVER,
    SW_BEND_FIRST_BEFORE_ONLY,
    SW_BEND_APART_FORGOTTEN,
    SW_BEND_RIGHT_COMES_LATER,
    SW_BEND_ALL_PAIRS,
    SW_BEND_NEVER_JOINED,
    SW_BEND_RUNS_AGAIN_UNTOLD,
    SW_BEND_COUNT
} sw_bend;

/* "keeps the pauses of before a restart", … */
const char *sw_bend_name(sw_bend bend);

/* All accepted and refused events, corrections among them, in any order, as often as they came. */
typedef struct sw_oracle_case {
    const sw_ruleset *set;
    const sw_event *const *events;
    uint32_t event_count;
    sw_bend bend;
} sw_oracle_case;

/* A warning of the set, and the stop event of its instance (NULL: it runs, or is of another kind).
 */
typedef struct sw_found {
    sw_warning warning;
    const sw_event *stopped_by;
} sw_found;

/* The set at `now_ms`, sorted by id. `ret_next_ms` (may be NULL): the next moment at which a
 * level's time comes, if no event comes before; SW_TIME_MAX: never. SW_E_LIMIT: the arena is full.
 */
SW_NODISCARD sw_err sw_oracle_set(const sw_oracle_case *given, int64_t now_ms, sw_arena *arena,
                                  const sw_found **ret, uint32_t *ret_count, int64_t *ret_next_ms);

/* Everything that is told up to `until_ms`, moment by moment, in the order of docs/semantics.md 20.
 */
SW_NODISCARD sw_err sw_oracle_transitions(const sw_oracle_case *given, int64_t until_ms,
                                          sw_arena *arena, const sw_transition **ret,
                                          uint32_t *ret_count);

/* The accepted events (duplicates and conflicts left out, corrections in), each with the moment at
 * which it is known, sorted by (moment, time, source, id): what an evaluator is given. */
typedef struct sw_arrival {
    int64_t at_ms;
    const sw_event *event;
} sw_arrival;
SW_NODISCARD sw_err sw_oracle_arrivals(const sw_oracle_case *given, sw_arena *arena,
                                       const sw_arrival **ret, uint32_t *ret_count);

#endif
