#include "seal/box.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/test.h"

static const uint8_t nonce[SW_NONCE_BYTES] = {1, 2, 3};

static void what_is_locked_opens_with_its_key_nonce_and_bound_alone(void **state) {
    (void)state;
    sw_seal_key key, other;
    sw_buf box, plain;
    uint8_t wrong[SW_NONCE_BYTES] = {9};
    sw_seal_key_random(&key);
    sw_seal_key_random(&other);
    assert_memory_not_equal(&key, &other, sizeof key);
    sw_buf_init(&box, 1000);
    sw_buf_init(&plain, 1000);
    assert_ok(sw_box_lock(&key, nonce, SW_S("event-1"), SW_S("张三"), &box));
    assert_int_equal(box.len, strlen("张三") + SW_BOX_MORE_BYTES);
    assert_null(memmem(box.ptr, box.len, "张三", 6));
    sw_slice s = sw_buf_slice(&box);
    assert_int_equal(sw_box_unlock(&other, nonce, SW_S("event-1"), s, &plain), SW_E_CORRUPT);
    assert_int_equal(sw_box_unlock(&key, wrong, SW_S("event-1"), s, &plain), SW_E_CORRUPT);
    assert_int_equal(sw_box_unlock(&key, nonce, SW_S("event-2"), s, &plain), SW_E_CORRUPT);
    for (size_t i = 0; i < box.len; i++) {
        box.ptr[i] ^= 1;
        assert_int_equal(sw_box_unlock(&key, nonce, SW_S("event-1"), s, &plain), SW_E_CORRUPT);
        box.ptr[i] ^= 1;
    }
    assert_int_equal(sw_box_unlock(&key, nonce, SW_S("event-1"), sw_slice_sub(s, 0, 3), &plain),
                     SW_E_CORRUPT);
    assert_int_equal(plain.len, 0);
    assert_ok(sw_box_unlock(&key, nonce, SW_S("event-1"), s, &plain));
    assert_slice(sw_buf_slice(&plain), "张三");
    sw_buf_done(&box);
    sw_buf_done(&plain);
}

static void a_master_key_is_made_once_and_read_by_its_owner_alone(void **state) {
    (void)state;
    char dir[] = "seal_test_XXXXXX", path[64];
    sw_arena arena;
    sw_diags diags;
    sw_seal_key first, second;
    struct stat st;
    sw_arena_init(&arena, 1 << 20);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 10);
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/master.key", dir);
    assert_int_equal(sw_seal_key_file(path, false, &diags, &first), SW_E_NOT_FOUND);
    assert_ok(sw_seal_key_file(path, true, &diags, &first));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_ok(sw_seal_key_file(path, true, &diags, &second));
    assert_memory_equal(&first, &second, sizeof first);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(sw_seal_key_file(path, true, &diags, &second), SW_E_INVALID);
    assert_int_equal(chmod(path, 0600), 0);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs("0123", file);
    fclose(file);
    assert_int_equal(sw_seal_key_file(path, true, &diags, &second), SW_E_INVALID);
    assert_int_equal(diags.count, 3);
    unlink(path);
    rmdir(dir);
    assert_int_equal(sw_seal_key_file(path, true, &diags, &second), SW_E_IO);
    sw_arena_done(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_locked_opens_with_its_key_nonce_and_bound_alone),
        cmocka_unit_test(a_master_key_is_made_once_and_read_by_its_owner_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
