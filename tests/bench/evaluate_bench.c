/* What seawall-deadline costs on the embedded bus: keyed records per CPU second with a pack of five
 * rules, and what open periods take of memory and disk.
 *
 *   evaluate_bench FOLDER rate [CASES] [EVENTS]        cases one after the other, as generated
 *   evaluate_bench FOLDER random [CASES] [EVENTS]      the same records in random order
 *   evaluate_bench FOLDER quiet [CASES] [EVENTS]       as rate, without seawall.periods
 *   evaluate_bench FOLDER open [CASES]                 one open period a case; then a restart
 *
 * FOLDER must not be there yet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bus/bus.h"
#include "deadline/deadline.h"
#include "runtime/runtime.h"
#include "runtime/worker.h"
#include "topics/topics.h"

#define HOUR_MS  INT64_C(3600000)
#define FIRST_MS INT64_C(1767225600000) /* 2026-01-01 */

enum { PARTITIONS = 8, OBJECT_BYTES = 64 << 20, DB_BYTES = 128 << 20 };

typedef struct bench {
    const char *dir;
    bool quiet;
    sw_arena arena, event;
    sw_diags diags;
    const sw_catalogue *catalogue;
    const sw_ruleset *set;
    const sw_evaluator *evaluator;
    sw_topology topology;
    sw_topic_spec topics[SW_PIPELINE_TOPICS_MAX];
    sw_topic_shape shapes[SW_PIPELINE_TOPICS_MAX];
    uint32_t topic_count, keyed;
    sw_clock_virtual clock;
    sw_bus *bus;
    sw_runtime *runtime;
    sw_worker *worker;
    sw_buf bytes;
} bench;

static const char fields[] =
    "{fields: {case_id: {type: string, required: true, key: true}, kind: string, days: int, "
    "at: timestamp, address: string}}\n";

static const char rules[] =
    "apiVersion: seawall/v1\nkind: RulePack\n"
    "metadata: {name: bench, version: 1.0.0, timezone: Asia/Shanghai}\nrules:\n"
    "  - {id: first, kind: deadline, key: [case_id], start: {on: open, when: 'data.kind == "
    "\"criminal\"'},\n"
    "     stop: [{on: close}], limit: 30d, extend: [{on: move, when: 'data.days == 7', to: 37d}],\n"
    "     warn: [{at: -24h, level: orange, to: [handler]}, {at: due, level: breach, to: "
    "[handler]}]}\n"
    "  - {id: second, kind: deadline, key: [case_id], start: {on: note}, stop: [{on: close}],\n"
    "     limit: 2mo, warn: [{at: -7d, level: yellow, to: [handler]}, {at: due, level: breach, to: "
    "[handler]}]}\n"
    "  - {id: third, kind: deadline, key: [case_id], start: {on: move}, stop: [{on: close}],\n"
    "     limit: 5d, warn: [{at: due, level: red, to: [handler]}]}\n"
    "  - {id: fourth, kind: deadline, key: [case_id], start: {on: other}, limit: 24h,\n"
    "     warn: [{at: due, level: red, to: [handler]}]}\n"
    "  - {id: fifth, kind: deadline, key: [case_id], start: {on: open}, stop: [{on: note}],\n"
    "     limit: 7d, warn: [{at: due, level: orange, to: [handler]}]}\n";

static void need(sw_err err, const bench *b, const char *what) {
    if (err == SW_OK) return;
    for (const sw_diag *diag = b->diags.first; diag; diag = diag->next)
        fprintf(stderr, "%s: %.*s\n", what, SW_FMT(diag->message));
    fprintf(stderr, "%s: %s\n", what, sw_err_name(err));
    exit(1);
}

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void load(bench *b) {
    sw_arena_init(&b->arena, (size_t)256 << 20);
    sw_arena_init(&b->event, (size_t)1 << 20);
    sw_diags_init(&b->diags, &b->arena, SW_SLICE_NONE, 20);
    sw_buf_init(&b->bytes, 1 << 20);
    sw_slice text =
        sw_arena_printf(&b->arena, "types:\n  open: %s  note: %s  move: %s  close: %s  other: %s",
                        fields, fields, fields, fields, fields);
    need(sw_catalogue_parse(&b->arena, SW_S("types.yaml"), text, &b->diags, &b->catalogue), b,
         "catalogue");
    const sw_pack_text pack = {SW_S("bench.yaml"), sw_slice_cstr(rules)};
    const sw_ruleset_options options = {.catalogue = b->catalogue};
    need(sw_ruleset_parse(&b->arena, &options, &pack, 1, &b->diags, &b->set), b, "pack");
    const sw_evaluator_options evaluator = {.set = b->set,
                                            .kinds = 1u << SW_DEADLINE,
                                            .warnings = SW_TOPIC_WARNINGS,
                                            .periods = b->quiet ? NULL : SW_TOPIC_PERIODS};
    need(sw_evaluator_new(&b->arena, &evaluator, &b->evaluator), b, "evaluator");
    static const sw_processor *const processors[] = {&sw_deadline};
    const void *shared[] = {b->evaluator};
    b->topic_count = sw_topics_fill(PARTITIONS, b->topics);
    for (uint32_t i = 0; i < b->topic_count; i++)
        b->shapes[i] = (sw_topic_shape){b->topics[i].name, b->topics[i].partitions};
    need(sw_topology_build(&b->arena, processors, shared, 1, b->shapes, b->topic_count, &b->diags,
                           &b->topology),
         b, "topology");
    need(sw_topology_topic(&b->topology, SW_TOPIC_KEYED, &b->keyed), b, "topic");
}

static void start(bench *b) {
    const sw_bus_options options = {.topics = b->topics,
                                    .topic_count = b->topic_count,
                                    .stores = b->topology.stores,
                                    .store_count = b->topology.store_count,
                                    .task_count = b->topology.task_numbers,
                                    .budget = {.memory_bytes = DB_BYTES}};
    need(sw_bus_embedded_open(b->dir, &options, &b->diags, &b->bus), b, b->dir);
    const sw_runtime_options runtime = {.topology = &b->topology,
                                        .bus = b->bus,
                                        .env = {.clock = &b->clock.clock},
                                        .object_bytes = OBJECT_BYTES,
                                        .seed = 1};
    need(sw_runtime_open(&runtime, &b->runtime), b, "runtime");
    need(sw_worker_open(b->runtime, &b->worker), b, "worker");
    for (uint32_t i = 0; i < b->topology.task_count; i++)
        need(sw_worker_claim(b->worker, &b->topology.tasks[i]), b, "claim");
}

static void stop(bench *b) {
    sw_worker_close(b->worker);
    sw_runtime_close(b->runtime);
    sw_bus_close(b->bus);
}

/* ---- records ---- */

static void append(bench *b, uint32_t number, uint32_t step) {
    static const char *const types[] = {"open", "note", "move", "close"};
    const sw_event_type *type = sw_catalogue_find(b->catalogue, sw_slice_cstr(types[step % 4]));
    sw_value *values = sw_arena_zero(&b->event, type->field_count, sizeof *values);
    char id[32], key[32];
    snprintf(id, sizeof id, "e%u-%u", number, step);
    int len = snprintf(key, sizeof key, "case_id=A3209812026%07u", number);
    sw_event e = {.type = type,
                  .id = sw_slice_cstr(id),
                  .source = SW_S("case-system"),
                  .subject = sw_slice_of(key + 8, (size_t)len - 8),
                  .orgcode = SW_S("320981010000"),
                  .officerid = SW_S("012345"),
                  .time_ms = FIRST_MS + step * HOUR_MS,
                  .recorded_ms = SW_TIME_NONE,
                  .received_ms = FIRST_MS + step * HOUR_MS,
                  .fields = values};
    e.identity = sw_event_identity(e.source, e.id);
    values[sw_event_type_field(type, SW_S("case_id"))] =
        (sw_value){.kind = SW_STRING, .s = e.subject};
    values[sw_event_type_field(type, SW_S("kind"))] =
        (sw_value){.kind = SW_STRING, .s = SW_S("criminal")};
    values[sw_event_type_field(type, SW_S("days"))] = (sw_value){.kind = SW_INT, .i = 7};
    values[sw_event_type_field(type, SW_S("address"))] =
        (sw_value){.kind = SW_STRING, .s = SW_S("東台市某鎮某村某組某號")};
    sw_buf_clear(&b->bytes);
    need(sw_event_to_pb(&e, &b->bytes), b, "event");
    sw_append record = {
        .topic = b->keyed, .key = sw_slice_of(key, (size_t)len), .value = sw_buf_slice(&b->bytes)};
    sw_err err;
    while ((err = sw_runtime_append(b->runtime, &record)) == SW_E_AGAIN) {
        sw_turn turn;
        b->clock.mono_us += 1000;
        need(sw_worker_turn(b->worker, &turn), b, "turn");
    }
    need(err, b, "append");
    sw_arena_reset(&b->event);
}

static void settle(bench *b) {
    for (int idle = 0; idle < 8;) {
        sw_turn turn;
        need(sw_worker_turn(b->worker, &turn), b, "turn");
        idle = turn.commits ? 0 : idle + 1;
        b->clock.mono_us += 20000;
    }
}

/* Shares no factor with `cases`: its multiples visit each case once, in no order. */
static uint64_t stride_of(uint32_t cases) {
    for (uint64_t stride = cases * UINT64_C(5) / 8 + 1;; stride++) {
        uint64_t a = stride, c = cases;
        while (c) {
            uint64_t rest = a % c;
            a = c;
            c = rest;
        }
        if (a == 1) return stride;
    }
}

/* Only the log: the task is not claimed, so nothing is evaluated. */
static void write_log(bench *b, uint32_t cases, uint32_t events, bool shuffled) {
    uint64_t all = (uint64_t)cases * events, stride = stride_of(cases);
    for (uint32_t i = 0; i < b->topology.task_count; i++)
        sw_worker_release(b->worker, b->topology.tasks[i].number);
    for (uint64_t i = 0; i < all; i++) {
        uint64_t number = shuffled ? i % cases * stride % cases : i / events;
        append(b, (uint32_t)number, (uint32_t)(shuffled ? i / cases : i % events));
    }
    settle(b);
    for (uint32_t i = 0; i < b->topology.task_count; i++)
        need(sw_worker_claim(b->worker, &b->topology.tasks[i]), b, "claim");
}

/* ---- figures ---- */

static long resident_mb(void) {
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    if (file) fclose(file);
    return resident * sysconf(_SC_PAGESIZE) / (1 << 20);
}

static void measure(bench *b, uint64_t records) {
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    settle(b);
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("%llu records in %.2f CPU s: %.0f a CPU second, %.2f us each; resident %ld MB\n",
           (unsigned long long)records, cpu, (double)records / cpu, cpu * 1e6 / (double)records,
           resident_mb());
}

static void measure_open(bench *b, uint64_t cases) {
    sw_db_usage usage;
    measure(b, cases);
    stop(b);
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    start(b);
    sw_turn turn;
    need(sw_worker_turn(b->worker, &turn), b, "turn");
    wall = seconds(CLOCK_MONOTONIC) - wall;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    sw_db_usage_read(sw_bus_db(b->bus), &usage);
    printf("restart to the first turn: %.2f s, %.2f CPU s; disk %.0f bytes a period, log included; "
           "resident %ld MB\n",
           wall, cpu, (double)usage.disk_bytes / (double)cases, resident_mb());
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: evaluate_bench FOLDER rate|quiet|random|open [CASES] [EVENTS]\n");
        return 2;
    }
    static bench b;
    b.dir = argv[1];
    bool open = strcmp(argv[2], "open") == 0, shuffled = strcmp(argv[2], "random") == 0;
    uint32_t cases = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 100000;
    uint32_t events = open ? 1 : argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 4;
    if (cases == 0 || events == 0) return 2;
    b.quiet = strcmp(argv[2], "quiet") == 0;
    load(&b);
    sw_clock_virtual_init(&b.clock, FIRST_MS + 4 * HOUR_MS);
    start(&b);
    write_log(&b, cases, events, shuffled);
    if (open)
        measure_open(&b, cases);
    else
        measure(&b, (uint64_t)cases * events);
    stop(&b);
    return 0;
}
