#include "store/slots.h"

#include "base/rng.h"
#include "unit/test.h"

enum { ENTRIES = 1000 };

static bool has(const slots *s, uint64_t hash, const void *entry) {
    for (const slot *at = slots_first(s, hash); at->entry; at = slots_next(s, at))
        if (at->entry == entry) return at->hash == hash;
    return false;
}

/* Few hashes for many entries: they lie in each other's way, also over the end. */
static void entries_are_found_whatever_goes_before_them(void **state) {
    (void)state;
    static int entries[ENTRIES];
    static bool there[ENTRIES];
    static uint64_t hashes[ENTRIES];
    sw_rng rng;
    slots s;
    sw_rng_init(&rng, 1);
    assert_ok(slots_init(&s));
    for (int i = 0; i < ENTRIES; i++) hashes[i] = sw_rng_below(&rng, 300) - 40;
    for (int step = 0; step < 20000; step++) {
        size_t i = (size_t)sw_rng_below(&rng, ENTRIES);
        if (there[i]) {
            slots_remove(&s, hashes[i], &entries[i]);
        } else {
            assert_ok(slots_reserve(&s));
            slots_add(&s, hashes[i], &entries[i]);
        }
        there[i] = !there[i];
        if (step % 50) continue;
        uint32_t count = 0;
        for (size_t k = 0; k < ENTRIES; k++) {
            assert_int_equal(has(&s, hashes[k], &entries[k]), there[k]);
            count += there[k];
        }
        assert_int_equal(s.count, count);
    }
    slots_done(&s);
}

static void after_a_clear_nothing_is_there(void **state) {
    (void)state;
    static int entries[5000];
    slots s;
    assert_ok(slots_init(&s));
    for (uint32_t many = 5; many <= SW_COUNT(entries); many *= 10) {
        for (uint32_t i = 0; i < many; i++) {
            assert_ok(slots_reserve(&s));
            slots_add(&s, i, &entries[i]);
        }
        slots_clear(&s);
        assert_int_equal(s.count, 0);
        for (uint32_t i = 0; i < many; i++) assert_false(has(&s, i, &entries[i]));
    }
    slots_done(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_found_whatever_goes_before_them),
        cmocka_unit_test(after_a_clear_nothing_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
