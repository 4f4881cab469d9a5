/* query.h - what people ask the view: warnings, periods, the history of a case.  Layer 9.  Thread:
 * any. */
#ifndef SW_REPORT_VIEW_QUERY_H
#define SW_REPORT_VIEW_QUERY_H

#include "bus/bus.h"
#include "env/clock.h"
#include "evaluate/evaluator.h"
#include "evaluate/warning_pb.h"
#include "runtime/read.h"

/* The first rule that an event would violate. */
typedef struct sw_violation {
    bool violates;
    sw_slice rule, text; /* in the scratch arena */
} sw_violation;

/* Where answers come from: committed rows, and the evaluators' books for explanations and checks.
 */
typedef struct sw_queries {
    sw_bus *bus;
    const sw_topology *topology;
    sw_clock *clock;
    const sw_catalogue *catalogue;
    sw_read warnings, index, periods, due, events;
    const sw_evaluator *evaluators[2]; /* deadline, risk */
    sw_read books[2], marks[2];
    /* Is told what a publisher asked for and would violate a rule, before the answer; NULL: nobody.
     * An error is answered in its place. */
    sw_err (*refused)(void *arg, const sw_event *event, const sw_violation *violation);
    void *refused_arg;
} sw_queries;

/* The topology holds sw_view, sw_deadline and sw_risk. SW_E_UNKNOWN: it does not. */
SW_NODISCARD sw_err sw_queries_open(sw_bus *bus, const sw_topology *topology, sw_clock *clock,
                                    const sw_catalogue *catalogue, const sw_evaluator *deadline,
                                    const sw_evaluator *risk, sw_queries *ret);

/* Who asks. */
typedef struct sw_sight {
    sw_slice unit;     /* sees what lies within it (sw_org_within); empty: everything */
    bool compartments; /* sees what rules with a compartment say */
} sw_sight;

bool sw_sight_sees(const sw_sight *sight, sw_slice org, sw_slice compartment);

/* Appends `"as_of":{"time":…,"positions":{…}}`: up to where the view has read each of its topics,
 * by partition. The same text for every route. */
void sw_queries_as_of(void *queries, sw_buf *out);

#define SW_PAGE_DEFAULT 100u
#define SW_PAGE_MAX     1000u
/* A page goes through so many rows at most; then it is shorter, and the next one goes on. */
#define SW_PAGE_ROWS_MAX 20000u

/* A list that is asked for page by page. Pages follow one another in the order of the list whatever
 * happens in between: a thing is left out only if it moves from behind to before. */
typedef struct sw_page {
    sw_slice cursor; /* of the page before; empty: from the beginning */
    uint32_t limit;  /* 1 to SW_PAGE_MAX */
} sw_page;

#define SW_CURSOR_TEXT 49 /* 48 hex digits and NUL */

enum { SW_ASK_OPEN = 1, SW_ASK_RESOLVED = 2, SW_ASK_WITHDRAWN = 4, SW_ASK_SET = 3 };

typedef struct sw_warnings_ask {
    sw_sight sight;
    sw_slice org, rule;         /* org: the beginning of unit codes; empty: any */
    sw_slice key;               /* "case_id=A1"; empty: any */
    int32_t level;              /* -1: any */
    uint32_t states;            /* SW_ASK_*: SW_ASK_SET is the set of warnings, as replay's */
    int64_t since_ms, until_ms; /* of the level's time: since <= t < until; SW_TIME_NONE, _MAX */
    sw_page page;
} sw_warnings_ask;

/* Appends the warnings as a JSON array, newest first: those of the set byte for byte as
 * `seawall replay --final` writes them. `ret_next` is empty after the last page. SW_E_INVALID: the
 * cursor; what the database says. */
SW_NODISCARD sw_err sw_queries_warnings(const sw_queries *queries, const sw_warnings_ask *ask,
                                        sw_buf *out, char ret_next[SW_CURSOR_TEXT]);
/* One warning as it was told last, in the arena. SW_E_NOT_FOUND: there is none, or the asker may
 * not see it. */
SW_NODISCARD sw_err sw_queries_warning(const sw_queries *queries, const sw_sight *sight,
                                       sw_hash128 id, sw_arena *arena, sw_told_warning *ret);
/* Its explanation as JSON, from the book as it is now. SW_E_NOT_FOUND: the book does not know it
 * (it was withdrawn, or its rule is gone). */
SW_NODISCARD sw_err sw_queries_explain(const sw_queries *queries, const sw_told_warning *told,
                                       sw_arena *scratch, sw_buf *out);
/* Why a rule did or did not warn for a group: values of its key, as many as are given. */
SW_NODISCARD sw_err sw_queries_explain_rule(const sw_queries *queries, sw_slice rule,
                                            const sw_slice *key, uint32_t key_count,
                                            sw_arena *scratch, sw_buf *out);

typedef struct sw_deadlines_ask {
    sw_sight sight;
    sw_slice org, rule, key;
    int64_t due_from_ms, due_before_ms; /* from <= due < before; SW_TIME_NONE, SW_TIME_MAX */
    sw_page page;
} sw_deadlines_ask;

/* Running periods as a JSON array, the next due first. As sw_queries_warnings. */
SW_NODISCARD sw_err sw_queries_deadlines(const sw_queries *queries, const sw_deadlines_ask *ask,
                                         sw_buf *out, char ret_next[SW_CURSOR_TEXT]);

typedef struct sw_case_ask {
    sw_sight sight;
    sw_slice key; /* "case_id=A1" */
    sw_page page; /* of its events */
} sw_case_ask;

/* Appends `"events":[…],"periods":[…],"warnings":[…]`: what happened in order of time, what runs,
 * what was warned of. `*ret_any`: whether there is anything that the asker may see. */
SW_NODISCARD sw_err sw_queries_case(const sw_queries *queries, const sw_case_ask *ask, sw_buf *out,
                                    char ret_next[SW_CURSOR_TEXT], bool *ret_any);

/* Whether an event would violate a rule: appends `"warnings":[…],"periods":[…]`, what would be
 * raised and what would run, move or end, if it were taken now. Nothing is stored. */
SW_NODISCARD sw_err sw_queries_check(const sw_queries *queries, const sw_event *event,
                                     sw_arena *scratch, sw_buf *out, sw_violation *ret);

#endif
