/* rig.h - the identity processor on a memory bus, for the tests of ingest. */
#ifndef SW_TESTS_UNIT_INGEST_RIG_H
#define SW_TESTS_UNIT_INGEST_RIG_H

#include "ingest/intake.h"
#include "runtime/dead_letter.h"
#include "runtime/runtime.h"
#include "runtime/worker.h"
#include "topics/topics.h"

enum { RIG_PARTITIONS = 4, RIG_RECORDS_MAX = 20000 };

typedef struct ingest_rig {
    sw_arena arena;
    sw_clock_virtual clock;
    sw_topic_spec specs[SW_PIPELINE_TOPICS_MAX];
    sw_topic_shape shapes[SW_PIPELINE_TOPICS_MAX];
    sw_topology topology;
    sw_bus *bus;
    sw_runtime *runtime;
    sw_worker *worker;
    uint32_t records_max; /* of one batch; 0: as many as there are */
    void (*committed)(void *arg);
    void *committed_arg;
} ingest_rig;

void ingest_rig_open(ingest_rig *rig, const sw_processor *const *processors, uint32_t count);
void ingest_rig_close(ingest_rig *rig);
/* Runtime and worker anew, as after a crash; what was committed stays. */
void ingest_rig_restart(ingest_rig *rig);
/* Turns until nothing is left to do. */
void ingest_rig_run(ingest_rig *rig);
uint32_t ingest_rig_topic(const ingest_rig *rig, const char *name);
/* All records of a topic, by partition and offset; in the arena. */
const sw_record *ingest_rig_records(ingest_rig *rig, const char *topic, uint32_t *ret_count);

/* A plain event or (target given) a correction, made by hand: `content` tells contents apart; keys
 * are words, "a=1 b=2". In the arena. */
sw_intake rig_intake(ingest_rig *rig, const char *id, const char *content, const char *keys,
                     const char *target);
void rig_send(ingest_rig *rig, const sw_intake *intake);

#endif
