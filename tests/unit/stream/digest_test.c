#include "stream/digest.h"

#include "unit/test.h"

static uint64_t bytes(const char *text) {
    return sw_digest_bytes(SW_DIGEST_START, sw_slice_cstr(text));
}

static void the_same_bytes_give_the_same_digest_and_one_bit_another(void **state) {
    (void)state;
    char text[40];
    memset(text, 'x', sizeof text);
    for (size_t len = 1; len <= sizeof text; len++) {
        uint64_t digest = sw_digest_bytes(1, sw_slice_of(text, len));
        assert_true(digest == sw_digest_bytes(1, sw_slice_of(text, len)));
        for (size_t i = 0; i < len * 8; i++) {
            text[i / 8] ^= (char)(1 << i % 8);
            assert_true(digest != sw_digest_bytes(1, sw_slice_of(text, len)));
            text[i / 8] ^= (char)(1 << i % 8);
        }
    }
}

static void lengths_and_order_count(void **state) {
    (void)state;
    assert_true(sw_digest_bytes(bytes("ab"), SW_S("c")) != sw_digest_bytes(bytes("a"), SW_S("bc")));
    assert_true(sw_digest_bytes(bytes("a"), SW_S("b")) != sw_digest_bytes(bytes("b"), SW_S("a")));
    assert_true(bytes("") != SW_DIGEST_START);
}

static void the_kind_of_a_change_and_its_store_count(void **state) {
    (void)state;
    sw_batch *batch;
    assert_ok(sw_batch_new(1000, &batch));
    assert_ok(sw_batch_put(batch, 1, SW_S("k"), SW_SLICE_NONE));
    uint64_t put = sw_digest_batch(1, batch);
    sw_batch_clear(batch);
    assert_ok(sw_batch_delete(batch, 1, SW_S("k")));
    uint64_t deleted = sw_digest_batch(1, batch);
    sw_batch_clear(batch);
    assert_ok(sw_batch_put(batch, 2, SW_S("k"), SW_SLICE_NONE));
    uint64_t elsewhere = sw_digest_batch(1, batch);
    assert_true(put != deleted && put != elsewhere && deleted != elsewhere);
    sw_batch_free(batch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bytes_give_the_same_digest_and_one_bit_another),
        cmocka_unit_test(lengths_and_order_count),
        cmocka_unit_test(the_kind_of_a_change_and_its_store_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
