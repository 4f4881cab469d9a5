#include "unit/test.h"

#include "host/auth.h"
#include "host/http.h"

static bool within(const char *unit, const char *org) {
    return sw_org_within(sw_slice_cstr(unit), sw_slice_cstr(org));
}

static void a_unit_contains_its_subtree_and_nothing_beside_it(void **state) {
    (void)state;
    assert_true(within("320981010000", "320981010000"));
    assert_true(within("320981000000", "320981010000")); /* county, station */
    assert_true(within("320900000000", "320981010000")); /* city */
    assert_true(within("3209", "320981010000"));         /* short forms */
    assert_true(within("320981", "320981010001"));
    assert_false(within("320981010000", "320981020000"));
    assert_false(within("320981010000", "320981000000")); /* never upwards */
    assert_false(within("320900000000", "321000000000"));
    assert_false(within("320981010000", ""));
}

static void zeros_within_a_city_s_digits_are_kept(void **state) {
    (void)state;
    /* 3200 is a province in the national code, and four digits are the least that a unit has. */
    assert_slice(sw_org_prefix(SW_S("320000000000")), "3200");
    assert_slice(sw_org_prefix(SW_S("320100000000")), "3201");
    assert_slice(sw_org_prefix(SW_S("320981100000")), "32098110");
    assert_false(within("320000000000", "320981010000"));
}

static void other_texts_contain_themselves_alone(void **state) {
    (void)state;
    assert_true(within("legal-brigade", "legal-brigade"));
    assert_false(within("legal", "legal-brigade"));
    assert_true(within("", "anything"));
    assert_true(within("", ""));
}

static void roles_are_read_and_written_by_name(void **state) {
    (void)state;
    char text[SW_ROLES_TEXT];
    sw_roles_text(SW_ROLE_ALL, text);
    assert_string_equal(text, "publisher viewer officer supervisor admin");
    sw_roles_text(SW_ROLE_VIEWER, text);
    assert_string_equal(text, "viewer");
    sw_roles_text(0, text);
    assert_string_equal(text, "");
    assert_int_equal(sw_role_parse(SW_S("supervisor")), SW_ROLE_SUPERVISOR);
    assert_int_equal(sw_role_parse(SW_S("Supervisor")), 0);
    assert_int_equal(sw_role_parse(SW_SLICE_NONE), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_contains_its_subtree_and_nothing_beside_it),
        cmocka_unit_test(zeros_within_a_city_s_digits_are_kept),
        cmocka_unit_test(other_texts_contain_themselves_alone),
        cmocka_unit_test(roles_are_read_and_written_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
