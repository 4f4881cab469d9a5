#include "unit/test.h"

#include <math.h>

#include "base/rng.h"
#include "text/number.h"

static void writes(double d, const char *text) {
    sw_buf buf;
    sw_buf_init(&buf, 100);
    sw_double_write(&buf, d);
    assert_slice(sw_buf_slice(&buf), text);
    sw_buf_done(&buf);
}

static double of_bits(uint64_t bits) {
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

/* RFC 8785, appendix B. */
static void writes_the_numbers_of_rfc_8785(void **state) {
    (void)state;
    static const struct {
        uint64_t bits;
        const char *text;
    } cases[] = {
        {0x0000000000000000, "0"},
        {0x8000000000000000, "0"},
        {0x0000000000000001, "5e-324"},
        {0x8000000000000001, "-5e-324"},
        {0x7fefffffffffffff, "1.7976931348623157e+308"},
        {0xffefffffffffffff, "-1.7976931348623157e+308"},
        {0x4340000000000000, "9007199254740992"},
        {0xc340000000000000, "-9007199254740992"},
        {0x4430000000000000, "295147905179352830000"},
        {0x44b52d02c7e14af5, "9.999999999999997e+22"},
        {0x44b52d02c7e14af6, "1e+23"},
        {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
        {0x444b1ae4d6e2ef4e, "999999999999999700000"},
        {0x444b1ae4d6e2ef4f, "999999999999999900000"},
        {0x444b1ae4d6e2ef50, "1e+21"},
        {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
        {0x3eb0c6f7a0b5ed8d, "0.000001"},
        {0x41b3de4355555553, "333333333.3333332"},
        {0x41b3de4355555554, "333333333.33333325"},
        {0x41b3de4355555555, "333333333.3333333"},
        {0x41b3de4355555556, "333333333.3333334"},
        {0x41b3de4355555557, "333333333.33333343"},
        {0xbecbf647612f3696, "-0.0000033333333333333333"},
        {0x43143ff3c1cb0959, "1424953923781206.2"},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) writes(of_bits(cases[i].bits), cases[i].text);
    writes((double)NAN, "NaN");
    writes((double)INFINITY, "Infinity");
    writes(-(double)INFINITY, "-Infinity");
}

static void writes_everyday_numbers(void **state) {
    (void)state;
    writes(1234.5, "1234.5");
    writes(-0.25, "-0.25");
    writes(0.1 + 0.2, "0.30000000000000004");
    writes(123.456789, "123.456789");
    writes(1e20, "100000000000000000000");
    writes(0.0001, "0.0001");
    writes(1.5e-9, "1.5e-9");
    writes(of_bits(0x3d30000000000000), "5.684341886080802e-14"); /* 2^-44 */
    writes(of_bits(0x0e80000000000000),
           "7.678447687145631e-239"); /* 2^-791, not the nearest 16 digits */
    writes(of_bits(0x0010000000000000), "2.2250738585072014e-308"); /* the least normal one */
}

static void any_double_reads_back(void **state) {
    (void)state;
    sw_rng rng;
    sw_rng_init(&rng, 754);
    sw_buf buf;
    sw_buf_init(&buf, 100);
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = sw_rng_next(&rng);
        if (i % 7 == 0) bits &= 0xfff0000000000000; /* powers of two */
        double d = of_bits(bits), back = 0;
        if (i % 3 == 0) d = (double)sw_rng_between(&rng, -1000000000, 1000000000) / 1000;
        if (!isfinite(d)) continue;
        sw_buf_clear(&buf);
        sw_double_write(&buf, d);
        assert_ok(sw_double_parse(sw_buf_slice(&buf), &back));
        assert_true(back == d);
    }
    sw_buf_done(&buf);
}

static void reads_to_the_nearest_double(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double d;
    } cases[] = {
        {"0", 0},
        {"-1.5", -1.5},
        {"+2", 2},
        {".5", 0.5},
        {"5.", 5},
        {"1e-7", 1e-7},
        {"123456789012345678", 123456789012345680.0},
        {"9007199254740993", 9007199254740992.0},
        {"9007199254740993.00000000000000000000000000000000000000001", 9007199254740994.0},
        {"1.7976931348623157e308", 1.7976931348623157e308},
        {"2.4703282292062327208e-324", 0},
        {"2.4703282292062328e-324", 5e-324},
        {"0.000000000000000000000000000000000000000000000000001e51", 1},
        {"1e-99999999999", 0},
        {"0e99999999999", 0},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        double d = 7;
        assert_ok(sw_double_parse(sw_slice_cstr(cases[i].text), &d));
        assert_true(d == cases[i].d);
    }
    double d = 7;
    static const char *const bad[] = {"",      "-",    ".",   "e5", "1e", "1e+",
                                      "1.2.3", "0x10", "inf", "1 ", " 1"};
    for (size_t i = 0; i < SW_COUNT(bad); i++)
        assert_int_equal(sw_double_parse(sw_slice_cstr(bad[i]), &d), SW_E_SYNTAX);
    assert_int_equal(sw_double_parse(SW_S("1.7976931348623159e308"), &d), SW_E_RANGE);
    assert_int_equal(sw_double_parse(SW_S("1e99999999999"), &d), SW_E_RANGE);
    assert_true(d == 7);
}

static void a_digit_far_behind_a_tie_counts(void **state) {
    (void)state;
    char text[1200];
    memset(text, '0', sizeof text);
    memcpy(text, "9007199254740993.", 17); /* a tie between two doubles */
    double d;
    assert_ok(sw_double_parse(sw_slice_of(text, sizeof text), &d));
    assert_true(d == 9007199254740992.0);
    text[sizeof text - 1] = '1';
    assert_ok(sw_double_parse(sw_slice_of(text, sizeof text), &d));
    assert_true(d == 9007199254740994.0);
}

static void whole_numbers_may_be_spelt_with_point_or_exponent(void **state) {
    (void)state;
    static const struct {
        const char *text;
        sw_err err;
        int64_t n;
    } cases[] = {
        {"3.0", SW_OK, 3},
        {"30e-1", SW_OK, 3},
        {"-2.50e2", SW_OK, -250},
        {"0.0", SW_OK, 0},
        {"0e99999", SW_OK, 0},
        {"9223372036854775807.000", SW_OK, INT64_MAX},
        {"-9.223372036854775808e18", SW_OK, INT64_MIN},
        {"9223372036854775808", SW_E_RANGE, 0},
        {"1e30", SW_E_RANGE, 0},
        {"0.5", SW_E_TYPE, 0},
        {"1e-1", SW_E_TYPE, 0},
        {"x", SW_E_SYNTAX, 0},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        int64_t n = 0;
        assert_int_equal(sw_integral_parse(sw_slice_cstr(cases[i].text), &n), cases[i].err);
        assert_true(n == cases[i].n);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_numbers_of_rfc_8785),
        cmocka_unit_test(writes_everyday_numbers),
        cmocka_unit_test(any_double_reads_back),
        cmocka_unit_test(reads_to_the_nearest_double),
        cmocka_unit_test(a_digit_far_behind_a_tie_counts),
        cmocka_unit_test(whole_numbers_may_be_spelt_with_point_or_exponent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
