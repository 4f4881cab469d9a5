#include "store/store.h"
#include "unit/test.h"

static sw_batch *batch_of(size_t bytes_max) {
    sw_batch *batch;
    assert_ok(sw_batch_new(bytes_max, &batch));
    return batch;
}

static void changes_come_back_in_their_order(void **state) {
    (void)state;
    sw_batch *batch = batch_of(1000);
    assert_ok(sw_batch_put(batch, 3, SW_S("key"), SW_S("value")));
    assert_ok(sw_batch_delete(batch, 4, SW_S("gone")));
    assert_ok(sw_batch_delete_range(batch, 5, SW_SLICE_NONE, SW_S("z")));
    size_t at = 0;
    sw_op op;
    assert_true(sw_batch_next(batch, &at, &op));
    assert_int_equal(op.kind, SW_OP_PUT);
    assert_int_equal(op.store, 3);
    assert_slice(op.key, "key");
    assert_slice(op.value, "value");
    assert_true(sw_batch_next(batch, &at, &op));
    assert_int_equal(op.kind, SW_OP_DELETE);
    assert_slice(op.key, "gone");
    assert_true(sw_batch_next(batch, &at, &op));
    assert_int_equal(op.kind, SW_OP_DELETE_RANGE);
    assert_slice(op.key, "");
    assert_slice(op.value, "z");
    assert_false(sw_batch_next(batch, &at, &op));
    sw_batch_free(batch);
}

static void an_appended_batch_follows_and_one_that_is_too_large_does_not(void **state) {
    (void)state;
    sw_batch *batch = batch_of(100), *more = batch_of(1000);
    size_t at = 0;
    sw_op op;
    assert_ok(sw_batch_put(batch, 0, SW_S("a"), SW_S("1")));
    assert_ok(sw_batch_put(more, 0, SW_S("b"), SW_S("2")));
    assert_ok(sw_batch_append(batch, more));
    assert_int_equal(sw_batch_count(batch), 2);
    assert_true(sw_batch_next(batch, &at, &op) && sw_batch_next(batch, &at, &op));
    assert_slice(op.key, "b");
    for (int i = 0; i < 9; i++) assert_ok(sw_batch_put(more, 0, SW_S("b"), SW_S("2")));
    assert_int_equal(sw_batch_append(batch, more), SW_E_LIMIT);
    assert_int_equal(sw_batch_count(batch), 2);
    sw_batch_clear(batch);
    at = 0;
    assert_false(sw_batch_next(batch, &at, &op));
    assert_int_equal(sw_batch_bytes(batch), 0);
    sw_batch_free(batch);
    sw_batch_free(more);
}

static void borrowed_changes_are_read_where_they_are(void **state) {
    (void)state;
    sw_batch *batch = batch_of(1000), *more = batch_of(1000), *copy = batch_of(1000);
    char key[] = "key", value[] = "value";
    const sw_op change = {SW_OP_PUT, 7, sw_slice_cstr(key), sw_slice_cstr(value)};
    sw_op op;
    size_t at = 0;
    assert_ok(sw_batch_borrow(more, &change));
    assert_ok(sw_batch_delete(more, 8, SW_S("gone")));
    assert_ok(sw_batch_borrow_all(batch, more));
    assert_ok(sw_batch_append(copy, more));
    assert_int_equal(sw_batch_bytes(batch), sw_batch_bytes(copy));
    key[0] = 'K';
    value[0] = 'V';
    assert_true(sw_batch_next(batch, &at, &op));
    assert_int_equal(op.kind, SW_OP_PUT);
    assert_int_equal(op.store, 7);
    assert_slice(op.key, "Key");
    assert_slice(op.value, "Value");
    assert_true(sw_batch_next(batch, &at, &op));
    assert_int_equal(op.kind, SW_OP_DELETE);
    assert_slice(op.key, "gone");
    assert_false(sw_batch_next(batch, &at, &op));
    at = 0;
    assert_true(sw_batch_next(copy, &at, &op));
    assert_slice(op.key, "key");
    assert_slice(op.value, "value");
    sw_batch_free(batch);
    sw_batch_free(more);
    sw_batch_free(copy);
}

static void borrowed_changes_count_towards_the_limit(void **state) {
    (void)state;
    static const char large[90];
    sw_batch *batch = batch_of(120), *more = batch_of(1000);
    const sw_op change = {SW_OP_PUT, 0, SW_S("k"), sw_slice_of(large, sizeof large)};
    assert_ok(sw_batch_borrow(batch, &change));
    size_t bytes = sw_batch_bytes(batch);
    assert_int_equal(sw_batch_borrow(batch, &change), SW_E_LIMIT);
    assert_ok(sw_batch_put(more, 0, SW_S("a"), SW_SLICE_NONE));
    assert_ok(sw_batch_borrow(more, &change));
    assert_int_equal(sw_batch_borrow_all(batch, more), SW_E_LIMIT);
    assert_int_equal(sw_batch_count(batch), 1);
    assert_int_equal(sw_batch_bytes(batch), bytes);
    sw_batch_free(batch);
    sw_batch_free(more);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_come_back_in_their_order),
        cmocka_unit_test(an_appended_batch_follows_and_one_that_is_too_large_does_not),
        cmocka_unit_test(borrowed_changes_are_read_where_they_are),
        cmocka_unit_test(borrowed_changes_count_towards_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
