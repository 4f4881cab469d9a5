#include <poll.h>
#include <stdio.h>

#include "seawall/bench/kafka/kafka.h"
#include "seawall/bench/runtime/runtime.h"
#include "topics/topics.h"

enum { STALLED_MS = 60000, LOOK_MS = 5 };

static bool told(sw_err err, const char *what) {
    if (!err) return true;
    fprintf(stderr, "seawall bench: %s: %s\n", what, sw_err_name(err));
    return false;
}

static void warn(void *arg, const sw_trace_event *event) {
    (void)arg;
    if (event->level < SW_TRACE_WARN) return;
    fprintf(stderr, "seawall bench: %s %s %.*s\n", event->name, sw_err_name(event->err),
            SW_FMT(event->fields[1].text));
}

static bool open_bus(sw_bench_kafka_rig *rig, const sw_bench_kafka_options *o, uint32_t topics) {
    sw_diags diags;
    sw_diags_init(&diags, &rig->arena, SW_SLICE_NONE, 20);
    rig->settings[0] = (sw_kafka_setting){"bootstrap.servers", o->brokers};
    const sw_bus_options options = {.topics = rig->topics,
                                    .topic_count = topics,
                                    .stores = rig->topology.stores,
                                    .store_count = rig->topology.store_count,
                                    .task_count = rig->topology.task_numbers,
                                    .budget = {.memory_bytes = o->memory_bytes}};
    const sw_bus_kafka_options kafka = {.settings = rig->settings,
                                        .setting_count = 1,
                                        .prefix = o->prefix,
                                        .service = "deadline",
                                        .dir = o->dir,
                                        .topology = &rig->topology,
                                        .make_topics = true,
                                        .env = {&rig->clock, &rig->metrics, &rig->trace, NULL}};
    sw_err err = sw_bus_kafka_open(&options, &kafka, &diags, &rig->bus);
    for (const sw_diag *d = diags.first; err && d; d = d->next)
        fprintf(stderr, "seawall bench: %.*s\n", SW_FMT(sw_diag_text(&rig->arena, d)));
    return told(err, "the bus");
}

bool sw_bench_kafka_open(sw_bench_kafka_rig *rig, const sw_bench_kafka_options *o) {
    static const sw_processor *const processors[] = {&sw_deadline};
    static sw_topic_shape shapes[SW_TOPICS_MAX];
    const sw_evaluator *evaluator;
    memset(rig, 0, sizeof *rig);
    sw_arena_init(&rig->arena, (size_t)64 << 20);
    sw_metrics_init(&rig->metrics, &rig->arena);
    sw_clock_system(&rig->clock);
    rig->trace = (sw_trace_sink){warn, NULL};
    uint32_t topics = sw_topics_fill(SW_BENCH_KAFKA_PARTITIONS, rig->topics);
    for (uint32_t i = 0; i < topics; i++)
        shapes[i] = (sw_topic_shape){rig->topics[i].name, rig->topics[i].partitions};
    if (!told(sw_deadline_new(&rig->arena, o->set, &(sw_env){.metrics = &rig->metrics}, &evaluator),
              "the evaluator"))
        return false;
    const void *shared[] = {evaluator};
    sw_err err =
        sw_topology_build(&rig->arena, processors, shared, 1, shapes, topics, NULL, &rig->topology);
    if (!told(err, "the topology") || !open_bus(rig, o, topics)) return false;
    const sw_runtime_options options = {.topology = &rig->topology,
                                        .bus = rig->bus,
                                        .env = {&rig->clock, &rig->metrics, &rig->trace, NULL},
                                        .commit_ms = o->commit_ms,
                                        .object_bytes = o->object_bytes};
    err = sw_runtime_open(&options, &rig->runtime);
    if (!err)
        err = sw_metrics_get(&rig->metrics, SW_METRIC_COUNTER, "seawall_records_total",
                             "processor=\"deadline\"", "", &rig->records);
    if (!err)
        err = sw_metrics_get(&rig->metrics, SW_METRIC_COUNTER, "seawall_kafka_restored_total", "",
                             "", &rig->restored);
    return told(err ? err : sw_runtime_start(rig->runtime, 1), "the runtime");
}

void sw_bench_kafka_close(sw_bench_kafka_rig *rig) {
    if (rig->runtime) (void)told(sw_runtime_stop(rig->runtime), "the runtime");
    sw_runtime_close(rig->runtime);
    sw_bus_close(rig->bus);
    sw_metrics_done(&rig->metrics);
    sw_arena_done(&rig->arena);
}

static void look_at_memory(sw_bench_kafka_rig *rig) {
    uint64_t bytes = sw_resident_bytes(0);
    if (bytes > rig->most_bytes) rig->most_bytes = bytes;
}

bool sw_bench_kafka_until(sw_bench_kafka_rig *rig, int64_t records) {
    int64_t last = -1;
    for (int still_ms = 0; still_ms < STALLED_MS; still_ms += LOOK_MS) {
        int64_t now = sw_metric_value(rig->records);
        if (now >= records) return true;
        if (now != last) still_ms = 0;
        last = now;
        if (!told(sw_runtime_error(rig->runtime), "the runtime has stopped")) return false;
        look_at_memory(rig);
        poll(NULL, 0, LOOK_MS);
    }
    fprintf(stderr, "seawall bench: only %lld of %lld records are taken\n", (long long)last,
            (long long)records);
    return false;
}
