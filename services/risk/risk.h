/* risk.h - decides check, threshold, sequence and match rules.  Layer 9.  Thread: task owner; pure.
 */
#ifndef SW_RISK_RISK_H
#define SW_RISK_RISK_H

#include "evaluate/evaluator.h"

/* seawall.keyed -> seawall.warnings (key as read). Its `shared` is what sw_risk_new gave. */
extern const sw_processor sw_risk;

/* The evaluator of every kind but deadline. As sw_evaluator_new. */
SW_NODISCARD sw_err sw_risk_new(sw_arena *arena, const sw_ruleset *set, const sw_env *env,
                                const sw_evaluator **ret);

#endif
