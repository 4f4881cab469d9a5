#include "bus/chunk.h"

#include "unit/test.h"

static char key_bytes[SW_CHUNK_KEY_BYTES];

static sw_slice key_at(int64_t last_offset) {
    sw_chunk_key(7, 3, last_offset, key_bytes);
    return sw_slice_of(key_bytes, sizeof key_bytes);
}

#define TEXT(text)                                                                                 \
    { text, sizeof(text) - 1 }
static const sw_header headers[] = {{TEXT("a"), TEXT("1")}, {TEXT(""), TEXT("")}};
static const sw_record records[] = {
    {.offset = 10, .timestamp_ms = 1000, .key = TEXT("k"), .value = TEXT("v")},
    {.offset = 11, .timestamp_ms = INT64_MIN, .key = TEXT(""), .tombstone = true},
    {.offset = 500000,
     .timestamp_ms = INT64_MAX,
     .value = TEXT("far"),
     .headers = headers,
     .header_count = 2},
};

static sw_slice make_chunk(sw_chunk_writer *writer) {
    sw_chunk_begin(writer, 10, 2000, 99);
    for (size_t i = 0; i < SW_COUNT(records); i++) assert_ok(sw_chunk_add(writer, &records[i]));
    return sw_chunk_seal(writer, key_at(500000), 500000);
}

static void records_come_back_as_they_went_in(void **state) {
    (void)state;
    sw_chunk_writer writer = {0};
    sw_chunk_head head;
    sw_chunk_reader reader;
    sw_chunk_record record;
    sw_arena arena;
    sw_arena_init(&arena, 1 << 16);
    sw_slice value = make_chunk(&writer);
    assert_ok(sw_chunk_open(key_at(500000), value, &head));
    assert_int_equal(head.count, 3);
    assert_int_equal(head.first_offset, 10);
    assert_int_equal(head.last_offset, 500000);
    assert_int_equal(head.chain_before, 99);
    assert_int_equal(head.chain, sw_chunk_chain(value, 99));
    assert_int_equal(head.max_ms, INT64_MAX);
    assert_false(head.rewritten);
    sw_chunk_read(value, &head, &reader);
    for (size_t i = 0; i < SW_COUNT(records); i++) {
        sw_record got;
        assert_ok(sw_chunk_next(&reader, &record));
        assert_ok(sw_chunk_copy(&record, &arena, &got));
        assert_int_equal(got.offset, records[i].offset);
        assert_int_equal(got.timestamp_ms, records[i].timestamp_ms);
        assert_int_equal(got.tombstone, records[i].tombstone);
        assert_true(sw_slice_eq(got.key, records[i].key));
        assert_true(sw_slice_eq(got.value, records[i].value));
        assert_int_equal(got.header_count, records[i].header_count);
    }
    assert_int_equal(sw_chunk_next(&reader, &record), SW_E_END);
    sw_arena_done(&arena);
    sw_chunk_done(&writer);
}

static void every_flipped_bit_is_found(void **state) {
    (void)state;
    sw_chunk_writer writer = {0};
    sw_chunk_head head;
    sw_slice value = make_chunk(&writer);
    for (size_t bit = 0; bit < value.len * 8; bit++) {
        writer.bytes.ptr[bit / 8] ^= (char)(1 << bit % 8);
        assert_int_equal(sw_chunk_open(key_at(500000), value, &head), SW_E_CORRUPT);
        writer.bytes.ptr[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t len = 0; len < value.len; len++)
        assert_int_equal(sw_chunk_open(key_at(500000), sw_slice_sub(value, 0, len), &head),
                         SW_E_CORRUPT);
    assert_int_equal(sw_chunk_open(key_at(499999), value, &head), SW_E_CORRUPT);
    assert_ok(sw_chunk_open(key_at(500000), value, &head));
    sw_chunk_done(&writer);
}

static void an_emptied_chunk_keeps_its_place_in_the_chain(void **state) {
    (void)state;
    sw_chunk_writer writer = {0};
    sw_chunk_head head;
    sw_chunk_reader reader;
    sw_chunk_record record;
    sw_chunk_begin(&writer, 10, 2000, 99);
    sw_slice value = sw_chunk_seal_rewritten(&writer, key_at(20), 20, 1234);
    assert_ok(sw_chunk_open(key_at(20), value, &head));
    assert_true(head.rewritten);
    assert_int_equal(head.chain, 1234);
    assert_int_equal(head.count, 0);
    assert_int_equal(head.max_ms, 2000);
    sw_chunk_read(value, &head, &reader);
    assert_int_equal(sw_chunk_next(&reader, &record), SW_E_END);
    sw_chunk_done(&writer);
}

static void a_copy_that_does_not_fit_is_told(void **state) {
    (void)state;
    sw_chunk_writer writer = {0};
    sw_chunk_head head;
    sw_slice value = make_chunk(&writer);
    assert_ok(sw_chunk_open(key_at(500000), value, &head));
    for (int64_t fail = 0;; fail++) {
        sw_arena arena;
        sw_chunk_reader reader;
        sw_chunk_record record;
        sw_record got;
        sw_err err = SW_OK;
        sw_arena_init(&arena, 1 << 16);
        arena.fail_after = fail;
        sw_chunk_read(value, &head, &reader);
        while (!err && sw_chunk_next(&reader, &record) == SW_OK)
            err = sw_chunk_copy(&record, &arena, &got);
        sw_arena_done(&arena);
        if (!err) break;
        assert_int_equal(err, SW_E_LIMIT);
        assert_true(fail < 10);
    }
    sw_chunk_done(&writer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back_as_they_went_in),
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(an_emptied_chunk_keeps_its_place_in_the_chain),
        cmocka_unit_test(a_copy_that_does_not_fit_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
