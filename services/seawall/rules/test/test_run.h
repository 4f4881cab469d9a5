/* test_run.h - runs a rule test and says how its warnings differ from the expected.  Layer 9.
 * Thread: main. */
#ifndef SW_SEAWALL_RULES_TEST_RUN_H
#define SW_SEAWALL_RULES_TEST_RUN_H

#include "seawall/rules/test/test_file.h"

/* The set of warnings of some events at a time. In the arena. */
typedef struct test_engine {
    sw_err (*set)(const sw_ruleset *rules, const rule_test *test, sw_arena *arena, sw_diags *diags,
                  const sw_warning **ret, uint32_t *ret_count);
} test_engine;

/* The one that replay runs. */
extern const test_engine test_engine_running;

/* What differs, one line of text each; none: the test passes. */
typedef struct test_result {
    const sw_slice *problems;
    uint32_t problem_count;
} test_result;

/* Runs the test. `rule` NULL: all rules that it looks at; else only what concerns that rule id is
 * compared. SW_E_*: the evaluation failed, said in `diags`. */
SW_NODISCARD sw_err test_run(const test_engine *engine, const sw_ruleset *rules,
                             const rule_test *test, const sw_zone *zone, const sw_slice *rule,
                             sw_arena *arena, sw_diags *diags, test_result *ret);

/* Does the test look at this rule? */
bool test_looks_at(const rule_test *test, sw_slice rule);

#endif
