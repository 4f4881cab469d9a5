#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report/figures/rollup.h"
#include "seawall/bench/report/report_bench.h"
#include "seawall/bench/up/server.h"
#include "seawall/input/event_reader.h"
#include "seawall/input/load.h"

#define PARTITIONS   8u
#define MEMORY_BYTES ((size_t)128 << 20) /* as `seawall up` */
#define PART         20000u              /* appended, then counted, in turns */

static bool told(sw_err err, const char *what) {
    if (err) fprintf(stderr, "seawall bench report: %s: %s\n", what, sw_err_name(err));
    return !err;
}

/* ---- events to make others of ---- */

static sw_err keep(void *ctx, const sw_event *event, sw_origin origin) {
    sw_bench_rollup *r = ctx;
    sw_buf bytes;
    (void)origin;
    if (r->pool_count == r->pool_cap || event->correction) return SW_OK;
    sw_buf_init(&bytes, (size_t)1 << 20);
    sw_err err = sw_event_to_pb(event, &bytes);
    if (!err && !sw_arena_copy(&r->arena, sw_buf_slice(&bytes), &r->pool[r->pool_count]))
        err = SW_E_LIMIT;
    r->pool_count += err == SW_OK;
    sw_buf_done(&bytes);
    return err;
}

static bool generate(const char *path, uint32_t cases) {
    char count[16];
    (void)snprintf(count, sizeof count, "%u", cases);
    const char *const args[] = {"seawall", "generate", "--cases", count, "--seed",
                                "1",       "--out",    path,      NULL};
    const pid_t pid = fork();
    int status = -1;
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stderr)) _exit(126);
        sw_bench_exec(args);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool read_pool(sw_bench_rollup *r, const char *dir, uint32_t cases) {
    char path[600];
    const char *const paths[] = {path};
    (void)snprintf(path, sizeof path, "%s/events.jsonl", dir);
    r->pool_cap = cases * 20;
    r->pool = sw_arena_zero(&r->arena, r->pool_cap, sizeof *r->pool);
    if (!r->pool || !generate(path, cases)) return false;
    sw_event_reader reader = {
        .catalogue = r->catalogue, .paths = paths, .path_count = 1, .take = keep, .ctx = r};
    return told(sw_event_reader_run(&reader), "generated events") && r->pool_count > 0;
}

/* ---- the rig ---- */

static bool open_bus(sw_bench_rollup *r, const char *dir) {
    char log[600];
    (void)snprintf(log, sizeof log, "%s/log", dir);
    const sw_bus_options bus = {.topics = r->topics,
                                .topic_count = r->topic_count,
                                .stores = r->topology.stores,
                                .store_count = r->topology.store_count,
                                .task_count = r->topology.task_numbers,
                                .budget = {.memory_bytes = MEMORY_BYTES, .free_disk_bytes = 1}};
    const sw_runtime_options runtime = {
        .topology = &r->topology, .bus = NULL, .env = {.clock = &r->clock, .metrics = &r->metrics}};
    if (!told(sw_bus_embedded_open(log, &bus, NULL, &r->bus), "the log")) return false;
    sw_runtime_options options = runtime;
    options.bus = r->bus;
    if (!told(sw_runtime_open(&options, &r->runtime), "the runtime") ||
        !told(sw_worker_open(r->runtime, &r->worker), "a worker"))
        return false;
    for (uint32_t i = 0; i < r->topology.task_count; i++)
        if (!told(sw_worker_claim(r->worker, &r->topology.tasks[i]), "a claim")) return false;
    return told(sw_figures_open(sw_bus_db(r->bus), &r->topology, r->indicators, &r->figures),
                "the figures");
}

static bool load_packs(sw_bench_rollup *r) {
    sw_load load = {0};
    sw_diags diags;
    const char *dir = sw_packs_dir(&r->arena);
    const char *rules = dir ? sw_arena_printf(&r->arena, "%s/cn-police", dir).ptr : NULL;
    const sw_load_paths from = {.rules = &rules, .rule_count = rules != NULL};
    if (!rules || !sw_load_paths_quietly(&load, &r->arena, &from)) {
        fprintf(stderr, "seawall bench report: the packs can't be loaded\n");
        return false;
    }
    r->catalogue = load.catalogue;
    sw_diags_init(&diags, &r->arena, SW_SLICE_NONE, 10);
    const char *path = sw_arena_printf(&r->arena, "%s/../indicators/cn-police.yaml", dir).ptr;
    return path && told(sw_indicators_load(&r->arena, r->catalogue, path, &diags, &r->indicators),
                        "the indicators");
}

bool sw_bench_rollup_open(sw_bench_rollup *r, const char *dir, uint32_t cases) {
    *r = (sw_bench_rollup){0};
    sw_arena_init(&r->arena, (size_t)2 << 30);
    sw_metrics_init(&r->metrics, &r->arena);
    sw_clock_system(&r->clock);
    if (!load_packs(r) || !read_pool(r, dir, cases)) return false;
    r->topic_count = sw_topics_fill(PARTITIONS, r->topics);
    for (uint32_t i = 0; i < r->topic_count; i++)
        r->shapes[i] = (sw_topic_shape){r->topics[i].name, r->topics[i].partitions};
    const sw_processor *const processors[] = {&sw_rollup};
    const void *const shared[] = {r->indicators};
    return told(sw_topology_build(&r->arena, processors, shared, 1, r->shapes, r->topic_count, NULL,
                                  &r->topology),
                "the topology") &&
           open_bus(r, dir);
}

static void close_bus(sw_bench_rollup *r) {
    sw_worker_close(r->worker);
    sw_runtime_close(r->runtime);
    sw_bus_close(r->bus);
    r->worker = NULL;
    r->runtime = NULL;
    r->bus = NULL;
}

bool sw_bench_rollup_reopen(sw_bench_rollup *r, const char *dir) {
    close_bus(r);
    return open_bus(r, dir);
}

void sw_bench_rollup_close(sw_bench_rollup *r) {
    close_bus(r);
    sw_metrics_done(&r->metrics);
    sw_arena_done(&r->arena);
}

/* ---- counting ---- */

void sw_bench_station(uint32_t index, char ret[13]) {
    (void)snprintf(ret, 13, "3209%02u%02u0000", 1 + index % 25, 1 + index / 25 % 80);
}

/* The same event, of another station and day, with a name of its own. */
static sw_err remake(sw_bench_rollup *r, uint64_t i, uint32_t stations, uint32_t days,
                     sw_arena *arena, sw_buf *out, sw_slice *ret_key) {
    char org[13];
    sw_event *event;
    sw_err err = sw_event_from_pb(arena, r->catalogue, r->pool[i % r->pool_count], NULL, &event);
    if (err) return err;
    if (stations) {
        const uint64_t mixed = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
        sw_bench_station((uint32_t)(mixed >> 40) % stations, org);
        event->orgcode = sw_slice_of(org, 12);
        const int64_t day = SW_BENCH_DAY_0 + (int64_t)((mixed >> 20) % days);
        event->time_ms = day * INT64_C(86400000) + (int64_t)(mixed % 57600000);
        event->time_text = SW_SLICE_NONE;
        event->received_ms = event->time_ms;
    }
    event->id = sw_arena_printf(arena, "b%llu", (unsigned long long)i);
    event->identity = sw_event_identity(event->source, event->id);
    *ret_key = event->subject;
    return event->id.ptr ? sw_event_to_pb(event, out) : SW_E_LIMIT;
}

/* While the log has no room, what is there is counted. */
static sw_err make_room(sw_bench_rollup *r, double *cpu_s) {
    sw_turn turn;
    const sw_bench_meter start = sw_bench_now();
    const sw_err err = sw_worker_turn(r->worker, &turn);
    *cpu_s += sw_bench_since(start).cpu_s;
    return err;
}

static bool append_some(sw_bench_rollup *r, uint64_t from, uint64_t to, uint32_t stations,
                        uint32_t days, double *cpu_s) {
    uint32_t topic;
    sw_arena arena;
    sw_buf value;
    sw_err err = sw_topology_topic(&r->topology, SW_TOPIC_EVENTS, &topic);
    sw_arena_init(&arena, (size_t)16 << 20);
    sw_buf_init(&value, (size_t)1 << 20);
    for (uint64_t i = from; !err && i < to; i++) {
        sw_slice key;
        sw_buf_clear(&value);
        err = remake(r, i, stations, days, &arena, &value, &key);
        if (!err)
            err = sw_runtime_append(
                r->runtime,
                &(sw_append){.topic = topic, .key = key, .value = sw_buf_slice(&value)});
        if (err == SW_E_AGAIN) {
            i--;
            err = make_room(r, cpu_s);
        }
        sw_arena_reset(&arena);
    }
    sw_buf_done(&value);
    sw_arena_done(&arena);
    return told(err, "an append");
}

static bool drain(sw_bench_rollup *r) {
    for (int idle = 0; idle < 3;) {
        sw_turn turn;
        if (!told(sw_worker_turn(r->worker, &turn), "a turn")) return false;
        idle = turn.commits > 0 || turn.wait_us == 0 ? 0 : idle + 1;
        if (idle) nanosleep(&(struct timespec){.tv_nsec = (SW_COMMIT_MS + 1) * 1000000L}, NULL);
    }
    return true;
}

bool sw_bench_rollup_count(sw_bench_rollup *r, uint64_t events, uint32_t stations, uint32_t days,
                           double *ret_cpu_s) {
    *ret_cpu_s = 0;
    for (uint64_t i = 0; i < events; i += PART) {
        const uint64_t to = i + PART < events ? i + PART : events;
        if (!append_some(r, i, to, stations, days, ret_cpu_s)) return false;
        const sw_bench_meter start = sw_bench_now();
        if (!drain(r)) return false;
        *ret_cpu_s += sw_bench_since(start).cpu_s;
    }
    return true;
}

bool sw_bench_rollup_tallies(sw_bench_rollup *r, uint64_t *ret) {
    const sw_figure_span all = {SW_S(""), SW_BENCH_DAY_0 - 2000, SW_BENCH_DAY_0 + 2000};
    uint64_t *counts = sw_arena_zero(&r->arena, r->indicators->count + 1, sizeof *counts);
    *ret = 0;
    if (!counts || !told(sw_figure_counts(&r->figures, &all, counts), "the figures")) return false;
    for (uint32_t i = 0; i < r->indicators->count; i++) *ret += counts[i];
    return true;
}
