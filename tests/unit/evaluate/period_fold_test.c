#include "base/rng.h"
#include "evaluate/period_pb.h"
#include "unit/test.h"

enum { HISTORIES = 2000, TELLINGS = 24 };

static sw_slice telling(sw_arena *arena, sw_period_change change, int64_t due_ms) {
    static const sw_told_key key[] = {{{"case_id", 7}, {"A1", 2}}};
    sw_told_period told = sw_told_period_none;
    told.instance = (sw_hash128){{1, 2, 3}};
    told.change = change;
    told.rule = SW_S("cr.detain.request");
    told.severity = SW_CRITICAL;
    told.key = key;
    told.key_count = 1;
    told.start_ms = 1772175600000;
    told.due_ms = due_ms;
    told.opened_by = (sw_told_event){SW_S("s"), SW_S("e1"), SW_S("t")};
    const sw_slice bytes = sw_period_pb_in(&told, arena);
    assert_non_null(bytes.ptr);
    return bytes;
}

/* A reader's table: whether the period runs, and until when. */
typedef struct table {
    bool runs;
    int64_t due_ms;
} table;

/* As the view does it: of what is said to be opened nothing is looked for. */
static void take(sw_arena *arena, table *t, sw_slice record) {
    sw_told_period told;
    assert_ok(sw_period_from_pb(arena, record, &told));
    if (told.change == SW_PERIOD_OPENED) assert_false(t->runs);
    t->runs = told.change != SW_PERIOD_CLOSED;
    t->due_ms = t->runs ? told.due_ms : 0;
}

static sw_period_change next_change(sw_rng *rng, bool runs) {
    if (!runs) return SW_PERIOD_OPENED;
    return sw_rng_chance(rng, 1, 3) ? SW_PERIOD_CLOSED : SW_PERIOD_MOVED;
}

/* However a history is cut into commits, a reader ends with the same table, and what is opened for
 * him did not run. Where nothing was closed before, he hears that it opened. */
static void a_reader_of_what_is_folded_knows_the_same(void **state) {
    (void)state;
    sw_rng rng;
    sw_arena arena;
    sw_rng_init(&rng, 7);
    sw_arena_init(&arena, 4 << 20);
    for (int h = 0; h < HISTORIES; h++, sw_arena_reset(&arena)) {
        table each = {0}, folded = {0};
        bool ever_closed = false, heard = false;
        sw_slice pending = SW_SLICE_NONE;
        for (int i = 0; i < TELLINGS; i++) {
            const sw_period_change change = next_change(&rng, each.runs);
            const sw_slice record = telling(&arena, change, 1000 + i);
            take(&arena, &each, record);
            ever_closed = ever_closed || change == SW_PERIOD_CLOSED;
            if (!pending.len)
                pending = record;
            else
                assert_ok(sw_period_fold(&arena, pending, record, &pending));
            if (i + 1 < TELLINGS && sw_rng_chance(&rng, 2, 3)) continue;
            sw_period_change told;
            assert_true(sw_period_change_read(pending, &told));
            if (!heard && !ever_closed) assert_int_equal(told, SW_PERIOD_OPENED);
            heard = true;
            take(&arena, &folded, pending);
            pending = SW_SLICE_NONE;
            assert_int_equal(folded.runs, each.runs);
            assert_int_equal(folded.due_ms, each.due_ms);
        }
    }
    sw_arena_done(&arena);
}

static void assert_fold(sw_period_change former, sw_period_change latter, sw_period_change wanted) {
    sw_arena arena;
    sw_told_period told;
    sw_slice ret;
    sw_arena_init(&arena, 1 << 16);
    assert_ok(sw_period_fold(&arena, telling(&arena, former, 1), telling(&arena, latter, 2), &ret));
    assert_ok(sw_period_from_pb(&arena, ret, &told));
    assert_int_equal(told.change, wanted);
    assert_int_equal(told.due_ms, 2);
    assert_slice(told.opened_by.id, "e1");
    sw_arena_done(&arena);
}

static void each_pair(void **state) {
    (void)state;
    assert_fold(SW_PERIOD_OPENED, SW_PERIOD_MOVED, SW_PERIOD_OPENED);
    assert_fold(SW_PERIOD_OPENED, SW_PERIOD_CLOSED, SW_PERIOD_CLOSED);
    assert_fold(SW_PERIOD_MOVED, SW_PERIOD_MOVED, SW_PERIOD_MOVED);
    assert_fold(SW_PERIOD_MOVED, SW_PERIOD_CLOSED, SW_PERIOD_CLOSED);
    assert_fold(SW_PERIOD_CLOSED, SW_PERIOD_OPENED, SW_PERIOD_MOVED);
}

static void what_is_no_period_is_not_folded(void **state) {
    (void)state;
    sw_arena arena;
    sw_slice ret, good;
    sw_arena_init(&arena, 1 << 16);
    good = telling(&arena, SW_PERIOD_OPENED, 1);
    assert_int_equal(sw_period_fold(&arena, SW_S("x"), good, &ret), SW_E_CORRUPT);
    assert_int_equal(sw_period_fold(&arena, good, SW_S("x"), &ret), SW_E_CORRUPT);
    sw_arena_done(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_of_what_is_folded_knows_the_same),
        cmocka_unit_test(each_pair),
        cmocka_unit_test(what_is_no_period_is_not_folded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
