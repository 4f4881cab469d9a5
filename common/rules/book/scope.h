/* scope.h - what a condition sees: the event, its group, the facts at its time.  Layer 5, private
 * to rules.  Thread: owner's. */
#ifndef SW_RULES_BOOK_SCOPE_H
#define SW_RULES_BOOK_SCOPE_H

#include "rules/book/state.h"

/* The values of a group's key fields after the first, which is the book's. */
typedef struct sw_group {
    uint32_t count;
    sw_slice values[SW_KEY_MAX - 1];
} sw_group;

/* How many groups of the strand the event belongs to by carrying all key fields; 0: it lacks one.
 */
SW_NODISCARD sw_err sw_group_count(const sw_book *book, const sw_strand *strand,
                                   const sw_view *view, sw_arena *arena, uint32_t *ret);
/* The first key field of which the event carries no value (index in the strand's key); 0: none. */
SW_NODISCARD sw_err sw_group_lacks(const sw_book *book, const sw_strand *strand,
                                   const sw_view *view, sw_arena *arena, uint32_t *ret);
/* One of them. Values borrow from the record and the arena. */
SW_NODISCARD sw_err sw_group_of(const sw_book *book, const sw_strand *strand, const sw_view *view,
                                uint32_t combo, sw_arena *arena, sw_group *ret);
/* Does the event belong to the group: for each field the group's value or none? */
SW_NODISCARD sw_err sw_group_has(const sw_book *book, const sw_strand *strand, const sw_view *view,
                                 const sw_group *group, sw_arena *arena, bool *ret);
/* Which of the event's groups it is; UINT32_MAX: none. */
SW_NODISCARD sw_err sw_group_find(const sw_book *book, const sw_strand *strand, const sw_view *view,
                                  const sw_group *group, sw_arena *arena, uint32_t *ret);
bool sw_group_eq(const sw_group *a, const sw_group *b);
int sw_group_cmp(const sw_group *a, const sw_group *b);

struct sw_life;

/* Is told what an evaluation did; each may be NULL. */
typedef struct sw_probe {
    void *ctx;
    void (*failed)(void *ctx, const sw_rule *rule, const sw_view *view, const sw_cel *cel,
                   const sw_cel_failure *failure);
    /* A start event that came while an instance ran: it was not looked at. */
    void (*met)(void *ctx, const sw_view *view, const struct sw_life *running);
    void (*cancelled)(void *ctx, const struct sw_life *life, const sw_view *by);
    /* A pair beyond `max_pairs`; an event with more partners than are looked at. */
    void (*left_out)(void *ctx, const sw_rule *rule, const sw_group *group);
    void (*too_dear)(void *ctx, const sw_rule *rule, uint32_t rec);
} sw_probe;

typedef struct sw_scope {
    const sw_book *book;
    sw_arena *arena;
    const sw_probe *probe; /* may be NULL */
    const sw_rule *rule;
    const sw_view *view;
    const sw_group *group;
    const sw_view *left, *right; /* of a pair; else NULL */
    sw_value *facts;             /* read so far; kind SW_TYPE: not read yet; NULL: none */
    sw_err err;                  /* of the machine, not of a condition: arena or heap exhausted */
} sw_scope;

/* For conditions of `rule` over the event `view`. What evaluation allocates lives in `arena`. */
static inline sw_scope sw_scope_of(const sw_book *book, sw_arena *arena, const sw_probe *probe,
                                   const sw_rule *rule, const sw_view *view,
                                   const sw_group *group) {
    return (sw_scope){
        .book = book, .arena = arena, .probe = probe, .rule = rule, .view = view, .group = group};
}

/* The value of a root's member, as a condition reads it. */
sw_value sw_scope_read(sw_scope *scope, uint32_t root, uint32_t slot);
/* The value; false if the expression failed, which the probe was told, or scope->err is set. */
bool sw_scope_value(sw_scope *scope, const sw_cel *cel, sw_value *ret);
/* The same, and why it failed (may be NULL; in the arena). The probe is not told. */
bool sw_scope_try(sw_scope *scope, const sw_cel *cel, sw_value *ret, sw_cel_failure *ret_failure);
/* True if there is no condition, or it holds. */
bool sw_scope_holds(sw_scope *scope, const sw_cel *when);
/* `when` and `at`: whether the clause holds, and its moment. */
bool sw_scope_on(sw_scope *scope, const sw_on *on, int64_t *ret_ms);
/* A span, its number from `n` if there is one. False if that fails, overflows or is negative, or is
 * a moment before `start_ms`. */
bool sw_scope_span(sw_scope *scope, sw_span span, const sw_cel *n, int64_t scale_ms,
                   int64_t start_ms, sw_span *ret);

#endif
