#include "fixture.h"

static void operators_bind_as_the_ladder_says(void **state) {
    (void)state;
    gives_true("1 + 2 * 3 == 7");
    gives_true("(1 + 2) * 3 == 9");
    gives_true("10 - 4 - 3 == 3");
    gives_true("100 / 10 / 5 == 2");
    gives_true("-2 * -3 == 6 && -(-5) == 5");
    gives_true("true || false && false");
    gives_true("!(false || false) && !false");
    gives_true("1 < 2 == true");
    gives_true("(false ? 1 : true ? 2 : 3) == 2");
    gives_true("!has(data.roving) ? true : false");
    gives_true("2 in [1, 2] && !(3 in [1, 2])");
}

static void numbers_are_read_to_their_limits(void **state) {
    (void)state;
    gives_true("-9223372036854775808 < 9223372036854775807");
    gives_true("18446744073709551615u > 0u && 0xFFu == 255u && 0x10 == 16 && -0x10 == -16");
    gives_true(".5 == 5e-1 && 1.0 == 1e0 && 1e+2 == 100.0");
    gives_true("-9223372036854775808 == -0x8000000000000000");
    refused("9223372036854775808", SW_E_SYNTAX, 1,
            "this number is too big (the largest int is 9223372036854775807)");
    refused("1 + 18446744073709551616u", SW_E_SYNTAX, 5,
            "this number is too big (the largest int is 9223372036854775807, the largest uint "
            "18446744073709551615u)");
    refused("1e400", SW_E_SYNTAX, 1,
            "this number is too big (the largest double is 1.7976931348623157e308)");
}

static void texts_escape_as_the_language_says(void **state) {
    (void)state;
    gives_true("\"\\u6848\\u4ef6\" == '案件'");
    gives_true("'\\U0001F600' == '\\xF0\\x9F' || size('\\U0001F600') == 1");
    gives_true("size('\\xff') == 1 && size(b'\\xff') == 1 && size(bytes('\\xff')) == 2");
    gives_true("r'\\d' == '\\\\d' && R\"\\n\" == '\\\\n' && br'\\x' == b'\\\\x'");
    gives_true("'''it's''' == \"it's\" && \"\"\"a\nb\"\"\" == 'a\\nb'");
    gives_true("'\\101\\a\\b\\f\\n\\r\\t\\v\\\\\\?\\\"\\'\\`' == "
               "'\\x41\\x07\\x08\\x0c\\x0a\\x0d\\x09\\x0b\\x5c\\x3f\\x22\\x27\\x60'");
}

static void wrong_texts_are_refused_where_they_are(void **state) {
    (void)state;
    refused(
        "1 == '\\s'", SW_E_SYNTAX, 7,
        "there is no such escape (write \\\\ for a backslash, or r'…' for a regular expression)");
    refused("'\\ud800'", SW_E_SYNTAX, 2, "this escape is no Unicode character");
    refused("'\\U00110000'", SW_E_SYNTAX, 2, "this escape is no Unicode character");
    refused("'\\x4'", SW_E_SYNTAX, 2, "this escape lacks digits");
    refused("'\\400'", SW_E_SYNTAX, 2, "an octal escape ends at \\377");
    refused("b'\\u0041'", SW_E_SYNTAX, 3, "bytes have no \\u escapes (write \\x and two digits)");
    refused("'abc", SW_E_SYNTAX, 1, "this text has no end (close the quote)");
    refused("'a\nb'", SW_E_SYNTAX, 1, "this text has no end (close the quote)");
    refused("'abc\\'", SW_E_SYNTAX, 1, "this text has no end (close the quote)");
    refused("'''abc''", SW_E_SYNTAX, 1, "this text has no end (close the quote)");
}

static void faults_name_what_stands_there(void **state) {
    (void)state;
    refused("", SW_E_SYNTAX, 1, "the expression ends where a value is expected");
    refused("1 +", SW_E_SYNTAX, 4, "the expression ends where a value is expected");
    refused("(1", SW_E_SYNTAX, 3, "the expression ends where ')' is expected");
    refused("[1, 2", SW_E_SYNTAX, 6, "the expression ends where ',' or ']' is expected");
    refused("1 2", SW_E_SYNTAX, 3, "'2' stands where an operator or the end is expected");
    refused("{1 2}", SW_E_SYNTAX, 4, "'2' stands where ':' is expected");
    refused("size(1,)", SW_E_SYNTAX, 8, "')' stands where an argument is expected");
    refused("a = b", SW_E_SYNTAX, 3, "this character has no meaning here (compare with ==)");
    refused("true & false", SW_E_SYNTAX, 6,
            "this character has no meaning here (write && for and)");
    refused("data.kind == 刑事", SW_E_SYNTAX, 14,
            "this character has no meaning here (texts stand in quotes)");
    refused("for", SW_E_SYNTAX, 1, "'for' is a reserved word");
    refused("data.", SW_E_SYNTAX, 6, "the expression ends where a name is expected");
    refused("true ? 1", SW_E_SYNTAX, 9, "the expression ends where ':' is expected");
    refused("Foo{a: 1}", SW_E_INVALID, 1,
            "messages can't be constructed in conditions (use a map: {'name': value})");
}

static void commas_comments_and_space_are_where_they_may_be(void **state) {
    (void)state;
    gives_true("[1, 2,] == [1,2] // the last comma\n");
    gives_true("{'a': 1,}.a == 1");
    gives_true("// a comment first\n\t true\f\r\n");
    gives_true("size([]) == 0 && size({}) == 0");
}

static void places_are_those_of_the_file(void **state) {
    (void)state;
    cel_fixture f;
    sw_cel_place place = {12, 20, "rules[3].start.when"};
    fixture_begin(&f);
    assert_int_equal(sw_cel_compile(&f.arena, &fixture_env,
                                    SW_S("'刑事' == 1 &&\n  data.knd == ''"), NULL, place, &f.diags,
                                    &f.cel),
                     SW_E_TYPE);
    assert_int_equal(f.diags.count, 2);
    assert_int_equal(f.diags.first->line, 12);
    assert_int_equal(f.diags.first->col, 25); /* characters, not bytes */
    assert_slice(f.diags.first->field, "rules[3].start.when");
    assert_int_equal(f.diags.last->line, 13);
    assert_int_equal(f.diags.last->col, 8);
    fixture_end(&f);
}

static void a_text_that_is_no_utf8_is_refused(void **state) {
    (void)state;
    refused("'a' == 'b\xff'", SW_E_SYNTAX, 10, "this is no valid UTF-8 (save the file as UTF-8)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_bind_as_the_ladder_says),
        cmocka_unit_test(numbers_are_read_to_their_limits),
        cmocka_unit_test(texts_escape_as_the_language_says),
        cmocka_unit_test(wrong_texts_are_refused_where_they_are),
        cmocka_unit_test(faults_name_what_stands_there),
        cmocka_unit_test(commas_comments_and_space_are_where_they_may_be),
        cmocka_unit_test(places_are_those_of_the_file),
        cmocka_unit_test(a_text_that_is_no_utf8_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
