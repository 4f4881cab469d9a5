/* rig.h - a whole pipeline of toys on a memory bus, for the tests of the runtime. */
#ifndef SW_TESTS_UNIT_RUNTIME_RIG_H
#define SW_TESTS_UNIT_RUNTIME_RIG_H

#include "base/hash.h"
#include "runtime/runtime.h"
#include "runtime/worker.h"
#include "toys/toys.h"

enum { RIG_WORDS, RIG_COUNTS, RIG_PERIODS, RIG_WARNINGS, RIG_DEAD, RIG_TOPICS };

/* A bus in front of the memory bus that fails when it is told to. */
typedef struct rig_bus {
    sw_bus bus;
    sw_bus *inner;
    sw_err next_commit; /* the next commit fails with it, undone; SW_OK: none */
    bool applied;       /* ... but it was done all the same */
    bool spare_doors;   /* only a commit of tasks alone fails */
    bool end_unknown;   /* what is fetched is never known to be all */
    uint32_t commits, records;
} rig_bus;

typedef struct rig {
    sw_arena arena;
    sw_metrics metrics;
    sw_clock_virtual clock;
    sw_topology topology;
    rig_bus bus;
    sw_runtime *runtime;
    sw_worker *worker;
    uint32_t timers_max, records_max;
    size_t object_bytes;
} rig;

/* One worker with all tasks of the given processors (NULL: the three toys). */
void rig_open(rig *r, const sw_processor *const *processors, uint32_t count);
void rig_close(rig *r);
/* Runtime and worker anew, as after a crash; the bus stays. */
void rig_restart(rig *r);
void rig_append(rig *r, uint32_t topic, const char *key, const char *value);
/* Turns, 10 ms apart, until nothing is left to do at this time. */
void rig_run(rig *r);
/* All values of a topic in order of partition and offset, each followed by ";". */
const char *rig_texts(rig *r, uint32_t topic);
/* The value of a row; "" if it is not there. */
const char *rig_state(rig *r, uint32_t store, uint32_t task, const char *key);

#endif
