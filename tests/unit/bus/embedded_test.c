#include <stdio.h>

#include "base/hash.h"
#include "base/rng.h"
#include "base/wire.h"
#include "bus/bus.h"
#include "contract/folder.h"
#include "unit/test.h"

typedef struct fixture {
    char path[FOLDER_PATH_MAX];
    sw_topic_spec topic;
    sw_bus_options options;
    sw_arena arena;
    sw_diags diags;
    sw_bus *bus;
    uint64_t epoch;
} fixture;

static sw_err reopen(fixture *f) {
    sw_bus_close(f->bus);
    f->bus = NULL;
    sw_arena_reset(&f->arena);
    sw_diags_init(&f->diags, &f->arena, SW_SLICE_NONE, 10);
    return sw_bus_embedded_open(f->path, &f->options, &f->diags, &f->bus);
}

static int setup(void **state) {
    static fixture f;
    f = (fixture){.topic = {.name = "events", .partitions = 2}};
    f.options = (sw_bus_options){.topics = &f.topic, .topic_count = 1, .task_count = 1};
    folder_make(f.path);
    sw_arena_init(&f.arena, 1 << 20);
    assert_ok(reopen(&f));
    assert_ok(sw_bus_claim(f.bus, 0, &f.epoch));
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    sw_bus_close(f->bus);
    sw_arena_done(&f->arena);
    folder_remove(f->path);
    return 0;
}

static void append(fixture *f, const char *value) {
    sw_record record = {.key = SW_S("k"), .value = sw_slice_cstr(value), .timestamp_ms = 1};
    sw_commit commit = {.epoch = f->epoch, .records = &record, .record_count = 1};
    assert_ok(sw_bus_commit(f->bus, &commit, 1, NULL));
}

static void assert_said(fixture *f, const char *words) {
    assert_non_null(f->diags.first);
    sw_slice text = sw_diag_text(&f->arena, f->diags.first);
    if (!strstr(text.ptr, words)) print_error("%.*s\n", SW_FMT(text));
    assert_non_null(strstr(text.ptr, words));
}

/* The stores of the log follow those of the options: here chunks are 0, the index 1. */
static sw_slice first_chunk(fixture *f, sw_buf *key, sw_buf *value) {
    sw_iter *iter;
    sw_slice k, v;
    assert_ok(sw_db_iter_open(sw_bus_db(f->bus), 0, SW_SLICE_NONE, SW_SLICE_NONE, &iter));
    assert_true(sw_iter_next(iter, &k, &v));
    assert_ok(sw_buf_add(key, k));
    assert_ok(sw_buf_add(value, v));
    sw_iter_close(iter);
    return sw_buf_slice(key);
}

static void write_chunk(fixture *f, sw_slice key, const sw_buf *value) {
    sw_batch *batch;
    assert_ok(sw_batch_new(1 << 16, &batch));
    if (value)
        assert_ok(sw_batch_put(batch, 0, key, sw_buf_slice(value)));
    else
        assert_ok(sw_batch_delete(batch, 0, key));
    assert_ok(sw_db_write(sw_bus_db(f->bus), batch, true));
    sw_batch_free(batch);
}

static void changed_bytes_under_a_good_block_are_refused(void **state) {
    fixture *f = *state;
    sw_buf key, value;
    uint64_t records;
    sw_buf_init(&key, 100);
    sw_buf_init(&value, 1000);
    append(f, "one");
    append(f, "two");
    first_chunk(f, &key, &value);
    value.ptr[value.len - 1] ^= 1;
    write_chunk(f, sw_buf_slice(&key), &value);
    assert_int_equal(sw_bus_verify(f->bus, &f->diags, &records), SW_E_CORRUPT);
    assert_said(f, "partition 0 is damaged after offset -1");
    assert_int_equal(reopen(f), SW_E_CORRUPT);
    assert_said(f, "checksum");
    sw_buf_done(&key);
    sw_buf_done(&value);
}

static void changed_bytes_are_refused_when_they_are_read(void **state) {
    fixture *f = *state;
    sw_buf key, value;
    sw_record record;
    uint32_t count;
    int64_t next;
    sw_buf_init(&key, 100);
    sw_buf_init(&value, 1000);
    append(f, "one");
    assert_ok(reopen(f)); /* what was appended just now is read from memory */
    first_chunk(f, &key, &value);
    value.ptr[value.len - 1] ^= 1;
    write_chunk(f, sw_buf_slice(&key), &value);
    assert_int_equal(
        sw_bus_poll(f->bus, (sw_position){0, 0, 0}, 1, 100, &f->arena, &record, &count, &next),
        SW_E_CORRUPT);
    sw_buf_done(&key);
    sw_buf_done(&value);
}

/* The format of the log, as if another Seawall had written it. */
static void write_format(fixture *f, uint32_t format) {
    char bytes[8];
    sw_batch *batch;
    const sw_slice key = SW_S("f");
    sw_wire_put_le(bytes, format, 4);
    sw_wire_put_le(bytes + 4, sw_crc32c(sw_crc32c(0, key), sw_slice_of(bytes, 4)), 4);
    assert_ok(sw_batch_new(1 << 16, &batch));
    assert_ok(sw_batch_put(batch, 1, key, sw_slice_of(bytes, sizeof bytes)));
    assert_ok(sw_db_write(sw_bus_db(f->bus), batch, true));
    sw_batch_free(batch);
}

static void a_log_of_before_is_taken_up_and_a_later_one_refused(void **state) {
    fixture *f = *state;
    uint64_t records;
    append(f, "one");
    for (uint32_t format = 1; format <= 3; format++) {
        write_format(f, format);
        assert_ok(reopen(f));
        assert_ok(sw_bus_verify(f->bus, &f->diags, &records));
        assert_int_equal(records, 1);
    }
    write_format(f, 4);
    assert_int_equal(reopen(f), SW_E_VERSION);
    assert_said(f, "format 4, this Seawall reads 3");
}

static void a_chunk_that_is_gone_is_missed(void **state) {
    fixture *f = *state;
    sw_buf key, value;
    sw_buf_init(&key, 100);
    sw_buf_init(&value, 1000);
    append(f, "one");
    append(f, "two");
    first_chunk(f, &key, &value);
    write_chunk(f, sw_buf_slice(&key), NULL);
    assert_int_equal(reopen(f), SW_E_CORRUPT);
    assert_said(f, "missing");
    sw_buf_done(&key);
    sw_buf_done(&value);
}

static void the_same_records_in_another_history_break_the_chain(void **state) {
    fixture *f = *state;
    sw_buf key, value;
    sw_buf_init(&key, 100);
    sw_buf_init(&value, 1000);
    append(f, "one");
    append(f, "two");
    first_chunk(f, &key, &value);
    /* The first chunk of another log, whole in itself. */
    char other[FOLDER_PATH_MAX];
    memcpy(other, f->path, sizeof other);
    fixture g = *f;
    folder_make(g.path);
    g.bus = NULL;
    sw_arena_init(&g.arena, 1 << 20);
    assert_ok(reopen(&g));
    assert_ok(sw_bus_claim(g.bus, 0, &g.epoch));
    append(&g, "eno");
    sw_buf_clear(&key);
    sw_buf_clear(&value);
    first_chunk(&g, &key, &value);
    void *state_g = &g;
    teardown(&state_g);
    write_chunk(f, sw_buf_slice(&key), &value);
    assert_int_equal(reopen(f), SW_E_CORRUPT);
    assert_said(f, "chain");
    sw_buf_done(&key);
    sw_buf_done(&value);
}

/* More than an opening proves, of what can't be compressed. */
static void append_much(fixture *f) {
    static char value[(1 << 20) + 1];
    sw_rng rng;
    sw_rng_init(&rng, 1);
    for (size_t i = 0; i < sizeof value - 1; i++) value[i] = (char)(1 + sw_rng_below(&rng, 255));
    for (int i = 0; i < 40; i++) append(f, value);
}

static sw_err maintain_all(fixture *f) {
    bool more = true;
    sw_err err = SW_OK;
    for (int i = 0; more && !err; i++) {
        assert_true(i < 10000);
        err = sw_bus_maintain(f->bus, 1000, 1, &more);
    }
    return err;
}

static void delete_first_chunk(fixture *f) {
    sw_buf key, value;
    sw_buf_init(&key, 100);
    sw_buf_init(&value, 2 << 20);
    first_chunk(f, &key, &value);
    write_chunk(f, sw_buf_slice(&key), NULL);
    sw_buf_done(&key);
    sw_buf_done(&value);
}

static void what_an_opening_has_no_time_for_is_proven_in_use(void **state) {
    fixture *f = *state;
    append_much(f);
    delete_first_chunk(f);
    assert_ok(reopen(f));
    assert_int_equal(maintain_all(f), SW_E_CORRUPT);
    bool more;
    assert_int_equal(sw_bus_maintain(f->bus, 1000, 1, &more), SW_E_IO); /* nothing goes on */
    assert_int_equal(reopen(f), SW_E_CORRUPT); /* and the next opening knows of it */
    assert_said(f, "partition 0 is damaged after offset -1");
    assert_said(f, "missing");
}

static void what_is_proven_once_is_not_proven_again(void **state) {
    fixture *f = *state;
    uint64_t records;
    append_much(f);
    assert_ok(maintain_all(f));
    assert_ok(reopen(f));
    assert_ok(sw_bus_verify(f->bus, &f->diags, &records));
    assert_int_equal(records, 40);
    delete_first_chunk(f);
    assert_ok(reopen(f));
    assert_ok(maintain_all(f));
    assert_int_equal(sw_bus_verify(f->bus, &f->diags, &records), SW_E_CORRUPT);
}

static void another_number_of_partitions_is_refused(void **state) {
    fixture *f = *state;
    f->topic.partitions = 3;
    assert_int_equal(reopen(f), SW_E_INVALID);
    assert_said(f, "events");
    assert_said(f, "2 partitions");
    f->topic.partitions = 2;
    f->topic.compacted = true;
    assert_int_equal(reopen(f), SW_E_INVALID);
    assert_said(f, "not compacted");
}

static void a_topic_keeps_its_records_while_it_is_not_configured(void **state) {
    fixture *f = *state;
    int64_t first, end;
    append(f, "one");
    f->topic.name = "others";
    assert_ok(reopen(f));
    assert_ok(sw_bus_end(f->bus, 0, 0, &first, &end));
    assert_int_equal(end, 0);
    f->topic.name = "events";
    assert_ok(reopen(f));
    assert_ok(sw_bus_end(f->bus, 0, 0, &first, &end));
    assert_int_equal(end, 1);
}

static void a_checkpoint_is_a_log_of_that_moment(void **state) {
    fixture *f = *state;
    char copy[FOLDER_PATH_MAX + 8];
    int64_t first, end;
    uint64_t records;
    snprintf(copy, sizeof copy, "%s-copy", f->path);
    append(f, "one");
    assert_ok(sw_db_checkpoint(sw_bus_db(f->bus), copy));
    append(f, "two");
    sw_bus *backup;
    assert_ok(sw_bus_embedded_open(copy, &f->options, &f->diags, &backup));
    assert_ok(sw_bus_end(backup, 0, 0, &first, &end));
    assert_int_equal(end, 1);
    assert_ok(sw_bus_verify(backup, &f->diags, &records));
    assert_int_equal(records, 1);
    sw_bus_close(backup);
    folder_remove(copy);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_log_of_before_is_taken_up_and_a_later_one_refused),
        CASE(changed_bytes_under_a_good_block_are_refused),
        CASE(changed_bytes_are_refused_when_they_are_read),
        CASE(a_chunk_that_is_gone_is_missed),
        CASE(what_an_opening_has_no_time_for_is_proven_in_use),
        CASE(what_is_proven_once_is_not_proven_again),
        CASE(the_same_records_in_another_history_break_the_chain),
        CASE(another_number_of_partitions_is_refused),
        CASE(a_topic_keeps_its_records_while_it_is_not_configured),
        CASE(a_checkpoint_is_a_log_of_that_moment),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
