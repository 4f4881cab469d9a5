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
    assert_ok(sw_book_decode(w->plan, SW_S("A"), stored, NULL, &w->scratch, &book));
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
        sw_err err = sw_book_decode(w.plan, SW_S("A"), stored, NULL, &w.scratch, &book);
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
            sw_err err = sw_book_decode(w.plan, SW_S("A"), sw_slice_of(bytes, stored.len), NULL,
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
            sw_book_decode(w.plan, SW_S("A"), sw_slice_of(stored.ptr, i), NULL, &w.scratch, &book);
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
        sw_book_decode(w.plan, SW_S("A"), sw_slice_of(bytes, stored.len), NULL, &w.scratch, &book),
        SW_E_VERSION);
    bytes[0] ^= 64;
    assert_int_equal(
        sw_book_decode(w.plan, SW_S("A"), sw_slice_of(bytes, stored.len), NULL, &w.scratch, &book),
        SW_E_VERSION);
    assert_null(book);
    sw_heap_free(bytes);
    world_done(&w);
}

/* All that the usual one has, with a type before, fields before and between, and keys in another
 * order. */
#define FIELDS_GROWN                                                                               \
    "{fields: {a: {type: string, key: true}, at: timestamp, b: int, k: {type: string, key: "       \
    "true}, "                                                                                      \
    "kind: string, l: 'int[]', n: int, ok: bool, p: {type: string, key: true}, "                   \
    "ps: {type: 'string[]', key: true, of: p}, q: {type: string, key: true}, z: string}}\n"
static const char grown[] =
    "types:\n  aaa: {fields: {p: {type: string, key: true}}}\n  start: " FIELDS_GROWN
    "  stop: " FIELDS_GROWN "  later: " FIELDS_GROWN "  cancel: " FIELDS_GROWN
    "  restart: " FIELDS_GROWN "  from: " FIELDS_GROWN "  to: " FIELDS_GROWN
    "  extend: " FIELDS_GROWN "  fact: " FIELDS_GROWN "  seen: " FIELDS_GROWN;

static sw_err know(sw_arena *arena, const world *former, const world *present, sw_numberings **ret,
                   char why[SW_NUMBERING_TEXT]) {
    sw_buf numbers;
    sw_buf_init(&numbers, 1 << 20);
    assert_ok(sw_numbering_write(former->cat, &numbers));
    assert_ok(sw_numberings_new(arena, present->cat, ret));
    sw_err err =
        sw_numberings_add(*ret, sw_plan_catalogue(former->plan), sw_buf_slice(&numbers), why);
    sw_buf_done(&numbers);
    return err;
}

/* Read under the numbers of before, a book is byte for byte what it would be if it had been written
 * under the grown catalogue from the beginning, whenever that came. */
static void a_book_of_a_smaller_catalogue_is_as_if_written_under_the_grown_one(void **state) {
    world old, new;
    script before, after;
    sw_numberings *numberings;
    char why[SW_NUMBERING_TEXT];
    (void)state;
    world_init(&old, rule_text);
    world_init_under(&new, grown, rule_text);
    assert_false(sw_hash128_eq(sw_plan_catalogue(old.plan), sw_plan_catalogue(new.plan)));
    fill(&old, &before);
    fill(&new, &after);
    assert_ok(know(&new.arena, &old, &new, &numberings, why));
    for (uint32_t cut = 0; cut <= before.count; cut++) {
        sw_slice stored, moved, native;
        sw_book *book;
        int64_t now_ms = world_time("1");
        world_again(&old);
        world_again(&new);
        for (uint32_t i = 0; i < cut; i++) {
            world_take(&old, before.events[i]);
            world_take(&new, after.events[i]);
            if (before.events[i]->time_ms > now_ms) now_ms = before.events[i]->time_ms;
            world_tell_ms(&old, now_ms);
            world_tell_ms(&new, now_ms);
        }
        encoded(&old, &stored);
        encoded(&new, &native);
        assert_int_equal(sw_book_decode(new.plan, SW_S("A"), stored, NULL, &new.scratch, &book),
                         SW_E_VERSION);
        assert_ok(sw_book_decode(new.plan, SW_S("A"), stored, numberings, &new.scratch, &book));
        sw_book_close(new.book);
        new.book = book;
        encoded(&new, &moved);
        assert_true(sw_slice_eq(moved, native));
        sw_buf_clear(&old.text);
        sw_buf_clear(&new.text);
        for (uint32_t i = cut; i < before.count; i++) {
            world_take(&old, before.events[i]);
            world_take(&new, after.events[i]);
        }
        world_tell(&old, "60");
        world_tell(&new, "60");
        assert_true(sw_slice_eq(sw_buf_slice(&old.text), sw_buf_slice(&new.text)));
    }
    world_done(&new);
    world_done(&old);
}

static void every_flipped_byte_under_former_numbers_is_survived(void **state) {
    world old, new;
    script s;
    sw_numberings *numberings;
    char why[SW_NUMBERING_TEXT];
    sw_slice stored;
    (void)state;
    world_init(&old, rule_text);
    world_init_under(&new, grown, rule_text);
    fill(&old, &s);
    for (uint32_t i = 0; i < s.count; i++) world_take(&old, s.events[i]);
    world_tell(&old, "40");
    encoded(&old, &stored);
    assert_ok(know(&new.arena, &old, &new, &numberings, why));
    char *bytes = sw_heap_alloc(stored.len);
    for (size_t at = sizeof(sw_hash128) + 1; at < stored.len; at++) {
        for (int bit = 0; bit < 8; bit++) {
            sw_book *book = NULL;
            memcpy(bytes, stored.ptr, stored.len);
            bytes[at] ^= (char)(1 << bit);
            sw_err err = sw_book_decode(new.plan, SW_S("A"), sw_slice_of(bytes, stored.len),
                                        numberings, &new.scratch, &book);
            assert_true(err == SW_OK || err == SW_E_CORRUPT);
            sw_book_close(book);
        }
    }
    sw_heap_free(bytes);
    world_done(&new);
    world_done(&old);
}

static void a_catalogue_that_lacks_something_says_what(void **state) {
    static const struct {
        const char *types, *says;
    } lacking[] = {
        {"types:\n  start: {fields: {k: {type: string, key: true}}}\n"
         "  stop: {fields: {k: {type: string, key: true}, n: int}}\n",
         "a type is gone: other"},
        {"types:\n  start: {fields: {k: {type: string, key: true}}}\n"
         "  stop: {fields: {k: {type: string, key: true}, n: string}}\n"
         "  other: {fields: {k: {type: string, key: true}}}\n",
         "stop.n"},
        {"types:\n  start: {fields: {k: {type: string, key: true}}}\n"
         "  stop: {fields: {k: {type: string, key: true}}}\n"
         "  other: {fields: {k: {type: string, key: true}}}\n",
         "a field is gone: stop.n"},
        {"types:\n  start: {fields: {k: {type: string, key: true}}}\n"
         "  stop: {fields: {k: string, n: int}}\n"
         "  other: {fields: {k: {type: string, key: true}}}\n",
         "stop.k"},
    };
    static const char types[] = "types:\n  start: {fields: {k: {type: string, key: true}}}\n"
                                "  stop: {fields: {k: {type: string, key: true}, n: int}}\n"
                                "  other: {fields: {k: {type: string, key: true}}}\n";
    static const char rules[] =
        "  - {id: r, kind: deadline, key: [k], start: {on: start}, limit: 2d,\n"
        "     warn: [{at: due, level: red, to: [handler]}]}\n";
    world old;
    (void)state;
    world_init_under(&old, types, rules);
    for (size_t i = 0; i < SW_COUNT(lacking); i++) {
        world new;
        sw_numberings *numberings;
        char why[SW_NUMBERING_TEXT];
        world_init_under(&new, lacking[i].types, rules);
        assert_int_equal(know(&new.arena, &old, &new, &numberings, why), SW_E_VERSION);
        if (!strstr(why, lacking[i].says)) print_error("%s\n", why);
        assert_non_null(strstr(why, lacking[i].says));
        assert_false(sw_numberings_has(numberings, sw_plan_catalogue(old.plan)));
        world_done(&new);
    }
    world_done(&old);
}

static void torn_numbers_are_refused(void **state) {
    world w;
    sw_buf numbers;
    sw_numberings *numberings;
    char why[SW_NUMBERING_TEXT];
    sw_hash128 hash = {{1}};
    (void)state;
    world_init(&w, rule_text);
    sw_buf_init(&numbers, 1 << 20);
    assert_ok(sw_numbering_write(w.cat, &numbers));
    assert_ok(sw_numberings_new(&w.arena, w.cat, &numberings));
    for (size_t len = 0; len < numbers.len; len++) {
        char *bytes = sw_heap_alloc(len ? len : 1);
        memcpy(bytes, numbers.ptr, len);
        sw_err err = sw_numberings_add(numberings, hash, sw_slice_of(bytes, len), why);
        assert_true(err == SW_E_CORRUPT || err == SW_E_VERSION);
        sw_heap_free(bytes);
    }
    for (int i = 0; i < SW_NUMBERINGS_MAX; i++) {
        hash.bytes[1] = (uint8_t)i;
        assert_ok(sw_numberings_add(numberings, hash, sw_buf_slice(&numbers), why));
        assert_ok(sw_numberings_add(numberings, hash, sw_buf_slice(&numbers), why)); /* again */
    }
    hash.bytes[2] = 1;
    assert_int_equal(sw_numberings_add(numberings, hash, sw_buf_slice(&numbers), why), SW_E_LIMIT);
    sw_buf_done(&numbers);
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
        cmocka_unit_test(a_book_of_a_smaller_catalogue_is_as_if_written_under_the_grown_one),
        cmocka_unit_test(every_flipped_byte_under_former_numbers_is_survived),
        cmocka_unit_test(a_catalogue_that_lacks_something_says_what),
        cmocka_unit_test(torn_numbers_are_refused),
        cmocka_unit_test(under_other_packs_the_next_tell_tells_the_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
