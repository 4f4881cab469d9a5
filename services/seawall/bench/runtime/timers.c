#include <inttypes.h>
#include <stdio.h>

#include "runtime/watch.h"
#include "seawall/bench/resident.h"
#include "seawall/bench/runtime/runtime.h"

/* Many timers against few: setting, firing, memory, restart. A record sets PER_RECORD of them, for
 * keys and moments in no order. The processor knows that they are new, as the evaluator knows from
 * a book when its timer was due; or the runtime has to look for each (--look-up). */
enum { PER_RECORD = 100, MEMORY_BYTES = 40 << 20 };

#define START_MS INT64_C(1790000000000)
#define SPAN_MS  ((int64_t)30 * 24 * 3600 * 1000)

static const char *const inputs[] = {"bench.in", NULL};

/* Spreads numbers over the keys: one to one, in no order. */
static uint64_t scramble(uint64_t n) {
    n *= UINT64_C(0x9E3779B97F4A7C15);
    n ^= n >> 32;
    return n * UINT64_C(0xD6E8FEB86659FD93);
}

static sw_err set(sw_ctx *ctx, const sw_input *input, bool known) {
    for (uint64_t i = 0; i < PER_RECORD; i++) {
        uint64_t key = scramble((uint64_t)input->offset * PER_RECORD + i);
        int64_t due_ms = START_MS + 1000 + (int64_t)(scramble(key) % (uint64_t)SPAN_MS);
        sw_slice name = sw_slice_of(&key, sizeof key);
        sw_err err = known ? sw_ctx_timer_move(ctx, name, SW_TIME_MAX, due_ms)
                           : sw_ctx_timer(ctx, name, due_ms);
        if (err) return err;
    }
    return SW_OK;
}

static sw_err set_known(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    return set(ctx, input, true);
}

static sw_err set_unknown(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    return set(ctx, input, false);
}

/* There are no rows to say it. */
static bool timer_of(const void *shared, uint32_t store, sw_slice key, sw_slice value,
                     sw_slice *ret_key, int64_t *ret_due_ms) {
    (void)shared;
    (void)store;
    (void)key;
    (void)value;
    (void)ret_key;
    (void)ret_due_ms;
    return false;
}

static sw_err on_timer(sw_ctx *ctx, const void *shared, sw_slice key, int64_t due_ms) {
    (void)shared;
    (void)key;
    return due_ms <= sw_ctx_now(ctx) ? SW_OK : SW_E_INTERNAL;
}

static const sw_processor alarms[] = {
    {.name = "alarm",
     .id = 1,
     .inputs = inputs,
     .on_record = set_known,
     .on_timer = on_timer,
     .timer_of = timer_of},
    {.name = "alarm", .id = 1, .inputs = inputs, .on_record = set_unknown, .on_timer = on_timer},
};
static const sw_processor *processors[] = {&alarms[0]};
static const sw_topic_shape topics[] = {{"bench.in", 1}, {SW_TOPIC_DEAD_LETTERS, 1}};

static void make(void *arg, uint64_t i, sw_append *append) {
    (void)arg;
    (void)i;
    append->key = SW_S("k");
}

typedef struct costs {
    double set_us, fire_us, restart_s;
    uint64_t resident_bytes, left;
} costs;

static bool open(sw_bench_rig *rig, const char *dir, int64_t now_ms) {
    sw_clock_virtual clock;
    sw_clock_virtual_init(&clock, now_ms);
    return sw_bench_rig_open(rig, &(sw_bench_rig_options){dir, processors, 1, topics,
                                                          SW_COUNT(topics), MEMORY_BYTES, &clock});
}

static bool measure_set(const char *dir, uint64_t timers, uint64_t before_bytes, costs *ret) {
    sw_bench_rig rig;
    bool ok = open(&rig, dir, START_MS) &&
              sw_bench_rig_fill(&rig, timers / PER_RECORD, make, NULL) && sw_bench_rig_claim(&rig);
    sw_bench_meter start = sw_bench_now();
    ok = ok && sw_bench_rig_drain(&rig);
    ret->set_us = sw_bench_since(start).cpu_s * 1e6 / (double)timers;
    uint64_t now_bytes = sw_resident_bytes(0);
    ret->resident_bytes = now_bytes > before_bytes ? now_bytes - before_bytes : 0;
    sw_bench_rig_close(&rig);
    return ok;
}

static bool measure_fire(const char *dir, uint64_t timers, costs *ret) {
    sw_bench_rig rig;
    sw_turn turn;
    sw_overdue overdue;
    sw_bench_meter start = sw_bench_now();
    bool ok = open(&rig, dir, START_MS + 1) && sw_bench_rig_claim(&rig) &&
              sw_worker_turn(rig.worker, &turn) == SW_OK;
    ret->restart_s = sw_bench_since(start).wall_s;
    sw_clock_virtual_set(&rig.still, START_MS + 2 * SPAN_MS);
    start = sw_bench_now();
    ok = ok && sw_bench_rig_drain(&rig);
    ret->fire_us = sw_bench_since(start).cpu_s * 1e6 / (double)timers;
    ok = ok &&
         sw_watch_overdue(sw_bus_db(rig.bus), &rig.topology, SW_TIME_MAX, 1000, &overdue) == SW_OK;
    ret->left = ok ? overdue.count : 0;
    sw_bench_rig_close(&rig);
    return ok;
}

static bool measure(const char *parent, uint64_t timers, uint64_t before_bytes, costs *ret) {
    char dir[600];
    snprintf(dir, sizeof dir, "%s/timers-%" PRIu64, parent, timers);
    bool ok = measure_set(dir, timers, before_bytes, ret) && measure_fire(dir, timers, ret);
    sw_bench_remove(dir);
    return ok;
}

bool sw_bench_runtime_timers(sw_bench_report *report, const char *dir, uint64_t few, uint64_t many,
                             bool look_up) {
    processors[0] = &alarms[look_up];
    costs a = {0}, b = {0};
    uint64_t before_bytes = sw_resident_bytes(0);
    if (!measure(dir, few, before_bytes, &a) || !measure(dir, many, before_bytes, &b)) return false;
    char name[96];
    snprintf(name, sizeof name, "set a timer, among %" PRIu64, few);
    sw_bench_line(report, name, a.set_us, "us", 0, true);
    snprintf(name, sizeof name, "set a timer, among %" PRIu64, many);
    sw_bench_line(report, name, b.set_us, "us", 0, true);
    sw_bench_line(report, "setting, many to few", b.set_us / a.set_us, "times", 1.5, true);
    snprintf(name, sizeof name, "fire a timer, among %" PRIu64, few);
    sw_bench_line(report, name, a.fire_us, "us", 0, true);
    snprintf(name, sizeof name, "fire a timer, among %" PRIu64, many);
    sw_bench_line(report, name, b.fire_us, "us", 0, true);
    sw_bench_line(report, "firing, many to few", b.fire_us / a.fire_us, "times", 1.5, true);
    sw_bench_line(report, "memory that many timers take", (double)b.resident_bytes / 1e6, "MB", 64,
                  true);
    sw_bench_line(report, "restart with many timers", b.restart_s, "s", 3, true);
    sw_bench_line(report, "timers that did not fire", (double)(a.left + b.left), "", 0.5, true);
    return true;
}
