/* loop.h - the loop from warning to put right, as one table in data: states, steps, who may do
 * which. Layer 9.  Thread: any, immutable after loading. */
#ifndef SW_NOTIFY_LOOP_H
#define SW_NOTIFY_LOOP_H

#include "notify/reading.h"

typedef struct sw_loop_state {
    const char *name, *title; /* verified, 已核查 */
    bool end;                 /* nothing more is to be done */
} sw_loop_state;

typedef struct sw_loop_step {
    const char *action, *title;
    const char *result; /* of recheck: passed or failed; "": any */
    const char **from;  /* states; none: every one that is no end */
    uint32_t from_count;
    const char *to;    /* state; "": it stays */
    const char *event; /* type of the case event that records it */
    const char *word;  /* value of `data.result` of that event; "": it has none */
    const char **who;  /* roles for the task's unit; "told": everybody who was told */
    uint32_t who_count;
    const char **tell; /* roles that are told of it */
    uint32_t tell_count;
    const char *not_by; /* an action: who did it last may not do this */
    bool note;          /* needs a reason */
    bool parts;         /* all parts of a joint verification must be done */
} sw_loop_step;

typedef struct sw_loop {
    sw_loop_state *states;
    uint32_t state_count;
    sw_loop_step *steps;
    uint32_t step_count;
} sw_loop;

/* Reads `kind: Loop`: unknown states, roles and actions, states without a way in or out, all in one
 * run. */
SW_NODISCARD sw_err sw_loop_load(sw_arena *arena, const char *path, sw_diags *diags,
                                 const sw_loop **ret);
/* The step of that action (and result) that may be done in `state`; NULL if there is none.
 * `ret_known`: the action is one of the table. */
const sw_loop_step *sw_loop_step_find(const sw_loop *loop, sw_slice action, sw_slice result,
                                      sw_slice state, bool *ret_known);
/* The action and result that a case event records; false if it is none of the loop's. */
bool sw_loop_of_event(const sw_loop *loop, sw_slice type, sw_slice word, const char **ret_action,
                      const char **ret_result);
/* NULL if there is no such state. */
const sw_loop_state *sw_loop_state_find(const sw_loop *loop, sw_slice name);

#endif
