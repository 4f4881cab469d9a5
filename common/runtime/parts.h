/* parts.h - the runtime's inside, for its own files.  Layer 7, private to runtime.  Thread: the
 * runtime's. */
#ifndef SW_RUNTIME_PARTS_H
#define SW_RUNTIME_PARTS_H

#include "runtime/worker.h"

struct sw_runtime {
    sw_runtime_options options;
    sw_task_home home;
    sw_object_budget objects;
    sw_node_metrics *metrics;
    sw_arena arena;
    sw_committer *committers; /* one a lane of the bus */
    uint32_t lanes;
    sw_door door;
    int32_t expected;   /* atomic */
    int64_t awaited_us; /* atomic: when somebody began or ceased to wait, by the steady clock */
    sw_metric *turns;

    /* Threads. */
    pthread_mutex_t lock;
    pthread_cond_t wake, stop; /* `stop`: for sleepers that changes do not concern */
    uint64_t changes; /* commits and appends so far, under the lock: what a sleeper waits for */
    bool stopping;
    sw_err failed;
    pthread_t *threads;
    sw_worker **workers;
    uint32_t thread_count;
    pthread_t listener; /* to the bus, where other processes append too */
    bool listening;
    int stop_fd;
};

/* There may be something new to read. */
void sw_runtime_wake(sw_runtime *runtime);

#endif
