#include "deadline/deadline.h"

#include "evaluate/period_pb.h"
#include "topics/topics.h"

static const char *const inputs[] = {SW_TOPIC_KEYED, NULL};
static const char *const outputs[] = {SW_TOPIC_WARNINGS, SW_TOPIC_PERIODS, NULL};

const sw_processor sw_deadline = {
    .name = "deadline",
    .patience = 2,
    .id = SW_PROCESSOR_DEADLINE,
    .renewable = true,
    .by_key = true,
    .inputs = inputs,
    .outputs = outputs,
    .folded = SW_TOPIC_PERIODS,
    .fold = sw_period_fold,
    .stores = sw_evaluator_stores,
    .store_count = SW_EVALUATOR_STORES,
    .on_start = sw_evaluator_on_start,
    .on_record = sw_evaluator_on_record,
    .wants = sw_evaluator_wants,
    .on_timer = sw_evaluator_on_timer,
    .timer_of = sw_evaluator_timer_of,
};

sw_err sw_deadline_new(sw_arena *arena, const sw_ruleset *set, const sw_env *env,
                       const sw_evaluator **ret) {
    const sw_evaluator_options options = {.set = set,
                                          .kinds = 1u << SW_DEADLINE,
                                          .warnings = SW_TOPIC_WARNINGS,
                                          .periods = SW_TOPIC_PERIODS,
                                          .metrics = env ? env->metrics : NULL,
                                          .trace = env ? env->trace : NULL};
    return sw_evaluator_new(arena, &options, ret);
}
