#include <stdio.h>

#include "seawall/generate/flow.h"
#include "seawall/generate/form/form.h"
#include "text/time.h"
#include "unit/test.h"

static const char catalogue_text[] =
    "types:\n"
    "  a.b:\n"
    "    element: case\n"
    "    fields:\n"
    "      case_id: {type: string, required: true, key: true}\n"
    "      person_ids: {type: 'string[]', key: true, of: person_id}\n"
    "      n: int\n"
    "      kind: {type: string, required: true}\n"
    "      due_at: timestamp\n"
    "      sure: bool\n";

static const sw_county county = {.seed = 5, .org = "320981", .stations = 3, .start_day = 20454};
static const sw_life life = {.name = "test"};

static sw_err new_form(sw_arena *arena, const char *type, const char *data, sw_diags *diags,
                       const sw_form **ret) {
    const sw_catalogue *cat;
    const sw_row row = EVENT(type, 0, 0, data);
    sw_diags_init(diags, arena, SW_SLICE_NONE, 20);
    assert_int_equal(
        sw_catalogue_parse(arena, SW_S("t.yaml"), sw_slice_cstr(catalogue_text), diags, &cat),
        SW_OK);
    return sw_form_new(arena, cat, &life, &row, diags, ret);
}

static void a_form_writes_what_its_words_say(void **state) {
    (void)state;
    sw_arena arena;
    sw_diags diags;
    const sw_form *form;
    sw_buf out;
    sw_arena_init(&arena, 1 << 20);
    sw_buf_init(&out, 1 << 16);
    assert_int_equal(new_form(&arena, "a.b", "n=#7-7 kind=x due_at=@+2h sure=?1000", &diags, &form),
                     SW_OK);
    sw_happening what = {.circle = {.number = 12, .station = 1, .officer = 2, .year = 26}};
    what.circle.nth[WHO_CASE] = 1;
    what.circle.persons = 2;
    sw_form_write(form, &county, &what, &out);
    assert_slice(
        sw_buf_slice(&out),
        "{\"specversion\":\"1.0\",\"id\":\"e-12-0\",\"source\":\"urn:320981:cases\",\"type\":\"a."
        "b\",\"subject\":\"A320981202600000012\",\"time\":\"1970-01-01T08:00:00+08:00\","
        "\"orgcode\":\"320981020000\",\"officerid\":\"030102\",\"recordedtime\":\"1970-01-01T08:"
        "00:00+08:00\",\"receivedtime\":\"1970-01-01T08:00:00+08:00\",\"data\":{\"case_id\":"
        "\"A320981202600000012\",\"due_at\":\"1970-01-01T10:00:00+08:00\",\"kind\":\"x\",\"n\":7,"
        "\"person_ids\":[\"P320981202600000012\",\"P320981202600000012-2\"],\"sure\":true}}\n");
    sw_buf_done(&out);
    sw_arena_done(&arena);
}

static void a_row_that_does_not_fit_the_catalogue_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *type, *data, *told;
    } faults[] = {
        {"a.c", "kind=x", "no event type"},      {"a.b", "", "kind is required"},
        {"a.b", "kind=x -case_id", "case_id"},   {"a.b", "kind=x n=many", "n has a word"},
        {"a.b", "kind=x n=#9-1", "n has"},       {"a.b", "kind=x sure=7", "sure has"},
        {"a.b", "kind=x due_at=@+3w", "due_at"}, {"a.b", "kind=x colour=red", "no field"}};
    for (size_t i = 0; i < SW_COUNT(faults); i++) {
        sw_arena arena;
        sw_diags diags;
        const sw_form *form = NULL;
        sw_arena_init(&arena, 1 << 20);
        assert_int_equal(new_form(&arena, faults[i].type, faults[i].data, &diags, &form),
                         SW_E_INVALID);
        assert_null(form);
        assert_non_null(diags.first);
        char text[512];
        snprintf(text, sizeof text, "%.*s", SW_FMT(diags.first->message));
        if (!strstr(text, faults[i].told)) fail_msg("'%s' does not say '%s'", text, faults[i].told);
        sw_arena_done(&arena);
    }
}

static void a_form_survives_every_failing_allocation(void **state) {
    (void)state;
    const sw_catalogue *cat;
    sw_arena keep;
    sw_diags diags;
    sw_arena_init(&keep, 1 << 20);
    sw_diags_init(&diags, &keep, SW_SLICE_NONE, 20);
    assert_int_equal(
        sw_catalogue_parse(&keep, SW_S("t.yaml"), sw_slice_cstr(catalogue_text), &diags, &cat),
        SW_OK);
    const sw_row row = EVENT("a.b", 0, 0, "kind=x|y|z n=3");
    sw_err err = SW_E_LIMIT;
    for (int64_t i = 0; err; i++) {
        sw_arena arena;
        const sw_form *form = NULL;
        sw_arena_init(&arena, 1 << 20);
        arena.fail_after = i;
        err = sw_form_new(&arena, cat, &life, &row, &diags, &form);
        assert_true(err ? form == NULL : form != NULL);
        sw_arena_done(&arena);
        assert_true(i < 100);
    }
    sw_arena_done(&keep);
}

static void what_is_told_comes_in_the_order_of_receiving(void **state) {
    (void)state;
    sw_county busy = county;
    sw_flow flow;
    sw_rng rng;
    busy.late_pct = 30;
    busy.duplicate_pct = 30;
    busy.correction_pct = 30;
    sw_flow_init(&flow, &busy);
    sw_rng_init(&rng, 1);
    for (int64_t i = 0; i < 5000; i++) {
        sw_happening what = {.time_ms = sw_rng_between(&rng, 0, 1000000) * 1000};
        assert_int_equal(sw_flow_add(&flow, &rng, &what, 0), SW_OK);
    }
    sw_happening told;
    int64_t last_ms = INT64_MIN;
    uint64_t count = 0;
    int64_t half_ms = 500000000;
    while (sw_flow_next(&flow, half_ms, &told)) {
        assert_true(told.received_ms >= last_ms && told.received_ms < half_ms);
        last_ms = told.received_ms;
        count++;
    }
    while (sw_flow_next(&flow, INT64_MAX, &told)) {
        assert_true(told.received_ms >= last_ms && told.received_ms >= half_ms);
        assert_true(told.recorded_ms <= told.received_ms);
        last_ms = told.received_ms;
        count++;
    }
    assert_int_equal(count, flow.stats.events);
    assert_int_equal(count, 5000 + flow.stats.duplicates + flow.stats.corrected +
                                2 * flow.stats.retracted);
    sw_flow_done(&flow);
}

static void office_matters_wait_for_the_next_working_morning(void **state) {
    (void)state;
    sw_county plain = county;
    sw_rng rng;
    int64_t ms, day = sw_days_from_date(2026, 3, 6); /* a Friday */
    plain.calendar = sw_calendar_plain();
    sw_rng_init(&rng, 1);
    ms = day * 86400000 - COUNTY_OFFSET_MS + 9 * 3600000;
    assert_int_equal(sw_county_office_time(&plain, &rng, ms), ms);
    ms += 10 * 3600000; /* 19:00 */
    int64_t local = sw_county_office_time(&plain, &rng, ms) + COUNTY_OFFSET_MS;
    assert_int_equal(sw_floor_div(local, 86400000), day + 3);
    assert_in_range(local % 86400000 / 3600000, 8, 17);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_writes_what_its_words_say),
        cmocka_unit_test(a_row_that_does_not_fit_the_catalogue_is_refused),
        cmocka_unit_test(a_form_survives_every_failing_allocation),
        cmocka_unit_test(what_is_told_comes_in_the_order_of_receiving),
        cmocka_unit_test(office_matters_wait_for_the_next_working_morning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
