#include "report/figures/span.h"
#include "text/time.h"
#include "unit/test.h"

static int32_t day(const char *text) {
    int64_t ret;
    assert_ok(sw_date_parse(sw_slice_cstr(text), &ret));
    char back[SW_DATE_TEXT];
    sw_date_text((int32_t)ret, back);
    assert_string_equal(back, text);
    return (int32_t)ret;
}

static void spans(sw_span_days (*of)(sw_span_days), const char *from, const char *to,
                  const char *want_from, const char *want_to) {
    const sw_span_days got = of((sw_span_days){day(from), day(to)});
    char got_from[SW_DATE_TEXT], got_to[SW_DATE_TEXT];
    sw_date_text(got.from, got_from);
    sw_date_text(got.to, got_to);
    assert_string_equal(got_from, want_from);
    assert_string_equal(got_to, want_to);
}

static void the_last_period_of_months_is_months(void **state) {
    (void)state;
    spans(sw_span_previous, "2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28");
    spans(sw_span_previous, "2026-01-01", "2026-03-31", "2025-10-01", "2025-12-31");
    spans(sw_span_previous, "2024-01-01", "2024-12-31", "2023-01-01", "2023-12-31");
}

static void the_last_period_of_days_is_as_many_days(void **state) {
    (void)state;
    spans(sw_span_previous, "2026-03-02", "2026-03-08", "2026-02-23", "2026-03-01");
    spans(sw_span_previous, "2026-03-01", "2026-03-01", "2026-02-28", "2026-02-28");
    spans(sw_span_previous, "2026-03-01", "2026-03-30", "2026-01-30", "2026-02-28");
}

static void a_year_before_keeps_the_dates_and_the_end_of_february(void **state) {
    (void)state;
    spans(sw_span_year_before, "2026-03-05", "2026-04-07", "2025-03-05", "2025-04-07");
    spans(sw_span_year_before, "2025-02-01", "2025-02-28", "2024-02-01", "2024-02-29");
    spans(sw_span_year_before, "2024-02-29", "2024-02-29", "2023-02-28", "2023-02-28");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_period_of_months_is_months),
        cmocka_unit_test(the_last_period_of_days_is_as_many_days),
        cmocka_unit_test(a_year_before_keeps_the_dates_and_the_end_of_february),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
