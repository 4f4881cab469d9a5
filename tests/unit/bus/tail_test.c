/* The newest chunks of a log in memory. */
#include "bus/log_tail.h"

#include "base/arena.h"

#include "unit/test.h"

static void keep(sw_log_tail *tail, uint32_t part, int64_t first, int64_t last, const char *value) {
    sw_log_tail_keep(tail, part, first, last, SW_S("key"), sw_slice_cstr(value));
}

/* What the tail has for the offset; NULL: nothing. */
static void expect(sw_log_tail *tail, uint32_t part, int64_t offset, const char *value) {
    const sw_tail_chunk *chunk = sw_log_tail_get(tail, part, offset);
    assert_int_equal(chunk != NULL, value != NULL);
    if (!chunk) return;
    assert_true(chunk->first_offset <= offset && offset <= chunk->last_offset);
    assert_true(sw_slice_is(chunk->key, "key"));
    assert_true(sw_slice_is(chunk->value, value));
    sw_log_tail_put(tail, chunk);
}

static void a_chunk_is_seen_when_its_batch_is_written(void **state) {
    (void)state;
    sw_log_tail *tail = sw_log_tail_new(2);
    keep(tail, 0, 0, 4, "a");
    keep(tail, 1, 0, 0, "b");
    expect(tail, 0, 0, NULL);
    sw_log_tail_publish(tail);
    for (int64_t offset = 0; offset <= 4; offset++) expect(tail, 0, offset, "a");
    expect(tail, 0, 5, NULL);
    expect(tail, 1, 0, "b");
    keep(tail, 0, 5, 5, "dropped");
    sw_log_tail_drop(tail);
    sw_log_tail_publish(tail);
    expect(tail, 0, 5, NULL);
    keep(tail, 0, 5, 5, "again");
    sw_log_tail_publish(tail);
    expect(tail, 0, 5, "again");
    sw_log_tail_free(tail);
}

static void a_hole_is_no_chunk(void **state) {
    (void)state;
    sw_log_tail *tail = sw_log_tail_new(1);
    keep(tail, 0, 0, 1, "a");
    keep(tail, 0, 9, 9, "b");
    sw_log_tail_publish(tail);
    expect(tail, 0, 5, NULL);
    expect(tail, 0, 9, "b");
    sw_log_tail_free(tail);
}

static void the_oldest_go_and_a_reader_keeps_his(void **state) {
    (void)state;
    enum { VALUE = 100000, CHUNKS = 500 };
    static char value[VALUE + 1];
    memset(value, 'x', VALUE);
    sw_log_tail *tail = sw_log_tail_new(3);
    keep(tail, 0, 0, 0, value);
    sw_log_tail_publish(tail);
    const sw_tail_chunk *held = sw_log_tail_get(tail, 0, 0);
    assert_non_null(held);
    for (int64_t i = 1; i < CHUNKS; i++) {
        keep(tail, (uint32_t)(i % 3), i, i, value);
        sw_log_tail_publish(tail);
    }
    expect(tail, 0, 0, NULL);
    expect(tail, (CHUNKS - 1) % 3, CHUNKS - 1, value);
    uint32_t kept = 0;
    for (int64_t i = 1; i < CHUNKS; i++) {
        const sw_tail_chunk *chunk = sw_log_tail_get(tail, (uint32_t)(i % 3), i);
        if (chunk) sw_log_tail_put(tail, chunk);
        kept += chunk != NULL;
    }
    assert_true(kept >= SW_LOG_TAIL_BYTES / VALUE - 2 && kept <= SW_LOG_TAIL_BYTES / VALUE);
    assert_int_equal(held->value.len, VALUE);
    assert_int_equal(held->value.ptr[VALUE - 1], 'x');
    sw_log_tail_put(tail, held);
    sw_log_tail_free(tail);
}

static void what_was_written_anew_is_forgotten(void **state) {
    (void)state;
    sw_log_tail *tail = sw_log_tail_new(2);
    keep(tail, 0, 0, 0, "a");
    keep(tail, 1, 0, 0, "b");
    keep(tail, 0, 1, 1, "c");
    sw_log_tail_publish(tail);
    sw_log_tail_forget(tail, 0);
    expect(tail, 0, 0, NULL);
    expect(tail, 0, 1, NULL);
    expect(tail, 1, 0, "b");
    keep(tail, 0, 2, 2, "d");
    sw_log_tail_publish(tail);
    expect(tail, 0, 2, "d");
    sw_log_tail_free(tail);
}

static void what_is_larger_than_all_is_not_kept(void **state) {
    (void)state;
    char *large = sw_heap_zero(1, SW_LOG_TAIL_BYTES + 1);
    assert_non_null(large);
    memset(large, 'x', SW_LOG_TAIL_BYTES);
    sw_log_tail *tail = sw_log_tail_new(1);
    keep(tail, 0, 0, 0, large);
    sw_log_tail_publish(tail);
    expect(tail, 0, 0, NULL);
    sw_log_tail_free(tail);
    sw_heap_free(large);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chunk_is_seen_when_its_batch_is_written),
        cmocka_unit_test(a_hole_is_no_chunk),
        cmocka_unit_test(the_oldest_go_and_a_reader_keeps_his),
        cmocka_unit_test(what_was_written_anew_is_forgotten),
        cmocka_unit_test(what_is_larger_than_all_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
