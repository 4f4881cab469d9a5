#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus/bus.h"
#include "seawall/bench/bench.h"
#include "seawall/cli/cli.h"

#define PARTITIONS 8u
#define KEY_BYTES  20u
#define GROUP_MAX  100000

typedef struct append_options {
    int64_t records, rate, interval_ms, record_bytes;
    const char *dir;
} append_options;

typedef struct append_result {
    sw_bench_meter run;
    uint64_t groups, disk_bytes;
    double slowest_ms, p99_ms; /* of a commit */
    double reopen_s;
} append_result;

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The records of a group, over and over with other keys; values from a pool that is not all alike.
 */
typedef struct source {
    sw_record *records;
    char *bytes; /* of keys and values */
    uint32_t count;
} source;

static bool fill_source(source *s, const append_options *options) {
    sw_rng rng;
    size_t bytes = (size_t)options->record_bytes;
    s->count = (uint32_t)(options->rate * options->interval_ms / 1000);
    if (s->count == 0) s->count = 1;
    s->records = calloc(s->count, sizeof *s->records);
    s->bytes = malloc(s->count * bytes);
    if (!s->records || !s->bytes) return false;
    sw_rng_init(&rng, 1);
    for (uint32_t i = 0; i < s->count; i++) {
        char *at = s->bytes + i * bytes;
        sw_bench_fill(&rng, at, bytes);
        s->records[i] = (sw_record){.partition = i % PARTITIONS,
                                    .key = sw_slice_of(at + bytes - KEY_BYTES, KEY_BYTES),
                                    .value = sw_slice_of(at, bytes - KEY_BYTES)};
    }
    return true;
}

static void wait_until(double wall_s) {
    double left = wall_s - sw_bench_now().wall_s;
    if (left <= 0) return;
    struct timespec pause = {.tv_sec = (time_t)left,
                             .tv_nsec = (long)((left - (double)(time_t)left) * 1e9)};
    nanosleep(&pause, NULL);
}

static sw_err append_all(sw_bus *bus, const append_options *options, source *s, double *latencies,
                         append_result *ret) {
    uint64_t epoch;
    int64_t left = options->records;
    sw_err err = sw_bus_claim(bus, 0, &epoch);
    sw_bench_meter start = sw_bench_now();
    ret->groups = 0;
    while (!err && left > 0) {
        wait_until(start.wall_s + (double)ret->groups * (double)options->interval_ms / 1000);
        uint32_t count = left < s->count ? (uint32_t)left : s->count;
        int64_t now_ms = (int64_t)ret->groups * options->interval_ms;
        for (uint32_t i = 0; i < count; i++) s->records[i].timestamp_ms = now_ms;
        sw_commit commit = {
            .epoch = epoch, .now_ms = now_ms, .records = s->records, .record_count = count};
        double before = sw_bench_now().wall_s;
        err = sw_bus_commit(bus, &commit, 1, NULL);
        latencies[ret->groups++] = (sw_bench_now().wall_s - before) * 1000;
        left -= count;
    }
    ret->run = sw_bench_since(start);
    return err;
}

static sw_err open_bus(const char *dir, sw_diags *diags, sw_bus **ret) {
    static const sw_topic_spec topic = {.name = "seawall.events", .partitions = PARTITIONS};
    sw_bus_options options = {.topics = &topic,
                              .topic_count = 1,
                              .task_count = 1,
                              .budget = {.memory_bytes = (size_t)256 << 20}};
    return sw_bus_embedded_open(dir, &options, diags, ret);
}

static sw_err measure(const char *dir, const append_options *options, sw_diags *diags,
                      append_result *ret) {
    source s = {0};
    sw_bus *bus = NULL;
    sw_db_usage usage;
    double *latencies = NULL;
    sw_err err = fill_source(&s, options) ? SW_OK : SW_E_NOMEM;
    if (!err) latencies = calloc((size_t)(options->records / s.count) + 2, sizeof latencies[0]);
    if (!err && !latencies) err = SW_E_NOMEM;
    if (!err) err = open_bus(dir, diags, &bus);
    if (!err) err = append_all(bus, options, &s, latencies, ret);
    sw_bus_close(bus);
    if (!err) {
        bus = NULL;
        double before = sw_bench_now().wall_s;
        err = open_bus(dir, diags, &bus);
        ret->reopen_s = sw_bench_now().wall_s - before;
        if (!err) sw_db_usage_read(sw_bus_db(bus), &usage);
        if (!err) ret->disk_bytes = usage.disk_bytes;
        sw_bus_close(bus);
    }
    if (!err) {
        qsort(latencies, ret->groups, sizeof latencies[0], compare_doubles);
        ret->p99_ms = latencies[ret->groups * 99 / 100];
        ret->slowest_ms = latencies[ret->groups - 1];
    }
    free(latencies);
    free(s.records);
    free(s.bytes);
    return err;
}

static void print(const append_options *options, const append_result *r, bool json) {
    double records = (double)options->records;
    double appended = records * (double)options->record_bytes;
    printf(json ? "{\"records\":%.0f,\"records_per_cpu_second\":%.0f,\"records_per_second\":%.0f,"
                  "\"write_amplification\":%.2f,\"disk_bytes_per_record\":%.1f,"
                  "\"commit_p99_ms\":%.2f,\"commit_max_ms\":%.2f,\"reopen_seconds\":%.2f}\n"
                : "%.0f records\n"
                  "  %.0f a CPU second (%.0f a second as asked for)\n"
                  "  write amplification %.2f, %.1f bytes on disk a record\n"
                  "  commit p99 %.2f ms, slowest %.2f ms\n"
                  "  opening again, with the proof of the chain: %.2f s\n",
           records, records / r->run.cpu_s, records / r->run.wall_s,
           (double)r->run.written_bytes / appended, (double)r->disk_bytes / records, r->p99_ms,
           r->slowest_ms, r->reopen_s);
}

static const sw_cli_option cli_options[] = {
    {"records", "N", "how many (4000000)", false},
    {"bytes", "N", "of a record, its key of 20 among them (200)", false},
    {"rate", "N", "records a second (400000)", false},
    {"interval-ms", "N", "time between syncs (10)", false},
    {"dir", "FOLDER", "where to make the log ($TMPDIR)", false},
};
static const sw_cli_spec spec = {
    .command = "bench append",
    .summary = "Appends to an embedded log in groups with one sync each, and opens it again.",
    .options = cli_options,
    .option_count = SW_COUNT(cli_options),
    .notes = "CPU seconds are those of all threads, flushes and compactions among them.",
};

static bool read_options(const sw_cli *cli, append_options *ret) {
    *ret = (append_options){.records = 4000000,
                            .rate = 400000,
                            .interval_ms = 10,
                            .record_bytes = 200,
                            .dir = sw_cli_value(cli, "dir")};
    return sw_bench_number("records", sw_cli_value(cli, "records"), 1, 1000000000, &ret->records) &&
           sw_bench_number("bytes", sw_cli_value(cli, "bytes"), KEY_BYTES, 1 << 20,
                           &ret->record_bytes) &&
           sw_bench_number("interval-ms", sw_cli_value(cli, "interval-ms"), 1, 1000,
                           &ret->interval_ms) &&
           sw_bench_number("rate", sw_cli_value(cli, "rate"), 1,
                           GROUP_MAX * 1000 / ret->interval_ms, &ret->rate);
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_diags diags;
    append_options options;
    append_result result;
    char dir[512];
    if (!read_options(cli, &options)) return SW_EXIT_USAGE;
    if (!sw_bench_folder(options.dir, dir, sizeof dir)) return SW_EXIT_FAILED;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 10);
    sw_err err = measure(dir, &options, &diags, &result);
    if (!err) print(&options, &result, cli->json);
    if (err) fprintf(stderr, "seawall bench append: %s\n", sw_err_name(err));
    for (const sw_diag *d = diags.first; d; d = d->next)
        fprintf(stderr, "%.*s\n", SW_FMT(sw_diag_text(arena, d)));
    sw_bench_remove(dir);
    return err ? SW_EXIT_FAILED : SW_EXIT_OK;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_bench_append = {"append", "append to an embedded log", run};
