#include "base/arena.h"
#include "base/wire.h"
#include "bus/log_upkeep.h"

#define CLEAN_BYTES 16u
/* A pass takes up no more keys than fit into this; the rest is the next one's. */
#define PASS_BYTES ((size_t)16 << 20)

static sw_log_key clean_key(const sw_log *log, const sw_log_part *part) {
    return sw_log_key_of('k', 2, sw_log_topic_id(log, part), part->partition, 0);
}

sw_err sw_log_load_clean(sw_log *log, sw_log_part *part) {
    char bytes[CLEAN_BYTES];
    sw_log_key key = clean_key(log, part);
    sw_err err = sw_log_get_meta(log, &key, bytes, sizeof bytes);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    part->clean_end = (int64_t)sw_wire_get_le(bytes, 8);
    part->clean_bytes = sw_wire_get_le(bytes + 8, 8);
    return part->clean_end >= 0 && part->clean_end <= part->head.end ? SW_OK : SW_E_CORRUPT;
}

static void end_pass(sw_log_pass *pass) {
    sw_newest_done(&pass->newest);
    *pass = (sw_log_pass){0};
}

/* ---- first: where the newest record of each key is ---- */

static sw_err note_chunk(sw_upkeep *u, sw_slice value, const sw_chunk_head *head) {
    sw_log_pass *pass = &u->log->pass;
    sw_chunk_reader reader;
    sw_chunk_record record;
    sw_err err = sw_chunk_read(value, head, &u->room, &reader);
    if (err) return err;
    while (!(err = sw_chunk_next(&reader, &record))) {
        err = sw_newest_note(&pass->newest, record.record.key, record.record.offset);
        if (err) return err;
    }
    return err == SW_E_END ? SW_OK : err;
}

/* What the last pass went over has each key once. So only what came since is read, as far as the
 * table has room. */
static sw_err note_some(sw_upkeep *u, sw_log_pass *pass) {
    sw_iter *iter;
    sw_slice key, value;
    sw_err err = sw_log_chunks(u->log, pass->part, pass->at, &iter);
    if (err) return err;
    while (!err && u->bytes_left > 0 && pass->at < pass->end && sw_iter_next(iter, &key, &value)) {
        sw_chunk_head chunk;
        sw_upkeep_spend(u, value.len);
        err = sw_chunk_open(key, value, &chunk);
        if (!err) err = note_chunk(u, value, &chunk);
        if (err) break;
        pass->at = chunk.last_offset + 1;
        if (sw_newest_bytes(&pass->newest) > PASS_BYTES) pass->end = pass->at;
    }
    if (!err) err = sw_iter_error(iter);
    if (!err && u->bytes_left > 0 && pass->at < pass->end) err = SW_E_CORRUPT; /* a hole */
    sw_iter_close(iter);
    if (!err && pass->at >= pass->end) {
        pass->noted = true;
        pass->at = pass->part->head.first;
    }
    return err;
}

/* ---- then: chunks without the records that have a newer one ---- */

/* Chunks that become one. */
typedef struct merge {
    uint32_t chunks, removed;
    uint64_t bytes; /* of the chunks, as stored */
    int64_t first_offset, last_offset;
    uint32_t chain;
} merge;

/* A deletion goes when nobody can have missed it any more; what it deleted is before it, and so has
 * gone already. */
static bool is_wanted(const sw_upkeep *u, const sw_record *record) {
    if (sw_newest_of(&u->log->pass.newest, record->key) > record->offset) return false;
    return !record->tombstone || record->timestamp_ms >= u->now_ms - SW_TOMBSTONE_KEPT_MS;
}

/* Adds a record with its headers. */
static sw_err keep(sw_chunk_writer *writer, const sw_chunk_record *record) {
    if (record->record.header_count == 0) return sw_chunk_add(writer, &record->record);
    sw_arena arena;
    sw_record whole;
    sw_arena_init(&arena, SW_RECORD_BYTES_MAX * 2);
    sw_err err = sw_chunk_copy(record, &arena, &whole);
    if (!err) err = sw_chunk_add(writer, &whole);
    sw_arena_done(&arena);
    return err;
}

static sw_err merge_chunk(sw_upkeep *u, merge *m, sw_slice value, const sw_chunk_head *head) {
    sw_chunk_writer *writer = &u->log->upkeep;
    sw_chunk_reader reader;
    sw_chunk_record record;
    sw_err err = sw_chunk_read(value, head, &u->room, &reader);
    if (err) return err;
    if (m->chunks == 0) {
        sw_chunk_begin(writer, head->first_offset, head->max_ms, head->chain_before);
        m->first_offset = head->first_offset;
    }
    if (head->max_ms > writer->head.max_ms) writer->head.max_ms = head->max_ms;
    while (!(err = sw_chunk_next(&reader, &record))) {
        if (is_wanted(u, &record.record))
            err = keep(writer, &record);
        else
            m->removed++;
        if (err) return err;
    }
    if (err != SW_E_END) return err;
    m->chunks++;
    m->bytes += value.len;
    m->last_offset = head->last_offset;
    m->chain = head->chain;
    return SW_OK;
}

/* Puts the merged chunk in the place of those that went into it. */
static sw_err finish_merge(sw_upkeep *u, const merge *m, sw_log_head *head) {
    sw_log_pass *pass = &u->log->pass;
    uint32_t store = u->log->first_store + SW_LOG_CHUNKS;
    char key_bytes[SW_CHUNK_KEY_BYTES], from[SW_CHUNK_KEY_BYTES];
    if (m->chunks == 0) return SW_E_CORRUPT; /* a hole */
    pass->at = m->last_offset + 1;
    pass->bytes += m->bytes;
    if (m->removed == 0 && m->chunks == 1) return SW_OK;
    sw_slice key = sw_log_chunk_key(u->log, pass->part, m->last_offset, key_bytes);
    sw_slice value =
        sw_chunk_seal_rewritten(&u->log->upkeep, key, m->last_offset, m->chain, &u->log->packed);
    if (!value.len) return SW_E_NOMEM;
    sw_err err = SW_OK;
    if (m->first_offset < m->last_offset)
        err = sw_batch_delete_range(
            u->batch, store, sw_log_chunk_key(u->log, pass->part, m->first_offset, from), key);
    if (!err) err = sw_batch_put(u->batch, store, key, value);
    SW_ASSERT(head->bytes >= m->bytes);
    head->bytes = head->bytes - m->bytes + value.len;
    pass->bytes = pass->bytes - m->bytes + value.len;
    return err;
}

static sw_err merge_some(sw_upkeep *u, sw_log_head *head) {
    const sw_log_pass *pass = &u->log->pass;
    merge m = {0};
    sw_iter *iter;
    sw_slice key, value;
    sw_err err = sw_log_chunks(u->log, pass->part, pass->at, &iter);
    if (err) return err;
    while (!err && u->bytes_left > 0 && (m.chunks == 0 || m.last_offset + 1 < pass->end) &&
           u->log->upkeep.bytes.len < SW_LOG_CHUNK_BYTES && sw_iter_next(iter, &key, &value)) {
        sw_chunk_head chunk;
        sw_upkeep_spend(u, value.len);
        err = sw_chunk_open(key, value, &chunk);
        if (!err) err = merge_chunk(u, &m, value, &chunk);
    }
    if (!err) err = sw_iter_error(iter);
    sw_iter_close(iter);
    if (!err) err = finish_merge(u, &m, head);
    sw_chunk_begin(&u->log->upkeep, 0, 0, 0);
    return err;
}

static sw_err put_clean(sw_upkeep *u, sw_log_pass *pass) {
    char bytes[CLEAN_BYTES];
    sw_log_key key = clean_key(u->log, pass->part);
    sw_wire_put_le(bytes, (uint64_t)pass->end, 8);
    sw_wire_put_le(bytes + 8, pass->bytes, 8);
    pass->part->clean_end = pass->end;
    pass->part->clean_bytes = pass->bytes;
    return sw_log_put_meta(u->log, &key, bytes, sizeof bytes, u->batch);
}

/* Half of its bytes are new since the last pass. */
static bool is_due(const sw_log_part *part) {
    uint64_t bytes = part->head.bytes;
    uint64_t fresh = bytes > part->clean_bytes ? bytes - part->clean_bytes : 0;
    return fresh > 0 && fresh >= bytes / 2 && part->clean_end < part->head.end;
}

/* Rows of a step, then of the head, in the batch; the caller writes it. */
static sw_err rewrite(sw_upkeep *u, sw_log_pass *pass) {
    sw_log_part *part = pass->part;
    sw_log_head head = part->head;
    sw_err err = merge_some(u, &head);
    if (!err && sw_batch_count(u->batch)) err = sw_log_put_head(u->log, part, &head, u->batch);
    if (err) return err;
    sw_log_publish_head(u->log, part, head);
    if (pass->at < pass->end) return SW_OK;
    err = put_clean(u, pass);
    if (!err) end_pass(pass);
    u->again = is_due(part);
    return err;
}

sw_err sw_log_compact(sw_upkeep *u, sw_log_part *part) {
    sw_log_pass *pass = &u->log->pass;
    if (!pass->part && is_due(part)) {
        int64_t from = part->clean_end > part->head.first ? part->clean_end : part->head.first;
        *pass = (sw_log_pass){.part = part, .at = from, .end = part->head.end};
    }
    if (pass->part != part) return SW_OK;
    if (pass->noted) return rewrite(u, pass);
    sw_err err = note_some(u, pass);
    if (err == SW_E_NOMEM) { /* it begins anew some time */
        end_pass(pass);
        return SW_OK;
    }
    return err;
}

void sw_log_drop_pass(sw_log *log) {
    end_pass(&log->pass);
}
