/* rig.h - the rollup on a memory bus, for the tests of figures. */
#ifndef SW_TESTS_UNIT_REPORT_RIG_H
#define SW_TESTS_UNIT_REPORT_RIG_H

#include "report/figures/figures.h"
#include "runtime/runtime.h"
#include "runtime/worker.h"
#include "topics/topics.h"

enum { REPORT_RIG_PARTITIONS = 4 };

typedef struct report_rig {
    sw_arena arena;
    sw_clock_virtual clock;
    const sw_catalogue *catalogue;
    const sw_indicators *indicators;
    sw_topic_spec specs[SW_PIPELINE_TOPICS_MAX];
    sw_topic_shape shapes[SW_PIPELINE_TOPICS_MAX];
    sw_topology topology;
    sw_bus *bus;
    sw_runtime *runtime;
    sw_worker *worker;
    sw_figures figures;
} report_rig;

void report_rig_open(report_rig *rig, const char *catalogue, const char *indicators);
void report_rig_close(report_rig *rig);
/* An event in JSON, to seawall.events under its subject. */
void report_rig_event(report_rig *rig, const char *json);
/* The same under another key. */
void report_rig_event_under(report_rig *rig, const char *json, sw_slice key);
/* Bytes to a topic. */
void report_rig_send(report_rig *rig, const char *topic, sw_slice key, sw_slice value);
/* Turns until nothing is left to do. */
void report_rig_run(report_rig *rig);
/* A figure; `split` NULL: altogether. Demands that its list has as many entries. */
uint64_t report_rig_count(report_rig *rig, const char *indicator, const char *org, int32_t from,
                          int32_t to, const char *split);

#endif
