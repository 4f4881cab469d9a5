/* deadline.h - tracks every running period and decides its warnings.  Layer 9.  Thread: task owner;
 * pure. */
#ifndef SW_DEADLINE_DEADLINE_H
#define SW_DEADLINE_DEADLINE_H

#include "evaluate/evaluator.h"

/* seawall.keyed -> seawall.warnings (key as read), seawall.periods (key: the instance). Its
 * `shared` is what sw_deadline_new gave. */
extern const sw_processor sw_deadline;

/* The evaluator of deadline rules alone. As sw_evaluator_new. */
SW_NODISCARD sw_err sw_deadline_new(sw_arena *arena, const sw_ruleset *set, const sw_env *env,
                                    const sw_evaluator **ret);

#endif
