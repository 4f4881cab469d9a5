#include <stdio.h>

#include "evaluate/warning_json.h"
#include "report/http_view.h"
#include "unit/evaluate/pipe.h"

static const char rules[] =
    "  - {id: d, kind: deadline, key: [case_id], start: {on: start}, stop: [{on: stop}],\n"
    "     cancel: [{on: cancel}], limit: 2d,\n"
    "     warn: [{at: -24h, level: orange, to: [handler]}, {at: due, level: breach, to: "
    "[handler]}]}\n"
    "  - {id: c, kind: check, key: [case_id], on: seen, when: 'data.n > 2', level: red,\n"
    "     to: [handler]}\n";

#define COUNTY "320981000000"

typedef struct desk {
    pipe_rig p;
    sw_queries queries;
    sw_http_route routes[SW_VIEW_ROUTES];
    sw_principal principal;
    sw_http_tried reply;
} desk;

static void desk_open_with(desk *d, const char *text) {
    pipe_open(&d->p, text);
    assert_ok(sw_queries_open(d->p.bus, &d->p.topology, &d->p.clock.clock, d->p.world.catalogue,
                              d->p.shared[0], d->p.shared[1], &d->queries));
    sw_view_routes(&d->queries, d->routes);
    sw_principal_local(&d->principal);
}

static void desk_open(desk *d) {
    desk_open_with(d, rules);
}

static void ask(desk *d, const char *method, const char *target, const char *body) {
    static const sw_http_field json = {{"content-type", 12}, {"application/json", 16}};
    const sw_http_try what = {.routes = d->routes,
                              .route_count = SW_VIEW_ROUTES,
                              .method = method,
                              .target = sw_slice_cstr(target),
                              .headers = &json,
                              .header_count = 1,
                              .body = sw_slice_cstr(body),
                              .principal = &d->principal};
    assert_ok(sw_http_try_run(&what, &d->p.arena, &d->reply));
}

static const sw_json *body_of(desk *d) {
    const sw_json *node;
    sw_err err = sw_json_parse(&d->p.arena, d->reply.body, (sw_json_limits){0}, NULL, &node);
    if (err) print_error("%.*s\n", SW_FMT(d->reply.body));
    assert_ok(err);
    return node;
}

static const sw_json *get(desk *d, const char *target) {
    ask(d, "GET", target, "");
    if (d->reply.status != 200) print_error("%s: %.*s\n", target, SW_FMT(d->reply.body));
    assert_int_equal(d->reply.status, 200);
    return body_of(d);
}

static uint32_t count(desk *d, const char *target, const char *list) {
    const sw_json *items = sw_json_get(get(d, target), sw_slice_cstr(list));
    assert_non_null(items);
    return items->count;
}

/* Cases A (resolved), B (breach), C of another county (breach), and a check in A. */
static void fill(desk *d) {
    pipe_rig *p = &d->p;
    pipe_send(p, "case_id=A", "start", "a1", "1 00:00", NULL, "\"case_id\":\"A\"");
    pipe_send(p, "case_id=B", "start", "b1", "1 00:00", NULL, "\"case_id\":\"B\"");
    pipe_send_of(p, "320982010000", "case_id=C", "start", "c1", "1 00:00", "\"case_id\":\"C\"");
    pipe_run(p, "2 06:00");
    pipe_send(p, "case_id=A", "seen", "a2", "2 01:00", NULL, "\"case_id\":\"A\",\"n\":5");
    pipe_send(p, "case_id=A", "stop", "a3", "2 02:00", NULL, "\"case_id\":\"A\"");
    pipe_run(p, "3 06:00");
}

static void warnings_are_found_by_what_they_are(void **state) {
    (void)state;
    desk d;
    desk_open(&d);
    fill(&d);
    assert_int_equal(count(&d, "/v1/warnings", "warnings"), 6);
    assert_int_equal(count(&d, "/v1/warnings?state=open", "warnings"), 5);
    assert_int_equal(count(&d, "/v1/warnings?state=resolved", "warnings"), 1);
    assert_int_equal(count(&d, "/v1/warnings?state=withdrawn", "warnings"), 0);
    assert_int_equal(count(&d, "/v1/warnings?level=breach", "warnings"), 2);
    assert_int_equal(count(&d, "/v1/warnings?rule=c", "warnings"), 1);
    assert_int_equal(count(&d, "/v1/warnings?rule=c&level=blue", "warnings"), 0);
    assert_int_equal(count(&d, "/v1/warnings?org=320981", "warnings"), 4);
    assert_int_equal(count(&d, "/v1/warnings?org=32098201", "warnings"), 2);
    assert_int_equal(count(&d, "/v1/warnings?org=3209&state=open", "warnings"), 5);
    assert_int_equal(count(&d, "/v1/warnings?org=320981010000", "warnings"), 4);
    assert_int_equal(count(&d, "/v1/warnings?key=case_id%3DA", "warnings"), 2);
    assert_int_equal(count(&d, "/v1/warnings?since=2026-03-03T00:00:00Z", "warnings"), 2);
    assert_int_equal(count(&d, "/v1/warnings?until=2026-03-03T00:00:00Z", "warnings"), 4);
    assert_int_equal(count(&d,
                           "/v1/warnings?since=2026-03-02T00:00:00.001Z"
                           "&until=2026-03-02T23:59:59Z",
                           "warnings"),
                     1);
    const sw_json *first = sw_json_get(get(&d, "/v1/warnings"), SW_S("warnings"))->first;
    assert_slice(sw_json_get(first, SW_S("time"))->text, "2026-03-03T00:00:00Z");
    pipe_close(&d.p);
}

static void pages_follow_one_another(void **state) {
    (void)state;
    desk d;
    char target[256], cursor[64] = "";
    uint32_t all = 0, pages = 0;
    desk_open(&d);
    fill(&d);
    do {
        snprintf(target, sizeof target, "/v1/warnings?limit=2%s%s", cursor[0] ? "&cursor=" : "",
                 cursor);
        const sw_json *body = get(&d, target);
        all += sw_json_get(body, SW_S("warnings"))->count;
        const sw_json *next = sw_json_get(body, SW_S("next"));
        snprintf(cursor, sizeof cursor, "%.*s", next ? (int)next->text.len : 0,
                 next ? next->text.ptr : "");
        assert_true(++pages < 9);
    } while (cursor[0]);
    assert_int_equal(all, 6);
    pipe_close(&d.p);
}

/* Byte for byte what replay writes: the sets of the books, sorted by id. */
static void the_set_is_that_of_the_books(void **state) {
    (void)state;
    desk d;
    desk_open(&d);
    fill(&d);
    const sw_json *items = sw_json_get(get(&d, "/v1/warnings"), SW_S("warnings"));
    uint32_t seen = 0;
    for (const sw_json *n = items->first; n; n = n->next) {
        sw_told_warning told;
        sw_buf again;
        sw_buf_init(&again, 1 << 16);
        assert_ok(sw_told_from_json(&d.p.arena, n, &told));
        assert_int_equal(told.decided_ms, told.fires_ms);
        assert_int_equal(told.change, told.state == SW_STATE_RESOLVED ? SW_RESOLVED : SW_RAISED);
        assert_false(told.has_cause);
        sw_told_to_json(&told, SW_SLICE_NONE, &again);
        sw_buf spelt;
        sw_buf_init(&spelt, 1 << 16);
        sw_json_write(&spelt, n);
        assert_int_equal(again.len, spelt.len);
        assert_memory_equal(again.ptr, spelt.ptr, spelt.len);
        sw_buf_done(&spelt);
        sw_buf_done(&again);
        seen++;
    }
    assert_int_equal(seen, 6);
    pipe_close(&d.p);
}

static void one_warning_is_explained(void **state) {
    (void)state;
    desk d;
    char target[80];
    desk_open(&d);
    fill(&d);
    const sw_json *body = get(&d, "/v1/warnings?level=breach&org=320981");
    const sw_json *item = sw_json_get(body, SW_S("warnings"))->first;
    sw_slice id = sw_json_get(sw_json_get(item, SW_S("data")), SW_S("warning_id"))->text;
    snprintf(target, sizeof target, "/v1/warnings/%.*s", SW_FMT(id));
    body = get(&d, target);
    assert_int_equal(sw_json_get(body, SW_S("explanation"))->count, 1);
    assert_non_null(sw_json_get(body, SW_S("as_of")));
    ask(&d, "GET", "/v1/warnings/00000000000000000000000000000000", "");
    assert_int_equal(d.reply.status, 404);
    ask(&d, "GET", "/v1/warnings/x", "");
    assert_int_equal(d.reply.status, 404);
    assert_int_equal(count(&d, "/v1/explain?rule=d&key=A", "explanation"), 1);
    pipe_close(&d.p);
}

static void deadlines_are_those_that_run(void **state) {
    (void)state;
    desk d;
    desk_open(&d);
    fill(&d);
    assert_int_equal(count(&d, "/v1/deadlines", "deadlines"), 2);
    assert_int_equal(count(&d, "/v1/deadlines?org=320982", "deadlines"), 1);
    assert_int_equal(count(&d, "/v1/deadlines?due_before=2026-03-03T00:00:00Z", "deadlines"), 0);
    assert_int_equal(count(&d, "/v1/deadlines?due_before=2026-03-03T00:00:01Z", "deadlines"), 2);
    assert_int_equal(count(&d, "/v1/deadlines?due_from=2026-03-04T00:00:00Z", "deadlines"), 0);
    assert_int_equal(count(&d, "/v1/deadlines?key=case_id%3DA", "deadlines"), 0);
    pipe_close(&d.p);
}

static bool is_of(const sw_json *period, const char *case_id) {
    const sw_json *key = sw_json_get(period, SW_S("key"));
    return sw_slice_is(sw_json_get(key, SW_S("case_id"))->text, case_id);
}

/* The same periods in the same order, whichever rows they are found by, in pages of two. */
static void deadlines_of_a_key_come_in_order_and_pages(void **state) {
    (void)state;
    static const char each_person[] =
        "  - {id: p, kind: deadline, key: [case_id, person_id], start: {on: start},\n"
        "     stop: [{on: stop}], limit: 2d, warn: [{at: due, level: breach, to: [handler]}]}\n";
    desk d;
    char target[256], cursor[64] = "", id[16], time[16], data[64];
    uint32_t seen = 0;
    desk_open_with(&d, each_person);
    for (int i = 0; i < 5; i++) { /* not in the order of their due times */
        snprintf(id, sizeof id, "k%d", i);
        snprintf(time, sizeof time, "2 0%d:00", i * 3 % 5);
        snprintf(data, sizeof data, "\"case_id\":\"K\",\"person_id\":\"%d\"", i);
        pipe_send(&d.p, "case_id=K", "start", id, time, NULL, data);
    }
    pipe_send(&d.p, "case_id=L", "start", "l", "2 01:00", NULL,
              "\"case_id\":\"L\",\"person_id\":\"1\"");
    pipe_run(&d.p, "2 08:00");
    const sw_json *all =
        sw_json_get(get(&d, "/v1/deadlines?due_before=2026-03-04T04:30:00Z"), SW_S("deadlines"));
    assert_int_equal(all->count, 6);
    const sw_json *expected = all->first;
    do {
        snprintf(target, sizeof target,
                 "/v1/deadlines?key=case_id%%3DK&due_before=2026-03-04T04:30:00Z&limit=2%s%s",
                 cursor[0] ? "&cursor=" : "", cursor);
        const sw_json *body = get(&d, target), *n = sw_json_get(body, SW_S("deadlines"))->first;
        for (; n; n = n->next, expected = expected->next, seen++) {
            if (is_of(expected, "L")) expected = expected->next;
            assert_true(sw_slice_eq(sw_json_get(n, SW_S("instance"))->text,
                                    sw_json_get(expected, SW_S("instance"))->text));
        }
        const sw_json *next = sw_json_get(body, SW_S("next"));
        snprintf(cursor, sizeof cursor, "%.*s", next ? (int)next->text.len : 0,
                 next ? next->text.ptr : "");
        assert_true(seen <= 5);
    } while (cursor[0]);
    assert_int_equal(seen, 5);
    assert_int_equal(sw_json_get(get(&d, "/v1/cases/K"), SW_S("periods"))->count, 5);
    assert_int_equal(
        count(&d, "/v1/deadlines?key=case_id%3DK&due_from=2026-03-04T02:00:00Z", "deadlines"), 3);
    assert_int_equal(
        count(&d, "/v1/deadlines?key=case_id%3DK&due_before=2026-03-04T02:00:00Z", "deadlines"), 2);
    pipe_close(&d.p);
}

static void a_case_has_its_history(void **state) {
    (void)state;
    desk d;
    desk_open(&d);
    fill(&d);
    const sw_json *body = get(&d, "/v1/cases/A");
    assert_int_equal(sw_json_get(body, SW_S("events"))->count, 3);
    assert_int_equal(sw_json_get(body, SW_S("periods"))->count, 0);
    assert_int_equal(sw_json_get(body, SW_S("warnings"))->count, 2);
    body = get(&d, "/v1/cases/A?limit=2");
    assert_int_equal(sw_json_get(body, SW_S("events"))->count, 2);
    char target[128];
    snprintf(target, sizeof target, "/v1/cases/A?limit=2&cursor=%.*s",
             SW_FMT(sw_json_get(body, SW_S("next"))->text));
    assert_int_equal(count(&d, target, "events"), 1);
    ask(&d, "GET", "/v1/cases/Z", "");
    assert_int_equal(d.reply.status, 404);
    pipe_close(&d.p);
}

static void a_unit_sees_its_own_subtree(void **state) {
    (void)state;
    desk d;
    desk_open(&d);
    fill(&d);
    d.principal.roles = SW_ROLE_VIEWER;
    snprintf(d.principal.org, sizeof d.principal.org, "%s", COUNTY);
    assert_int_equal(count(&d, "/v1/warnings", "warnings"), 4);
    assert_int_equal(count(&d, "/v1/deadlines", "deadlines"), 1);
    ask(&d, "GET", "/v1/warnings?org=320982", "");
    assert_int_equal(d.reply.status, 403);
    ask(&d, "GET", "/v1/cases/C", "");
    assert_int_equal(d.reply.status, 404);
    ask(&d, "GET", "/v1/explain?rule=d&key=C", "");
    assert_int_equal(d.reply.status, 403);
    ask(&d, "POST", "/v1/checks",
        "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"s\",\"type\":\"seen\","
        "\"time\":\"2026-03-03T05:00:00Z\",\"orgcode\":\"320982010000\",\"data\":{}}");
    assert_int_equal(d.reply.status, 403);
    pipe_close(&d.p);
}

static void a_check_tells_what_would_be_and_stores_nothing(void **state) {
    (void)state;
    static const char seen[] =
        "{\"specversion\":\"1.0\",\"id\":\"x1\",\"source\":\"s\",\"type\":\"seen\","
        "\"time\":\"2026-03-03T05:00:00Z\",\"orgcode\":\"320981010000\","
        "\"data\":{\"case_id\":\"B\",\"n\":7}}";
    static const char stop[] =
        "{\"specversion\":\"1.0\",\"id\":\"x2\",\"source\":\"s\",\"type\":\"stop\","
        "\"time\":\"2026-03-03T05:00:00Z\",\"data\":{\"case_id\":\"B\"}}";
    desk d;
    desk_open(&d);
    fill(&d);
    for (int round = 0; round < 2; round++) {
        ask(&d, "POST", "/v1/checks", seen);
        assert_int_equal(d.reply.status, 200);
        const sw_json *body = body_of(&d);
        assert_true(sw_json_get(body, SW_S("violates"))->truth);
        assert_int_equal(sw_json_get(body, SW_S("warnings"))->count, 1);
        ask(&d, "POST", "/v1/checks", stop);
        body = body_of(&d);
        assert_false(sw_json_get(body, SW_S("violates"))->truth);
        assert_int_equal(sw_json_get(body, SW_S("warnings"))->count, 2); /* both resolved */
        assert_int_equal(sw_json_get(body, SW_S("periods"))->count, 1);
    }
    assert_int_equal(count(&d, "/v1/warnings", "warnings"), 6);
    ask(&d, "POST", "/v1/checks", "{\"specversion\":\"1.0\"}");
    assert_int_equal(d.reply.status, 400);
    ask(&d, "POST", "/v1/checks", "nonsense");
    assert_int_equal(d.reply.status, 400);
    pipe_close(&d.p);
}

typedef struct refusals {
    uint32_t count;
    char rule[100];
    sw_err err;
} refusals;

static sw_err refused(void *arg, const sw_event *event, const sw_violation *violation) {
    refusals *r = arg;
    assert_slice(event->id, "x1");
    assert_true(violation->violates);
    snprintf(r->rule, sizeof r->rule, "%.*s", SW_FMT(violation->rule));
    r->count++;
    return r->err;
}

static void who_is_about_to_violate_a_rule_is_told_on_and_who_only_tries_is_not(void **state) {
    (void)state;
    static const char seen[] =
        "{\"specversion\":\"1.0\",\"id\":\"x1\",\"source\":\"s\",\"type\":\"seen\","
        "\"time\":\"2026-03-03T05:00:00Z\",\"orgcode\":\"320981010000\","
        "\"data\":{\"case_id\":\"B\",\"n\":7}}";
    static const char stop[] =
        "{\"specversion\":\"1.0\",\"id\":\"x2\",\"source\":\"s\",\"type\":\"stop\","
        "\"time\":\"2026-03-03T05:00:00Z\",\"data\":{\"case_id\":\"B\"}}";
    desk d;
    refusals r = {0};
    desk_open(&d);
    fill(&d);
    d.queries.refused = refused;
    d.queries.refused_arg = &r;
    d.principal.roles = SW_ROLE_VIEWER;
    ask(&d, "POST", "/v1/checks", seen);
    assert_int_equal(d.reply.status, 200);
    assert_int_equal(r.count, 0);
    d.principal.roles = SW_ROLE_PUBLISHER;
    ask(&d, "POST", "/v1/checks", stop);
    assert_int_equal(r.count, 0);
    ask(&d, "POST", "/v1/checks", seen);
    assert_int_equal(d.reply.status, 200);
    assert_int_equal(r.count, 1);
    assert_true(r.rule[0] != '\0');
    r.err = SW_E_AGAIN; /* it can't be recorded: the question is asked again */
    ask(&d, "POST", "/v1/checks", seen);
    assert_int_equal(d.reply.status, 503);
    pipe_close(&d.p);
}

static void wrong_questions_are_refused(void **state) {
    (void)state;
    static const char *const targets[] = {"/v1/warnings?level=purple",
                                          "/v1/warnings?state=shut",
                                          "/v1/warnings?since=yesterday",
                                          "/v1/warnings?limit=0",
                                          "/v1/warnings?limit=1001",
                                          "/v1/warnings?cursor=abc",
                                          "/v1/warnings?orgs=3209",
                                          "/v1/warnings?org=x",
                                          "/v1/warnings?key=A",
                                          "/v1/deadlines?due_before=soon",
                                          "/v1/cases/A?by=nothing",
                                          "/v1/cases/A?cursor=00",
                                          "/v1/explain",
                                          "/v1/explain?rule=d",
                                          "/v1/warnings?limit=x"};
    desk d;
    desk_open(&d);
    for (size_t i = 0; i < SW_COUNT(targets); i++) {
        ask(&d, "GET", targets[i], "");
        if (d.reply.status != 400) print_error("%s: %u\n", targets[i], d.reply.status);
        assert_int_equal(d.reply.status, 400);
        (void)body_of(&d);
    }
    pipe_close(&d.p);
}

/* The evaluators of another process, which has the books only to read them: of one that runs here
 * it would be known already. */
static void read_by_another(desk *d, sw_world *world, const char *types) {
    static const char head[] = "apiVersion: seawall/v1\nkind: RulePack\n"
                               "metadata: {name: p, version: 1.0.0, timezone: UTC}\nrules:\n";
    const sw_evaluator *deadline, *risk;
    const sw_env env = {.metrics = &d->p.metrics};
    sw_slice text = sw_arena_printf(&d->p.arena, "%s%s", head, rules);
    sw_world_init(world, &d->p.arena);
    assert_ok(sw_world_catalogue(world, sw_slice_cstr(types)));
    assert_ok(sw_world_packs(world, &text, 1));
    assert_ok(sw_deadline_new(&d->p.arena, world->set, &env, &deadline));
    assert_ok(sw_risk_new(&d->p.arena, world->set, &env, &risk));
    assert_ok(sw_queries_open(d->p.bus, &d->p.topology, &d->p.clock.clock, world->catalogue,
                              deadline, risk, &d->queries));
}

#define KEY   "{type: string, key: true}"
#define USUAL "case_id: " KEY ", n: int, person_id: " KEY "}}\n"

static void books_of_a_smaller_catalogue_are_explained_and_of_a_larger_not(void **state) {
    static const char larger[] =
        "types:\n  aaa: {fields: {" USUAL "  start: {fields: {a: int, " USUAL
        "  stop: {fields: {" USUAL "  cancel: {fields: {" USUAL "  seen: {fields: {" USUAL;
    static const char smaller[] =
        "types:\n  start: {fields: {" USUAL "  stop: {fields: {" USUAL "  cancel: {fields: {" USUAL
        "  seen: {fields: {case_id: " KEY ", n: int}}\n";
    (void)state;
    desk d;
    sw_world world;
    desk_open(&d);
    pipe_send(&d.p, "case_id=A", "start", "e1", "1 00:00", NULL, "\"case_id\":\"A\"");
    pipe_run(&d.p, "2 00:00");
    const char *asked = "/v1/explain?rule=d&key=A";
    sw_slice before = SW_SLICE_NONE;
    assert_int_equal(count(&d, asked, "explanation"), 1);
    assert_true(sw_arena_copy(&d.p.arena, d.reply.body, &before));
    read_by_another(&d, &world, larger);
    assert_int_equal(count(&d, asked, "explanation"), 1);
    assert_true(sw_slice_eq(d.reply.body, before));
    read_by_another(&d, &world, smaller);
    ask(&d, "GET", asked, "");
    assert_int_equal(d.reply.status, 503);
    if (!strstr(d.reply.body.ptr, "under a catalogue that has more"))
        print_error("%.*s\n", SW_FMT(d.reply.body));
    assert_non_null(strstr(d.reply.body.ptr, "under a catalogue that has more"));
    pipe_close(&d.p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warnings_are_found_by_what_they_are),
        cmocka_unit_test(pages_follow_one_another),
        cmocka_unit_test(the_set_is_that_of_the_books),
        cmocka_unit_test(one_warning_is_explained),
        cmocka_unit_test(books_of_a_smaller_catalogue_are_explained_and_of_a_larger_not),
        cmocka_unit_test(deadlines_are_those_that_run),
        cmocka_unit_test(deadlines_of_a_key_come_in_order_and_pages),
        cmocka_unit_test(a_case_has_its_history),
        cmocka_unit_test(a_unit_sees_its_own_subtree),
        cmocka_unit_test(a_check_tells_what_would_be_and_stores_nothing),
        cmocka_unit_test(who_is_about_to_violate_a_rule_is_told_on_and_who_only_tries_is_not),
        cmocka_unit_test(wrong_questions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
