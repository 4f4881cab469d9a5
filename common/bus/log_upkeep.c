#include "bus/log_upkeep.h"

#define CHUNK_COST ((uint64_t)1024) /* of a chunk, beside its bytes */

sw_slice sw_log_chunk_key(const sw_log *log, const sw_log_part *part, int64_t last_offset,
                          char bytes[SW_CHUNK_KEY_BYTES]) {
    sw_chunk_key(sw_log_topic_id(log, part), part->partition, last_offset, bytes);
    return sw_slice_of(bytes, SW_CHUNK_KEY_BYTES);
}

void sw_upkeep_spend(sw_upkeep *u, size_t bytes) {
    uint64_t cost = bytes + CHUNK_COST;
    u->bytes_left -= cost < u->bytes_left ? cost : u->bytes_left;
}

void sw_log_publish_head(sw_log *log, sw_log_part *part, sw_log_head head) {
    SW_ASSERT(!part->touched && head.end == part->head.end);
    pthread_mutex_lock(&log->view);
    part->head = part->draft = head;
    pthread_mutex_unlock(&log->view);
}

static bool too_old(const sw_upkeep *u, const sw_topic_spec *spec, int64_t max_ms) {
    return spec->retention_ms > 0 && max_ms < u->now_ms - spec->retention_ms;
}

/* Lets go of the oldest chunks that are past the topic's limits; the newest chunk always stays. */
static sw_err drop_oldest(sw_upkeep *u, sw_log_part *part, sw_log_head *head) {
    const sw_topic_spec *spec = &u->log->topics[part->topic].spec;
    sw_iter *iter;
    sw_slice key, value;
    sw_err err = sw_log_chunks(u->log, part, head->first, &iter);
    if (err) return err;
    part->oldest_ms = -1;
    while (u->bytes_left > 0 && sw_iter_next(iter, &key, &value)) {
        sw_chunk_head chunk;
        sw_upkeep_spend(u, value.len);
        if ((err = sw_chunk_open(key, value, &chunk))) break;
        bool too_big = spec->retention_bytes > 0 && head->bytes > spec->retention_bytes;
        part->oldest_ms = chunk.max_ms;
        if (chunk.last_offset + 1 == head->end || (!too_old(u, spec, chunk.max_ms) && !too_big))
            break;
        SW_ASSERT(head->bytes >= value.len);
        head->first = chunk.last_offset + 1;
        head->bytes -= value.len;
        part->oldest_ms = -1;
    }
    if (!err) err = sw_iter_error(iter);
    sw_iter_close(iter);
    return err;
}

static sw_err retain(sw_upkeep *u, sw_log_part *part) {
    const sw_topic_spec *spec = &u->log->topics[part->topic].spec;
    bool by_bytes = spec->retention_bytes > 0 && part->head.bytes > spec->retention_bytes;
    bool by_time =
        spec->retention_ms > 0 && (part->oldest_ms < 0 || too_old(u, spec, part->oldest_ms));
    if (part->head.first == part->head.end || (!by_bytes && !by_time)) return SW_OK;
    sw_log_head head = part->head;
    sw_err err = drop_oldest(u, part, &head);
    if (err || head.first == part->head.first) return err;
    char from[SW_CHUNK_KEY_BYTES], to[SW_CHUNK_KEY_BYTES];
    err = sw_batch_delete_range(u->batch, u->log->first_store + SW_LOG_CHUNKS,
                                sw_log_chunk_key(u->log, part, part->head.first, from),
                                sw_log_chunk_key(u->log, part, head.first, to));
    if (!err) err = sw_log_put_head(u->log, part, &head, u->batch);
    /* Readers are turned away from what goes before it goes. */
    if (!err) sw_log_publish_head(u->log, part, head);
    return err;
}

sw_err sw_log_maintain(sw_log *log, int64_t now_ms, uint32_t chunks_max, sw_batch *batch,
                       bool *ret_more) {
    SW_ASSERT(log && chunks_max > 0 && sw_batch_count(batch) == 0 && log->touched_count == 0);
    sw_upkeep u = {.log = log,
                   .batch = batch,
                   .now_ms = now_ms,
                   .bytes_left = (uint64_t)chunks_max * SW_LOG_CHUNK_BYTES};
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < log->part_count && u.bytes_left > 0; i++) {
        sw_log_part *part = &log->parts[log->upkeep_at];
        err = log->topics[part->topic].spec.compacted ? sw_log_compact(&u, part) : retain(&u, part);
        bool anew = sw_batch_count(batch) > 0;
        if (!err) err = sw_log_prove_some(&u, part);
        if (!err && sw_batch_count(batch)) err = sw_db_write(log->db, batch, false);
        if (anew) sw_log_tail_forget(log->tail, sw_log_part_number(log, part));
        sw_batch_clear(batch);
        if (u.bytes_left > 0 || !log->pass.part)
            log->upkeep_at = (log->upkeep_at + 1) % log->part_count;
    }
    sw_buf_done(&u.room);
    if (!err) *ret_more = log->pass.part || u.again || u.bytes_left == 0;
    return err;
}
