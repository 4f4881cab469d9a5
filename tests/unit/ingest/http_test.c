#include <stdio.h>
#include <stdlib.h>

#include "ingest/http_events.h"
#include "ingest/http_letters.h"
#include "ingest/identity.h"
#include "unit/ingest/rig.h"
#include "unit/test.h"

#define CATALOGUE                                                                                  \
    "types:\n  case.filed: {element: case, fields: {case_id: {type: string, required: true,"       \
    " key: true}, n: int}}\n"
#define HEAD(id, org)                                                                              \
    "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"urn:s\",\"type\":\"case.filed\","     \
    "\"time\":\"2026-03-01T00:00:00Z\"" org ",\"data\":"
#define EVENT(id, n) HEAD(id, "") "{\"case_id\":\"A1\",\"n\":" n "}}"
#define STRUCTURED   "application/cloudevents+json"

typedef struct house {
    ingest_rig rig;
    sw_ingest *ingest;
    sw_letters_api letters;
    sw_http_route routes[1 + SW_LETTERS_ROUTES];
    sw_principal principal;
    sw_arena arena;
    sw_http_tried reply;
    char body[20000];
} house;

static int setup(void **state) {
    static house h;
    static const sw_processor *const processors[] = {&sw_identity, &sw_letters};
    sw_diags diags;
    const sw_catalogue *cat;
    memset(&h, 0, sizeof h);
    sw_arena_init(&h.arena, 64 << 20);
    h.rig.committed = sw_ingest_committed;
    ingest_rig_open(&h.rig, processors, 2);
    sw_diags_init(&diags, &h.arena, SW_SLICE_NONE, 10);
    assert_ok(sw_catalogue_parse(&h.arena, SW_S("c"), SW_S(CATALOGUE), &diags, &cat));
    sw_principal_local(&h.principal);
    sw_ingest_options options = {.topology = &h.rig.topology,
                                 .bus = h.rig.bus,
                                 .env = {.clock = &h.rig.clock.clock},
                                 .catalogue = cat,
                                 .door = "door-1",
                                 .rate_events_per_s = 1000,
                                 .answer = sw_ingest_answer_http};
    assert_ok(sw_ingest_open(&options, &h.ingest));
    h.rig.committed_arg = h.ingest;
    ingest_rig_restart(&h.rig);
    assert_ok(sw_ingest_attach(h.ingest, h.rig.runtime));
    assert_ok(sw_letters_api_init(&h.letters, h.ingest, h.rig.bus, &h.rig.topology, cat,
                                  &h.rig.clock.clock));
    sw_ingest_route(h.ingest, &h.routes[0]);
    sw_letters_api_routes(&h.letters, h.routes + 1);
    *state = &h;
    return 0;
}

static int teardown(void **state) {
    house *h = *state;
    sw_ingest_detach(h->ingest);
    ingest_rig_close(&h->rig);
    sw_ingest_close(h->ingest);
    sw_arena_done(&h->arena);
    return 0;
}

static void run_rig(void *arg) {
    ingest_rig_run(&((house *)arg)->rig);
}

static uint32_t ask(house *h, const char *method, const char *target, const sw_http_field *headers,
                    uint32_t count, const char *body) {
    const sw_http_try what = {.routes = h->routes,
                              .route_count = SW_COUNT(h->routes),
                              .method = method,
                              .target = sw_slice_cstr(target),
                              .headers = headers,
                              .header_count = count,
                              .body = sw_slice_cstr(body),
                              .principal = &h->principal,
                              .wait = run_rig,
                              .wait_arg = h};
    assert_ok(sw_http_try_run(&what, &h->arena, &h->reply));
    snprintf(h->body, sizeof h->body, "%.*s", SW_FMT(h->reply.body));
    return h->reply.status;
}

static uint32_t post(house *h, const char *type, const char *body) {
    const sw_http_field header = {SW_S("content-type"), sw_slice_cstr(type)};
    uint32_t status = ask(h, "POST", "/v1/events", &header, 1, body);
    ingest_rig_run(&h->rig);
    return status;
}

static bool says(const house *h, const char *text) {
    return strstr(h->body, text) != NULL;
}

static void the_answers_of_the_contract(void **state) {
    house *h = *state;
    assert_int_equal(post(h, STRUCTURED, EVENT("1", "1")), 202);
    assert_true(says(h, "{\"accepted\":1,\"duplicates\":0,\"receipts\":[{\"index\":0,"));
    assert_int_equal(post(h, STRUCTURED "; charset=utf-8", EVENT("1", "1")), 202);
    assert_true(says(h, "\"duplicates\":1"));
    assert_int_equal(post(h, STRUCTURED, EVENT("1", "2")), 409);
    assert_true(says(h, "\"code\":\"conflict\""));
    assert_true(says(h, "\"id\":\"1\""));
    assert_slice(h->reply.type, "application/problem+json");
    assert_int_equal(post(h, STRUCTURED, EVENT("2", "\"x\"")), 400);
    assert_true(says(h, "\"field\":\"data.n\""));
    assert_int_equal(post(h, "text/plain", EVENT("2", "1")), 415);
    assert_int_equal(post(h, "application/cloudevents-batch+json",
                          "[" EVENT("1", "1") "," EVENT("3", "true") "," EVENT("4", "4") "]"),
                     202);
    assert_true(says(h, "\"accepted\":1,\"duplicates\":1"));
    assert_true(says(h, "\"rejected\":[{\"index\":1,\"id\":\"3\",\"code\":\"type\""));
    snprintf(h->principal.org, sizeof h->principal.org, "320981000000");
    assert_int_equal(post(h, STRUCTURED, EVENT("5", "1")), 403);
    h->principal.roles = SW_ROLE_VIEWER;
    assert_int_equal(post(h, STRUCTURED, EVENT("5", "1")), 403);
}

static void binary_mode_over_http(void **state) {
    house *h = *state;
    const sw_http_field headers[] = {
        {SW_S("content-type"), SW_S("application/json")},
        {SW_S("ce-specversion"), SW_S("1.0")},
        {SW_S("ce-id"), SW_S("1")},
        {SW_S("ce-source"), SW_S("urn:s")},
        {SW_S("ce-type"), SW_S("case.filed")},
        {SW_S("ce-time"), SW_S("2026-03-01T00:00:00Z")},
    };
    assert_int_equal(
        ask(h, "POST", "/v1/events", headers, SW_COUNT(headers), "{\"case_id\":\"A1\",\"n\":1}"),
        202);
    assert_int_equal(post(h, STRUCTURED, EVENT("1", "1")), 202); /* the same in another mode */
    assert_true(says(h, "\"duplicates\":1"));
}

static void who_sends_too_much_is_told_to_come_again(void **state) {
    house *h = *state;
    uint32_t status = 202;
    sw_buf batch;
    sw_buf_init(&batch, 4 << 20);
    for (int i = 0; i < 1000; i++)
        sw_buf_printf(&batch, "%c" HEAD("%d", "") "{\"case_id\":\"A\"}}", i ? ',' : '[', i);
    sw_buf_add(&batch, sw_slice_of("]", 2));
    for (int i = 0; i < 4 && status == 202; i++)
        status = post(h, "application/cloudevents-batch+json", batch.ptr);
    assert_int_equal(status, 429);
    assert_true(says(h, "\"code\":\"rate\""));
    sw_buf_done(&batch);
}

/* Where the first listed letter stands. */
static void first_letter(house *h, char path[64], const char *suffix) {
    unsigned partition;
    long long offset;
    const char *at = strstr(h->body, "\"partition\":");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "\"partition\":%u,\"offset\":%lld", &partition, &offset), 2);
    snprintf(path, 64, "/v1/dead-letters/%u/%lld%s", partition, offset, suffix);
}

static void a_refused_event_is_listed_shown_whole_and_sent_again(void **state) {
    house *h = *state;
    char path[64];
    assert_int_equal(post(h, STRUCTURED, EVENT("1", "1")), 202);
    assert_int_equal(post(h, STRUCTURED, EVENT("1", "2")), 409);
    assert_int_equal(post(h, STRUCTURED, EVENT("2", "true")), 400);
    assert_int_equal(ask(h, "GET", "/v1/dead-letters", NULL, 0, ""), 200);
    assert_true(strstr(h->body, "\"code\":\"type\"") < strstr(h->body, "\"code\":\"conflict\""));
    assert_true(says(h, "\"next\":null"));
    assert_int_equal(ask(h, "GET", "/v1/dead-letters?code=type", NULL, 0, ""), 200);
    assert_false(says(h, "conflict"));
    first_letter(h, path, "");
    assert_int_equal(ask(h, "GET", path, NULL, 0, ""), 200);
    assert_true(says(h, "\\\"n\\\":true"));
    assert_int_equal(ask(h, "GET", "/v1/dead-letters?code=conflict", NULL, 0, ""), 200);
    first_letter(h, path, "");
    assert_int_equal(ask(h, "GET", path, NULL, 0, ""), 200);
    assert_true(says(h, "\"event\":{\"specversion\":\"1.0\",\"id\":\"1\""));
    first_letter(h, path, "/retry"); /* of the conflict: refused once more, and marked */
    assert_int_equal(ask(h, "POST", path, NULL, 0, ""), 409);
    ingest_rig_run(&h->rig);
    assert_int_equal(ask(h, "GET", "/v1/dead-letters?retried=true", NULL, 0, ""), 200);
    assert_true(says(h, "\"retried\":{\"times\":1,"));
    assert_true(says(h, "\"by\":\"local\""));
    assert_int_equal(ask(h, "GET", "/v1/dead-letters?retried=false", NULL, 0, ""), 200);
    assert_true(says(h, "\"code\":\"conflict\"") && says(h, "\"code\":\"type\""));
    assert_false(says(h, "times"));
}

static void a_correction_refused_for_its_unit_is_accepted_from_who_has_the_right(void **state) {
    house *h = *state;
    char path[64];
    assert_int_equal(
        post(h, STRUCTURED, HEAD("1", ",\"orgcode\":\"320981010000\"") "{\"case_id\":\"A1\"}}"),
        202);
    snprintf(h->principal.org, sizeof h->principal.org, "320982000000");
    assert_int_equal(
        post(h, STRUCTURED,
             "{\"specversion\":\"1.0\",\"id\":\"r\",\"source\":\"urn:s\",\"type\":"
             "\"event.retracted\",\"time\":\"2026-03-01T00:00:00Z\",\"data\":{\"source\":\"urn:s\","
             "\"id\":\"1\"}}"),
        403);
    assert_int_equal(ask(h, "GET", "/v1/dead-letters", NULL, 0, ""), 200);
    assert_true(says(h, "\"code\":\"forbidden\""));
    first_letter(h, path, "/retry");
    assert_int_equal(ask(h, "POST", path, NULL, 0, ""), 403);
    snprintf(h->principal.org, sizeof h->principal.org, "320981000000");
    assert_int_equal(ask(h, "POST", path, NULL, 0, ""), 404); /* another unit's letter */
    h->principal.org[0] = '\0';
    assert_int_equal(ask(h, "POST", path, NULL, 0, ""), 202);
    assert_true(says(h, "\"accepted\":1"));
}

static void letters_of_other_units_are_not_seen(void **state) {
    house *h = *state;
    snprintf(h->principal.org, sizeof h->principal.org, "320981000000");
    post(h, STRUCTURED, HEAD("1", ",\"orgcode\":\"320981010000\"") "{}}");
    snprintf(h->principal.org, sizeof h->principal.org, "320982000000");
    assert_int_equal(ask(h, "GET", "/v1/dead-letters", NULL, 0, ""), 200);
    assert_true(says(h, "\"items\":[]"));
    snprintf(h->principal.org, sizeof h->principal.org, "320981010000");
    assert_int_equal(ask(h, "GET", "/v1/dead-letters", NULL, 0, ""), 200);
    assert_true(says(h, "\"code\":\"missing\""));
    h->principal.roles = SW_ROLE_VIEWER;
    assert_int_equal(ask(h, "GET", "/v1/dead-letters", NULL, 0, ""), 403);
}

static void many_letters_are_read_page_by_page_the_newest_first(void **state) {
    house *h = *state;
    char body[400], target[200] = "/v1/dead-letters?limit=7";
    for (int i = 0; i < 150; i++) {
        snprintf(body, sizeof body,
                 "{\"specversion\":\"1.0\",\"id\":\"e%03d\",\"source\":\"urn:%d\"}", i, i % 5);
        assert_int_equal(post(h, STRUCTURED, body), 400);
    }
    int expected = 149;
    for (int pages = 0; pages < 40; pages++) {
        assert_int_equal(ask(h, "GET", target, NULL, 0, ""), 200);
        for (const char *at = h->body; (at = strstr(at, "\"id\":\"e")) != NULL; at++)
            assert_int_equal(atoi(at + 7), expected--);
        const char *next = strstr(h->body, "\"next\":\"");
        if (!next) break;
        snprintf(target, sizeof target, "/v1/dead-letters?limit=7&cursor=%.*s",
                 (int)strcspn(next + 8, "\""), next + 8);
    }
    assert_int_equal(expected, -1);
    static const char *const bad[] = {"/v1/dead-letters?cursor=1.2", "/v1/dead-letters?cursor=x",
                                      "/v1/dead-letters?limit=0", "/v1/dead-letters?limit=201",
                                      "/v1/dead-letters?colour=red"};
    for (size_t i = 0; i < SW_COUNT(bad); i++)
        assert_int_equal(ask(h, "GET", bad[i], NULL, 0, ""), 400);
    static const char *const none[] = {"/v1/dead-letters/0/99999", "/v1/dead-letters/9/0",
                                       "/v1/dead-letters/x/0", "/v1/dead-letters/0/-1"};
    for (size_t i = 0; i < SW_COUNT(none); i++)
        assert_int_equal(ask(h, "GET", none[i], NULL, 0, ""), 404);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_answers_of_the_contract),
        TEST(binary_mode_over_http),
        TEST(who_sends_too_much_is_told_to_come_again),
        TEST(a_refused_event_is_listed_shown_whole_and_sent_again),
        TEST(a_correction_refused_for_its_unit_is_accepted_from_who_has_the_right),
        TEST(letters_of_other_units_are_not_seen),
        TEST(many_letters_are_read_page_by_page_the_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
