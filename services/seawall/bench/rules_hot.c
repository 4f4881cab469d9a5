/* What an event of one hot place costs, by the number of events that it has. */
#include <stdio.h>

#include "seawall/bench/bench.h"
#include "seawall/bench/rules_bench.h"

#define HOUR_MS    3600000LL
#define YEAR_MS    31536000000LL
#define FIRST_MS   1767225600000LL /* 2026 */
#define IN_ORDER   2000u
#define LATE       200u
#define SIZE_FIRST 1000u

#define HEAD                                                                                       \
    "apiVersion: seawall/v1\nkind: RulePack\n"                                                     \
    "metadata: {name: bench, version: 1.0.0, timezone: Asia/Shanghai}\nrules:\n"
#define REPORT "key: [place_id], on: report"

static const char catalogue[] =
    "types:\n"
    "  report: {element: place, fields: {place_id: {type: string, key: true}, n: int}}\n"
    "  seen: {element: place, fields: {place_id: {type: string, key: true}, n: int}}\n";

/* One kind of rule alone. `soon`: an event of the other type names one of shortly before, else one
 * value in five thousand, and so events of the whole year. */
static const struct {
    const char *name, *pack;
    bool soon;
} rows[] = {
    {"threshold, within 365d", HEAD "  - {id: r, kind: threshold, " REPORT
                                    ", within: 365d, levels: {count: 50, level: red}}\n"},
    {"threshold, month, distinct",
     HEAD "  - {id: r, kind: threshold, " REPORT ", within: month, distinct: n,\n"
          "     levels: {count: 50, level: red}}\n"},
    {"threshold, 365d, distinct, once_per",
     HEAD "  - {id: r, kind: threshold, " REPORT ", within: 365d, distinct: n,\n"
          "     once_per: {by: n, within: 2h}, levels: {count: 50, level: red}}\n"},
    {"threshold, 365d, weight, except",
     HEAD "  - {id: r, kind: threshold, " REPORT ", within: 365d, weight: data.n % 3,\n"
          "     except: {on: seen, by: n}, levels: {count: 50, level: red}}\n"},
    {"the same, except soon after",
     HEAD "  - {id: r, kind: threshold, " REPORT ", within: 365d, weight: data.n % 3,\n"
          "     except: {on: seen, by: n}, levels: {count: 50, level: red}}\n",
     true},
    {"threshold, 7d, ratio of a baseline",
     HEAD "  - {id: r, kind: threshold, " REPORT ", within: 7d, baseline: 4,\n"
          "     levels: {count: 50, ratio: 150%, level: red}}\n"},
    {"threshold, week, below",
     HEAD "  - {id: r, kind: threshold, " REPORT ", within: week, levels: {below: 50, level: "
          "red}}\n"},
    {"sequence, requires within 365d", HEAD "  - {id: r, kind: sequence, " REPORT
                                            ", requires: {on: seen, within: 365d}, level: red}\n"},
    {"match, within 6h",
     HEAD "  - {id: r, kind: match, key: [place_id], left: {on: report}, right: {on: seen},\n"
          "     within: 6h, where: left.data.n == right.data.n, level: red}\n"},
    {"check that reads a fact",
     HEAD "  - {id: r, kind: check, " REPORT ", facts: {k: {from: {on: seen, value: data.n}}},\n"
          "     when: facts.k < 0, level: red}\n"},
};

typedef struct costs {
    double in_order_us, late_us, far_us;
} costs;

typedef struct place {
    sw_bench_world world;
    sw_book *book;
    uint32_t size;   /* events before those that are measured */
    int64_t step_ms; /* between events: a year holds `size` of them */
    uint64_t number, told;
    bool soon;
} place;

/* The i-th event of the place: each hundredth is one of the other type. */
static sw_err give(place *p, uint32_t i, int64_t time_ms, int64_t now_ms) {
    const bool seen = i % 100 == 0;
    const uint32_t n = p->soon ? (uint32_t)p->number - (seen ? 5 : 0) : i * 7919u % 5003u;
    const sw_event *event =
        sw_bench_event(&p->world, seen ? "seen" : "report", time_ms, p->number++, n);
    return sw_bench_give(&p->world, p->book, event, now_ms, &p->told);
}

static sw_err fill(place *p) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; i < p->size && !err; i++) {
        int64_t time_ms = FIRST_MS + i * p->step_ms;
        err = give(p, i, time_ms, time_ms);
    }
    return err;
}

static sw_err measure(place *p, costs *ret) {
    sw_err err = fill(p);
    int64_t now_ms = FIRST_MS + p->size * p->step_ms;
    sw_bench_meter start = sw_bench_now();
    for (uint32_t i = 1; i <= IN_ORDER && !err; i++)
        now_ms += p->step_ms, err = give(p, i, now_ms, now_ms);
    ret->in_order_us = sw_bench_since(start).cpu_s * 1e6 / IN_ORDER;
    start = sw_bench_now();
    for (uint32_t i = 1; i <= LATE && !err; i++)
        err = give(p, i, now_ms - 3 * p->step_ms - i, now_ms);
    ret->late_us = sw_bench_since(start).cpu_s * 1e6 / LATE;
    start = sw_bench_now();
    for (uint32_t i = 1; i <= LATE && !err; i++)
        err = give(p, i, FIRST_MS + p->size / 2 * p->step_ms + i, now_ms);
    ret->far_us = sw_bench_since(start).cpu_s * 1e6 / LATE;
    return err;
}

static bool measure_row(size_t row, uint32_t size, costs *ret) {
    place p = {.size = size, .step_ms = YEAR_MS / size, .soon = rows[row].soon};
    bool open =
        sw_bench_world_open(&p.world, sw_slice_cstr(catalogue), sw_slice_cstr(rows[row].pack));
    sw_err err = open ? sw_book_open(p.world.plan, SW_S("P1"), &p.book) : SW_E_INVALID;
    if (!err) err = measure(&p, ret);
    if (open && err) fprintf(stderr, "seawall bench rules: %s\n", sw_err_name(err));
    sw_book_close(p.book);
    sw_bench_world_close(&p.world);
    return !err;
}

/* ---- commits ---- */

typedef struct commit_cost {
    double us;
    size_t bytes;
} commit_cost;

static sw_err count_page(void *ctx, uint32_t page, sw_buf *out) {
    (void)page;
    *(size_t *)ctx += out->len;
    sw_buf_clear(out);
    return SW_OK;
}

/* What a commit makes of the place's book, as the evaluator's store does. */
static sw_err store(place *p, bool all, commit_cost *ret) {
    const sw_bench_meter start = sw_bench_now();
    size_t bytes = 0;
    const sw_book_page_sink sink = {&bytes, count_page};
    sw_buf out;
    sw_buf_init(&out, (size_t)1 << 30);
    sw_err err = sw_book_encode_head(p->book, &out);
    bytes = out.len;
    sw_buf_clear(&out);
    if (!err) err = sw_book_encode_pages(p->book, all, &out, &sink);
    sw_book_stored(p->book);
    sw_buf_done(&out);
    ret->us += sw_bench_since(start).cpu_s * 1e6;
    ret->bytes += bytes;
    return err;
}

/* Of some commits, each after one event. */
static sw_err measure_stores(place *p, bool late, bool all, commit_cost *ret) {
    enum { TIMES = 20 };
    const int64_t end_ms = FIRST_MS + p->size * p->step_ms;
    sw_err err = SW_OK;
    for (int i = 1; i <= TIMES && !err; i++) {
        const int64_t now_ms = end_ms + (int64_t)(p->number - p->size + 1) * p->step_ms;
        const int64_t time_ms = late ? FIRST_MS + p->size / 2 * p->step_ms + i : now_ms;
        err = give(p, (uint32_t)i, time_ms, now_ms);
        if (!err) err = store(p, all, ret);
    }
    ret->us /= TIMES;
    ret->bytes /= TIMES;
    return err;
}

static bool measure_commit(uint32_t size, bool json) {
    place p = {.size = size, .step_ms = YEAR_MS / size};
    commit_cost whole = {0}, in_order = {0}, late = {0};
    bool open =
        sw_bench_world_open(&p.world, sw_slice_cstr(catalogue), sw_slice_cstr(rows[0].pack));
    sw_err err = open ? sw_book_open(p.world.plan, SW_S("P1"), &p.book) : SW_E_INVALID;
    if (!err) err = fill(&p);
    if (!err) err = measure_stores(&p, false, true, &whole);
    if (!err) err = measure_stores(&p, false, false, &in_order);
    if (!err) err = measure_stores(&p, true, false, &late);
    sw_book_close(p.book);
    sw_bench_world_close(&p.world);
    if (json && !err)
        printf("{\"commit\":true,\"events\":%u,\"whole_us\":%.1f,\"whole_bytes\":%zu,"
               "\"in_order_us\":%.1f,\"in_order_bytes\":%zu,\"far_us\":%.1f,\"far_bytes\":%zu}\n",
               size, whole.us, whole.bytes, in_order.us, in_order.bytes, late.us, late.bytes);
    else if (!err)
        printf(
            "n=%-6u whole %8.1f us %8zu bytes; after an event in order %6.1f us %6zu bytes; late "
            "by half a year %6.1f us %6zu bytes\n",
            size, whole.us, whole.bytes, in_order.us, in_order.bytes, late.us, late.bytes);
    return !err;
}

bool sw_bench_commits(uint32_t most, bool json) {
    if (!json) printf("\na commit of that place's book\n");
    for (uint32_t size = SIZE_FIRST; size <= most; size *= 10)
        if (!measure_commit(size, json)) return false;
    return true;
}

bool sw_bench_hot(uint32_t most, bool json) {
    if (!json)
        printf("\none place, its events of a year; microseconds of an event in order / late by 3 "
               "events / late by half a year\n");
    for (size_t row = 0; row < SW_COUNT(rows); row++) {
        if (!json) printf("%-37s", rows[row].name);
        for (uint32_t size = SIZE_FIRST; size <= most; size *= 10) {
            costs c;
            if (!measure_row(row, size, &c)) return false;
            if (json)
                printf("{\"rule\":\"%s\",\"events\":%u,\"in_order_us\":%.2f,\"late_us\":%.2f,"
                       "\"far_us\":%.2f}\n",
                       rows[row].name, size, c.in_order_us, c.late_us, c.far_us);
            else
                printf("  n=%-6u %5.2f /%7.2f /%8.1f", size, c.in_order_us, c.late_us, c.far_us);
            fflush(stdout);
        }
        if (!json) putchar('\n');
    }
    return true;
}
