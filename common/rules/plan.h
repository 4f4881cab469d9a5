/* plan.h - what the rules of one key name ask of events, worked out once for all of their books.
 * Layer 5.  Thread: any, immutable. */
#ifndef SW_RULES_PLAN_H
#define SW_RULES_PLAN_H

#include "rules/pack.h"

typedef struct sw_plan sw_plan;

/* For every evaluated rule whose first key field is `key_id`: which event types concern it, and
 * which of their fields a book has to keep. Lives in `arena`, needs `set` as long.
 * SW_E_NOMEM; SW_E_LIMIT: more than 65,535 rules, a repeat of more than 60,000. */
SW_NODISCARD sw_err sw_plan_new(sw_arena *arena, const sw_ruleset *set, uint32_t key_id,
                                const sw_plan **ret);
/* The same, only for rules of some kinds: 1u << SW_DEADLINE and so on. */
#define SW_KINDS_ALL UINT32_MAX
SW_NODISCARD sw_err sw_plan_new_of(sw_arena *arena, const sw_ruleset *set, uint32_t key_id,
                                   uint32_t kinds, const sw_plan **ret);

const sw_ruleset *sw_plan_ruleset(const sw_plan *plan);
uint32_t sw_plan_key(const sw_plan *plan);
/* Over names and types of the catalogue's fields: a book stored under another can't be read. */
sw_hash128 sw_plan_catalogue(const sw_plan *plan);
/* What its books keep of events, as numbers that are the same in every run: one for each event
 * type, and one for each field and attribute of it that some condition reads. How many there are;
 * as many as `max` are written. */
uint32_t sw_plan_keeps(const sw_plan *plan, uint64_t *ret, uint32_t max);
/* No rule asks for this key: all of its books stay empty. */
bool sw_plan_is_empty(const sw_plan *plan);
/* Does any rule here name this event type? If not, no book of this plan keeps such an event. */
bool sw_plan_concerns(const sw_plan *plan, const sw_event_type *type);

#endif
