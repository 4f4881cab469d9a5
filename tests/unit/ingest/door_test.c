#include "ingest/door.h"

#include <stdio.h>

#include "ingest/answer.h"
#include "ingest/identity.h"
#include "unit/ingest/rig.h"
#include "unit/test.h"

#define CATALOGUE                                                                                  \
    "types:\n  case.filed: {element: case, fields: {case_id: {type: string, required: true,"       \
    " key: true}, n: int}}\n"
#define EVENT(id, n)                                                                               \
    "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"urn:s\",\"type\":\"case.filed\","     \
    "\"time\":\"2026-03-01T00:00:00Z\",\"receivedtime\":\"2020-01-01T00:00:00Z\","                 \
    "\"data\":{\"case_id\":\"A1\",\"n\":" n "}}"
#define STRUCTURED "application/cloudevents+json"
#define BATCH      "application/cloudevents-batch+json"

typedef struct house {
    ingest_rig rig;
    sw_ingest *ingest;
    const sw_catalogue *cat;
    sw_principal principal;
    sw_arena exchange;
    uint32_t answers, status;
    char body[4096], code[32];
    uint32_t retry_after_s;
} house;

static void answer(void *arg, const sw_request *request) {
    house *h = arg;
    sw_http_problem problem;
    sw_buf out;
    sw_buf_init(&out, sizeof h->body - 1);
    sw_ingest_answer_write(request, &out, &problem);
    assert_ok(out.err);
    h->answers++;
    h->status = problem.status ? problem.status : 202;
    h->retry_after_s = problem.retry_after_s;
    snprintf(h->code, sizeof h->code, "%s", problem.code ? problem.code : "");
    snprintf(h->body, sizeof h->body, "%.*s", SW_FMT(sw_buf_slice(&out)));
    sw_buf_done(&out);
}

static void open_house(house *h, sw_ingest_options options) {
    static const sw_processor *const processors[] = {&sw_identity};
    sw_diags diags;
    h->rig.committed = sw_ingest_committed;
    ingest_rig_open(&h->rig, processors, 1);
    sw_diags_init(&diags, &h->rig.arena, SW_SLICE_NONE, 10);
    assert_ok(sw_catalogue_parse(&h->rig.arena, SW_S("c"), SW_S(CATALOGUE), &diags, &h->cat));
    options.topology = &h->rig.topology;
    options.bus = h->rig.bus;
    options.env = (sw_env){.clock = &h->rig.clock.clock};
    options.catalogue = h->cat;
    options.door = "door-1";
    options.answer = answer;
    options.answer_arg = h;
    assert_ok(sw_ingest_open(&options, &h->ingest));
    h->rig.committed_arg = h->ingest;
    ingest_rig_restart(&h->rig);
    assert_ok(sw_ingest_attach(h->ingest, h->rig.runtime));
    sw_principal_local(&h->principal);
    sw_arena_init(&h->exchange, 8 << 20);
}

static int setup(void **state) {
    static house h;
    memset(&h, 0, sizeof h);
    *state = &h;
    return 0;
}

static int teardown(void **state) {
    house *h = *state;
    sw_ingest_detach(h->ingest);
    ingest_rig_close(&h->rig);
    sw_ingest_close(h->ingest);
    sw_arena_done(&h->exchange);
    return 0;
}

static sw_err send(house *h, const char *type, const char *body, sw_refusal *ret_whole) {
    sw_post post = {.content_type = sw_slice_cstr(type),
                    .body = sw_slice_cstr(body),
                    .principal = &h->principal};
    *ret_whole = (sw_refusal){0};
    return sw_ingest_post(h->ingest, &post, h, &h->exchange, ret_whole);
}

static void post(house *h, const char *type, const char *body) {
    sw_refusal whole;
    uint32_t before = h->answers;
    assert_ok(send(h, type, body, &whole));
    assert_null(whole.code);
    ingest_rig_run(&h->rig);
    assert_int_equal(h->answers, before + 1);
}

static uint32_t count(house *h, const char *topic) {
    uint32_t n;
    (void)ingest_rig_records(&h->rig, topic, &n);
    return n;
}

static void an_answer_tells_of_each_event_of_a_batch(void **state) {
    house *h = *state;
    open_house(h, (sw_ingest_options){0});
    post(h, STRUCTURED, EVENT("1", "1"));
    assert_int_equal(h->status, 202);
    sw_hash128 identity = sw_event_identity(SW_S("urn:s"), SW_S("1"));
    uint32_t partition = sw_partition_of(sw_intake_key(&identity), RIG_PARTITIONS);
    char wanted[500];
    snprintf(wanted, sizeof wanted,
             "{\"accepted\":1,\"duplicates\":0,\"receipts\":[{\"index\":0,\"partition\":%u,"
             "\"offset\":0}],\"rejected\":[]}",
             partition);
    assert_string_equal(h->body, wanted);
    post(h, BATCH, "[" EVENT("1", "1") "," EVENT("1", "2") "," EVENT("2", "\\\"x\\\"") "]");
    assert_int_equal(h->status, 400); /* the last is no JSON, so nobody can say where it ends */
    post(h, BATCH, "[" EVENT("1", "1") "," EVENT("1", "2") "," EVENT("2", "\"x\"") "]");
    assert_int_equal(h->status, 202);
    snprintf(wanted, sizeof wanted,
             "{\"accepted\":0,\"duplicates\":1,\"receipts\":[{\"index\":0,\"partition\":%u,"
             "\"offset\":0,\"duplicate\":true}],\"rejected\":[{\"index\":1,\"id\":\"1\",\"code\":"
             "\"conflict\",\"message\":\"the same source and id came before with other content: "
             "the first stands\"},{\"index\":2,\"id\":\"2\",\"code\":\"type\",\"field\":"
             "\"data.n\",\"message\":",
             partition);
    assert_memory_equal(h->body, wanted, strlen(wanted));
    assert_int_equal(count(h, SW_TOPIC_EVENTS), 1);
    assert_int_equal(count(h, SW_TOPIC_DEAD_LETTERS), 3);
}

static void what_was_received_is_stamped_at_the_door(void **state) {
    house *h = *state;
    open_house(h, (sw_ingest_options){0});
    post(h, STRUCTURED, EVENT("1", "1"));
    uint32_t n;
    const sw_record *records = ingest_rig_records(&h->rig, SW_TOPIC_EVENTS, &n);
    sw_event *event;
    assert_ok(sw_event_from_pb(&h->exchange, h->cat, records[0].value, NULL, &event));
    assert_in_range(event->received_ms, 1772323200000, h->rig.clock.wall_ms);
    assert_slice(event->id, "1");
}

static void a_single_event_that_is_refused_is_a_problem(void **state) {
    house *h = *state;
    open_house(h, (sw_ingest_options){0});
    post(h, STRUCTURED, EVENT("1", "1"));
    post(h, STRUCTURED, EVENT("1", "2"));
    assert_int_equal(h->status, 409);
    assert_string_equal(h->code, "conflict");
    post(h, STRUCTURED, EVENT("2", "true"));
    assert_int_equal(h->status, 400);
    assert_string_equal(h->code, "type");
    post(h, STRUCTURED, "{");
    assert_int_equal(h->status, 400);
    snprintf(h->principal.org, sizeof h->principal.org, "320981000000");
    post(h, STRUCTURED, EVENT("3", "1"));
    assert_int_equal(h->status, 403);
    post(h, BATCH, "[" EVENT("3", "1") "]");
    assert_int_equal(h->status, 202);
    assert_non_null(strstr(h->body, "\"code\":\"forbidden\""));
    uint32_t n;
    const sw_record *records = ingest_rig_records(&h->rig, SW_TOPIC_DEAD_LETTERS, &n);
    assert_int_equal(n, 5);
    uint32_t whole = 0;
    for (uint32_t i = 0; i < n; i++) {
        sw_dead_letter letter;
        assert_ok(sw_dead_letter_read(records[i].value, &letter));
        whole += sw_slice_is(letter.value, EVENT("2", "true")) &&
                 sw_slice_is(letter.code, "type") && sw_slice_is(letter.topic, "http") &&
                 sw_slice_is(letter.field, "data.n") && sw_slice_is(letter.client, "local") &&
                 sw_slice_is(letter.id, "2");
    }
    assert_int_equal(whole, 1);
}

static void nobody_is_answered_before_it_is_durable_and_decided(void **state) {
    house *h = *state;
    sw_refusal whole;
    sw_turn turn;
    open_house(h, (sw_ingest_options){0});
    assert_ok(send(h, STRUCTURED, EVENT("1", "1"), &whole));
    assert_int_equal(h->answers, 0);
    assert_ok(sw_worker_turn(h->rig.worker, &turn)); /* appended */
    assert_int_equal(count(h, SW_TOPIC_IDENTITY), 1);
    if (count(h, SW_TOPIC_RECEIPTS) == 0) assert_int_equal(h->answers, 0);
    ingest_rig_run(&h->rig);
    assert_int_equal(h->answers, 1);
    assert_ok(send(h, STRUCTURED, EVENT("2", "true"), &whole)); /* a refusal is kept first, too */
    assert_int_equal(h->answers, 1);
    ingest_rig_run(&h->rig);
    assert_int_equal(h->answers, 2);
}

static void what_is_lost_with_the_process_is_told_and_may_be_sent_again(void **state) {
    house *h = *state;
    sw_refusal whole;
    open_house(h, (sw_ingest_options){0});
    assert_ok(send(h, STRUCTURED, EVENT("1", "1"), &whole));
    sw_ingest_detach(h->ingest);
    assert_int_equal(h->answers, 1);
    assert_int_equal(h->status, 503);
    assert_true(h->retry_after_s > 0);
    ingest_rig_restart(&h->rig);
    assert_ok(sw_ingest_attach(h->ingest, h->rig.runtime));
    post(h, STRUCTURED, EVENT("1", "1"));
    assert_int_equal(h->status, 202);
    assert_int_equal(count(h, SW_TOPIC_EVENTS), 1);
}

static void what_is_not_decided_in_time_is_answered_late(void **state) {
    house *h = *state;
    sw_refusal whole;
    open_house(h, (sw_ingest_options){.answer_ms = 1000});
    assert_ok(send(h, STRUCTURED, EVENT("1", "1"), &whole));
    sw_ingest_tick(h->ingest);
    assert_int_equal(h->answers, 0);
    sw_clock_virtual_advance(&h->rig.clock, 1001);
    sw_ingest_tick(h->ingest);
    assert_int_equal(h->answers, 1);
    assert_int_equal(h->status, 503);
    assert_string_equal(h->code, "late");
    ingest_rig_run(&h->rig); /* the receipt that comes now is nobody's */
    assert_int_equal(h->answers, 1);
    post(h, STRUCTURED, EVENT("1", "1"));
    assert_non_null(strstr(h->body, "\"duplicates\":1"));
}

static void receipts_that_nobody_read_may_be_gone(void **state) {
    house *h = *state;
    sw_refusal whole;
    open_house(h, (sw_ingest_options){.answer_ms = 1000});
    for (int i = 0; i < 8; i++) { /* answered late: the receipt stays unread */
        assert_ok(send(h, STRUCTURED, EVENT("1", "1"), &whole));
        sw_clock_virtual_advance(&h->rig.clock, 1001);
        sw_ingest_tick(h->ingest);
        ingest_rig_run(&h->rig);
        sw_clock_virtual_advance(&h->rig.clock, 10LL * 86400000);
    }
    assert_in_range(count(h, SW_TOPIC_RECEIPTS), 0, 7);
    post(h, STRUCTURED, EVENT("2", "1"));
    assert_int_equal(h->status, 202);
}

static void too_much_that_waits_is_refused_before_it_is_read(void **state) {
    house *h = *state;
    sw_refusal whole;
    open_house(h, (sw_ingest_options){.waiting_max = 2});
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sw_ingest_busy(h->ingest, &h->principal).status, 0);
        assert_ok(send(h, STRUCTURED, EVENT("1", "1"), &whole));
    }
    sw_busy busy = sw_ingest_busy(h->ingest, &h->principal);
    assert_int_equal(busy.status, 503);
    assert_string_equal(busy.code, "behind");
    assert_true(busy.retry_ms > 0);
    ingest_rig_run(&h->rig);
    assert_int_equal(sw_ingest_busy(h->ingest, &h->principal).status, 0);
}

static void a_full_door_takes_all_of_a_request_or_nothing(void **state) {
    house *h = *state;
    sw_refusal whole;
    open_house(h, (sw_ingest_options){0});
    for (int i = 0; i < SW_APPEND_RECORDS_MAX - 1; i++)
        assert_ok(sw_runtime_append(
            h->rig.runtime, &(sw_append){.topic = ingest_rig_topic(&h->rig, SW_TOPIC_WARNINGS)}));
    assert_int_equal(send(h, BATCH, "[" EVENT("1", "1") "," EVENT("2", "1") "]", &whole),
                     SW_E_AGAIN);
    ingest_rig_run(&h->rig);
    assert_int_equal(h->answers, 0);
    assert_int_equal(count(h, SW_TOPIC_EVENTS), 0);
    post(h, BATCH, "[" EVENT("1", "1") "," EVENT("2", "1") "]");
    assert_int_equal(count(h, SW_TOPIC_EVENTS), 2);
}

static void a_client_that_sends_more_than_it_may_waits_and_others_do_not(void **state) {
    house *h = *state;
    open_house(h, (sw_ingest_options){.rate_events_per_s = 10, .rate_burst = 2});
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sw_ingest_busy(h->ingest, &h->principal).status, 0);
        sw_refusal whole;
        assert_ok(send(h, STRUCTURED, EVENT("1", "1"), &whole));
    }
    sw_busy busy = sw_ingest_busy(h->ingest, &h->principal);
    assert_int_equal(busy.status, 429);
    assert_in_range(busy.retry_ms, 1, 200);
    sw_principal other = {.sub = "another", .roles = SW_ROLE_PUBLISHER};
    assert_int_equal(sw_ingest_busy(h->ingest, &other).status, 0);
    sw_clock_virtual_advance(&h->rig.clock, busy.retry_ms);
    assert_int_equal(sw_ingest_busy(h->ingest, &h->principal).status, 0);
    ingest_rig_run(&h->rig);
}

static void an_empty_batch_and_one_that_is_none_are_answered(void **state) {
    house *h = *state;
    sw_refusal whole;
    open_house(h, (sw_ingest_options){0});
    assert_ok(send(h, BATCH, "[]", &whole));
    assert_int_equal(h->answers, 1);
    assert_string_equal(h->body,
                        "{\"accepted\":0,\"duplicates\":0,\"receipts\":[],\"rejected\":[]}");
    post(h, BATCH, "{}");
    assert_int_equal(h->status, 400);
    assert_int_equal(count(h, SW_TOPIC_DEAD_LETTERS), 1);
    assert_ok(send(h, "text/plain", "{}", &whole));
    assert_int_equal(whole.status, 415);
    assert_int_equal(h->answers, 2);
}

static void what_no_record_can_hold_is_refused(void **state) {
    house *h = *state;
    open_house(h, (sw_ingest_options){0});
    sw_buf body;
    sw_buf_init(&body, 2 << 20);
    sw_buf_add_cstr(&body, "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":"
                           "\"case.filed\",\"time\":\"2026-03-01T00:00:00Z\",\"data\":{\"case_id\":"
                           "\"A1\",\"x\":\"");
    while (body.len < SW_EVENT_BYTES_MAX - 10) sw_buf_add_byte(&body, 'x');
    sw_buf_add_cstr(&body, "\"}}");
    sw_buf_add_byte(&body, '\0');
    post(h, STRUCTURED, body.ptr); /* within what an event may have, but not a record of a topic */
    assert_int_equal(h->status, 400);
    assert_string_equal(h->code, "limit");
    assert_int_equal(count(h, SW_TOPIC_EVENTS), 0);
    sw_buf_done(&body);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_answer_tells_of_each_event_of_a_batch),
        TEST(what_was_received_is_stamped_at_the_door),
        TEST(a_single_event_that_is_refused_is_a_problem),
        TEST(nobody_is_answered_before_it_is_durable_and_decided),
        TEST(what_is_lost_with_the_process_is_told_and_may_be_sent_again),
        TEST(what_is_not_decided_in_time_is_answered_late),
        TEST(receipts_that_nobody_read_may_be_gone),
        TEST(too_much_that_waits_is_refused_before_it_is_read),
        TEST(a_full_door_takes_all_of_a_request_or_nothing),
        TEST(a_client_that_sends_more_than_it_may_waits_and_others_do_not),
        TEST(an_empty_batch_and_one_that_is_none_are_answered),
        TEST(what_no_record_can_hold_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
