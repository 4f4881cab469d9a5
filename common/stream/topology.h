/* topology.h - which processors there are, what they read and write, and the tasks that follow.
 * Layer 4. Thread: any, immutable after building. */
#ifndef SW_STREAM_TOPOLOGY_H
#define SW_STREAM_TOPOLOGY_H

#include "base/wire.h"
#include "env/limits.h"
#include "store/store.h"
#include "stream/processor.h"

typedef struct sw_topic_shape {
    const char *name;
    uint32_t partitions;
} sw_topic_shape;

/* A processor with its names resolved. */
typedef struct sw_node {
    const sw_processor *processor;
    const void *shared;                            /* handed to every call */
    uint32_t inputs[SW_INPUTS_MAX], input_count;   /* topics */
    uint32_t outputs[SW_TOPICS_MAX], output_count; /* topics */
    uint32_t folded;                               /* 1 + topic; 0: none */
    uint32_t first_store;                          /* index of its stores[0] among all */
    uint32_t partitions;
} sw_node;

/* One processor on one partition. Its number follows from the processor's id alone, so that it
 * stays when processors come and go. Numbers below SW_PARTITIONS_MAX are doors: they only append.
 */
typedef struct sw_task_spec {
    uint32_t number, node, partition;
} sw_task_spec;

typedef struct sw_topology {
    const sw_topic_shape *topics;
    uint32_t topic_count;
    sw_node *nodes;
    uint32_t node_count;
    sw_task_spec *tasks;
    uint32_t task_count;
    uint32_t task_numbers; /* every task number is below this */
    sw_store_spec *stores; /* of all processors ("name.store"), then the runtime's two */
    uint32_t store_count;
    uint32_t store_due, store_timers;
    uint32_t dead_letters; /* topic */
} sw_topology;

#define SW_TOPIC_DEAD_LETTERS "seawall.dead-letters"

/* Keys of a task's rows in the database begin with its number: of all of them, from its prefix to
 * that of the next number. */
enum { SW_TASK_PREFIX_BYTES = 4 };
static inline void sw_task_prefix(char ret[SW_TASK_PREFIX_BYTES], uint32_t task_number) {
    sw_wire_put_be(ret, task_number, SW_TASK_PREFIX_BYTES);
}

static inline uint32_t sw_task_number(uint32_t processor_id, uint32_t partition) {
    return processor_id * SW_PARTITIONS_MAX + partition;
}

/* Everything lives in `arena`. `shared` has one entry a processor; NULL: none. SW_E_INVALID,
 * SW_E_UNKNOWN, SW_E_CONFLICT with what to mend in `diags`: a name or id twice, a topic that is not
 * declared, inputs of one processor with different partition counts. SW_E_LIMIT: a cap of
 * env/limits.h. */
SW_NODISCARD sw_err sw_topology_build(sw_arena *arena, const sw_processor *const *processors,
                                      const void *const *shared, uint32_t count,
                                      const sw_topic_shape *topics, uint32_t topic_count,
                                      sw_diags *diags, sw_topology *ret);
/* The topic of an output, which the processor's table declares. */
uint32_t sw_node_output(const sw_node *node, const char *name);
/* The index of a topic; SW_E_UNKNOWN. */
SW_NODISCARD sw_err sw_topology_topic(const sw_topology *topology, const char *name, uint32_t *ret);
/* NULL if no task has that number. */
const sw_task_spec *sw_topology_task(const sw_topology *topology, uint32_t number);

#endif
