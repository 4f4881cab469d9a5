#include <inttypes.h>
#include <stdio.h>

#include "runtime/rebuild.h"
#include "runtime/watch.h"
#include "sim/sim.h"
#include "stream/digest.h"
#include "toys/toys.h"

/* The naive model: what must come out, from the list of events alone. It shares nothing with the
 * toys. */
typedef struct expected {
    uint32_t words, bad, seen_counts;
    int64_t due_ms, close_ms;
    uint32_t event_count, at_word, at_period;
    uint32_t *events;
    bool warned; /* as the warnings' topic tells it */
} expected;

typedef struct checker {
    world *w;
    expected keys[SIM_KEYS];
    uint32_t dead, bad;
    int64_t now_ms;
} checker;

static void make_model(checker *c) {
    world *w = c->w;
    for (uint32_t i = 0; i < SIM_KEYS; i++) c->keys[i].due_ms = c->keys[i].close_ms = INT64_MAX;
    for (uint32_t i = 0; i < w->options.events; i++) c->keys[w->events[i].key].event_count++;
    for (uint32_t i = 0; i < SIM_KEYS; i++) {
        c->keys[i].events = sw_arena_zero(&w->arena, c->keys[i].event_count + 1, sizeof(uint32_t));
        c->keys[i].event_count = 0;
    }
    for (uint32_t i = 0; i < w->options.events; i++) {
        const event *e = &w->events[i];
        expected *x = &c->keys[e->key];
        x->events[x->event_count++] = i;
        x->words += e->kind == EVENT_WORD;
        c->bad += e->kind == EVENT_BAD;
        if (e->kind == EVENT_OPEN && e->at_ms + e->limit_ms < x->due_ms)
            x->due_ms = e->at_ms + e->limit_ms;
        if (e->kind == EVENT_CLOSE && e->at_ms < x->close_ms) x->close_ms = e->at_ms;
    }
}

static expected *key_of(checker *c, sw_slice key) {
    int64_t n;
    if (!sw_slice_starts(key, SW_S("key-")) || !sw_slice_int(sw_slice_sub(key, 4, key.len), &n) ||
        n >= SIM_KEYS) {
        sim_fail(c->w, "a key that nobody sent: %.*s", SW_FMT(key));
        return &c->keys[0];
    }
    return &c->keys[n];
}

/* The next event of the key, of words or of periods, must be exactly this: once, and in order. */
static void check_passed_on(checker *c, const sw_record *record, bool words) {
    expected *x = key_of(c, record->key);
    uint32_t *at = words ? &x->at_word : &x->at_period;
    while (*at < x->event_count && (c->w->events[x->events[*at]].kind <= EVENT_BAD) != words) ++*at;
    if (*at == x->event_count) {
        sim_fail(c->w, "%.*s came twice: %.*s", SW_FMT(record->key), SW_FMT(record->value));
        return;
    }
    char text[96];
    sw_slice whole = event_text(&c->w->events[x->events[(*at)++]], text);
    size_t space = 0;
    while (whole.ptr[space] != ' ') space++;
    if (!sw_slice_eq(sw_slice_sub(whole, space + 1, whole.len), record->value))
        sim_fail(c->w, "%.*s out of order: %.*s instead of %.*s", SW_FMT(record->key),
                 SW_FMT(record->value), SW_FMT(whole));
}

static void check_count(checker *c, const sw_record *record) {
    expected *x = key_of(c, record->key);
    int64_t n;
    if (!sw_slice_int(record->value, &n) || n != (int64_t)x->seen_counts + 1)
        sim_fail(c->w, "%.*s counted %.*s after %u", SW_FMT(record->key), SW_FMT(record->value),
                 x->seen_counts);
    x->seen_counts++;
}

static void check_warning(checker *c, const sw_record *record) {
    expected *x = key_of(c, record->key);
    bool raised = sw_slice_starts(record->value, SW_S("raised "));
    if (raised == x->warned)
        sim_fail(c->w, "%.*s told twice: %.*s", SW_FMT(record->key), SW_FMT(record->value));
    x->warned = raised;
}

static void check_record(checker *c, const sw_record *record) {
    switch (record->topic) {
    case SIM_WORDS:
        check_passed_on(c, record, true);
        break;
    case SIM_PERIODS:
        check_passed_on(c, record, false);
        break;
    case SIM_COUNTS:
        check_count(c, record);
        break;
    case SIM_WARNINGS:
        check_warning(c, record);
        break;
    case SIM_DEAD:
        c->dead++;
        break;
    default:
        break;
    }
}

enum { PAGE = 4096 };

static void read_partition(checker *c, uint32_t topic, uint32_t partition) {
    sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    sw_position at = {topic, partition, 0};
    for (uint32_t count = 1; count > 0;) {
        sw_arena_reset(&arena);
        sw_record *records = sw_arena_zero(&arena, PAGE, sizeof *records);
        sw_err err = sw_bus_poll(c->w->bus.inner, at, PAGE, (size_t)8 << 20, &arena, records,
                                 &count, &at.next_offset);
        if (err) {
            sim_fail(c->w, "topic %u can't be read: %s", topic, sw_err_name(err));
            break;
        }
        for (uint32_t i = 0; i < count; i++) check_record(c, &records[i]);
    }
    sw_arena_done(&arena);
}

/* What was answered must be where the answer said. */
static void check_answers(checker *c) {
    sw_arena arena;
    sw_arena_init(&arena, (size_t)1 << 20);
    for (uint32_t i = 0; i < c->w->options.events; i++) {
        const event *e = &c->w->events[i];
        char text[96];
        sw_record record;
        uint32_t count = 0;
        int64_t next;
        sw_arena_reset(&arena);
        sw_err err = sw_bus_poll(c->w->bus.inner, (sw_position){SIM_INBOX, e->partition, e->offset},
                                 1, 1 << 16, &arena, &record, &count, &next);
        if (err || count != 1 || !sw_slice_eq(record.value, event_text(e, text)))
            sim_fail(c->w, "event %u was answered, but is not in the log", i);
        if (c->w->result.failed) break;
    }
    sw_arena_done(&arena);
}

static void check_model(checker *c) {
    for (uint32_t k = 0; k < SIM_KEYS; k++) {
        const expected *x = &c->keys[k];
        uint32_t words = 0, periods = 0;
        for (uint32_t i = 0; i < x->event_count; i++) {
            bool word = c->w->events[x->events[i]].kind <= EVENT_BAD;
            words += word && i >= x->at_word;
            periods += !word && i >= x->at_period;
        }
        if (words || periods)
            sim_fail(c->w, "key-%u: %u events were lost on the way", k, words + periods);
        if (x->seen_counts != x->words)
            sim_fail(c->w, "key-%u counted %u of %u", k, x->seen_counts, x->words);
        bool late = x->due_ms <= c->now_ms && x->close_ms >= x->due_ms;
        if (late != x->warned)
            sim_fail(c->w, "key-%u: the model says %s, the log %s", k, late ? "warned" : "in time",
                     x->warned ? "warned" : "in time");
    }
    if (c->dead != c->bad) sim_fail(c->w, "%u dead letters for %u bad words", c->dead, c->bad);
}

void check_timers(world *w, int64_t now_ms) {
    sw_db *live = sw_bus_db(w->bus.inner);
    sw_overdue overdue = {0};
    sw_timer_audit audit = {0};
    sw_err err = sw_watch_overdue(live, &w->topology, now_ms, 10, &overdue);
    if (!err) err = sw_watch_timers(live, &w->topology, &audit);
    if (err) sim_fail(w, "the state can't be read: %s", sw_err_name(err));
    if (overdue.count)
        sim_fail(w, "a timer of %.*s was due at %" PRId64 " and has not fired",
                 (int)overdue.key_bytes, overdue.key, overdue.due_ms);
    if (audit.without_due || audit.without_key) sim_fail(w, "timers with half of their rows");
}

void check_state(world *w, int64_t now_ms) {
    sw_db *live = sw_bus_db(w->bus.inner), *fresh;
    check_timers(w, now_ms);
    sw_err err = sw_db_mem_open(w->topology.stores, w->topology.store_count, &fresh);
    if (err) {
        sim_fail(w, "the state can't be read: %s", sw_err_name(err));
        return;
    }
    for (uint32_t i = 0; i < w->topology.task_count && !w->result.failed; i++) {
        const sw_task_spec *task = &w->topology.tasks[i];
        if (sim_recorded(w, task)) continue;
        uint64_t digest;
        sw_rebuilt rebuilt;
        sw_rebuild rebuild = {.topology = &w->topology,
                              .source = w->bus.inner,
                              .target = fresh,
                              .env = {.clock = &w->instances[0].clock.clock},
                              .task = task,
                              .until_ms = now_ms,
                              .dir = "/tmp"}; /* nothing here is so much that it goes there */
        err = sw_rebuild_task(&rebuild, &rebuilt);
        if (!err) err = sw_watch_digest(live, &w->topology, task->number, &digest);
        if (err) sim_fail(w, "state can't be built anew: %s", sw_err_name(err));
        if (!err && digest != rebuilt.digest)
            sim_fail(w, "task %u: the state is not what the log says", task->number);
        if (!err) w->result.timers += (uint32_t)rebuilt.timers;
        w->result.digest = sw_digest_number(w->result.digest, err ? 0 : digest);
    }
    sw_db_close(fresh);
}

void check_all(world *w) {
    checker *c = sw_arena_zero(&w->arena, 1, sizeof *c);
    SW_ASSERT(c);
    c->w = w;
    c->now_ms = sim_wall(w);
    make_model(c);
    check_answers(c);
    for (uint32_t t = 0; t < SIM_TOPICS; t++)
        for (uint32_t p = 0; p < w->topology.topics[t].partitions; p++) read_partition(c, t, p);
    check_model(c);
    if (!w->result.failed) check_state(w, c->now_ms);
}
