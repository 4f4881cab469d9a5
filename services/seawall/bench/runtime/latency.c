#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "seawall/bench/runtime/runtime.h"

/* Half load in real time: how late timers fire, and what a storm of them does to the input. The
 * measuring processor reads the clock, which no real one may. */
static sw_clock *clock_of_bench;
static sw_metric *input_us, *processed_us, *fired_late_ms;
static uint64_t storm_left, storm_done_us;
static int64_t storm_due_ms;

static const char *const work_inputs[] = {"bench.in", NULL};
static const char *const work_outputs[] = {"bench.out", "bench.fired", NULL};
static const char *const sink_inputs[] = {"bench.out", NULL};
static const char *const fired_inputs[] = {"bench.fired", NULL};
static const sw_processor_store stores[] = {{"counts", 1, 64}};

typedef struct message {
    int64_t sent_us;
    int64_t due_ms; /* 0: no timer */
} message;

static sw_err on_work(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    message m;
    sw_slice old;
    if (input->value.len != sizeof m) return SW_E_SYNTAX;
    memcpy(&m, input->value.ptr, sizeof m);
    sw_err err = sw_ctx_get(ctx, 0, input->key, &old);
    if (err && err != SW_E_NOT_FOUND) return err;
    err = sw_ctx_put(ctx, 0, input->key, input->value);
    if (!err && m.due_ms) err = sw_ctx_timer(ctx, input->key, m.due_ms);
    return err || !m.sent_us ? err : sw_ctx_emit(ctx, "bench.out", input->key, input->value);
}

static sw_err on_timer(sw_ctx *ctx, const void *shared, sw_slice key, int64_t due_ms) {
    (void)shared;
    char text[16];
    snprintf(text, sizeof text, "%" PRId64, due_ms == storm_due_ms ? due_ms : 0);
    return sw_ctx_emit(ctx, "bench.fired", key, sw_slice_cstr(text));
}

/* Sees what has been committed: the end of each record's and each timer's way. */
static sw_err on_result(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)ctx;
    (void)shared;
    message m;
    int64_t due_ms;
    if (input->value.len == sizeof m) {
        memcpy(&m, input->value.ptr, sizeof m);
        sw_metric_observe(processed_us, sw_clock_mono_us(clock_of_bench) - m.sent_us);
    } else if (sw_slice_int(input->value, &due_ms) && due_ms &&
               __atomic_sub_fetch(&storm_left, 1, __ATOMIC_RELAXED) == 0) {
        __atomic_store_n(&storm_done_us, (uint64_t)sw_clock_mono_us(clock_of_bench),
                         __ATOMIC_RELAXED);
    }
    return SW_OK;
}

static const sw_processor work = {.name = "work",
                                  .id = 1,
                                  .inputs = work_inputs,
                                  .outputs = work_outputs,
                                  .stores = stores,
                                  .store_count = 1,
                                  .on_record = on_work,
                                  .on_timer = on_timer};
static const sw_processor sink = {
    .name = "sink", .id = 2, .inputs = sink_inputs, .on_record = on_result};
static const sw_processor fired = {
    .name = "fired", .id = 3, .inputs = fired_inputs, .on_record = on_result};
static const sw_processor *const processors[] = {&work, &sink, &fired};
static const sw_topic_shape topics[] = {
    {"bench.in", 2}, {"bench.out", 2}, {"bench.fired", 2}, {SW_TOPIC_DEAD_LETTERS, 1}};

/* The client hears that its record is durable. */
static void answer(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    (void)partition;
    (void)offset;
    if (!err)
        sw_metric_observe(input_us, sw_clock_mono_us(clock_of_bench) - (int64_t)(intptr_t)arg);
}

static bool send(sw_bench_rig *rig, uint64_t n, message m) {
    char key[24];
    int len = snprintf(key, sizeof key, "k%" PRIu64, n);
    sw_append append = {.key = sw_slice_of(key, (size_t)len), .value = sw_slice_of(&m, sizeof m)};
    if (m.sent_us) append.answer = answer;
    append.arg = (void *)(intptr_t)m.sent_us;
    sw_err err;
    while ((err = sw_runtime_append(rig->runtime, &append)) == SW_E_AGAIN)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return err == SW_OK;
}

/* Sends at `rate` until `end_us`; each tenth record sets a timer one second ahead. */
static bool send_until(sw_bench_rig *rig, double rate, int64_t end_us, uint64_t *n) {
    int64_t start_us = sw_clock_mono_us(&rig->system), now_us;
    uint64_t sent = 0;
    while ((now_us = sw_clock_mono_us(&rig->system)) < end_us) {
        uint64_t due = (uint64_t)((double)(now_us - start_us) * rate / 1e6);
        for (; sent < due; sent++, ++*n) {
            message m = {sw_clock_mono_us(&rig->system), 0};
            if (*n % 10 == 0) m.due_ms = sw_clock_now_ms(&rig->system) + 1000;
            if (!send(rig, *n % 50000, m)) return false;
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return true;
}

static bool wait_for(sw_bench_rig *rig, sw_metric *metric, uint64_t count) {
    int64_t end_us = sw_clock_mono_us(&rig->system) + 60000000;
    while (sw_metric_count(metric) < count && sw_clock_mono_us(&rig->system) < end_us)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return sw_metric_count(metric) >= count;
}

/* The most that goes through when as much as possible is sent. */
static bool calibrate(sw_bench_rig *rig, uint64_t *n, double *ret_rate) {
    enum { RECORDS = 200000 };
    int64_t start_us = sw_clock_mono_us(&rig->system);
    for (uint64_t i = 0; i < RECORDS; i++, ++*n)
        if (!send(rig, *n % 50000, (message){sw_clock_mono_us(&rig->system), 0})) return false;
    if (!wait_for(rig, processed_us, RECORDS)) return false;
    *ret_rate = RECORDS * 1e6 / (double)(sw_clock_mono_us(&rig->system) - start_us);
    return true;
}

static sw_metric *histogram(sw_bench_rig *rig, const char *name) {
    sw_metric *metric = NULL;
    sw_err err = sw_metrics_get(&rig->metrics, SW_METRIC_HISTOGRAM, name, "", "", &metric);
    return err ? NULL : metric;
}

static bool measure(sw_bench_report *report, sw_bench_rig *rig, uint32_t storm, uint32_t seconds) {
    uint64_t n = 0;
    double rate;
    input_us = histogram(rig, "bench_capacity_us");
    processed_us = histogram(rig, "bench_capacity_processed_us");
    if (sw_runtime_start(rig->runtime, 2) != SW_OK || !calibrate(rig, &n, &rate)) return false;
    sw_bench_line(report, "capacity, two processors and two commits", rate, "records/s", 0, false);

    sw_err err = sw_metrics_get(&rig->metrics, SW_METRIC_HISTOGRAM, "seawall_timer_lateness_ms",
                                "processor=\"work\"", "", &fired_late_ms);
    input_us = histogram(rig, "bench_half_load_us");
    processed_us = histogram(rig, "bench_half_load_processed_us");
    if (err ||
        !send_until(rig, rate / 2, sw_clock_mono_us(&rig->system) + (int64_t)seconds * 1000000, &n))
        return false;
    if (!wait_for(rig, fired_late_ms, 100)) return false;
    sw_bench_line(report, "input under half load, p99",
                  (double)sw_metric_quantile(input_us, 990) / 1e3, "ms", 0, true);
    sw_bench_line(report, "timers under half load, lateness p99",
                  (double)sw_metric_quantile(fired_late_ms, 990), "ms", 100, true);

    sw_metric *commit_us;
    err =
        sw_metrics_get(&rig->metrics, SW_METRIC_HISTOGRAM, "seawall_commit_us", "", "", &commit_us);
    if (err) return false;
    sw_bench_line(report, "commit with its sync, median",
                  (double)sw_metric_quantile(commit_us, 500) / 1e3, "ms", 0, true);
    sw_bench_line(report, "commit with its sync, p99",
                  (double)sw_metric_quantile(commit_us, 990) / 1e3, "ms", 0, true);

    int64_t now_us = sw_clock_mono_us(&rig->system), now_ms = sw_clock_now_ms(&rig->system);
    int64_t lead_ms = 4000;
    storm_due_ms = now_ms + lead_ms;
    storm_left = storm;
    for (uint32_t i = 0; i < storm; i++)
        if (!send(rig, 1000000 + i, (message){0, storm_due_ms})) return false;
    if (!send_until(rig, rate / 2, now_us + (lead_ms - 100) * 1000, &n)) return false;
    input_us = histogram(rig, "bench_storm_us");
    processed_us = histogram(rig, "bench_storm_processed_us");
    if (!send_until(rig, rate / 2, now_us + (lead_ms + 3000) * 1000, &n)) return false;
    for (int i = 0; i < 20000 && !__atomic_load_n(&storm_done_us, __ATOMIC_RELAXED); i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    uint64_t done_us = __atomic_load_n(&storm_done_us, __ATOMIC_RELAXED);
    if (!done_us) return false;
    char name[96];
    snprintf(name, sizeof name, "a midnight of %u timers is done in", storm);
    sw_bench_line(report, name, ((double)done_us - (double)now_us) / 1e6 - (double)lead_ms / 1e3,
                  "s", 2, true);
    sw_bench_line(report, "input meanwhile, p99", (double)sw_metric_quantile(input_us, 990) / 1e3,
                  "ms", 200, true);
    sw_bench_line(report, "until another processor has seen it, p99",
                  (double)sw_metric_quantile(processed_us, 990) / 1e3, "ms", 0, true);
    return sw_runtime_stop(rig->runtime) == SW_OK;
}

bool sw_bench_runtime_latency(sw_bench_report *report, const char *dir, uint32_t storm,
                              uint32_t seconds) {
    static sw_bench_rig rig;
    char sub[600];
    snprintf(sub, sizeof sub, "%s/latency", dir);
    bool ok = sw_bench_rig_open(&rig, &(sw_bench_rig_options){sub, processors, SW_COUNT(processors),
                                                              topics, SW_COUNT(topics),
                                                              (size_t)128 << 20, NULL});
    clock_of_bench = &rig.system;
    ok = ok && measure(report, &rig, storm, seconds);
    sw_bench_rig_close(&rig);
    sw_bench_remove(sub);
    return ok;
}
