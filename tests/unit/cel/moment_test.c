#include "fixture.h"

#define T(text) "timestamp('" text "')"

static void durations_are_read_in_every_unit(void **state) {
    (void)state;
    gives_true("duration('1h30m') == duration('90m') && duration('1.5h') == duration('5400s')");
    gives_true("duration('0') == duration('0s') && duration('-1.5h') == duration('-90m')");
    gives_true(
        "duration('1ms1us1ns') == duration('1001001ns') && duration('1µs') == duration('1us')");
    gives_true("duration('+.5s') == duration('500ms') && duration('1.s') == duration('1s')");
    gives_true("duration('0.000000001s') == duration('1ns') && duration('0.0000000001s') == "
               "duration('0')");
    fails(
        "duration('3d')", SW_E_INVALID,
        "duration('3d'): the text is not a duration, like 72h, 1h30m or 90s (there is no unit for "
        "days)");
    fails("duration('')", SW_E_INVALID,
          "duration(''): the text is not a duration, like 72h, 1h30m or 90s (there is no unit for "
          "days)");
    fails(
        "duration('.s')", SW_E_INVALID,
        "duration('.s'): the text is not a duration, like 72h, 1h30m or 90s (there is no unit for "
        "days)");
    fails("duration('3000000h')", SW_E_RANGE, "duration('3000000h') is longer than 292 years");
    fails("duration('99999999999999999999s')", SW_E_RANGE,
          "duration('99999999999999999999s') is longer than 292 years");
}

static void times_are_added_and_subtracted(void **state) {
    (void)state;
    gives_true("data.detained_at + duration('72h') == " T("2026-03-04T09:00:00+08:00"));
    gives_true("duration('1h') + event.time - duration('1h') == event.time");
    gives_true(T("2026-03-01T00:00:00Z") " - " T("2026-02-28T23:59:59.5Z") " == duration('0.5s')");
    gives_true(T("2026-02-28T23:59:59.5Z") " - " T("2026-03-01T00:00:00Z") " == duration('-0.5s')");
    gives_true(T("2026-03-01T00:00:00Z") " - duration('0.25s') == " T("2026-02-28T23:59:59.75Z"));
    gives_true(
        "duration('1s') - duration('3s') == duration('-2s') && duration('-1s') < duration('0')");
    fails("duration('2000000h') + duration('2000000h')", SW_E_RANGE,
          "duration('2000000h') + duration('2000000h') is longer than 292 years");
    fails(T("9999-12-31T23:59:59Z") " + duration('1s')", SW_E_RANGE,
          T("9999-12-31T23:59:59Z") " + duration('1s') is a time outside of the years 1 to 9999");
    fails(T("9999-12-31T23:59:59Z") " - " T("0001-01-01T00:00:00Z"), SW_E_RANGE,
          T("9999-12-31T23:59:59Z") " - " T("0001-01-01T00:00:00Z") " is longer than 292 years");
}

static void times_order_to_the_nanosecond(void **state) {
    (void)state;
    gives_true(T("2026-03-01T00:00:00.000000001Z") " > " T("2026-03-01T00:00:00Z"));
    gives_true(T("2026-03-01T08:00:00+08:00") " == " T("2026-03-01T00:00:00Z"));
    gives_true(T("1969-12-31T23:59:59.9Z") " < " T("1970-01-01T00:00:00Z"));
    gives_true(
        "int(" T("1970-01-01T00:00:01.9Z") ") == 1 && timestamp(0) == " T("1970-01-01T00:00:00Z"));
    fails("timestamp('2026-02-30T00:00:00Z')", SW_E_INVALID,
          "timestamp('2026-02-30T00:00:00Z'): the text is not a time of RFC 3339, like "
          "2026-03-01T09:00:00+08:00");
    fails("timestamp('2026-03-01')", SW_E_INVALID,
          "timestamp('2026-03-01'): the text is not a time of RFC 3339, like "
          "2026-03-01T09:00:00+08:00");
    fails("timestamp(253402300800)", SW_E_RANGE,
          "timestamp(253402300800) is a time outside of the years 1 to 9999");
}

/* 2026-03-01 is a Sunday. */
static void parts_are_those_of_the_zone(void **state) {
    (void)state;
    gives_true(
        "data.detained_at.getHours() == 1 && data.detained_at.getHours('Asia/Shanghai') == 9");
    gives_true(
        "data.detained_at.getHours('+08:00') == 9 && data.detained_at.getHours('-02:30') == 22");
    gives_true("data.detained_at.getMinutes('-02:30') == 30 && data.detained_at.getSeconds() == 0");
    gives_true("data.detained_at.getDate() == 1 && data.detained_at.getDate('-02:30') == 28");
    gives_true("data.detained_at.getDayOfMonth() == 0 && data.detained_at.getMonth() == 2");
    gives_true(
        "data.detained_at.getMonth('-02:30') == 1 && data.detained_at.getFullYear() == 2026");
    gives_true(
        "data.detained_at.getDayOfWeek() == 0 && data.detained_at.getDayOfWeek('-02:30') == 6");
    gives_true("data.detained_at.getDayOfYear() == 59");
    gives_true(T("1969-12-31T23:59:58.7Z") ".getMilliseconds() == 700");
    gives_true(T("1969-12-31T23:59:58.7Z") ".getSeconds() == 58");
    gives_true("duration('26h').getHours() == 26 && duration('26h').getMinutes() == 1560");
    gives_true(
        "duration('1m1.5s').getSeconds() == 61 && duration('1m1.5s').getMilliseconds() == 500");
    /* New York left standard time on 2026-03-08 at 07:00Z. */
    gives_true(T("2026-03-08T06:59:59Z") ".getHours('America/New_York') == 1");
    gives_true(T("2026-03-08T07:00:00Z") ".getHours('America/New_York') == 3");
}

static void a_zone_is_a_known_literal(void **state) {
    (void)state;
    refused("event.time.getHours('Mars/Olympus')", SW_E_UNKNOWN, 21,
            "there is no time zone Mars/Olympus (write \"Asia/Shanghai\" or \"+08:00\")");
    refused("event.time.getHours(data.kind)", SW_E_INVALID, 21,
            "a time zone can't be computed (write \"Asia/Shanghai\" or \"+08:00\")");
    refused("event.time.getHours('../../etc/passwd')", SW_E_UNKNOWN, 21,
            "there is no time zone ../../etc/passwd (write \"Asia/Shanghai\" or \"+08:00\")");
    gives_true("event.time.getHours('Asia/' + 'Shanghai') == 9"); /* a constant all the same */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read_in_every_unit),
        cmocka_unit_test(times_are_added_and_subtracted),
        cmocka_unit_test(times_order_to_the_nanosecond),
        cmocka_unit_test(parts_are_those_of_the_zone),
        cmocka_unit_test(a_zone_is_a_known_literal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
