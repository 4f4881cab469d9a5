#include "evaluate/period_pb.h"
#include "unit/test.h"

static const sw_told_key key[] = {{{"case_id", 7}, {"A1", 2}}, {{"person_id", 9}, {"P\"1", 3}}};

static sw_told_period full(void) {
    return (sw_told_period){.instance = {{1, 2, 3}},
                            .change = SW_PERIOD_MOVED,
                            .decided_ms = 1772330400000,
                            .rule = SW_S("cr.detain.request"),
                            .rule_name = SW_S("提请批准逮捕期限"),
                            .pack = SW_S("cn-police@1.2.0"),
                            .domain = SW_S("强制措施"),
                            .compartment = SW_S("secret"),
                            .severity = SW_CRITICAL,
                            .key = key,
                            .key_count = 2,
                            .orgcode = SW_S("320981010000"),
                            .officerid = SW_S("012345"),
                            .start_ms = 1772175600000,
                            .due_ms = 1772467200000,
                            .caution_ms = 1772380800000,
                            .paused_ms = 1772300000000,
                            .stopped_ms = SW_TIME_NONE,
                            .late_by_s = -1,
                            .next_ms = 1772445600000,
                            .level = SW_ORANGE,
                            .next_level = SW_RED,
                            .offset_s = 28800,
                            .provisional = true,
                            .opened_by = {SW_S("s"), SW_S("e1"), SW_S("coercion.detained")},
                            .cause = {SW_S("s"), SW_S("e2"), SW_S("appraisal.started")},
                            .has_cause = true};
}

static void json_of(const sw_told_period *period, sw_arena *arena, sw_slice *ret) {
    sw_buf out;
    sw_buf_init(&out, 1 << 16);
    sw_period_to_json(period, &out);
    assert_ok(out.err);
    assert_true(sw_arena_copy(arena, sw_buf_slice(&out), ret));
    sw_buf_done(&out);
}

static sw_told_period through(const sw_told_period *period, sw_arena *arena) {
    sw_buf out;
    sw_slice bytes;
    sw_told_period read;
    sw_buf_init(&out, 1 << 16);
    sw_period_to_pb(period, &out);
    assert_ok(out.err);
    assert_true(sw_arena_copy(arena, sw_buf_slice(&out), &bytes));
    sw_buf_done(&out);
    assert_ok(sw_period_from_pb(arena, bytes, &read));
    sw_hash128 id;
    assert_true(sw_period_id(bytes, &id) && sw_hash128_eq(id, read.instance));
    assert_false(sw_period_id(SW_S(""), &id));
    sw_period_address address;
    assert_true(sw_period_address_read(bytes, &address));
    assert_true(sw_hash128_eq(address.instance, read.instance) && address.change == read.change);
    assert_true(sw_slice_eq(address.key.name, read.key[0].name) &&
                sw_slice_eq(address.key.value, read.key[0].value));
    for (size_t cut = 0; cut < bytes.len; cut++) /* half a message has an address or none */
        if (sw_period_address_read(sw_slice_of(bytes.ptr, cut), &address))
            assert_true(sw_hash128_eq(address.instance, read.instance));
    return read;
}

static void a_period_survives_its_bytes(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 1 << 20);
    sw_told_period period = full(), read = through(&period, &arena);
    assert_memory_equal(read.instance.bytes, period.instance.bytes, 16);
    assert_int_equal(read.paused_ms, period.paused_ms);
    assert_int_equal(read.stopped_ms, SW_TIME_NONE);
    assert_int_equal(read.late_by_s, -1);
    assert_int_equal(read.level, SW_ORANGE);
    assert_slice(read.compartment, "secret");
    assert_slice(read.key[1].value, "P\"1");
    period.level = period.next_level = -1;
    period.change = SW_PERIOD_CLOSED;
    period.late_by_s = 0;
    period.reason = SW_S("stopped");
    period.stopped_ms = period.start_ms;
    read = through(&period, &arena);
    assert_int_equal(read.level, -1);
    assert_int_equal(read.late_by_s, 0);
    assert_int_equal(read.change, SW_PERIOD_CLOSED);
    sw_arena_done(&arena);
}

static void json_has_the_words_of_the_contract(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 1 << 20);
    sw_told_period period = full();
    sw_slice json;
    json_of(&period, &arena, &json);
    assert_slice(
        json,
        "{\"instance\":\"01020300000000000000000000000000\",\"change\":\"moved\","
        "\"decided\":\"2026-03-01T10:00:00+08:00\",\"rule\":\"cr.detain.request\","
        "\"rule_name\":\"提请批准逮捕期限\",\"pack\":\"cn-police@1.2.0\",\"domain\":\"强制措施\","
        "\"severity\":\"critical\",\"key\":{\"case_id\":\"A1\",\"person_id\":\"P\\\"1\"},"
        "\"orgcode\":\"320981010000\",\"officerid\":\"012345\","
        "\"start\":\"2026-02-27T15:00:00+08:00\",\"due\":\"2026-03-03T00:00:00+08:00\","
        "\"caution\":\"2026-03-02T00:00:00+08:00\",\"provisional\":true,"
        "\"paused_since\":\"2026-03-01T01:33:20+08:00\",\"level\":\"orange\","
        "\"next\":\"2026-03-02T18:00:00+08:00\",\"next_level\":\"red\","
        "\"opened_by\":{\"source\":\"s\",\"id\":\"e1\",\"type\":\"coercion.detained\"},"
        "\"cause\":{\"source\":\"s\",\"id\":\"e2\",\"type\":\"appraisal.started\"}}");
    sw_arena_done(&arena);
}

static void broken_bytes_are_refused(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 8 << 20);
    sw_told_period period = full(), read;
    sw_buf out;
    sw_buf_init(&out, 1 << 16);
    sw_period_to_pb(&period, &out);
    for (size_t at = 0; at < out.len; at++) {
        out.ptr[at] ^= (char)0xff;
        sw_err err = sw_period_from_pb(&arena, sw_buf_slice(&out), &read);
        assert_true(err == SW_OK || sw_err_verdict(err) == SW_VERDICT_REJECT);
        out.ptr[at] ^= (char)0xff;
    }
    assert_int_equal(sw_period_from_pb(&arena, SW_SLICE_NONE, &read), SW_E_MISSING);
    sw_buf_done(&out);
    sw_arena_done(&arena);
}

static void a_warning_names_its_period(void **state) {
    (void)state;
    const sw_slice values[] = {SW_S("A1"), SW_S("P\"1")};
    const sw_told_event opening = {SW_S("s"), SW_S("e1"), SW_S("t")};
    const sw_told_warning told = {.rule = SW_S("r"),
                                  .key = key,
                                  .key_count = 2,
                                  .events = &opening,
                                  .event_count = 1,
                                  .level = SW_RED,
                                  .repeat = 3};
    sw_hash128 of_warning = sw_instance_of(&told);
    sw_hash128 own = sw_instance_id(SW_S("r"), values, 2, sw_event_identity(SW_S("s"), SW_S("e1")));
    assert_true(sw_hash128_eq(of_warning, own));
    assert_false(sw_hash128_eq(
        own, sw_instance_id(SW_S("q"), values, 2, sw_event_identity(SW_S("s"), SW_S("e1")))));
    assert_false(sw_hash128_eq(
        own, sw_instance_id(SW_S("r"), values, 1, sw_event_identity(SW_S("s"), SW_S("e1")))));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_period_survives_its_bytes),
        cmocka_unit_test(json_has_the_words_of_the_contract),
        cmocka_unit_test(broken_bytes_are_refused),
        cmocka_unit_test(a_warning_names_its_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
