#include "unit/rules/book_world.h"

#include <stdio.h>

#include "rules/use.h"

/* A rule that costs too much for an event is off for it, counted and named; the others go on. */
static const char rule_text[] =
    "  - {id: dear, kind: match, key: [k], left: {on: start}, right: {on: seen}, within: 9d,\n"
    "     where: 'left.data.n == right.data.n', level: red, max_pairs: 2}\n"
    "  - {id: plain, kind: check, key: [k], on: start, level: orange}\n";

typedef struct counts {
    uint32_t told, failed, left_out;
    sw_slice failed_rule, left_out_key;
} counts;

static sw_err tell(void *ctx, const sw_transition *transition) {
    (void)transition;
    ((counts *)ctx)->told++;
    return SW_OK;
}

static void failed(void *ctx, const sw_rule *rule, sw_err code) {
    counts *c = ctx;
    assert_int_equal(code, SW_E_LIMIT);
    c->failed_rule = rule->id;
    c->failed++;
}

static void left_out(void *ctx, const sw_rule *rule, const sw_slice *key) {
    counts *c = ctx;
    (void)rule;
    c->left_out_key = key[0];
    c->left_out++;
}

/* So many partners, then an event of the other side. */
static counts play(uint32_t partners) {
    world w;
    counts c = {0};
    const sw_sink sink = {.ctx = &c, .tell = tell, .failed = failed, .left_out = left_out};
    world_init(&w, rule_text);
    for (uint32_t i = 0; i < partners; i++) {
        char id[16], time[32];
        snprintf(id, sizeof id, "%u", i);
        snprintf(time, sizeof time, "2 %02u:%02u:%02u", i / 3600, i / 60 % 60, i % 60);
        world_add(&w, "seen", id, time, i < 3 ? "k=A n=1" : "k=A n=2");
    }
    assert_ok(sw_book_tell(w.book, world_time("2 08:00"), &w.scratch, &sink));
    world_add(&w, "start", "s", "2 09:00", "k=A n=1");
    assert_ok(sw_book_tell(w.book, world_time("2 09:00"), &w.scratch, &sink));
    world_done(&w);
    return c;
}

static void pairs_beyond_max_pairs_are_counted_by_key(void **state) {
    (void)state;
    counts c = play(100);
    assert_int_equal(c.told, 3); /* two pairs and the check */
    assert_int_equal(c.left_out, 1);
    assert_int_equal(c.failed, 0);
}

static void a_match_with_too_many_partners_is_off_for_that_event(void **state) {
    (void)state;
    counts c = play(SW_PARTNERS_MAX + 1);
    assert_int_equal(c.told, 1); /* the check */
    assert_int_equal(c.failed, 1);
    assert_int_equal(c.left_out, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_beyond_max_pairs_are_counted_by_key),
        cmocka_unit_test(a_match_with_too_many_partners_is_off_for_that_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
