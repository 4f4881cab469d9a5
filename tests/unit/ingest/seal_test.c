#include <stdio.h>

#include "ingest/door.h"
#include "ingest/identity.h"
#include "ingest/keys.h"
#include "unit/ingest/rig.h"
#include "unit/test.h"

#define CATALOGUE                                                                                  \
    "types:\n  t.held: {element: person, fields: {person_id: {type: string, key: true},"           \
    " name: {type: string, personal: true}, born: {type: timestamp, personal: true},"              \
    " at: timestamp}}\n"
#define HEAD(id, type)                                                                             \
    "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"urn:s\",\"type\":\"" type "\","       \
    "\"time\":\"2026-03-01T00:00:00Z\""
#define DATA(name)                                                                                 \
    "\"data\":{\"person_id\":\"P1\",\"name\":\"" name "\",\"born\":\"1990-01-01T00:00:00+08:00\"," \
    "\"at\":\"2026-03-01T08:00:00+08:00\"}"
#define EVENT(id, subject, name) HEAD(id, "t.held") ",\"subject\":\"" subject "\"," DATA(name) "}"

typedef struct house {
    ingest_rig rig;
    sw_ingest *ingest;
    sw_keyring *ring;
    sw_seal_key master;
    sw_read keys;
    const sw_catalogue *cat;
    sw_principal principal;
    sw_arena arena;
    sw_outcome outcome;
} house;

static void answer(void *arg, const sw_request *request) {
    house *h = arg;
    h->outcome = request->results[0].outcome;
}

static void start(house *h) {
    sw_ingest_options options = {.topology = &h->rig.topology,
                                 .bus = h->rig.bus,
                                 .env = {.clock = &h->rig.clock.clock},
                                 .catalogue = h->cat,
                                 .door = "door-1",
                                 .answer = answer,
                                 .answer_arg = h};
    const sw_keyring_options ring = {.master = &h->master, .keys = &h->keys, .cache_keys = 4};
    assert_ok(sw_keyring_open(&ring, &h->ring));
    options.keyring = h->ring;
    assert_ok(sw_ingest_open(&options, &h->ingest));
    h->rig.committed_arg = h->ingest;
    ingest_rig_restart(&h->rig);
    assert_ok(sw_ingest_attach(h->ingest, h->rig.runtime));
}

static void stop(house *h) {
    sw_ingest_detach(h->ingest);
    h->rig.committed_arg = NULL;
    ingest_rig_restart(&h->rig);
    sw_ingest_close(h->ingest);
    sw_keyring_close(h->ring);
}

static int setup(void **state) {
    static house h;
    static const sw_processor *const processors[] = {&sw_identity, &sw_keys};
    sw_diags diags;
    memset(&h, 0, sizeof h);
    sw_arena_init(&h.arena, 16 << 20);
    h.rig.committed = sw_ingest_committed;
    ingest_rig_open(&h.rig, processors, 2);
    sw_diags_init(&diags, &h.arena, SW_SLICE_NONE, 10);
    assert_ok(sw_catalogue_parse(&h.arena, SW_S("c"), SW_S(CATALOGUE), &diags, &h.cat));
    assert_ok(sw_read_open(sw_bus_db(h.rig.bus), &h.rig.topology, "keys.keys", &h.keys));
    sw_principal_local(&h.principal);
    sw_seal_key_random(&h.master);
    start(&h);
    *state = &h;
    return 0;
}

static int teardown(void **state) {
    house *h = *state;
    stop(h);
    ingest_rig_close(&h->rig);
    sw_arena_done(&h->arena);
    return 0;
}

static sw_outcome post(house *h, const char *body) {
    sw_refusal whole;
    sw_post p = {.content_type = SW_S("application/cloudevents+json"),
                 .body = sw_slice_cstr(body),
                 .principal = &h->principal};
    h->outcome = SW_OUTCOME_NONE;
    assert_ok(sw_ingest_post(h->ingest, &p, h, &h->arena, &whole));
    ingest_rig_run(&h->rig);
    return h->outcome;
}

/* The event with this id, opened as far as it goes, as JSON. */
static const char *opened(house *h, const char *id) {
    uint32_t count;
    const sw_record *records = ingest_rig_records(&h->rig, SW_TOPIC_EVENTS, &count);
    const sw_event_opener opener = {h->ring, sw_keyring_unseal};
    sw_buf bytes, json;
    sw_buf_init(&bytes, 1 << 20);
    sw_buf_init(&json, 1 << 20);
    const char *ret = NULL;
    for (uint32_t i = 0; i < count; i++) {
        sw_event *event;
        sw_buf_clear(&bytes);
        assert_ok(sw_event_pb_open(records[i].value, &opener, &bytes));
        assert_ok(sw_event_from_pb(&h->arena, h->cat, sw_buf_slice(&bytes), NULL, &event));
        if (!sw_slice_is(event->id, id)) continue;
        assert_ok(sw_event_to_json(event, &json));
        ret = sw_arena_printf(&h->arena, "%.*s", SW_FMT(sw_buf_slice(&json))).ptr;
    }
    sw_buf_done(&bytes);
    sw_buf_done(&json);
    return ret;
}

/* No topic may hold the word. */
static void assert_hidden(house *h, const char *word) {
    for (uint32_t t = 0; t < h->rig.topology.topic_count; t++) {
        uint32_t count;
        const sw_record *records =
            ingest_rig_records(&h->rig, h->rig.topology.topics[t].name, &count);
        for (uint32_t i = 0; i < count; i++)
            assert_null(memmem(records[i].value.ptr, records[i].value.len, word, strlen(word)));
    }
}

static void personal_fields_stand_on_no_topic_and_open_with_the_ring(void **state) {
    house *h = *state;
    assert_int_equal(post(h, EVENT("1", "P1", "Zhang San")), SW_OUTCOME_ACCEPTED);
    assert_hidden(h, "Zhang San");
    assert_hidden(h, "1990-01-01");
    const char *json = opened(h, "1");
    assert_non_null(strstr(json, "\"name\":\"Zhang San\""));
    assert_non_null(strstr(json, "\"born\":\"1990-01-01T00:00:00+08:00\""));
    assert_non_null(strstr(json, "\"at\":\"2026-03-01T08:00:00+08:00\""));
}

static void sealed_duplicates_and_conflicts_are_still_told_apart(void **state) {
    house *h = *state;
    assert_int_equal(post(h, EVENT("1", "P1", "Zhang San")), SW_OUTCOME_ACCEPTED);
    assert_int_equal(post(h, EVENT("1", "P1", "Zhang San")), SW_OUTCOME_DUPLICATE);
    assert_int_equal(post(h, EVENT("1", "P1", "Li Si")), SW_OUTCOME_REFUSED);
    assert_hidden(h, "Li Si");
}

static void a_replacement_is_sealed_too(void **state) {
    house *h = *state;
    post(h, EVENT("1", "P1", "Zhang San"));
    assert_int_equal(post(h, HEAD("c", "event.corrected") ",\"data\":{\"source\":\"urn:s\",\"id\":"
                                                          "\"1\",\"event\":{\"type\":\"t.held\","
                                                          "\"subject\":\"P1\",\"time\":"
                                                          "\"2026-03-01T00:00:00Z\"," DATA(
                                                              "Zhang San-feng") "}}}"),
                     SW_OUTCOME_ACCEPTED);
    assert_hidden(h, "Zhang San");
    assert_non_null(strstr(opened(h, "c"), "Zhang San-feng"));
}

static void what_is_refused_is_locked_and_opens_with_the_master_key(void **state) {
    house *h = *state;
    const char *bad = HEAD("9", "t.unknown") "," DATA("Zhang San") "}";
    assert_int_equal(post(h, bad), SW_OUTCOME_REFUSED);
    assert_hidden(h, "Zhang San");
    uint32_t count;
    const sw_record *records = ingest_rig_records(&h->rig, SW_TOPIC_DEAD_LETTERS, &count);
    assert_int_equal(count, 1);
    sw_dead_letter letter;
    assert_ok(sw_dead_letter_read(records[0].value, &letter));
    assert_slice(letter.id, "9");
    assert_int_equal(letter.value.len, 0);
    assert_ok(sw_ingest_open_letter(h->ingest, &h->arena, &letter));
    assert_slice(letter.value, bad);
    sw_refusal whole;
    assert_ok(sw_ingest_retry(h->ingest, &records[0], &h->principal, h, &h->arena, &whole));
    h->outcome = SW_OUTCOME_NONE;
    ingest_rig_run(&h->rig);
    assert_int_equal(h->outcome, SW_OUTCOME_REFUSED);
    assert_hidden(h, "Zhang San");
    static const char wrong[] =
        HEAD("10", "t.held") ",\"data\":{\"person_id\":\"P1\",\"name\":13812345678}}";
    assert_int_equal(post(h, wrong), SW_OUTCOME_REFUSED);
    assert_hidden(h, "13812345678"); /* nor do the words of the refusal tell it */
    sw_buf out;
    sw_buf_init(&out, 1000);
    assert_int_equal(sw_keyring_unlock(h->ring, SW_S("too short"), &out), SW_E_CORRUPT);
    sw_buf_done(&out);
}

static uint32_t made(house *h) {
    uint32_t count;
    (void)ingest_rig_records(&h->rig, SW_TOPIC_KEYS, &count);
    return count;
}

static void a_subject_has_one_key_over_restarts_and_a_small_cache(void **state) {
    house *h = *state;
    char body[600];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 20; i++) {
            snprintf(body, sizeof body,
                     HEAD("%d-%d", "t.held") ",\"subject\":\"P%d\"," DATA("Wang") "}", round, i, i);
            assert_int_equal(post(h, body), SW_OUTCOME_ACCEPTED);
        }
        stop(h);
        start(h);
    }
    assert_int_equal(made(h), 20);
    assert_non_null(strstr(opened(h, "0-7"), "Wang"));
    assert_non_null(strstr(opened(h, "1-7"), "Wang"));
}

static void without_its_key_the_skeleton_stays_and_the_person_is_gone(void **state) {
    house *h = *state;
    post(h, EVENT("1", "P1", "Zhang San"));
    post(h, EVENT("2", "P2", "Li Si"));
    sw_hash128 subject = sw_keyring_subject(SW_S("P1"));
    assert_ok(sw_runtime_append(h->rig.runtime,
                                &(sw_append){.topic = ingest_rig_topic(&h->rig, SW_TOPIC_KEYS),
                                             .key = sw_intake_key(&subject),
                                             .tombstone = true}));
    ingest_rig_run(&h->rig);
    const char *json = opened(h, "1");
    assert_null(strstr(json, "Zhang"));
    assert_non_null(strstr(json, "\"person_id\":\"P1\""));
    assert_non_null(strstr(opened(h, "2"), "Li Si"));
    assert_int_equal(post(h, EVENT("1", "P1", "Zhang San")), SW_OUTCOME_DUPLICATE);
}

static void another_master_key_opens_nothing(void **state) {
    house *h = *state;
    post(h, EVENT("1", "P1", "Zhang San"));
    sw_seal_key other;
    sw_keyring *ring;
    uint32_t count;
    sw_buf out;
    sw_seal_key_random(&other);
    const sw_keyring_options options = {.master = &other, .keys = &h->keys};
    assert_ok(sw_keyring_open(&options, &ring));
    const sw_record *records = ingest_rig_records(&h->rig, SW_TOPIC_EVENTS, &count);
    const sw_event_opener opener = {ring, sw_keyring_unseal};
    sw_buf_init(&out, 1 << 20);
    assert_int_equal(sw_event_pb_open(records[0].value, &opener, &out), SW_E_CORRUPT);
    sw_buf_done(&out);
    sw_keyring_close(ring);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(personal_fields_stand_on_no_topic_and_open_with_the_ring),
        TEST(sealed_duplicates_and_conflicts_are_still_told_apart),
        TEST(a_replacement_is_sealed_too),
        TEST(what_is_refused_is_locked_and_opens_with_the_master_key),
        TEST(a_subject_has_one_key_over_restarts_and_a_small_cache),
        TEST(without_its_key_the_skeleton_stays_and_the_person_is_gone),
        TEST(another_master_key_opens_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
