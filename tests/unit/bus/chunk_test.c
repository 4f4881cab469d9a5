#include "bus/chunk.h"

#include <stdio.h>

#include "base/wire.h"
#include "unit/test.h"

static char key_bytes[SW_CHUNK_KEY_BYTES];
static sw_buf room;     /* of what is packed */
static sw_buf unpacked; /* what is read */

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
    return sw_chunk_seal(writer, key_at(500000), 500000, &room);
}

static void assert_same(const sw_record *got, const sw_record *want) {
    assert_int_equal(got->offset, want->offset);
    assert_int_equal(got->timestamp_ms, want->timestamp_ms);
    assert_int_equal(got->tombstone, want->tombstone);
    assert_true(sw_slice_eq(got->key, want->key));
    assert_true(sw_slice_eq(got->value, want->value));
    assert_int_equal(got->header_count, want->header_count);
    for (uint32_t i = 0; i < got->header_count; i++) {
        assert_true(sw_slice_eq(got->headers[i].name, want->headers[i].name));
        assert_true(sw_slice_eq(got->headers[i].value, want->headers[i].value));
    }
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
    assert_ok(sw_chunk_read(value, &head, &unpacked, &reader));
    for (size_t i = 0; i < SW_COUNT(records); i++) {
        sw_record got;
        assert_ok(sw_chunk_next(&reader, &record));
        assert_ok(sw_chunk_copy(&record, &arena, &got));
        assert_same(&got, &records[i]);
    }
    assert_int_equal(sw_chunk_next(&reader, &record), SW_E_END);
    sw_arena_done(&arena);
    sw_chunk_done(&writer);
}

static void taken_records_are_the_same_without_a_copy(void **state) {
    (void)state;
    sw_chunk_writer writer = {0};
    sw_chunk_head head;
    sw_chunk_reader reader;
    sw_chunk_record record;
    sw_arena arena;
    sw_arena_init(&arena, 1 << 16);
    sw_slice value = make_chunk(&writer);
    size_t bytes = value.len - SW_CHUNK_HEAD_BYTES;
    assert_ok(sw_chunk_open(key_at(500000), value, &head));
    assert_int_equal(sw_chunk_take(value, &head, bytes - 1, &arena, &reader), SW_E_LIMIT);
    assert_int_equal(arena.used_bytes, 0);
    arena.fail_after = 0;
    assert_int_equal(sw_chunk_take(value, &head, bytes, &arena, &reader), SW_E_LIMIT);
    assert_ok(sw_chunk_take(value, &head, bytes, &arena, &reader));
    memset(writer.bytes.ptr, 0xff, writer.bytes.len); /* it is needed no longer */
    for (size_t i = 0; i < SW_COUNT(records); i++) {
        sw_record got;
        assert_ok(sw_chunk_next(&reader, &record));
        assert_ok(sw_chunk_record_of(&record, &arena, &got));
        assert_same(&got, &records[i]);
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
    sw_slice value = sw_chunk_seal_rewritten(&writer, key_at(20), 20, 1234, &room);
    assert_ok(sw_chunk_open(key_at(20), value, &head));
    assert_true(head.rewritten);
    assert_int_equal(head.chain, 1234);
    assert_int_equal(head.count, 0);
    assert_int_equal(head.max_ms, 2000);
    assert_ok(sw_chunk_read(value, &head, &unpacked, &reader));
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
        assert_ok(sw_chunk_read(value, &head, &unpacked, &reader));
        while (!err && sw_chunk_next(&reader, &record) == SW_OK)
            err = sw_chunk_copy(&record, &arena, &got);
        sw_arena_done(&arena);
        if (!err) break;
        assert_int_equal(err, SW_E_LIMIT);
        assert_true(fail < 10);
    }
    sw_chunk_done(&writer);
}

/* ---- packed ---- */

enum { MANY = 200 };

static sw_record numbered(int i, char text[64]) {
    int len = snprintf(text, 64, "case_id=A3209812026%07d, and what is told of it", i);
    return (sw_record){.offset = i,
                       .timestamp_ms = 1000 + i,
                       .key = sw_slice_of(text, 15),
                       .value = sw_slice_of(text, (size_t)len)};
}

static sw_slice make_large(sw_chunk_writer *writer) {
    char text[64];
    sw_chunk_begin(writer, 0, 0, 99);
    for (int i = 0; i < MANY; i++) {
        sw_record record = numbered(i, text);
        assert_ok(sw_chunk_add(writer, &record));
    }
    return sw_chunk_seal(writer, key_at(MANY - 1), MANY - 1, &room);
}

static void assert_many(sw_chunk_reader reader) {
    sw_chunk_record record;
    char text[64];
    for (int i = 0; i < MANY; i++) {
        assert_ok(sw_chunk_next(&reader, &record));
        assert_int_equal(record.record.offset, i);
        assert_true(sw_slice_eq(record.record.value, numbered(i, text).value));
    }
    assert_int_equal(sw_chunk_next(&reader, &record), SW_E_END);
}

static void assert_all_there(sw_slice value, const sw_chunk_head *head) {
    sw_chunk_reader reader;
    assert_ok(sw_chunk_read(value, head, &unpacked, &reader));
    assert_many(reader);
}

static void assert_all_taken(sw_slice value, const sw_chunk_head *head) {
    sw_chunk_reader reader;
    sw_arena arena;
    sw_arena_init(&arena, 1 << 16);
    assert_int_equal(sw_chunk_take(value, head, value.len, &arena, &reader), SW_E_LIMIT);
    assert_ok(sw_chunk_take(value, head, 1 << 16, &arena, &reader));
    assert_many(reader);
    sw_arena_done(&arena);
}

static void a_large_chunk_is_stored_in_half_and_comes_back(void **state) {
    (void)state;
    sw_chunk_writer writer = {0};
    sw_chunk_head head;
    sw_slice value = make_large(&writer);
    assert_true(value.len < writer.bytes.len / 2);
    assert_ok(sw_chunk_open(key_at(MANY - 1), value, &head));
    assert_true(head.packed);
    assert_int_equal(head.chain, writer.head.chain);
    assert_int_equal(head.chain, sw_chunk_chain(value, 99)); /* of what is stored */
    assert_all_there(value, &head);
    assert_all_taken(value, &head);
    /* What the writer has is what the process itself goes on reading. */
    sw_slice plain = sw_buf_slice(&writer.bytes);
    assert_ok(sw_chunk_open_own(key_at(MANY - 1), plain, &head));
    assert_false(head.packed);
    assert_all_there(plain, &head);
    sw_chunk_done(&writer);
}

static void what_does_not_get_smaller_is_stored_as_it_is(void **state) {
    (void)state;
    sw_chunk_writer writer = {0};
    sw_chunk_head head;
    char noise[4096];
    uint64_t x = 1;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)((x = x * 6364136223846793005u + 1442695040888963407u) >> 56);
    sw_record record = {.key = TEXT("k"), .value = {noise, sizeof noise}};
    sw_chunk_begin(&writer, 0, 0, 99);
    assert_ok(sw_chunk_add(&writer, &record));
    sw_slice value = sw_chunk_seal(&writer, key_at(0), 0, &room);
    assert_ptr_equal(value.ptr, writer.bytes.ptr);
    assert_ok(sw_chunk_open(key_at(0), value, &head));
    assert_false(head.packed);
    sw_chunk_reader reader;
    assert_ok(sw_chunk_read(value, &head, &unpacked, &reader));
    assert_ptr_equal(reader.rest.ptr, value.ptr + SW_CHUNK_HEAD_BYTES);
    sw_chunk_done(&writer);
}

static void every_flipped_bit_of_a_packed_chunk_is_found(void **state) {
    (void)state;
    sw_chunk_writer writer = {0};
    sw_chunk_head head;
    sw_slice value = make_large(&writer);
    for (size_t bit = 0; bit < value.len * 8; bit++) {
        room.ptr[bit / 8] ^= (char)(1 << bit % 8);
        assert_int_equal(sw_chunk_open(key_at(MANY - 1), value, &head), SW_E_CORRUPT);
        room.ptr[bit / 8] ^= (char)(1 << bit % 8);
    }
    sw_chunk_done(&writer);
}

static sw_err take(sw_slice value, const sw_chunk_head *head, sw_chunk_reader *ret) {
    sw_arena arena;
    sw_arena_init(&arena, 1 << 16);
    sw_err err = sw_chunk_take(value, head, SIZE_MAX, &arena, ret);
    sw_arena_done(&arena);
    return err;
}

/* Whoever can write a checksum can write anything: then it is refused, too, and nothing is read
 * beyond its bytes. */
static void packed_bytes_that_are_no_lz4_are_refused(void **state) {
    (void)state;
    sw_chunk_writer writer = {0};
    sw_chunk_head head;
    sw_slice value = make_large(&writer);
    sw_chunk_reader reader;
    assert_ok(sw_chunk_open(key_at(MANY - 1), value, &head));
    const size_t plain_len = writer.bytes.len - SW_CHUNK_HEAD_BYTES;
    for (size_t cut = 1; cut < value.len - SW_CHUNK_HEAD_BYTES; cut++) {
        char *copy = sw_heap_alloc(value.len - cut); /* of its own: ASan sees what is beyond */
        memcpy(copy, value.ptr, value.len - cut);
        sw_slice torn = sw_slice_of(copy, value.len - cut);
        assert_int_equal(sw_chunk_read(torn, &head, &unpacked, &reader), SW_E_CORRUPT);
        assert_int_equal(take(torn, &head, &reader), SW_E_CORRUPT);
        sw_heap_free(copy);
    }
    char *at = room.ptr + SW_CHUNK_HEAD_BYTES;
    const size_t lengths[] = {0, plain_len - 1, plain_len + 1, UINT32_MAX};
    for (size_t i = 0; i < SW_COUNT(lengths); i++) {
        sw_wire_put_le(at, lengths[i], 4);
        assert_int_equal(sw_chunk_read(value, &head, &unpacked, &reader), SW_E_CORRUPT);
        assert_int_equal(take(value, &head, &reader), SW_E_CORRUPT);
    }
    sw_wire_put_le(at, plain_len, 4);
    assert_ok(sw_chunk_read(value, &head, &unpacked, &reader));
    sw_chunk_done(&writer);
}

static int free_room(void **state) {
    (void)state;
    sw_buf_done(&room);
    sw_buf_done(&unpacked);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back_as_they_went_in),
        cmocka_unit_test(taken_records_are_the_same_without_a_copy),
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(an_emptied_chunk_keeps_its_place_in_the_chain),
        cmocka_unit_test(a_copy_that_does_not_fit_is_told),
        cmocka_unit_test(a_large_chunk_is_stored_in_half_and_comes_back),
        cmocka_unit_test(what_does_not_get_smaller_is_stored_as_it_is),
        cmocka_unit_test(every_flipped_bit_of_a_packed_chunk_is_found),
        cmocka_unit_test(packed_bytes_that_are_no_lz4_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, free_room);
}
