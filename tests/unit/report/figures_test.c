#include <stdio.h>

#include "base/rng.h"
#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"
#include "unit/report/rig.h"
#include "unit/test.h"

static const char catalogue[] =
    "types:\n"
    "  a.seen: {fields: {case_id: {type: string, key: true}, kind: string, n: int}}\n"
    "  b.seen: {fields: {case_id: {type: string, key: true}, kind: string}}\n";

static const char indicators[] =
    "apiVersion: seawall/v1\n"
    "kind: IndicatorPack\n"
    "metadata: {name: test, version: 1.0.0, timezone: Asia/Shanghai}\n"
    "indicators:\n"
    "  - {id: a, name: A, events: [{on: a.seen, split: data.kind}]}\n"
    "  - {id: a.big, name: big, events: [{on: a.seen, when: 'data.n > 5'}, {on: b.seen}]}\n"
    "  - {id: share, name: share, ratio: {part: a.big, whole: a}}\n"
    "  - {id: w.red, name: red, warnings: {rules: ['t.*'], levels: [red, breach]}}\n"
    "  - {id: p.late, name: late, periods: {rules: [t.one], count: late}}\n"
    "  - {id: p.running, name: running, periods: {rules: [t.one], count: running}}\n"
    "  - {id: p.overdue, name: overdue, periods: {count: overdue}}\n";

/* 2026-02-01 in Shanghai is this day. */
#define FEBRUARY 20485

/* ---- random histories against a model --------------------------------------------------- */

enum { EVENTS = 240, CORRECTIONS = 80 };
static const char *const few_kinds[] = {"x", "y", "警"};
static const char *const orgs[] = {"320981010000", "320981020000", "320981010100",
                                   "320900000000", "320982550000", "330101000000"};

typedef struct said {
    bool there;
    uint32_t org, kind, day;
    int n; /* -1: not carried */
    bool b;
} said;

/* What may happen: in a crowd there are so many kinds in one month of one station that its row has
 * no room for them. */
typedef struct bounds {
    uint32_t orgs, kinds, days;
} bounds;

static const bounds roomy = {SW_COUNT(orgs), SW_COUNT(few_kinds), 100}, crowd = {3, 150, 40};

static const char *kind_name(report_rig *rig, uint32_t kind) {
    if (kind < SW_COUNT(few_kinds)) return few_kinds[kind];
    sw_slice name = sw_arena_printf(&rig->arena, "k%u", kind);
    assert_non_null(name.ptr);
    return name.ptr;
}

typedef struct model {
    bounds bounds;
    said events[EVENTS];
    int64_t corrected_ms[EVENTS]; /* of the last correction; 0: none */
    int corrected_by[EVENTS];
    char *texts[EVENTS + CORRECTIONS];
    uint32_t about[EVENTS + CORRECTIONS]; /* which event a text is about */
    uint32_t count;
} model;

static said random_said(sw_rng *rng, const bounds *within) {
    return (said){.there = true,
                  .org = (uint32_t)sw_rng_below(rng, within->orgs),
                  .kind = (uint32_t)sw_rng_below(rng, within->kinds),
                  .day = (uint32_t)sw_rng_below(rng, within->days),
                  .n = (int)sw_rng_below(rng, 12) - 1,
                  .b = sw_rng_below(rng, 4) == 0};
}

/* Late in the evening by Shanghai's clock is the afternoon in UTC: the local day counts. */
static char *event_text(report_rig *rig, uint32_t id, const said *s) {
    char n[32] = "";
    if (s->n >= 0 && !s->b) (void)snprintf(n, sizeof n, ",\"n\":%d", s->n);
    int64_t year;
    int32_t month, day;
    sw_date_from_days(FEBRUARY + (int64_t)s->day, &year, &month, &day);
    sw_slice text = sw_arena_printf(
        &rig->arena,
        "{\"specversion\":\"1.0\",\"id\":\"e%u\",\"source\":\"s\",\"type\":\"%s\",\"subject\":"
        "\"c%u-%u\",\"orgcode\":\"%s\",\"time\":\"%04d-%02d-%02dT23:30:00+08:00\",\"data\":{"
        "\"case_id\":\"c\",\"kind\":\"%s\"%s}}",
        id, s->b ? "b.seen" : "a.seen", id, s->day, orgs[s->org], (int)year, month, day,
        kind_name(rig, s->kind), n);
    assert_non_null(text.ptr);
    return (char *)(uintptr_t)text.ptr;
}

static char *correction_text(report_rig *rig, uint32_t number, uint32_t target, int64_t ms,
                             const said *s) {
    sw_buf time;
    sw_buf_init(&time, 64);
    sw_time_write(&time, ms, 0);
    sw_slice text = sw_arena_printf(
        &rig->arena,
        "{\"specversion\":\"1.0\",\"id\":\"c%u\",\"source\":\"s\",\"type\":\"%s\",\"subject\":"
        "\"k%u\",\"time\":\"%.*s\",\"data\":{\"source\":\"s\",\"id\":\"e%u\"%s%s}}",
        number, s->there ? "event.corrected" : "event.retracted", number, (int)time.len, time.ptr,
        target, s->there ? ",\"event\":" : "", s->there ? event_text(rig, target, s) : "");
    sw_buf_done(&time);
    assert_non_null(text.ptr);
    return (char *)(uintptr_t)text.ptr;
}

static void swap(model *m, uint32_t i, uint32_t j) {
    char *text = m->texts[i];
    m->texts[i] = m->texts[j];
    m->texts[j] = text;
    const uint32_t about = m->about[i];
    m->about[i] = m->about[j];
    m->about[j] = about;
}

static void shuffle(model *m, sw_rng *rng) {
    for (uint32_t i = m->count; i > 1; i--) swap(m, i - 1, (uint32_t)sw_rng_below(rng, i));
}

static bool is_event(const char *text) {
    return strstr(text, "\"type\":\"event.") == NULL;
}

/* As the door has it: an event before its corrections. These stay in any order. */
static void events_first(model *m) {
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t event = i;
        while (!is_event(m->texts[event]) || m->about[event] != m->about[i])
            if (++event == m->count) break;
        if (event < m->count) swap(m, i, event);
    }
}

static void make(report_rig *rig, sw_rng *rng, const bounds *within, model *m) {
    *m = (model){.bounds = *within};
    for (uint32_t i = 0; i < EVENTS; i++) {
        m->events[i] = random_said(rng, within);
        m->about[m->count] = i;
        m->texts[m->count++] = event_text(rig, i, &m->events[i]);
    }
    for (uint32_t c = 0; c < CORRECTIONS; c++) {
        const uint32_t target = (uint32_t)sw_rng_below(rng, EVENTS / 3);
        const int64_t ms = 1780000000000 + (int64_t)sw_rng_below(rng, 5) * 1000;
        said s = random_said(rng, within);
        s.there = sw_rng_below(rng, 3) > 0;
        m->about[m->count] = target;
        m->texts[m->count++] = correction_text(rig, c, target, ms, &s);
        char mine[16], other[16];
        (void)snprintf(mine, sizeof mine, "c%u", c);
        (void)snprintf(other, sizeof other, "c%d", m->corrected_by[target]);
        if (ms > m->corrected_ms[target] ||
            (ms == m->corrected_ms[target] && strcmp(mine, other) > 0)) {
            m->corrected_ms[target] = ms;
            m->corrected_by[target] = (int)c;
            m->events[target] = s;
        }
    }
    shuffle(m, rng);
    events_first(m);
}

/* `kind` below 0: any. */
static uint64_t model_count(const model *m, const char *indicator, const char *org, int32_t from,
                            int32_t to, int32_t kind) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < EVENTS; i++) {
        const said *s = &m->events[i];
        const int32_t day = FEBRUARY + (int32_t)s->day;
        if (!s->there || day < from || day > to) continue;
        if (strncmp(orgs[s->org], org, strlen(org)) != 0) continue;
        if (kind >= 0 && s->kind != (uint32_t)kind) continue;
        count += strcmp(indicator, "a") == 0 ? !s->b : s->b || s->n > 5;
    }
    return count;
}

static void check_parts(report_rig *rig, const char *indicator, const char *org, int32_t from,
                        int32_t to, uint64_t whole) {
    const sw_indicator *which = sw_indicators_find(rig->indicators, sw_slice_cstr(indicator));
    const sw_figure_span span = {sw_slice_cstr(org), from, to};
    for (sw_figure_by by = SW_BY_SPLIT; by <= SW_BY_MONTH; by++) {
        const sw_figure_value *values;
        uint32_t count;
        uint64_t sum = 0;
        if (by == SW_BY_SPLIT && strcmp(indicator, "a") != 0) continue;
        assert_ok(
            sw_figure_parts(&rig->figures, which, &span, by, 1000, &rig->arena, &values, &count));
        for (uint32_t i = 0; i < count; i++) sum += values[i].count;
        assert_int_equal(sum, whole);
    }
}

static void figures_follow_from_the_set_of_events(void **state) {
    (void)state;
    static const char *const spans[] = {
        "",         "3",       "32",           "3209",         "32098", "320981",
        "32098101", "3209810", "320981010000", "330101000000", "4"};
    for (uint64_t seed = 1; seed <= 12; seed++) {
        report_rig rig = {0};
        model m;
        sw_rng rng;
        sw_rng_init(&rng, seed);
        report_rig_open(&rig, catalogue, indicators);
        make(&rig, &rng, seed % 2 ? &roomy : &crowd, &m);
        for (uint32_t i = 0; i < m.count; i++) {
            char subject[32]; /* an event and its corrections come under one key */
            (void)snprintf(subject, sizeof subject, "e%u", m.about[i]);
            report_rig_event_under(&rig, m.texts[i], sw_slice_cstr(subject));
            if (sw_rng_below(&rng, 10) == 0) report_rig_run(&rig);
        }
        report_rig_run(&rig);
        for (uint32_t trial = 0; trial < 60; trial++) {
            const char *org = spans[sw_rng_below(&rng, SW_COUNT(spans))];
            const int32_t from = FEBRUARY - 5 + (int32_t)sw_rng_below(&rng, 110);
            const int32_t to = from - 1 + (int32_t)sw_rng_below(&rng, 110);
            const char *indicator = sw_rng_below(&rng, 2) ? "a" : "a.big";
            const int32_t kind = indicator[1] || sw_rng_below(&rng, 2)
                                     ? -1
                                     : (int32_t)sw_rng_below(&rng, m.bounds.kinds);
            const char *split = kind < 0 ? NULL : kind_name(&rig, (uint32_t)kind);
            const uint64_t count = report_rig_count(&rig, indicator, org, from, to, split);
            assert_int_equal(count, model_count(&m, indicator, org, from, to, kind));
            if (!split) check_parts(&rig, indicator, org, from, to, count);
        }
        report_rig_close(&rig);
    }
}

/* ---- a month's row ---------------------------------------------------------------------- */

static sw_slice written(const sw_month *month, char room[UINT8_MAX]) {
    sw_buf out = {.ptr = room, .cap = UINT8_MAX, .max = UINT8_MAX};
    sw_month_write(month, &out);
    assert_ok(out.err);
    return sw_buf_slice(&out);
}

/* A few days, with counts around those that take one byte more. */
static sw_month random_month(sw_rng *rng) {
    static const uint32_t around[] = {1, 2, 127, 128, 129, 255, 256, 16383, 16384, 16385};
    sw_month month = {0};
    for (uint64_t n = sw_rng_below(rng, 6); n > 0; n--)
        month.days[sw_rng_below(rng, 31)] = around[sw_rng_below(rng, SW_COUNT(around))];
    return month;
}

/* In place it is done if and only if it can be, and then as it would be written anew. */
static void a_day_is_counted_in_place(void **state) {
    (void)state;
    uint32_t done = 0, trials = 20000;
    sw_rng rng;
    sw_rng_init(&rng, 7);
    for (uint32_t trial = 0; trial < trials; trial++) {
        char before[UINT8_MAX], nudged[UINT8_MAX], after[UINT8_MAX];
        sw_month month = random_month(&rng);
        const uint32_t day = (uint32_t)sw_rng_below(&rng, 31);
        const int32_t by = sw_rng_below(&rng, 2) ? 1 : -1;
        const sw_slice old = written(&month, before);
        if (old.len) memcpy(nudged, old.ptr, old.len);
        const uint32_t count = month.days[day];
        const bool ok = sw_month_nudge(nudged, old.len, day, by);
        if (by > 0 || count > 0) month.days[day] += (uint32_t)by;
        const sw_slice new = written(&month, after);
        /* 128 and the like could be counted down in place, but a byte further up moves too. */
        const bool borrows = by > 0 ? count % 128 == 127 : count % 128 == 0;
        assert_int_equal(ok, count > 0 && new.len == old.len && !borrows);
        assert_true(sw_slice_eq(sw_slice_of(nudged, old.len), ok ? new : old));
        done += ok;
    }
    assert_in_range(done, trials / 20, trials / 2);
}

/* ---- warnings and periods --------------------------------------------------------------- */

static const sw_told_key key[] = {{{"case_id", 7}, {"A1", 2}}};

static void tell(report_rig *rig, sw_change change, sw_level level, uint8_t id, int64_t fires_ms) {
    const sw_told_event opened = {SW_S("s"), SW_S("e"), SW_S("a.seen")};
    const sw_told_warning told = {.change = change,
                                  .id = {{id}},
                                  .decided_ms = fires_ms,
                                  .rule = SW_S("t.one"),
                                  .rule_name = SW_S("一"),
                                  .pack = SW_S("t@1.0.0"),
                                  .kind = SW_CHECK,
                                  .level = level,
                                  .severity = SW_MAJOR,
                                  .state = change == SW_RAISED     ? SW_STATE_OPEN
                                           : change == SW_RESOLVED ? SW_STATE_RESOLVED
                                                                   : SW_STATE_WITHDRAWN,
                                  .orgcode = SW_S("320981010000"),
                                  .key = key,
                                  .key_count = 1,
                                  .start_ms = SW_TIME_NONE,
                                  .due_ms = SW_TIME_NONE,
                                  .fires_ms = change == SW_WITHDRAWN ? SW_TIME_NONE : fires_ms,
                                  .late_by_s = -1,
                                  .stopped_ms = SW_TIME_NONE,
                                  .events = &opened,
                                  .event_count = 1,
                                  .reason = change == SW_RAISED ? SW_SLICE_NONE : SW_S("stop")};
    sw_buf bytes;
    sw_buf_init(&bytes, 1 << 16);
    sw_told_to_pb(&told, &bytes);
    assert_ok(bytes.err);
    report_rig_send(rig, SW_TOPIC_WARNINGS, SW_S("case_id=A1"), sw_buf_slice(&bytes));
    sw_buf_done(&bytes);
    report_rig_run(rig);
}

static void a_withdrawn_warning_leaves_the_figures_of_its_day(void **state) {
    (void)state;
    report_rig rig = {0};
    const int64_t noon_ms = (FEBRUARY * INT64_C(24) + 4) * 3600000;
    report_rig_open(&rig, catalogue, indicators);
    tell(&rig, SW_RAISED, SW_RED, 1, noon_ms);
    tell(&rig, SW_RAISED, SW_BREACH, 2, noon_ms);
    tell(&rig, SW_RAISED, SW_YELLOW, 3, noon_ms);
    assert_int_equal(report_rig_count(&rig, "w.red", "320981", FEBRUARY, FEBRUARY, NULL), 2);
    assert_int_equal(report_rig_count(&rig, "w.red", "", FEBRUARY, FEBRUARY, "breach"), 1);
    tell(&rig, SW_RESOLVED, SW_RED, 1, noon_ms);
    assert_int_equal(report_rig_count(&rig, "w.red", "", FEBRUARY, FEBRUARY, NULL), 2);
    tell(&rig, SW_WITHDRAWN, SW_RED, 1, noon_ms);
    assert_int_equal(report_rig_count(&rig, "w.red", "", FEBRUARY, FEBRUARY, NULL), 1);
    tell(&rig, SW_RAISED, SW_RED, 1, noon_ms + 86400000);
    assert_int_equal(report_rig_count(&rig, "w.red", "", FEBRUARY + 1, FEBRUARY + 1, NULL), 1);
    report_rig_close(&rig);
}

static sw_told_period period(int64_t due_ms) {
    return (sw_told_period){.instance = {{7}},
                            .change = SW_PERIOD_OPENED,
                            .decided_ms = due_ms,
                            .rule = SW_S("t.one"),
                            .rule_name = SW_S("一"),
                            .pack = SW_S("t@1.0.0"),
                            .severity = SW_MAJOR,
                            .key = key,
                            .key_count = 1,
                            .orgcode = SW_S("320981010000"),
                            .start_ms = due_ms - 86400000,
                            .due_ms = due_ms,
                            .caution_ms = SW_TIME_NONE,
                            .paused_ms = SW_TIME_NONE,
                            .stopped_ms = SW_TIME_NONE,
                            .late_by_s = -1,
                            .next_ms = SW_TIME_NONE,
                            .level = -1,
                            .next_level = -1,
                            .opened_by = {SW_S("s"), SW_S("e"), SW_S("a.seen")}};
}

static void send_period(report_rig *rig, const sw_told_period *told) {
    sw_buf bytes;
    sw_buf_init(&bytes, 1 << 16);
    sw_period_to_pb(told, &bytes);
    assert_ok(bytes.err);
    report_rig_send(rig, SW_TOPIC_PERIODS,
                    sw_slice_of(told->instance.bytes, sizeof told->instance.bytes),
                    sw_buf_slice(&bytes));
    sw_buf_done(&bytes);
    report_rig_run(rig);
}

static void a_period_is_running_then_overdue_then_late(void **state) {
    (void)state;
    report_rig rig = {0};
    const int64_t due_ms = (FEBRUARY * INT64_C(24) + 4) * 3600000;
    sw_told_period told = period(due_ms);
    report_rig_open(&rig, catalogue, indicators);
    send_period(&rig, &told);
    assert_int_equal(report_rig_count(&rig, "p.running", "", FEBRUARY, FEBRUARY, "none"), 1);
    assert_int_equal(report_rig_count(&rig, "p.overdue", "", FEBRUARY, FEBRUARY, NULL), 0);
    told.change = SW_PERIOD_MOVED;
    told.level = SW_BREACH;
    send_period(&rig, &told);
    assert_int_equal(report_rig_count(&rig, "p.running", "", FEBRUARY, FEBRUARY, "breach"), 1);
    assert_int_equal(report_rig_count(&rig, "p.running", "", FEBRUARY, FEBRUARY, NULL), 1);
    assert_int_equal(report_rig_count(&rig, "p.overdue", "3209", FEBRUARY, FEBRUARY, NULL), 1);
    told.change = SW_PERIOD_CLOSED;
    told.reason = SW_S("stopped");
    told.stopped_ms = due_ms + 86400000;
    told.late_by_s = 86400;
    send_period(&rig, &told);
    assert_int_equal(report_rig_count(&rig, "p.running", "", FEBRUARY, FEBRUARY, NULL), 0);
    assert_int_equal(report_rig_count(&rig, "p.overdue", "", FEBRUARY, FEBRUARY, NULL), 0);
    assert_int_equal(report_rig_count(&rig, "p.late", "", FEBRUARY + 1, FEBRUARY + 1, NULL), 1);
    report_rig_close(&rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_follow_from_the_set_of_events),
        cmocka_unit_test(a_day_is_counted_in_place),
        cmocka_unit_test(a_withdrawn_warning_leaves_the_figures_of_its_day),
        cmocka_unit_test(a_period_is_running_then_overdue_then_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
