#include "fixture.h"

static void numbers_convert_within_their_range(void **state) {
    (void)state;
    gives_true("int(3u) == 3 && int(3.9) == 3 && int(-3.9) == -3 && int('-42') == -42");
    gives_true("uint(3) == 3u && uint(3.9) == 3u && uint('42') == 42u && double(3) == 3.0");
    gives_true("double('1.5e3') == 1500.0 && double('-0.5') == -0.5 && double(3u) == 3.0");
    gives_true(
        "double('NaN') != double('NaN') && double('Infinity') > 1e308 && -double('inf') < 0.0");
    fails("int(1e19)", SW_E_RANGE, "int(1e19) is outside of what the type can hold");
    fails("int(9223372036854775807.0)", SW_E_RANGE,
          "int(9223372036854775807.0) is outside of what the type can hold");
    fails("int(0.0 / 0.0)", SW_E_RANGE, "int(0.0 / 0.0) is outside of what the type can hold");
    fails("int(9223372036854775808u)", SW_E_RANGE,
          "int(9223372036854775808u) is outside of what the type can hold");
    fails("uint(-1)", SW_E_RANGE, "uint(-1) is outside of what the type can hold");
    fails("uint(-0.5)", SW_E_RANGE, "uint(-0.5) is outside of what the type can hold");
    fails("uint(1.9e19)", SW_E_RANGE, "uint(1.9e19) is outside of what the type can hold");
}

static void texts_that_are_no_number_fail(void **state) {
    (void)state;
    fails("int('3.5')", SW_E_INVALID, "int('3.5'): the text is not an int, like -42");
    fails("int('')", SW_E_INVALID, "int(''): the text is not an int, like -42");
    fails("uint('-1')", SW_E_INVALID, "uint('-1'): the text is not a uint, like 42");
    fails("uint('18446744073709551616')", SW_E_INVALID,
          "uint('18446744073709551616'): the text is not a uint, like 42");
    fails("double('0x10')", SW_E_INVALID, "double('0x10'): the text is not a double, like -1.5e3");
    fails("double(' 1')", SW_E_INVALID, "double(' 1'): the text is not a double, like -1.5e3");
    fails("bool('yes')", SW_E_INVALID, "bool('yes'): the text is not true or false");
    gives_true("bool('true') && !bool('0') && bool('T') && !bool('FALSE') && bool(true)");
}

static void values_have_texts(void **state) {
    (void)state;
    gives_text("string(-42)", "-42");
    gives_text("string(18446744073709551615u)", "18446744073709551615");
    gives_text("string(0.1)", "0.1");
    gives_text("string(1e21)", "1e+21");
    gives_text("string(2.0)", "2");
    gives_text("string(1.0 / 0.0)", "Infinity");
    gives_text("string(true)", "true");
    gives_text("string(b'\\xe6\\xa1\\x88')", "案");
    gives_text("string(timestamp('2026-03-01T09:00:00.5+08:00'))", "2026-03-01T01:00:00.500Z");
    gives_text("string(duration('90m0.5s'))", "5400.5s");
    gives_text("string(duration('-1ms'))", "-0.001s");
    fails("string(b'\\xff')", SW_E_INVALID, "string(b'\\xff') is no valid UTF-8");
    gives_true("bytes('案') == b'\\xe6\\xa1\\x88' && string(bytes('案')) == '案'");
}

static void types_are_values(void **state) {
    (void)state;
    gives_true("type(data.kind) == string && type([1]) == list && type({}) == map && type(null) == "
               "null_type");
    gives_true("type(type(1)) == type && type(1) != type(1u) && type(b'') == bytes && type(1.5) == "
               "double");
    gives_true("type(duration('1s')) == google.protobuf.Duration && type(true) == bool");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_convert_within_their_range),
        cmocka_unit_test(texts_that_are_no_number_fail),
        cmocka_unit_test(values_have_texts),
        cmocka_unit_test(types_are_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
