#include "unit/rules/book_world.h"

#include <stdio.h>

/* Everything at once: two kinds, two keys, pauses, extensions, restarts, facts, repeats. */
static const char rule_text[] =
    "  - {id: r, kind: deadline, key: [k, p], facts: {long: {from: [{on: fact, value: "
    "data.ok}]}},\n"
    "     start: {on: start, when: 'data.ok'}, stop: [{on: stop}], cancel: [{on: cancel}],\n"
    "     restart: [{on: restart}], pause: [{from: {on: from}, to: {on: to}}],\n"
    "     limit: [{when: facts.long, limit: 9d}, {limit: {days: data.n}}, {limit: 3d}],\n"
    "     extend: [{on: extend, by: {days: data.n}, max: 1}],\n"
    "     warn: [{at: 50%, level: blue, to: [handler]},\n"
    "            {at: due, level: breach, to: [handler], repeat: {every: 24h, max: 2}}]}\n"
    "  - {id: c, kind: check, key: [k], on: from, when: 'data.n == 2', level: orange, to: "
    "[handler]}\n";

#define EVENTS_MAX 12u

typedef struct script {
    const sw_event *events[EVENTS_MAX];
    uint32_t count;
} script;

static void add(world *w, script *s, const char *type, const char *id, const char *time,
                const char *fields) {
    assert_true(s->count < EVENTS_MAX);
    s->events[s->count++] = world_event(w, type, id, time, fields);
}

static void fill(world *w, script *s) {
    s->count = 0;
    add(w, s, "start", "e1", "1 09:00", "k=A ps=P,Q ok=true n=4 org=320981010000");
    add(w, s, "from", "e2", "2 12:00", "k=A p=P n=2");
    add(w, s, "to", "e3", "3 12:00", "k=A");
    add(w, s, "extend", "e4", "4", "k=A p=Q n=2 officer=9");
    add(w, s, "stop", "e5", "8", "k=A p=P");
    add(w, s, "restart", "e6", "6", "k=A p=Q");
    add(w, s, "start", "e7", "9", "k=A p=P ok=true");
    s->events[s->count++] = world_retract(w, "x1", "10", "e6");
    s->events[s->count++] =
        world_correct(w, "x2", "11", world_event(w, "start", "e7", "10", "k=A p=P ok=true n=1"));
    add(w, s, "stop", "e8", "30", "k=A p=Q");
}

static const char *encoded(world *w, sw_slice *ret) {
    sw_buf out;
    sw_buf_init(&out, 1 << 20);
    assert_ok(sw_book_encode(w->book, &out));
    assert_true(sw_arena_copy(&w->arena, sw_buf_slice(&out), ret));
    sw_buf_done(&out);
    return ret->ptr;
}

static void swap_in(world *w, sw_slice stored) {
    sw_book *book;
    assert_ok(sw_book_decode(w->plan, SW_S("A"), stored, &w->scratch, &book));
    assert_int_equal(w->scratch.used_bytes, 0);
    sw_book_close(w->book);
    w->book = book;
}

static void a_book_read_back_goes_on_as_if_nothing_had_been(void **state) {
    world w;
    script s;
    (void)state;
    world_init(&w, rule_text);
    fill(&w, &s);
    sw_slice whole = SW_SLICE_NONE;
    /* -1: never read back; else before the i-th event; then after each of them. */
    for (int cut = -1; cut <= (int)s.count; cut++) {
        world_again(&w);
        for (uint32_t i = 0; i < s.count; i++) {
            sw_slice stored, again;
            if (cut == (int)i || cut == (int)s.count) {
                int64_t next_ms = sw_book_next(w.book);
                encoded(&w, &stored);
                swap_in(&w, stored);
                assert_int_equal(sw_book_next(w.book), next_ms);
                encoded(&w, &again);
                assert_true(sw_slice_eq(stored, again));
            }
            world_take(&w, s.events[i]);
            if (i % 3 != 1) world_tell_ms(&w, world_time("1") + (int64_t)(i + 1) * 86400000);
        }
        world_tell(&w, "20");
        world_tell(&w, "40");
        sw_slice told = sw_buf_slice(&w.text);
        if (cut < 0)
            assert_true(sw_arena_copy(&w.arena, told, &whole));
        else
            assert_true(sw_slice_eq(told, whole));
        assert_false(sw_book_is_open(w.book) && cut < 0 && whole.len == 0);
    }
    assert_true(whole.len > 0);
    world_done(&w);
}

/* The n-th permutation. */
static void permute(const script *s, uint32_t n, const sw_event **ret) {
    script rest = *s;
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t at = n % rest.count;
        n /= rest.count;
        ret[i] = rest.events[at];
        memmove(&rest.events[at], &rest.events[at + 1],
                (rest.count - at - 1) * sizeof *rest.events);
        rest.count--;
    }
}

static void any_order_and_repetition_gives_the_same_set(void **state) {
    world w;
    script s;
    (void)state;
    world_init(&w, rule_text);
    s.count = 0;
    add(&w, &s, "start", "e1", "1 09:00", "k=A ps=P,Q ok=true n=4");
    add(&w, &s, "from", "e2", "2 12:00", "k=A n=2");
    add(&w, &s, "to", "e3", "3 12:00", "k=A");
    add(&w, &s, "stop", "e4", "7", "k=A p=P");
    s.events[s.count++] =
        world_correct(&w, "x1", "8", world_event(&w, "stop", "e4", "6", "k=A p=Q"));
    add(&w, &s, "start", "e5", "7", "k=A p=P ok=true");
    const char *set = NULL;
    sw_slice bytes[2];
    for (uint32_t n = 0; n < 2 * 720; n++) {
        const sw_event *order[EVENTS_MAX];
        world_again(&w);
        permute(&s, n / 2, order);
        for (uint32_t i = 0; i < s.count; i++) {
            world_take(&w, order[i]);
            world_take(&w, order[n / 2 % (i + 1)]);
            if (n % 2) world_tell_ms(&w, world_time("9") + i);
        }
        world_tell(&w, "30");
        encoded(&w, &bytes[n % 2]);
        const char *text = world_set(&w, world_time("30"));
        if (!set) set = text;
        assert_string_equal(text, set);
        if (n % 2) assert_true(sw_slice_eq(bytes[0], bytes[1])); /* of one order, told or not */
    }
    assert_true(strlen(set) > 0);
    world_done(&w);
}

static void a_failed_allocation_is_said_and_the_stored_form_goes_on(void **state) {
    world w;
    script s;
    sw_slice stored;
    (void)state;
    world_init(&w, rule_text);
    fill(&w, &s);
    for (uint32_t i = 0; i < s.count; i++) world_take(&w, s.events[i]);
    world_tell(&w, "10");
    encoded(&w, &stored);
    sw_buf_clear(&w.text);
    world_tell(&w, "40");
    sw_slice whole;
    assert_true(sw_arena_copy(&w.arena, sw_buf_slice(&w.text), &whole));
    assert_true(whole.len > 0);
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        sw_book *book = NULL;
        w.scratch.fail_after = n;
        sw_err err = sw_book_decode(w.plan, SW_S("A"), stored, &w.scratch, &book);
        done = err == SW_OK && w.scratch.fail_after >= 0;
        w.scratch.fail_after = -1;
        if (err) assert_int_equal(err, SW_E_NOMEM);
        assert_true((err == SW_OK) == (book != NULL));
        sw_book_close(book);
        assert_int_equal(w.scratch.used_bytes, 0);
    }
    done = false;
    for (int64_t n = 0; !done; n++) {
        swap_in(&w, stored);
        sw_arena again;
        const sw_warning *set;
        uint32_t count;
        sw_arena_init(&again, 1 << 20);
        again.fail_after = n;
        sw_err err = sw_book_set(w.book, world_time("40"), &again, &set, &count);
        done = err == SW_OK && again.fail_after >= 0;
        if (err) assert_int_equal(err, SW_E_NOMEM);
        sw_arena_done(&again);
    }
    world_done(&w);
}

static sw_err drop(void *ctx, const sw_transition *transition) {
    (void)ctx;
    (void)transition;
    return SW_OK;
}

static void a_tell_without_memory_fails_and_takes_nothing_from_the_arena(void **state) {
    world w;
    script s;
    (void)state;
    world_init(&w, rule_text);
    fill(&w, &s);
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        sw_sink sink = {.tell = drop};
        world_again(&w);
        for (uint32_t i = 0; i < s.count; i++) world_take(&w, s.events[i]);
        w.scratch.fail_after = n;
        sw_err err = sw_book_tell(w.book, world_time("40"), &w.scratch, &sink);
        done = err == SW_OK && w.scratch.fail_after >= 0;
        w.scratch.fail_after = -1;
        if (err) assert_int_equal(err, SW_E_NOMEM);
        assert_int_equal(w.scratch.used_bytes, 0);
    }
    world_done(&w);
}

static void damaged_bytes_are_refused_or_read_as_a_whole(void **state) {
    world w;
    script s;
    sw_slice stored;
    (void)state;
    world_init(&w, rule_text);
    fill(&w, &s);
    for (uint32_t i = 0; i < s.count; i++) world_take(&w, s.events[i]);
    world_tell(&w, "12");
    encoded(&w, &stored);
    char *bytes = sw_heap_alloc(stored.len);
    assert_non_null(bytes);
    uint32_t refused = 0;
    for (size_t i = 0; i < stored.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            sw_book *book = NULL;
            memcpy(bytes, stored.ptr, stored.len);
            bytes[i] = (char)(bytes[i] ^ 1 << bit);
            sw_err err = sw_book_decode(w.plan, SW_S("A"), sw_slice_of(bytes, stored.len),
                                        &w.scratch, &book);
            if (err) refused++;
            if (!err) {
                sw_sink sink = {.tell = drop};
                int64_t now_ms = SW_TIME_LAST_MS;
                assert_ok(sw_book_tell(book, now_ms, &w.scratch, &sink));
            }
            sw_book_close(book);
        }
        sw_book *book = NULL;
        sw_err err =
            sw_book_decode(w.plan, SW_S("A"), sw_slice_of(stored.ptr, i), &w.scratch, &book);
        assert_true(err == SW_E_CORRUPT);
    }
    assert_true(refused > 0);
    sw_heap_free(bytes);
    world_done(&w);
}

static void another_catalogue_is_another_version(void **state) {
    world w;
    sw_slice stored;
    (void)state;
    world_init(&w, rule_text);
    encoded(&w, &stored);
    char *bytes = sw_heap_alloc(stored.len);
    memcpy(bytes, stored.ptr, stored.len);
    sw_book *book = NULL;
    bytes[3] ^= 1;
    assert_int_equal(
        sw_book_decode(w.plan, SW_S("A"), sw_slice_of(bytes, stored.len), &w.scratch, &book),
        SW_E_VERSION);
    bytes[0] ^= 64;
    assert_int_equal(
        sw_book_decode(w.plan, SW_S("A"), sw_slice_of(bytes, stored.len), &w.scratch, &book),
        SW_E_VERSION);
    assert_null(book);
    sw_heap_free(bytes);
    world_done(&w);
}

static void under_other_packs_the_next_tell_tells_the_difference(void **state) {
    static const char one[] =
        "  - {id: r, kind: deadline, key: [k], start: {on: start}, stop: [{on: stop}],\n"
        "     limit: 2d, warn: [{at: due, level: red, to: [handler]}]}\n";
    static const char two[] =
        "  - {id: r, kind: deadline, key: [k], start: {on: start}, stop: [{on: stop}],\n"
        "     limit: 9d, warn: [{at: due, level: red, to: [handler]}]}\n";
    world w, other;
    sw_slice stored;
    (void)state;
    world_init(&w, one);
    world_init(&other, two);
    world_add(&w, "start", "e1", "1", "k=A");
    world_tell(&w, "4");
    encoded(&w, &stored);
    swap_in(&other, stored);
    assert_true(sw_book_next(other.book) <= world_time("4"));
    world_tell(&other, "4");
    assert_told(&other, "4 00:00 withdrawn r A red\n");
    world_tell(&other, "10");
    assert_told(&other, "10 00:00 raised r A red at 10 00:00 due 10 00:00\n");
    world_done(&other);
    world_done(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_book_read_back_goes_on_as_if_nothing_had_been),
        cmocka_unit_test(any_order_and_repetition_gives_the_same_set),
        cmocka_unit_test(a_failed_allocation_is_said_and_the_stored_form_goes_on),
        cmocka_unit_test(a_tell_without_memory_fails_and_takes_nothing_from_the_arena),
        cmocka_unit_test(damaged_bytes_are_refused_or_read_as_a_whole),
        cmocka_unit_test(another_catalogue_is_another_version),
        cmocka_unit_test(under_other_packs_the_next_tell_tells_the_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
