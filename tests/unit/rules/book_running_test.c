#include "unit/rules/book_world.h"

#include <stdio.h>

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
    assert_ok(sw_book_decode(p->w->plan, SW_S("A"), sw_buf_slice(&out), &p->w->scratch, &book));
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
    assert_ok(sw_book_decode(other.plan, SW_S("A"), sw_buf_slice(&out), &other.scratch, &book));
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_period_is_told_from_its_start_to_its_stop),
        cmocka_unit_test(a_new_owner_is_told_whatever_the_event_means),
        cmocka_unit_test(what_is_taken_back_is_closed),
        cmocka_unit_test(after_a_restart_with_other_packs_the_difference_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
