/* Notify: through a gateway, a queue, a storm. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <seawall/v1/event.pb-c.h>

#include "evaluate/warning_pb.h"
#include "notify/directory/directory.h"
#include "notify/notify.h"
#include "runtime/worker.h"
#include "seawall/bench/bench.h"
#include "seawall/bench/gateway.h"
#include "seawall/bench/resident.h"
#include "seawall/cli/cli.h"
#include "seawall/up/people.h"
#include "topics/topics.h"

#define PARTITIONS   4u
#define MINUTE_MS    60000
#define TURNS_MAX    1000000
#define PEOPLE       500u
#define NORMAL_BYTES ((size_t)128 << 20) /* as `seawall up` */
#define SMALL_BYTES  ((size_t)32 << 20)  /* the database is not what is measured */

static const sw_cli_option options[] = {
    {"messages", "N", "through the gateway (default: 10000)", false},
    {"queued", "N", "that wait while it is down (default: 100000)", false},
    {"storm", "N", "warnings at once for 500 officers (default: 50000)", false},
    {"others", "N", "events that concern nobody (default: 200000)", false},
};

static const sw_cli_spec spec = {
    .command = "bench notify",
    .summary = "messages through a gateway stub, memory of a queue, a storm that becomes digests, "
               "events that concern nobody",
    .options = options,
    .option_count = SW_COUNT(options),
};

typedef struct bench {
    sw_arena arena;
    sw_metrics metrics;
    sw_clock_virtual clock;
    sw_clock system;
    sw_notify *notify;
    sw_topology topology;
    sw_bus *bus;
    sw_runtime *runtime;
    sw_worker *worker;
    char dir[300];
} bench;

static bool told(sw_err err, const char *what) {
    if (err) fprintf(stderr, "seawall bench notify: %s: %s\n", what, sw_err_name(err));
    return !err;
}

/* What is shipped, but for the limits, which are not what is measured. */
static bool write_settings(const char *dir, uint16_t port) {
    static const char text[] =
        "kind: Notify\ntimezone: Asia/Shanghai\nlanguage: zh\nlimits: {phone_parts_per_hour: "
        "100000, "
        "phone_burst: 100000, gateway_parts_per_second: 1000000, digest_over: 5}\nlevels:\n"
        "  yellow: {channels: [inbox, sms], merge: 2m}\n  red: {channels: [inbox, sms]}\n"
        "  breach: {channels: [inbox, sms]}\n";
    char path[400];
    snprintf(path, sizeof path, "%s/notify.yaml", dir);
    FILE *file = fopen(path, "we");
    bool good = file && fputs(text, file) >= 0;
    if (file) good = fclose(file) == 0 && good;
    snprintf(path, sizeof path, "%s/channels.yaml", dir);
    file = good ? fopen(path, "we") : NULL;
    good = file && fprintf(file,
                           "kind: Channels\nsms: {driver: kannel, url: 'http://127.0.0.1:%u/', "
                           "username: a, password_file: %s/notify.yaml}\n",
                           port, dir) > 0;
    if (file) good = fclose(file) == 0 && good;
    return good;
}

static bool link_shipped(sw_arena *arena, const char *dir) {
    static const char *const names[] = {"templates.yaml", "loop.yaml"};
    const char *shipped = sw_up_notify_dir(arena);
    char from[PATH_MAX], to[400];
    for (size_t i = 0; shipped && i < SW_COUNT(names); i++) {
        char joined[4200];
        snprintf(joined, sizeof joined, "%s/%s", shipped, names[i]);
        snprintf(to, sizeof to, "%s/%s", dir, names[i]);
        if (!realpath(joined, from) || symlink(from, to) != 0) return false;
    }
    return shipped != NULL;
}

static bool open_notify(bench *b, uint16_t port) {
    sw_diags diags;
    const sw_catalogue *catalogue;
    char channels[400];
    sw_diags_init(&diags, &b->arena, SW_SLICE_NONE, 10);
    if (!sw_bench_folder(NULL, b->dir, sizeof b->dir) || !write_settings(b->dir, port) ||
        !link_shipped(&b->arena, b->dir))
        return false;
    snprintf(channels, sizeof channels, "%s/channels.yaml", b->dir);
    sw_err err =
        sw_catalogue_parse(&b->arena, SW_S("none"), SW_S("types: {}\n"), &diags, &catalogue);
    const sw_notify_options o = {.settings = b->dir,
                                 .channels = channels,
                                 .data_dir = b->dir,
                                 .catalogue = catalogue,
                                 .partitions = PARTITIONS};
    if (!err) err = sw_notify_open(&o, &diags, &b->notify);
    if (err && diags.first) fprintf(stderr, "%.*s\n", SW_FMT(sw_diag_text(&b->arena, diags.first)));
    return told(err, "settings");
}

static bool open_pipeline(bench *b, bool real_time, size_t memory_bytes) {
    const sw_processor *processors[SW_NOTIFY_PROCESSORS];
    const void *shared[SW_NOTIFY_PROCESSORS];
    sw_topic_spec *topics = sw_arena_zero(&b->arena, SW_PIPELINE_TOPICS_MAX, sizeof *topics);
    sw_topic_shape *shapes = sw_arena_zero(&b->arena, SW_PIPELINE_TOPICS_MAX, sizeof *shapes);
    if (!topics || !shapes) return false;
    uint32_t count = sw_topics_fill(PARTITIONS, topics);
    for (uint32_t i = 0; i < count; i++)
        shapes[i] = (sw_topic_shape){topics[i].name, topics[i].partitions};
    sw_notify_processors(b->notify, processors, shared);
    sw_err err = sw_topology_build(&b->arena, processors, shared, SW_NOTIFY_PROCESSORS, shapes,
                                   count, NULL, &b->topology);
    const sw_bus_options bus = {.topics = topics,
                                .topic_count = count,
                                .stores = b->topology.stores,
                                .store_count = b->topology.store_count,
                                .task_count = b->topology.task_numbers,
                                .budget = {.memory_bytes = memory_bytes}};
    char log[400];
    snprintf(log, sizeof log, "%s/log", b->dir);
    if (!err) err = sw_bus_embedded_open(log, &bus, NULL, &b->bus);
    sw_clock_system(&b->system);
    sw_clock_virtual_init(&b->clock,
                          sw_clock_now_ms(&b->system) / 86400000 * 86400000 + 4 * 3600000);
    if (!real_time) b->clock.clock.mono_us = b->system.mono_us;
    sw_metrics_init(&b->metrics, &b->arena);
    const sw_runtime_options runtime = {
        .topology = &b->topology,
        .bus = b->bus,
        .env = {.clock = real_time ? &b->system : &b->clock.clock, .metrics = &b->metrics}};
    if (!err) err = sw_runtime_open(&runtime, &b->runtime);
    return told(err, "the pipeline");
}

static bool put(bench *b, const char *topic, sw_slice key, sw_slice value) {
    sw_append append = {.key = key, .value = value};
    sw_turn turn;
    sw_err err = sw_topology_topic(&b->topology, topic, &append.topic);
    while (!err && (err = sw_runtime_append(b->runtime, &append)) == SW_E_AGAIN) {
        err = b->worker ? sw_worker_turn(b->worker, &turn) : SW_OK;
        if (!b->worker) usleep(1000);
    }
    return told(err, "an append");
}

/* 500 officers of one station, each with a telephone. */
static bool put_people(bench *b) {
    sw_pb pb = {&b->arena, false};
    for (uint32_t i = 0; i < PEOPLE; i++) {
        Seawall__V1__DirectoryEntry entry;
        Seawall__V1__Officer officer;
        Seawall__V1__Phone phone, *phones[] = {&phone};
        seawall__v1__directory_entry__init(&entry);
        seawall__v1__officer__init(&officer);
        seawall__v1__phone__init(&phone);
        phone.number = sw_pb_printf(&pb, "1990000%04u", i);
        officer.id = sw_pb_printf(&pb, "%06u", i);
        officer.name = sw_pb_printf(&pb, "民警%u", i);
        officer.phones = phones;
        officer.n_phones = 1;
        entry.id = sw_pb_printf(&pb, "officer/%06u", i);
        entry.officer = &officer;
        sw_slice bytes;
        if (sw_pb_write(&pb, &entry, &bytes) ||
            !put(b, SW_TOPIC_DIRECTORY, sw_slice_cstr(entry.id), bytes))
            return false;
    }
    return true;
}

static bool put_warning(bench *b, uint32_t i, sw_level level, int64_t now) {
    char c[24], officer[8], topic_key[40];
    snprintf(c, sizeof c, "A32098120%08u", i);
    snprintf(officer, sizeof officer, "%06u", i % PEOPLE);
    snprintf(topic_key, sizeof topic_key, "case_id=%s", c);
    const sw_told_key key = {SW_S("case_id"), sw_slice_cstr(c)};
    const sw_told_event event = {SW_S("x"), sw_slice_cstr(c), SW_S("case.filed")};
    const sw_slice to[] = {SW_S("handler")};
    const sw_told_warning t = {.change = SW_RAISED,
                               .id = sw_hash128_of(sw_slice_cstr(c)),
                               .decided_ms = now,
                               .rule = SW_S("fl.review"),
                               .rule_name = SW_S("受案审查"),
                               .pack = SW_S("p@1"),
                               .kind = SW_DEADLINE,
                               .level = level,
                               .severity = SW_MAJOR,
                               .orgcode = SW_S("320981510000"),
                               .officerid = sw_slice_cstr(officer),
                               .text = SW_S("三日内审查。"),
                               .key = &key,
                               .key_count = 1,
                               .to = to,
                               .to_count = 1,
                               .start_ms = now,
                               .due_ms = now + 5 * 3600000,
                               .fires_ms = now,
                               .late_by_s = -1,
                               .stopped_ms = SW_TIME_NONE,
                               .offset_s = 28800,
                               .events = &event,
                               .event_count = 1};
    sw_buf out;
    sw_buf_init(&out, 8192);
    sw_told_to_pb(&t, &out);
    bool good = told(out.err, "a warning") &&
                put(b, SW_TOPIC_WARNINGS, sw_slice_cstr(topic_key), sw_buf_slice(&out));
    sw_buf_done(&out);
    return good;
}

static void close_bench(bench *b) {
    if (b->notify) sw_notify_stop(b->notify);
    sw_worker_close(b->worker);
    if (b->runtime && !b->worker) (void)!sw_runtime_stop(b->runtime);
    sw_runtime_close(b->runtime);
    sw_notify_close(b->notify);
    sw_bus_close(b->bus);
    if (b->dir[0]) sw_bench_remove(b->dir);
    if (b->metrics.arena) sw_metrics_done(&b->metrics);
    sw_arena_done(&b->arena);
}

static bool run_idle(bench *b) {
    for (uint32_t idle = 0, turns = 0; idle < 8 && turns < TURNS_MAX; turns++) {
        sw_turn turn;
        if (!told(sw_worker_turn(b->worker, &turn), "a turn")) return false;
        bool still = !turn.commits && !turn.retries && turn.wait_us != 0;
        idle = still ? idle + 1 : 0;
        if (still) usleep(20000); /* a commit may wait for its interval */
        sw_clock_virtual_advance(&b->clock, 1);
    }
    return true;
}

static bool open_by_hand(bench *b, size_t memory_bytes) {
    sw_arena_init(&b->arena, (size_t)64 << 20);
    if (!open_notify(b, 1) || !open_pipeline(b, false, memory_bytes)) return false;
    if (!told(sw_worker_open(b->runtime, &b->worker), "a worker")) return false;
    for (uint32_t i = 0; i < b->topology.task_count; i++)
        if (!told(sw_worker_claim(b->worker, &b->topology.tasks[i]), "a claim")) return false;
    return put_people(b) && run_idle(b);
}

static bool count_row(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition;
    (void)key;
    (void)value;
    ++*(uint64_t *)arg;
    return true;
}

static bool count_queue(bench *b, uint64_t *ret) {
    sw_read read;
    const sw_read_range all = {.partition = SW_READ_ALL};
    *ret = 0;
    sw_err err = sw_read_open(sw_bus_db(b->bus), &b->topology, "outbox.queue", &read);
    return told(err ? err : sw_read_scan(&read, &all, count_row, ret), "the queue");
}

/* A storm of warnings for 500 officers: each gets one digest. */
static bool storm(int64_t count) {
    bench b = {.dir = ""};
    uint64_t queued = 0;
    bool good = open_by_hand(&b, NORMAL_BYTES);
    sw_bench_meter start = sw_bench_now();
    int64_t now = sw_clock_now_ms(&b.clock.clock);
    for (int64_t i = 0; good && i < count; i++) good = put_warning(&b, (uint32_t)i, SW_YELLOW, now);
    good = good && run_idle(&b);
    sw_clock_virtual_advance(&b.clock, 3 * MINUTE_MS);
    good = good && run_idle(&b) && count_queue(&b, &queued);
    sw_bench_meter used = sw_bench_since(start);
    if (good)
        printf(
            "storm: %lld warnings for %u officers: %llu messages in %.2f s (%.2f s of processor, "
            "%.1f us a warning)\n",
            (long long)count, PEOPLE, (unsigned long long)queued, used.wall_s, used.cpu_s,
            used.cpu_s * 1e6 / (double)count);
    close_bench(&b);
    return good;
}

/* What waits while the gateway is down is on the disk, not in memory. First as many warnings pass
 * that make no message, so that what batches of that size take is not counted as the queue's. */
static bool queue(int64_t count) {
    bench b = {.dir = ""};
    uint64_t queued = 0;
    bool good = open_by_hand(&b, SMALL_BYTES);
    int64_t now = sw_clock_now_ms(&b.clock.clock);
    for (int64_t i = 0; good && i < count; i++)
        good = put_warning(&b, (uint32_t)(count + i), SW_GREEN, now);
    good = good && run_idle(&b);
    size_t before = sw_resident_bytes(0), most = before;
    for (int64_t i = 0; good && i < count; i++) {
        good = put_warning(&b, (uint32_t)i, SW_BREACH, now);
        if (i % 10000 == 0 && sw_resident_bytes(0) > most) most = sw_resident_bytes(0);
    }
    good = good && run_idle(&b) && count_queue(&b, &queued);
    if (sw_resident_bytes(0) > most) most = sw_resident_bytes(0);
    if (good)
        printf("queue: %llu messages wait: %.1f MB of memory more than without, %.1f MB in all\n",
               (unsigned long long)queued, (double)(most - before) / 1e6, (double)most / 1e6);
    close_bench(&b);
    return good;
}

static sw_slice other_event(sw_pb *pb) {
    Seawall__V1__Event event;
    Seawall__V1__Field field, *fields[] = {&field, &field, &field, &field};
    char *values[] = {(char *)(uintptr_t) "a value of forty bytes, as many have them"};
    seawall__v1__event__init(&event);
    seawall__v1__field__init(&field);
    field.name = (char *)(uintptr_t) "some_field";
    field.strings = values;
    field.n_strings = 1;
    event.id = (char *)(uintptr_t) "e-00000001";
    event.source = (char *)(uintptr_t) "urn:source";
    event.type = (char *)(uintptr_t) "coercion.detained";
    event.fields = fields;
    event.n_fields = SW_COUNT(fields);
    sw_slice bytes = SW_SLICE_NONE;
    (void)!sw_pb_write(pb, &event, &bytes);
    return bytes;
}

/* Events of which only the type is read. The appending is measured with `read` false. */
static bool pass_others(int64_t count, bool read, double *ret_cpu_s) {
    bench b = {.dir = ""};
    bool good = open_by_hand(&b, NORMAL_BYTES);
    sw_pb pb = {&b.arena, false};
    sw_slice value = good ? other_event(&pb) : SW_SLICE_NONE;
    const char *topic = read ? SW_TOPIC_KEYED : SW_TOPIC_EVENTS;
    sw_bench_meter start = sw_bench_now();
    for (int64_t i = 0; good && i < count; i++) {
        char key[40];
        snprintf(key, sizeof key, "case_id=A32098120%08lld", (long long)(i / 8));
        good = put(&b, topic, sw_slice_cstr(key), value);
    }
    good = good && run_idle(&b);
    *ret_cpu_s = sw_bench_since(start).cpu_s;
    close_bench(&b);
    return good;
}

static bool others(int64_t count) {
    double all, alone;
    bool good = pass_others(count, false, &alone) && pass_others(count, true, &all);
    if (good)
        printf("others: %lld events that concern nobody: %.2f us of processor each\n",
               (long long)count, (all - alone) * 1e6 / (double)count);
    return good;
}

static double child_cpu(pid_t child) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
    return sw_bench_stat_cpu_s(path, "");
}

/* From the warning to the gateway, which is a process of its own. */
static bool through_gateway(int64_t count) {
    bench b = {.dir = ""};
    sw_bench_gateway gateway;
    if (!sw_bench_gateway_start(&gateway)) return false;
    sw_arena_init(&b.arena, (size_t)64 << 20);
    bool good = open_notify(&b, gateway.port) && open_pipeline(&b, true, NORMAL_BYTES) &&
                put_people(&b) && told(sw_runtime_start(b.runtime, 1), "threads");
    usleep(500000); /* the directory */
    const sw_notify_home home = {.topology = &b.topology,
                                 .bus = b.bus,
                                 .runtime = b.runtime,
                                 .env = {.clock = &b.system, .metrics = &b.metrics}};
    good = good && told(sw_notify_start(b.notify, &home), "the executor");
    sw_bench_meter start = sw_bench_now();
    int64_t now = sw_clock_now_ms(&b.system);
    for (int64_t i = 0; good && i < count; i++) good = put_warning(&b, (uint32_t)i, SW_BREACH, now);
    while (good && sw_bench_gateway_count(&gateway) < (uint64_t)count &&
           !sw_runtime_error(b.runtime))
        usleep(2000);
    sw_bench_meter used = sw_bench_since(start);
    double stub = child_cpu(gateway.child);
    if (good)
        printf(
            "gateway: %lld messages in %.2f s: %.0f/s; %.2f s of processor (%.0f/s on one core), "
            "the stub's %.2f s apart\n",
            (long long)count, used.wall_s, (double)count / used.wall_s, used.cpu_s,
            (double)count / used.cpu_s, stub);
    close_bench(&b);
    sw_bench_gateway_stop(&gateway);
    return good;
}

static int bench_notify(const sw_cli *cli, sw_arena *arena) {
    (void)arena;
    static const char *const names[] = {"messages", "queued", "storm", "others"};
    int64_t numbers[] = {10000, 100000, 50000, 200000};
    for (size_t i = 0; i < SW_COUNT(names); i++)
        if (sw_cli_value(cli, names[i]) &&
            !sw_bench_number(names[i], sw_cli_value(cli, names[i]), 0, 10000000, &numbers[i]))
            return SW_EXIT_USAGE;
    bool good = (!numbers[0] || through_gateway(numbers[0])) &&
                (!numbers[1] || queue(numbers[1])) && (!numbers[2] || storm(numbers[2])) &&
                (!numbers[3] || others(numbers[3]));
    return good ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, bench_notify);
}

const sw_command sw_bench_notify = {"notify", "messages to people: gateway, queue, storm", run};
