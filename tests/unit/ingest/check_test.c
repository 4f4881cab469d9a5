#include "ingest/check.h"

#include <stdio.h>

#include "ingest/ce_header.h"
#include "unit/test.h"

#define CATALOGUE                                                                                  \
    "types:\n  case.filed: {element: case, fields: {case_id: {type: string, required: true,"       \
    " key: true}, n: int}}\n"
#define EVENT(id, more)                                                                            \
    "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"urn:s\",\"type\":\"case.filed\","     \
    "\"time\":\"2026-03-01T09:00:00+08:00\"" more ",\"data\":{\"case_id\":\"A1\"}}"
#define STRUCTURED "application/cloudevents+json"
#define BATCH      "application/cloudevents-batch+json"

/* What the sink was told, copied. */
typedef struct told {
    uint32_t index;
    bool good;
    char code[32], field[64], message[200], id[64], raw[600], subject[64];
    sw_hash128 content;
} told;

typedef struct trial {
    sw_arena arena, scratch;
    const sw_catalogue *cat;
    sw_principal principal;
    told items[8];
    uint32_t count;
    sw_post_mode mode;
    sw_refusal whole;
} trial;

static void copy_to(char *to, size_t size, sw_slice s) {
    size_t len = s.len < size - 1 ? s.len : size - 1;
    if (len) memcpy(to, s.ptr, len);
    to[len] = '\0';
}

static sw_err take(void *ctx, const sw_post_item *item) {
    trial *t = ctx;
    if (t->count == SW_COUNT(t->items)) return SW_OK;
    told *to = &t->items[t->count++];
    memset(to, 0, sizeof *to);
    to->index = item->index;
    to->good = item->event != NULL;
    assert_true(to->good == (item->refusal.code == NULL));
    if (item->refusal.code) snprintf(to->code, sizeof to->code, "%s", item->refusal.code);
    copy_to(to->field, sizeof to->field, item->refusal.field);
    copy_to(to->message, sizeof to->message, item->refusal.message);
    copy_to(to->id, sizeof to->id, item->id);
    copy_to(to->raw, sizeof to->raw, item->raw);
    if (item->event) {
        copy_to(to->subject, sizeof to->subject, item->event->subject);
        to->content = item->event->content;
    }
    return SW_OK;
}

static int setup(void **state) {
    static trial t;
    sw_diags diags;
    memset(&t, 0, sizeof t);
    sw_arena_init(&t.arena, 1 << 20);
    sw_arena_init(&t.scratch, 128 << 20);
    sw_diags_init(&diags, &t.arena, SW_SLICE_NONE, 10);
    assert_ok(sw_catalogue_parse(&t.arena, SW_S("c.yaml"), SW_S(CATALOGUE), &diags, &t.cat));
    sw_principal_local(&t.principal);
    *state = &t;
    return 0;
}

static int teardown(void **state) {
    trial *t = *state;
    sw_arena_done(&t->arena);
    sw_arena_done(&t->scratch);
    return 0;
}

static void post_with(trial *t, const char *type, const sw_http_field *headers, uint32_t count,
                      sw_slice body) {
    sw_post post = {.catalogue = t->cat,
                    .content_type = sw_slice_cstr(type),
                    .headers = headers,
                    .header_count = count,
                    .body = body,
                    .principal = &t->principal,
                    .now_ms = 1772326800000}; /* 2026-03-01T09:00:00+08:00 and no second more */
    const sw_post_sink sink = {t, take};
    t->count = 0;
    sw_arena_reset(&t->scratch);
    assert_ok(sw_post_check(&post, &t->scratch, &sink, &t->mode, &t->whole));
}

static void post(trial *t, const char *type, const char *body) {
    post_with(t, type, NULL, 0, sw_slice_cstr(body));
}

static void structured_mode_takes_one_event(void **state) {
    trial *t = *state;
    post(t, STRUCTURED, EVENT("1", ",\"subject\":\"A1\""));
    assert_int_equal(t->mode, SW_POST_STRUCTURED);
    assert_int_equal(t->count, 1);
    assert_true(t->items[0].good);
    assert_string_equal(t->items[0].subject, "A1");
    post(t, "Application/CloudEvents+JSON ; charset=\"UTF-8\"", EVENT("1", ""));
    assert_true(t->count == 1 && t->items[0].good);
}

static void a_batch_gives_each_event_with_its_place_and_its_own_text(void **state) {
    trial *t = *state;
    post(
        t, BATCH,
        " [ " EVENT("1", "") " ,\n" EVENT("2", ",\"orgcode\":\"x\"") " , 7, " EVENT("3", "") " ] ");
    assert_int_equal(t->count, 4);
    assert_true(t->items[0].good && t->items[3].good);
    assert_string_equal(t->items[0].raw, EVENT("1", ""));
    assert_string_equal(t->items[3].raw, EVENT("3", ""));
    assert_int_equal(t->items[1].index, 1);
    assert_string_equal(t->items[1].code, "invalid");
    assert_string_equal(t->items[1].field, "orgcode");
    assert_string_equal(t->items[1].id, "2");
    assert_string_equal(t->items[1].raw, EVENT("2", ",\"orgcode\":\"x\""));
    assert_string_equal(t->items[2].code, "type");
    assert_string_equal(t->items[2].raw, "7");
    post(t, BATCH, "[]");
    assert_true(t->count == 0 && t->whole.code == NULL);
}

static void a_batch_that_is_none_is_refused_as_a_whole(void **state) {
    trial *t = *state;
    post(t, BATCH, EVENT("1", ""));
    assert_true(t->count == 0 && t->whole.status == 400);
    assert_string_equal(t->whole.code, "type");
    post(t, BATCH, "[" EVENT("1", "") ",");
    assert_true(t->count == 0 && t->whole.status == 400);
    assert_string_equal(t->whole.code, "syntax");
    sw_buf many;
    sw_buf_init(&many, 1 << 20);
    for (int i = 0; i <= SW_BATCH_EVENTS_MAX; i++) sw_buf_add_cstr(&many, i ? ",1" : "[1");
    sw_buf_add_byte(&many, ']');
    post_with(t, BATCH, NULL, 0, sw_buf_slice(&many));
    assert_true(t->count == 0 && t->whole.status == 413);
    sw_buf_done(&many);
}

static void binary_mode_reads_attributes_from_headers(void **state) {
    trial *t = *state;
    const sw_http_field headers[] = {
        {SW_S("host"), SW_S("localhost")},
        {SW_S("ce-specversion"), SW_S("1.0")},
        {SW_S("ce-id"), SW_S("1")},
        {SW_S("ce-source"), SW_S("urn:s")},
        {SW_S("ce-type"), SW_S("case.filed")},
        {SW_S("ce-time"), SW_S("2026-03-01T09:00:00+08:00")},
        {SW_S("ce-subject"), SW_S("%E6%A1%88%20%221%22 \"x")},
    };
    post_with(t, "application/json", headers, SW_COUNT(headers), SW_S("{\"case_id\":\"A1\"}"));
    assert_int_equal(t->mode, SW_POST_BINARY);
    assert_int_equal(t->count, 1);
    assert_string_equal(t->items[0].code, "");
    assert_string_equal(t->items[0].subject, "案 \"1\" \"x");
    sw_hash128 content = t->items[0].content;
    char raw[600];
    memcpy(raw, t->items[0].raw, sizeof raw);
    post(t, STRUCTURED, raw); /* what a dead letter would keep is the same event */
    assert_true(t->items[0].good && sw_hash128_eq(t->items[0].content, content));
    post_with(t, "", headers, SW_COUNT(headers), SW_SLICE_NONE);
    assert_string_equal(t->items[0].code, "missing"); /* case_id: there is no data */
    post_with(t, "application/json", headers, SW_COUNT(headers), SW_S("{\"case_id\":}"));
    assert_string_equal(t->items[0].code, "syntax");
    assert_string_equal(t->items[0].field, "data");
}

static void a_body_can_not_reach_out_of_the_data_in_binary_mode(void **state) {
    trial *t = *state;
    const sw_http_field headers[] = {
        {SW_S("ce-specversion"), SW_S("1.0")},
        {SW_S("ce-id"), SW_S("1")},
        {SW_S("ce-source"), SW_S("urn:s")},
        {SW_S("ce-type"), SW_S("case.filed")},
        {SW_S("ce-time"), SW_S("2026-03-01T09:00:00+08:00")},
    };
    post_with(t, "application/json", headers, SW_COUNT(headers),
              SW_S("{\"case_id\":\"A1\"},\"subject\":\"X\""));
    assert_string_equal(t->items[0].code, "syntax");
    const sw_http_field with_data[] = {headers[0], headers[1], headers[2],
                                       headers[3], headers[4], {SW_S("ce-data"), SW_S("x")}};
    post_with(t, "application/json", with_data, 6, SW_S("{\"case_id\":\"A1\"}"));
    assert_string_equal(t->items[0].code, "syntax");
    const sw_http_field twice[] = {headers[0], headers[1], headers[2],
                                   headers[3], headers[4], headers[1]};
    post_with(t, "application/json", twice, 6, SW_S("{\"case_id\":\"A1\"}"));
    assert_string_equal(t->items[0].code, "syntax");
    assert_string_equal(t->items[0].field, "ce-id");
}

static void headers_are_unquoted_and_percent_decoded_once(void **state) {
    trial *t = *state;
    static const struct {
        const char *from, *to; /* NULL: refused */
    } cases[] = {
        {"plain", "plain"},
        {"  spaces \t", "spaces"},
        {"Euro%20%E2%82%AC", "Euro €"},
        {"\"quo\\\"ted\"", "quo\"ted"},
        {"%2541", "%41"},
        {"\"%41\"", "A"},
        {"", ""},
        {"%F0%9F%98%80", "😀"},
        {"案", "案"},
        {"%4", NULL},
        {"%zz", NULL},
        {"100%", NULL},
        {"%FF", NULL},
        {"%C0%80", NULL},
        {"\"open", NULL},
        {"\"a\"b", NULL},
        {"\"a\\", NULL},
        {"\xff", NULL},
        {"%ED%A0%80", NULL},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        sw_slice text;
        const char *why = NULL;
        sw_err err = sw_ce_header_decode(sw_slice_cstr(cases[i].from), &t->scratch, &text, &why);
        assert_int_equal(err, cases[i].to ? SW_OK : SW_E_SYNTAX);
        if (cases[i].to) assert_slice(text, cases[i].to);
        if (!cases[i].to) assert_non_null(why);
    }
}

static void what_is_no_cloud_event_in_json_is_415(void **state) {
    trial *t = *state;
    static const char *const types[] = {"",
                                        "text/plain",
                                        "application/json",
                                        "application/cloudevents+xml",
                                        "application/cloudevents-batch",
                                        STRUCTURED "; charset=gbk",
                                        "application/cloudevents+jsonx"};
    for (size_t i = 0; i < SW_COUNT(types); i++) {
        post(t, types[i], EVENT("1", ""));
        assert_int_equal(t->mode, SW_POST_NONE);
        assert_int_equal(t->whole.status, 415);
        assert_int_equal(t->count, 0);
    }
    const sw_http_field header = {SW_S("ce-id"), SW_S("1")};
    post_with(t, "application/xml", &header, 1, SW_S("<a/>"));
    assert_int_equal(t->whole.status, 415);
}

static void more_than_24_hours_ahead_of_the_clock_is_refused_late_ones_are_not(void **state) {
    trial *t = *state;
#define AT(time)                                                                                   \
    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"urn:s\",\"type\":\"case.filed\","          \
    "\"time\":\"" time "\",\"data\":{\"case_id\":\"A1\"}}"
    post(t, STRUCTURED, AT("2026-03-02T09:00:00.001+08:00"));
    assert_string_equal(t->items[0].code, "time-in-future");
    assert_string_equal(t->items[0].field, "time");
    post(t, STRUCTURED, AT("2026-03-02T09:00:00+08:00"));
    assert_true(t->items[0].good);
    post(t, STRUCTURED, AT("0001-01-01T00:00:00Z"));
    assert_true(t->items[0].good);
}

static void a_correction_is_as_good_as_its_replacement(void **state) {
    trial *t = *state;
#define CORRECTION(event)                                                                          \
    "{\"specversion\":\"1.0\",\"id\":\"c\",\"source\":\"urn:s\",\"type\":\"event.corrected\","     \
    "\"time\":\"2026-03-01T09:00:00+08:00\",\"data\":{\"source\":\"urn:s\",\"id\":\"1\","          \
    "\"event\":" event "}}"
#define NEW(time, org)                                                                             \
    "{\"type\":\"case.filed\",\"time\":\"" time "\"" org ",\"data\":{\"case_id\":\"A1\"}}"
    post(t, STRUCTURED, CORRECTION(NEW("2026-02-01T00:00:00Z", "")));
    assert_true(t->items[0].good);
    post(t, STRUCTURED, CORRECTION(NEW("2026-04-01T00:00:00Z", "")));
    assert_string_equal(t->items[0].code, "time-in-future");
    assert_string_equal(t->items[0].field, "data.event.time");
    post(t, STRUCTURED, CORRECTION("{\"type\":\"case.filed\",\"time\":\"2026-02-01T00:00:00Z\"}"));
    assert_string_equal(t->items[0].code, "missing");
    snprintf(t->principal.org, sizeof t->principal.org, "320981000000");
    post(t, STRUCTURED, CORRECTION(NEW("2026-02-01T00:00:00Z", ",\"orgcode\":\"320982000000\"")));
    assert_string_equal(t->items[0].code, "forbidden");
    assert_string_equal(t->items[0].field, "data.event.orgcode");
    post(t, STRUCTURED, CORRECTION(NEW("2026-02-01T00:00:00Z", ",\"orgcode\":\"320981010000\"")));
    assert_true(t->items[0].good);
}

static void a_token_is_good_for_its_unit_and_those_under_it(void **state) {
    trial *t = *state;
    snprintf(t->principal.org, sizeof t->principal.org, "320981000000");
    post(t, STRUCTURED, EVENT("1", ",\"orgcode\":\"320981010000\""));
    assert_true(t->items[0].good);
    post(t, STRUCTURED, EVENT("1", ",\"orgcode\":\"320982010000\""));
    assert_string_equal(t->items[0].code, "forbidden");
    post(t, STRUCTURED, EVENT("1", ",\"orgcode\":\"320900000000\""));
    assert_string_equal(t->items[0].code, "forbidden");
    post(t, STRUCTURED, EVENT("1", ""));
    assert_string_equal(t->items[0].code, "forbidden");
    post(t, STRUCTURED,
         "{\"specversion\":\"1.0\",\"id\":\"r\",\"source\":\"urn:s\",\"type\":"
         "\"event.retracted\",\"time\":\"2026-03-01T09:00:00+08:00\","
         "\"data\":{\"source\":\"urn:s\",\"id\":\"1\"}}");
    assert_true(t->items[0].good); /* its target's unit is asked where that is known */
}

static void every_code_of_refusal_comes_with_field_and_words(void **state) {
    trial *t = *state;
    static const struct {
        const char *body, *code, *field;
    } cases[] = {
        {"{", "syntax", ""},
        {"\xff", "syntax", ""},
        {"{\"a\":1,\"a\":2}", "syntax", ""},
        {"[]", "type", ""},
        {"{}", "missing", "specversion"},
        {EVENT("", ""), "invalid", "id"},
        {EVENT("1", ",\"recordedtime\":\"yesterday\""), "type", "recordedtime"},
        {EVENT("1", ",\"recordedtime\":\"0000-01-01T00:00:00Z\""), "range", "recordedtime"},
        {"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"case.filde\","
         "\"time\":\"2026-03-01T00:00:00Z\"}",
         "unknown-type", "type"},
        {"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"case.filed\","
         "\"time\":\"2026-03-01T00:00:00Z\",\"data\":{\"case_id\":7}}",
         "type", "data.case_id"},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        post(t, STRUCTURED, cases[i].body);
        assert_int_equal(t->count, 1);
        assert_string_equal(t->items[0].code, cases[i].code);
        assert_string_equal(t->items[0].field, cases[i].field);
        assert_true(t->items[0].message[0] != '\0');
        assert_string_equal(t->items[0].raw, cases[i].body);
    }
}

static void an_event_over_its_bounds_is_refused_alone(void **state) {
    trial *t = *state;
    sw_buf body;
    sw_buf_init(&body, 8 << 20);
    sw_buf_add_cstr(&body, "[" EVENT("1", "") ",{\"id\":\"big\",\"x\":\"");
    for (size_t i = 0; i <= SW_EVENT_BYTES_MAX; i++) sw_buf_add_byte(&body, 'x');
    sw_buf_add_cstr(&body, "\"},{\"id\":\"many\",\"data\":[");
    for (int i = 0; i <= 100000; i++) sw_buf_add_cstr(&body, i ? ",1" : "1");
    sw_buf_add_cstr(&body, "]}," EVENT("4", "") "]");
    post_with(t, BATCH, NULL, 0, sw_buf_slice(&body));
    assert_int_equal(t->count, 4);
    assert_true(t->items[0].good && t->items[3].good);
    assert_string_equal(t->items[1].code, "limit");
    assert_string_equal(t->items[1].id, "big");
    assert_string_equal(t->items[2].code, "limit");
    assert_string_equal(t->items[2].id, "many");
    sw_buf_done(&body);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(structured_mode_takes_one_event),
        TEST(a_batch_gives_each_event_with_its_place_and_its_own_text),
        TEST(a_batch_that_is_none_is_refused_as_a_whole),
        TEST(binary_mode_reads_attributes_from_headers),
        TEST(a_body_can_not_reach_out_of_the_data_in_binary_mode),
        TEST(headers_are_unquoted_and_percent_decoded_once),
        TEST(what_is_no_cloud_event_in_json_is_415),
        TEST(more_than_24_hours_ahead_of_the_clock_is_refused_late_ones_are_not),
        TEST(a_correction_is_as_good_as_its_replacement),
        TEST(a_token_is_good_for_its_unit_and_those_under_it),
        TEST(every_code_of_refusal_comes_with_field_and_words),
        TEST(an_event_over_its_bounds_is_refused_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
