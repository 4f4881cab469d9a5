/* kafka.h - the parts of `seawall bench kafka`.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_BENCH_KAFKA_H
#define SW_SEAWALL_BENCH_KAFKA_H

#include "bus/bus_kafka.h"
#include "deadline/deadline.h"
#include "runtime/runtime.h"
#include "seawall/bench/bench.h"

#define SW_BENCH_KAFKA_PARTITIONS 4u
#define SW_BENCH_KAFKA_RULES      5u
#define SW_BENCH_KAFKA_STEPS      6u /* events of a case */

/* Five rules of three levels, and cases of six events of about 200 bytes. */
typedef struct sw_bench_shape {
    sw_arena arena;
    const sw_catalogue *catalogue;
    const sw_ruleset *set;
    const sw_event_type *types[SW_BENCH_KAFKA_STEPS];
    int64_t now_ms; /* of every event */
    sw_buf bytes;
    char key[48];
} sw_bench_shape;

/* False with a text on stderr. */
bool sw_bench_shape_open(sw_bench_shape *shape, int64_t now_ms);
void sw_bench_shape_close(sw_bench_shape *shape);
/* One event of a case as it is on seawall.keyed. Slices live until the next call. */
bool sw_bench_shape_event(sw_bench_shape *shape, uint64_t number, uint32_t step, sw_slice *ret_key,
                          sw_slice *ret_value);

/* Puts events on seawall.keyed, by a plain producer. `at` gives case and step of the i-th. */
bool sw_bench_kafka_fill(const char *brokers, const char *topic, sw_bench_shape *shape,
                         uint64_t count,
                         void (*at)(void *arg, uint64_t i, uint64_t *ret_case, uint32_t *ret_step),
                         void *arg);

typedef struct sw_bench_pass {
    sw_bench_meter run;
    uint64_t records;
} sw_bench_pass;

/* The least that exactly once costs: takes `count` records of a topic, puts them on another in
 * transactions of `batch` with the offsets read, and does nothing else. */
bool sw_bench_kafka_pass(const char *brokers, const char *from, const char *to, uint64_t count,
                         uint32_t batch, sw_bench_pass *ret);

/* seawall-deadline over a cluster. */
typedef struct sw_bench_kafka_rig {
    sw_arena arena;
    sw_metrics metrics;
    sw_clock clock;
    sw_trace_sink trace;
    sw_topic_spec topics[SW_TOPICS_MAX];
    sw_topology topology;
    sw_kafka_setting settings[1];
    sw_bus *bus;
    sw_runtime *runtime;
    sw_metric *records, *restored;
} sw_bench_kafka_rig;

typedef struct sw_bench_kafka_options {
    const char *brokers, *prefix, *dir;
    const sw_ruleset *set;
    size_t memory_bytes;
    int64_t commit_ms;
} sw_bench_kafka_options;

/* Opens, and claims and restores everything. */
bool sw_bench_kafka_open(sw_bench_kafka_rig *rig, const sw_bench_kafka_options *options);
void sw_bench_kafka_close(sw_bench_kafka_rig *rig);
/* Until so many records in all have been taken; false with a text if it does not get on. */
bool sw_bench_kafka_until(sw_bench_kafka_rig *rig, int64_t records);

typedef struct sw_bench_kafka_latency {
    int64_t rate, seconds; /* events a second */
    double p50_ms, p99_ms; /* from a keyed record to its warning, read_committed */
    uint64_t warned;
} sw_bench_kafka_latency;

/* Sends events at a rate to a rig that runs. False with a text. */
bool sw_bench_kafka_latency_of(sw_bench_kafka_rig *rig, const char *brokers, const char *keyed,
                               const char *warnings, sw_bench_shape *shape,
                               sw_bench_kafka_latency *ask);

#endif
