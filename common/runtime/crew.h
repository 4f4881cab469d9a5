/* crew.h - which thread runs which task.  Layer 7, private to runtime.  Thread: any. */
#ifndef SW_RUNTIME_CREW_H
#define SW_RUNTIME_CREW_H

#include "env/thread.h"
#include "runtime/parts.h"

/* Tasks of one patience share threads, so that a long batch of what nobody waits for is in nobody's
 * way: one thread for the tasks of no patience, `each` for the others, in order of partitions. */
#define SW_CREWS_MAX 8

typedef struct sw_crew {
    uint32_t patience, first, count; /* its workers */
} sw_crew;

typedef struct sw_crews {
    const sw_topology *topology;
    sw_crew crews[SW_CREWS_MAX];
    uint32_t count, workers;
} sw_crews;

bool sw_runtime_owns(const sw_runtime *runtime, const sw_task_spec *task);
void sw_crews_form(sw_crews *crews, const sw_runtime *runtime, uint32_t each);
uint32_t sw_crews_worker(const sw_crews *crews, const sw_task_spec *task);
/* Whether the worker commits what is appended from outside. */
bool sw_crews_door(const sw_crews *crews, uint32_t worker);
/* What the worker's thread is called: tasks-now-0 and so on. */
void sw_crews_name(const sw_crews *crews, uint32_t worker, char ret[SW_THREAD_NAME_BYTES]);

#endif
