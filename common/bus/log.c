#include "bus/log.h"

#include "base/hash.h"
#include "base/wire.h"
#include "bus/log_upkeep.h"

#define META_BYTES_MAX 64u
#define HEAD_BYTES     36u
#define CRC_BYTES      4u
#define STORE_VERSION  1u
#define FORMAT_OLDEST  1u /* taken up as it is: its chunks and heads are read like ours */

const sw_store_spec sw_log_stores[SW_LOG_STORES] = {
    [SW_LOG_CHUNKS] = {.name = "log.chunks", .version = STORE_VERSION, .ordered_tail = true},
    [SW_LOG_META] = {.name = "log.meta", .version = STORE_VERSION},
};

sw_log_key sw_log_key_of(char kind, uint32_t count, uint32_t a, uint32_t b, uint32_t c) {
    SW_ASSERT(count <= 3);
    uint32_t numbers[] = {a, b, c};
    sw_log_key key = {.len = 1 + 4 * count};
    key.bytes[0] = kind;
    for (uint32_t i = 0; i < count; i++) sw_wire_put_be(key.bytes + 1 + 4 * i, numbers[i], 4);
    return key;
}

sw_log_part *sw_log_part_of(sw_log *log, uint32_t topic, uint32_t partition) {
    SW_ASSERT(topic < log->topic_count && partition < log->topics[topic].spec.partitions);
    return &log->parts[log->topics[topic].first_part + partition];
}

uint32_t sw_log_topic_id(const sw_log *log, const sw_log_part *part) {
    return log->topics[part->topic].id;
}

sw_err sw_log_get_meta(sw_log *log, const sw_log_key *key, char *ret, size_t len) {
    SW_ASSERT(len + CRC_BYTES <= META_BYTES_MAX);
    sw_buf buf;
    sw_buf_init(&buf, META_BYTES_MAX);
    sw_err err = sw_db_get(log->db, log->first_store + SW_LOG_META, sw_log_key_slice(key), &buf);
    if (err == SW_E_LIMIT || (!err && buf.len != len + CRC_BYTES)) err = SW_E_CORRUPT;
    if (!err) {
        uint32_t crc = sw_crc32c(sw_crc32c(0, sw_log_key_slice(key)), sw_slice_of(buf.ptr, len));
        if (crc != (uint32_t)sw_wire_get_le(buf.ptr + len, CRC_BYTES))
            err = SW_E_CORRUPT;
        else
            memcpy(ret, buf.ptr, len);
    }
    sw_buf_done(&buf);
    return err;
}

sw_err sw_log_put_meta(sw_log *log, const sw_log_key *key, const char *value, size_t len,
                       sw_batch *batch) {
    SW_ASSERT(len + CRC_BYTES <= META_BYTES_MAX);
    char bytes[META_BYTES_MAX];
    memcpy(bytes, value, len);
    uint32_t crc = sw_crc32c(sw_crc32c(0, sw_log_key_slice(key)), sw_slice_of(value, len));
    sw_wire_put_le(bytes + len, crc, CRC_BYTES);
    return sw_batch_put(batch, log->first_store + SW_LOG_META, sw_log_key_slice(key),
                        sw_slice_of(bytes, len + CRC_BYTES));
}

sw_err sw_log_put_head(sw_log *log, const sw_log_part *part, const sw_log_head *head,
                       sw_batch *batch) {
    char bytes[HEAD_BYTES];
    SW_ASSERT(head->first <= head->end);
    sw_wire_put_le(bytes, (uint64_t)head->first, 8);
    sw_wire_put_le(bytes + 8, (uint64_t)head->end, 8);
    sw_wire_put_le(bytes + 16, (uint64_t)head->max_ms, 8);
    sw_wire_put_le(bytes + 24, head->bytes, 8);
    sw_wire_put_le(bytes + 32, head->chain, 4);
    sw_log_key key = sw_log_key_of('h', 2, sw_log_topic_id(log, part), part->partition, 0);
    return sw_log_put_meta(log, &key, bytes, sizeof bytes, batch);
}

static sw_err load_head(sw_log *log, sw_log_part *part) {
    char bytes[HEAD_BYTES];
    sw_log_key key = sw_log_key_of('h', 2, sw_log_topic_id(log, part), part->partition, 0);
    sw_err err = sw_log_get_meta(log, &key, bytes, sizeof bytes);
    if (err == SW_E_NOT_FOUND) return SW_OK;
    if (err) return err;
    sw_log_head head = {.first = (int64_t)sw_wire_get_le(bytes, 8),
                        .end = (int64_t)sw_wire_get_le(bytes + 8, 8),
                        .max_ms = (int64_t)sw_wire_get_le(bytes + 16, 8),
                        .bytes = sw_wire_get_le(bytes + 24, 8),
                        .chain = (uint32_t)sw_wire_get_le(bytes + 32, 4)};
    if (head.first < 0 || head.first > head.end) return SW_E_CORRUPT;
    part->head = part->draft = head;
    return SW_OK;
}

static sw_log_key topic_key(const char *name) {
    sw_log_key key = {.len = 1 + strlen(name), .bytes = {'t'}};
    SW_ASSERT(key.len <= sizeof key.bytes);
    memcpy(key.bytes + 1, name, key.len - 1);
    return key;
}

/* The stored id of the topic, or a new one. */
static sw_err load_topic(sw_log *log, sw_log_topic *topic, uint32_t *next_id, sw_batch *batch,
                         sw_diags *diags) {
    char bytes[9];
    sw_log_key key = topic_key(topic->spec.name);
    sw_err err = sw_log_get_meta(log, &key, bytes, sizeof bytes);
    if (err == SW_E_NOT_FOUND) {
        topic->id = (*next_id)++;
        sw_wire_put_le(bytes, topic->id, 4);
        sw_wire_put_le(bytes + 4, topic->spec.partitions, 4);
        bytes[8] = topic->spec.compacted ? 1 : 0;
        return sw_log_put_meta(log, &key, bytes, sizeof bytes, batch);
    }
    if (err) return err;
    uint32_t partitions = (uint32_t)sw_wire_get_le(bytes + 4, 4);
    topic->id = (uint32_t)sw_wire_get_le(bytes, 4);
    if (partitions != topic->spec.partitions)
        return sw_diag_at(diags, SW_E_INVALID, 0, 0, topic->spec.name,
                          "set it back; keys are spread by that number, so it can't be changed",
                          "the log has %u partitions of this topic, the configuration says %u",
                          partitions, topic->spec.partitions);
    if ((bytes[8] != 0) != topic->spec.compacted)
        return sw_diag_at(diags, SW_E_INVALID, 0, 0, topic->spec.name, "set it back",
                          "the log has this topic %s, the configuration says otherwise",
                          bytes[8] ? "compacted" : "not compacted");
    return SW_OK;
}

static sw_err load_u32(sw_log *log, char kind, uint32_t *ret) {
    char bytes[4];
    sw_log_key key = sw_log_key_of(kind, 0, 0, 0, 0);
    sw_err err = sw_log_get_meta(log, &key, bytes, sizeof bytes);
    if (!err) *ret = (uint32_t)sw_wire_get_le(bytes, 4);
    return err;
}

static sw_err put_u32(sw_log *log, char kind, uint32_t n, sw_batch *batch) {
    char bytes[4];
    sw_log_key key = sw_log_key_of(kind, 0, 0, 0, 0);
    sw_wire_put_le(bytes, n, 4);
    return sw_log_put_meta(log, &key, bytes, sizeof bytes, batch);
}

/* Format, topics, heads; what is new goes into the batch. */
static sw_err load(sw_log *log, sw_batch *batch, sw_diags *diags) {
    uint32_t format = SW_LOG_FORMAT, next_id = 1;
    sw_err err = load_u32(log, 'f', &format);
    if (err == SW_E_NOT_FOUND || (!err && format >= FORMAT_OLDEST && format < SW_LOG_FORMAT)) {
        format = SW_LOG_FORMAT;
        err = put_u32(log, 'f', SW_LOG_FORMAT, batch);
    }
    if (!err && format != SW_LOG_FORMAT)
        return sw_diag_at(diags, SW_E_VERSION, 0, 0, NULL, "use the Seawall that wrote it",
                          "the log has format %u, this Seawall reads %u", format, SW_LOG_FORMAT);
    if (!err) err = load_u32(log, 'n', &next_id);
    if (err == SW_E_NOT_FOUND) err = SW_OK;
    uint32_t known_id = next_id;
    for (uint32_t t = 0; !err && t < log->topic_count; t++)
        err = load_topic(log, &log->topics[t], &next_id, batch, diags);
    if (!err && next_id != known_id) err = put_u32(log, 'n', next_id, batch);
    for (uint32_t i = 0; !err && i < log->part_count; i++) {
        err = load_head(log, &log->parts[i]);
        if (!err) err = sw_log_load_clean(log, &log->parts[i]);
    }
    return err;
}

/* Topics and partitions, empty. */
static sw_err lay_out(sw_log *log, const sw_bus_options *options) {
    log->topic_count = options->topic_count;
    log->topics = sw_heap_zero(log->topic_count, sizeof log->topics[0]);
    if (!log->topics) return SW_E_NOMEM;
    for (uint32_t t = 0; t < log->topic_count; t++) {
        SW_ASSERT(options->topics[t].partitions > 0);
        log->topics[t] = (sw_log_topic){.spec = options->topics[t], .first_part = log->part_count};
        log->part_count += options->topics[t].partitions;
    }
    log->parts = sw_heap_zero(log->part_count, sizeof log->parts[0]);
    log->touched = sw_heap_zero(log->part_count, sizeof log->touched[0]);
    log->tail = sw_log_tail_new(log->part_count);
    if (!log->parts || !log->touched || !log->tail) return SW_E_NOMEM;
    for (uint32_t t = 0; t < log->topic_count; t++)
        for (uint32_t p = 0; p < log->topics[t].spec.partitions; p++)
            log->parts[log->topics[t].first_part + p] = (sw_log_part){.topic = t,
                                                                      .partition = p,
                                                                      .head.max_ms = INT64_MIN,
                                                                      .draft.max_ms = INT64_MIN,
                                                                      .oldest_ms = -1};
    return SW_OK;
}

sw_err sw_log_open(sw_db *db, const sw_bus_options *options, sw_diags *diags, sw_log **ret) {
    SW_ASSERT(db && options && options->topic_count > 0 && ret);
    sw_log *log = sw_heap_zero(1, sizeof *log);
    if (!log) return SW_E_NOMEM;
    pthread_mutex_init(&log->view, NULL);
    log->db = db;
    log->first_store = options->store_count;
    sw_batch *batch = NULL;
    sw_err err = lay_out(log, options);
    if (!err) err = sw_batch_new((size_t)64 << 20, &batch);
    if (!err) err = load(log, batch, diags);
    if (err == SW_E_CORRUPT)
        sw_diag_at(diags, err, 0, 0, "log.meta", "restore the data directory from a backup",
                   "an entry of the log's index is damaged");
    if (!err && sw_batch_count(batch)) err = sw_db_write(db, batch, true);
    if (!err) err = sw_log_prove(log, diags);
    sw_batch_free(batch);
    if (err) {
        sw_log_close(log);
        return err;
    }
    *ret = log;
    return SW_OK;
}

void sw_log_close(sw_log *log) {
    if (!log) return;
    for (uint32_t i = 0; log->parts && i < log->part_count; i++)
        sw_chunk_done(&log->parts[i].writer);
    sw_chunk_done(&log->upkeep);
    sw_buf_done(&log->packed);
    sw_log_drop_pass(log);
    sw_log_tail_free(log->tail);
    sw_heap_free(log->touched);
    sw_heap_free(log->parts);
    sw_heap_free(log->topics);
    pthread_mutex_destroy(&log->view);
    sw_heap_free(log);
}

/* Closes the partition's chunk and puts it into the batch, which borrows the tail's copy where that
 * is what is stored. */
static sw_err seal_chunk(sw_log *log, sw_log_part *part, sw_batch *batch) {
    char key_bytes[SW_CHUNK_KEY_BYTES];
    int64_t last = part->draft.end - 1;
    sw_chunk_key(sw_log_topic_id(log, part), part->partition, last, key_bytes);
    sw_slice key = sw_slice_of(key_bytes, sizeof key_bytes);
    sw_slice value = sw_chunk_seal(&part->writer, key, last, &log->packed);
    uint32_t store = log->first_store + SW_LOG_CHUNKS;
    const sw_tail_chunk *kept =
        sw_log_tail_keep(log->tail, sw_log_part_number(log, part), part->writer.head.first_offset,
                         last, key, sw_buf_slice(&part->writer.bytes));
    const bool same = kept && !part->writer.head.packed;
    sw_err err = same ? sw_batch_borrow(batch, &(sw_op){.kind = SW_OP_PUT,
                                                        .store = store,
                                                        .key = kept->key,
                                                        .value = kept->value})
                      : sw_batch_put(batch, store, key, value);
    if (err) return err;
    part->draft.chain = part->writer.head.chain;
    part->draft.max_ms = part->writer.head.max_ms;
    part->draft.bytes += value.len;
    part->open = false;
    return SW_OK;
}

sw_err sw_log_append(sw_log *log, const sw_record *record, sw_batch *batch, int64_t *ret_offset) {
    sw_log_part *part = sw_log_part_of(log, record->topic, record->partition);
    if (sw_chunk_record_bytes(record) > SW_RECORD_BYTES_MAX) return SW_E_LIMIT;
    if (record->key.len == 0 && log->topics[part->topic].spec.compacted) return SW_E_INVALID;
    sw_log_head *draft = &part->draft;
    if (!part->touched) {
        part->touched = true;
        log->touched[log->touched_count++] = part;
    }
    if (!part->open) {
        sw_chunk_begin(&part->writer, draft->end, draft->max_ms, draft->chain);
        part->open = true;
    }
    sw_record numbered = *record;
    numbered.offset = draft->end;
    sw_err err = sw_chunk_add(&part->writer, &numbered);
    if (err) return err;
    *ret_offset = draft->end++;
    return part->writer.bytes.len >= SW_LOG_CHUNK_BYTES ? seal_chunk(log, part, batch) : SW_OK;
}

sw_err sw_log_seal(sw_log *log, sw_batch *batch) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < log->touched_count; i++) {
        sw_log_part *part = log->touched[i];
        if (part->open) err = seal_chunk(log, part, batch);
        if (!err) err = sw_log_put_head(log, part, &part->draft, batch);
    }
    return err;
}

void sw_log_publish(sw_log *log) {
    pthread_mutex_lock(&log->view);
    for (uint32_t i = 0; i < log->touched_count; i++) {
        sw_log_part *part = log->touched[i];
        SW_ASSERT(!part->open && part->draft.end >= part->head.end);
        part->head = part->draft;
        part->touched = false;
    }
    log->touched_count = 0;
    pthread_mutex_unlock(&log->view);
    sw_log_tail_publish(log->tail);
}

void sw_log_drop(sw_log *log) {
    for (uint32_t i = 0; i < log->touched_count; i++) {
        sw_log_part *part = log->touched[i];
        part->draft = part->head;
        part->open = part->touched = false;
    }
    log->touched_count = 0;
    sw_log_tail_drop(log->tail);
}
