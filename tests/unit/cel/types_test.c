#include "fixture.h"

static void names_that_nothing_declares_bring_a_hint(void **state) {
    (void)state;
    refused("data.officer_cont < 2", SW_E_UNKNOWN, 6,
            "data has no officer_cont (did you mean data.officer_count?)");
    refused("officer_count < 2", SW_E_UNKNOWN, 1,
            "there is no officer_count here (did you mean data.officer_count?)");
    refused("dat.kind == ''", SW_E_UNKNOWN, 1, "there is no dat here (did you mean data?)");
    refused("facts.xyz", SW_E_UNKNOWN, 7, "facts has no xyz");
    refused("left.n == 1", SW_E_UNKNOWN, 1, "there is no left here (did you mean left.data?)");
    refused("criminal == data.kind", SW_E_UNKNOWN, 1,
            "there is no criminal here (a text stands in quotes)");
    refused("data == data", SW_E_TYPE, 1,
            "data is not a value by itself (name one of its members: data.…)");
    refused("has(data.nothing)", SW_E_UNKNOWN, 10, "data has no nothing (did you mean data.note?)");
}

static void personal_fields_are_refused_with_the_reason(void **state) {
    (void)state;
    refused("data.name == ''", SW_E_INVALID, 6,
            "data.name: personal fields can't be read by rules");
    refused("has(data.name)", SW_E_INVALID, 10,
            "data.name: personal fields can't be read by rules");
}

static void mixed_types_are_refused_with_what_to_write(void **state) {
    (void)state;
    refused("data.amount == 1", SW_E_TYPE, 13,
            "'==' doesn't take double and int (write 1.0, not 1: the other is a double)");
    refused("1 < data.amount", SW_E_TYPE, 3,
            "'<' doesn't take int and double (write 1.0, not 1: the other is a double)");
    refused("data.to_days * 1.5 > 1.0", SW_E_TYPE, 14,
            "'*' doesn't take int and double (convert the int with double(…))");
    refused("data.to_days == '7'", SW_E_TYPE, 14,
            "'==' doesn't take int and string (convert with string(…) or int(…))");
    refused("data.kind == 7", SW_E_TYPE, 11,
            "'==' doesn't take string and int (write \"7\", not 7: the other is a string)");
    refused("data.detained_at > '2026-01-01'", SW_E_TYPE, 18,
            "'>' doesn't take timestamp and string (write "
            "timestamp(\"2026-03-01T09:00:00+08:00\") for a moment)");
    refused("data.detained_at - event.time > '3h'", SW_E_TYPE, 31,
            "'>' doesn't take duration and string (write duration(\"72h\") for a length of time)");
    refused("data.note == null", SW_E_TYPE, 11,
            "'==' doesn't take string and null_type (ask whether a field is there with has(…))");
    refused("data.person_ids == 'p1'", SW_E_TYPE, 17,
            "'==' doesn't take list(string) and string (ask whether it is in the list with `in`)");
    refused("1u + 1", SW_E_TYPE, 4,
            "'+' doesn't take uint and int (write 1u, not 1: the other is a uint)");
    refused("-'a'", SW_E_TYPE, 1, "'-' doesn't take string");
    refused("[1] < [2]", SW_E_TYPE, 5, "'<' doesn't take list(int) and list(int)");
    refused("null < null", SW_E_TYPE, 6,
            "'<' doesn't take null_type and null_type (ask whether a field is there with has(…))");
}

static void booleans_are_asked_for_where_they_are_needed(void **state) {
    (void)state;
    refused("data.kind && true", SW_E_TYPE, 1,
            "'&&' takes a bool, and this is string (compare it: … == \"…\")");
    refused("true || data.to_days", SW_E_TYPE, 9,
            "'||' takes a bool, and this is int (compare it: … != 0)");
    refused("data.person_ids ? 1 : 2", SW_E_TYPE, 1,
            "'?' takes a bool, and this is list(string) (ask for its size: size(…) > 0)");
    refused("true ? 1 : 'a'", SW_E_TYPE, 6,
            "both values of '?' have to be of one type: these are int and string");
    refused("[1].all(x, x + 1)", SW_E_TYPE, 12,
            "the last argument of a macro takes a bool, and this is int (compare it: … != 0)");
}

static void dynamic_typing_is_a_type_error(void **state) {
    (void)state;
    refused("dyn(1) == 1.0", SW_E_TYPE, 1,
            "dyn is not supported: conditions are typed (leave it out)");
    refused("[1, 'a']", SW_E_TYPE, 5,
            "the items before this are int, and this is string (use one type, for example with "
            "string(…))");
    refused("{'a': 1, 2: 1}", SW_E_TYPE, 10,
            "the keys before this are string, and this is int (use one type, for example with "
            "string(…))");
    refused("{1.0: 1}", SW_E_TYPE, 2,
            "a map's keys are int, uint, bool or string, and this is double");
}

static void functions_tell_how_they_are_called(void **state) {
    (void)state;
    refused("data.kind.startWith('c')", SW_E_UNKNOWN, 11,
            "there is no function startWith (did you mean startsWith?)");
    refused("startsWith(data.kind, 'c')", SW_E_TYPE, 1,
            "startsWith doesn't take these arguments (string.startsWith(string))");
    refused("size(1)", SW_E_TYPE, 1,
            "size doesn't take these arguments (size(string), size(bytes), size(list), size(map))");
    refused("event.time.getHours(8)", SW_E_TYPE, 12,
            "getHours doesn't take these arguments (timestamp.getHours(), "
            "timestamp.getHours(string), duration.getHours())");
    refused("has(data)", SW_E_SYNTAX, 5, "has() takes the name of a field (write has(data.field))");
    refused("[1].all(1, true)", SW_E_SYNTAX, 9,
            "the first argument of all is the name of its variable (write list.all(x, x > 0))");
    refused("[1].exists(x)", SW_E_TYPE, 5,
            "exists is not used in this form (write list.all(x, x > 0))");
    refused("data.kind.all(x, true)", SW_E_TYPE, 11,
            "all goes over a list or a map, and this is string");
    refused("data.kind.size", SW_E_TYPE, 11, "string has no members");
    refused("'a' in 'abc'", SW_E_TYPE, 5,
            "'in' looks into a list or a map, and this is string (for a part of a text write "
            "text.contains(part))");
    refused("1 in ['a']", SW_E_TYPE, 3, "'in' looks for int, but there is only string");
    refused("[1]['a']", SW_E_TYPE, 5, "a list is indexed by int, and this is string");
}

static void all_faults_are_found_in_one_run(void **state) {
    (void)state;
    cel_fixture f;
    fixture_begin(&f);
    assert_int_equal(
        fixture_compile(&f, SW_S("data.a == 1 && data.amount == 2 && data.kind.foo() || bar > 3")),
        SW_E_UNKNOWN);
    assert_int_equal(f.diags.count, 4);
    fixture_end(&f);
}

static void one_fault_does_not_make_others_above_it(void **state) {
    (void)state;
    cel_fixture f;
    fixture_begin(&f);
    assert_int_equal(fixture_compile(&f, SW_S("(data.nix + 1) * 2 > size([data.nix])")),
                     SW_E_UNKNOWN);
    assert_int_equal(f.diags.count, 2); /* the two wrong names */
    fixture_end(&f);
}

static void the_wanted_type_is_checked(void **state) {
    (void)state;
    cel_fixture f;
    fixture_begin(&f);
    const sw_cel_type *wanted = sw_cel_type_of(SW_BOOL);
    assert_int_equal(sw_cel_compile(&f.arena, &fixture_env, SW_S("data.to_days"), wanted,
                                    (sw_cel_place){0}, &f.diags, &f.cel),
                     SW_E_TYPE);
    assert_slice(sw_diag_text(&f.arena, f.diags.first),
                 ":1:1: bool is wanted here, and this is int (compare it with something)");
    assert_ok(sw_cel_compile(&f.arena, &fixture_env, SW_S("data.to_days > 1"), wanted,
                             (sw_cel_place){0}, &f.diags, &f.cel));
    assert_int_equal(sw_cel_result_type(f.cel)->kind, SW_BOOL);
    fixture_end(&f);
}

static void types_have_texts(void **state) {
    (void)state;
    cel_fixture f;
    fixture_begin(&f);
    assert_ok(fixture_compile(&f, SW_S("{'a': [[], [data.detained_at]]}")));
    assert_slice(sw_cel_type_text(&f.arena, sw_cel_result_type(f.cel)),
                 "map(string, list(list(timestamp)))");
    assert_ok(fixture_compile(&f, SW_S("[]")));
    assert_slice(sw_cel_type_text(&f.arena, sw_cel_result_type(f.cel)), "list");
    fixture_end(&f);
}

static void the_longest_name_and_the_innermost_variable_win(void **state) {
    (void)state;
    gives_true("left.data.n == 1");
    gives_true("[5].exists(data, data == 5)");
    gives_true("[5].exists(data, .data.to_days == 7 && data == 5)");
    gives_true("[1].all(y, [2].all(y, y == 2) && y == 1)");
    gives_true("x.a == 1 && x['a'] == 1 && .x.a == 1 && has(x.a) && !has(x.b)");
    gives_true(
        "type(1) == int && type('') == string && type(event.time) == google.protobuf.Timestamp");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_nothing_declares_bring_a_hint),
        cmocka_unit_test(personal_fields_are_refused_with_the_reason),
        cmocka_unit_test(mixed_types_are_refused_with_what_to_write),
        cmocka_unit_test(booleans_are_asked_for_where_they_are_needed),
        cmocka_unit_test(dynamic_typing_is_a_type_error),
        cmocka_unit_test(functions_tell_how_they_are_called),
        cmocka_unit_test(all_faults_are_found_in_one_run),
        cmocka_unit_test(one_fault_does_not_make_others_above_it),
        cmocka_unit_test(the_wanted_type_is_checked),
        cmocka_unit_test(types_have_texts),
        cmocka_unit_test(the_longest_name_and_the_innermost_variable_win),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
