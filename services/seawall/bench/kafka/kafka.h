/* kafka.h - the parts of `seawall bench kafka`.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_BENCH_KAFKA_H
#define SW_SEAWALL_BENCH_KAFKA_H

#include "bus/bus_kafka.h"
#include "deadline/deadline.h"
#include "runtime/runtime.h"
#include "seawall/bench/bench.h"
#include "seawall/bench/resident.h"
#include "seawall/bench/runtime/runtime.h"
#include "seawall/input/load.h"

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

/* The same event as a CloudEvent, `before_ms` earlier; appended. */
void sw_bench_shape_json(const sw_bench_shape *shape, uint64_t number, uint32_t step,
                         int64_t before_ms, sw_buf *out);
/* Its event types and rules as types.yaml and rules.yaml. */
bool sw_bench_shape_write(const char *dir);
/* How many cases so many events begin, in order. */
uint64_t sw_bench_cases_of(uint64_t events);
/* Where time is measured some cases are long overdue when their first event comes, so that they are
 * warned of at once: whether one is, and how many of the first are. */
#define SW_BENCH_OVERDUE_MS (INT64_C(100) * 86400000)
bool sw_bench_overdue(uint64_t number);
uint64_t sw_bench_overdue_of(uint64_t cases);

/* A plain producer of one topic; records wait up to `linger_ms` for others to go with. */
typedef struct sw_bench_put sw_bench_put;
bool sw_bench_put_open(const char *brokers, const char *topic, const char *linger_ms,
                       sw_bench_put **ret);
bool sw_bench_put_record(sw_bench_put *put, sw_slice key, sw_slice value);
/* Waits so long, and hears what the brokers have answered. */
void sw_bench_put_wait(sw_bench_put *put, int ms);
/* Waits until the brokers have all of it. NULL is a no-op. */
bool sw_bench_put_close(sw_bench_put *put);

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
    uint64_t most_bytes; /* of memory, while records were waited for */
} sw_bench_kafka_rig;

typedef struct sw_bench_kafka_options {
    const char *brokers, *prefix, *dir;
    const sw_ruleset *set;
    size_t memory_bytes, object_bytes; /* for the database; for decoded books */
    int64_t commit_ms;
} sw_bench_kafka_options;

/* Opens, and claims and restores everything. */
bool sw_bench_kafka_open(sw_bench_kafka_rig *rig, const sw_bench_kafka_options *options);
void sw_bench_kafka_close(sw_bench_kafka_rig *rig);
/* Until so many records in all have been taken, with memory given back as a service does; false
 * with a text if it does not get on. */
bool sw_bench_kafka_until(sw_bench_kafka_rig *rig, int64_t records);

/* The state of all tasks of a rig that runs, made anew from the log into a database at `dir`. False
 * with a text, too where it is not the same. The rig's runtime is stopped. */
bool sw_bench_kafka_rebuild(sw_bench_kafka_rig *rig, const char *dir, size_t memory_bytes,
                            uint64_t *ret_records, sw_bench_meter *ret_used);

/* ---- the core pack ---- */

typedef struct sw_bench_core {
    sw_arena arena, scratch;
    sw_load load;
    char path[640]; /* of the events */
} sw_bench_core;

/* Loads the pack, makes at least so many events. */
bool sw_bench_core_open(sw_bench_core *core, const char *dir, uint64_t events);
void sw_bench_core_close(sw_bench_core *core);
/* All events, received now, to each of their keys. */
bool sw_bench_core_fill(sw_bench_core *core, const char *brokers, const char *topic, int64_t now_ms,
                        uint64_t *ret_records);

/* ---- from event to warning ---- */

/* Reads the warnings as another client does (read_committed), and how long each took. */
typedef struct sw_bench_watch sw_bench_watch;
typedef struct sw_bench_took {
    double p50_ms, p99_ms;
    uint64_t warned;
} sw_bench_took;
bool sw_bench_watch_open(const char *brokers, const char *topic, sw_clock *clock, uint64_t cases,
                         sw_bench_watch **ret);
void sw_bench_watch_close(sw_bench_watch *watch); /* NULL is a no-op */
/* The event that a case is warned of is on its way. Thread: one. */
void sw_bench_watch_sent(sw_bench_watch *watch, uint64_t number);
/* Waits for so many warnings. False with a text: they do not come. */
bool sw_bench_watch_result(sw_bench_watch *watch, uint64_t want, int64_t wait_ms,
                           sw_bench_took *ret);

typedef struct sw_bench_pace {
    int64_t rate, seconds; /* events a second; after one second more, which is not counted */
} sw_bench_pace;

/* Keyed records, sent at a pace to a rig that runs. */
bool sw_bench_kafka_latency_of(sw_bench_kafka_rig *rig, const char *brokers, const char *keyed,
                               const char *warnings, sw_bench_shape *shape,
                               const sw_bench_pace *pace, sw_bench_took *ret);
/* Events that are posted to seawall-ingest, with seawall-deadline beside it; `dir` is made. */
bool sw_bench_kafka_door(const sw_bench_kafka_options *options, sw_bench_shape *shape,
                         const sw_bench_pace *pace, sw_bench_took *ret);

#endif
