#include "runtime/input.h"

void sw_inputs_init(sw_inputs *inputs, const sw_node *node, uint32_t partition) {
    SW_ASSERT(inputs && node && node->input_count > 0);
    *inputs = (sw_inputs){.node = node};
    sw_arena_init(&inputs->arena, (size_t)SW_INPUTS_MAX * SW_BATCH_POLL_BYTES * 4);
    for (uint32_t i = 0; i < node->input_count; i++) {
        inputs->committed[i] = inputs->next[i] = (sw_position){node->inputs[i], partition, 0};
        inputs->until[i] = INT64_MAX;
    }
}

void sw_inputs_done(sw_inputs *inputs) {
    if (inputs->node) sw_arena_done(&inputs->arena);
    inputs->node = NULL;
}

static void forget(sw_inputs *inputs) {
    memset(inputs->queues, 0, sizeof inputs->queues);
    sw_arena_reset(&inputs->arena);
}

sw_err sw_inputs_claim(sw_inputs *inputs, sw_bus *bus, uint32_t task) {
    SW_ASSERT(inputs && bus);
    for (uint32_t i = 0; i < inputs->node->input_count; i++) {
        sw_position *at = &inputs->committed[i];
        sw_err err = sw_bus_position(bus, task, at->topic, at->partition, &at->next_offset);
        if (err) return err;
    }
    sw_inputs_rewind(inputs);
    return SW_OK;
}

static sw_err fetch_by_key(sw_inputs *inputs, uint32_t records_max) {
    sw_fetched got;
    sw_err err = sw_by_key_fetch(inputs->by_key, records_max, &got);
    if (err) return err;
    inputs->queues[0] = (sw_input_queue){
        .records = got.records, .count = got.count, .to_end = got.to_end, .drained = got.drained};
    return SW_OK;
}

static sw_err fetch_one(sw_inputs *inputs, uint32_t index, sw_bus *bus, uint32_t task,
                        uint32_t records_max) {
    sw_input_queue *queue = &inputs->queues[index];
    sw_position from = inputs->committed[index];
    int64_t until = inputs->until[index];
    *queue = (sw_input_queue){.next_offset = from.next_offset, .to_end = true, .drained = true};
    if (from.next_offset >= until) return SW_OK;
    sw_fetched got;
    sw_err err =
        sw_bus_fetch(bus, task, from, records_max, SW_BATCH_POLL_BYTES, &inputs->arena, &got);
    if (err) return err;
    for (; got.count > 0 && got.records[got.count - 1].offset >= until;)
        got.next_offset = got.records[--got.count].offset;
    *queue = (sw_input_queue){.records = got.records,
                              .count = got.count,
                              .next_offset = got.next_offset,
                              .to_end = got.to_end || got.next_offset >= until,
                              .drained = got.drained || got.next_offset >= until};
    if (queue->count == 0) inputs->next[index].next_offset = queue->next_offset;
    return SW_OK;
}

sw_err sw_inputs_fetch(sw_inputs *inputs, sw_bus *bus, uint32_t task, uint32_t records_max) {
    SW_ASSERT(inputs && bus && records_max > 0);
    forget(inputs);
    if (inputs->by_key) return fetch_by_key(inputs, records_max);
    for (uint32_t i = 0; i < inputs->node->input_count; i++) {
        sw_err err = fetch_one(inputs, i, bus, task, records_max);
        if (err) return err;
    }
    return SW_OK;
}

const sw_record *sw_inputs_first(sw_inputs *inputs, uint32_t *ret_queue) {
    SW_ASSERT(inputs && ret_queue);
    const sw_record *first = NULL;
    for (uint32_t i = 0; i < inputs->node->input_count; i++) {
        const sw_input_queue *queue = &inputs->queues[i];
        if (queue->at == queue->count && !queue->to_end) return NULL;
        if (queue->at == queue->count) continue;
        const sw_record *record = &queue->records[queue->at];
        if (first && first->timestamp_ms <= record->timestamp_ms) continue;
        first = record;
        *ret_queue = i;
    }
    return first;
}

void sw_inputs_advance(sw_inputs *inputs, uint32_t index) {
    SW_ASSERT(inputs && index < inputs->node->input_count);
    sw_input_queue *queue = &inputs->queues[index];
    SW_ASSERT(queue->at < queue->count);
    int64_t offset = queue->records[queue->at++].offset;
    if (inputs->by_key) return;
    SW_ASSERT(offset >= inputs->next[index].next_offset);
    inputs->next[index].next_offset = queue->at == queue->count ? queue->next_offset : offset + 1;
}

bool sw_inputs_at_end(const sw_inputs *inputs) {
    SW_ASSERT(inputs);
    for (uint32_t i = 0; i < inputs->node->input_count; i++)
        if (inputs->queues[i].at < inputs->queues[i].count || !inputs->queues[i].to_end)
            return false;
    return true;
}

bool sw_inputs_waiting(const sw_inputs *inputs) {
    SW_ASSERT(inputs);
    for (uint32_t i = 0; i < inputs->node->input_count; i++)
        if (inputs->queues[i].count == 0 && !inputs->queues[i].to_end) return true;
    return false;
}

bool sw_inputs_drained(const sw_inputs *inputs) {
    SW_ASSERT(inputs);
    for (uint32_t i = 0; i < inputs->node->input_count; i++)
        if (!inputs->queues[i].drained) return false;
    return true;
}

bool sw_inputs_moved(const sw_inputs *inputs) {
    SW_ASSERT(inputs);
    for (uint32_t i = 0; i < inputs->node->input_count; i++)
        if (inputs->next[i].next_offset - inputs->committed[i].next_offset > SW_SKIPPED_MAX)
            return true;
    return false;
}

void sw_inputs_committed(sw_inputs *inputs) {
    SW_ASSERT(inputs);
    if (inputs->by_key) sw_by_key_taken(inputs->by_key, inputs->queues[0].at);
    memcpy(inputs->committed, inputs->next, sizeof inputs->committed);
    forget(inputs);
}

void sw_inputs_rewind(sw_inputs *inputs) {
    SW_ASSERT(inputs);
    memcpy(inputs->next, inputs->committed, sizeof inputs->next);
    forget(inputs);
}
