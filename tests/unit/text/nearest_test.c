#include "unit/test.h"

#include "text/yaml.h"

static const char *const words[] = {"required", "personal", "orgcode", "coercion.detained", "on"};

static const char *nearest(const char *word) {
    return sw_nearest(sw_slice_cstr(word), words, SW_COUNT(words));
}

static void finds_what_was_meant(void **state) {
    (void)state;
    assert_string_equal(nearest("requird"), "required");
    assert_string_equal(nearest("reqiured"), "required");
    assert_string_equal(nearest("persnal"), "personal");
    assert_string_equal(nearest("orgCode"), "orgcode");
    assert_string_equal(nearest("org_code"), "orgcode");
    assert_string_equal(nearest("coercion.detaned"), "coercion.detained");
}

static void does_not_guess(void **state) {
    (void)state;
    assert_null(nearest("colour"));
    assert_null(nearest("of"));
    assert_null(nearest(""));
    assert_null(nearest("required-but-much-longer"));
    assert_null(sw_nearest(SW_S("required"), NULL, 0));
    char longer[200];
    memset(longer, 'r', sizeof longer);
    assert_null(sw_nearest(sw_slice_of(longer, sizeof longer), words, SW_COUNT(words)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_meant),
        cmocka_unit_test(does_not_guess),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
