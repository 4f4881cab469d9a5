#include "base/wire.h"
#include "bus/log.h"

/* One call's work. */
typedef struct upkeep {
    sw_log *log;
    sw_batch *batch;
    int64_t now_ms;
    uint32_t chunks_left;
} upkeep;

static sw_slice chunk_key(const sw_log *log, const sw_log_part *part, int64_t last_offset,
                          char bytes[SW_CHUNK_KEY_BYTES]) {
    sw_chunk_key(sw_log_topic_id(log, part), part->partition, last_offset, bytes);
    return sw_slice_of(bytes, SW_CHUNK_KEY_BYTES);
}

static void publish(sw_log *log, sw_log_part *part, sw_log_head head) {
    SW_ASSERT(!part->touched && head.end == part->head.end);
    pthread_mutex_lock(&log->view);
    part->head = part->draft = head;
    pthread_mutex_unlock(&log->view);
}

static bool too_old(const upkeep *u, const sw_topic_spec *spec, int64_t max_ms) {
    return spec->retention_ms > 0 && max_ms < u->now_ms - spec->retention_ms;
}

/* Lets go of the oldest chunks that are past the topic's limits; the newest chunk always stays. */
static sw_err drop_oldest(upkeep *u, sw_log_part *part, sw_log_head *head) {
    const sw_topic_spec *spec = &u->log->topics[part->topic].spec;
    sw_iter *iter;
    sw_slice key, value;
    sw_err err = sw_log_chunks(u->log, part, head->first, &iter);
    if (err) return err;
    part->oldest_ms = -1;
    while (u->chunks_left > 0 && sw_iter_next(iter, &key, &value)) {
        sw_chunk_head chunk;
        u->chunks_left--;
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

static sw_err retain(upkeep *u, sw_log_part *part) {
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
                                chunk_key(u->log, part, part->head.first, from),
                                chunk_key(u->log, part, head.first, to));
    if (!err) err = sw_log_put_head(u->log, part, &head, u->batch);
    /* Readers are turned away from what goes before it goes. */
    if (!err) publish(u->log, part, head);
    return err;
}

/* The offset of the key's newest record; -1: the index has none. */
static sw_err newest(const upkeep *u, const sw_log_part *part, sw_slice key, sw_buf *scratch,
                     sw_slice *ret_index_key, int64_t *ret) {
    char prefix[8], *to;
    sw_wire_put_be(prefix, sw_log_topic_id(u->log, part), 4);
    sw_wire_put_be(prefix + 4, part->partition, 4);
    sw_buf_clear(scratch);
    if (!(to = sw_buf_room(scratch, 8 + key.len + 16))) return scratch->err;
    memcpy(to, prefix, 8);
    memcpy(to + 8, key.ptr, key.len);
    sw_buf_wrote(scratch, 8 + key.len);
    *ret_index_key = sw_buf_slice(scratch);
    sw_buf value;
    sw_buf_init(&value, 8);
    sw_err err = sw_db_get(u->log->db, u->log->first_store + SW_LOG_KEYS, *ret_index_key, &value);
    *ret = -1;
    if (!err && value.len == 8) *ret = (int64_t)sw_wire_get_le(value.ptr, 8);
    sw_buf_done(&value);
    return err == SW_E_NOT_FOUND ? SW_OK : err;
}

/* Chunks that become one. */
typedef struct merge {
    sw_log_part *part;
    uint32_t chunks, removed;
    uint64_t bytes; /* of the chunks */
    int64_t first_offset, last_offset;
    uint32_t chain;
    sw_buf scratch;
} merge;

/* Adds the records of one chunk that are still the newest of their keys. */
static sw_err merge_chunk(upkeep *u, merge *m, sw_slice value, const sw_chunk_head *head) {
    sw_chunk_writer *writer = &u->log->upkeep;
    sw_chunk_reader reader;
    sw_chunk_record record;
    sw_slice index_key;
    sw_err err;
    if (m->chunks == 0) {
        sw_chunk_begin(writer, head->first_offset, head->max_ms, head->chain_before);
        m->first_offset = head->first_offset;
    }
    if (head->max_ms > writer->head.max_ms) writer->head.max_ms = head->max_ms;
    sw_chunk_read(value, head, &reader);
    while (!(err = sw_chunk_next(&reader, &record))) {
        int64_t at;
        if ((err = newest(u, m->part, record.record.key, &m->scratch, &index_key, &at))) break;
        bool latest = at == record.record.offset;
        bool expired = record.record.tombstone &&
                       record.record.timestamp_ms < u->now_ms - SW_TOMBSTONE_KEPT_MS;
        if (latest && expired)
            err = sw_batch_delete(u->batch, u->log->first_store + SW_LOG_KEYS, index_key);
        if (err) break;
        if (!latest || expired) {
            m->removed++;
            continue;
        }
        sw_arena arena; /* headers of one record */
        sw_arena_init(&arena, SW_RECORD_BYTES_MAX * 2);
        sw_record whole;
        err = sw_chunk_copy(&record, &arena, &whole);
        if (!err) err = sw_chunk_add(writer, &whole);
        sw_arena_done(&arena);
        if (err) break;
    }
    if (err != SW_E_END) return err;
    m->chunks++;
    m->bytes += value.len;
    m->last_offset = head->last_offset;
    m->chain = head->chain;
    return SW_OK;
}

/* Puts the merged chunk in the place of those that went into it. */
static sw_err finish_merge(upkeep *u, merge *m, sw_log_head *head) {
    sw_log_part *part = m->part;
    uint32_t store = u->log->first_store + SW_LOG_CHUNKS;
    char key_bytes[SW_CHUNK_KEY_BYTES], from[SW_CHUNK_KEY_BYTES];
    if (m->chunks == 0) return SW_OK;
    part->pass_at = m->last_offset + 1;
    if (m->removed == 0 && m->chunks == 1) return SW_OK;
    sw_slice key = chunk_key(u->log, part, m->last_offset, key_bytes);
    sw_slice value = sw_chunk_seal_rewritten(&u->log->upkeep, key, m->last_offset, m->chain);
    if (!value.len) return SW_E_NOMEM;
    sw_err err = SW_OK;
    if (m->first_offset < m->last_offset)
        err = sw_batch_delete_range(u->batch, store, chunk_key(u->log, part, m->first_offset, from),
                                    key);
    if (!err) err = sw_batch_put(u->batch, store, key, value);
    SW_ASSERT(head->bytes >= m->bytes);
    head->bytes = head->bytes - m->bytes + value.len;
    return err;
}

static sw_err merge_some(upkeep *u, sw_log_part *part, sw_log_head *head) {
    merge m = {.part = part};
    sw_iter *iter;
    sw_slice key, value;
    sw_err err = sw_log_chunks(u->log, part, part->pass_at, &iter);
    if (err) return err;
    sw_buf_init(&m.scratch, SW_RECORD_BYTES_MAX + 64);
    while (!err && u->chunks_left > 0 && part->pass_at < part->pass_end &&
           (m.chunks == 0 || m.last_offset + 1 < part->pass_end) &&
           u->log->upkeep.bytes.len < SW_LOG_CHUNK_BYTES && sw_iter_next(iter, &key, &value)) {
        sw_chunk_head chunk;
        u->chunks_left--;
        err = sw_chunk_open(key, value, &chunk);
        if (!err) err = merge_chunk(u, &m, value, &chunk);
    }
    if (!err) err = sw_iter_error(iter);
    sw_iter_close(iter);
    if (!err) err = finish_merge(u, &m, head);
    sw_chunk_begin(&u->log->upkeep, 0, 0, 0);
    sw_buf_done(&m.scratch);
    return err;
}

/* A pass over a compacted partition begins when half of its bytes are new since the last one. */
static sw_err compact(upkeep *u, sw_log_part *part) {
    if (part->pass_at >= part->pass_end) {
        uint64_t fresh =
            part->head.bytes > part->bytes_clean ? part->head.bytes - part->bytes_clean : 0;
        if (fresh == 0 || fresh < part->head.bytes / 2) return SW_OK;
        part->pass_at = part->head.first;
        part->pass_end = part->head.end;
    }
    sw_log_head head = part->head;
    sw_err err = merge_some(u, part, &head);
    if (!err && sw_batch_count(u->batch)) err = sw_log_put_head(u->log, part, &head, u->batch);
    if (err) return err;
    publish(u->log, part, head);
    if (part->pass_at >= part->pass_end) part->bytes_clean = head.bytes;
    return SW_OK;
}

sw_err sw_log_maintain(sw_log *log, int64_t now_ms, uint32_t chunks_max, sw_batch *batch,
                       bool *ret_more) {
    SW_ASSERT(log && chunks_max > 0 && sw_batch_count(batch) == 0 && log->touched_count == 0);
    upkeep u = {.log = log, .batch = batch, .now_ms = now_ms, .chunks_left = chunks_max};
    bool unfinished = false;
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < log->part_count && u.chunks_left > 0; i++) {
        sw_log_part *part = &log->parts[log->upkeep_at];
        bool compacted = log->topics[part->topic].spec.compacted;
        err = compacted ? compact(&u, part) : retain(&u, part);
        if (!err && sw_batch_count(batch)) err = sw_db_write(log->db, batch, false);
        sw_batch_clear(batch);
        if (compacted && part->pass_at < part->pass_end) unfinished = true;
        if (u.chunks_left > 0 || !unfinished)
            log->upkeep_at = (log->upkeep_at + 1) % log->part_count;
    }
    if (!err) *ret_more = unfinished || u.chunks_left == 0;
    return err;
}
