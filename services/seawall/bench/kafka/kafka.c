#include "seawall/bench/kafka/kafka.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seawall/bench/runtime/runtime.h"
#include "seawall/cli/cli.h"
#include "topics/topics.h"

typedef struct bench {
    const char *brokers, *dir;
    int64_t periods, events, memory_mb, batch, commit_ms, rate, seconds;
    bool random_order;
    char prefix[64], keyed[128], folder[512];
    sw_bench_shape shape;
    sw_bench_report report;
    uint64_t cases, rng;
} bench;

static void at_opening(void *arg, uint64_t i, uint64_t *ret_case, uint32_t *ret_step) {
    (void)arg;
    *ret_case = i;
    *ret_step = 0;
}

/* As cases live: one opens, one is closed, and the four others between them are in their course. */
static void in_course(void *arg, uint64_t i, uint64_t *ret_case, uint32_t *ret_step) {
    bench *b = arg;
    uint64_t round = i / SW_BENCH_KAFKA_STEPS, step = i % SW_BENCH_KAFKA_STEPS;
    *ret_step = (uint32_t)step;
    *ret_case = b->cases + round - step * (b->cases / (SW_BENCH_KAFKA_STEPS - 1));
    if (!b->random_order || step == 0 || step == SW_BENCH_KAFKA_STEPS - 1) return;
    b->rng = b->rng * UINT64_C(6364136223846793005) + 1442695040888963407u;
    *ret_case = round + 1 + (b->rng >> 33) % (b->cases - 1);
}

static sw_bench_kafka_options options_of(const bench *b) {
    return (sw_bench_kafka_options){.brokers = b->brokers,
                                    .prefix = b->prefix,
                                    .dir = b->folder,
                                    .set = b->shape.set,
                                    .memory_bytes = (size_t)b->memory_mb << 20,
                                    .commit_ms = b->commit_ms};
}

static double per_cpu(double count, sw_bench_meter used) {
    return used.cpu_s > 0 ? count / used.cpu_s : 0;
}

/* In a process of its own, which dies as by kill -9, with what it has not flushed. */
static bool measure(bench *b) {
    sw_bench_kafka_rig rig;
    sw_bench_kafka_options options = options_of(b);
    uint64_t opened = b->cases;
    if (!sw_bench_kafka_open(&rig, &options)) return false;
    sw_bench_line(&b->report, "memory of an idle service", (double)sw_bench_resident_bytes() / 1e6,
                  "MB", 40, true);
    if (!sw_bench_kafka_fill(b->brokers, b->keyed, &b->shape, opened, at_opening, b)) return false;
    sw_bench_meter start = sw_bench_now();
    if (!sw_bench_kafka_until(&rig, (int64_t)opened)) return false;
    sw_bench_meter used = sw_bench_since(start);
    sw_bench_line(&b->report, "cases opened, five periods each", per_cpu((double)opened, used),
                  "events/CPU-s", 0, false);
    if (sw_runtime_stop(rig.runtime)) return false;
    if (!sw_bench_kafka_fill(b->brokers, b->keyed, &b->shape, (uint64_t)b->events, in_course, b))
        return false;
    start = sw_bench_now();
    if (sw_runtime_start(rig.runtime, 1)) return false;
    if (!sw_bench_kafka_until(&rig, (int64_t)opened + b->events)) return false;
    used = sw_bench_since(start);
    sw_bench_line(&b->report, b->random_order ? "keyed records, random order" : "keyed records",
                  per_cpu((double)b->events, used), "records/CPU-s", 160000, false);
    sw_bench_line(&b->report, "the same by the wall", (double)b->events / used.wall_s, "records/s",
                  0, false);
    sw_bench_line(&b->report, "memory", (double)sw_bench_resident_bytes() / 1e6, "MB", 400, true);
    return true;
}

static bool apart(bench *b, bool (*part)(bench *b)) {
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        bool ok = part(b);
        fflush(NULL);
        if (!ok) _exit(1);
        raise(SIGKILL);
    }
    int status;
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
}

static bool restart(bench *b, const char *what, const char *rate, double target_s) {
    sw_bench_kafka_rig rig;
    sw_bench_kafka_options options = options_of(b);
    sw_bench_meter start = sw_bench_now();
    bool ok = sw_bench_kafka_open(&rig, &options);
    sw_bench_meter used = sw_bench_since(start);
    if (ok) {
        double rows = (double)sw_metric_value(rig.restored);
        sw_bench_line(&b->report, what, used.wall_s, "s", target_s, true);
        sw_bench_line(&b->report, rate, rows / used.wall_s, "rows/s", 0, false);
        sw_bench_line(&b->report, "rows of changelogs read", rows, "rows", 0, false);
    }
    sw_bench_kafka_close(&rig);
    return ok;
}

static bool pass(bench *b) {
    char to[160];
    sw_bench_pass result;
    snprintf(to, sizeof to, "%s%s", b->prefix, SW_TOPIC_TASKS); /* a topic that nobody uses here */
    uint64_t count = b->cases + (uint64_t)b->events;
    if (!sw_bench_kafka_pass(b->brokers, b->keyed, to, count, (uint32_t)b->batch, &result))
        return false;
    sw_bench_line(&b->report, "plain loop of the same records",
                  per_cpu((double)result.records, result.run), "records/CPU-s", 0, false);
    return true;
}

/* On topics of its own, with commits every 50 ms. */
static bool latency(bench *b) {
    sw_bench_kafka_rig rig;
    char prefix[80], folder[540], keyed[160], warnings[160];
    sw_bench_kafka_latency ask = {.rate = b->rate, .seconds = b->seconds};
    snprintf(prefix, sizeof prefix, "%sat.", b->prefix);
    snprintf(folder, sizeof folder, "%s-at", b->folder);
    snprintf(keyed, sizeof keyed, "%s%s", prefix, SW_TOPIC_KEYED);
    snprintf(warnings, sizeof warnings, "%s%s", prefix, SW_TOPIC_WARNINGS);
    sw_bench_kafka_options options = options_of(b);
    options.prefix = prefix;
    options.dir = folder;
    options.commit_ms = 50;
    if (!sw_bench_kafka_open(&rig, &options)) return false;
    if (!sw_bench_kafka_latency_of(&rig, b->brokers, keyed, warnings, &b->shape, &ask))
        return false;
    sw_bench_line(&b->report, "keyed record to warning, p50", ask.p50_ms, "ms", 0, true);
    sw_bench_line(&b->report, "keyed record to warning, p99", ask.p99_ms, "ms", 80, true);
    sw_metric *commit;
    if (sw_metrics_get(&rig.metrics, SW_METRIC_HISTOGRAM, "seawall_commit_us", "", "", &commit))
        return false;
    sw_bench_line(&b->report, "commits, p50", (double)sw_metric_quantile(commit, 500) / 1000, "ms",
                  0, true);
    sw_bench_line(&b->report, "commits, p99", (double)sw_metric_quantile(commit, 990) / 1000, "ms",
                  0, true);
    sw_bench_line(&b->report, "commits", (double)sw_metric_count(commit), "commits", 0, false);
    sw_bench_line(&b->report, "warnings measured", (double)ask.warned, "warnings", 0, false);
    return true;
}

static bool run_all(bench *b) {
    unsigned number;
    if (getrandom(&number, sizeof number, 0) != sizeof number) return false;
    snprintf(b->prefix, sizeof b->prefix, "bench%08x.", number);
    snprintf(b->keyed, sizeof b->keyed, "%s%s", b->prefix, SW_TOPIC_KEYED);
    b->cases = (uint64_t)b->periods / SW_BENCH_KAFKA_RULES;
    b->rng = number;
    sw_clock clock;
    sw_clock_system(&clock);
    if (!sw_bench_shape_open(&b->shape, sw_clock_now_ms(&clock))) return false;
    char parent[512];
    if (!sw_bench_folder(b->dir, parent, sizeof parent - 8)) return false;
    snprintf(b->folder, sizeof b->folder, "%.500s/state", parent);
    bool ok = apart(b, measure) &&
              restart(b, "ready after kill -9, disk kept", "the tail restored at", 2);
    if (ok) sw_bench_remove(b->folder);
    ok = ok && restart(b, "ready on an empty disk", "restored at", 4) && pass(b);
    ok = ok && (b->seconds == 0 || apart(b, latency));
    sw_bench_remove(parent);
    sw_bench_shape_close(&b->shape);
    return ok;
}

static const sw_cli_option options[] = {
    {"brokers", "LIST", "bootstrap servers, for example $(scripts/kafka start)", false},
    {"periods", "N", "open periods (default: 100000)", false},
    {"events", "N", "records measured (default: 600000)", false},
    {"memory", "MB", "for the store (default: 128)", false},
    {"commit-ms", "N", "between commits (default: 100)", false},
    {"batch", "N", "records of a transaction of the plain loop (default: 10000)", false},
    {"rate", "N", "events a second where time is measured (default: 5000)", false},
    {"seconds", "N", "for so long (default: 10; 0: not at all)", false},
    {"random", NULL, "events of cases in random order", false},
    {"dir", "DIR", "where the state goes (default: TMPDIR or /tmp)", false},
};
static const sw_cli_spec spec = {
    .command = "bench kafka",
    .summary = "seawall-deadline over Kafka, exactly once, beside a plain transactional loop",
    .options = options,
    .option_count = SW_COUNT(options),
};

static int measured(const sw_cli *cli, sw_arena *arena) {
    (void)arena;
    static bench b;
    b = (bench){.periods = 100000,
                .events = 600000,
                .memory_mb = 128,
                .batch = 10000,
                .commit_ms = 100,
                .rate = 5000,
                .seconds = 10};
    b.brokers = sw_cli_value(cli, "brokers");
    b.dir = sw_cli_value(cli, "dir");
    b.report.json = cli->json;
    b.random_order = sw_cli_has(cli, "random");
    if (!b.brokers)
        return sw_cli_usage(&spec, "--brokers is needed: scripts/kafka start prints them");
    if (!sw_bench_number("periods", sw_cli_value(cli, "periods"), 100, 100000000, &b.periods) ||
        !sw_bench_number("events", sw_cli_value(cli, "events"), 6, 1000000000, &b.events) ||
        !sw_bench_number("memory", sw_cli_value(cli, "memory"), 8, 65536, &b.memory_mb) ||
        !sw_bench_number("commit-ms", sw_cli_value(cli, "commit-ms"), 1, 60000, &b.commit_ms) ||
        !sw_bench_number("rate", sw_cli_value(cli, "rate"), 10, 1000000, &b.rate) ||
        !sw_bench_number("seconds", sw_cli_value(cli, "seconds"), 0, 3600, &b.seconds) ||
        !sw_bench_number("batch", sw_cli_value(cli, "batch"), 1, 1000000, &b.batch))
        return SW_EXIT_USAGE;
    return run_all(&b) && b.report.failed == 0 ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, measured);
}

const sw_command sw_bench_kafka = {"kafka", "seawall-deadline over Kafka, beside a plain loop",
                                   run};
