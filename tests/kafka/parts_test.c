/* What needs no broker: the meaning of errors, the origin of records, what is remembered of a task.
 */
#include <string.h>

#include "bus/kafka.h"
#include "unit/test.h"

static const kafka_flags none = {0}, fatal = {.fatal = true}, retriable = {.retriable = true},
                         abortable = {.abortable = true};

static void every_error_has_the_meaning_of_its_row(void **state) {
    (void)state;
    const struct {
        kafka_stage stage;
        rd_kafka_resp_err_t code;
        kafka_flags flags;
        kafka_meaning meaning;
        sw_err err;
    } rows[] = {
        {KAFKA_COMMIT, RD_KAFKA_RESP_ERR_NO_ERROR, none, KAFKA_NONE, SW_OK},
        /* Another has begun under our name, whatever else is said of it. */
        {KAFKA_COMMIT, RD_KAFKA_RESP_ERR__FENCED, fatal, KAFKA_FENCED, SW_E_FENCED},
        {KAFKA_PRODUCE, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, fatal, KAFKA_FENCED, SW_E_FENCED},
        {KAFKA_INIT, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, retriable, KAFKA_FENCED, SW_E_FENCED},
        /* Not in time: call again, and the caller stops some time. */
        {KAFKA_COMMIT, RD_KAFKA_RESP_ERR__TIMED_OUT, retriable, KAFKA_AGAIN, SW_E_AGAIN},
        {KAFKA_COMMIT, RD_KAFKA_RESP_ERR__TIMED_OUT, none, KAFKA_AGAIN, SW_E_AGAIN},
        {KAFKA_INIT, RD_KAFKA_RESP_ERR__TRANSPORT, none, KAFKA_AGAIN, SW_E_AGAIN},
        {KAFKA_INIT, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, retriable, KAFKA_AGAIN, SW_E_AGAIN},
        {KAFKA_PRODUCE, RD_KAFKA_RESP_ERR__QUEUE_FULL, none, KAFKA_AGAIN, SW_E_AGAIN},
        {KAFKA_READ, RD_KAFKA_RESP_ERR__TRANSPORT, none, KAFKA_AGAIN, SW_E_AGAIN},
        {KAFKA_READ, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, none, KAFKA_AGAIN, SW_E_AGAIN},
        {KAFKA_READ, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, fatal, KAFKA_AGAIN, SW_E_AGAIN},
        /* Known to have failed: aborted, and committed again. */
        {KAFKA_COMMIT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, abortable, KAFKA_BACK_OUT, SW_E_AGAIN},
        {KAFKA_PRODUCE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR, abortable, KAFKA_BACK_OUT, SW_E_AGAIN},
        /* An abort that has to be aborted, a transaction that the broker knows nothing of, and what
         * is neither retriable nor abortable nor fatal: a new producer. */
        {KAFKA_ABORT, RD_KAFKA_RESP_ERR__TRANSPORT, abortable, KAFKA_LOST, SW_E_ABORTED},
        {KAFKA_COMMIT, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, abortable, KAFKA_LOST, SW_E_ABORTED},
        {KAFKA_COMMIT, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, retriable, KAFKA_LOST,
         SW_E_ABORTED},
        {KAFKA_PRODUCE, RD_KAFKA_RESP_ERR__STATE, none, KAFKA_LOST, SW_E_ABORTED},
        {KAFKA_PRODUCE, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, retriable, KAFKA_LOST,
         SW_E_ABORTED},
        {KAFKA_COMMIT, RD_KAFKA_RESP_ERR__TRANSPORT, none, KAFKA_LOST, SW_E_ABORTED},
        {KAFKA_COMMIT, RD_KAFKA_RESP_ERR_UNKNOWN, fatal, KAFKA_LOST, SW_E_ABORTED},
        /* Will be refused tomorrow too. */
        {KAFKA_INIT, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, fatal, KAFKA_REFUSED,
         SW_E_IO},
        {KAFKA_READ, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, none, KAFKA_REFUSED, SW_E_IO},
        {KAFKA_PRODUCE, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, none, KAFKA_REFUSED, SW_E_IO},
        {KAFKA_READ, RD_KAFKA_RESP_ERR__AUTHENTICATION, none, KAFKA_REFUSED, SW_E_IO},
        /* Not in the log. */
        {KAFKA_READ, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, none, KAFKA_GONE, SW_E_RANGE},
        {KAFKA_READ, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, none, KAFKA_GONE, SW_E_RANGE},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        kafka_meaning meaning = kafka_meaning_of(rows[i].stage, rows[i].code, rows[i].flags);
        if (meaning != rows[i].meaning) print_error("row %zu\n", i);
        assert_int_equal(meaning, rows[i].meaning);
        assert_int_equal(kafka_err_of(meaning), rows[i].err);
    }
}

/* Whatever code librdkafka may have, no stage leaves it without meaning, and none of them is
 * success. */
static void no_code_is_without_meaning(void **state) {
    (void)state;
    const struct rd_kafka_err_desc *list;
    size_t count;
    rd_kafka_get_err_descs(&list, &count);
    for (size_t i = 0; i < count; i++) {
        for (int stage = 0; list[i].code && stage < KAFKA_STAGES; stage++) {
            kafka_meaning meaning = kafka_meaning_of((kafka_stage)stage, list[i].code, fatal);
            assert_int_not_equal(meaning, KAFKA_NONE);
            assert_int_not_equal(kafka_err_of(meaning), SW_OK);
            if (stage == KAFKA_COMMIT) assert_int_not_equal(meaning, KAFKA_AGAIN);
        }
    }
}

static kafka_sequel take(kafka_writers *writers, kafka_origin origin) {
    kafka_sequel sequel;
    assert_ok(kafka_writers_take(writers, &origin, &sequel));
    return sequel;
}

static void a_record_written_again_is_a_repeat(void **state) {
    (void)state;
    kafka_writers w = {0};
    kafka_origin a = {.task = 300, .seq = 5, .before = 4, .topic = 7, .offset = 10};
    kafka_origin b = {
        .task = 300, .seq = 5, .before = 4, .index = 1, .topic = 7, .offset = 10, .nth = 1};
    assert_int_equal(take(&w, a), KAFKA_NEXT);
    assert_int_equal(take(&w, b), KAFKA_NEXT);
    assert_int_equal(take(&w, a), KAFKA_REPEAT);
    assert_int_equal(take(&w, b), KAFKA_REPEAT);
    kafka_origin c = {.task = 300, .seq = 6, .before = 5, .topic = 7, .offset = 11};
    assert_int_equal(take(&w, c), KAFKA_NEXT);
    a.task = 301; /* another writer has its own counts */
    assert_int_equal(take(&w, a), KAFKA_NEXT);
    kafka_writers_done(&w);
}

static void a_missing_commit_or_record_is_a_gap(void **state) {
    (void)state;
    kafka_writers w = {0};
    assert_int_equal(take(&w, (kafka_origin){.task = 300, .seq = 5, .before = 4}), KAFKA_NEXT);
    assert_int_equal(take(&w, (kafka_origin){.task = 300, .seq = 9, .before = 7}), KAFKA_GAP);
    assert_int_equal(take(&w, (kafka_origin){.task = 300, .seq = 9, .before = 7, .index = 2}),
                     KAFKA_GAP);
    assert_int_equal(take(&w, (kafka_origin){.task = 300, .seq = 12, .before = 9}), KAFKA_NEXT);
    kafka_writers_done(&w);
}

static void a_task_that_begins_anew_is_believed(void **state) {
    (void)state;
    kafka_writers w = {0};
    kafka_origin late = {.task = 300, .seq = 50, .before = 49, .topic = 7, .offset = 1000};
    kafka_origin anew = {.task = 300, .seq = 1, .before = 0, .topic = 7, .offset = 0};
    assert_int_equal(take(&w, late), KAFKA_NEXT);
    assert_int_equal(take(&w, anew), KAFKA_NEXT);
    assert_int_equal(take(&w, anew), KAFKA_REPEAT);
    kafka_writers_done(&w);
}

static void an_origin_is_read_as_it_was_written(void **state) {
    (void)state;
    char bytes[KAFKA_ORIGIN_BYTES];
    kafka_origin got, origin = {.task = 513,
                                .seq = UINT64_MAX - 1,
                                .before = 3,
                                .index = 9,
                                .topic = 0xdeadbeef,
                                .offset = INT64_MAX,
                                .nth = 2};
    kafka_origin_write(&origin, bytes);
    assert_true(kafka_origin_read(sw_slice_of(bytes, sizeof bytes), &got));
    assert_int_equal(got.task, origin.task);
    assert_true(got.seq == origin.seq && got.before == origin.before);
    assert_int_equal(got.index, origin.index);
    assert_int_equal(got.topic, origin.topic);
    assert_true(got.offset == origin.offset);
    assert_int_equal(got.nth, origin.nth);
    assert_false(kafka_origin_read(sw_slice_of(bytes, sizeof bytes - 1), &got));
    bytes[40] = 2; /* a later version */
    assert_false(kafka_origin_read(sw_slice_of(bytes, sizeof bytes), &got));
}

static void what_is_remembered_of_a_task_survives_and_damage_is_told(void **state) {
    (void)state;
    const sw_topic_spec topics[] = {{.name = "a"}, {.name = "b"}}, later[] = {{.name = "b"}};
    const sw_bus_options now = {.topics = topics, .topic_count = 2},
                         then = {.topics = later, .topic_count = 1};
    kafka_task task = {.number = 600, .last_epoch = 3, .seq = 4, .digest = 5, .now_ms = -6},
               got = {0};
    assert_ok(kafka_task_position(&task, (sw_position){0, 2, 77}));
    assert_ok(kafka_task_position(&task, (sw_position){1, 2, 88}));
    kafka_task_link(&task, 1, 3)->seq = 4;
    sw_buf bytes;
    sw_buf_init(&bytes, 1000);
    assert_ok(kafka_task_write(&task, &now, &bytes));
    assert_ok(kafka_task_read(&got, &then, sw_buf_slice(&bytes)));
    assert_int_equal(got.seq, 4);
    assert_int_equal(got.now_ms, -6);
    assert_int_equal(got.position_count, 1); /* topic a is gone, b is the first now */
    assert_int_equal(got.positions[0].topic, 0);
    assert_int_equal(got.positions[0].next_offset, 88);
    assert_int_equal(kafka_task_link(&got, 0, 3)->seq, 4);
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_not_equal(kafka_task_read(&got, &now, sw_slice_of(bytes.ptr, len)), SW_OK);
    bytes.ptr[0] = 9;
    assert_int_equal(kafka_task_read(&got, &now, sw_buf_slice(&bytes)), SW_E_VERSION);
    sw_buf_done(&bytes);
    kafka_task_done(&task);
    kafka_task_done(&got);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_the_meaning_of_its_row),
        cmocka_unit_test(no_code_is_without_meaning),
        cmocka_unit_test(a_record_written_again_is_a_repeat),
        cmocka_unit_test(a_missing_commit_or_record_is_a_gap),
        cmocka_unit_test(a_task_that_begins_anew_is_believed),
        cmocka_unit_test(an_origin_is_read_as_it_was_written),
        cmocka_unit_test(what_is_remembered_of_a_task_survives_and_damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
