/* What the running evaluator costs: decoded events taken and told per CPU second, book by book as
 * replay does it and interleaved as they happen, and bytes of memory for an open period.
 *
 *   book_bench [CASES] [BOOKS] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "rules/book.h"

#define DOMAINS     30u
#define PER_CASE    12u
#define HOUR_MS     3600000LL
#define DAY_MS      86400000LL
#define FIRST_MS    1767225600000LL /* 2026-01-01 */
#define PERSON_TEXT "32098119700101%04u"

typedef struct bench {
    sw_arena arena, scratch;
    sw_diags diags;
    const sw_catalogue *cat;
    const sw_ruleset *set;
    const sw_plan *plan;
    sw_rng rng;
    uint64_t transitions;
} bench;

static double cpu_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void need(sw_err err, const bench *b, const char *what) {
    if (err == SW_OK) return;
    for (const sw_diag *diag = b->diags.first; diag; diag = diag->next)
        fprintf(stderr, "%s: %.*s\n", what, SW_FMT(diag->message));
    fprintf(stderr, "%s: %s\n", what, sw_err_name(err));
    exit(1);
}

/* Four event types and five rules for each domain: 120 types, 150 rules. */
static const char fields[] =
    "{fields: {case_id: {type: string, required: true, key: true}, person_id: {type: string, "
    "key: true}, kind: string, days: int, at: timestamp, address: string, remark: string}}\n";
static const char rules[] =
    "  - {id: d%u.first, kind: deadline, key: [case_id, person_id],\n"
    "     facts: {long: {from: [{on: d%u.note, value: data.days > 5}]}},\n"
    "     start: {on: d%u.open, when: 'data.kind == \"criminal\"', at: data.at},\n"
    "     stop: [{on: d%u.close}], limit: [{when: 'has(facts.long) && facts.long', limit: 30d}, "
    "{limit: 3d}],\n"
    "     extend: [{on: d%u.move, when: 'data.days == 7', to: 7d}],\n"
    "     count: {begin: next-day, month_end: last},\n"
    "     warn: [{at: 50%%, level: blue, to: [handler]}, {at: -24h, level: orange, to: "
    "[handler]},\n"
    "            {at: -6h, level: red, to: [handler]}, {at: due, level: breach, to: [handler],\n"
    "             repeat: {every: 24h, max: 3}}]}\n"
    "  - {id: d%u.second, kind: deadline, key: [case_id], start: {on: d%u.open}, stop: [{on: "
    "d%u.close}],\n"
    "     pause: [{from: {on: d%u.move, when: 'data.kind == \"psychiatric\"'}, to: {on: "
    "d%u.note}}],\n"
    "     limit: 2mo, warn: [{at: -7d, level: yellow, to: [handler]}, {at: due, level: breach, to: "
    "[handler]}]}\n"
    "  - {id: d%u.third, kind: deadline, key: [case_id], start: {on: d%u.note}, stop: [{on: "
    "d%u.close}],\n"
    "     limit: 5wd, warn: [{at: due, level: red, to: [handler]}]}\n"
    "  - {id: d%u.fourth, kind: deadline, key: [case_id, person_id], start: {on: d%u.open},\n"
    "     stop: [{on: d%u.note}, {on: d%u.close}], limit: 24h,\n"
    "     warn: [{at: -6h, level: orange, to: [handler]}, {at: due, level: red, to: [handler]}]}\n"
    "  - {id: d%u.check, kind: check, key: [case_id], on: d%u.note, when: 'data.days < 1', level: "
    "orange, to: [handler]}\n";

static void load(bench *b) {
    sw_buf text;
    sw_buf_init(&text, 1 << 20);
    sw_buf_add_cstr(&text, "types:\n");
    static const char *const types[] = {"open", "note", "move", "close"};
    for (uint32_t d = 0; d < DOMAINS; d++)
        for (uint32_t t = 0; t < SW_COUNT(types); t++)
            sw_buf_printf(&text, "  d%u.%s: %s", d, types[t], fields);
    need(sw_catalogue_parse(&b->arena, SW_S("types"), sw_buf_slice(&text), &b->diags, &b->cat), b,
         "catalogue");
    sw_buf pack;
    sw_buf_init(&pack, 1 << 20);
    sw_buf_add_cstr(&pack,
                    "apiVersion: seawall/v1\nkind: RulePack\nmetadata: {name: bench, version: "
                    "1.0.0, timezone: Asia/Shanghai}\nrules:\n");
    for (uint32_t d = 0; d < DOMAINS; d++) {
        for (const char *at = rules; *at; at++) {
            if (at[0] == '%' && at[1] == 'u')
                sw_buf_add_int(&pack, d), at++;
            else if (at[0] == '%' && at[1] == '%')
                sw_buf_add_byte(&pack, '%'), at++;
            else
                sw_buf_add_byte(&pack, *at);
        }
    }
    sw_pack_text file = {SW_S("bench.yaml"), sw_buf_slice(&pack)};
    sw_ruleset_options options = {.catalogue = b->cat};
    need(sw_ruleset_parse(&b->arena, &options, &file, 1, &b->diags, &b->set), b, "pack");
    uint32_t key_id = 0;
    if (!sw_catalogue_key_find(b->cat, SW_S("case_id"), &key_id)) exit(1);
    need(sw_plan_new(&b->arena, b->set, key_id, &b->plan), b, "plan");
}

static sw_value text_of(sw_slice s) {
    return (sw_value){.kind = SW_STRING, .s = s};
}

static const sw_event *event(bench *b, sw_slice case_id, uint32_t domain, const char *type,
                             uint32_t n, int64_t time_ms) {
    sw_event *e = sw_arena_zero(&b->arena, 1, sizeof *e);
    sw_slice name = sw_arena_printf(&b->scratch, "d%u.%s", domain, type);
    e->type = sw_catalogue_find(b->cat, name);
    e->source = SW_S("county/casework");
    e->id = sw_arena_printf(&b->arena, "%.*s-%u", SW_FMT(case_id), n);
    e->orgcode = SW_S("320981010000");
    e->officerid = SW_S("012345");
    e->time_ms = time_ms;
    e->recorded_ms = e->received_ms = SW_TIME_NONE;
    e->identity = sw_event_identity(e->source, e->id);
    sw_value *values = sw_arena_zero(&b->arena, e->type->field_count, sizeof *values);
    uint64_t dice = sw_rng_below(&b->rng, 10);
    values[sw_event_type_field(e->type, SW_S("case_id"))] = text_of(case_id);
    values[sw_event_type_field(e->type, SW_S("person_id"))] =
        text_of(sw_arena_printf(&b->arena, PERSON_TEXT, n % 7));
    values[sw_event_type_field(e->type, SW_S("kind"))] =
        text_of(dice < 7 ? SW_S("criminal") : SW_S("psychiatric"));
    values[sw_event_type_field(e->type, SW_S("days"))] =
        (sw_value){.kind = SW_INT, .i = (int64_t)dice};
    values[sw_event_type_field(e->type, SW_S("at"))] =
        (sw_value){.kind = SW_TIMESTAMP, .t = {.seconds = time_ms / 1000 - 600}};
    values[sw_event_type_field(e->type, SW_S("remark"))] =
        text_of(SW_S("what nobody's condition reads is not kept"));
    e->fields = values;
    sw_arena_reset(&b->scratch);
    return e;
}

static sw_slice case_text(bench *b, uint32_t n) {
    return sw_arena_printf(&b->arena, "A32098100002026%06u", n);
}

/* A case passes through three domains: open, notes, a move, mostly a close. */
static void make_case(bench *b, uint32_t n, const sw_event **ret) {
    sw_slice case_id = case_text(b, n);
    int64_t time_ms = FIRST_MS + sw_rng_between(&b->rng, 0, 90 * 24) * HOUR_MS;
    for (uint32_t i = 0; i < PER_CASE; i++) {
        static const char *const steps[] = {"open", "note", "move", "close"};
        uint32_t domain = (n * 7 + i / 4 * 11) % DOMAINS;
        const char *type = steps[i % 4];
        if (i % 4 == 3 && sw_rng_chance(&b->rng, 1, 10)) type = "note";
        ret[i] = event(b, case_id, domain, type, i, time_ms);
        time_ms += sw_rng_between(&b->rng, 600, 60 * 3600) * 1000;
    }
}

static sw_err count(void *ctx, const sw_transition *transition) {
    (void)transition;
    (*(uint64_t *)ctx)++;
    return SW_OK;
}

static void step(bench *b, sw_book *book, const sw_event *e) {
    const sw_sink sink = {.ctx = &b->transitions, .tell = count};
    if (sw_book_next(book) < e->time_ms)
        need(sw_book_tell(book, e->time_ms - 1, &b->scratch, &sink), b, "tell");
    need(sw_book_take(book, e, &b->scratch), b, "take");
    need(sw_book_tell(book, e->time_ms, &b->scratch, &sink), b, "tell");
}

static void finish(bench *b, sw_book *book) {
    const sw_sink sink = {.ctx = &b->transitions, .tell = count};
    need(sw_book_tell(book, FIRST_MS + 730 * DAY_MS, &b->scratch, &sink), b, "tell");
}

static void report(const bench *b, const char *what, uint64_t events, double s) {
    printf("%-24s %9.0f events per CPU second, %.2f us each, %.2f transitions an event\n", what,
           (double)events / s, s * 1e6 / (double)events, (double)b->transitions / (double)events);
}

static void run_book_by_book(bench *b, const sw_event **events, uint32_t cases) {
    double begin = cpu_s();
    b->transitions = 0;
    for (uint32_t c = 0; c < cases; c++) {
        sw_book *book;
        const sw_event *const *mine = events + (size_t)c * PER_CASE;
        sw_slice value = mine[0]->fields[sw_event_type_field(mine[0]->type, SW_S("case_id"))].s;
        need(sw_book_open(b->plan, value, &book), b, "open");
        for (uint32_t i = 0; i < PER_CASE; i++) step(b, book, mine[i]);
        finish(b, book);
        sw_book_close(book);
    }
    report(b, "book by book", (uint64_t)cases * PER_CASE, cpu_s() - begin);
}

static void run_interleaved(bench *b, const sw_event **events, uint32_t cases) {
    sw_book **books = sw_heap_zero(cases, sizeof *books);
    double begin = cpu_s();
    b->transitions = 0;
    for (uint32_t i = 0; i < PER_CASE; i++) {
        for (uint32_t c = 0; c < cases; c++) {
            const sw_event *e = events[(size_t)c * PER_CASE + i];
            sw_slice value = e->fields[sw_event_type_field(e->type, SW_S("case_id"))].s;
            if (!books[c]) need(sw_book_open(b->plan, value, &books[c]), b, "open");
            step(b, books[c], e);
        }
    }
    for (uint32_t c = 0; c < cases; c++) finish(b, books[c]);
    double s = cpu_s() - begin;
    report(b, "interleaved", (uint64_t)cases * PER_CASE, s);
    size_t bytes = 0;
    for (uint32_t c = 0; c < cases; c++) {
        bytes += sw_book_bytes(books[c]);
        sw_book_close(books[c]);
    }
    printf("%-24s %9.0f bytes for a case of %u events\n", "", (double)bytes / cases, PER_CASE);
    sw_heap_free(books);
}

/* A place or team: all events under one key, most of its periods long over. */
static void run_one_book(bench *b, uint32_t count_events) {
    sw_book *book;
    sw_slice team = SW_S("TEAM");
    sw_arena_mark mark = sw_arena_save(&b->arena);
    const sw_event **events = sw_heap_zero(count_events, sizeof *events);
    for (uint32_t i = 0; i < count_events; i++) {
        static const char *const steps[] = {"open", "note", "move", "close"};
        events[i] = event(b, team, i / 4 % DOMAINS, steps[i % 4], i, FIRST_MS + i * 60000LL);
    }
    b->transitions = 0;
    need(sw_book_open(b->plan, team, &book), b, "open");
    double begin = cpu_s();
    for (uint32_t i = 0; i < count_events; i++) step(b, book, events[i]);
    report(b, "all in one book", count_events, cpu_s() - begin);
    sw_book_close(book);
    sw_heap_free(events);
    sw_arena_rewind(&b->arena, mark);
}

static double resident_mb(void) {
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file) {
        if (fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
        fclose(file);
    }
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* One open period and its opening event in each book; the events themselves are not kept. */
static void run_memory(bench *b, uint32_t count_books) {
    sw_book **books = sw_heap_zero(count_books, sizeof *books);
    sw_arena_mark mark = sw_arena_save(&b->arena);
    double before = resident_mb();
    size_t bytes = 0;
    for (uint32_t i = 0; i < count_books; i++) {
        /* A note opens d.third alone, and the check does not fire. */
        sw_slice case_id = case_text(b, i);
        const sw_event *e = event(b, case_id, i % DOMAINS, "note", i, FIRST_MS);
        need(sw_book_open(b->plan, case_id, &books[i]), b, "open");
        step(b, books[i], e);
        bytes += sw_book_bytes(books[i]);
        sw_arena_rewind(&b->arena, mark);
    }
    printf("%-24s %9.0f bytes an open period, %.0f of the process\n", "memory",
           (double)bytes / count_books, (resident_mb() - before) * 1e6 / count_books);
    for (uint32_t i = 0; i < count_books; i++) sw_book_close(books[i]);
    sw_heap_free(books);
}

int main(int argc, char **argv) {
    uint32_t cases = argc > 1 ? (uint32_t)atoi(argv[1]) : 20000;
    uint32_t books = argc > 2 ? (uint32_t)atoi(argv[2]) : 1000000;
    bench b = {.transitions = 0};
    sw_arena_init(&b.arena, (size_t)8 << 30);
    sw_arena_init(&b.scratch, (size_t)64 << 20);
    sw_diags_init(&b.diags, &b.arena, SW_SLICE_NONE, 100);
    sw_rng_init(&b.rng, 1);
    load(&b);
    run_memory(&b, books);
    run_one_book(&b, 20000);
    const sw_event **events = sw_heap_zero((size_t)cases * PER_CASE, sizeof(sw_event *));
    for (uint32_t c = 0; c < cases; c++) make_case(&b, c, events + (size_t)c * PER_CASE);
    run_book_by_book(&b, events, cases);
    run_interleaved(&b, events, cases);
    sw_heap_free(events);
    sw_arena_done(&b.arena);
    sw_arena_done(&b.scratch);
    return 0;
}
