#include "base/wire.h"
#include "bus/kafka.h"

#define FORMAT   1u
#define HEAD_LEN 44u

void kafka_task_done(kafka_task *task) {
    sw_heap_free(task->positions);
    sw_heap_free(task->links);
    memset(task, 0, sizeof *task);
}

static sw_err reserve(void **list, uint32_t *cap, uint32_t count, size_t size) {
    if (count <= *cap) return SW_OK;
    uint32_t wanted = *cap ? *cap * 2 : 8;
    if (wanted < count) wanted = count;
    void *grown = sw_heap_resize(*list, wanted * size);
    if (!grown) return SW_E_NOMEM;
    *list = grown;
    *cap = wanted;
    return SW_OK;
}

static sw_err room(kafka_task *task, uint32_t positions, uint32_t links) {
    void *list = task->positions;
    sw_err err = reserve(&list, &task->position_cap, positions, sizeof *task->positions);
    task->positions = list;
    if (err) return err;
    list = task->links;
    err = reserve(&list, &task->link_cap, links, sizeof *task->links);
    task->links = list;
    return err;
}

sw_err kafka_task_copy(kafka_task *to, const kafka_task *from) {
    SW_ASSERT(to && from);
    sw_err err = room(to, from->position_count, from->link_count);
    if (err) return err;
    kafka_task copy = *from;
    copy.positions = to->positions;
    copy.position_cap = to->position_cap;
    copy.links = to->links;
    copy.link_cap = to->link_cap;
    *to = copy;
    if (from->position_count)
        memcpy(to->positions, from->positions, from->position_count * sizeof *to->positions);
    if (from->link_count) memcpy(to->links, from->links, from->link_count * sizeof *to->links);
    return SW_OK;
}

sw_err kafka_task_position(kafka_task *task, sw_position at) {
    SW_ASSERT(task && at.next_offset >= 0);
    for (uint32_t i = 0; i < task->position_count; i++) {
        sw_position *p = &task->positions[i];
        if (p->topic != at.topic || p->partition != at.partition) continue;
        *p = at;
        return SW_OK;
    }
    sw_err err = room(task, task->position_count + 1, task->link_count);
    if (!err) task->positions[task->position_count++] = at;
    return err;
}

kafka_link *kafka_task_link(kafka_task *task, uint32_t topic, uint32_t partition) {
    SW_ASSERT(task);
    for (uint32_t i = 0; i < task->link_count; i++)
        if (task->links[i].topic == topic && task->links[i].partition == partition)
            return &task->links[i];
    if (room(task, task->position_count, task->link_count + 1)) return NULL;
    task->links[task->link_count] = (kafka_link){.topic = topic, .partition = partition};
    return &task->links[task->link_count++];
}

static void add_place(sw_buf *to, const char *topic, uint32_t partition, uint64_t number) {
    char bytes[12];
    size_t len = strlen(topic);
    sw_buf_add_byte(to, (char)(unsigned char)len);
    sw_buf_add(to, sw_slice_of(topic, len));
    sw_wire_put_le(bytes, partition, 4);
    sw_wire_put_le(bytes + 4, number, 8);
    sw_buf_add(to, sw_slice_of(bytes, sizeof bytes));
}

sw_err kafka_task_write(const kafka_task *task, const sw_bus_options *options, sw_buf *ret) {
    SW_ASSERT(task && options && ret);
    char head[HEAD_LEN];
    sw_wire_put_le(head, FORMAT, 4);
    sw_wire_put_le(head + 4, task->last_epoch, 8);
    sw_wire_put_le(head + 12, task->seq, 8);
    sw_wire_put_le(head + 20, (uint64_t)task->now_ms, 8);
    sw_wire_put_le(head + 28, task->digest, 8);
    sw_wire_put_le(head + 36, task->position_count, 4);
    sw_wire_put_le(head + 40, task->link_count, 4);
    sw_buf_add(ret, sw_slice_of(head, sizeof head));
    for (uint32_t i = 0; i < task->position_count; i++)
        add_place(ret, options->topics[task->positions[i].topic].name, task->positions[i].partition,
                  (uint64_t)task->positions[i].next_offset);
    for (uint32_t i = 0; i < task->link_count; i++)
        add_place(ret, options->topics[task->links[i].topic].name, task->links[i].partition,
                  task->links[i].seq);
    return ret->err;
}

/* One place off the front; false: it is not whole. `ret_topic` is UINT32_MAX for one that is gone.
 */
static bool take_place(sw_slice *bytes, const sw_bus_options *options, uint32_t *ret_topic,
                       uint32_t *ret_partition, uint64_t *ret_number) {
    if (bytes->len == 0) return false;
    size_t len = (unsigned char)bytes->ptr[0];
    if (bytes->len < 1 + len + 12) return false;
    sw_slice name = sw_slice_sub(*bytes, 1, 1 + len);
    *ret_topic = UINT32_MAX;
    for (uint32_t i = 0; i < options->topic_count; i++)
        if (sw_slice_is(name, options->topics[i].name)) *ret_topic = i;
    *ret_partition = (uint32_t)sw_wire_get_le(bytes->ptr + 1 + len, 4);
    *ret_number = sw_wire_get_le(bytes->ptr + 5 + len, 8);
    *bytes = sw_slice_sub(*bytes, 13 + len, bytes->len);
    return true;
}

sw_err kafka_task_read(kafka_task *task, const sw_bus_options *options, sw_slice bytes) {
    SW_ASSERT(task && options);
    if (bytes.len < HEAD_LEN) return SW_E_CORRUPT;
    if (sw_wire_get_le(bytes.ptr, 4) != FORMAT) return SW_E_VERSION;
    task->last_epoch = sw_wire_get_le(bytes.ptr + 4, 8);
    task->seq = sw_wire_get_le(bytes.ptr + 12, 8);
    task->now_ms = (int64_t)sw_wire_get_le(bytes.ptr + 20, 8);
    task->digest = sw_wire_get_le(bytes.ptr + 28, 8);
    uint64_t positions = sw_wire_get_le(bytes.ptr + 36, 4);
    uint64_t links = sw_wire_get_le(bytes.ptr + 40, 4);
    task->position_count = task->link_count = 0;
    sw_slice rest = sw_slice_sub(bytes, HEAD_LEN, bytes.len);
    uint32_t topic, partition;
    uint64_t number;
    for (; positions > 0; positions--) {
        if (!take_place(&rest, options, &topic, &partition, &number)) return SW_E_CORRUPT;
        if (topic == UINT32_MAX) continue;
        if (number > INT64_MAX) return SW_E_CORRUPT;
        sw_err err = kafka_task_position(task, (sw_position){topic, partition, (int64_t)number});
        if (err) return err;
    }
    for (; links > 0; links--) {
        if (!take_place(&rest, options, &topic, &partition, &number)) return SW_E_CORRUPT;
        if (topic == UINT32_MAX) continue;
        kafka_link *link = kafka_task_link(task, topic, partition);
        if (!link) return SW_E_NOMEM;
        link->seq = number;
    }
    return rest.len == 0 ? SW_OK : SW_E_CORRUPT;
}
