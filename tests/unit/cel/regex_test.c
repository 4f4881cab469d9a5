#include "fixture.h"

#include <stdio.h>

static void patterns_match_anywhere_unless_anchored(void **state) {
    (void)state;
    gives_true("'abc'.matches('b') && !'abc'.matches('^b') && 'abc'.matches('^abc$')");
    gives_true("matches('abc', 'c$') && ''.matches('') && 'abc'.matches('')");
    gives_true("!'a\\n'.matches('^a$') && 'a\\nb'.matches('(?m)^b$') && !'a\\nb'.matches('a.b')");
    gives_true("'a\\nb'.matches('(?s)a.b') && 'ABC'.matches('(?i)abc') && 'É'.matches('(?i)é')");
    gives_true("'苏J12345'.matches(r'^\\p{Han}[A-Z]\\d{5}$') && '案'.matches('^.$')");
    gives_true("'a.b'.matches(r'a\\.b') && 'a+b'.matches(r'\\Qa+b\\E') && 'aab'.matches('a{2}b')");
    gives_true("'x{,3}'.matches('x{,3}') && 'a]'.matches('[]a]+') && '1'.matches('[[:digit:]]')");
    gives_true(
        "'ab'.matches('(?P<first>a)(?:b)') && 'aab'.matches('a+?b') && 'ab'.matches('(?<x>a)')");
}

static void a_pattern_may_come_from_data(void **state) {
    (void)state;
    gives_true("'criminal case'.matches(data.kind) && data.kind.matches('^' + data.kind + '$')");
    fails("'a'.matches(data.kind + '(')", SW_E_INVALID,
          "'a'.matches(data.kind + '('): wrong regular expression: missing closing parenthesis");
}

static void refuse_pattern(const char *pattern, uint32_t at, const char *words) {
    char text[128], wanted[256];
    snprintf(text, sizeof text, "data.kind.matches(r'%s')", pattern);
    snprintf(wanted, sizeof wanted, "this regular expression is wrong at character %u: %s", at,
             words);
    refused(text, SW_E_INVALID, 19, wanted);
}

static void what_re2_does_not_have_is_refused(void **state) {
    (void)state;
    const char *groups = "only (?:…), (?P<name>…) and the flags i, m, s, U are supported";
    refuse_pattern("(a)\\1", 4, "backreferences are not supported");
    refuse_pattern("(?P<x>a)\\k<x>", 9, "references to groups are not supported");
    refuse_pattern("a\\g{1}", 2, "references to groups are not supported");
    refuse_pattern("a(?=b)", 3, groups);
    refuse_pattern("a(?!b)", 3, groups);
    refuse_pattern("(?<=a)b", 2, groups);
    refuse_pattern("(?<!a)b", 2, groups);
    refuse_pattern("(?>a)", 2, groups);
    refuse_pattern("(?R)", 2, groups);
    refuse_pattern("(?C1)a", 2, groups);
    refuse_pattern("(?P=x)", 2, groups);
    refuse_pattern("(?#c)", 2, groups);
    refuse_pattern("(?x)a b", 2, groups);
    refuse_pattern("(*UTF)a", 1, "verbs are not supported");
    refuse_pattern("a++", 3, "a repetition can't be repeated");
    refuse_pattern("a*+", 3, "a repetition can't be repeated");
    refuse_pattern("a{1,2}{3}", 7, "a repetition can't be repeated");
    refuse_pattern("a{1001}", 2, "something may be repeated at most 1000 times");
    refuse_pattern("a\\Kb", 2, "there is no such escape in RE2 syntax");
    refuse_pattern("\\R", 1, "there is no such escape in RE2 syntax");
    refuse_pattern("a\\Z", 2, "there is no such escape in RE2 syntax");
    refuse_pattern("\\C", 1, "there is no such escape in RE2 syntax");
}

static void broken_patterns_are_refused_at_load(void **state) {
    (void)state;
    refuse_pattern("a(b", 4, "missing closing parenthesis");
    refuse_pattern("[a", 3, "missing terminating ] for character class");
    refuse_pattern("案件(", 4, "missing closing parenthesis");
    refuse_pattern("*a", 1, "quantifier does not follow a repeatable item");
    refuse_pattern("a)", 2, "unmatched closing parenthesis");
}

static void a_pattern_that_explodes_ends(void **state) {
    (void)state;
    cel_fixture f;
    fixture_begin(&f);
    assert_int_equal(
        fixture_eval(&f,
                     "(data.kind + 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!').matches('(a+)+$')"),
        SW_E_LIMIT);
    assert_int_equal(f.failure.code, SW_E_LIMIT);
    /* not even || hides it: the cost is spent */
    assert_int_equal(
        fixture_eval(
            &f,
            "(data.kind + 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!').matches('(a+)+$') || true"),
        SW_E_LIMIT);
    assert_int_not_equal(fixture_compile(&f, SW_S("''.matches('((a{1000}){1000}){1000}')")), SW_OK);
    fixture_end(&f);
}

static void matching_gives_its_memory_back(void **state) {
    (void)state;
    cel_fixture f;
    fixture_begin(&f);
    assert_ok(fixture_compile(&f, SW_S("data.kind.matches('^c.*l$')")));
    sw_arena scratch;
    sw_arena_init(&scratch, 1u << 20);
    assert_ok(sw_cel_eval(f.cel, &fixture_bind, &scratch, SW_CEL_COST_MAX, &f.value, NULL));
    assert_true(f.value.b);
    assert_int_equal(scratch.used_bytes, 0);
    assert_ok(fixture_compile(&f, SW_S("'criminals'.matches(data.kind)")));
    assert_ok(sw_cel_eval(f.cel, &fixture_bind, &scratch, SW_CEL_COST_MAX, &f.value, NULL));
    assert_true(f.value.b);
    assert_int_equal(scratch.used_bytes, 0);
    sw_arena_done(&scratch);
    sw_arena_init(&scratch, 1000); /* too small for PCRE2's frames */
    assert_int_equal(sw_cel_eval(f.cel, &fixture_bind, &scratch, SW_CEL_COST_MAX, &f.value, NULL),
                     SW_E_NOMEM);
    sw_arena_done(&scratch);
    fixture_end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_anywhere_unless_anchored),
        cmocka_unit_test(a_pattern_may_come_from_data),
        cmocka_unit_test(what_re2_does_not_have_is_refused),
        cmocka_unit_test(broken_patterns_are_refused_at_load),
        cmocka_unit_test(a_pattern_that_explodes_ends),
        cmocka_unit_test(matching_gives_its_memory_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
