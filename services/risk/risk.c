#include "risk/risk.h"

#include "topics/topics.h"

static const char *const inputs[] = {SW_TOPIC_KEYED, NULL};
static const char *const outputs[] = {SW_TOPIC_WARNINGS, NULL};

const sw_processor sw_risk = {
    .name = "risk",
    .patience = 2,
    .id = SW_PROCESSOR_RISK,
    .renewable = true,
    .by_key = true,
    .inputs = inputs,
    .outputs = outputs,
    .stores = sw_evaluator_stores,
    .store_count = SW_EVALUATOR_STORES,
    .on_start = sw_evaluator_on_start,
    .on_record = sw_evaluator_on_record,
    .wants = sw_evaluator_wants,
    .on_timer = sw_evaluator_on_timer,
    .timer_of = sw_evaluator_timer_of,
};

sw_err sw_risk_new(sw_arena *arena, const sw_ruleset *set, const sw_env *env,
                   const sw_evaluator **ret) {
    const sw_evaluator_options options = {.set = set,
                                          .kinds = SW_KINDS_ALL & ~(1u << SW_DEADLINE),
                                          .warnings = SW_TOPIC_WARNINGS,
                                          .metrics = env ? env->metrics : NULL,
                                          .trace = env ? env->trace : NULL};
    return sw_evaluator_new(arena, &options, ret);
}
