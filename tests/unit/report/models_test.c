#include <stdio.h>

#include "base/rng.h"
#include "codec/wire.h"
#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"
#include "report/http_figures.h"
#include "report/http_models.h"
#include "report/http_officers.h"
#include "report/http_units.h"
#include "text/json.h"
#include "unit/report/rig.h"
#include "unit/test.h"

/* Models, units, rankings, trends and officers over made-up periods, warnings and complaints. Every
 * number that an answer gives with a list is as long as the list, wherever it stands. */

static const char catalogue[] =
    "types:\n"
    "  complaint: {fields: {case_id: {type: string, key: true}, stage: string, place: string}}\n";

static const char indicators[] =
    "apiVersion: seawall/v1\n"
    "kind: IndicatorPack\n"
    "metadata: {name: test, version: 1.0.0, timezone: Asia/Shanghai}\n"
    "indicators:\n"
    "  - {id: complaints, name: 投诉, headline: true, better: less, events: [{on: complaint, "
    "split: data.stage}]}\n"
    "  - {id: places, name: 地点, events: [{on: complaint, when: has(data.place), split: "
    "data.place}]}\n"
    "  - {id: opened, name: 开, periods: {count: opened}}\n"
    "  - {id: in-time, name: 按时, periods: {count: in-time}}\n"
    "  - {id: late, name: 超期, better: less, periods: {count: late}}\n"
    "  - {id: ended, name: 结, periods: {count: ended}}\n"
    "  - {id: overdue, name: 未结, headline: true, better: less, periods: {count: overdue}}\n"
    "  - {id: late-share, name: 率, better: less, ratio: {part: late, whole: ended}}\n"
    "  - {id: red, name: 红, better: less, warnings: {levels: [red]}}\n"
    "models:\n"
    "  - {id: clear, name: 清, backlog: {opened: opened, in_time: in-time, late: late, overdue: "
    "overdue, period: day}}\n"
    "  - id: why\n"
    "    name: 投诉分析\n"
    "    breakdown: {total: complaints, parts: [{id: stage, name: 环节, indicator: complaints, by: "
    "split},\n"
    "      {id: unit, name: 单位, indicator: complaints, by: unit}, {id: place, name: 地点, "
    "indicator: places, by: split, at_least: 2}]}\n"
    "  - id: after\n"
    "    name: 之后\n"
    "    breakdown: {total: ended, parts: [{id: ending, name: 方式, indicator: ended, by: "
    "split}]}\n"
    "  - id: list\n"
    "    name: 榜\n"
    "    listing: {rules: [{id: o, colour: red, name: 三, indicator: overdue, at_least: 2, "
    "all_days: true},\n"
    "      {id: c, colour: blue, name: 诉, indicator: complaints, at_least: 3},\n"
    "      {id: s, colour: yellow, name: 率, indicator: late-share, above: 0.3, of_at_least: 2}]}\n"
    "  - {id: page, name: 体检, checkup: {listing: list, backlogs: [clear]}}\n";

#define FEBRUARY 20485 /* 2026-02-01 in Shanghai */
#define HOUR_MS  INT64_C(3600000)
#define DAY_MS   (24 * HOUR_MS)

enum { ROUTES = SW_FIGURES_ROUTES + SW_MODELS_ROUTES + SW_UNITS_ROUTES + SW_OFFICERS_ROUTES };

typedef struct world {
    report_rig rig;
    sw_figures_api api;
    sw_http_route routes[ROUTES];
    sw_arena arena;
} world;

static void as_of(void *ctx, sw_buf *out) {
    (void)ctx;
    sw_buf_add_cstr(out, "\"as_of\":{}");
}

/* Noon in Shanghai of a day of February. */
static int64_t noon(int day) {
    return (FEBRUARY + day - 1) * DAY_MS + 4 * HOUR_MS;
}

static void open_world(world *w) {
    memset(w, 0, sizeof *w);
    report_rig_open(&w->rig, catalogue, indicators);
    w->api =
        (sw_figures_api){.figures = w->rig.figures, .as_of = as_of, .clock = &w->rig.clock.clock};
    assert_ok(sw_units_open(&w->api.figures, &w->rig.clock.clock, &w->api.units));
    sw_http_route *at = w->routes;
    sw_figures_routes(&w->api, at);
    sw_models_routes(&w->api, at += SW_FIGURES_ROUTES);
    sw_units_routes(&w->api, at += SW_MODELS_ROUTES);
    sw_officers_routes(&w->api, at += SW_UNITS_ROUTES);
    sw_arena_init(&w->arena, (size_t)256 << 20);
}

static void close_world(world *w) {
    sw_units_close(w->api.units);
    sw_arena_done(&w->arena);
    report_rig_close(&w->rig);
}

static sw_http_tried ask_as(world *w, const char *target, const char *sub, uint32_t roles,
                            const char *org) {
    sw_principal principal = {.roles = roles};
    sw_http_tried tried;
    (void)snprintf(principal.sub, sizeof principal.sub, "%s", sub);
    (void)snprintf(principal.org, sizeof principal.org, "%s", org);
    const sw_http_try what = {.routes = w->routes,
                              .route_count = ROUTES,
                              .method = "GET",
                              .target = sw_slice_cstr(target),
                              .principal = &principal};
    assert_ok(sw_http_try_run(&what, &w->arena, &tried));
    return tried;
}

static const sw_json *json_of(world *w, const char *target) {
    const sw_http_tried tried = ask_as(w, target, "leader", SW_ROLE_VIEWER, "");
    const sw_json *json;
    if (tried.status != 200) print_error("%s: %.*s\n", target, SW_FMT(tried.body));
    assert_int_equal(tried.status, 200);
    const sw_err err = sw_json_parse(&w->arena, tried.body, (sw_json_limits){0}, NULL, &json);
    if (err) print_error("%s: %.*s\n", target, SW_FMT(tried.body));
    assert_ok(err);
    return json;
}

static const sw_json *find(const sw_json *object, const char *name) {
    for (const sw_json *m = object->first; m; m = m->next)
        if (sw_slice_is(m->name, name)) return m;
    return NULL;
}

static const sw_json *member(const sw_json *object, const char *name) {
    const sw_json *m = find(object, name);
    if (!m) fail_msg("no member %s", name);
    return m;
}

static int64_t number(const sw_json *object, const char *name) {
    int64_t n;
    assert_ok(sw_json_int(member(object, name), &n));
    return n;
}

static int64_t value(const sw_json *object, const char *name) {
    return number(member(object, name), "value");
}

static const sw_json *item(const sw_json *list, uint32_t at) {
    const sw_json *m = list->first;
    while (m && at--) m = m->next;
    assert_non_null(m);
    return m;
}

/* ---- every number is as long as its list ---- */

static uint64_t listed(world *w, sw_slice url) {
    char target[2048];
    uint64_t count = 0;
    const sw_json *next = NULL;
    do {
        (void)snprintf(target, sizeof target, "%.*s&limit=2%s%.*s", SW_FMT(url),
                       next ? "&cursor=" : "", next ? (int)next->text.len : 0,
                       next ? next->text.ptr : "");
        const sw_json *json = json_of(w, target);
        count += member(json, "entries")->count;
        next = member(json, "next");
    } while (next->kind == SW_JSON_STRING);
    return count;
}

static uint32_t check_numbers(world *w, const sw_json *node) {
    uint32_t checked = 0;
    if (node->kind == SW_JSON_OBJECT && find(node, "list")) {
        const char *part = find(node, "value_part") ? "value_part" : "value";
        assert_int_equal(listed(w, member(node, "list")->text), number(node, part));
        checked++;
    }
    if (node->kind == SW_JSON_OBJECT || node->kind == SW_JSON_ARRAY)
        for (const sw_json *m = node->first; m; m = m->next) checked += check_numbers(w, m);
    return checked;
}

/* ---- what happened ---- */

static void tell(world *w, uint8_t id, const char *org, const char *officer, int opened, int due,
                 int stopped, const char *by, sw_period_change change, int level) {
    const sw_told_key key[] = {{SW_S("case_id"), sw_arena_printf(&w->rig.arena, "A%u", id)}};
    const sw_told_period told = {.instance = {{id}},
                                 .change = change,
                                 .decided_ms = noon(opened),
                                 .rule = SW_S("t.one"),
                                 .rule_name = SW_S("一"),
                                 .pack = SW_S("t@1.0.0"),
                                 .severity = SW_MAJOR,
                                 .key = key,
                                 .key_count = 1,
                                 .orgcode = sw_slice_cstr(org),
                                 .officerid = sw_slice_cstr(officer),
                                 .start_ms = noon(opened),
                                 .due_ms = noon(due),
                                 .caution_ms = SW_TIME_NONE,
                                 .paused_ms = SW_TIME_NONE,
                                 .stopped_ms = stopped ? noon(stopped) : SW_TIME_NONE,
                                 .late_by_s = stopped > due ? (stopped - due) * 86400 : -1,
                                 .next_ms = SW_TIME_NONE,
                                 .level = level,
                                 .next_level = -1,
                                 .reason = change == SW_PERIOD_CLOSED
                                               ? stopped ? SW_S("stopped") : SW_S("withdrawn")
                                               : SW_SLICE_NONE,
                                 .opened_by = {SW_S("s"), SW_S("e"), SW_S("complaint")},
                                 .cause = {SW_S("s"), SW_S("x"), sw_slice_cstr(by)},
                                 .has_cause = by[0] != '\0'};
    sw_buf bytes;
    sw_buf_init(&bytes, 1 << 16);
    sw_period_to_pb(&told, &bytes);
    assert_ok(bytes.err);
    report_rig_send(&w->rig, SW_TOPIC_PERIODS, sw_slice_of((const char *)&id, 1),
                    sw_buf_slice(&bytes));
    sw_buf_done(&bytes);
}

static void complain(world *w, int id, const char *org, int day, const char *stage,
                     const char *place) {
    char text[512];
    (void)snprintf(
        text, sizeof text,
        "{\"specversion\":\"1.0\",\"id\":\"k%d\",\"source\":\"s\",\"type\":\"complaint\","
        "\"subject\":\"k%d\",\"orgcode\":\"%s\",\"time\":\"2026-02-%02dT12:00:00+08:00\","
        "\"data\":{\"stage\":\"%s\",\"place\":\"%s\"}}",
        id, id, org, day, stage, place);
    report_rig_event(&w->rig, text);
}

#define EAST "320981010000"
#define WEST "320981020000"

/* East: five opened, one in time, one late, three open of which two are overdue. West: two opened,
 * one in time, one open. Told in three steps, as it happens. */
static void happen(world *w) {
    for (uint8_t id = 1; id <= 7; id++)
        tell(w, id, id <= 5 ? EAST : WEST, id % 2 ? "030101" : "030102", id, id + 3, 0, "",
             SW_PERIOD_OPENED, -1);
    report_rig_run(&w->rig);
    tell(w, 1, EAST, "030101", 1, 4, 3, "released", SW_PERIOD_CLOSED, -1);
    tell(w, 2, EAST, "030102", 2, 5, 9, "transferred", SW_PERIOD_CLOSED, SW_BREACH);
    tell(w, 3, EAST, "030101", 3, 6, 0, "", SW_PERIOD_MOVED, SW_BREACH);
    tell(w, 4, EAST, "030102", 4, 7, 0, "", SW_PERIOD_MOVED, SW_BREACH);
    tell(w, 6, WEST, "030102", 6, 9, 8, "transferred", SW_PERIOD_CLOSED, -1);
    for (int i = 0; i < 6; i++)
        complain(w, i, i < 4 ? EAST : WEST, 10 + i, i % 2 ? "受案" : "接警", i < 3 ? "P 1" : "P2");
    report_rig_run(&w->rig);
}

/* The clock stands at the first of March. */
#define SPAN "org=320981&from=2026-02-01&to=2026-03-01"

static void a_backlog_is_what_is_open_and_burns_down_to_it(void **state) {
    (void)state;
    world w;
    open_world(&w);
    happen(&w);
    const sw_json *json = json_of(&w, "/v1/models/clear?" SPAN);
    assert_int_equal(value(json, "backlog"), 4);
    assert_int_equal(value(json, "overdue"), 2);
    assert_int_equal(value(json, "opened"), 7);
    assert_int_equal(value(json, "in_time"), 2);
    assert_int_equal(value(json, "late"), 1);
    assert_int_equal(check_numbers(&w, json), 5);
    const sw_json *burn = member(json, "burn_down");
    assert_int_equal(burn->count, 29);
    assert_int_equal(number(item(burn, 0), "open"), 1);
    assert_int_equal(number(item(burn, 2), "open"), 2); /* the third opened, the first stopped */
    assert_int_equal(number(item(burn, 28), "open"), 4);
    const sw_json *east = item(member(json, "units"), 0);
    assert_true(sw_slice_is(member(east, "org")->text, "32098101"));
    assert_int_equal(number(east, "backlog"), 3);
    assert_int_equal(number(east, "overdue"), 2);
    assert_int_equal(number(item(member(json, "units"), 1), "backlog"), 1);
    close_world(&w);
}

/* As of each past day the list is of what was open then, and as long as the number. */
static void a_backlog_of_a_past_day_has_its_list_too(void **state) {
    (void)state;
    static const int open[] = {1, 2, 2, 3, 4, 5, 6, 5, 4, 4};
    world w;
    open_world(&w);
    happen(&w);
    for (int day = 1; day <= 10; day++) {
        char target[128];
        (void)snprintf(target, sizeof target,
                       "/v1/models/clear?org=&from=2026-02-01&to=2026-02-%02d", day);
        const sw_json *json = json_of(&w, target);
        assert_int_equal(value(json, "backlog"), open[day - 1]);
        assert_int_equal(member(json, "overdue")->kind, SW_JSON_NULL);
        assert_int_equal(check_numbers(&w, json), 4);
        assert_int_equal(number(item(member(json, "burn_down"), (uint32_t)day - 1), "open"),
                         open[day - 1]);
    }
    close_world(&w);
}

static void what_is_taken_back_leaves_the_backlog(void **state) {
    (void)state;
    world w;
    open_world(&w);
    happen(&w);
    tell(&w, 3, EAST, "030101", 3, 6, 0, "", SW_PERIOD_CLOSED, SW_BREACH); /* its start was none */
    tell(&w, 4, WEST, "030102", 4, 30, 0, "", SW_PERIOD_MOVED, -1);        /* extended, handed on */
    report_rig_run(&w.rig);
    const sw_json *json = json_of(&w, "/v1/models/clear?" SPAN);
    assert_int_equal(value(json, "backlog"), 3);
    assert_int_equal(value(json, "overdue"), 0);
    assert_int_equal(value(json, "opened"), 6);
    assert_int_equal(check_numbers(&w, json), 5);
    assert_true(sw_slice_is(member(item(member(json, "units"), 0), "org")->text, "32098102"));
    close_world(&w);
}

static void a_breakdown_has_its_sides_and_what_repeats(void **state) {
    (void)state;
    world w;
    open_world(&w);
    happen(&w);
    const sw_json *json = json_of(&w, "/v1/models/why?" SPAN);
    assert_int_equal(value(json, "total"), 6);
    const sw_json *parts = member(json, "parts");
    assert_int_equal(parts->count, 3);
    assert_int_equal(number(item(member(item(parts, 1), "values"), 0), "value"), 4);
    const sw_json *places = member(item(parts, 2), "values");
    assert_int_equal(places->count, 2);
    assert_int_equal(number(item(places, 0), "value"), 3);
    assert_int_equal(check_numbers(&w, json), 1 + 2 + 2 + 2);
    /* a correction moves it */
    report_rig_event_under(
        &w.rig,
        "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"s\",\"type\":\"event.retracted\","
        "\"subject\":\"z\",\"time\":\"2026-02-20T12:00:00+08:00\",\"data\":{\"source\":\"s\","
        "\"id\":\"k4\"}}",
        SW_S("k4"));
    report_rig_run(&w.rig);
    json = json_of(&w, "/v1/models/why?" SPAN);
    assert_int_equal(value(json, "total"), 5);
    assert_int_equal(check_numbers(&w, json), 1 + 2 + 2 + 2);
    json = json_of(&w, "/v1/models/after?" SPAN);
    const sw_json *endings = member(item(member(json, "parts"), 0), "values");
    assert_true(sw_slice_is(member(item(endings, 0), "name")->text, "transferred"));
    assert_int_equal(number(item(endings, 0), "value"), 2);
    assert_int_equal(check_numbers(&w, json), 3);
    close_world(&w);
}

static void a_listing_says_which_rule_put_a_unit_there(void **state) {
    (void)state;
    world w;
    open_world(&w);
    happen(&w);
    const sw_json *json = json_of(&w, "/v1/models/list?" SPAN);
    const sw_json *east = item(member(json, "units"), 0), *west = item(member(json, "units"), 1);
    assert_true(sw_slice_is(member(east, "colour")->text, "red"));
    assert_int_equal(member(east, "reasons")->count, 3);
    assert_true(sw_slice_is(member(item(member(east, "reasons"), 0), "rule")->text, "o"));
    assert_true(sw_slice_is(member(west, "colour")->text, "none"));
    assert_int_equal(number(member(json, "counts"), "red"), 1);
    assert_int_equal(number(member(json, "counts"), "none"), 1);
    assert_int_equal(check_numbers(&w, json), 3);
    close_world(&w);
}

static void a_checkup_compares_a_unit_with_those_like_it(void **state) {
    (void)state;
    world w;
    open_world(&w);
    happen(&w);
    const sw_json *json = json_of(&w, "/v1/models/page?org=32098101&from=2026-02-01&to=2026-03-01");
    const sw_json *complaints = item(member(item(member(json, "sections"), 0), "figures"), 0);
    assert_int_equal(number(complaints, "value"), 4);
    assert_int_equal(number(member(complaints, "peers"), "count"), 2);
    assert_int_equal(number(member(complaints, "peers"), "mean"), 3);
    assert_int_equal(number(member(complaints, "peers"), "rank"), 2);
    assert_true(sw_slice_is(member(complaints, "mark")->text, "worse"));
    const sw_json *places = item(member(item(member(json, "sections"), 0), "figures"), 1);
    assert_true(sw_slice_is(member(places, "better")->text, "neither"));
    assert_int_equal(member(places, "mark")->kind, SW_JSON_NULL);
    assert_true(sw_slice_is(member(json, "colour")->text, "red"));
    assert_int_equal(value(item(member(json, "clears"), 0), "backlog"), 3);
    assert_true(check_numbers(&w, json) > 10);
    close_world(&w);
}

static void units_are_ranked_and_have_trends(void **state) {
    (void)state;
    world w;
    open_world(&w);
    happen(&w);
    const sw_json *json = json_of(&w, "/v1/rankings?indicator=complaints&" SPAN);
    const sw_json *first = item(member(json, "units"), 0);
    assert_true(sw_slice_is(member(first, "org")->text, "32098102")); /* fewer are better */
    assert_int_equal(number(first, "rank"), 1);
    assert_int_equal(number(first, "value"), 2);
    assert_int_equal(check_numbers(&w, json), 2);
    json = json_of(&w, "/v1/trends?indicators=complaints,late-share&by=month&org=320981&"
                       "from=2026-01-01&to=2026-03-31");
    const sw_json *series = item(member(json, "series"), 0);
    assert_int_equal(member(series, "values")->count, 3);
    assert_true(sw_slice_is(item(member(series, "values"), 1)->text, "6"));
    json = json_of(&w, "/v1/units/320981?from=2026-02-01&to=2026-02-28");
    assert_int_equal(value(member(json, "figures"), "complaints"), 6);
    assert_int_equal(member(json, "children")->count, 2);
    assert_int_equal(number(member(item(member(json, "children"), 0), "figures"), "complaints"), 4);
    assert_int_equal(check_numbers(&w, json), 2);
    assert_int_equal(member(json_of(&w, "/v1/units?org=320981"), "units")->count, 2);
    close_world(&w);
}

static void an_officer_has_what_is_his_in_hand(void **state) {
    (void)state;
    world w;
    open_world(&w);
    happen(&w);
    const sw_json *json = json_of(&w, "/v1/officers/030101/overview");
    const sw_json *periods = member(json, "periods");
    assert_int_equal(number(periods, "running"), 3); /* 3, 5, 7 */
    assert_int_equal(member(periods, "entries")->count, 3);
    assert_int_equal(number(member(json, "cases"), "count"), 3);
    /* the next due first */
    const sw_json *next = item(member(member(json, "cases"), "entries"), 0);
    assert_true(sw_slice_is(member(member(next, "key"), "case_id")->text, "A3"));
    json = json_of(&w, "/v1/officers/030101/periods?limit=2");
    assert_int_equal(member(json, "entries")->count, 2);
    char target[256];
    (void)snprintf(target, sizeof target, "/v1/officers/030101/periods?limit=2&cursor=%.*s",
                   SW_FMT(member(json, "next")->text));
    assert_int_equal(member(json_of(&w, target), "entries")->count, 1);
    assert_int_equal(ask_as(&w, target, "030102", SW_ROLE_OFFICER, EAST).status, 404);
    assert_int_equal(
        ask_as(&w, "/v1/officers/030101/cases", "030101", SW_ROLE_OFFICER, EAST).status, 200);
    close_world(&w);
}

/* ---- random histories against a model of them ---- */

enum { PERIODS = 40, STEPS = 120 };

typedef struct lived {
    bool told, withdrawn;
    int opened, due, stopped; /* days of February; stopped 0: it runs */
    uint32_t org;
} lived;

static const char *const lived_orgs[] = {EAST, WEST, "320981030000", "320982010000"};

/* Each step tells one period anew: opened, moved (due time, unit, level), stopped, withdrawn, or
 * running again after a correction. */
static void live(world *w, sw_rng *rng, lived *p, uint8_t id) {
    if (!p->told) p->opened = 1 + (int)sw_rng_below(rng, 20);
    p->told = true;
    p->due = p->opened + 1 + (int)sw_rng_below(rng, 6);
    p->org = (uint32_t)sw_rng_below(rng, SW_COUNT(lived_orgs));
    p->withdrawn = sw_rng_below(rng, 8) == 0;
    p->stopped = !p->withdrawn && sw_rng_below(rng, 2) ? p->opened + (int)sw_rng_below(rng, 8) : 0;
    const bool closed = p->withdrawn || p->stopped;
    tell(w, id, lived_orgs[p->org], id % 3 ? "030101" : "030102", p->opened, p->due, p->stopped,
         p->stopped % 2 ? "released" : "transferred", closed ? SW_PERIOD_CLOSED : SW_PERIOD_MOVED,
         !closed && sw_rng_below(rng, 2) ? SW_BREACH : -1);
}

static int64_t open_at(const lived *periods, const char *org, int day) {
    int64_t count = 0;
    for (uint32_t i = 0; i < PERIODS; i++) {
        const lived *p = &periods[i];
        if (!p->told || p->withdrawn || p->opened > day || (p->stopped && p->stopped <= day))
            continue;
        count += strncmp(lived_orgs[p->org], org, strlen(org)) == 0;
    }
    return count;
}

static void numbers_follow_from_the_periods_whatever_came_before(void **state) {
    (void)state;
    static const char *const orgs[] = {"", "3209", "320981", "32098101", EAST};
    for (uint64_t seed = 1; seed <= 6; seed++) {
        world w;
        sw_rng rng;
        lived periods[PERIODS] = {0};
        sw_rng_init(&rng, seed);
        open_world(&w);
        for (int step = 0; step < STEPS; step++) {
            const uint8_t id = (uint8_t)(1 + sw_rng_below(&rng, PERIODS));
            live(&w, &rng, &periods[id - 1], id);
            if (sw_rng_below(&rng, 6) == 0) report_rig_run(&w.rig);
        }
        report_rig_run(&w.rig);
        for (int trial = 0; trial < 12; trial++) {
            const char *org = orgs[sw_rng_below(&rng, SW_COUNT(orgs))];
            const int to = 1 + (int)sw_rng_below(&rng, 28);
            char target[128];
            (void)snprintf(target, sizeof target,
                           "/v1/models/clear?org=%s&from=2026-02-01&to=2026-02-%02d", org, to);
            const sw_json *json = json_of(&w, target);
            assert_int_equal(value(json, "backlog"), open_at(periods, org, to));
            (void)check_numbers(&w, json);
            const sw_json *burn = member(json, "burn_down");
            for (int day = 1; day <= to; day++)
                assert_int_equal(number(item(burn, (uint32_t)day - 1), "open"),
                                 open_at(periods, org, day));
        }
        (void)check_numbers(&w, json_of(&w, "/v1/models/list?" SPAN));
        (void)check_numbers(&w, json_of(&w, "/v1/models/after?" SPAN));
        close_world(&w);
    }
}

/* ---- names of the directory ---- */

/* seawall.v1.DirectoryEntry of a unit (or officer), as it stands on its topic. */
static void name_it(world *w, const char *key, int64_t from_ms, bool removed, uint32_t tag,
                    const char *id, const char *name, const char *third) {
    sw_buf bytes;
    sw_buf_init(&bytes, 4096);
    sw_wire_text(&bytes, 1, sw_slice_cstr(key));
    if (from_ms) sw_wire_int(&bytes, 2, from_ms);
    if (removed) sw_wire_varint(&bytes, 3, 1);
    const size_t mark = sw_wire_begin(&bytes, tag);
    sw_wire_text(&bytes, 1, sw_slice_cstr(id));
    sw_wire_text(&bytes, 2, sw_slice_cstr(name));
    sw_wire_text(&bytes, 3, sw_slice_cstr(third));
    sw_wire_end(&bytes, mark);
    assert_ok(bytes.err);
    report_rig_send(&w->rig, SW_TOPIC_DIRECTORY, sw_slice_cstr(key), sw_buf_slice(&bytes));
    sw_buf_done(&bytes);
}

static void units_and_officers_have_the_names_that_hold_now(void **state) {
    (void)state;
    enum { UNIT = 4, OFFICER = 5 };
    world w;
    open_world(&w);
    happen(&w);
    const int64_t now_ms = sw_clock_now_ms(&w.rig.clock.clock);
    name_it(&w, "unit/320981000000", 0, false, UNIT, "320981000000", "东台市公安局", "东台");
    name_it(&w, "unit/" EAST, 0, false, UNIT, EAST, "旧名派出所", "");
    name_it(&w, "unit/" EAST "@7", 7, false, UNIT, EAST, "城东派出所", "城东");
    name_it(&w, "unit/" EAST "@9", now_ms + DAY_MS, false, UNIT, EAST, "将来派出所", "");
    name_it(&w, "unit/320981030000", 0, false, UNIT, "320981030000", "安静派出所", "");
    name_it(&w, "unit/320981040000", 0, false, UNIT, "320981040000", "撤销派出所", "");
    name_it(&w, "unit/320981040000@5", 5, true, UNIT, "320981040000", "", "");
    name_it(&w, "officer/030101", 0, false, OFFICER, "030101", "王建国", EAST);
    name_it(&w, "officer/0301019", 0, false, OFFICER, "0301019", "别人", WEST);
    report_rig_run(&w.rig);
    const sw_json *json = json_of(&w, "/v1/units/320981?from=2026-02-01&to=2026-02-28");
    assert_true(sw_slice_is(member(member(json, "unit"), "name")->text, "东台市公安局"));
    const sw_json *children = member(json, "children");
    assert_int_equal(children->count, 3); /* two with figures, a quiet one; not the removed one */
    assert_true(sw_slice_is(member(item(children, 0), "name")->text, "城东派出所"));
    assert_null(find(item(children, 1), "name")); /* has figures, but the directory knows it not */
    assert_true(sw_slice_is(member(item(children, 2), "name")->text, "安静派出所"));
    json = json_of(&w, "/v1/models/list?" SPAN);
    assert_int_equal(number(member(json, "counts"), "none"), 2);
    json = json_of(&w, "/v1/officers/030101/overview");
    assert_true(sw_slice_is(member(json, "name")->text, "王建国"));
    assert_true(sw_slice_is(member(json, "unit")->text, EAST));
    /* who is over his unit may see him, who is over another may not */
    const char *target = "/v1/officers/030101/overview";
    assert_int_equal(ask_as(&w, target, "x", SW_ROLE_SUPERVISOR, "320981000000").status, 200);
    assert_int_equal(ask_as(&w, target, "x", SW_ROLE_SUPERVISOR, WEST).status, 404);
    close_world(&w);
}

static void lists_are_silent_about_a_compartment(void **state) {
    (void)state;
    world w;
    open_world(&w);
    const sw_told_key key[] = {{SW_S("case_id"), SW_S("SECRET")}};
    const sw_told_event opened = {SW_S("s"), SW_S("e"), SW_S("complaint")};
    const sw_told_warning told = {.change = SW_RAISED,
                                  .id = {{9}},
                                  .decided_ms = noon(5),
                                  .rule = SW_S("x.one"),
                                  .rule_name = SW_S("秘"),
                                  .pack = SW_S("t@1.0.0"),
                                  .kind = SW_CHECK,
                                  .level = SW_RED,
                                  .severity = SW_MAJOR,
                                  .state = SW_STATE_OPEN,
                                  .orgcode = SW_S(EAST),
                                  .officerid = SW_S("030101"),
                                  .compartment = SW_S("internal"),
                                  .key = key,
                                  .key_count = 1,
                                  .start_ms = SW_TIME_NONE,
                                  .due_ms = SW_TIME_NONE,
                                  .fires_ms = noon(5),
                                  .late_by_s = -1,
                                  .events = &opened,
                                  .event_count = 1};
    sw_buf bytes;
    sw_buf_init(&bytes, 1 << 16);
    sw_told_to_pb(&told, &bytes);
    assert_ok(bytes.err);
    report_rig_send(&w.rig, SW_TOPIC_WARNINGS, SW_S("case_id=SECRET"), sw_buf_slice(&bytes));
    sw_buf_done(&bytes);
    report_rig_run(&w.rig);
    const sw_http_tried list =
        ask_as(&w, "/v1/figures/red/list?" SPAN, "x", SW_ROLE_VIEWER, "320981000000");
    const sw_slice body = sw_arena_printf(&w.arena, "%.*s", SW_FMT(list.body));
    assert_int_equal(list.status, 200);
    assert_non_null(strstr(body.ptr, "\"compartment\":\"internal\""));
    assert_null(strstr(body.ptr, "SECRET"));
    assert_null(strstr(body.ptr, "x.one"));
    assert_int_equal(number(json_of(&w, "/v1/figures/red?" SPAN), "value"), 1);
    const sw_json *mine = json_of(&w, "/v1/officers/030101/overview");
    assert_int_equal(number(member(mine, "warnings"), "open"), 0);
    close_world(&w);
}

static void what_is_wrong_is_told_with_what_is_allowed(void **state) {
    (void)state;
    static const struct {
        const char *target;
        uint32_t status;
        const char *says;
    } asks[] = {
        {"/v1/models/nothing?" SPAN, 404, "/v1/models"},
        {"/v1/models/clear?org=320981&from=2026-02-28&to=2026-02-01", 400, "before it begins"},
        {"/v1/models/clear?org=abc&from=2026-02-01&to=2026-02-28", 400, "0 to 12 digits"},
        {"/v1/models/clear?" SPAN "&limit=3", 400, "limit"},
        {"/v1/models/clear/list?part=nothing&" SPAN, 400, "list"},
        {"/v1/models/clear/list?part=backlog&limit=100000&" SPAN, 400, "1 to 1000"},
        {"/v1/models/clear/list?part=backlog&cursor=zz&" SPAN, 400, "next"},
        {"/v1/models/clear/list?part=backlog&cursor=00ff&" SPAN, 400, "another list"},
        {"/v1/rankings?" SPAN, 400, "indicator"},
        {"/v1/rankings?indicator=nothing&" SPAN, 404, "/v1/indicators"},
        {"/v1/rankings?indicator=complaints&level=moon&" SPAN, 400, "child or station"},
        {"/v1/trends?by=day&org=&from=2020-01-01&to=2026-02-01", 400, "400"},
        {"/v1/trends?by=month&indicators=,&" SPAN, 404, "/v1/indicators"},
        {"/v1/units/moon?from=2026-02-01&to=2026-02-28", 400, "0 to 12 digits"},
        {"/v1/officers/030101/warnings?cursor=00", 400, "another list"},
    };
    world w;
    open_world(&w);
    for (size_t i = 0; i < SW_COUNT(asks); i++) {
        const sw_http_tried tried = ask_as(&w, asks[i].target, "x", SW_ROLE_VIEWER, "");
        const sw_slice body = sw_arena_printf(&w.arena, "%.*s", SW_FMT(tried.body));
        if (tried.status != asks[i].status || !strstr(body.ptr, asks[i].says))
            print_error("%s: %u %s\n", asks[i].target, tried.status, body.ptr);
        assert_int_equal(tried.status, asks[i].status);
        assert_non_null(strstr(body.ptr, asks[i].says));
    }
    assert_int_equal(ask_as(&w, "/v1/models/clear?" SPAN, "x", SW_ROLE_VIEWER, WEST).status, 403);
    close_world(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backlog_is_what_is_open_and_burns_down_to_it),
        cmocka_unit_test(a_backlog_of_a_past_day_has_its_list_too),
        cmocka_unit_test(what_is_taken_back_leaves_the_backlog),
        cmocka_unit_test(a_breakdown_has_its_sides_and_what_repeats),
        cmocka_unit_test(a_listing_says_which_rule_put_a_unit_there),
        cmocka_unit_test(a_checkup_compares_a_unit_with_those_like_it),
        cmocka_unit_test(units_are_ranked_and_have_trends),
        cmocka_unit_test(an_officer_has_what_is_his_in_hand),
        cmocka_unit_test(numbers_follow_from_the_periods_whatever_came_before),
        cmocka_unit_test(units_and_officers_have_the_names_that_hold_now),
        cmocka_unit_test(lists_are_silent_about_a_compartment),
        cmocka_unit_test(what_is_wrong_is_told_with_what_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
