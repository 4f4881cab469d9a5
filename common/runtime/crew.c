#include "runtime/crew.h"

#include <stdio.h>

bool sw_runtime_owns(const sw_runtime *runtime, const sw_task_spec *task) {
    const sw_runtime_options *o = &runtime->options;
    return !o->owns || o->owns(o->owns_arg, task);
}

static uint32_t patience_of(const sw_topology *topology, const sw_task_spec *task) {
    return topology->nodes[task->node].processor->patience;
}

static const sw_crew *find(const sw_crews *crews, uint32_t patience) {
    for (uint32_t i = 0; i < crews->count; i++)
        if (crews->crews[i].patience == patience) return &crews->crews[i];
    return NULL;
}

void sw_crews_form(sw_crews *crews, const sw_runtime *runtime, uint32_t each) {
    const sw_topology *topology = runtime->options.topology;
    *crews = (sw_crews){.topology = topology};
    for (uint32_t i = 0; i < topology->task_count; i++) {
        const sw_task_spec *task = &topology->tasks[i];
        uint32_t patience = patience_of(topology, task);
        if (!sw_runtime_owns(runtime, task) || find(crews, patience)) continue;
        SW_ASSERT(crews->count < SW_CREWS_MAX);
        crews->crews[crews->count++] = (sw_crew){.patience = patience};
    }
    for (uint32_t i = 0; i < crews->count; i++) {
        sw_crew *crew = &crews->crews[i];
        crew->first = crews->workers;
        crew->count = crew->patience == 0 && crews->count > 1 ? 1 : each;
        crews->workers += crew->count;
    }
    if (crews->workers == 0) crews->workers = 1; /* for the door */
}

uint32_t sw_crews_worker(const sw_crews *crews, const sw_task_spec *task) {
    const sw_crew *crew = find(crews, patience_of(crews->topology, task));
    SW_ASSERT(crew);
    return crew->first + task->partition % crew->count;
}

bool sw_crews_door(const sw_crews *crews, uint32_t worker) {
    const sw_crew *prompt = find(crews, 0);
    return !prompt || (worker >= prompt->first && worker < prompt->first + prompt->count);
}

void sw_crews_name(const sw_crews *crews, uint32_t worker, char ret[SW_THREAD_NAME_BYTES]) {
    const sw_crew *crew = NULL;
    for (uint32_t i = 0; i < crews->count; i++)
        if (worker - crews->crews[i].first < crews->crews[i].count) crew = &crews->crews[i];
    const uint32_t patience = crew ? crew->patience : 0, first = crew ? crew->first : 0;
    const char *when = patience == 0 ? "now" : patience > SW_PATIENT ? "later" : "soon";
    (void)snprintf(ret, SW_THREAD_NAME_BYTES, "tasks-%s-%u", when, (worker - first) % 1000);
}
