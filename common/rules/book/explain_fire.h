/* explain_fire.h - explanations of rules that are no deadlines: what was counted, what had come
 * before, which pair.  Layer 5, private to rules.  Thread: owner's. */
#ifndef SW_RULES_BOOK_EXPLAIN_FIRE_H
#define SW_RULES_BOOK_EXPLAIN_FIRE_H

#include "rules/book/explain_unopened.h"

/* The members of a firing's explanation that tell why: its event or pair, its condition, and the
 * evidence. */
SW_NODISCARD sw_err sw_explain_fired(sw_ledger *l, const sw_run *run, const sw_group *group);
/* Its `failed`: the conditions of `on` that failed at its event. */
SW_NODISCARD sw_err sw_explain_failed(sw_ledger *l, const sw_run *run, const sw_group *group);

/* The number that a level of a threshold wants. */
void sw_explain_number(sw_ledger *l, const sw_rule *rule, uint32_t index);

/* The reason, as an object, why an event whose condition holds did not fire. A failure of the
 * machine is left in l->err. */
void sw_explain_unfired(sw_ledger *l, const sw_unopened *item, const sw_use *use);

#endif
