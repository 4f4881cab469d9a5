/* runtime.h - the parts of `seawall bench runtime`.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_BENCH_RUNTIME_H
#define SW_SEAWALL_BENCH_RUNTIME_H

#include "runtime/runtime.h"
#include "runtime/worker.h"
#include "seawall/bench/bench.h"

/* One line of the result: a figure, its target, and whether it is met. */
typedef struct sw_bench_report {
    bool json;
    uint32_t lines, failed;
} sw_bench_report;

/* `at_most`: the target is an upper bound. A target of 0: the figure is shown only. */
void sw_bench_line(sw_bench_report *report, const char *name, double value, const char *unit,
                   double target, bool at_most);

/* An embedded bus with processors on it, in `dir`. */
typedef struct sw_bench_rig {
    sw_arena arena;
    sw_metrics metrics;
    sw_clock system;
    sw_clock_virtual still; /* used instead of `system` if `virtual_time` */
    bool virtual_time;
    sw_topology topology;
    sw_bus *bus;
    sw_runtime *runtime;
    sw_worker *worker;
} sw_bench_rig;

typedef struct sw_bench_rig_options {
    const char *dir;
    const sw_processor *const *processors;
    uint32_t processor_count;
    const sw_topic_shape *topics;
    uint32_t topic_count;
    size_t memory_bytes;
    const sw_clock_virtual *clock; /* NULL: the machine's */
} sw_bench_rig_options;

/* All false with a text on stderr. */
bool sw_bench_rig_open(sw_bench_rig *rig, const sw_bench_rig_options *options);
void sw_bench_rig_close(sw_bench_rig *rig);
/* Appends without running any task; `make` gives the i-th record. */
bool sw_bench_rig_fill(sw_bench_rig *rig, uint64_t count,
                       void (*make)(void *arg, uint64_t i, sw_append *append), void *arg);
/* Gives all tasks to the rig's worker. */
bool sw_bench_rig_claim(sw_bench_rig *rig);
/* Turns until nothing is left to do now. */
bool sw_bench_rig_drain(sw_bench_rig *rig);

bool sw_bench_runtime_store(sw_bench_report *report, const char *dir, uint64_t keys,
                            uint64_t operations);
bool sw_bench_runtime_timers(sw_bench_report *report, const char *dir, uint64_t few, uint64_t many,
                             bool look_up);
bool sw_bench_runtime_latency(sw_bench_report *report, const char *dir, uint32_t storm,
                              uint32_t seconds);

#endif
