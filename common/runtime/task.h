/* task.h - one processor on one partition: its batches, from the first record to the commit.
 * Layer 7. Thread: owner's. */
#ifndef SW_RUNTIME_TASK_H
#define SW_RUNTIME_TASK_H

#include "env/env.h"
#include "runtime/commit.h"
#include "runtime/input.h"
#include "stream/ctx.h"

typedef struct sw_node_metrics {
    sw_metric *records, *refused, *emitted, *fired, *lateness_ms, *retries;
} sw_node_metrics;

/* What all tasks share; immutable. */
typedef struct sw_task_home {
    const sw_topology *topology;
    sw_bus *bus; /* inputs, positions, claims */
    sw_db *db;   /* state: the bus's, or another one when state is built anew */
    sw_env env;
    sw_object_budget *objects;        /* for decoded objects of all tasks */
    const sw_node_metrics *metrics;   /* one a node; NULL: none */
    uint32_t records_max, timers_max; /* of a batch; of a patient task's more records and time */
    int64_t batch_us_max;             /* 0: no limit */
} sw_task_home;

typedef enum sw_task_state {
    SW_TASK_LOST,  /* has no right to commit: claim it */
    SW_TASK_READY, /* may run a batch */
    SW_TASK_SEALED /* has a batch that waits for its commit */
} sw_task_state;

typedef struct sw_task {
    const sw_task_home *home;
    const sw_task_spec *spec;
    const sw_node *node;
    sw_task_state state;
    int64_t now_ms; /* of the batch; never goes back, not over a restart either */
    sw_effects fx;
    sw_ctx ctx;
    sw_arena call_arena; /* of one call */
    sw_inputs inputs;
    sw_batch *batch;
    sw_commit_item item;
    sw_record *records; /* emits of the batch, for the commit */
    uint32_t record_cap;
    int64_t *fired; /* due times, for the lateness */
    uint32_t fired_count, fired_cap;
    uint32_t taken;     /* records of the batch */
    uint32_t starts;    /* 1: the processor's start has done something in this batch */
    bool started;       /* it has been called since the claim, and what it did is committed */
    uint32_t refused;   /* calls of the batch, each with its dead letter */
    uint32_t calls_max; /* the batch ends after so many records and timers; 0: no limit */
    bool crammed;       /* what was read ahead left a call no room: the batch is run without */
    int64_t start_us;   /* of the batch, by the steady clock */
    bool more;          /* there is work left that need not wait for anything */
    bool follow;        /* each call's now is its own moment: building state anew */
    uint32_t failures;  /* outside troubles in a row */
    sw_err trouble;     /* why the last batch ended early; SW_OK: it did not */
} sw_task;

/* The task is LOST at first. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_task_open(const sw_task_home *home, const sw_task_spec *spec, sw_task **ret);
void sw_task_close(sw_task *task); /* NULL is a no-op */
/* LOST -> READY: fences former owners, goes on where the last commit was. */
SW_NODISCARD sw_err sw_task_claim(sw_task *task);
/* READY -> READY, if there was nothing to do, or SEALED. A batch is, in this order: timers due at
 * or before the first record's time, the record, and so on; and when all inputs are read to their
 * end, timers due at or before now. An error of verdict RETRY ends the batch early and stands in
 * `trouble`; those of verdict ABORT and FATAL are returned: drop the task. */
SW_NODISCARD sw_err sw_task_run(sw_task *task, int64_t now_ms);
/* SEALED -> READY: the batch is durable. `wall_ms` is the time of that. */
void sw_task_committed(sw_task *task, int64_t wall_ms);
/* Any -> LOST: as if the batch had never been. */
void sw_task_drop(sw_task *task);
/* When it has to run at the latest; SW_TIME_MAX: when records come. */
int64_t sw_task_next_ms(const sw_task *task);

#endif
