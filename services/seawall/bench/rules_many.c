/* What an event costs by the number of rules: ten times as many of them, each event concerning as
 * many as before; and ten times as many that all want the same events. */
#include <stdio.h>

#include "seawall/bench/bench.h"
#include "seawall/bench/rules_bench.h"

#define TYPES       120u
#define RULES       150u
#define BOOK_EVENTS 20u
#define BOOKS       3000u
#define FIRST_MS    1767225600000LL
#define TEXT_BYTES  ((size_t)64 << 20)
#define HOUR_MS     3600000LL
#define SAME_TARGET 2.0

static void write_catalogue(sw_buf *out, uint32_t types) {
    sw_buf_add_cstr(out, "types:\n");
    for (uint32_t i = 0; i < types; i++)
        sw_buf_printf(out,
                      "  t.e%u: {element: place, fields: {place_id: {type: string, key: true}, n: "
                      "int, m: int}}\n",
                      i);
}

/* Rules of all kinds in turn, each about three types that lie side by side. */
static void write_rule(sw_buf *out, uint32_t i, uint32_t types) {
    uint32_t a = i % types, b = (i + 1) % types, c = (i + 2) % types;
    sw_buf_printf(out, "  - {id: r%u, key: [place_id], ", i);
    switch (i % 8) {
    case 0:
        sw_buf_printf(out, "kind: check, on: t.e%u, when: data.n < 2, level: red}\n", a);
        break;
    case 1:
        sw_buf_printf(
            out, "kind: threshold, on: t.e%u, within: 30d, levels: {count: 3, level: red}}\n", a);
        break;
    case 2:
        sw_buf_printf(out,
                      "kind: sequence, on: t.e%u, requires: {on: t.e%u, within: 9d}, level: red}\n",
                      a, b);
        break;
    case 3:
        sw_buf_printf(out,
                      "kind: match, left: {on: t.e%u}, right: {on: t.e%u}, within: 6h, where: "
                      "left.data.n == right.data.n, level: red}\n",
                      a, b);
        break;
    default:
        sw_buf_printf(out,
                      "kind: deadline, start: {on: t.e%u, when: data.m > 3}, stop: {on: t.e%u}, "
                      "extend: {on: t.e%u, when: data.n == 1, by: 2d}, limit: 5d, "
                      "warn: [{at: 50%%, level: blue}, {at: due, level: red}]}\n",
                      a, b, c);
        break;
    }
}

static const sw_event *make_event(sw_bench_world *w, sw_rng *rng, uint32_t types, uint32_t i) {
    char type[24];
    snprintf(type, sizeof type, "t.e%u", (uint32_t)sw_rng_below(rng, types));
    return sw_bench_event(w, type, FIRST_MS + i * 7 * HOUR_MS, i, (int64_t)sw_rng_below(rng, 10));
}

/* Books of 20 events, as cases are; the events are made beforehand. */
static sw_err measure(sw_bench_world *w, uint32_t types, double *ret_us) {
    sw_rng rng;
    sw_rng_init(&rng, 1);
    uint32_t count = BOOKS * BOOK_EVENTS;
    const sw_event **events = sw_arena_zero(&w->arena, count, sizeof(*events));
    if (!events) return SW_E_NOMEM;
    for (uint32_t i = 0; i < count; i++)
        if (!(events[i] = make_event(w, &rng, types, i))) return SW_E_NOMEM;
    uint64_t told = 0;
    sw_err err = SW_OK;
    sw_bench_meter start = sw_bench_now();
    for (uint32_t b = 0; b < BOOKS && !err; b++) {
        sw_book *book;
        err = sw_book_open(w->plan, SW_S("P1"), &book);
        if (err) break;
        for (uint32_t i = b * BOOK_EVENTS; i < (b + 1) * BOOK_EVENTS && !err; i++)
            err = sw_bench_give(w, book, events[i], events[i]->time_ms, &told);
        sw_book_close(book);
    }
    *ret_us = sw_bench_since(start).cpu_s * 1e6 / count;
    return err;
}

static bool measure_rules(uint32_t rules, uint32_t types, double *ret_us) {
    sw_buf catalogue, pack;
    sw_bench_world world;
    sw_buf_init(&catalogue, TEXT_BYTES);
    sw_buf_init(&pack, TEXT_BYTES);
    write_catalogue(&catalogue, types);
    sw_buf_add_cstr(&pack, "apiVersion: seawall/v1\nkind: RulePack\n"
                           "metadata: {name: bench, version: 1.0.0, timezone: Asia/Shanghai}\n"
                           "rules:\n");
    for (uint32_t i = 0; i < rules; i++) write_rule(&pack, i, types);
    bool open = sw_bench_world_open(&world, sw_buf_slice(&catalogue), sw_buf_slice(&pack));
    sw_err err = open ? measure(&world, types, ret_us) : SW_E_INVALID;
    if (open && err) fprintf(stderr, "seawall bench rules: %s\n", sw_err_name(err));
    sw_bench_world_close(&world);
    sw_buf_done(&catalogue);
    sw_buf_done(&pack);
    return !err;
}

bool sw_bench_many(bool json) {
    static const struct {
        const char *what;
        uint32_t rules, types;
        double target;
    } rows[] = {{"150 rules over 120 event types", RULES, TYPES, 0},
                {"1500 rules over 1200 event types", 10 * RULES, 10 * TYPES, SAME_TARGET},
                {"1500 rules over the same 120 event types", 10 * RULES, TYPES, 0}};
    double first_us = 0;
    if (!json) puts("\nrules of all kinds, books of 20 events");
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        double us;
        if (!measure_rules(rows[i].rules, rows[i].types, &us)) return false;
        if (i == 0) first_us = us;
        double times = us / first_us;
        bool met = rows[i].target == 0 || times <= rows[i].target;
        if (json)
            printf("{\"rules\":%u,\"types\":%u,\"event_us\":%.2f,\"times\":%.2f}\n", rows[i].rules,
                   rows[i].types, us, times);
        else
            printf("%-42s %6.2f us an event  %5.2f times%s\n", rows[i].what, us, times,
                   rows[i].target == 0 ? ""
                   : met               ? " (target 2: met)"
                                       : " (TARGET 2 MISSED)");
    }
    return true;
}
