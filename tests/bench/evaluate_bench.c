/* What seawall-deadline costs on the embedded bus: keyed records per CPU second with a pack of five
 * rules of three levels and cases of six events, and what open periods take of memory and disk.
 *
 *   evaluate_bench FOLDER rate [CASES] [EVENTS]    cases in the course of their lives, so many open
 *   evaluate_bench FOLDER random [CASES] [EVENTS]  the same, but which case is at random
 *   evaluate_bench FOLDER quiet [CASES] [EVENTS]   as rate, without seawall.periods
 *   evaluate_bench FOLDER open [CASES]             five open periods a case; then a restart
 *   evaluate_bench FOLDER rebuild [CASES] [EVENTS] as rate; then all state once more, from the log
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
#include "runtime/rebuild.h"
#include "runtime/runtime.h"
#include "runtime/watch.h"
#include "runtime/worker.h"
#include "topics/topics.h"

#define FIRST_MS INT64_C(1767225600000) /* 2026-01-01 */

enum { PARTITIONS = 4, STEPS = 6, RULES = 5, RECORDS_MAX = 2048 };
enum { OBJECT_BYTES = 220 << 20, DB_BYTES = 100 << 20 };

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

static const char *const names[STEPS] = {"opened",  "noted",    "paused",
                                         "resumed", "extended", "closed"};
static const char fields[] = "{fields: {case_id: {type: string, required: true, key: true}, "
                             "kind: string, days: int, remark: string}}";

#define LEVELS                                                                                     \
    "warn: [{at: 50%, level: blue, to: [handler]}, {at: -24h, level: orange, to: [handler]}, "     \
    "{at: due, level: breach, to: [leader]}]}\n"
#define START "kind: deadline, key: [case_id], start: {on: b.opened}, stop: [{on: b.closed}], "
static const char rules[] =
    "apiVersion: seawall/v1\nkind: RulePack\n"
    "metadata: {name: bench, version: 1.0.0, timezone: Asia/Shanghai}\nrules:\n"
    "  - {id: b.one, " START "limit: 30d, " LEVELS "  - {id: b.two, " START
    "limit: 60d, pause: [{from: {on: b.paused}, to: {on: b.resumed}}], " LEVELS
    "  - {id: b.three, " START "limit: 2mo, extend: [{on: b.extended, by: 1mo}], " LEVELS
    "  - {id: b.four, " START "limit: 37d, count: {begin: next-day}, " LEVELS
    "  - {id: b.five, " START
    "limit: 45d, extend: [{on: b.extended, when: 'data.days == 7', to: 60d}], " LEVELS;

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
    sw_buf text;
    sw_buf_init(&text, 1 << 16);
    sw_buf_printf(&text, "types:\n");
    for (int i = 0; i < STEPS; i++) sw_buf_printf(&text, "  b.%s: %s\n", names[i], fields);
    need(sw_catalogue_parse(&b->arena, SW_S("types.yaml"), sw_buf_slice(&text), &b->diags,
                            &b->catalogue),
         b, "catalogue");
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
                                        .records_max = RECORDS_MAX,
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

static void append(bench *b, uint64_t number, uint32_t step) {
    char name[32], id[48], key[48];
    snprintf(name, sizeof name, "b.%s", names[step]);
    const sw_event_type *type = sw_catalogue_find(b->catalogue, sw_slice_cstr(name));
    sw_value *values = sw_arena_zero(&b->event, type->field_count, sizeof *values);
    int len = snprintf(key, sizeof key, "case_id=A3209812026%09llu", (unsigned long long)number);
    snprintf(id, sizeof id, "%s-%u", key + 8, step);
    sw_event e = {.type = type,
                  .id = sw_slice_cstr(id),
                  .source = SW_S("county/casework"),
                  .subject = sw_slice_of(key + 8, (size_t)len - 8),
                  .orgcode = SW_S("320981010000"),
                  .officerid = SW_S("012345"),
                  .time_ms = FIRST_MS + step,
                  .recorded_ms = SW_TIME_NONE,
                  .received_ms = FIRST_MS + step,
                  .fields = values};
    e.identity = sw_event_identity(e.source, e.id);
    values[sw_event_type_field(type, SW_S("case_id"))] =
        (sw_value){.kind = SW_STRING, .s = e.subject};
    values[sw_event_type_field(type, SW_S("days"))] =
        (sw_value){.kind = SW_INT, .i = number % 3 ? 7 : 5};
    values[sw_event_type_field(type, SW_S("remark"))] = (sw_value){
        .kind = SW_STRING, .s = SW_S("what nobody's condition reads is not kept, 32098101")};
    need(sw_event_content(&e, &e.content), b, "event");
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

/* Only the log: the task is not claimed, so nothing is evaluated. */
static void release(bench *b) {
    for (uint32_t i = 0; i < b->topology.task_count; i++)
        sw_worker_release(b->worker, b->topology.tasks[i].number);
}

static void claim(bench *b) {
    settle(b);
    for (uint32_t i = 0; i < b->topology.task_count; i++)
        need(sw_worker_claim(b->worker, &b->topology.tasks[i]), b, "claim");
}

/* All cases open; then, as cases live: one opens, one is closed, and the four others between them
 * are in their course. */
static void write_course(bench *b, uint64_t cases, uint64_t events, bool at_random) {
    uint64_t rng = 1;
    release(b);
    for (uint64_t i = 0; i < cases; i++) append(b, i, 0);
    for (uint64_t i = 0; i < events; i++) {
        uint64_t round = i / STEPS, step = i % STEPS;
        uint64_t number = cases + round - step * (cases / (STEPS - 1));
        rng = rng * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        if (at_random && step != 0 && step != STEPS - 1)
            number = round + 1 + (rng >> 33) % (cases - 1);
        append(b, number, (uint32_t)step);
    }
    claim(b);
}

/* ---- figures ---- */

static long resident_mb(void) {
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    if (file) fclose(file);
    return resident * sysconf(_SC_PAGESIZE) / (1 << 20);
}

/* Records that the tasks have taken. */
static uint64_t taken(const bench *b) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < b->topology.task_count; i++) {
        const sw_task_spec *task = &b->topology.tasks[i];
        int64_t next = 0;
        need(sw_bus_position(b->bus, task->number, b->keyed, task->partition, &next), b,
             "position");
        sum += (uint64_t)next;
    }
    return sum;
}

/* What comes after the first `before` records. */
static void measure(bench *b, uint64_t before) {
    sw_turn turn;
    while (taken(b) < before) need(sw_worker_turn(b->worker, &turn), b, "turn");
    uint64_t from = taken(b);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    settle(b);
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    double records = (double)(taken(b) - from);
    printf("%.0f records in %.2f CPU s: %.0f a CPU second, %.2f us each; resident %ld MB\n",
           records, cpu, records / cpu, cpu * 1e6 / records, resident_mb());
}

static void measure_open(bench *b, uint64_t cases) {
    sw_db_usage usage;
    measure(b, 0);
    uint64_t periods = cases * RULES;
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
           wall, cpu, (double)usage.disk_bytes / (double)periods, resident_mb());
}

/* All state again, from the records alone, into another database; it has to be the same. */
static void measure_rebuild(bench *b) {
    char dir[600];
    sw_db *target;
    uint64_t records = 0;
    measure(b, 0);
    snprintf(dir, sizeof dir, "%s-rebuilt", b->dir);
    need(sw_db_rocks_open(dir, b->topology.stores, b->topology.store_count,
                          (sw_db_budget){.memory_bytes = DB_BYTES, .cache = true}, &b->diags,
                          &target),
         b, dir);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (uint32_t i = 0; i < b->topology.task_count; i++) {
        const sw_rebuild rebuild = {.topology = &b->topology,
                                    .source = b->bus,
                                    .target = target,
                                    .env = {.clock = &b->clock.clock},
                                    .task = &b->topology.tasks[i],
                                    .until_ms = b->clock.wall_ms,
                                    .dir = dir};
        sw_rebuilt rebuilt;
        uint64_t live;
        need(sw_rebuild_task(&rebuild, &rebuilt), b, "rebuild");
        need(sw_watch_digest(sw_bus_db(b->bus), &b->topology, rebuild.task->number, &live), b,
             "digest");
        if (live != rebuilt.digest) need(SW_E_CORRUPT, b, "what is rebuilt is not the same");
        records += rebuilt.records;
    }
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("%llu records rebuilt in %.2f CPU s: %.0f a CPU second, %.2f us each; resident %ld MB\n",
           (unsigned long long)records, cpu, (double)records / cpu, cpu * 1e6 / (double)records,
           resident_mb());
    sw_db_close(target);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: evaluate_bench FOLDER rate|quiet|random|open|rebuild [CASES] "
                        "[EVENTS]\n");
        return 2;
    }
    static bench b;
    b.dir = argv[1];
    bool open = strcmp(argv[2], "open") == 0, at_random = strcmp(argv[2], "random") == 0;
    uint64_t cases = argc > 3 ? strtoull(argv[3], NULL, 10) : open ? 200000 : 20000;
    uint64_t events = argc > 4 ? strtoull(argv[4], NULL, 10) : 600000;
    if (cases < STEPS || events < 100000) return 2;
    b.quiet = strcmp(argv[2], "quiet") == 0;
    load(&b);
    sw_clock_virtual_init(&b.clock, FIRST_MS + STEPS);
    start(&b);
    write_course(&b, cases, open ? 0 : events, at_random);
    if (open)
        measure_open(&b, cases);
    else if (strcmp(argv[2], "rebuild") == 0)
        measure_rebuild(&b);
    else
        measure(&b, cases);
    stop(&b);
    return 0;
}
