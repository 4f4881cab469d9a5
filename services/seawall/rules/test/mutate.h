/* mutate.h - small faults put into a rule: tests that are worth anything notice each.  Layer 9.
 * Thread: main. */
#ifndef SW_SEAWALL_RULES_MUTATE_H
#define SW_SEAWALL_RULES_MUTATE_H

#include "rules/derive.h"

/* How many faults there are for a rule: its limits one unit longer and shorter, each stop, cancel,
 * restart, pause and extension taken out, each condition turned round, each `at` left out, each
 * extension one unit longer, each level moved by an hour (a minute in
 * limits below two hours; from the start by a day more). */
uint32_t mutate_count(const sw_rule *rule);

/* The rule with fault number `n`, and what it is in words ("limit 3d → 4d"). False: the fault can't
 * be made (a limit below nothing, a condition that does not turn round); nothing to notice then. */
bool mutate_rule(sw_arena *arena, const sw_rule *rule, uint32_t n, sw_rule *ret,
                 sw_slice *ret_what);

#endif
