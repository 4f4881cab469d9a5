#include <stdio.h>

#include "base/wire.h"
#include "bus/kafka_restore.h"
#include "bus/kafka_rows.h"

/* For what comes is waited so long at a time; what there is, is written when nothing has. */
enum { FOLLOW_MS = 20, WAIT_MS = 10 };

typedef struct restore_part {
    uint32_t changelog, partition;
    int64_t place; /* the next offset to apply */
    bool fresh;    /* from nothing: its place is not remembered before all of it is there */
    bool started, marked, moved;
} restore_part;

struct kafka_restore {
    kafka_bus *bus;
    uint32_t lane;
    bool follow;
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue;
    rd_kafka_topic_t **handles; /* by changelog; their opaque is its number */
    restore_part *parts;
    uint32_t part_count, width; /* parts are found at changelog * width + partition */
    uint32_t marked;
    uint32_t nudged; /* the part that was asked for more last */
    kafka_rows *rows;
    uint64_t nonce;
    sw_err err; /* of the rows so far */
    bool came;  /* something has, in this round */
    uint64_t records;
};

static sw_err read_place(kafka_restore *r, restore_part *part) {
    char key[KAFKA_NAME_MAX];
    sw_buf value;
    size_t len = kafka_place_key(r->bus, part->changelog, part->partition, key);
    sw_buf_init(&value, 64);
    sw_err err = sw_db_get(r->bus->db, r->bus->own_store + KAFKA_STORE_PLACES,
                           sw_slice_of(key, len), &value);
    if (!err && value.len != 8) err = SW_E_CORRUPT;
    if (!err) part->place = (int64_t)sw_wire_get_le(value.ptr, 8);
    part->fresh = err == SW_E_NOT_FOUND;
    sw_buf_done(&value);
    return err == SW_E_NOT_FOUND ? SW_OK : err;
}

static sw_err tell_gone(const kafka_restore *r, const restore_part *part) {
    char text[KAFKA_TEXT_MAX];
    if (part->place == 0)
        snprintf(text, sizeof text,
                 "partition %u begins after offset 0: records of this changelog were deleted, and "
                 "state with them; rebuild it from seawall.events, or restore the topic",
                 part->partition);
    else
        snprintf(text, sizeof text,
                 "partition %u has no offset %lld, which the database is at: the topic was "
                 "deleted, or this is another cluster's data_dir; move data_dir away to restore "
                 "from what is there",
                 part->partition, (long long)part->place);
    kafka_trace(&r->bus->home, SW_TRACE_ERROR, "kafka.changelog", SW_E_CORRUPT,
                kafka_changelog(r->bus, part->changelog)->name, text);
    return SW_E_CORRUPT;
}

/* Whether the log still has the offset that the database is at. Waiting for its records would not
 * tell: they may never come. */
static sw_err check_place(kafka_restore *r, const restore_part *part) {
    int64_t first, end;
    if (part->fresh) return SW_OK;
    if (rd_kafka_query_watermark_offsets(r->rk, kafka_changelog(r->bus, part->changelog)->name,
                                         (int32_t)part->partition, &first, &end, KAFKA_CALL_MS))
        return SW_E_AGAIN;
    return part->place <= end ? SW_OK : tell_gone(r, part);
}

static void note_format(kafka_restore *r, const restore_part *part, bool formatted) {
    if (r->lane == KAFKA_FOREIGN || r->follow) return;
    r->bus->lanes[r->lane].changes[part->changelog * r->width + part->partition].formatted =
        formatted;
}

static sw_err start_part(kafka_restore *r, restore_part *part) {
    rd_kafka_topic_t **handle = &r->handles[part->changelog];
    if (!*handle) {
        rd_kafka_topic_conf_t *conf = rd_kafka_topic_conf_new();
        rd_kafka_topic_conf_set_opaque(conf, (void *)(uintptr_t)part->changelog);
        *handle = rd_kafka_topic_new(r->rk, kafka_changelog(r->bus, part->changelog)->name, conf);
        if (!*handle) {
            rd_kafka_topic_conf_destroy(conf);
            return SW_E_NOMEM;
        }
    }
    sw_err err = read_place(r, part);
    note_format(r, part, !part->fresh); /* what is on the disk was asked for its own */
    if (!err && part->fresh && !r->follow)
        err = kafka_rows_from_nothing(r->rows, part->changelog, part->partition);
    if (!err) err = check_place(r, part);
    if (err) return err;
    /* From nothing is from 0, which all changelogs have, being compacted. Asking for the beginning
     * would cost half a second before the leaders are known. */
    if (rd_kafka_consume_start_queue(*handle, (int32_t)part->partition, part->place, r->queue) != 0)
        return SW_E_AGAIN;
    part->started = true;
    r->part_count++;
    return SW_OK;
}

sw_err kafka_restore_open(kafka_bus *bus, uint32_t lane, bool follow, kafka_restore **ret) {
    SW_ASSERT(bus && ret);
    kafka_restore *r = sw_heap_zero(1, sizeof *r);
    if (!r) return SW_E_NOMEM;
    r->bus = bus;
    r->lane = lane;
    r->follow = follow;
    r->width = bus->kafka.partitions + 1;
    r->parts = sw_heap_zero((size_t)bus->changelogs * r->width, sizeof *r->parts);
    r->handles = sw_heap_zero(bus->changelogs, sizeof *r->handles);
    sw_err err = r->parts && r->handles ? SW_OK : SW_E_NOMEM;
    if (!err) err = kafka_rows_new(bus, &r->rows);
    if (!err) err = kafka_client_new(&bus->home, KAFKA_RESTORER, NULL, NULL, NULL, NULL, &r->rk);
    if (!err) r->queue = rd_kafka_queue_new(r->rk);
    for (uint32_t c = 0; !err && c < bus->changelogs; c++) {
        for (uint32_t p = 0; !err && p < r->width; p++) {
            restore_part *part = &r->parts[c * r->width + p];
            part->changelog = c;
            part->partition = p;
            if (kafka_changelog_has(bus, c, lane, p)) err = start_part(r, part);
        }
    }
    if (err) {
        kafka_restore_close(r);
        return err;
    }
    *ret = r;
    return SW_OK;
}

void kafka_restore_close(kafka_restore *r) {
    if (!r) return;
    for (uint32_t i = 0; r->parts && i < r->bus->changelogs * r->width; i++)
        if (r->parts[i].started)
            rd_kafka_consume_stop(r->handles[r->parts[i].changelog],
                                  (int32_t)r->parts[i].partition);
    if (r->queue) rd_kafka_queue_destroy(r->queue);
    for (uint32_t i = 0; r->handles && i < r->bus->changelogs; i++)
        if (r->handles[i]) rd_kafka_topic_destroy(r->handles[i]);
    if (r->rk) rd_kafka_destroy(r->rk);
    kafka_rows_free(r->rows);
    sw_heap_free(r->handles);
    sw_heap_free(r->parts);
    sw_heap_free(r);
}

/* A crash before the end of what is filled from nothing, and it is filled again. */
static sw_err put_places(kafka_restore *r) {
    for (uint32_t i = 0; i < r->bus->changelogs * r->width; i++) {
        restore_part *part = &r->parts[i];
        if (!part->moved || (part->fresh && !r->follow)) continue;
        char key[KAFKA_NAME_MAX], value[8];
        size_t len = kafka_place_key(r->bus, part->changelog, part->partition, key);
        sw_wire_put_le(value, (uint64_t)part->place, 8);
        sw_err err = sw_batch_put(kafka_rows_batch(r->rows), r->bus->own_store + KAFKA_STORE_PLACES,
                                  sw_slice_of(key, len), sw_slice_of(value, sizeof value));
        if (err) return err;
        part->moved = false;
    }
    return SW_OK;
}

static sw_err flush(kafka_restore *r) {
    sw_err err = kafka_rows_seal(r->rows);
    if (!err) err = put_places(r);
    return err ? err : kafka_rows_write(r->rows);
}

static sw_err finish(kafka_restore *r) {
    sw_err err = kafka_rows_finish(r->rows);
    for (uint32_t i = 0; !err && i < r->bus->changelogs * r->width; i++) r->parts[i].fresh = false;
    return err ? err : flush(r);
}

/* Rows of another format would be read as what they are not. */
static sw_err check_format(kafka_restore *r, const restore_part *part, sw_slice value) {
    uint32_t own = kafka_format_of(r->bus, part->changelog);
    uint32_t there = value.len == 4 ? (uint32_t)sw_wire_get_le(value.ptr, 4) : 0;
    note_format(r, part, true);
    if (there == own) return SW_OK;
    char text[KAFKA_TEXT_MAX];
    snprintf(text, sizeof text,
             "its rows have format %u, and this Seawall reads %u: use the version that wrote them, "
             "or make the state anew from seawall.events with another topics.prefix",
             there, own);
    kafka_trace(&r->bus->home, SW_TRACE_ERROR, "kafka.format", SW_E_VERSION,
                kafka_changelog(r->bus, part->changelog)->name, text);
    return SW_E_VERSION;
}

static sw_err apply(kafka_restore *r, restore_part *part, const rd_kafka_message_t *message) {
    sw_slice key = sw_slice_of(message->key ? message->key : "", message->key_len);
    sw_slice value = sw_slice_of(message->payload ? message->payload : "", message->len);
    sw_err err = SW_OK;
    if (sw_slice_starts(key, KAFKA_MARK_KEY)) {
        bool ours = !r->follow && value.len == 8 && sw_wire_get_le(value.ptr, 8) == r->nonce;
        if (ours && !part->marked) {
            part->marked = true;
            r->marked++;
        }
    } else if (sw_slice_eq(key, KAFKA_FORMAT_KEY)) {
        err = check_format(r, part, value);
    } else if (key.len > 0) {
        uint32_t c = part->changelog, p = part->partition;
        err = kafka_rows_put(r->rows, c, p, key, value, !message->payload);
        if (err == SW_E_LIMIT) {
            err = flush(r);
            if (!err) err = kafka_rows_put(r->rows, c, p, key, value, !message->payload);
        }
        r->records++;
    }
    if (err) return err;
    part->place = message->offset + 1;
    part->moved = true;
    return SW_OK;
}

static sw_err read_error(kafka_restore *r, const restore_part *part,
                         const rd_kafka_message_t *message) {
    const char *name = kafka_changelog(r->bus, part->changelog)->name;
    kafka_meaning meaning = kafka_meaning_of(KAFKA_READ, message->err, (kafka_flags){0});
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return SW_OK;
    if (meaning == KAFKA_GONE) return tell_gone(r, part);
    kafka_trace(&r->bus->home, SW_TRACE_WARN, "kafka.restore", SW_E_AGAIN, name,
                rd_kafka_err2str(message->err));
    return meaning == KAFKA_AGAIN ? SW_OK : kafka_err_of(meaning);
}

/* Called for each message of a round, which librdkafka keeps. */
static void take(rd_kafka_message_t *message, void *arg) {
    kafka_restore *r = arg;
    if (r->err || !message->rkt) return;
    uintptr_t changelog = (uintptr_t)rd_kafka_topic_opaque(message->rkt);
    restore_part *part = &r->parts[changelog * r->width + (uint32_t)message->partition];
    r->came = r->came || !message->err;
    r->err = message->err ? read_error(r, part, message) : apply(r, part, message);
}

/* Nothing is at hand, though there is more: parts take turns, as they may have other leaders. */
static void nudge(kafka_restore *r) {
    uint32_t count = r->bus->changelogs * r->width;
    for (uint32_t i = 0; i < count; i++) {
        r->nudged = (r->nudged + 1) % count;
        const restore_part *part = &r->parts[r->nudged];
        if (!part->started || part->marked) continue;
        kafka_client_nudge(r->rk, kafka_changelog(r->bus, part->changelog)->name, part->partition);
        return;
    }
}

sw_err kafka_restore_run(kafka_restore *r, uint64_t nonce, int64_t idle_ms, const bool *stop) {
    SW_ASSERT(r && (r->follow || nonce));
    int64_t deadline_us = kafka_mono_us(r->bus) + idle_ms * 1000;
    r->nonce = nonce;
    r->err = SW_OK;
    while (!r->err && (r->follow || r->marked < r->part_count)) {
        if (stop && __atomic_load_n(stop, __ATOMIC_ACQUIRE)) break;
        r->came = false;
        /* All that is at hand with one taking of the queue's lock, without a copy. */
        (void)rd_kafka_consume_callback_queue(r->queue, r->follow ? FOLLOW_MS : WAIT_MS, take, r);
        if (r->came) deadline_us = kafka_mono_us(r->bus) + idle_ms * 1000;
        if (!r->err && !r->came && r->follow) r->err = flush(r);
        if (!r->err && !r->came && !r->follow && r->records > 0) nudge(r);
        if (!r->err && !r->came && !r->follow && kafka_mono_us(r->bus) > deadline_us)
            r->err = SW_E_AGAIN;
    }
    sw_err err = r->err;
    if (!err) err = r->follow ? flush(r) : finish(r);
    sw_metric_add(r->bus->restored, (int64_t)r->records);
    return err;
}
