/* runtime.h - runs processors over a bus: tasks, commits, timers, dead letters, recovery.  Layer 7.
 * Thread: any, but a worker is one thread's. */
#ifndef SW_RUNTIME_RUNTIME_H
#define SW_RUNTIME_RUNTIME_H

#include "bus/bus.h"
#include "env/env.h"
#include "runtime/door.h"
#include "stream/topology.h"

typedef struct sw_runtime sw_runtime;
typedef struct sw_worker sw_worker;

/* Zero means the default of env/limits.h. Everything pointed to outlives the runtime. */
typedef struct sw_runtime_options {
    const sw_topology *topology;
    sw_bus *bus;
    sw_env env;
    int64_t commit_ms; /* while nobody waits for an answer, a commit each so many ms */
    uint32_t records_max, timers_max; /* of one task's batch */
    size_t object_bytes;              /* for decoded objects of all tasks */
    uint32_t door; /* 0 to 255: which door this is, where several processes share a bus */
    uint64_t seed; /* of the jitter of back-offs */
    /* Which tasks this process runs, asked at each start; NULL: all. */
    bool (*owns)(void *arg, const sw_task_spec *task);
    void *owns_arg;
    /* Called after each commit by the thread that committed: there may be something new to read.
     * It must not block. NULL: nobody asks. */
    void (*committed)(void *arg);
    void *committed_arg;
} sw_runtime_options;

/* SW_E_NOMEM, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_runtime_open(const sw_runtime_options *options, sw_runtime **ret);
/* Closes its workers too, without a last commit: what was not committed will be done again. */
void sw_runtime_close(sw_runtime *runtime); /* NULL is a no-op */

/* Appends a record from outside; see door.h. The partition follows from the key. */
SW_NODISCARD sw_err sw_runtime_append(sw_runtime *runtime, const sw_append *append);
/* All or none of them, in one commit and in this order. */
SW_NODISCARD sw_err sw_runtime_append_all(sw_runtime *runtime, const sw_append *appends,
                                          uint32_t count);
/* As sw_door_append_read, with the number of this runtime's door. */
SW_NODISCARD sw_err sw_runtime_append_read(sw_runtime *runtime, const sw_append *appends,
                                           uint32_t count, const sw_position *positions,
                                           uint32_t position_count);
SW_NODISCARD sw_err sw_runtime_claim_door(sw_runtime *runtime);
/* Somebody waits (+1) or no longer waits (-1) for what tasks will make of what was appended: while
 * anybody does, batches are committed as soon as the last sync has returned. */
void sw_runtime_expect(sw_runtime *runtime, int32_t change);

/* ---- workers by hand: tests, simulation, own loops ---- */

SW_NODISCARD sw_err sw_worker_open(sw_runtime *runtime, sw_worker **ret);
/* What is not committed is dropped. NULL is a no-op. */
void sw_worker_close(sw_worker *worker);
/* Takes a task over: fences its former owner. After outside trouble its turns go on trying.
 * SW_E_CONFLICT: it is this worker's already. */
SW_NODISCARD sw_err sw_worker_claim(sw_worker *worker, const sw_task_spec *spec);
/* Gives a task up, dropping what is not committed; no-op if it is not this worker's. */
void sw_worker_release(sw_worker *worker, uint32_t task_number);
bool sw_worker_owns(const sw_worker *worker, uint32_t task_number);

typedef struct sw_turn sw_turn;
/* One turn: fixes `now`, runs every task that has work, commits all batches together, releases
 * answers. Verdicts: RETRY keeps the batches and backs off (10 ms doubled up to 5 s, with jitter);
 * ABORT drops the batch, and claims again or, where the task was fenced, lets go of it: it is
 * another's now. Returns only FATAL errors: stop, and recover by opening again. */
SW_NODISCARD sw_err sw_worker_turn(sw_worker *worker, sw_turn *ret);

/* ---- threads ---- */

/* Spreads all tasks over threads and runs them: `threads` (1 or more) for those of each patience
 * (stream/processor.h), and one for those of none where there are others, which also has the door.
 */
SW_NODISCARD sw_err sw_runtime_start(sw_runtime *runtime, uint32_t threads);
/* Each thread ends its turn and stops. Returns the first FATAL error of a thread, or SW_OK. */
SW_NODISCARD sw_err sw_runtime_stop(sw_runtime *runtime);
/* The first FATAL error so far; SW_OK: running. */
sw_err sw_runtime_error(const sw_runtime *runtime);

#endif
