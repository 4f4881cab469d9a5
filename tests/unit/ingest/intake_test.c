#include "ingest/intake.h"

#include "seawall/v1/intake.pb-c.h"
#include "seawall/v1/receipt.pb-c.h"
#include "unit/test.h"

static const sw_slice keys[] = {{"case_id=A1", 10}, {"person_id=P=1", 13}};

static sw_intake sample(void) {
    return (sw_intake){
        .event = SW_S("\x0a\x02id\x12\x03urn"),
        .content = sw_hash128_of(SW_S("content")),
        .subject = SW_S("A1"),
        .orgcode = SW_S("320981010000"),
        .keys = keys,
        .key_count = 2,
        .correction = true,
        .target = sw_hash128_of(SW_S("target")),
        .client = SW_S("案件系统"),
        .unit = SW_S("320900000000"),
        .door = SW_S("door-1"),
        .request = (uint64_t)1 << 40,
        .item = 7,
        .stage = SW_STAGE_TOLD_APART,
        .partition = 3,
        .offset = (int64_t)1 << 50,
    };
}

static void an_intake_reads_as_the_protobuf_message_says(void **state) {
    (void)state;
    sw_intake in = sample();
    sw_buf buf;
    sw_buf_init(&buf, 4096);
    sw_intake_write(&in, &buf);
    assert_ok(buf.err);
    Seawall__V1__Intake *read =
        seawall__v1__intake__unpack(NULL, buf.len, (const uint8_t *)buf.ptr);
    assert_non_null(read);
    assert_slice(sw_slice_of(read->event.data, read->event.len), "\x0a\x02id\x12\x03urn");
    assert_memory_equal(read->content.data, in.content.bytes, 16);
    assert_string_equal(read->subject, "A1");
    assert_string_equal(read->orgcode, "320981010000");
    assert_int_equal(read->n_keys, 2);
    assert_string_equal(read->keys[1], "person_id=P=1");
    assert_memory_equal(read->target.data, in.target.bytes, 16);
    assert_string_equal(read->client, "案件系统");
    assert_string_equal(read->unit, "320900000000");
    assert_string_equal(read->door, "door-1");
    assert_true(read->request == in.request && read->offset == in.offset);
    assert_int_equal(read->item, 7);
    assert_int_equal(read->stage, SEAWALL__V1__STAGE__STAGE_TOLD_APART);
    assert_int_equal(read->partition, 3);
    seawall__v1__intake__free_unpacked(read, NULL);
    sw_buf_done(&buf);
}

static void an_intake_reads_back_and_damage_is_found(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 1 << 20);
    sw_intake in = sample(), out = {0};
    sw_buf buf;
    sw_buf_init(&buf, 4096);
    sw_intake_write(&in, &buf);
    sw_slice bytes = sw_buf_slice(&buf);
    assert_ok(sw_intake_read(bytes, &arena, &out));
    assert_int_equal(out.key_count, 2);
    assert_slice(out.keys[0], "case_id=A1");
    assert_true(out.correction && sw_hash128_eq(out.target, in.target));
    assert_true(out.request == in.request && out.item == 7 && out.offset == in.offset);
    assert_int_equal(out.stage, SW_STAGE_TOLD_APART);
    sw_slice source, id;
    sw_intake_names(out.event, &source, &id);
    assert_slice(source, "urn");
    assert_slice(id, "id");
    uint32_t bad = 0;
    for (size_t len = 0; len < bytes.len; len++)
        bad += sw_intake_read(sw_slice_sub(bytes, 0, len), &arena, &out) == SW_E_SYNTAX;
    assert_true(bad > bytes.len / 2);
    assert_int_equal(sw_intake_read(SW_S("\x12\x01x"), &arena, &out), SW_E_SYNTAX);
    sw_intake_names(SW_S("\xff"), &source, &id);
    assert_true(source.len == 0 && id.len == 0);
    sw_buf_done(&buf);
    sw_arena_done(&arena);
}

static void a_receipt_reads_as_the_protobuf_message_says(void **state) {
    (void)state;
    sw_receipt receipt = {.request = 9,
                          .item = 2,
                          .outcome = SW_OUTCOME_REFUSED,
                          .partition = 1,
                          .offset = 77,
                          .code = SW_S("conflict"),
                          .message = SW_S("内容不同")};
    sw_receipt again = {0};
    sw_buf buf;
    sw_buf_init(&buf, 4096);
    sw_receipt_write(&receipt, &buf);
    Seawall__V1__Receipt *read =
        seawall__v1__receipt__unpack(NULL, buf.len, (const uint8_t *)buf.ptr);
    assert_non_null(read);
    assert_true(read->request == 9 && read->item == 2 && read->offset == 77);
    assert_int_equal(read->outcome, SEAWALL__V1__OUTCOME__OUTCOME_REFUSED);
    assert_string_equal(read->code, "conflict");
    assert_string_equal(read->message, "内容不同");
    seawall__v1__receipt__free_unpacked(read, NULL);
    assert_ok(sw_receipt_read(sw_buf_slice(&buf), &again));
    assert_slice(again.code, "conflict");
    assert_true(again.request == 9 && again.offset == 77 && again.partition == 1);
    assert_int_equal(sw_receipt_read(SW_S("\x18\x63"), &again), SW_E_SYNTAX);
    assert_int_equal(sw_receipt_read(SW_S("\x32"), &again), SW_E_SYNTAX);
    sw_buf_done(&buf);
}

/* ---- what follows from an event ---- */

#define CATALOGUE                                                                                  \
    "types:\n  t.seen: {element: person, fields: {case_id: {type: string, key: true},"             \
    " person_ids: {type: 'string[]', key: true, of: person_id},"                                   \
    " person_id: {type: string, key: true}, n: {type: int, key: true, of: case_id}}}\n"

static sw_event *parse(sw_arena *arena, const sw_catalogue **cat, const char *json) {
    sw_diags diags;
    sw_event *event = NULL;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 10);
    assert_ok(sw_catalogue_parse(arena, SW_S("c.yaml"), SW_S(CATALOGUE), &diags, cat));
    assert_ok(sw_event_from_json(arena, *cat, sw_slice_cstr(json), &diags, &event));
    return event;
}

static void each_value_of_each_key_is_named_once(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 8 << 20);
    const sw_catalogue *cat;
    sw_intake intake;
    sw_event *event =
        parse(&arena, &cat,
              "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t.seen\","
              "\"time\":\"2026-03-01T00:00:00Z\",\"subject\":\"X\",\"data\":{\"case_id\":\"7\","
              "\"n\":7,\"person_id\":\"P1\",\"person_ids\":[\"P2\",\"P1\",\"P2\"]}}");
    assert_ok(sw_intake_of(event, cat, &arena, &intake));
    assert_int_equal(intake.key_count, 3);
    bool found[3] = {0};
    static const char *const wanted[] = {"case_id=7", "person_id=P1", "person_id=P2"};
    for (uint32_t i = 0; i < 3; i++)
        for (uint32_t k = 0; k < 3; k++) found[i] |= sw_slice_is(intake.keys[k], wanted[i]);
    assert_true(found[0] && found[1] && found[2]);
    assert_false(intake.correction);
    assert_slice(intake.subject, "X");
    sw_arena_done(&arena);
}

static void the_keys_of_a_correction_are_its_replacements(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 8 << 20);
    const sw_catalogue *cat;
    sw_intake intake;
    sw_event *event = parse(
        &arena, &cat,
        "{\"specversion\":\"1.0\",\"id\":\"c\",\"source\":\"s\",\"type\":\"event.corrected\","
        "\"time\":\"2026-03-01T00:00:00Z\",\"data\":{\"source\":\"s\",\"id\":\"1\",\"event\":"
        "{\"type\":\"t.seen\",\"time\":\"2026-03-01T00:00:00Z\",\"data\":{\"case_id\":\"9\"}}}}");
    assert_ok(sw_intake_of(event, cat, &arena, &intake));
    assert_true(intake.correction);
    assert_true(sw_hash128_eq(intake.target, sw_event_identity(SW_S("s"), SW_S("1"))));
    assert_int_equal(intake.key_count, 1);
    assert_slice(intake.keys[0], "case_id=9");
    event = parse(&arena, &cat,
                  "{\"specversion\":\"1.0\",\"id\":\"r\",\"source\":\"s\",\"type\":"
                  "\"event.retracted\",\"time\":\"2026-03-01T00:00:00Z\","
                  "\"data\":{\"source\":\"s\",\"id\":\"1\"}}");
    assert_ok(sw_intake_of(event, cat, &arena, &intake));
    assert_true(intake.correction && intake.key_count == 0);
    sw_arena_done(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_intake_reads_as_the_protobuf_message_says),
        cmocka_unit_test(an_intake_reads_back_and_damage_is_found),
        cmocka_unit_test(a_receipt_reads_as_the_protobuf_message_says),
        cmocka_unit_test(each_value_of_each_key_is_named_once),
        cmocka_unit_test(the_keys_of_a_correction_are_its_replacements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
