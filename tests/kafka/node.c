/* kafka_node --brokers LIST --prefix P --dir DIR [--groups N] [--lanes 1,2] [--stand-by 1,2]
 *            [--transaction-ms N] [--broker-ms N] [--threads N] [--ahead-s N] [--format N] [--make
 * 0] [--instance N] [--digest TEXT] [--may-ahead-s N] [--service NAME]
 *
 * Runs two toy processors over a Kafka cluster until SIGTERM, or a FATAL error. Prints what
 * happens, a line each, and "committed N" when records have been taken. Lines on its input: "leave
 * N" gives a lane up, "claim N" takes it, "ahead S" sets the clock. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bus/bus_kafka.h"
#include "runtime/runtime.h"
#include "runtime/watch.h"
#include "toys/toys.h"

enum { PARTITIONS = 4, LANES_MAX = 16 };

typedef struct node {
    const char *brokers, *prefix, *dir, *broker_ms, *instance, *digest, *service;
    uint32_t groups, threads;
    int64_t transaction_ms, ahead_s, may_ahead_s;
    uint32_t format;
    bool keep;
    bool owned[LANES_MAX], standby[LANES_MAX];
    sw_arena arena;
    sw_metrics metrics;
    sw_clock clock;
    sw_trace_sink sink;
    sw_topology topology;
    sw_bus *bus;
    sw_runtime *runtime;
} node;

static volatile sig_atomic_t stopping;

static sw_clock system_clock;
static int64_t ahead_ms; /* atomic */

static int64_t wall_ms(sw_clock *clock) {
    (void)clock;
    return system_clock.wall_ms(&system_clock) + __atomic_load_n(&ahead_ms, __ATOMIC_RELAXED);
}

static void on_signal(int signal) {
    (void)signal;
    stopping = 1;
}

static void say(void *arg, const sw_trace_event *event) {
    if (event->level == SW_TRACE_DEBUG) return;
    char line[1024];
    int at = snprintf(line, sizeof line, "%lld %s %s",
                      (long long)(sw_clock_mono_us(arg) / 1000 % 1000000), event->name,
                      sw_err_name(event->err));
    for (int i = 0; i < SW_TRACE_FIELDS_MAX && event->fields[i].name && at < 700; i++) {
        const sw_trace_field *f = &event->fields[i];
        if (f->text.len)
            at += snprintf(line + at, sizeof line - (size_t)at, " %s=%.*s", f->name,
                           f->text.len > 200 ? 200 : (int)f->text.len, f->text.ptr);
        else
            at += snprintf(line + at, sizeof line - (size_t)at, " %s=%lld", f->name,
                           (long long)f->number);
    }
    printf("%s\n", line);
}

static void lanes(bool ret[LANES_MAX], const char *list) {
    for (int i = 0; i < LANES_MAX; i++) ret[i] = false;
    for (char *end; *list; list = *end ? end + 1 : end) {
        unsigned long lane = strtoul(list, &end, 10);
        if (end == list) return;
        if (lane < LANES_MAX) ret[lane] = true;
    }
}

static int parse(node *n, int argc, char **argv) {
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        if (!strcmp(name, "--brokers"))
            n->brokers = value;
        else if (!strcmp(name, "--prefix"))
            n->prefix = value;
        else if (!strcmp(name, "--dir"))
            n->dir = value;
        else if (!strcmp(name, "--groups"))
            n->groups = (uint32_t)atoi(value);
        else if (!strcmp(name, "--threads"))
            n->threads = (uint32_t)atoi(value);
        else if (!strcmp(name, "--transaction-ms"))
            n->transaction_ms = atoi(value);
        else if (!strcmp(name, "--broker-ms"))
            n->broker_ms = value;
        else if (!strcmp(name, "--ahead-s"))
            n->ahead_s = atoi(value);
        else if (!strcmp(name, "--may-ahead-s"))
            n->may_ahead_s = atoi(value);
        else if (!strcmp(name, "--format"))
            n->format = (uint32_t)atoi(value);
        else if (!strcmp(name, "--make"))
            n->keep = atoi(value) == 0;
        else if (!strcmp(name, "--instance"))
            n->instance = value;
        else if (!strcmp(name, "--service"))
            n->service = value;
        else if (!strcmp(name, "--digest"))
            n->digest = value;
        else if (!strcmp(name, "--lanes"))
            lanes(n->owned, value);
        else if (!strcmp(name, "--stand-by"))
            lanes(n->standby, value);
        else
            return 2;
    }
    return n->brokers && n->prefix ? 0 : 2;
}

static int open_bus(node *n) {
    static const sw_topic_spec topics[] = {
        {.name = "toy.words", .partitions = PARTITIONS},
        {.name = "toy.counts", .partitions = PARTITIONS},
        {.name = "toy.periods", .partitions = PARTITIONS},
        {.name = "toy.warnings", .partitions = PARTITIONS},
        {.name = SW_TOPIC_DEAD_LETTERS, .partitions = PARTITIONS},
    };
    static sw_topic_shape shapes[SW_COUNT(topics)];
    static const sw_processor *const processors[] = {&sw_toy_counter, &sw_toy_vigil};
    static sw_kafka_setting settings[] = {{"bootstrap.servers", NULL},
                                          {"transaction.timeout.ms", NULL}};
    sw_diags diags;
    for (size_t i = 0; i < SW_COUNT(topics); i++)
        shapes[i] = (sw_topic_shape){topics[i].name, topics[i].partitions};
    sw_diags_init(&diags, &n->arena, SW_SLICE_NONE, 20);
    settings[0].value = n->brokers;
    settings[1].value = n->broker_ms;
    sw_err err = sw_topology_build(&n->arena, processors, NULL, SW_COUNT(processors), shapes,
                                   SW_COUNT(shapes), &diags, &n->topology);
    const sw_bus_options options = {.topics = topics,
                                    .topic_count = SW_COUNT(topics),
                                    .stores = n->topology.stores,
                                    .store_count = n->topology.store_count,
                                    .task_count = n->topology.task_numbers,
                                    .budget = {.memory_bytes = (size_t)16 << 20}};
    const sw_bus_kafka_options kafka = {.settings = settings,
                                        .setting_count = n->broker_ms ? 2 : 1,
                                        .prefix = n->prefix,
                                        .service = n->service,
                                        .instance = n->instance,
                                        .digest = n->digest,
                                        .dir = n->dir,
                                        .topology = &n->topology,
                                        .groups = n->groups,
                                        .make_topics = !n->keep,
                                        .transaction_ms = n->transaction_ms,
                                        .ahead_ms = n->may_ahead_s * 1000,
                                        .env = {&n->clock, &n->metrics, &n->sink, NULL}};
    for (uint32_t i = 0; !err && n->format && i < n->topology.store_count; i++)
        n->topology.stores[i].version = n->format;
    if (!err) err = sw_bus_kafka_open(&options, &kafka, &diags, &n->bus);
    for (const sw_diag *d = diags.first; err && d; d = d->next)
        printf("refused: %.*s\n", SW_FMT(sw_diag_text(&n->arena, d)));
    return err ? 2 : 0;
}

static bool owns(void *arg, const sw_task_spec *task) {
    const node *n = arg;
    return n->owned[sw_bus_lane(n->bus, task->number)];
}

static sw_err start(node *n) {
    for (uint32_t i = 1; i < sw_bus_lanes(n->bus); i++)
        if (n->standby[i] && !n->owned[i]) {
            sw_err err = sw_bus_kafka_stand_by(n->bus, i);
            if (err) return err;
        }
    return sw_runtime_start(n->runtime, n->threads);
}

/* A command: the threads stop between batches, and go on with what is then owned. */
static sw_err obey(node *n) {
    char line[64], verb[16];
    unsigned lane;
    if (!fgets(line, sizeof line, stdin)) return SW_E_END;
    if (sscanf(line, "%15s %u", verb, &lane) != 2) return SW_OK;
    if (strcmp(verb, "ahead") == 0) {
        __atomic_store_n(&ahead_ms, lane * INT64_C(1000), __ATOMIC_RELAXED);
        printf("ahead %u done\n", lane);
        return SW_OK;
    }
    if (lane >= LANES_MAX) return SW_OK;
    sw_err err = sw_runtime_stop(n->runtime);
    if (err) return err;
    n->owned[lane] = strcmp(verb, "claim") == 0;
    if (!n->owned[lane]) sw_bus_kafka_leave(n->bus, lane);
    err = start(n);
    printf("%s %u done\n", verb, lane);
    return err;
}

static int64_t taken(node *n) {
    int64_t sum = 0;
    static const char *const labels[] = {"processor=\"counter\"", "processor=\"period\""};
    for (size_t i = 0; i < SW_COUNT(labels); i++) {
        sw_metric *metric;
        if (sw_metrics_get(&n->metrics, SW_METRIC_COUNTER, "seawall_records_total", labels[i], "",
                           &metric) == SW_OK)
            sum += sw_metric_value(metric);
    }
    return sum;
}

static sw_err run(node *n) {
    sw_err err = start(n);
    int64_t said = 0;
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    printf("ready\n");
    while (!err && !stopping) {
        if (poll(&in, 1, 10) > 0) err = obey(n);
        if (err == SW_E_END) {
            in.fd = -1;
            err = SW_OK;
        }
        if (!err) err = sw_runtime_error(n->runtime);
        int64_t now = taken(n);
        if (now != said) printf("committed %lld\n", (long long)now);
        said = now;
    }
    sw_err ended = sw_runtime_stop(n->runtime);
    return err ? err : ended;
}

static void audit(node *n) {
    sw_timer_audit timers;
    sw_err err = sw_watch_timers(sw_bus_db(n->bus), &n->topology, &timers);
    printf("timers %llu without_due %llu without_key %llu %s\n", (unsigned long long)timers.timers,
           (unsigned long long)timers.without_due, (unsigned long long)timers.without_key,
           sw_err_name(err));
}

int main(int argc, char **argv) {
    static node n = {.groups = 1, .threads = 1, .instance = "1", .service = "toys"};
    for (int i = 0; i < LANES_MAX; i++) n.owned[i] = true;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (parse(&n, argc, argv)) return 2;
    signal(SIGTERM, on_signal);
    sw_arena_init(&n.arena, (size_t)8 << 20);
    sw_metrics_init(&n.metrics, &n.arena);
    sw_clock_system(&n.clock);
    n.sink = (sw_trace_sink){say, &n.clock};
    system_clock = n.clock;
    ahead_ms = n.ahead_s * 1000;
    n.clock.wall_ms = wall_ms;
    if (open_bus(&n)) return 2;
    const sw_runtime_options options = {.topology = &n.topology,
                                        .bus = n.bus,
                                        .env = {&n.clock, &n.metrics, &n.sink, NULL},
                                        .seed = (uint64_t)getpid(),
                                        .owns = owns,
                                        .owns_arg = &n};
    sw_err err = sw_runtime_open(&options, &n.runtime);
    if (!err) err = run(&n);
    printf("stopped %s\n", sw_err_name(err));
    if (!err) audit(&n);
    sw_runtime_close(n.runtime);
    sw_bus_close(n.bus);
    sw_metrics_done(&n.metrics);
    sw_arena_done(&n.arena);
    return err ? 1 : 0;
}
