#include "unit/test.h"

static void gives_aligned_memory_up_to_its_cap(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 1000);
    for (size_t i = 1; i < 20; i++) {
        char *p = sw_arena_alloc(&arena, i);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        memset(p, (int)i, i);
    }
    assert_null(sw_arena_alloc(&arena, 1001));
    assert_null(sw_arena_alloc(&arena, SIZE_MAX));
    assert_null(sw_arena_zero(&arena, SIZE_MAX / 2, 4));
    while (sw_arena_alloc(&arena, 16)) assert_true(arena.used_bytes <= 1000);
    sw_arena_reset(&arena);
    assert_int_equal(arena.used_bytes, 0);
    assert_non_null(sw_arena_alloc(&arena, 900));
    sw_arena_done(&arena);
    sw_arena_done(&arena);
}

static void rewinds_to_a_mark(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, (size_t)1 << 24);
    sw_slice kept;
    assert_true(sw_arena_copy(&arena, SW_S("kept"), &kept));
    sw_arena_mark mark = sw_arena_save(&arena);
    size_t used = arena.used_bytes;
    for (int i = 0; i < 100; i++) assert_non_null(sw_arena_alloc(&arena, 10000));
    sw_arena_rewind(&arena, mark);
    assert_int_equal(arena.used_bytes, used);
    assert_slice(kept, "kept");
    assert_non_null(sw_arena_alloc(&arena, 100));
    assert_slice(kept, "kept");
    sw_arena_done(&arena);
}

static void rewinds_an_empty_arena(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, (size_t)1 << 20);
    sw_arena_mark mark = sw_arena_save(&arena);
    assert_non_null(sw_arena_alloc(&arena, 10));
    sw_arena_rewind(&arena, mark);
    assert_int_equal(arena.used_bytes, 0);
    sw_arena_done(&arena);
}

static void fails_at_the_chosen_allocation(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 1000);
    arena.fail_after = 1;
    assert_non_null(sw_arena_alloc(&arena, 1));
    assert_null(sw_arena_alloc(&arena, 1));
    assert_non_null(sw_arena_alloc(&arena, 1));
    sw_arena_done(&arena);
}

static void prints(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 1000);
    sw_slice s = sw_arena_printf(&arena, "%d of %s", 3, "five");
    assert_slice(s, "3 of five");
    assert_int_equal(s.ptr[s.len], '\0');
    arena.fail_after = 0;
    assert_int_equal(sw_arena_printf(&arena, "%d", 1).len, 0);
    sw_arena_done(&arena);
}

/* jemalloc(3), "size classes". */
static void the_heap_has_sizes(void **state) {
    static const size_t sizes[] = {16,   32,   48,   64,   80,   96,   112,  128,  160,
                                   192,  224,  256,  320,  384,  448,  512,  640,  768,
                                   896,  1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584,
                                   4096, 5120, 6144, 7168, 8192, 10240};
    size_t class = 0;
    (void)state;
    for (size_t size = 0; size <= 10240; size++) {
        if (size > sizes[class]) class ++;
        assert_int_equal(sw_heap_takes(size), sizes[class]);
    }
    assert_int_equal(sw_heap_takes((1 << 20) - 1), 1 << 20);
    assert_int_equal(sw_heap_takes((1 << 20) + 1), (1 << 20) + (1 << 18));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_aligned_memory_up_to_its_cap),
        cmocka_unit_test(rewinds_to_a_mark),
        cmocka_unit_test(rewinds_an_empty_arena),
        cmocka_unit_test(fails_at_the_chosen_allocation),
        cmocka_unit_test(prints),
        cmocka_unit_test(the_heap_has_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
