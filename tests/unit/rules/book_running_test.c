#include "unit/rules/book_world.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"

static const char rule_text[] =
    "  - {id: r, kind: deadline, key: [k, p], facts: {owner: {from: [{on: fact, value: "
    "data.ok}]}},\n"
    "     start: {on: start}, stop: [{on: stop}], cancel: [{on: cancel}], limit: 3d,\n"
    "     pause: [{from: {on: from}, to: {on: to}}], extend: [{on: extend, by: 1d}],\n"
    "     caution: {lead: 1d},\n"
    "     warn: [{at: -24h, level: red, to: [handler]}, {at: due, level: breach, to: [handler]}]}\n"
    "  - {id: c, kind: check, key: [k], on: seen, level: orange, to: [handler]}\n";

typedef struct periods {
    world *w;
    sw_buf text;
} periods;

static void day(sw_buf *out, const char *name, int64_t ms) {
    if (ms == SW_TIME_NONE) return;
    int64_t minutes = (ms - world_time("1")) / 60000;
    sw_buf_printf(out, " %s=%d", name, (int)(minutes / 1440) + 1);
    if (minutes % 1440)
        sw_buf_printf(out, "|%02d:%02d", (int)(minutes % 1440 / 60), (int)(minutes % 60));
}

static sw_err note(void *ctx, const sw_period_news *n) {
    static const char *const changes[] = {"opened", "moved", "closed"};
    periods *p = ctx;
    sw_buf_printf(&p->text, "%s %.*s/%.*s", changes[n->change], SW_FMT(n->rule->id),
                  SW_FMT(n->key[1]));
    day(&p->text, "due", n->due_ms);
    day(&p->text, "paused", n->paused_ms);
    day(&p->text, "stopped", n->stopped_ms);
    day(&p->text, "next", n->next_ms);
    if (n->level >= 0) sw_buf_printf(&p->text, " %s", sw_level_name((sw_level)n->level));
    if (n->late_by_s >= 0) sw_buf_printf(&p->text, " late=%d", (int)n->late_by_s);
    if (n->officerid.len) sw_buf_printf(&p->text, " officer=%.*s", SW_FMT(n->officerid));
    if (n->reason) sw_buf_printf(&p->text, " %s", n->reason);
    if (n->cause) sw_buf_printf(&p->text, " by=%.*s", SW_FMT(n->cause->id));
    sw_buf_add_byte(&p->text, '\n');
    return SW_OK;
}

static sw_err ignore(void *ctx, const sw_transition *transition) {
    (void)ctx, (void)transition;
    return SW_OK;
}

static void tell(periods *p, const char *time) {
    const sw_sink sink = {.ctx = p, .tell = ignore, .period = note};
    assert_ok(sw_book_tell(p->w->book, world_time(time), &p->w->scratch, &sink));
}

static void start(periods *p, world *w, const char *rules) {
    world_init(w, rules);
    p->w = w;
    sw_buf_init(&p->text, 1 << 16);
}

static void done(periods *p) {
    sw_buf_done(&p->text);
    world_done(p->w);
}

#define assert_periods(p, expected)                                                                \
    do {                                                                                           \
        sw_buf_add_byte(&(p)->text, '\0');                                                         \
        assert_string_equal((p)->text.ptr, expected);                                              \
        sw_buf_clear(&(p)->text);                                                                  \
    } while (0)

/* Through the stored form, as a restart does. */
static void reopen(periods *p) {
    sw_buf out;
    sw_book *book;
    sw_buf_init(&out, 1 << 20);
    assert_ok(sw_book_encode(p->w->book, &out));
    assert_ok(
        sw_book_decode(p->w->plan, SW_S("A"), sw_buf_slice(&out), NULL, &p->w->scratch, &book));
    sw_book_close(p->w->book);
    p->w->book = book;
    sw_buf_done(&out);
}

static void a_period_is_told_from_its_start_to_its_stop(void **state) {
    (void)state;
    world w;
    periods p;
    start(&p, &w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", "k=A p=P officer=7");
    tell(&p, "1 09:00");
    assert_periods(&p, "opened r/P due=4|09:00 next=3|09:00 officer=7 by=e1\n");
    reopen(&p);
    tell(&p, "2");
    assert_periods(&p, "");
    tell(&p, "3 09:00");
    assert_periods(&p, "moved r/P due=4|09:00 next=4|09:00 red officer=7\n");
    world_add(&w, "extend", "e2", "3 10:00", "k=A p=P");
    tell(&p, "3 10:00");
    assert_periods(&p, "moved r/P due=5|09:00 next=4|09:00 officer=7 by=e2\n");
    world_add(&w, "from", "e3", "3 12:00", "k=A p=P");
    tell(&p, "3 12:00");
    assert_periods(&p, "moved r/P due=5|09:00 paused=3|12:00 officer=7 by=e3\n");
    world_add(&w, "to", "e4", "4 12:00", "k=A p=P");
    reopen(&p);
    tell(&p, "4 12:00");
    assert_periods(&p, "moved r/P due=6|09:00 next=5|09:00 officer=7 by=e4\n");
    world_add(&w, "stop", "e5", "6 10:00", "k=A p=P");
    tell(&p, "7");
    assert_periods(&p, "closed r/P due=6|09:00 stopped=6|10:00 breach late=3600 officer=7 stopped "
                       "by=e5\n");
    tell(&p, "40");
    assert_periods(&p, "");
    done(&p);
}

static void a_new_owner_is_told_whatever_the_event_means(void **state) {
    (void)state;
    world w;
    periods p;
    start(&p, &w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", "k=A p=P officer=7 org=1");
    tell(&p, "1 09:00");
    sw_buf_clear(&p.text);
    world_add(&w, "fact", "e2", "1 10:00", "k=A p=P officer=7 org=1");
    tell(&p, "1 10:00");
    assert_periods(&p, "");
    world_add(&w, "fact", "e3", "1 11:00", "k=A p=P officer=8 org=1");
    tell(&p, "1 11:00");
    assert_periods(&p, "moved r/P due=4|09:00 next=3|09:00 officer=8 by=e3\n");
    world_add(&w, "fact", "e4", "1 12:00", "k=A p=Q officer=9 org=1");
    world_add(&w, "seen", "e5", "1 12:00", "k=A officer=9 org=1");
    tell(&p, "1 12:00");
    assert_periods(&p, "");
    done(&p);
}

static void what_is_taken_back_is_closed(void **state) {
    (void)state;
    world w;
    periods p;
    start(&p, &w, rule_text);
    world_add(&w, "start", "e1", "1", "k=A p=P");
    world_add(&w, "start", "e2", "1", "k=A p=Q");
    world_add(&w, "start", "e3", "1", "k=A p=R");
    tell(&p, "1");
    sw_buf_clear(&p.text);
    world_take(&w, world_retract(&w, "x1", "2", "e1"));
    reopen(&p);
    tell(&p, "2");
    assert_periods(&p, "closed r/P due=4 withdrawn by=x1\n");
    world_add(&w, "cancel", "e4", "2 01:00", "k=A p=Q");
    tell(&p, "2 01:00");
    assert_periods(&p, "closed r/Q due=4 cancelled by=e4\n");
    world_add(&w, "stop", "e5", "2 02:00", "k=A p=R");
    tell(&p, "2 02:00");
    assert_periods(&p, "closed r/R due=4 stopped=2|02:00 stopped by=e5\n");
    done(&p);
}

/* Under packs that count otherwise, and have one rule more. */
static void after_a_restart_with_other_packs_the_difference_is_told(void **state) {
    (void)state;
    world w, other;
    periods p, q;
    start(&p, &w, rule_text);
    start(&q, &other,
          "  - {id: r, kind: deadline, key: [k, p], start: {on: start, when: 'data.p != \"Q\"'},\n"
          "     stop: [{on: stop}], limit: 3d, warn: [{at: due, level: breach, to: [handler]}]}\n"
          "  - {id: s, kind: deadline, key: [k, p], start: {on: start}, limit: 9d,\n"
          "     warn: [{at: due, level: breach, to: [handler]}]}\n");
    world_add(&w, "start", "e1", "1", "k=A p=P");
    world_add(&w, "start", "e2", "1", "k=A p=Q");
    tell(&p, "1");
    sw_buf out;
    sw_book *book;
    sw_buf_init(&out, 1 << 20);
    assert_ok(sw_book_encode(w.book, &out));
    assert_ok(
        sw_book_decode(other.plan, SW_S("A"), sw_buf_slice(&out), NULL, &other.scratch, &book));
    sw_book_close(other.book);
    other.book = book;
    assert_true(sw_book_next(book) <= world_time("1"));
    tell(&q, "1");
    assert_periods(&q,
                   "closed r/Q withdrawn\nopened s/P due=10 next=10\nopened s/Q due=10 next=10\n");
    sw_buf_done(&out);
    done(&q);
    done(&p);
}

static void what_changes_nothing_is_not_told(void **state) {
    (void)state;
    world w;
    periods p;
    start(&p, &w,
          "  - {id: r, kind: deadline, key: [k, p], start: {on: start}, stop: [{on: stop}], limit: "
          "3d,\n     extend: [{on: extend, when: 'data.n > 0', by: 1d}],\n"
          "     warn: [{at: -24h, level: red, to: [handler]}]}\n");
    world_add(&w, "start", "e1", "1 09:00", "k=A p=P officer=7 org=1");
    tell(&p, "1 09:00");
    assert_periods(&p, "opened r/P due=4|09:00 next=3|09:00 officer=7 by=e1\n");
    world_add(&w, "extend", "e2", "1 10:00", "k=A p=P officer=7 org=1 n=0");
    tell(&p, "1 10:00");
    world_add(&w, "extend", "e3", "1 10:00", "k=A p=P officer=7 org=1 n=0"); /* at the same time */
    tell(&p, "1 10:00");
    world_add(&w, "extend", "e4", "1 09:30", "k=A p=P officer=8 org=1 n=0"); /* late, and he left */
    tell(&p, "1 11:00");
    assert_periods(&p, "");
    world_add(&w, "extend", "e5", "1 10:30", "k=A p=P officer=9 org=1 n=0"); /* late */
    tell(&p, "1 12:00");
    assert_periods(&p, "moved r/P due=4|09:00 next=3|09:00 officer=9 by=e5\n");
    reopen(&p);
    world_add(&w, "extend", "e6", "1 13:00", "k=A p=P officer=9 org=1 n=0");
    tell(&p, "1 13:00");
    assert_periods(&p, "");
    world_take(&w, world_retract(&w, "x1", "1 14:00", "e6"));
    world_take(&w, world_retract(&w, "x2", "1 14:00", "e5"));
    tell(&p, "1 14:00");
    assert_periods(&p, "moved r/P due=4|09:00 next=3|09:00 officer=7\n");
    tell(&p, "3 09:00");
    assert_periods(&p, "moved r/P due=4|09:00 red officer=7\n");
    world_add(&w, "extend", "e7", "3 10:00", "k=A p=P n=1");
    tell(&p, "3 10:00");
    assert_periods(&p, "moved r/P due=5|09:00 next=4|09:00 officer=7 by=e7\n");
    done(&p);
}

/* The last that was told of each period which runs. */
enum { SHOWN_MAX = 64, LINE = 160 };
typedef struct shown {
    char who[LINE], how[LINE];
} shown;
typedef struct standing {
    shown of[SHOWN_MAX];
    uint32_t count, repeated; /* repeated: told as it was told before */
} standing;

static sw_err keep_shown(void *ctx, const sw_period_news *n) {
    standing *s = ctx;
    shown now;
    snprintf(now.who, LINE, "%.*s/%.*s since %.*s", SW_FMT(n->rule->id), SW_FMT(n->key[1]),
             SW_FMT(n->opened_by->id));
    bool open = n->paused_ms != SW_TIME_NONE; /* then it is due later by the minute */
    snprintf(now.how, LINE,
             "%lld due %lld caution %lld paused %lld next %lld %d level %d by %.*s %.*s",
             (long long)n->start_ms, open ? 0 : (long long)n->due_ms,
             open ? 0 : (long long)n->caution_ms, (long long)n->paused_ms, (long long)n->next_ms,
             n->next_level, n->level, SW_FMT(n->orgcode), SW_FMT(n->officerid));
    uint32_t i = 0;
    while (i < s->count && strcmp(s->of[i].who, now.who) != 0) i++;
    if (n->change == SW_PERIOD_CLOSED) {
        if (i < s->count) s->of[i] = s->of[--s->count];
        return SW_OK;
    }
    s->repeated += i < s->count && strcmp(s->of[i].how, now.how) == 0;
    assert_true(i < SHOWN_MAX);
    s->of[i] = now;
    if (i == s->count) s->count++;
    return SW_OK;
}

static int by_who(const void *a, const void *b) {
    return strcmp(((const shown *)a)->who, ((const shown *)b)->who);
}

static void assert_same_standing(standing *a, standing *b) {
    qsort(a->of, a->count, sizeof *a->of, by_who);
    qsort(b->of, b->count, sizeof *b->of, by_who);
    assert_int_equal(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        assert_string_equal(a->of[i].who, b->of[i].who);
        assert_string_equal(a->of[i].how, b->of[i].how);
    }
}

/* Every few hours something, which comes in any order: late, at the same time, with other owners.
 */
static const sw_event *random_event(world *w, sw_rng *rng, uint32_t number, bool owners) {
    static const char *const types[] = {"start", "start",  "stop",   "cancel", "from",
                                        "to",    "extend", "extend", "fact",   "extend"};
    char id[16], time[24], fields[80];
    snprintf(id, sizeof id, "e%u", number);
    snprintf(time, sizeof time, "%d %02d:00", (int)sw_rng_below(rng, 6) + 1,
             (int)sw_rng_below(rng, 3) * 8);
    int at = snprintf(fields, sizeof fields, "k=A n=%d", (int)sw_rng_below(rng, 2));
    const char *type = types[sw_rng_below(rng, SW_COUNT(types))];
    if (sw_rng_below(rng, 4) || strcmp(type, "start") == 0)
        at +=
            snprintf(fields + at, sizeof fields - (size_t)at, " p=%c", "PQ"[sw_rng_below(rng, 2)]);
    if (sw_rng_below(rng, 2))
        at += snprintf(fields + at, sizeof fields - (size_t)at, " officer=%d",
                       owners ? (int)sw_rng_below(rng, 2) : (int)number);
    if (sw_rng_below(rng, 2))
        snprintf(fields + at, sizeof fields - (size_t)at, " org=%d",
                 owners ? (int)sw_rng_below(rng, 2) : 1);
    return world_event(w, type, id, time, fields);
}

static void tell_standing(sw_book *book, int64_t now_ms, sw_arena *scratch, standing *to) {
    const sw_sink sink = {.ctx = to, .tell = ignore, .period = keep_shown};
    assert_ok(sw_book_tell(book, now_ms, scratch, &sink));
}

/* One history, told as it comes, against all of it told at once. Returns what was repeated; without
 * corrections each event has a tell of its own, in which nothing can go and come back. */
static uint32_t compare_history(world *w, sw_rng *rng, bool corrections) {
    enum { EVENTS = 14 };
    const sw_event *taken[EVENTS];
    static standing grown, fresh;
    memset(&grown, 0, sizeof grown);
    periods p = {.w = w};
    world_again(w);
    int64_t now_ms = world_time(corrections ? "4" : "7");
    for (uint32_t i = 0; i < EVENTS; i++) {
        char id[16], target[16];
        taken[i] = random_event(w, rng, i, corrections);
        if (corrections && i > 2 && sw_rng_below(rng, 4) == 0) {
            snprintf(id, sizeof id, "x%u", i);
            snprintf(target, sizeof target, "e%u", (unsigned)sw_rng_below(rng, i));
            taken[i] = world_retract(w, id, "4", target);
        }
        world_take(w, taken[i]);
        if (sw_rng_below(rng, 5) == 0) reopen(&p);
        if (corrections && sw_rng_below(rng, 3)) continue;
        now_ms += (int64_t)sw_rng_below(rng, 20) * 3600000;
        tell_standing(w->book, now_ms, &w->scratch, &grown);
    }
    now_ms += 86400000;
    tell_standing(w->book, now_ms, &w->scratch, &grown);
    memset(&fresh, 0, sizeof fresh);
    sw_book *book;
    assert_ok(sw_book_open(w->plan, SW_S("A"), &book));
    for (uint32_t i = 0; i < EVENTS; i++) assert_ok(sw_book_take(book, taken[i], &w->scratch));
    tell_standing(book, now_ms, &w->scratch, &fresh);
    sw_book_close(book);
    assert_same_standing(&grown, &fresh);
    return grown.repeated;
}

static void compare_histories(const char *rules, bool corrections) {
    enum { ROUNDS = 60, HISTORIES = 50 };
    uint32_t repeated = 0;
    sw_rng rng;
    sw_rng_init(&rng, 7);
    for (int r = 0; r < ROUNDS; r++) {
        world w;
        world_init(&w, rules);
        for (int i = 0; i < HISTORIES; i++) repeated += compare_history(&w, &rng, corrections);
        world_done(&w);
    }
    if (!corrections) assert_int_equal(repeated, 0);
}

#define RANDOM_RULE(of_extend, of_pause)                                                           \
    "  - {id: r, kind: deadline, key: [k, p], facts: {late: {from: [{on: fact, value: 'data.n == " \
    "0'}]}},\n"                                                                                    \
    "     start: {on: start}, stop: [{on: stop}], cancel: [{on: cancel}],\n"                       \
    "     limit: [{when: 'has(facts.late) && facts.late', limit: 5d}, {limit: 3d}],\n"             \
    "     extend: [{on: extend" of_extend ", by: 1d}],\n"                                          \
    "     pause: [{from: {on: from" of_pause "}, to: {on: to}}], caution: {lead: 1d},\n"           \
    "     warn: [{at: -24h, level: red, to: [handler]}, {at: due, level: breach, to: "             \
    "[handler]}]}\n"

/* Whatever comes in whatever order: what was told last of each period is how it stands. */
static void what_was_told_last_is_how_it_stands(void **state) {
    (void)state;
    compare_histories(RANDOM_RULE(", when: 'data.n == 1'", ""), true);
}

static void nothing_is_told_twice_of_a_period_that_nothing_moves(void **state) {
    (void)state;
    compare_histories(RANDOM_RULE(", when: 'data.n == 2'", ", when: 'data.n == 2'"), false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changes_nothing_is_not_told),
        cmocka_unit_test(nothing_is_told_twice_of_a_period_that_nothing_moves),
        cmocka_unit_test(what_was_told_last_is_how_it_stands),
        cmocka_unit_test(a_period_is_told_from_its_start_to_its_stop),
        cmocka_unit_test(a_new_owner_is_told_whatever_the_event_means),
        cmocka_unit_test(what_is_taken_back_is_closed),
        cmocka_unit_test(after_a_restart_with_other_packs_the_difference_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
