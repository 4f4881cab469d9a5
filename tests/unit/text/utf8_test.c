#include "unit/test.h"

#include "text/utf8.h"

static void every_code_point_round_trips_and_nothing_else_is_valid(void **state) {
    (void)state;
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        if (code >= 0xd800 && code <= 0xdfff) continue;
        char text[4];
        uint32_t bytes = sw_utf8_encode(code, text), read;
        sw_slice s = sw_slice_of(text, bytes);
        assert_true(sw_utf8_valid(s));
        assert_int_equal(sw_utf8_decode(s, 0, &read), code);
        assert_int_equal(read, bytes);
        assert_int_equal(sw_utf8_count(s), 1);
        for (uint32_t len = 1; len < bytes; len++)
            assert_int_equal(sw_utf8_valid_bytes(sw_slice_of(text, len)), 0);
    }
}

/* Of all texts of three bytes, those are valid that the encoder can make. */
static void counts_of_valid_texts_are_those_of_unicode(void **state) {
    (void)state;
    uint32_t two = 0, three = 0;
    for (uint32_t bits = 0; bits < 1u << 24; bits++) {
        char text[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
        uint32_t bytes = sw_utf8_length(sw_slice_of(text, 3), 0);
        two += bytes == 2;
        three += bytes == 3;
    }
    assert_int_equal(two, (0x800 - 0x80) * 256);
    assert_int_equal(three, 0x10000 - 0x800 - 0x800);
}

static void finds_the_first_byte_that_is_not_valid(void **state) {
    (void)state;
    assert_int_equal(sw_utf8_valid_bytes(SW_S("0123456789abcdef刑\xff")), 19);
    assert_int_equal(sw_utf8_valid_bytes(SW_S("\xf8\x88\x80\x80\x80")), 0);
    assert_int_equal(sw_utf8_valid_bytes(SW_S("\xf0\x80\x80\x80")), 0);
    assert_int_equal(sw_utf8_valid_bytes(SW_S("\xf5\x80\x80\x80")), 0);
    assert_true(sw_utf8_valid(SW_SLICE_NONE));
}

static void places_count_characters(void **state) {
    (void)state;
    uint32_t line, col;
    sw_slice text = SW_S("ab\n刑拘x\n\xff"
                         "y");
    sw_utf8_place(text, 0, &line, &col);
    assert_true(line == 1 && col == 1);
    sw_utf8_place(text, 9, &line, &col);
    assert_true(line == 2 && col == 3);
    sw_utf8_place(text, text.len, &line, &col);
    assert_true(line == 3 && col == 3);
}

static void control_characters_and_other_bytes_are_found_wherever_they_stand(void **state) {
    (void)state;
    char text[40];
    for (size_t len = 1; len <= sizeof text; len++) {
        for (size_t at = 0; at < len; at++) {
            for (int byte = 0; byte < 256; byte++) {
                memset(text, byte % 2 ? ' ' : '~', sizeof text);
                text[at] = (char)byte;
                sw_slice s = sw_slice_of(text, len);
                assert_int_equal(sw_utf8_has_control(s), byte < 0x20 || byte == 0x7f);
                /* No byte from 0x80 on is a character by itself. */
                assert_int_equal(sw_utf8_valid_bytes(s), byte < 0x80 ? len : at);
            }
        }
    }
    assert_false(sw_utf8_has_control(SW_SLICE_NONE));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_and_other_bytes_are_found_wherever_they_stand),
        cmocka_unit_test(every_code_point_round_trips_and_nothing_else_is_valid),
        cmocka_unit_test(counts_of_valid_texts_are_those_of_unicode),
        cmocka_unit_test(finds_the_first_byte_that_is_not_valid),
        cmocka_unit_test(places_count_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
