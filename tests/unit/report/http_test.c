#include <stdio.h>

#include "report/http_bulletins.h"
#include "report/http_figures.h"
#include "text/json.h"
#include "unit/report/rig.h"
#include "unit/test.h"

static const char catalogue[] =
    "types:\n"
    "  a.seen: {fields: {case_id: {type: string, key: true}, kind: string}}\n";

static const char indicators[] =
    "apiVersion: seawall/v1\n"
    "kind: IndicatorPack\n"
    "metadata: {name: test, version: 1.0.0, timezone: Asia/Shanghai}\n"
    "indicators:\n"
    "  - {id: seen, name: 看, domain: 甲, events: [{on: a.seen, split: data.kind}]}\n"
    "  - {id: none, name: 无, domain: 乙, events: [{on: a.seen, when: 'data.kind == \"never\"'}]}\n"
    "  - {id: share, name: 率, domain: 乙, ratio: {part: none, whole: seen}}\n";

typedef struct world {
    report_rig rig;
    sw_figures_api figures;
    sw_bulletins_api bulletins;
    sw_http_route routes[SW_FIGURES_ROUTES + SW_BULLETINS_ROUTES];
    sw_arena arena;
} world;

static void as_of(void *ctx, sw_buf *out) {
    (void)ctx;
    sw_buf_add_cstr(out, "\"as_of\":{}");
}

static void open_world(world *w) {
    static const char *const orgs[] = {"320981010000", "320981020000", "320982010000"};
    memset(w, 0, sizeof *w);
    report_rig_open(&w->rig, catalogue, indicators);
    for (int i = 0; i < 30; i++) {
        char text[512];
        (void)snprintf(
            text, sizeof text,
            "{\"specversion\":\"1.0\",\"id\":\"e%02d\",\"source\":\"s\",\"type\":\"a.seen\","
            "\"subject\":\"c%d\",\"orgcode\":\"%s\",\"time\":\"2026-03-%02dT12:00:00+08:00\","
            "\"data\":{\"case_id\":\"c\",\"kind\":\"%s\"}}",
            i, i, orgs[i % 3], 1 + i % 10, i % 2 ? "x" : "y");
        report_rig_event(&w->rig, text);
    }
    report_rig_run(&w->rig);
    w->figures = (sw_figures_api){.figures = w->rig.figures, .as_of = as_of};
    w->bulletins = (sw_bulletins_api){&w->figures, &w->rig.clock.clock, "/tmp", "/tmp"};
    sw_figures_routes(&w->figures, w->routes);
    sw_bulletins_routes(&w->bulletins, w->routes + SW_FIGURES_ROUTES);
    sw_arena_init(&w->arena, (size_t)64 << 20);
}

static void close_world(world *w) {
    sw_arena_done(&w->arena);
    report_rig_close(&w->rig);
}

static sw_http_tried ask_as(world *w, const char *target, const char *org) {
    sw_principal principal = {.sub = "someone", .roles = SW_ROLE_VIEWER};
    sw_http_tried tried;
    if (org) (void)snprintf(principal.org, sizeof principal.org, "%s", org);
    const sw_http_try what = {.routes = w->routes,
                              .route_count = SW_COUNT(w->routes),
                              .method = "GET",
                              .target = sw_slice_cstr(target),
                              .principal = &principal};
    assert_ok(sw_http_try_run(&what, &w->arena, &tried));
    return tried;
}

static const sw_json *json_of(world *w, const char *target) {
    const sw_http_tried tried = ask_as(w, target, NULL);
    const sw_json *json;
    if (tried.status != 200) print_error("%s: %.*s\n", target, SW_FMT(tried.body));
    assert_int_equal(tried.status, 200);
    assert_ok(sw_json_parse(&w->arena, tried.body, (sw_json_limits){0}, NULL, &json));
    return json;
}

static const sw_json *member(const sw_json *object, const char *name) {
    for (const sw_json *m = object->first; m; m = m->next)
        if (sw_slice_is(m->name, name)) return m;
    fail_msg("no member %s", name);
    return NULL;
}

static int64_t number(const sw_json *object, const char *name) {
    int64_t n;
    assert_ok(sw_json_int(member(object, name), &n));
    return n;
}

#define MARCH "from=2026-03-01&to=2026-03-31"

static void a_figure_says_as_much_as_its_parts_and_its_list(void **state) {
    (void)state;
    static const char *const bys[] = {"split", "unit", "day", "month"};
    world w;
    open_world(&w);
    for (size_t i = 0; i < SW_COUNT(bys); i++) {
        char target[256];
        int64_t sum = 0;
        (void)snprintf(target, sizeof target, "/v1/figures/seen?org=320981&" MARCH "&by=%s",
                       bys[i]);
        const sw_json *json = json_of(&w, target);
        assert_int_equal(number(json, "value"), 20);
        for (const sw_json *part = member(json, "parts")->first; part; part = part->next)
            sum += number(part, "value");
        assert_int_equal(sum, 20);
    }
    char target[1024] = "/v1/figures/seen/list?org=320981&" MARCH "&limit=7";
    uint32_t listed = 0;
    for (int page = 0;; page++) {
        const sw_json *json = json_of(&w, target);
        listed += member(json, "entries")->count;
        if (member(json, "next")->kind == SW_JSON_NULL) break;
        assert_true(page < 10);
        (void)snprintf(target, sizeof target,
                       "/v1/figures/seen/list?org=320981&" MARCH "&limit=7&cursor=%.*s",
                       SW_FMT(member(json, "next")->text));
    }
    assert_int_equal(listed, 20);
    close_world(&w);
}

static void a_ratio_of_nothing_is_null(void **state) {
    (void)state;
    world w;
    open_world(&w);
    const sw_json *json = json_of(&w, "/v1/figures/share?from=2026-04-01&to=2026-04-30");
    assert_int_equal(member(json, "value")->kind, SW_JSON_NULL);
    assert_int_equal(number(json, "previous_whole"), 30);
    close_world(&w);
}

static void a_token_sees_its_own_units_alone(void **state) {
    (void)state;
    world w;
    open_world(&w);
    sw_http_tried tried = ask_as(&w, "/v1/figures/seen?" MARCH, "320981000000");
    assert_int_equal(tried.status, 200);
    assert_non_null(memmem(tried.body.ptr, tried.body.len, "\"value\":20", 10));
    tried = ask_as(&w, "/v1/figures/seen?org=320982&" MARCH, "320981000000");
    assert_int_equal(tried.status, 403);
    tried = ask_as(&w, "/v1/figures/seen?org=3209&" MARCH, "320981000000");
    assert_int_equal(tried.status, 403);
    tried = ask_as(&w, "/v1/figures/seen/list?org=32&" MARCH, "320981000000");
    assert_int_equal(tried.status, 403);
    tried = ask_as(&w, "/v1/bulletins/daily?org=320982010000&date=2026-03-01", "320981000000");
    assert_int_equal(tried.status, 403);
    close_world(&w);
}

static void what_is_wrong_is_said_with_what_is_allowed(void **state) {
    (void)state;
    static const struct {
        const char *target;
        uint32_t status;
        const char *says;
    } cases[] = {
        {"/v1/figures?from=2026-03-01", 400, "to"},
        {"/v1/figures?from=2026-03-31&to=2026-03-01", 400, "ends before it begins"},
        {"/v1/figures?from=1900-01-01&to=2026-03-01", 400, "20 years"},
        {"/v1/figures?from=2026-02-30&to=2026-03-01", 400, "no such day"},
        {"/v1/figures?from=yesterday&to=2026-03-01", 400, "2026-03-31"},
        {"/v1/figures?org=abc&" MARCH, 400, "0 to 12 digits"},
        {"/v1/figures?org=3209810100001&" MARCH, 400, "0 to 12 digits"},
        {"/v1/figures?colour=red&" MARCH, 400, "colour"},
        {"/v1/figures/nobody?" MARCH, 404, "/v1/indicators"},
        {"/v1/figures/seen?by=hour&" MARCH, 400, "split, unit, day or month"},
        {"/v1/figures/share?by=unit&" MARCH, 400, "a ratio has no parts"},
        {"/v1/figures/seen/list?limit=0&" MARCH, 400, "from 1 to 1000"},
        {"/v1/figures/seen/list?limit=1001&" MARCH, 400, "from 1 to 1000"},
        {"/v1/figures/seen/list?cursor=xyz&" MARCH, 400, "cursor"},
        {"/v1/figures/seen/list?cursor=00&" MARCH, 400, "another list"},
        {"/v1/bulletins/yearly?date=2026-03-01", 404, "daily, weekly and monthly"},
        {"/v1/bulletins/daily", 400, "date"},
        {"/v1/bulletins/daily?date=2026-03-01&format=pdf", 400, "html, xlsx, csv or json"},
        {"/v1/bulletins/daily?date=2026-03-01&lang=fr", 400, "zh or en"},
    };
    world w;
    open_world(&w);
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        const sw_http_tried tried = ask_as(&w, cases[i].target, NULL);
        const bool says =
            memmem(tried.body.ptr, tried.body.len, cases[i].says, strlen(cases[i].says));
        if (tried.status != cases[i].status || !says)
            print_error("%s: %u %.*s\n", cases[i].target, tried.status, SW_FMT(tried.body));
        assert_int_equal(tried.status, cases[i].status);
        assert_true(says);
    }
    close_world(&w);
}

static void bulletins_come_in_every_form(void **state) {
    (void)state;
    static const char *const forms[][2] = {{"html", "text/html"},
                                           {"csv", "text/csv"},
                                           {"json", "application/json"},
                                           {"xlsx", "application/vnd.openxmlformats"}};
    world w;
    open_world(&w);
    for (size_t i = 0; i < SW_COUNT(forms); i++) {
        char target[256];
        (void)snprintf(target, sizeof target,
                       "/v1/bulletins/monthly?date=2026-03-05&format=%s&lang=en", forms[i][0]);
        const sw_http_tried tried = ask_as(&w, target, NULL);
        assert_int_equal(tried.status, 200);
        assert_true(sw_slice_starts(tried.type, sw_slice_cstr(forms[i][1])));
        assert_true(tried.body.len > 100);
    }
    close_world(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_figure_says_as_much_as_its_parts_and_its_list),
        cmocka_unit_test(a_ratio_of_nothing_is_null),
        cmocka_unit_test(a_token_sees_its_own_units_alone),
        cmocka_unit_test(what_is_wrong_is_said_with_what_is_allowed),
        cmocka_unit_test(bulletins_come_in_every_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
