#include "unit/test.h"

static void says_place_field_message_and_remedy(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 100000);
    sw_diags diags;
    sw_diags_init(&diags, &arena, SW_S("a.yaml"), 2);
    assert_int_equal(
        sw_diag_at(&diags, SW_E_TYPE, 3, 7, "rules[0].limit", "write 3d", "not a %s", "span"),
        SW_E_TYPE);
    assert_slice(sw_diag_text(&arena, diags.first),
                 "a.yaml:3:7: rules[0].limit: not a span (write 3d)");
    sw_diag_at(&diags, SW_E_SYNTAX, 0, 0, NULL, NULL, "second");
    sw_diag_at(&diags, SW_E_SYNTAX, 0, 0, NULL, NULL, "third, counted only");
    assert_int_equal(diags.count, 3);
    assert_slice(sw_diag_text(&arena, diags.last), "a.yaml: second");
    assert_null(diags.last->next);
    assert_int_equal(sw_diag_at(NULL, SW_E_IO, 0, 0, NULL, NULL, "nobody asks"), SW_E_IO);
    sw_arena_done(&arena);
}

static void survives_a_full_arena(void **state) {
    (void)state;
    for (int64_t n = 0; n < 4; n++) {
        sw_arena arena;
        sw_arena_init(&arena, 100000);
        sw_diags diags;
        sw_diags_init(&diags, &arena, SW_SLICE_NONE, 10);
        arena.fail_after = n;
        assert_int_equal(sw_diag_at(&diags, SW_E_TYPE, 1, 1, "f", "h", "m"), SW_E_TYPE);
        assert_int_equal(diags.count, 1);
        sw_arena_done(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_place_field_message_and_remedy),
        cmocka_unit_test(survives_a_full_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
