/* worker.h - some tasks and the loop that runs them, one turn at a time.  Layer 7.  Thread:
 * owner's. */
#ifndef SW_RUNTIME_WORKER_H
#define SW_RUNTIME_WORKER_H

#include "base/rng.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

/* What a turn did, and when the next one is needed. */
typedef struct sw_turn {
    uint32_t commits, retries, lost;
    int64_t wait_us; /* nothing to do for so long, unless records come; 0: go on at once */
    bool deaf;       /* not even if records come */
} sw_turn;

typedef struct sw_slot {
    sw_task *task;
    int64_t retry_us; /* not before this moment of the steady clock */
    int64_t run_us;   /* begin of its last batch */
    int64_t took_us;  /* how long that ran, without its commit */
} sw_slot;

struct sw_worker {
    sw_runtime *runtime;
    sw_slot *slots;
    uint32_t count, cap;
    sw_commit_item **items; /* of this turn; [0] may be the door's */
    sw_commit_item *door;
    int64_t last_us; /* begin of the last turn */
    bool no_door;    /* appends from outside are another's */
    bool left_out;   /* patient tasks whose time had come, in the last turn */
    int64_t retry_us;
    uint32_t failures;
    bool pending; /* items wait to be committed again */
    uint32_t item_count;
    sw_rng rng; /* jitter only */
};

#endif
