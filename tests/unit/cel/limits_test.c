#include "fixture.h"

#include <pthread.h>

#include "base/buf.h"

/* `open` n times, `middle`, `close` n times. */
static void nested(sw_buf *buf, const char *open, const char *middle, const char *close, int n) {
    sw_buf_init(buf, 1u << 22);
    for (int i = 0; i < n; i++) sw_buf_add_cstr(buf, open);
    sw_buf_add_cstr(buf, middle);
    for (int i = 0; i < n; i++) sw_buf_add_cstr(buf, close);
    assert_ok(buf->err);
}

static sw_err compile_nested(const char *open, const char *middle, const char *close, int n) {
    cel_fixture f;
    sw_buf text;
    nested(&text, open, middle, close, n);
    fixture_begin(&f);
    sw_err err = fixture_compile(&f, sw_buf_slice(&text));
    assert_int_equal(f.diags.count > 0, err != SW_OK);
    fixture_end(&f);
    sw_buf_done(&text);
    return err;
}

static const struct {
    const char *open, *middle, *close;
} nests[] = {
    {"(", "1", ")"},       {"[", "1", "]"},       {"-", "1.5", ""},     {"!", "true", ""},
    {"1+(", "1", ")"},     {"size([", "1", "])"}, {"true?1:", "1", ""}, {"{1:", "1", "}"},
    {"string(", "1", ")"}, {"[1][", "0", "]"},
};

static void a_reasonable_depth_is_allowed_and_too_much_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < SW_COUNT(nests); i++) {
        assert_int_not_equal(compile_nested(nests[i].open, nests[i].middle, nests[i].close, 100),
                             SW_E_LIMIT);
        assert_int_equal(compile_nested(nests[i].open, nests[i].middle, nests[i].close, 10000),
                         SW_E_LIMIT);
    }
}

static void a_hundred_thousand_parentheses_are_refused(void **state) {
    (void)state;
    assert_int_equal(compile_nested("(", "1", ")", 100000), SW_E_LIMIT);
    assert_int_equal(compile_nested("(", "", "", 100000), SW_E_LIMIT);
    assert_int_equal(compile_nested("[", "", "", 60000), SW_E_LIMIT);
    assert_int_equal(compile_nested("", "1", ".a", 30000), SW_E_LIMIT);
    assert_int_equal(compile_nested("", "1", "+1", 30000), SW_E_LIMIT);
}

static void long_chains_are_wide_not_deep(void **state) {
    (void)state;
    assert_ok(compile_nested("", "true", "&&true", 5000));
    assert_ok(compile_nested("", "false", "||false", 5000));
}

static void sizes_are_limited(void **state) {
    (void)state;
    cel_fixture f;
    sw_buf text;
    fixture_begin(&f);
    nested(&text, "a", "", "", 70000);
    assert_int_equal(fixture_compile(&f, sw_buf_slice(&text)), SW_E_LIMIT);
    sw_buf_done(&text);
    nested(&text, "1,", "1", "", 25000);
    assert_int_equal(fixture_compile(&f, sw_buf_slice(&text)), SW_E_SYNTAX);
    sw_buf_done(&text);
    nested(&text, "", "[1", ",1", 25000);
    assert_int_equal(fixture_compile(&f, sw_buf_slice(&text)), SW_E_LIMIT);
    sw_buf_done(&text);
    nested(&text, "'", "", "", 1);
    for (int i = 0; i < 60000; i++) sw_buf_add_byte(&text, 'x');
    sw_buf_add_cstr(&text, "'.size() == 60000");
    assert_ok(fixture_compile(&f, sw_buf_slice(&text)));
    sw_buf_done(&text);
    fixture_end(&f);
}

static void macros_within_macros_are_limited(void **state) {
    (void)state;
    assert_ok(compile_nested("[1].all(x,", "true", ")", 16));
    assert_int_equal(compile_nested("[1].all(x,", "true", ")", 17), SW_E_LIMIT);
}

static void a_condition_can_not_run_for_ever(void **state) {
    (void)state;
    cel_fixture f;
    sw_buf text;
    fixture_begin(&f);
    nested(&text, "[1,2,3,4,5,6,7,8,9,10].all(x,", "true", ")", 8); /* 10^8 steps */
    assert_ok(fixture_compile(&f, sw_buf_slice(&text)));
    assert_int_equal(
        sw_cel_eval(f.cel, &fixture_bind, &f.arena, SW_CEL_COST_MAX, &f.value, &f.failure),
        SW_E_LIMIT);
    assert_int_equal(f.failure.code, SW_E_LIMIT);
    sw_buf_done(&text);
    /* failures in the loop don't hide the limit */
    nested(&text, "[1,2,3,4,5,6,7,8,9,10].exists(x, 1/0 > 0 || ", "false", ")", 8);
    assert_ok(fixture_compile(&f, sw_buf_slice(&text)));
    assert_int_equal(
        sw_cel_eval(f.cel, &fixture_bind, &f.arena, SW_CEL_COST_MAX, &f.value, &f.failure),
        SW_E_LIMIT);
    sw_buf_done(&text);
    fixture_end(&f);
}

static void the_cost_bound_is_the_callers(void **state) {
    (void)state;
    cel_fixture f;
    fixture_begin(&f);
    assert_ok(fixture_compile(&f, SW_S("data.to_days == 7")));
    assert_int_equal(sw_cel_eval(f.cel, &fixture_bind, &f.arena, 2, &f.value, &f.failure),
                     SW_E_LIMIT);
    assert_slice(f.failure.message, "7 is where the steps allowed were used up");
    assert_ok(sw_cel_eval(f.cel, &fixture_bind, &f.arena, 3, &f.value, &f.failure));
    fixture_end(&f);
}

static void values_can_not_outgrow_the_arena(void **state) {
    (void)state;
    cel_fixture f;
    fixture_begin(&f);
    assert_ok(fixture_compile(&f, SW_S("data.person_ids.map(a, data.person_ids.map(b, a + b))")));
    sw_arena small;
    sw_arena_init(&small, 256);
    assert_int_equal(
        sw_cel_eval(f.cel, &fixture_bind, &small, SW_CEL_COST_MAX, &f.value, &f.failure),
        SW_E_NOMEM);
    assert_true(f.failure.message.len > 0);
    sw_arena_done(&small);
    fixture_end(&f);
}

static void types_and_values_that_double_stay_small(void **state) {
    (void)state;
    assert_int_equal(compile_nested("", "[1]", ".map(k, {k: k})", 200), SW_E_TYPE);
    cel_fixture f;
    sw_buf text;
    fixture_begin(&f);
    nested(&text, "", "[data.to_days]", ".map(v, [v, v])", 100);
    sw_buf_add_cstr(&text, " == []");
    assert_ok(fixture_compile(&f, sw_buf_slice(&text)));
    assert_ok(sw_cel_eval(f.cel, &fixture_bind, &f.arena, SW_CEL_COST_MAX, &f.value, &f.failure));
    assert_false(f.value.b);
    sw_buf_done(&text);
    fixture_end(&f);
}

static const char *const hungry =
    "data.kind.matches('^c') && [1, 2].map(i, [i] + [data.to_days]).size() == 2 && "
    "{'a': string(data.amount)}.a + 'x' != data.kind && data.person_ids.filter(p, p != 'a') != [] "
    "&& "
    "event.time.getHours('Asia/Shanghai') == 9 && string(event.time) != '' && has(facts.roving)";

static void every_allocation_may_fail(void **state) {
    (void)state;
    sw_err err = SW_E_LIMIT;
    int64_t n = 0;
    for (; err != SW_OK; n++) {
        cel_fixture f;
        fixture_begin(&f);
        f.arena.fail_after = n;
        f.value.kind = SW_TYPE;
        err = fixture_compile(&f, sw_slice_cstr(hungry));
        assert_true(err == SW_OK || err == SW_E_LIMIT || err == SW_E_UNKNOWN);
        assert_int_equal(f.cel != NULL, err == SW_OK);
        if (!err)
            err =
                sw_cel_eval(f.cel, &fixture_bind, &f.arena, SW_CEL_COST_MAX, &f.value, &f.failure);
        assert_true(err == SW_OK || err == SW_E_LIMIT || err == SW_E_NOMEM || err == SW_E_UNKNOWN);
        assert_int_equal(f.value.kind, err ? SW_TYPE : SW_BOOL);
        fixture_end(&f);
        assert_true(n < 5000);
    }
    assert_true(n > 50);
}

#define EVALUATIONS 2000

static void *evaluate_many(void *arg) {
    const sw_cel *cel = arg;
    intptr_t wrong = 0;
    sw_arena arena;
    sw_arena_init(&arena, 1u << 20);
    for (int i = 0; i < EVALUATIONS; i++) {
        sw_value value;
        sw_arena_reset(&arena);
        sw_err err = sw_cel_eval(cel, &fixture_bind, &arena, SW_CEL_COST_MAX, &value, NULL);
        if (err || !value.b) wrong++;
    }
    sw_arena_done(&arena);
    return (void *)wrong;
}

static void threads_share_one_condition(void **state) {
    (void)state;
    cel_fixture f;
    pthread_t threads[4];
    fixture_begin(&f);
    assert_ok(fixture_compile(&f, sw_slice_cstr(hungry)));
    for (size_t i = 0; i < SW_COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, evaluate_many, (void *)(uintptr_t)f.cel),
                         0);
    for (size_t i = 0; i < SW_COUNT(threads); i++) {
        void *wrong;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    fixture_end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reasonable_depth_is_allowed_and_too_much_refused),
        cmocka_unit_test(a_hundred_thousand_parentheses_are_refused),
        cmocka_unit_test(long_chains_are_wide_not_deep),
        cmocka_unit_test(sizes_are_limited),
        cmocka_unit_test(macros_within_macros_are_limited),
        cmocka_unit_test(a_condition_can_not_run_for_ever),
        cmocka_unit_test(the_cost_bound_is_the_callers),
        cmocka_unit_test(values_can_not_outgrow_the_arena),
        cmocka_unit_test(types_and_values_that_double_stay_small),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(threads_share_one_condition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
