/* derive.h - rulesets made from loaded rules, for tests that change a rule and for views of a few.
 * Layer 5.  Thread: any. */
#ifndef SW_RULES_DERIVE_H
#define SW_RULES_DERIVE_H

#include "rules/pack.h"

/* A ruleset of `rules` alone: copied, numbered anew, over the catalogue and packs of `base`, which
 * must outlive it. Intervals are taken as they stand. SW_E_LIMIT: arena full. */
SW_NODISCARD sw_err sw_ruleset_of(sw_arena *arena, const sw_ruleset *base, const sw_rule *rules,
                                  uint32_t count, const sw_ruleset **ret);

/* A condition over events of `type` that may read the facts of `rule`; NULL if it is none of the
 * wanted kind. */
const sw_cel *sw_rule_condition(sw_arena *arena, const sw_rule *rule, const sw_event_type *type,
                                sw_slice text, sw_value_kind want);

#endif
