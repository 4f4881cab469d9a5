#include "base/wire.h"
#include "bus/kafka.h"

void kafka_origin_write(const kafka_origin *origin, char ret[KAFKA_ORIGIN_BYTES]) {
    SW_ASSERT(origin && ret);
    sw_wire_put_le(ret, origin->task, 4);
    sw_wire_put_le(ret + 4, origin->seq, 8);
    sw_wire_put_le(ret + 12, origin->before, 8);
    sw_wire_put_le(ret + 20, origin->index, 4);
    sw_wire_put_le(ret + 24, origin->topic, 4);
    sw_wire_put_le(ret + 28, (uint64_t)origin->offset, 8);
    sw_wire_put_le(ret + 36, origin->nth, 4);
    sw_wire_put_le(ret + 40, 1, 4); /* version */
}

bool kafka_origin_read(sw_slice bytes, kafka_origin *ret) {
    SW_ASSERT(ret);
    if (bytes.len != KAFKA_ORIGIN_BYTES || sw_wire_get_le(bytes.ptr + 40, 4) != 1) return false;
    *ret = (kafka_origin){
        .task = (uint32_t)sw_wire_get_le(bytes.ptr, 4),
        .seq = sw_wire_get_le(bytes.ptr + 4, 8),
        .before = sw_wire_get_le(bytes.ptr + 12, 8),
        .index = (uint32_t)sw_wire_get_le(bytes.ptr + 20, 4),
        .topic = (uint32_t)sw_wire_get_le(bytes.ptr + 24, 4),
        .offset = (int64_t)sw_wire_get_le(bytes.ptr + 28, 8),
        .nth = (uint32_t)sw_wire_get_le(bytes.ptr + 36, 4),
    };
    return true;
}

static kafka_writer *writer_of(kafka_writers *writers, uint32_t task) {
    for (uint32_t i = 0; i < writers->count; i++)
        if (writers->list[i].last.task == task) return &writers->list[i];
    return NULL;
}

/* A task takes each of its inputs in order, so what it wrote of an older record than before it has
 * written again: a commit that was taken for lost was not. */
static bool is_repeat(kafka_writer *writer, const kafka_origin *origin) {
    if (origin->topic == 0)
        return origin->seq < writer->last.seq ||
               (origin->seq == writer->last.seq && origin->index <= writer->last.index);
    for (uint32_t i = 0; i < writer->inputs; i++)
        if (writer->from_topic[i] == origin->topic)
            return origin->offset < writer->from_offset[i] ||
                   (origin->offset == writer->from_offset[i] && origin->nth <= writer->from_nth[i]);
    return false;
}

static void remember(kafka_writer *writer, const kafka_origin *origin) {
    writer->last = *origin;
    if (origin->topic == 0) return;
    uint32_t i = 0;
    while (i < writer->inputs && writer->from_topic[i] != origin->topic) i++;
    if (i == SW_INPUTS_MAX) return;
    if (i == writer->inputs) writer->from_topic[writer->inputs++] = origin->topic;
    writer->from_offset[i] = origin->offset;
    writer->from_nth[i] = origin->nth;
}

sw_err kafka_writers_take(kafka_writers *writers, const kafka_origin *origin, kafka_sequel *ret) {
    SW_ASSERT(writers && origin && ret);
    kafka_writer *writer = writer_of(writers, origin->task);
    if (!writer) {
        if (writers->count == writers->cap) {
            uint32_t cap = writers->cap ? writers->cap * 2 : 8;
            kafka_writer *grown = sw_heap_resize(writers->list, cap * sizeof *grown);
            if (!grown) return SW_E_NOMEM;
            writers->list = grown;
            writers->cap = cap;
        }
        writer = &writers->list[writers->count++];
        memset(writer, 0, sizeof *writer);
        remember(writer, origin);
        *ret = KAFKA_NEXT;
        return SW_OK;
    }
    /* A task that counts from its beginning again: its state was made anew by intent. */
    bool anew = origin->before == 0 && origin->seq < writer->last.seq;
    if (anew) writer->inputs = 0;
    if (!anew && is_repeat(writer, origin)) {
        *ret = KAFKA_REPEAT;
        return SW_OK;
    }
    bool same = origin->seq == writer->last.seq;
    bool follows = same ? origin->index == writer->last.index + 1
                        : origin->before == writer->last.seq && origin->index == 0;
    *ret = anew || follows ? KAFKA_NEXT : KAFKA_GAP;
    remember(writer, origin);
    return SW_OK;
}

void kafka_writers_done(kafka_writers *writers) {
    SW_ASSERT(writers);
    sw_heap_free(writers->list);
    memset(writers, 0, sizeof *writers);
}
