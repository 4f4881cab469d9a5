#include <stdio.h>
#include <stdlib.h>

#include "report/bulletin/bulletin.h"
#include "unit/report/rig.h"
#include "unit/test.h"

static const char catalogue[] =
    "types:\n"
    "  a.seen: {fields: {case_id: {type: string, key: true}, good: bool}}\n";

static const char indicators[] = "apiVersion: seawall/v1\n"
                                 "kind: IndicatorPack\n"
                                 "metadata: {name: test, version: 1.0.0, timezone: Asia/Shanghai}\n"
                                 "indicators:\n"
                                 "  - {id: seen, name: '<b>看</b>', name_en: '=SEEN()', domain: "
                                 "'<i>甲</i>', events: [{on: a.seen}]}\n"
                                 "  - {id: bad, name: 坏, name_en: bad, domain: 乙, better: less,\n"
                                 "     events: [{on: a.seen, when: '!data.good'}]}\n"
                                 "  - {id: share, name: 率, name_en: share, domain: 乙, better: "
                                 "less, ratio: {part: bad, whole: seen}}\n";

/* 2026-03-02 is a Monday. */
#define MONDAY 20514

static void send(report_rig *rig, int id, const char *org, const char *day, bool good) {
    char text[512];
    (void)snprintf(text, sizeof text,
                   "{\"specversion\":\"1.0\",\"id\":\"e%d\",\"source\":\"s\",\"type\":\"a.seen\","
                   "\"subject\":\"c%d\",\"orgcode\":\"%s\",\"time\":\"%sT12:00:00+08:00\","
                   "\"data\":{\"case_id\":\"c\",\"good\":%s}}",
                   id, id, org, day, good ? "true" : "false");
    report_rig_event(rig, text);
}

static void open_rig(report_rig *rig) {
    report_rig_open(rig, catalogue, indicators);
    send(rig, 1, "320981010000", "2026-03-02", true);
    send(rig, 2, "320981010000", "2026-03-03", false);
    send(rig, 3, "320981020000", "2026-03-04", false);
    send(rig, 4, "320981020000", "2026-03-08", false);
    send(rig, 5, "320981020000", "2026-02-25", false); /* the week before */
    send(rig, 6, "330101000000", "2026-03-04", false); /* another city */
    report_rig_run(rig);
}

static sw_bulletin make(report_rig *rig, sw_bulletin_kind kind, int32_t day) {
    sw_bulletin bulletin;
    assert_ok(sw_bulletin_make(&rig->figures, kind, SW_S("320981"), day, 1772841600000, &rig->arena,
                               &bulletin));
    return bulletin;
}

static void a_week_is_from_monday_to_sunday(void **state) {
    (void)state;
    report_rig rig = {0};
    open_rig(&rig);
    const sw_bulletin b = make(&rig, SW_BULLETIN_WEEKLY, MONDAY + 6);
    assert_int_equal(b.span.from, MONDAY);
    assert_int_equal(b.span.to, MONDAY + 6);
    assert_int_equal(b.section_count, 2);
    assert_int_equal(b.sections[0].rows[0].now.count, 4);
    assert_int_equal(b.sections[0].rows[0].previous.count, 1);
    assert_int_equal(b.sections[1].rows[0].now.count, 3);
    double share;
    assert_true(
        sw_measure_number(b.sections[1].rows[1].indicator, &b.sections[1].rows[1].now, &share));
    assert_true(share > 0.7499 && share < 0.7501);
    report_rig_close(&rig);
}

static void units_with_the_most_problems_come_first(void **state) {
    (void)state;
    report_rig rig = {0};
    open_rig(&rig);
    const sw_bulletin b = make(&rig, SW_BULLETIN_MONTHLY, MONDAY);
    assert_int_equal(b.column_count, 1); /* a ratio can't be added up */
    assert_int_equal(b.unit_count, 2);
    assert_slice(b.units[0].org, "32098102");
    assert_int_equal(b.units[0].sum, 2);
    assert_int_equal(b.units[1].sum, 1);
    report_rig_close(&rig);
}

static bool holds(const sw_buf *out, const char *text) {
    return memmem(out->ptr, out->len, text, strlen(text)) != NULL;
}

static void names_stay_text_in_every_form(void **state) {
    (void)state;
    report_rig rig = {0};
    sw_buf out;
    open_rig(&rig);
    const sw_bulletin b = make(&rig, SW_BULLETIN_DAILY, MONDAY + 1);
    sw_buf_init(&out, 1 << 20);
    sw_bulletin_html(&b, SW_CHINESE, &out);
    assert_ok(out.err);
    assert_false(holds(&out, "<b>看"));
    assert_true(holds(&out, "&lt;b&gt;看&lt;/b&gt;"));
    assert_true(holds(&out, "&lt;i&gt;甲"));
    assert_false(holds(&out, "<script"));
    sw_buf_clear(&out);
    sw_bulletin_csv(&b, SW_ENGLISH, &out);
    assert_ok(out.err);
    assert_true(holds(&out, "\"'=SEEN()\",1,1,0\r\n"));
    sw_buf_clear(&out);
    sw_buf_add_byte(&out, '{');
    sw_bulletin_json(&b, &out);
    sw_buf_add_byte(&out, '}');
    assert_ok(out.err);
    const sw_json *json;
    assert_ok(sw_json_parse(&rig.arena, sw_buf_slice(&out), (sw_json_limits){0}, NULL, &json));
    sw_buf_done(&out);
    report_rig_close(&rig);
}

static void changes_are_told_by_what_is_better(void **state) {
    (void)state;
    const sw_indicator more = {.kind = SW_INDICATOR_EVENTS, .better = SW_BETTER_MORE};
    const sw_indicator neither = {.kind = SW_INDICATOR_EVENTS};
    const sw_indicator less = {.kind = SW_INDICATOR_EVENTS, .better = SW_BETTER_LESS};
    const sw_indicator ratio = {.kind = SW_INDICATOR_RATIO};
    const sw_measure three = {3, 0}, two = {2, 0}, none = {0, 0}, half = {1, 2};
    assert_int_equal(sw_change_sign(&more, &three, &two), 1);
    assert_int_equal(sw_change_sign(&less, &three, &two), -1);
    assert_int_equal(sw_change_sign(&less, &two, &two), 0);
    assert_int_equal(sw_change_sign(&neither, &three, &two), 0);
    assert_int_equal(sw_change_sign(&ratio, &half, &none), 0);
    sw_buf out;
    sw_buf_init(&out, 256);
    sw_change_text(&more, &three, &two, &out);
    sw_buf_add_byte(&out, ';');
    sw_change_text(&more, &three, &none, &out);
    sw_buf_add_byte(&out, ';');
    sw_measure_text(&more, &(sw_measure){1234567, 0}, &out);
    sw_buf_add_byte(&out, ';');
    sw_measure_text(&ratio, &half, &out);
    assert_slice(sw_buf_slice(&out), "+50.0 %;–;1,234,567;50.0 %");
    sw_buf_done(&out);
}

static void a_workbook_is_a_zip_with_two_sheets_and_two_charts(void **state) {
    (void)state;
    report_rig rig = {0};
    sw_buf out;
    open_rig(&rig);
    const sw_bulletin b = make(&rig, SW_BULLETIN_WEEKLY, MONDAY);
    sw_buf_init(&out, 8 << 20);
    assert_ok(sw_bulletin_xlsx(&b, SW_ENGLISH, "/tmp", &out));
    assert_memory_equal(out.ptr, "PK", 2);
    static const char *const parts[] = {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml",
                                        "xl/charts/chart1.xml", "xl/charts/chart2.xml"};
    for (size_t i = 0; i < SW_COUNT(parts); i++) assert_true(holds(&out, parts[i]));
    sw_buf_clear(&out);
    assert_int_equal(sw_bulletin_xlsx(&b, SW_ENGLISH, "/no/such/folder", &out), SW_E_IO);
    sw_buf_done(&out);
    report_rig_close(&rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_week_is_from_monday_to_sunday),
        cmocka_unit_test(units_with_the_most_problems_come_first),
        cmocka_unit_test(names_stay_text_in_every_form),
        cmocka_unit_test(changes_are_told_by_what_is_better),
        cmocka_unit_test(a_workbook_is_a_zip_with_two_sheets_and_two_charts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
