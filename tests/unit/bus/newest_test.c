/* The table of the newest record of each key. */
#include "bus/newest.h"

#include <stdio.h>

#include "unit/test.h"

#define KEYS 5000

static sw_slice key_of(uint32_t i, char *room, size_t size) {
    int len = snprintf(room, size, "key %u", i * 7919u);
    return sw_slice_of(room, (size_t)len);
}

static void an_empty_table_knows_nothing(void **state) {
    (void)state;
    sw_newest newest = {0};
    assert_int_equal(sw_newest_of(&newest, SW_S("a")), -1);
    assert_int_equal(sw_newest_bytes(&newest), 0);
    sw_newest_done(&newest);
}

static void the_last_offset_of_each_key_is_known(void **state) {
    (void)state;
    sw_newest newest = {0};
    char room[32];
    for (int64_t round = 0; round < 3; round++)
        for (uint32_t i = (uint32_t)round; i < KEYS; i++)
            assert_ok(sw_newest_note(&newest, key_of(i, room, sizeof room), round * KEYS + i));
    assert_ok(sw_newest_note(&newest, SW_SLICE_NONE, 3 * KEYS)); /* an empty key is a key */
    assert_int_equal(newest.count, KEYS + 1);
    assert_int_equal(sw_newest_of(&newest, SW_SLICE_NONE), 3 * KEYS);
    for (uint32_t i = 0; i < KEYS; i++) {
        int64_t round = i < 2 ? i : 2;
        assert_int_equal(sw_newest_of(&newest, key_of(i, room, sizeof room)), round * KEYS + i);
    }
    assert_int_equal(sw_newest_of(&newest, SW_S("key 1")), -1);
    assert_int_equal(sw_newest_of(&newest, SW_S("key")), -1);
    assert_true(sw_newest_bytes(&newest) < KEYS * 100 + 200000);
    sw_newest_done(&newest);
    assert_int_equal(sw_newest_of(&newest, SW_S("key 0")), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_knows_nothing),
        cmocka_unit_test(the_last_offset_of_each_key_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
