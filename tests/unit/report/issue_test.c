#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "report/bulletin/schedule.h"
#include "report/http_bulletins.h"
#include "text/json.h"
#include "unit/report/rig.h"
#include "unit/test.h"

/* Bulletins that issue themselves: once a period, whatever happens; and what was issued stays as it
 * was, while the figures follow corrections. */

static const char catalogue[] =
    "types:\n"
    "  a.seen: {fields: {case_id: {type: string, key: true}, good: bool}}\n";

static const char indicators[] =
    "apiVersion: seawall/v1\n"
    "kind: IndicatorPack\n"
    "metadata: {name: test, version: 1.0.0, timezone: Asia/Shanghai}\n"
    "indicators:\n"
    "  - {id: seen, name: '<b>看</b>', name_en: '=SEEN()', domain: 甲, better: less, events: [{on: "
    "a.seen}]}\n"
    "  - {id: bad, name: 坏, name_en: bad, domain: 乙, events: [{on: a.seen, when: "
    "'!data.good'}]}\n"
    "  - {id: share, name: 率, name_en: share, domain: 乙, ratio: {part: bad, whole: seen}}\n";

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)
/* The clock of the rig stands at 2026-03-01 08:00 in Shanghai, a Sunday. */

typedef struct world {
    report_rig rig;
    char dir[64];
    sw_slice orgs[2];
    sw_schedule_options plan;
    sw_figures_api figures;
    sw_bulletins_api api;
    sw_http_route routes[SW_BULLETINS_ROUTES];
} world;

static void as_of(void *ctx, sw_buf *out) {
    (void)ctx;
    sw_buf_add_cstr(out, "\"as_of\":{}");
}

static void send(world *w, int id, const char *org, const char *day, bool good) {
    char text[512];
    (void)snprintf(text, sizeof text,
                   "{\"specversion\":\"1.0\",\"id\":\"e%d\",\"source\":\"s\",\"type\":\"a.seen\","
                   "\"subject\":\"e%d\",\"orgcode\":\"%s\",\"time\":\"%sT12:00:00+08:00\","
                   "\"data\":{\"case_id\":\"c\",\"good\":%s}}",
                   id, id, org, day, good ? "true" : "false");
    report_rig_event(&w->rig, text);
}

static void retract(world *w, int id) {
    char text[512], key[16];
    (void)snprintf(key, sizeof key, "e%d", id);
    (void)snprintf(text, sizeof text,
                   "{\"specversion\":\"1.0\",\"id\":\"r%d\",\"source\":\"s\",\"type\":"
                   "\"event.retracted\",\"subject\":\"%s\",\"time\":\"2026-03-01T12:00:00+08:00\","
                   "\"data\":{\"source\":\"s\",\"id\":\"%s\"}}",
                   id, key, key);
    report_rig_event_under(&w->rig, text, sw_slice_cstr(key));
    report_rig_run(&w->rig);
}

static void open_world(world *w) {
    memset(w, 0, sizeof *w);
    report_rig_open(&w->rig, catalogue, indicators);
    send(w, 1, "320981010000", "2026-02-03", true);
    send(w, 2, "320981010000", "2026-02-28", false);
    send(w, 3, "320981020000", "2026-02-28", false);
    report_rig_run(&w->rig);
    (void)snprintf(w->dir, sizeof w->dir, "/tmp/sw-issues-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    assert_ok(sw_issues_open(w->dir));
    w->orgs[0] = SW_S("320981");
    w->orgs[1] = SW_S("32098101");
    w->plan = (sw_schedule_options){.figures = &w->rig.figures,
                                    .clock = &w->rig.clock.clock,
                                    .dir = w->dir,
                                    .minute = {450, 480, 510},
                                    .orgs = w->orgs,
                                    .org_count = 1,
                                    .since_ms = INT64_C(1772323200000) - 8 * HOUR_MS,
                                    .as_of = as_of};
    w->figures =
        (sw_figures_api){.figures = w->rig.figures, .as_of = as_of, .clock = &w->rig.clock.clock};
    w->api = (sw_bulletins_api){&w->figures, &w->rig.clock.clock, "/tmp", w->dir};
    sw_bulletins_routes(&w->api, w->routes);
}

static void close_world(world *w) {
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r %s", w->dir);
    assert_int_equal(system(command), 0);
    report_rig_close(&w->rig);
}

static uint32_t tick(world *w) {
    uint32_t issued;
    assert_ok(sw_schedule_tick(&w->plan, &issued));
    return issued;
}

static uint32_t count(world *w, int32_t kind) {
    sw_issue *list;
    uint32_t n;
    assert_ok(sw_issues_list(w->dir, kind, SW_S(""), &w->rig.arena, &list, &n));
    return n;
}

static void each_period_is_issued_once_at_its_time(void **state) {
    (void)state;
    world w;
    open_world(&w);
    /* 08:00 on Sunday the first of March, since midnight: of what was due before nothing is made
     * up; February comes at 08:30 */
    assert_int_equal(tick(&w), 1);
    assert_int_equal(tick(&w), 0);
    assert_int_equal(count(&w, SW_BULLETIN_DAILY), 1);
    sw_clock_virtual_advance(&w.rig.clock, HOUR_MS / 2 - 1000);
    assert_int_equal(tick(&w), 0);
    sw_clock_virtual_advance(&w.rig.clock, 2000);
    assert_int_equal(tick(&w), 1);
    assert_int_equal(count(&w, SW_BULLETIN_MONTHLY), 1);
    /* four days without power: each day's is made up, the week's on Monday too */
    sw_clock_virtual_advance(&w.rig.clock, 4 * DAY_MS);
    assert_int_equal(tick(&w), 5);
    assert_int_equal(count(&w, SW_BULLETIN_DAILY), 5);
    assert_int_equal(count(&w, SW_BULLETIN_WEEKLY), 1);
    assert_int_equal(tick(&w), 0);
    int64_t since_ms;
    assert_ok(sw_schedule_since(w.dir, 17, &since_ms));
    assert_ok(sw_schedule_since(w.dir, 99, &since_ms)); /* after a restart */
    assert_int_equal(since_ms, 17);
    close_world(&w);
}

static void on_days_off_it_waits_for_a_working_day(void **state) {
    (void)state;
    world w;
    open_world(&w);
    w.plan.workdays = true;
    w.plan.calendar = sw_calendar_plain(); /* Saturdays and Sundays are off */
    /* Friday's, Saturday's and February's are due on Monday */
    const sw_span_days saturday = {20512, 20512};
    const int64_t due_ms = sw_schedule_due_ms(&w.plan, SW_BULLETIN_DAILY, saturday);
    assert_int_equal(due_ms, INT64_C(1772323200000) + 23 * HOUR_MS + HOUR_MS / 2);
    close_world(&w);
}

typedef struct racer {
    const sw_schedule_options *plan;
    uint32_t issued;
    sw_err err;
} racer;

static void *race(void *arg) {
    racer *r = arg;
    r->err = sw_schedule_tick(r->plan, &r->issued);
    return NULL;
}

static void of_many_that_issue_one_does(void **state) {
    (void)state;
    enum { RACERS = 6 };
    world w;
    open_world(&w);
    pthread_t threads[RACERS];
    racer racers[RACERS];
    uint32_t issued = 0;
    for (int i = 0; i < RACERS; i++) {
        racers[i] = (racer){&w.plan, 0, SW_OK};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < RACERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_ok(racers[i].err);
        issued += racers[i].issued;
    }
    assert_int_equal(issued, 1);
    assert_int_equal(count(&w, -1), 1);
    close_world(&w);
}

/* A crash before the file has its name leaves a part, which counts for nothing; the start takes it
 * away, and the bulletin is issued then. */
static void a_crash_leaves_nothing_half_issued(void **state) {
    (void)state;
    world w;
    char path[128];
    open_world(&w);
    (void)snprintf(path, sizeof path, "%s/daily-2026-02-28-320981.abc123.part", w.dir);
    FILE *part = fopen(path, "w");
    assert_non_null(part);
    assert_true(fputs("{\"issued_ms\":", part) >= 0);
    assert_int_equal(fclose(part), 0);
    assert_int_equal(count(&w, -1), 0);
    assert_ok(sw_issues_open(w.dir));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(tick(&w), 1);
    close_world(&w);
}

/* ---- over HTTP ---- */

static sw_http_tried ask(world *w, const char *method, const char *target) {
    sw_principal principal = {.sub = "030101", .roles = SW_ROLE_SUPERVISOR};
    sw_http_tried tried;
    const sw_http_try what = {.routes = w->routes,
                              .route_count = SW_BULLETINS_ROUTES,
                              .method = method,
                              .target = sw_slice_cstr(target),
                              .principal = &principal};
    assert_ok(sw_http_try_run(&what, &w->rig.arena, &tried));
    return tried;
}

static bool says(world *w, const sw_http_tried *tried, const char *text) {
    const sw_slice body = sw_arena_printf(&w->rig.arena, "%.*s", SW_FMT(tried->body));
    const bool found = strstr(body.ptr, text) != NULL;
    if (!found) print_error("%s is not in: %s\n", text, body.ptr);
    return found;
}

#define DAY "/v1/bulletins/daily?org=320981&date=2026-02-28"

static void a_correction_changes_what_is_known_since_and_not_what_was_known(void **state) {
    (void)state;
    world w;
    open_world(&w);
    assert_int_equal(tick(&w), 1);
    const sw_http_tried html = ask(&w, "GET", DAY "&as=issued");
    const sw_http_tried csv = ask(&w, "GET", DAY "&as=issued&format=csv");
    assert_int_equal(html.status, 200);
    assert_true(says(&w, &html, "&lt;b&gt;看&lt;/b&gt;")); /* names are text */
    retract(&w, 2);
    send(&w, 9, "320981020000", "2026-02-28", true);
    report_rig_run(&w.rig);
    /* byte for byte what was printed */
    assert_true(sw_slice_eq(ask(&w, "GET", DAY "&as=issued").body, html.body));
    assert_true(sw_slice_eq(ask(&w, "GET", DAY "&as=issued&format=csv").body, csv.body));
    sw_http_tried json = ask(&w, "GET", DAY "&as=compared&format=json");
    assert_int_equal(json.status, 200);
    assert_true(says(&w, &json, "\"id\":\"bad\""));
    assert_true(says(&w, &json, "\"issued\":2,\"corrected\":1,\"difference\":-1,\"changed\":true"));
    assert_true(says(&w, &json, "\"changed\":2,\"figures\"")); /* of two seen still two are */
    assert_true(says(&w, &json, "{\"org\":\"32098101\",\"issued\":1,\"corrected\":0,"));
    json = ask(&w, "GET", DAY "&as=compared");
    assert_true(says(&w, &json, "-1</td>"));
    json = ask(&w, "GET", DAY "&as=compared&format=csv");
    assert_true(says(&w, &json, "bad,坏,2,1,-1"));
    close_world(&w);
}

static void editions_are_known_by_their_time(void **state) {
    (void)state;
    world w;
    open_world(&w);
    assert_int_equal(tick(&w), 1);
    retract(&w, 2);
    sw_clock_virtual_advance(&w.rig.clock, HOUR_MS);
    const sw_http_tried posted = ask(&w, "POST", DAY);
    assert_int_equal(posted.status, 201);
    assert_true(says(&w, &posted, "\"edition\":2"));
    assert_true(says(&w, &posted, "\"by\":\"030101\""));
    sw_http_tried known = ask(&w, "GET", DAY "&format=json&known_at=2026-03-01T08:30:00%2B08:00");
    assert_true(says(&w, &known, "\"edition\":1"));
    assert_true(says(&w, &known,
                     "\"id\":\"seen\",\"name\":\"<b>看</b>\",\"name_en\":\"=SEEN()\","
                     "\"value\":2"));
    known = ask(&w, "GET", DAY "&format=json&as=issued");
    assert_true(says(&w, &known, "\"edition\":2"));
    assert_int_equal(ask(&w, "GET", DAY "&format=json&known_at=2026-03-01T07:00:00%2B08:00").status,
                     404);
    /* the index, page by page */
    char target[256] = "/v1/bulletins?org=3209&limit=1";
    uint32_t pages = 0;
    for (; pages < 10; pages++) {
        const sw_http_tried page = ask(&w, "GET", target);
        const sw_json *json;
        assert_int_equal(page.status, 200);
        assert_ok(sw_json_parse(&w.rig.arena, page.body, (sw_json_limits){0}, NULL, &json));
        assert_int_equal(sw_json_get(json, SW_S("bulletins"))->count, 1);
        const sw_json *next = sw_json_get(json, SW_S("next"));
        if (next->kind != SW_JSON_STRING) break;
        (void)snprintf(target, sizeof target, "/v1/bulletins?org=3209&limit=1&cursor=%.*s",
                       SW_FMT(next->text));
    }
    assert_int_equal(pages, 1); /* two pages */
    close_world(&w);
}

static void what_is_wrong_is_told(void **state) {
    (void)state;
    world w;
    open_world(&w);
    assert_int_equal(ask(&w, "GET", DAY "&as=issued").status, 404);
    assert_int_equal(ask(&w, "GET", DAY "&as=yesterday").status, 400);
    assert_int_equal(ask(&w, "GET", DAY "&as=issued&known_at=noon").status, 400);
    assert_int_equal(ask(&w, "GET", DAY "&as=corrected&known_at=2026-03-01T08:30:00Z").status, 400);
    assert_int_equal(ask(&w, "GET", DAY "&as=compared&format=xlsx").status, 400);
    assert_int_equal(ask(&w, "POST", "/v1/bulletins/hourly?org=&date=2026-02-28").status, 404);
    assert_int_equal(ask(&w, "GET", "/v1/bulletins?cursor=00").status, 400);
    assert_int_equal(ask(&w, "GET", "/v1/bulletins?kind=hourly").status, 400);
    int32_t minute;
    assert_true(sw_schedule_time(SW_S("07:30"), &minute) && minute == 450);
    assert_true(sw_schedule_time(SW_S("off"), &minute) && minute == -1);
    assert_false(sw_schedule_time(SW_S("24:00"), &minute));
    assert_false(sw_schedule_time(SW_S("7:30"), &minute));
    close_world(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_period_is_issued_once_at_its_time),
        cmocka_unit_test(on_days_off_it_waits_for_a_working_day),
        cmocka_unit_test(of_many_that_issue_one_does),
        cmocka_unit_test(a_crash_leaves_nothing_half_issued),
        cmocka_unit_test(a_correction_changes_what_is_known_since_and_not_what_was_known),
        cmocka_unit_test(editions_are_known_by_their_time),
        cmocka_unit_test(what_is_wrong_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
