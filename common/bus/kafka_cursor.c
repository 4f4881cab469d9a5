#include "bus/kafka.h"

/* librdkafka's rd_kafka_consume_batch_queue moves its own positions where it should not (its issue
 * 4844): positions are ours, and it takes the queue's lock once for many. */
enum { BATCH = 256, MANY = 256 };
#define NUDGE_US INT64_C(20000) /* no oftener is more asked for */

sw_err kafka_reader_open(kafka_bus *bus, uint32_t processor, kafka_reader **ret) {
    SW_ASSERT(bus && ret);
    kafka_reader *reader = sw_heap_zero(1, sizeof *reader);
    if (!reader) return SW_E_NOMEM;
    reader->home = bus;
    reader->processor = processor;
    pthread_mutex_init(&reader->lock, NULL);
    reader->handles = sw_heap_zero(bus->options.topic_count, sizeof *reader->handles);
    reader->cursors = sw_heap_zero(bus->part_count, sizeof *reader->cursors);
    sw_err err = reader->handles && reader->cursors ? SW_OK : SW_E_NOMEM;
    if (!err) err = kafka_client_new(&bus->home, KAFKA_READER, NULL, NULL, NULL, NULL, &reader->rk);
    if (err) {
        kafka_reader_close(reader);
        return err;
    }
    *ret = reader;
    return SW_OK;
}

static void let_go(kafka_cursor *cursor) {
    for (uint32_t i = 0; i < cursor->count; i++)
        rd_kafka_message_destroy(cursor->held[cursor->at + i].message);
    cursor->at = cursor->count = 0;
}

static void stop(kafka_cursor *cursor) {
    let_go(cursor);
    if (cursor->started) rd_kafka_consume_stop(cursor->handle, (int32_t)cursor->partition);
    cursor->started = false;
}

static void close_cursor(kafka_cursor *cursor) {
    if (!cursor) return;
    stop(cursor);
    if (cursor->queue) rd_kafka_queue_destroy(cursor->queue);
    kafka_writers_done(&cursor->writers);
    sw_heap_free(cursor->held);
    sw_heap_free(cursor->records);
    sw_heap_free(cursor->headers);
    sw_heap_free(cursor);
}

void kafka_reader_close(kafka_reader *reader) {
    if (!reader) return;
    for (uint32_t i = 0; reader->cursors && i < reader->home->part_count; i++)
        close_cursor(reader->cursors[i]);
    for (uint32_t i = 0; reader->handles && i < reader->home->options.topic_count; i++)
        if (reader->handles[i]) rd_kafka_topic_destroy(reader->handles[i]);
    if (reader->rk) rd_kafka_destroy(reader->rk);
    sw_heap_free(reader->handles);
    sw_heap_free(reader->cursors);
    pthread_mutex_destroy(&reader->lock);
    sw_heap_free(reader);
}

static sw_err make_cursor(kafka_reader *reader, uint32_t topic, uint32_t partition,
                          kafka_cursor **ret) {
    kafka_bus *bus = reader->home;
    if (!reader->handles[topic])
        reader->handles[topic] = rd_kafka_topic_new(reader->rk, bus->topics[topic].name, NULL);
    kafka_cursor *cursor = sw_heap_zero(1, sizeof *cursor);
    if (!cursor || !reader->handles[topic]) {
        sw_heap_free(cursor);
        return SW_E_NOMEM;
    }
    static const uint64_t one = 1;
    cursor->topic = topic;
    cursor->partition = partition;
    cursor->handle = reader->handles[topic];
    cursor->queue = rd_kafka_queue_new(reader->rk);
    rd_kafka_queue_io_event_enable(cursor->queue, bus->wake, &one, sizeof one);
    *ret = cursor;
    return SW_OK;
}

sw_err kafka_reader_cursor(kafka_reader *reader, uint32_t topic, uint32_t partition,
                           kafka_cursor **ret) {
    SW_ASSERT(reader && topic < reader->home->options.topic_count && ret);
    kafka_cursor **place = &reader->cursors[reader->home->first_part[topic] + partition];
    pthread_mutex_lock(&reader->lock);
    sw_err err = *place ? SW_OK : make_cursor(reader, topic, partition, place);
    *ret = *place;
    pthread_mutex_unlock(&reader->lock);
    return err;
}

static sw_err start(kafka_cursor *cursor, int64_t from) {
    stop(cursor);
    kafka_writers_done(&cursor->writers);
    if (from < 0) return SW_E_RANGE;
    if (rd_kafka_consume_start_queue(cursor->handle, (int32_t)cursor->partition, from,
                                     cursor->queue) != 0)
        return kafka_err_of(kafka_meaning_of(KAFKA_READ, rd_kafka_last_error(), (kafka_flags){0}));
    cursor->started = true;
    cursor->eof = false;
    cursor->low = cursor->high = from;
    cursor->trouble = SW_OK;
    return SW_OK;
}

static void drop_before(kafka_cursor *cursor, int64_t from) {
    while (cursor->count > 0 && cursor->held[cursor->at].message->offset < from) {
        rd_kafka_message_destroy(cursor->held[cursor->at++].message);
        cursor->count--;
    }
    if (from > cursor->low) cursor->low = from;
    if (cursor->at > 0 && cursor->at >= cursor->cap / 2) {
        memmove(cursor->held, cursor->held + cursor->at, cursor->count * sizeof *cursor->held);
        cursor->at = 0;
    }
}

/* Whether the record is one that this reader has had, written again by a commit that was taken for
 * lost. */
static sw_err judge(kafka_reader *reader, kafka_cursor *cursor, kafka_held held, bool *ret_repeat) {
    const rd_kafka_message_t *message = held.message;
    const void *value;
    size_t size;
    kafka_origin origin;
    *ret_repeat = false;
    if (!held.headers) return SW_OK;
    if (rd_kafka_header_get_last(held.headers, KAFKA_ORIGIN_HEADER, &value, &size)) {
        *ret_repeat = !rd_kafka_header_get_last(held.headers, KAFKA_FILLER_HEADER, &value, &size);
        return SW_OK;
    }
    if (!kafka_origin_read(sw_slice_of(value, size), &origin)) return SW_OK;
    kafka_sequel sequel;
    sw_err err = kafka_writers_take(&cursor->writers, &origin, &sequel);
    if (err || sequel == KAFKA_NEXT) return err;
    kafka_bus *bus = reader->home;
    bool repeat = sequel == KAFKA_REPEAT;
    sw_metric_add(repeat ? bus->repeats : bus->gaps, 1);
    sw_trace(bus->kafka.env.trace,
             &(sw_trace_event){.level = repeat ? SW_TRACE_WARN : SW_TRACE_ERROR,
                               .name = repeat ? "kafka.repeat" : "kafka.gap",
                               .fields = {{.name = "topic",
                                           .text = sw_slice_cstr(bus->topics[cursor->topic].name)},
                                          {.name = "partition", .number = cursor->partition},
                                          {.name = "offset", .number = message->offset},
                                          {.name = "task", .number = origin.task},
                                          {.name = "commit", .number = (int64_t)origin.seq}}});
    *ret_repeat = repeat;
    return SW_OK;
}

static sw_err grow(kafka_cursor *cursor) {
    uint32_t cap = cursor->cap ? cursor->cap * 2 : 256;
    kafka_held *held = sw_heap_resize(cursor->held, cap * sizeof *held);
    if (!held) return SW_E_NOMEM;
    cursor->held = held;
    cursor->cap = cap;
    return SW_OK;
}

/* Takes a message over. */
static sw_err take(kafka_reader *reader, kafka_cursor *cursor, rd_kafka_message_t *message) {
    bool drop = true;
    sw_err err = SW_OK;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        cursor->eof = true;
        if (message->offset > cursor->high) cursor->high = message->offset;
    } else if (message->err) {
        kafka_meaning meaning = kafka_meaning_of(KAFKA_READ, message->err, (kafka_flags){0});
        if (meaning != KAFKA_AGAIN) err = kafka_err_of(meaning);
        kafka_trace(&reader->home->home, SW_TRACE_WARN, "kafka.read", err,
                    reader->home->topics[cursor->topic].name, rd_kafka_err2str(message->err));
        cursor->eof = false;
    } else if (message->offset >= cursor->high) {
        cursor->eof = false;
        kafka_held held = {message, NULL};
        if (rd_kafka_message_headers(message, &held.headers)) held.headers = NULL;
        err = judge(reader, cursor, held, &drop);
        if (!err && cursor->at + cursor->count == cursor->cap) err = grow(cursor);
        if (!err) cursor->high = message->offset + 1;
        if (err) drop = true;
        if (!drop) cursor->held[cursor->at + cursor->count++] = held;
    }
    if (drop) rd_kafka_message_destroy(message);
    return err;
}

/* What is at hand; only for the first of it is waited. */
static size_t next_messages(kafka_cursor *cursor, int64_t wait_ms, size_t most,
                            rd_kafka_message_t **ret) {
    size_t count = 0;
    if (wait_ms > 0) {
        ret[0] = rd_kafka_consume_queue(cursor->queue, (int)wait_ms);
        if (!ret[0]) return 0;
        count = 1;
    }
    if (count == most) return count;
    ssize_t more = rd_kafka_consume_batch_queue(cursor->queue, 0, ret + count, most - count);
    return count + (more > 0 ? (size_t)more : 0);
}

/* Much was queued, so perhaps as much as may be, and now nothing is. */
static void nudge(kafka_reader *reader, kafka_cursor *cursor) {
    int64_t now_us = kafka_mono_us(reader->home);
    if (now_us - cursor->nudged_us < NUDGE_US) return;
    cursor->nudged_us = now_us;
    kafka_client_nudge(reader->rk, reader->home->topics[cursor->topic].name, cursor->partition);
}

sw_err kafka_cursor_hold(kafka_reader *reader, kafka_cursor *cursor, int64_t from,
                         uint32_t records_max, size_t bytes_max, int64_t wait_ms) {
    SW_ASSERT(reader && cursor);
    if (!cursor->started || from < cursor->low || from > cursor->high) {
        sw_err err = start(cursor, from);
        if (err) return err;
    }
    drop_before(cursor, from);
    size_t bytes = 0;
    uint32_t before = cursor->count;
    for (uint32_t i = 0; i < cursor->count; i++) bytes += cursor->held[cursor->at + i].message->len;
    int64_t deadline_us = kafka_mono_us(reader->home) + wait_ms * 1000;
    while (cursor->count < records_max && bytes < bytes_max) {
        int64_t left_ms =
            wait_ms && !cursor->eof ? (deadline_us - kafka_mono_us(reader->home)) / 1000 : 0;
        rd_kafka_message_t *some[BATCH];
        uint32_t most = records_max - cursor->count;
        size_t count = next_messages(cursor, left_ms, most < BATCH ? most : BATCH, some);
        if (count == 0) break;
        sw_err err = SW_OK;
        for (size_t i = 0; i < count; i++) {
            bytes += some[i]->err ? 0 : some[i]->len;
            if (!err)
                err = take(reader, cursor, some[i]);
            else
                rd_kafka_message_destroy(some[i]);
        }
        if (err) {
            stop(cursor);
            return err;
        }
    }
    bool dry = cursor->count < records_max && bytes < bytes_max && !cursor->eof;
    if (dry && cursor->count - before >= MANY) nudge(reader, cursor);
    return SW_OK;
}

static sw_err reserve(kafka_cursor *cursor, uint32_t records, uint32_t headers) {
    if (records > cursor->record_cap) {
        sw_record *grown = sw_heap_resize(cursor->records, records * sizeof *grown);
        if (!grown) return SW_E_NOMEM;
        cursor->records = grown;
        cursor->record_cap = records;
    }
    if (headers > cursor->header_cap) {
        sw_header *grown = sw_heap_resize(cursor->headers, headers * sizeof *grown);
        if (!grown) return SW_E_NOMEM;
        cursor->headers = grown;
        cursor->header_cap = headers;
    }
    return SW_OK;
}

/* All but our own. */
static uint32_t fill_headers(const rd_kafka_headers_t *headers, sw_header *ret) {
    uint32_t count = 0;
    const char *name;
    const void *value;
    size_t size;
    for (size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &size); i++) {
        if (strcmp(name, KAFKA_ORIGIN_HEADER) == 0) continue;
        ret[count++] = (sw_header){sw_slice_cstr(name), sw_slice_of(value ? value : "", size)};
    }
    return count;
}

sw_err kafka_cursor_records(kafka_cursor *cursor, uint32_t records_max, size_t bytes_max,
                            sw_fetched *ret) {
    SW_ASSERT(cursor && records_max > 0 && ret);
    uint32_t count = 0, headers = 0;
    size_t bytes = 0;
    for (; count < cursor->count && count < records_max; count++) {
        const kafka_held *held = &cursor->held[cursor->at + count];
        const rd_kafka_message_t *message = held->message;
        size_t size = message->key_len + message->len;
        if (count > 0 && size > bytes_max - bytes) break;
        bytes += size < bytes_max - bytes ? size : bytes_max - bytes;
        headers += held->headers ? (uint32_t)rd_kafka_header_cnt(held->headers) : 0;
    }
    sw_err err = reserve(cursor, count, headers);
    if (err) return err;
    headers = 0;
    for (uint32_t i = 0; i < count; i++) {
        const kafka_held *held = &cursor->held[cursor->at + i];
        const rd_kafka_message_t *message = held->message;
        sw_record *record = &cursor->records[i];
        *record = (sw_record){
            .topic = cursor->topic,
            .partition = cursor->partition,
            .offset = message->offset,
            .timestamp_ms = rd_kafka_message_timestamp(message, NULL),
            .key = sw_slice_of(message->key ? message->key : "", message->key_len),
            .value = sw_slice_of(message->payload ? message->payload : "", message->len),
            .tombstone = !message->payload,
            .headers = cursor->headers + headers,
        };
        if (held->headers)
            record->header_count = fill_headers(held->headers, cursor->headers + headers);
        headers += record->header_count;
    }
    bool drained = count == cursor->count && rd_kafka_queue_length(cursor->queue) == 0;
    bool all = drained && cursor->eof;
    *ret = (sw_fetched){.records = cursor->records,
                        .count = count,
                        .next_offset = all         ? cursor->high
                                       : count > 0 ? cursor->records[count - 1].offset + 1
                                                   : cursor->low,
                        .to_end = all,
                        .drained = drained};
    return SW_OK;
}
