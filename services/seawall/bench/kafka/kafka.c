#include "seawall/bench/kafka/kafka.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seawall/bench/kafka/course.h"
#include "seawall/bench/runtime/runtime.h"
#include "seawall/cli/cli.h"
#include "topics/topics.h"

typedef struct bench {
    const char *brokers, *dir, *only;
    int64_t periods, events, core, memory_mb, decoded_mb, batch, commit_ms;
    sw_bench_pace pace;
    char prefix[64], keyed[128], folder[512];
    sw_bench_shape shape;
    sw_bench_report *report; /* of all processes: shared memory */
    uint64_t cases, seed;
    uint64_t before; /* records until so many cases are open */
    sw_bench_course course;
} bench;

static void before(void *arg, uint64_t i, uint64_t *ret_case, uint32_t *ret_step) {
    const bench *b = arg;
    *ret_case = b->course.before[i].number;
    *ret_step = b->course.before[i].step;
}

static void in_course(void *arg, uint64_t i, uint64_t *ret_case, uint32_t *ret_step) {
    bench *b = arg;
    const sw_bench_due due = sw_bench_course_next(&b->course, SW_BENCH_KAFKA_STEPS);
    (void)i;
    *ret_case = due.number;
    *ret_step = due.step;
}

static void at_random(void *arg, uint64_t i, uint64_t *ret_case, uint32_t *ret_step) {
    bench *b = arg;
    const sw_bench_due due = sw_bench_course_any(&b->course, SW_BENCH_KAFKA_STEPS);
    (void)i;
    *ret_case = due.number;
    *ret_step = due.step;
}

static sw_bench_kafka_options options_of(const bench *b) {
    return (sw_bench_kafka_options){.brokers = b->brokers,
                                    .prefix = b->prefix,
                                    .dir = b->folder,
                                    .set = b->shape.set,
                                    .memory_bytes = (size_t)b->memory_mb << 20,
                                    .object_bytes = (size_t)b->decoded_mb << 20,
                                    .commit_ms = b->commit_ms};
}

static double per_cpu(double count, sw_bench_meter used) {
    return used.cpu_s > 0 ? count / used.cpu_s : 0;
}

static bool fill(bench *b, uint64_t records,
                 void (*at)(void *arg, uint64_t i, uint64_t *ret_case, uint32_t *ret_step)) {
    return sw_bench_kafka_fill(b->brokers, b->keyed, &b->shape, records, at, b);
}

/* Makes the topics, and everything that is read: in a process of its own, whose memory does not
 * count. */
static bool prepare(bench *b) {
    sw_bench_kafka_rig rig;
    sw_bench_kafka_options options = options_of(b);
    bool ok = sw_bench_kafka_open(&rig, &options);
    if (ok)
        sw_bench_line(b->report, "memory of an idle service", (double)sw_resident_bytes(0) / 1e6,
                      "MB", 40, true);
    sw_bench_kafka_close(&rig);
    sw_bench_remove(b->folder);
    ok = ok && sw_bench_course_init(&b->course, b->cases, SW_BENCH_KAFKA_STEPS, b->seed) &&
         fill(b, b->before, before) && fill(b, (uint64_t)b->events, in_course) &&
         fill(b, (uint64_t)b->events, at_random);
    sw_bench_course_done(&b->course);
    return ok;
}

/* So many more records, until there are `end`. */
static bool measure_records(bench *b, sw_bench_kafka_rig *rig, const char *what, int64_t end,
                            double target) {
    char wall[80];
    sw_bench_meter start = sw_bench_now();
    if (!sw_bench_kafka_until(rig, end)) return false;
    sw_bench_meter used = sw_bench_since(start);
    sw_bench_line(b->report, what, per_cpu((double)b->events, used), "records/CPU-s", target,
                  false);
    snprintf(wall, sizeof wall, "%s, by the wall", what);
    sw_bench_line(b->report, wall, (double)b->events / used.wall_s, "records/s", 0, false);
    return true;
}

/* In a process of its own, which dies as by kill -9, with what it has not flushed. It takes all
 * records in one go, as a service that has run for long: what it has decoded stays. */
static bool measure(bench *b) {
    sw_bench_kafka_rig rig;
    sw_bench_kafka_options options = options_of(b);
    const int64_t opened = (int64_t)b->before;
    sw_bench_meter start = sw_bench_now();
    if (!sw_bench_kafka_open(&rig, &options)) return false;
    if (!sw_bench_kafka_until(&rig, opened)) return false;
    sw_bench_meter used = sw_bench_since(start);
    sw_bench_line(b->report, "keyed records until so many periods are open",
                  per_cpu((double)opened, used), "records/CPU-s", 0, false);
    if (!measure_records(b, &rig, "keyed records", opened + b->events, 160000)) return false;
    sw_bench_line(b->report, "memory, at the highest", (double)rig.most_bytes / 1e6, "MB", 400,
                  true);
    return measure_records(b, &rig, "keyed records, random order", opened + 2 * b->events, 0);
}

/* In a process of its own: threads of RocksDB and librdkafka do not live through a fork. */
static bool apart(bench *b, bool (*part)(bench *b)) {
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sw_resident_forked();
        bool ok = part(b);
        fflush(NULL);
        if (!ok) _exit(1);
        raise(SIGKILL);
    }
    int status;
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
}

static bool restart(bench *b, const char *what, const char *rate, double target_s,
                    double target_rate) {
    sw_bench_kafka_rig rig;
    sw_bench_kafka_options options = options_of(b);
    sw_bench_meter start = sw_bench_now();
    if (!sw_bench_kafka_open(&rig, &options)) return false;
    sw_bench_meter used = sw_bench_since(start);
    double rows = (double)sw_metric_value(rig.restored);
    sw_bench_line(b->report, what, used.wall_s, "s", target_s, true);
    sw_bench_line(b->report, rate, rows / used.wall_s, "rows/s", target_rate, false);
    sw_bench_line(b->report, "rows of changelogs read", rows, "rows", 0, false);
    sw_bench_kafka_close(&rig);
    return true;
}

static bool restart_kept(bench *b) {
    return restart(b, "ready after kill -9, disk kept", "the tail restored at", 2, 0);
}

static bool restart_empty(bench *b) {
    return restart(b, "ready on an empty disk", "restored at", 4, 700000);
}

static bool rebuild(bench *b) {
    char dir[540];
    sw_bench_kafka_rig rig;
    sw_bench_meter used;
    uint64_t records = 0;
    sw_bench_kafka_options options = options_of(b);
    snprintf(dir, sizeof dir, "%s-rebuilt", b->folder);
    bool ok = sw_bench_kafka_open(&rig, &options) &&
              sw_bench_kafka_rebuild(&rig, dir, options.memory_bytes, &records, &used);
    if (ok)
        sw_bench_line(b->report, "state rebuilt from the log", per_cpu((double)records, used),
                      "events/CPU-s", 200000, false);
    sw_bench_kafka_close(&rig);
    return ok;
}

static bool pass(bench *b) {
    char to[160];
    sw_bench_pass result;
    snprintf(to, sizeof to, "%s%s", b->prefix, SW_TOPIC_TASKS); /* a topic that nobody uses here */
    uint64_t count = b->before + 2 * (uint64_t)b->events;
    if (!sw_bench_kafka_pass(b->brokers, b->keyed, to, count, (uint32_t)b->batch, &result))
        return false;
    sw_bench_line(b->report, "plain loop of the same records",
                  per_cpu((double)result.records, result.run), "records/CPU-s", 0, false);
    return true;
}

/* A part with topics, a folder and a process of its own. */
static sw_bench_kafka_options options_beside(const bench *b, const char *name, char prefix[80],
                                             char folder[540]) {
    sw_bench_kafka_options options = options_of(b);
    snprintf(prefix, 80, "%s%s.", b->prefix, name);
    snprintf(folder, 540, "%s-%s", b->folder, name);
    options.prefix = prefix;
    options.dir = folder;
    return options;
}

static void tell_took(bench *b, const char *what, const sw_bench_took *took, double target_ms) {
    char text[80];
    snprintf(text, sizeof text, "%s, p50", what);
    sw_bench_line(b->report, text, took->p50_ms, "ms", 0, true);
    snprintf(text, sizeof text, "%s, p99", what);
    sw_bench_line(b->report, text, took->p99_ms, "ms", target_ms, true);
    sw_bench_line(b->report, "warnings measured", (double)took->warned, "warnings", 0, false);
}

/* With commits every 50 ms. */
static bool latency(bench *b) {
    sw_bench_kafka_rig rig;
    char prefix[80], folder[540], keyed[160], warnings[160];
    sw_bench_took took;
    sw_bench_kafka_options options = options_beside(b, "at", prefix, folder);
    snprintf(keyed, sizeof keyed, "%s%s", prefix, SW_TOPIC_KEYED);
    snprintf(warnings, sizeof warnings, "%s%s", prefix, SW_TOPIC_WARNINGS);
    options.commit_ms = 50;
    if (!sw_bench_kafka_open(&rig, &options)) return false;
    if (!sw_bench_kafka_latency_of(&rig, b->brokers, keyed, warnings, &b->shape, &b->pace, &took))
        return false;
    tell_took(b, "keyed record to warning", &took, 80);
    sw_metric *commit;
    if (sw_metrics_get(&rig.metrics, SW_METRIC_HISTOGRAM, "seawall_commit_us", "", "", &commit))
        return false;
    sw_bench_line(b->report, "commits, p50", (double)sw_metric_quantile(commit, 500) / 1000, "ms",
                  0, true);
    sw_bench_line(b->report, "commits, p99", (double)sw_metric_quantile(commit, 990) / 1000, "ms",
                  0, true);
    sw_bench_line(b->report, "commits", (double)sw_metric_count(commit), "commits", 0, false);
    return true;
}

static bool door(bench *b) {
    char prefix[80], folder[540];
    sw_bench_took took;
    sw_bench_kafka_options options = options_beside(b, "door", prefix, folder);
    if (!sw_bench_kafka_door(&options, &b->shape, &b->pace, &took)) return false;
    tell_took(b, "posted event to warning", &took, 250);
    return true;
}

static bool core_pack(bench *b) {
    static sw_bench_core core;
    sw_bench_kafka_rig rig;
    char prefix[80], folder[540], keyed[160];
    uint64_t records;
    sw_bench_kafka_options options = options_beside(b, "core", prefix, folder);
    snprintf(keyed, sizeof keyed, "%s%s", prefix, SW_TOPIC_KEYED);
    if (mkdir(folder, 0755) || !sw_bench_core_open(&core, folder, (uint64_t)b->core)) return false;
    snprintf(folder + strlen(folder), sizeof folder - strlen(folder), "/state");
    options.set = core.load.set;
    if (!sw_bench_kafka_open(&rig, &options) || sw_runtime_stop(rig.runtime)) return false;
    if (!sw_bench_core_fill(&core, b->brokers, keyed, b->shape.now_ms, &records)) return false;
    sw_bench_meter start = sw_bench_now();
    if (sw_runtime_start(rig.runtime, 1)) return false;
    if (!sw_bench_kafka_until(&rig, (int64_t)records)) return false;
    sw_bench_meter used = sw_bench_since(start);
    sw_bench_line(b->report, "keyed records, the whole core pack", per_cpu((double)records, used),
                  "records/CPU-s", 80000, false);
    sw_bench_line(b->report, "records of the core pack", (double)records, "records", 0, false);
    return true;
}

static bool wanted(const bench *b, const char *part) {
    return !b->only || strcmp(b->only, part) == 0;
}

/* Its memory is not to be that of the parts, which are made of this process. */
static bool count_before(bench *b) {
    sw_bench_course course;
    bool ok = sw_bench_course_init(&course, b->cases, SW_BENCH_KAFKA_STEPS, b->seed);
    b->before = course.before_count;
    sw_bench_course_done(&course);
    return ok;
}

/* And the plain loop of the same records, in the same run. */
static bool measure_deadline(bench *b) {
    bool ok = count_before(b) && apart(b, prepare) && apart(b, measure) && apart(b, restart_kept);
    if (ok) sw_bench_remove(b->folder);
    return ok && apart(b, restart_empty) && apart(b, rebuild) && apart(b, pass);
}

static bool run_all(bench *b) {
    unsigned number;
    if (getrandom(&number, sizeof number, 0) != sizeof number) return false;
    snprintf(b->prefix, sizeof b->prefix, "bench%08x.", number);
    snprintf(b->keyed, sizeof b->keyed, "%s%s", b->prefix, SW_TOPIC_KEYED);
    b->cases = (uint64_t)b->periods / SW_BENCH_KAFKA_RULES;
    b->seed = number;
    sw_clock clock;
    sw_clock_system(&clock);
    if (!sw_bench_shape_open(&b->shape, sw_clock_now_ms(&clock))) return false;
    char parent[512];
    if (!sw_bench_folder(b->dir, parent, sizeof parent - 8)) return false;
    snprintf(b->folder, sizeof b->folder, "%.500s/state", parent);
    bool ok = true;
    if (wanted(b, "deadline")) ok = measure_deadline(b);
    if (ok && wanted(b, "core")) ok = apart(b, core_pack);
    if (ok && wanted(b, "latency")) ok = apart(b, latency);
    if (ok && wanted(b, "door")) ok = apart(b, door);
    sw_bench_remove(parent);
    sw_bench_shape_close(&b->shape);
    return ok;
}

static const sw_cli_option options[] = {
    {"brokers", "LIST", "bootstrap servers, for example $(scripts/kafka start)", false},
    {"periods", "N", "open periods (default: 100000)", false},
    {"events", "N", "records measured (default: 600000)", false},
    {"memory", "MB", "for the store (default: 80)", false},
    {"decoded", "MB", "for decoded books (default: 204)", false},
    {"commit-ms", "N", "between commits (default: 100)", false},
    {"batch", "N", "records of a transaction of the plain loop (default: 10000)", false},
    {"rate", "N", "events a second where time is measured (default: 5000)", false},
    {"seconds", "N", "for so long (default: 10)", false},
    {"core", "N", "events for the core pack (default: 60000)", false},
    {"only", "PART", "deadline, core, latency or door", false},
    {"dir", "DIR", "where the state goes (default: TMPDIR or /tmp)", false},
};
static const sw_cli_spec spec = {
    .command = "bench kafka",
    .summary = "seawall-deadline over Kafka, exactly once, beside a plain transactional loop",
    .options = options,
    .option_count = SW_COUNT(options),
};

static bool is_part(const char *name) {
    static const char *const parts[] = {"deadline", "core", "latency", "door"};
    for (size_t i = 0; i < SW_COUNT(parts); i++)
        if (strcmp(name, parts[i]) == 0) return true;
    return false;
}

static int measured(const sw_cli *cli, sw_arena *arena) {
    (void)arena;
    static bench the_bench;
    bench *b = &the_bench;
    *b = (bench){.periods = 100000,
                 .events = 600000,
                 .memory_mb = 80,
                 .decoded_mb = 204,
                 .batch = 10000,
                 .commit_ms = 100,
                 .core = 60000,
                 .pace = {.rate = 5000, .seconds = 10}};
    b->brokers = sw_cli_value(cli, "brokers");
    b->dir = sw_cli_value(cli, "dir");
    b->report =
        mmap(NULL, sizeof *b->report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b->report == MAP_FAILED) return SW_EXIT_FAILED;
    b->report->json = cli->json;
    b->only = sw_cli_value(cli, "only");
    if (b->only && !is_part(b->only))
        return sw_cli_usage(&spec, "--only takes deadline, core, latency or door");
    if (!b->brokers)
        return sw_cli_usage(&spec, "--brokers is needed: scripts/kafka start prints them");
    if (!sw_bench_number("periods", sw_cli_value(cli, "periods"), 100, 100000000, &b->periods) ||
        !sw_bench_number("events", sw_cli_value(cli, "events"), 6, 1000000000, &b->events) ||
        !sw_bench_number("memory", sw_cli_value(cli, "memory"), 8, 65536, &b->memory_mb) ||
        !sw_bench_number("decoded", sw_cli_value(cli, "decoded"), 1, 65536, &b->decoded_mb) ||
        !sw_bench_number("commit-ms", sw_cli_value(cli, "commit-ms"), 1, 60000, &b->commit_ms) ||
        !sw_bench_number("rate", sw_cli_value(cli, "rate"), 10, 1000000, &b->pace.rate) ||
        !sw_bench_number("seconds", sw_cli_value(cli, "seconds"), 1, 3600, &b->pace.seconds) ||
        !sw_bench_number("core", sw_cli_value(cli, "core"), 100, 10000000, &b->core) ||
        !sw_bench_number("batch", sw_cli_value(cli, "batch"), 1, 1000000, &b->batch))
        return SW_EXIT_USAGE;
    return run_all(b) && b->report->failed == 0 ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, measured);
}

const sw_command sw_bench_kafka = {"kafka", "seawall-deadline over Kafka, beside a plain loop",
                                   run};
