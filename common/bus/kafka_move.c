#include "bus/kafka_move.h"

#include <stdarg.h>
#include <stdio.h>

enum { FLUSH_MS = 60000, HEADERS_MAX = 64 };

static void delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque) {
    kafka_mover *mover = opaque;
    (void)rk;
    if (message->err) mover->failed = true;
}

sw_err kafka_mover_open(kafka_mover *mover, const sw_bus_options *options,
                        sw_bus_kafka_options *kafka, sw_bus *from, sw_diags *diags) {
    memset(mover, 0, sizeof *mover);
    mover->from = from;
    mover->diags = diags;
    kafka->partitions = sw_bus_kafka_partitions(kafka->topology);
    mover->home = (kafka_home){.self = &mover->home, .bus = options, .kafka = kafka};
    mover->home.store_due = kafka->topology->store_due;
    mover->home.store_timers = kafka->topology->store_timers;
    sw_err err = kafka_topics_list(&mover->home, &mover->topics, &mover->topic_count);
    if (err) return err;
    mover->handles = sw_heap_zero(mover->topic_count, sizeof(rd_kafka_topic_t *));
    if (!mover->handles) return SW_E_NOMEM;
    err = kafka_client_new(&mover->home, KAFKA_PRODUCER, NULL, delivered, mover, diags, &mover->rk);
    return err ? err
               : kafka_topics_ready(&mover->home, mover->rk, mover->topics, mover->topic_count,
                                    diags);
}

void kafka_mover_close(kafka_mover *mover) {
    for (uint32_t i = 0; mover->handles && i < mover->topic_count; i++)
        if (mover->handles[i]) rd_kafka_topic_destroy(mover->handles[i]);
    if (mover->rk) {
        (void)rd_kafka_purge(mover->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_poll(mover->rk, 0);
        rd_kafka_destroy(mover->rk);
    }
    sw_heap_free(mover->handles);
    sw_heap_free(mover->topics);
}

sw_err kafka_mover_tell(kafka_mover *mover, sw_err err, uint32_t topic, const char *hint,
                        const char *fmt, ...) {
    char text[KAFKA_TEXT_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return sw_diag_at(mover->diags, err, 0, 0, mover->topics[topic].name, hint, "%s", text);
}

sw_err kafka_mover_ends(kafka_mover *mover, uint32_t topic, uint32_t partition, int64_t *ret_first,
                        int64_t *ret_end) {
    int64_t deadline_us =
        sw_clock_mono_us(mover->home.kafka->env.clock) + KAFKA_ADMIN_MS * INT64_C(1000);
    for (;;) { /* a topic that was just made has no leader for a moment */
        rd_kafka_resp_err_t code =
            rd_kafka_query_watermark_offsets(mover->rk, mover->topics[topic].name,
                                             (int32_t)partition, ret_first, ret_end, KAFKA_CALL_MS);
        if (!code) return SW_OK;
        if (sw_clock_mono_us(mover->home.kafka->env.clock) > deadline_us)
            return kafka_mover_tell(mover, SW_E_AGAIN, topic, "see that the brokers run",
                                    "its end can't be read: %s", rd_kafka_err2str(code));
        rd_kafka_poll(mover->rk, 50);
    }
}

static rd_kafka_headers_t *headers_of(const sw_record *record, bool filler) {
    uint32_t count = record->header_count < HEADERS_MAX ? record->header_count : HEADERS_MAX;
    if (count == 0 && !filler) return NULL;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const sw_header *h = &record->headers[i];
        (void)rd_kafka_header_add(headers, h->name.ptr, (ssize_t)h->name.len,
                                  h->value.len ? h->value.ptr : "", (ssize_t)h->value.len);
    }
    if (filler) (void)rd_kafka_header_add(headers, KAFKA_FILLER_HEADER, -1, "", 0);
    return headers;
}

sw_err kafka_mover_put(kafka_mover *mover, uint32_t topic, const sw_record *record, bool filler) {
    rd_kafka_topic_t **handle = &mover->handles[topic];
    if (!*handle) *handle = rd_kafka_topic_new(mover->rk, mover->topics[topic].name, NULL);
    if (!*handle) return SW_E_NOMEM;
    const char *value = record->value.len ? record->value.ptr : "";
    rd_kafka_vu_t parts[8] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = *handle},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = (int32_t)record->partition},
        {.vtype = RD_KAFKA_VTYPE_KEY,
         .u.mem = {(void *)(uintptr_t)(record->key.len ? record->key.ptr : ""), record->key.len}},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {record->tombstone ? NULL : (void *)(uintptr_t)value,
                   record->tombstone ? 0 : record->value.len}},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = record->timestamp_ms},
    };
    size_t count = 6;
    rd_kafka_headers_t *headers = headers_of(record, filler);
    if (headers)
        parts[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers};
    for (;;) {
        rd_kafka_error_t *error = rd_kafka_produceva(mover->rk, parts, count);
        if (!error) break;
        rd_kafka_resp_err_t code = rd_kafka_error_code(error);
        rd_kafka_error_destroy(error);
        if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && !mover->failed) {
            rd_kafka_poll(mover->rk, 50);
            continue;
        }
        if (headers) rd_kafka_headers_destroy(headers);
        return kafka_mover_tell(mover, SW_E_IO, topic, "see that the brokers run, and go on",
                                "a record is not taken: %s", rd_kafka_err2str(code));
    }
    rd_kafka_poll(mover->rk, 0);
    return SW_OK;
}

sw_err kafka_mover_flush(kafka_mover *mover) {
    rd_kafka_resp_err_t code = rd_kafka_flush(mover->rk, FLUSH_MS);
    if (!code && !mover->failed) return SW_OK;
    return sw_diag_at(mover->diags, SW_E_AGAIN, 0, 0, "kafka",
                      "see that the brokers run, and start the same again: it goes on from there",
                      "the brokers do not take the records");
}
