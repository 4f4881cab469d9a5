#include "runtime/dead_letter.h"

#include "seawall/v1/dead_letter.pb-c.h"
#include "unit/test.h"

static void a_letter_reads_as_the_protobuf_message_says(void **state) {
    (void)state;
    sw_dead_letter letter = {
        .code = SW_S("invalid"),
        .message = SW_S("日期不对"),
        .processor = SW_S("deadline"),
        .topic = SW_S("seawall.keyed"),
        .partition = 300,
        .offset = 1LL << 40,
        .timestamp_ms = 1790000000000,
        .key = SW_S("case_id=A1"),
        .value = SW_S("\x00\xff raw"),
        .due_ms = -5,
        .source = SW_S("urn:案件"),
        .id = SW_S("e1"),
        .field = SW_S("data.kind"),
        .client = SW_S("case system"),
        .unit = SW_S("320981010000"),
        .retried = true,
        .locked = SW_S("box"),
    };
    sw_buf buf;
    sw_buf_init(&buf, 1000);
    assert_ok(sw_dead_letter_write(&letter, &buf));
    Seawall__V1__DeadLetter *read =
        seawall__v1__dead_letter__unpack(NULL, buf.len, (const uint8_t *)buf.ptr);
    assert_non_null(read);
    assert_string_equal(read->code, "invalid");
    assert_string_equal(read->message, "日期不对");
    assert_string_equal(read->processor, "deadline");
    assert_string_equal(read->topic, "seawall.keyed");
    assert_int_equal(read->partition, 300);
    assert_true(read->offset == 1LL << 40);
    assert_true(read->timestamp_ms == 1790000000000);
    assert_slice(sw_slice_of(read->key.data, read->key.len), "case_id=A1");
    assert_int_equal(read->value.len, letter.value.len);
    assert_memory_equal(read->value.data, letter.value.ptr, letter.value.len);
    assert_true(read->due_ms == -5);
    assert_string_equal(read->source, "urn:案件");
    assert_string_equal(read->id, "e1");
    assert_string_equal(read->field, "data.kind");
    assert_string_equal(read->client, "case system");
    assert_string_equal(read->unit, "320981010000");
    assert_true(read->retried);
    assert_slice(sw_slice_of(read->locked.data, read->locked.len), "box");
    sw_dead_letter again = {0};
    assert_ok(sw_dead_letter_read(sw_buf_slice(&buf), &again));
    assert_slice(again.unit, "320981010000");
    assert_slice(again.locked, "box");
    assert_int_equal(again.partition, 300);
    assert_true(again.due_ms == -5 && again.retried && again.offset == letter.offset);
    assert_true(sw_slice_eq(again.value, letter.value));
    assert_int_equal(sw_dead_letter_read(SW_S("\x08\x01"), &again), SW_E_SYNTAX);
    assert_int_equal(sw_dead_letter_read(sw_slice_sub(sw_buf_slice(&buf), 0, 5), &again),
                     SW_E_SYNTAX);
    seawall__v1__dead_letter__free_unpacked(read, NULL);
    sw_buf_done(&buf);
}

static void what_is_left_out_reads_as_empty(void **state) {
    (void)state;
    sw_buf buf;
    sw_buf_init(&buf, 1000);
    assert_ok(sw_dead_letter_write(&(sw_dead_letter){.code = SW_S("limit")}, &buf));
    Seawall__V1__DeadLetter *read =
        seawall__v1__dead_letter__unpack(NULL, buf.len, (const uint8_t *)buf.ptr);
    assert_non_null(read);
    assert_string_equal(read->code, "limit");
    assert_string_equal(read->topic, "");
    assert_int_equal(read->value.len, 0);
    seawall__v1__dead_letter__free_unpacked(read, NULL);
    sw_buf_done(&buf);
}

static void a_letter_that_does_not_fit_is_told(void **state) {
    (void)state;
    for (size_t max = 1; max < 9; max++) {
        sw_buf buf;
        sw_buf_init(&buf, max);
        assert_int_equal(
            sw_dead_letter_write(&(sw_dead_letter){.code = SW_S("invalid"), .offset = 9}, &buf),
            SW_E_LIMIT);
        sw_buf_done(&buf);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_reads_as_the_protobuf_message_says),
        cmocka_unit_test(what_is_left_out_reads_as_empty),
        cmocka_unit_test(a_letter_that_does_not_fit_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
