#include "stream/topology.h"

typedef struct builder {
    sw_arena *arena;
    sw_diags *diags;
    sw_topology *topology;
} builder;

static sw_err full(builder *b) {
    return sw_diag_at(b->diags, SW_E_LIMIT, 0, 0, NULL, NULL,
                      "the topology is larger than its memory");
}

sw_err sw_topology_topic(const sw_topology *topology, const char *name, uint32_t *ret) {
    SW_ASSERT(topology && name && ret);
    for (uint32_t i = 0; i < topology->topic_count; i++) {
        if (strcmp(topology->topics[i].name, name) != 0) continue;
        *ret = i;
        return SW_OK;
    }
    return SW_E_UNKNOWN;
}

uint32_t sw_node_output(const sw_node *node, const char *name) {
    SW_ASSERT(node && name);
    const char *const *outputs = node->processor->outputs;
    uint32_t at = 0;
    while (at < node->output_count && outputs[at] != name && strcmp(outputs[at], name) != 0) at++;
    SW_ASSERT(at < node->output_count); /* an output that the table does not declare */
    return node->outputs[at];
}

const sw_task_spec *sw_topology_task(const sw_topology *topology, uint32_t number) {
    SW_ASSERT(topology);
    for (uint32_t i = 0; i < topology->task_count; i++)
        if (topology->tasks[i].number == number) return &topology->tasks[i];
    return NULL;
}

static sw_err resolve(builder *b, const char *processor, const char *const *names, uint32_t max,
                      uint32_t *ret_topics, uint32_t *ret_count) {
    uint32_t count = 0;
    for (; names && names[count]; count++) {
        if (count == max)
            return sw_diag_at(b->diags, SW_E_LIMIT, 0, 0, processor, NULL, "more than %u topics",
                              max);
        if (sw_topology_topic(b->topology, names[count], &ret_topics[count]) != SW_OK)
            return sw_diag_at(b->diags, SW_E_UNKNOWN, 0, 0, processor,
                              "declare it among the topics", "there is no topic '%s'",
                              names[count]);
    }
    *ret_count = count;
    return SW_OK;
}

static sw_err check_inputs(builder *b, sw_node *node) {
    const char *name = node->processor->name;
    if (node->input_count == 0)
        return sw_diag_at(b->diags, SW_E_INVALID, 0, 0, name, NULL,
                          "a processor needs an input topic");
    const sw_topic_shape *topics = b->topology->topics;
    node->partitions = topics[node->inputs[0]].partitions;
    for (uint32_t i = 1; i < node->input_count; i++) {
        if (topics[node->inputs[i]].partitions == node->partitions) continue;
        return sw_diag_at(
            b->diags, SW_E_CONFLICT, 0, 0, name, "give both topics the same number of partitions",
            "'%s' has %u partitions and '%s' has %u: a key would be in different tasks",
            topics[node->inputs[0]].name, node->partitions, topics[node->inputs[i]].name,
            topics[node->inputs[i]].partitions);
    }
    return SW_OK;
}

static sw_err check_identity(builder *b, uint32_t index) {
    const sw_processor *processor = b->topology->nodes[index].processor;
    if (processor->id == 0 || processor->id >= SW_PROCESSORS_MAX)
        return sw_diag_at(b->diags, SW_E_INVALID, 0, 0, processor->name, NULL,
                          "id %u is not between 1 and %d", processor->id, SW_PROCESSORS_MAX - 1);
    for (uint32_t i = 0; i < index; i++) {
        const sw_processor *other = b->topology->nodes[i].processor;
        if (other->id == processor->id || strcmp(other->name, processor->name) == 0)
            return sw_diag_at(b->diags, SW_E_CONFLICT, 0, 0, processor->name, NULL,
                              "processor '%s' has the same name or id", other->name);
    }
    return SW_OK;
}

static sw_err add_stores(builder *b, sw_node *node) {
    sw_topology *t = b->topology;
    node->first_store = t->store_count;
    for (uint32_t i = 0; i < node->processor->store_count; i++) {
        const sw_processor_store *store = &node->processor->stores[i];
        if (t->store_count + 2 >= SW_STORES_MAX)
            return sw_diag_at(b->diags, SW_E_LIMIT, 0, 0, node->processor->name, NULL,
                              "more than %d stores", SW_STORES_MAX);
        sw_slice name = sw_arena_printf(b->arena, "%s.%s", node->processor->name, store->name);
        if (!name.ptr) return full(b);
        t->stores[t->store_count++] = (sw_store_spec){.name = name.ptr,
                                                      .version = store->version,
                                                      .point_lookups = !store->scanned,
                                                      .hot = store->hot,
                                                      .present = store->present,
                                                      .rewritten = store->rewritten,
                                                      .derived = store->derived};
    }
    return SW_OK;
}

static sw_err add_node(builder *b, const sw_processor *processor, const void *shared) {
    sw_topology *t = b->topology;
    SW_ASSERT(processor && processor->name && processor->on_record);
    sw_node *node = &t->nodes[t->node_count];
    *node = (sw_node){.processor = processor, .shared = shared};
    sw_err err = check_identity(b, t->node_count);
    if (err) return err;
    err = resolve(b, processor->name, processor->inputs, SW_INPUTS_MAX, node->inputs,
                  &node->input_count);
    if (err) return err;
    err = resolve(b, processor->name, processor->outputs, SW_TOPICS_MAX, node->outputs,
                  &node->output_count);
    if (err) return err;
    err = check_inputs(b, node);
    if (err) return err;
    SW_ASSERT(!processor->folded == !processor->fold);
    if (processor->folded) node->folded = 1 + sw_node_output(node, processor->folded);
    err = add_stores(b, node);
    if (err) return err;
    t->node_count++;
    return SW_OK;
}

static sw_err add_tasks(builder *b) {
    sw_topology *t = b->topology;
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->node_count; i++) count += t->nodes[i].partitions;
    t->tasks = sw_arena_zero(b->arena, count ? count : 1, sizeof *t->tasks);
    if (!t->tasks) return full(b);
    t->task_numbers = sw_task_number(1, 0); /* the doors' */
    for (uint32_t i = 0; i < t->node_count; i++) {
        for (uint32_t p = 0; p < t->nodes[i].partitions; p++) {
            uint32_t number = sw_task_number(t->nodes[i].processor->id, p);
            t->tasks[t->task_count++] = (sw_task_spec){number, i, p};
            if (number >= t->task_numbers) t->task_numbers = number + 1;
        }
    }
    return SW_OK;
}

static sw_err check_topics(builder *b) {
    sw_topology *t = b->topology;
    if (t->topic_count > SW_TOPICS_MAX)
        return sw_diag_at(b->diags, SW_E_LIMIT, 0, 0, NULL, NULL, "more than %d topics",
                          SW_TOPICS_MAX);
    for (uint32_t i = 0; i < t->topic_count; i++) {
        const sw_topic_shape *topic = &t->topics[i];
        if (topic->partitions == 0 || topic->partitions > SW_PARTITIONS_MAX)
            return sw_diag_at(b->diags, SW_E_RANGE, 0, 0, topic->name, NULL,
                              "%u partitions; a topic has 1 to %d", topic->partitions,
                              SW_PARTITIONS_MAX);
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(t->topics[k].name, topic->name) == 0)
                return sw_diag_at(b->diags, SW_E_CONFLICT, 0, 0, topic->name, NULL,
                                  "this topic is declared twice");
    }
    if (sw_topology_topic(t, SW_TOPIC_DEAD_LETTERS, &t->dead_letters) != SW_OK)
        return sw_diag_at(b->diags, SW_E_UNKNOWN, 0, 0, SW_TOPIC_DEAD_LETTERS,
                          "declare it: refused records go there", "this topic is not declared");
    return SW_OK;
}

static void add_own_stores(sw_topology *t) {
    t->store_due = t->store_count++;
    t->stores[t->store_due] = (sw_store_spec){.name = "runtime.due", .version = 1, .churn = true};
    t->store_timers = t->store_count++;
    t->stores[t->store_timers] = (sw_store_spec){
        .name = "runtime.timers", .version = 1, .point_lookups = true, .churn = true};
}

sw_err sw_topology_build(sw_arena *arena, const sw_processor *const *processors,
                         const void *const *shared, uint32_t count, const sw_topic_shape *topics,
                         uint32_t topic_count, sw_diags *diags, sw_topology *ret) {
    SW_ASSERT(arena && (processors || count == 0) && (topics || topic_count == 0) && ret);
    sw_topology topology = {.topics = topics, .topic_count = topic_count};
    builder b = {arena, diags, &topology};
    sw_err err = check_topics(&b);
    if (err) return err;
    if (count >= SW_PROCESSORS_MAX)
        return sw_diag_at(diags, SW_E_LIMIT, 0, 0, NULL, NULL, "%u processors; at most %d", count,
                          SW_PROCESSORS_MAX - 1);
    topology.nodes = sw_arena_zero(arena, count ? count : 1, sizeof *topology.nodes);
    topology.stores = sw_arena_zero(arena, SW_STORES_MAX, sizeof *topology.stores);
    if (!topology.nodes || !topology.stores) return full(&b);
    for (uint32_t i = 0; i < count; i++) {
        err = add_node(&b, processors[i], shared ? shared[i] : NULL);
        if (err) return err;
    }
    err = add_tasks(&b);
    if (err) return err;
    add_own_stores(&topology);
    *ret = topology;
    return SW_OK;
}
