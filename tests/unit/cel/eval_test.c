#include "fixture.h"

static void fields_are_read_and_compared(void **state) {
    (void)state;
    gives_true("data.kind == \"criminal\" && data.to_days <= 7");
    gives_true("data.kind != 'administrative' && data.amount > 12.0 && data.amount < 13.0");
    gives_true(
        "'p2' in data.person_ids && size(data.person_ids) == 3 && data.person_ids[2] == 'p3'");
    gives_true("event.id == 'e1' && event.time == data.detained_at && facts.roving");
}

static void absent_fields_fail_and_has_tells(void **state) {
    (void)state;
    gives_true("!has(data.roving) && has(data.kind)");
    gives_true("!has(data.note)"); /* null is absent */
    gives_true("has(data.roving) && data.roving || true");
    fails("data.roving", SW_E_MISSING, "data.roving is not carried: ask has(…) first");
    fails("data.note == 'a'", SW_E_MISSING, "data.note is not carried: ask has(…) first");
    fails("x.b == 2", SW_E_MISSING, "x.b: the map has no key \"b\"");
    fails("{1: 2}[3]", SW_E_MISSING, "{1: 2}[3]: the map has no key 3");
    gives_true("data.roving || true");
    gives_true("true || data.roving");
    gives_true("!(data.roving && false) && !(false && data.roving)");
    fails("data.roving && true", SW_E_MISSING, "data.roving is not carried: ask has(…) first");
    fails("false || data.roving", SW_E_MISSING, "data.roving is not carried: ask has(…) first");
}

static void a_bound_value_of_another_type_fails(void **state) {
    (void)state;
    fails("data.wrong + 1", SW_E_TYPE, "data.wrong has a value of another type than declared");
}

static void the_first_failure_of_a_chain_is_told(void **state) {
    (void)state;
    fails("1/0 > 0 || data.roving || false", SW_E_INVALID, "1/0 divides by zero");
    fails("[1, 0].all(i, 4 / i > 0)", SW_E_INVALID, "4 / i divides by zero");
}

static void arithmetic_fails_rather_than_wraps(void **state) {
    (void)state;
    fails("9223372036854775807 + data.to_days", SW_E_RANGE,
          "9223372036854775807 + data.to_days is too big for its type");
    fails("-9223372036854775808 - data.to_days", SW_E_RANGE,
          "-9223372036854775808 - data.to_days is too big for its type");
    fails("-9223372036854775808 / -1", SW_E_RANGE,
          "-9223372036854775808 / -1 is too big for its type");
    fails("-9223372036854775808 % -1", SW_E_RANGE,
          "-9223372036854775808 % -1 is too big for its type");
    fails("-(-9223372036854775808)", SW_E_RANGE, "-(-9223372036854775808) is too big for its type");
    fails("0u - 1u", SW_E_RANGE, "0u - 1u is too big for its type");
    fails("data.to_days % 0", SW_E_INVALID, "data.to_days % 0 divides by zero");
    gives_true("-7 / 2 == -3 && -7 % 2 == -1 && 7u / 2u == 3u");
    gives_true(
        "1.0 / 0.0 > 1e308 && 0.0 / 0.0 != 0.0 / 0.0 && !(0.0/0.0 < 1.0) && !(0.0/0.0 >= 1.0)");
}

static void failures_point_into_the_text(void **state) {
    (void)state;
    cel_fixture f;
    fixture_begin(&f);
    assert_int_equal(fixture_eval(&f, "'刑事' == '' || data.person_ids[data.to_days] == 'a'"),
                     SW_E_RANGE);
    assert_int_equal(f.failure.offset, 14);
    assert_slice(f.failure.part, "data.person_ids[data.to_days]");
    assert_slice(f.failure.message,
                 "data.person_ids[data.to_days]: there is no item 7 in a list of 3");
    fixture_end(&f);
}

static void macros_go_over_lists_and_keys(void **state) {
    (void)state;
    gives_true("[1, 2, 3].all(i, i > 0) && [].all(i, false) && ![].exists(i, true)");
    gives_true("[1, 2, 3].exists(i, i == 2) && ![1, 2].exists(i, i == 3)");
    gives_true("[1, 2, 2].exists_one(i, i == 1) && ![1, 2, 2].exists_one(i, i == 2)");
    gives_true("[1, 2, 3].filter(i, i != 2) == [1, 3]");
    gives_true("[1, 2, 3].map(i, i * i) == [1, 4, 9] && [1, 2, 3].map(i, i > 1, -i) == [-2, -3]");
    gives_true("{'a': 1, 'b': 2}.map(k, k + '!') == ['a!', 'b!'] && {'a': 1}.all(k, k == 'a')");
    gives_true("data.person_ids.map(p, data.person_ids.filter(q, q != p).size()) == [2, 2, 2]");
    gives_true("[[1, 2], [3]].map(l, l.map(i, i + data.to_days)) == [[8, 9], [10]]");
    fails("[1].exists_one(i, 1 / 0 == i)", SW_E_INVALID, "1 / 0 divides by zero");
    fails("[1].filter(i, 1 / 0 == i).size()", SW_E_INVALID, "1 / 0 divides by zero");
    gives_true("[0, 2].exists(i, 4 / i == 2) && ![0, 1].all(i, 4 / i == 2)");
}

static void maps_compare_in_any_order_and_refuse_a_key_twice(void **state) {
    (void)state;
    gives_true(
        "{'a': 1, 'b': 2} == {'b': 2, 'a': 1} && {'a': 1} != {'a': 2} && {'a': 1} != {'b': 1}");
    gives_true("'a' in x && !('b' in x) && size(x) == 1");
    fails("{1: 'a', 1: 'b'}", SW_E_INVALID, "{1: 'a', 1: 'b'}: the map has the key 1 twice");
}

static void texts_are_counted_in_characters(void **state) {
    (void)state;
    gives_true("size('案件😀') == 3 && '案件'.size() == 2 && b'案'.size() == 3");
    gives_true("'案件已立'.contains('已') && '案件'.startsWith('案') && '案件'.endsWith('件')");
    gives_true(
        "!''.contains('a') && ''.contains('') && 'a' + '' + 'b' == 'ab' && b'a' + b'b' == b'ab'");
    gives_true("'a' < 'b' && 'Z' < 'a' && 'a' < 'ab' && '\\u00e9' < '\\u4e00' && b'\\xff' > b'a'");
}

static void reads_are_listed_once_in_order(void **state) {
    (void)state;
    cel_fixture f;
    uint32_t count;
    fixture_begin(&f);
    assert_ok(
        fixture_compile(&f, SW_S("data.to_days > 3 && (has(facts.roving) || data.kind == 'a' || "
                                 "data.to_days < 9) && x.a == 1")));
    const sw_cel_read *reads = sw_cel_reads_list(f.cel, &count);
    assert_int_equal(count, 4);
    assert_slice(reads[0].path, "data.to_days");
    assert_slice(reads[1].path, "facts.roving");
    assert_slice(reads[2].path, "data.kind");
    assert_slice(reads[3].path, "x");
    assert_int_equal(reads[0].root, 1);
    assert_int_equal(reads[0].slot, 1);
    assert_true(sw_cel_reads(f.cel, 2));
    assert_false(sw_cel_reads(f.cel, 0));
    assert_slice(sw_cel_text(f.cel),
                 "data.to_days > 3 && (has(facts.roving) || data.kind == 'a' || "
                 "data.to_days < 9) && x.a == 1");
    fixture_end(&f);
}

static void a_constant_condition_needs_no_memory(void **state) {
    (void)state;
    cel_fixture f;
    fixture_begin(&f);
    assert_ok(fixture_compile(&f, SW_S("data.kind in ['criminal', 'a' + 'b'] && data.detained_at < "
                                       "timestamp('2027-01-01T00:00:00Z') + duration('24h')")));
    f.arena.fail_after = 0;
    assert_ok(sw_cel_eval(f.cel, &fixture_bind, &f.arena, SW_CEL_COST_MAX, &f.value, NULL));
    assert_true(f.value.b);
    f.arena.fail_after = -1;
    fixture_end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_read_and_compared),
        cmocka_unit_test(absent_fields_fail_and_has_tells),
        cmocka_unit_test(a_bound_value_of_another_type_fails),
        cmocka_unit_test(the_first_failure_of_a_chain_is_told),
        cmocka_unit_test(arithmetic_fails_rather_than_wraps),
        cmocka_unit_test(failures_point_into_the_text),
        cmocka_unit_test(macros_go_over_lists_and_keys),
        cmocka_unit_test(maps_compare_in_any_order_and_refuse_a_key_twice),
        cmocka_unit_test(texts_are_counted_in_characters),
        cmocka_unit_test(reads_are_listed_once_in_order),
        cmocka_unit_test(a_constant_condition_needs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
