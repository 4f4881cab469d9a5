/* rebuild.h - a task's state built anew from its input topics: state is a cache of the log.
 * Layer 7. Thread: owner's. */
#ifndef SW_RUNTIME_REBUILD_H
#define SW_RUNTIME_REBUILD_H

#include "bus/bus.h"
#include "env/env.h"
#include "stream/topology.h"

typedef struct sw_rebuild {
    const sw_topology *topology;
    sw_bus *source; /* the log; only read */
    sw_db *target;  /* has the topology's stores, and no rows of this task */
    sw_env env;
    const sw_task_spec *task;
    int64_t until_ms; /* timers up to this moment fire after the last record */
    /* Every record that the task emits; NULL: they are dropped. They are never appended. */
    void (*emitted)(void *arg, const sw_record *record);
    void *arg;
    const char *dir; /* where what doesn't fit into memory is sorted, of a processor that is
                        `by_key`; NULL: records are taken in their order */
} sw_rebuild;

typedef struct sw_rebuilt {
    uint64_t records, timers, emitted; /* emitted: as far as they were asked for */
    uint64_t digest;                   /* sw_watch_digest of the new state */
} sw_rebuilt;

/* Takes the records up to the position of the task's last commit, with the time of each as now, and
 * fires timers between them in their order. What a processor writes as a function of its records
 * and of due times comes out byte for byte; a decision's own moment is the log's to tell. Errors of
 * the bus and the store; those of verdict RETRY too: try again with an empty target. */
SW_NODISCARD sw_err sw_rebuild_task(const sw_rebuild *rebuild, sw_rebuilt *ret);

#endif
