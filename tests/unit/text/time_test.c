#include "unit/test.h"

#include "base/rng.h"
#include "text/time.h"

static void every_day_of_four_centuries_and_the_ends_of_the_range_round_trip(void **state) {
    (void)state;
    int64_t days = sw_days_from_date(1, 1, 1);
    assert_int_equal(days * 86400000, SW_TIME_FIRST_MS);
    int32_t weekday = 1; /* 0001-01-01 was a Monday */
    for (int64_t year = 1; year <= 9999; year++) {
        for (int32_t month = 1; month <= 12; month++) {
            int32_t last = sw_days_in_month(year, month);
            for (int32_t day = 1; day <= last; day++, days++) {
                if (year > 401 && year < 9900 && (year < 1890 || year > 2110)) {
                    day = last + 1;
                    days += last - 1;
                    weekday = (weekday + last) % 7;
                    continue;
                }
                int64_t y;
                int32_t m, d;
                assert_int_equal(sw_days_from_date(year, month, day), days);
                sw_date_from_days(days, &y, &m, &d);
                assert_true(y == year && m == month && d == day);
                assert_int_equal(sw_weekday(days), weekday);
                weekday = (weekday + 1) % 7;
            }
        }
    }
    assert_int_equal(days * 86400000 - 1, SW_TIME_LAST_MS);
}

static void knows_leap_years(void **state) {
    (void)state;
    assert_int_equal(sw_days_in_month(2024, 2), 29);
    assert_int_equal(sw_days_in_month(2026, 2), 28);
    assert_int_equal(sw_days_in_month(1900, 2), 28);
    assert_int_equal(sw_days_in_month(2000, 2), 29);
    assert_int_equal(sw_days_from_date(1970, 1, 1), 0);
    assert_int_equal(sw_days_from_date(2000, 3, 1), 11017);
    assert_int_equal(sw_weekday(sw_days_from_date(2026, 3, 1)), 0); /* a Sunday */
    assert_int_equal(sw_weekday(-1), 3);
}

static void reads_rfc_3339(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
        int32_t nanos;
    } cases[] = {
        /* RFC 3339, 5.8 */
        {"1985-04-12T23:20:50.52Z", 482196050, 520000000},
        {"1996-12-19T16:39:57-08:00", 851042397, 0},
        {"1990-12-31T23:59:60Z", 662688000, 0},
        {"1990-12-31T15:59:60-08:00", 662688000, 0},
        {"1937-01-01T12:00:27.87+00:20", -1041337173, 870000000},
        {"1970-01-01T00:00:00Z", 0, 0},
        {"1970-01-01t00:00:00z", 0, 0},
        {"1969-12-31T23:59:59.999Z", -1, 999000000},
        {"2026-03-01T09:00:00+08:00", 1772326800, 0},
        {"2026-03-01T01:00:00.123456789987654321Z", 1772326800, 123456789},
        {"2024-02-29T00:00:00-00:00", 1709164800, 0},
        {"0001-01-01T00:00:00Z", SW_TIME_FIRST_MS / 1000, 0},
        {"0000-12-31T16:00:00-08:00", SW_TIME_FIRST_MS / 1000, 0},
        {"9999-12-31T23:59:59.999Z", SW_TIME_LAST_MS / 1000, 999000000},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        sw_instant instant;
        assert_ok(sw_time_parse(sw_slice_cstr(cases[i].text), &instant));
        assert_int_equal(instant.seconds, cases[i].seconds);
        assert_int_equal(instant.nanos, cases[i].nanos);
    }
    int64_t ms;
    assert_ok(sw_time_parse_ms(SW_S("1969-12-31T23:59:59.9999Z"), &ms));
    assert_int_equal(ms, -1);
}

static void refuses_what_is_not_rfc_3339(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "2026",
        "2026-03-01",
        "2026-03-01T09:00:00",
        "2026-03-01 09:00:00Z",
        "2026-03-01T09:00Z",
        "2026-03-01T09:00:00+8:00",
        "2026-03-01T09:00:00+0800",
        "2026-03-01T09:00:00+24:00",
        "2026-03-01T09:00:00+08:60",
        "2026-03-01T09:00:00.Z",
        "2026-03-01T09:00:00,5Z",
        "2026-03-01T09:00:00ZZ",
        "2026-03-01T09:00:00Z ",
        " 2026-03-01T09:00:00Z",
        "2026-13-01T09:00:00Z",
        "2026-00-01T09:00:00Z",
        "2026-02-29T09:00:00Z",
        "2026-03-00T09:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T23:60:00Z",
        "2026-03-01T23:59:61Z",
        "2026-03-01T22:59:60Z",
        "2026-03-01T23:59:60+08:00",
        "+2026-03-01T09:00:00Z",
        "20260301T090000Z",
        "2026-03-01T09:00:0/Z",
    };
    sw_instant instant = {7, 7};
    for (size_t i = 0; i < SW_COUNT(bad); i++)
        assert_int_equal(sw_time_parse(sw_slice_cstr(bad[i]), &instant), SW_E_SYNTAX);
    static const char *const far[] = {"0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-00:01",
                                      "0000-01-01T00:00:00Z", "9999-12-31T23:59:60Z"};
    for (size_t i = 0; i < SW_COUNT(far); i++)
        assert_int_equal(sw_time_parse(sw_slice_cstr(far[i]), &instant), SW_E_RANGE);
    assert_int_equal(instant.seconds, 7);
    sw_slice whole = SW_S("2026-03-01T09:00:00.25+08:00");
    for (size_t len = 0; len < whole.len; len++)
        assert_int_equal(sw_time_parse(sw_slice_sub(whole, 0, len), &instant), SW_E_SYNTAX);
}

static void what_is_no_date_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"",          "2026-3-01",  "2026/03/01", "2026-03-01T",
                                        "20260301",  "2026-03-0x", " 2026-03-1", "-026-03-01",
                                        "2026-+3-01"};
    int64_t ret;
    for (size_t i = 0; i < SW_COUNT(texts); i++)
        assert_int_equal(sw_date_parse(sw_slice_cstr(texts[i]), &ret), SW_E_SYNTAX);
    assert_ok(sw_date_parse(SW_S("1970-01-02"), &ret));
    assert_int_equal(ret, 1);
    assert_int_equal(sw_date_parse(SW_S("2026-02-29"), &ret), SW_E_RANGE);
    assert_int_equal(sw_date_parse(SW_S("2026-13-01"), &ret), SW_E_RANGE);
    assert_int_equal(sw_date_parse(SW_S("0000-01-01"), &ret), SW_E_RANGE);
}

static void writes_the_offset_and_only_fractions_that_are_there(void **state) {
    (void)state;
    static const struct {
        int64_t ms;
        int32_t offset_s;
        const char *text;
    } cases[] = {
        {0, 0, "1970-01-01T00:00:00Z"},
        {1772326800000, 28800, "2026-03-01T09:00:00+08:00"},
        {1772326800123, 28800, "2026-03-01T09:00:00.123+08:00"},
        {1772326800007, -12600, "2026-02-28T21:30:00.007-03:30"},
        {-1, 0, "1969-12-31T23:59:59.999Z"},
        {0, 29143, "1970-01-01T08:05:00+08:05"}, /* local mean time of Shanghai */
        {SW_TIME_LAST_MS, 28800, "9999-12-31T23:59:59.999Z"},
        {SW_TIME_FIRST_MS, -3600, "0000-12-31T23:00:00-01:00"},
        {SW_TIME_MAX, 28800, "9999-12-31T23:59:59.999Z"},
        {SW_TIME_NONE, 0, "0001-01-01T00:00:00Z"},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        sw_buf buf;
        sw_buf_init(&buf, 100);
        sw_time_write(&buf, cases[i].ms, cases[i].offset_s);
        assert_slice(sw_buf_slice(&buf), cases[i].text);
        sw_buf_done(&buf);
    }
}

static void what_is_written_reads_back(void **state) {
    (void)state;
    sw_rng rng;
    sw_rng_init(&rng, 20260301);
    sw_buf buf;
    sw_buf_init(&buf, 100);
    for (int i = 0; i < 20000; i++) {
        static const int32_t parts[] = {1, 1000, 1000000, 1000000000};
        int32_t part = parts[sw_rng_below(&rng, 4)];
        sw_instant instant = {sw_rng_between(&rng, SW_TIME_FIRST_MS / 1000, SW_TIME_LAST_MS / 1000),
                              (int32_t)sw_rng_below(&rng, (uint64_t)(1000000000 / part)) * part %
                                  1000000000};
        sw_buf_clear(&buf);
        sw_instant_write(&buf, instant, (int32_t)sw_rng_between(&rng, -1439, 1439) * 60);
        sw_instant back;
        assert_ok(sw_time_parse(sw_buf_slice(&buf), &back));
        assert_int_equal(back.seconds, instant.seconds);
        assert_int_equal(back.nanos, instant.nanos);
    }
    sw_buf_done(&buf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_four_centuries_and_the_ends_of_the_range_round_trip),
        cmocka_unit_test(knows_leap_years),
        cmocka_unit_test(reads_rfc_3339),
        cmocka_unit_test(refuses_what_is_not_rfc_3339),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(writes_the_offset_and_only_fractions_that_are_there),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
