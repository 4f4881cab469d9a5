#include "unit/test.h"

#include "base/rng.h"
#include "text/sort.h"

typedef struct item {
    uint64_t rank;
    size_t place;
} item;

static int by_rank(const void *a, const void *b) {
    const item *left = a, *right = b;
    return (left->rank > right->rank) - (left->rank < right->rank);
}

static void sorts_stably_at_every_length(void **state) {
    (void)state;
    static item items[300];
    static const void *pointers[300], *scratch[300];
    sw_rng rng;
    sw_rng_init(&rng, 1);
    for (size_t count = 0; count <= 300; count++) {
        for (size_t i = 0; i < count; i++) {
            items[i] = (item){sw_rng_below(&rng, 1 + count / 3), i};
            pointers[i] = &items[i];
        }
        sw_sort(pointers, scratch, count, by_rank);
        size_t places = 0;
        for (size_t i = 0; i < count; i++) {
            const item *here = pointers[i], *before = i ? pointers[i - 1] : NULL;
            places += here->place;
            if (!before) continue;
            assert_true(before->rank < here->rank ||
                        (before->rank == here->rank && before->place < here->place));
        }
        if (count) assert_int_equal(places, count * (count - 1) / 2);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_stably_at_every_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
