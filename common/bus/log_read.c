#include "base/wire.h"
#include "bus/log.h"

sw_err sw_log_chunks(sw_log *log, const sw_log_part *part, int64_t offset, sw_iter **ret) {
    char from[SW_CHUNK_KEY_BYTES], to[SW_CHUNK_KEY_BYTES];
    sw_chunk_key(sw_log_topic_id(log, part), part->partition, offset, from);
    sw_chunk_key(sw_log_topic_id(log, part), part->partition, INT64_MAX, to);
    return sw_db_iter_open(log->db, log->first_store + SW_LOG_CHUNKS,
                           sw_slice_of(from, sizeof from), sw_slice_of(to, sizeof to), ret);
}

static sw_log_head view(sw_log *log, const sw_log_part *part) {
    pthread_mutex_lock(&log->view);
    sw_log_head head = part->head;
    pthread_mutex_unlock(&log->view);
    return head;
}

void sw_log_end(sw_log *log, uint32_t topic, uint32_t partition, int64_t *ret_first,
                int64_t *ret_end) {
    sw_log_head head = view(log, sw_log_part_of(log, topic, partition));
    *ret_first = head.first;
    *ret_end = head.end;
}

/* A poll under way. */
typedef struct poll {
    const sw_log_part *part;
    sw_arena *arena;
    sw_record *records;
    uint32_t count, max;
    size_t bytes, bytes_max;
    int64_t next, end;
    bool full;
    sw_buf room; /* of a chunk that is unpacked */
} poll;

/* Whether all of a chunk's records are asked for. */
static bool wants_all(const poll *p, const sw_chunk_head *head) {
    return head->first_offset >= p->next && head->last_offset < p->end &&
           head->count <= p->max - p->count;
}

/* A chunk's records, in the arena or still to be copied there. */
static sw_err open_chunk(poll *p, sw_slice value, const sw_chunk_head *head, bool *ret_taken,
                         sw_chunk_reader *ret) {
    *ret_taken = wants_all(p, head);
    sw_err err = *ret_taken ? sw_chunk_take(value, head, p->bytes_max - p->bytes, p->arena, ret)
                            : SW_E_LIMIT;
    if (err != SW_E_LIMIT) return err;
    *ret_taken = false;
    return sw_chunk_read(value, head, &p->room, ret);
}

/* Takes the records of one chunk, as far as they are asked for. */
static sw_err take_chunk(poll *p, sw_slice value, const sw_chunk_head *head) {
    sw_chunk_reader reader;
    sw_chunk_record record;
    bool taken;
    sw_err err = open_chunk(p, value, head, &taken, &reader);
    if (err) return err;
    while (!(err = sw_chunk_next(&reader, &record))) {
        if (record.record.offset < p->next) continue;
        size_t bytes = record.record.key.len + record.record.value.len + record.headers.len;
        if (record.record.offset >= p->end) { /* compaction has joined newer ones to it */
            p->next = p->end;
            return SW_OK;
        }
        p->full = p->count == p->max || (p->count > 0 && bytes > p->bytes_max - p->bytes);
        if (p->full) return SW_OK;
        sw_record *to = &p->records[p->count];
        err = taken ? sw_chunk_record_of(&record, p->arena, to)
                    : sw_chunk_copy(&record, p->arena, to);
        if (err == SW_E_LIMIT && p->count > 0) return p->full = true, SW_OK;
        if (err) return err;
        to->topic = p->part->topic;
        to->partition = p->part->partition;
        p->count++;
        p->bytes += bytes < p->bytes_max - p->bytes ? bytes : p->bytes_max - p->bytes;
        p->next = record.record.offset + 1;
    }
    if (err != SW_E_END) return err;
    int64_t after = head->last_offset < p->end ? head->last_offset + 1 : p->end;
    if (p->next < after) p->next = after;
    return SW_OK;
}

/* As far as the tail has it. */
static sw_err take_tail(sw_log *log, poll *p) {
    uint32_t part = sw_log_part_number(log, p->part);
    const sw_tail_chunk *chunk;
    sw_err err = SW_OK;
    while (!err && !p->full && p->next < p->end &&
           (chunk = sw_log_tail_get(log->tail, part, p->next))) {
        sw_chunk_head head;
        err = sw_chunk_open_own(chunk->key, chunk->value, &head);
        if (!err) err = take_chunk(p, chunk->value, &head);
        sw_log_tail_put(log->tail, chunk);
    }
    return err;
}

sw_err sw_log_poll(sw_log *log, sw_position from, uint32_t records_max, size_t bytes_max,
                   sw_arena *arena, sw_record *ret_records, uint32_t *ret_count,
                   int64_t *ret_next_offset) {
    SW_ASSERT(records_max > 0 && bytes_max > 0 && arena && ret_records);
    const sw_log_part *part = sw_log_part_of(log, from.topic, from.partition);
    sw_log_head head = view(log, part);
    if (from.next_offset < head.first || from.next_offset > head.end) return SW_E_RANGE;
    poll p = {.part = part,
              .arena = arena,
              .records = ret_records,
              .max = records_max,
              .bytes_max = bytes_max,
              .next = from.next_offset,
              .end = head.end};
    sw_iter *iter = NULL;
    sw_slice key, value;
    sw_err err = take_tail(log, &p);
    if (!err && !p.full && p.next < p.end) err = sw_log_chunks(log, part, p.next, &iter);
    while (!err && !p.full && p.next < p.end && sw_iter_next(iter, &key, &value)) {
        sw_chunk_head chunk;
        err = sw_chunk_open(key, value, &chunk);
        if (!err && chunk.first_offset > p.next) break;
        if (!err) err = take_chunk(&p, value, &chunk);
    }
    if (iter && !err) err = sw_iter_error(iter);
    sw_iter_close(iter);
    sw_buf_done(&p.room);
    /* A hole where records should be: retention took them just now, or bytes are missing. */
    if (!err && !p.full && p.next < p.end)
        err = p.next < view(log, part).first ? SW_E_RANGE : SW_E_CORRUPT;
    if (err) return err;
    *ret_count = p.count;
    *ret_next_offset = p.next;
    return SW_OK;
}

/* The head of the chunk that holds `offset`, or that comes after it. SW_E_NOT_FOUND past the last.
 */
static sw_err chunk_at(sw_log *log, const sw_log_part *part, int64_t offset, sw_chunk_head *ret) {
    sw_iter *iter;
    sw_slice key, value;
    sw_err err = sw_log_chunks(log, part, offset, &iter);
    if (err) return err;
    if (sw_iter_next(iter, &key, &value))
        err = sw_chunk_open(key, value, ret);
    else
        err = sw_iter_error(iter) ? sw_iter_error(iter) : SW_E_NOT_FOUND;
    sw_iter_close(iter);
    return err;
}

/* The first record at or after `ms` from the chunk at `offset` on: compaction may have removed the
 * one that made the chunk's time. */
static sw_err scan_time(sw_log *log, const sw_log_part *part, int64_t offset, int64_t ms,
                        int64_t end, int64_t *ret) {
    sw_iter *iter;
    sw_slice key, value;
    sw_buf room = {0};
    int64_t found = end;
    sw_err err = sw_log_chunks(log, part, offset, &iter);
    if (err) return err;
    while (!err && found == end && sw_iter_next(iter, &key, &value)) {
        sw_chunk_head head;
        sw_chunk_reader reader;
        sw_chunk_record record;
        if ((err = sw_chunk_open(key, value, &head))) break;
        if (head.first_offset >= end) break;
        if ((err = sw_chunk_read(value, &head, &room, &reader))) break;
        while (found == end && !(err = sw_chunk_next(&reader, &record)))
            if (record.record.timestamp_ms >= ms && record.record.offset < end)
                found = record.record.offset;
        if (err == SW_E_END) err = SW_OK;
    }
    if (!err) err = sw_iter_error(iter);
    sw_iter_close(iter);
    sw_buf_done(&room);
    if (!err) *ret = found;
    return err;
}

sw_err sw_log_find_time(sw_log *log, uint32_t topic, uint32_t partition, int64_t ms,
                        int64_t *ret_offset) {
    const sw_log_part *part = sw_log_part_of(log, topic, partition);
    sw_log_head head = view(log, part);
    if (head.first == head.end || head.max_ms < ms) {
        *ret_offset = head.end;
        return SW_OK;
    }
    /* Each chunk knows the latest time up to it, so the first chunk that reaches `ms` is found by
     * halving. */
    int64_t low = head.first, high = head.end - 1;
    while (low < high) {
        sw_chunk_head chunk;
        int64_t mid = low + (high - low) / 2;
        sw_err err = chunk_at(log, part, mid, &chunk);
        if (err) return err == SW_E_NOT_FOUND ? SW_E_CORRUPT : err;
        if (chunk.max_ms < ms)
            low = chunk.last_offset + 1;
        else /* one past `mid`: retention has just taken the chunk of it */
            high = chunk.first_offset < mid ? chunk.first_offset : mid;
    }
    return scan_time(log, part, low, ms, head.end, ret_offset);
}
