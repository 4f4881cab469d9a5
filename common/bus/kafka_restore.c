#include <stdio.h>

#include "base/wire.h"
#include "bus/kafka.h"
#include "store/overlay.h"
#include "stream/timers.h"

#define CHUNK_BYTES ((size_t)16 << 20)
#define PREFIX_LEN  4u /* of rows: the task's number */

typedef struct restore_part {
    uint32_t changelog, partition;
    int64_t place; /* the next offset to apply */
    bool fresh;    /* from nothing */
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
    sw_overlay *overlay;
    sw_batch *batch;
    uint64_t records;
    const sw_node *nodes[SW_STORES_MAX]; /* of a store whose rows know timers; NULL: others */
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
    if (err) return err;
    int64_t from = part->fresh ? RD_KAFKA_OFFSET_BEGINNING : part->place;
    if (rd_kafka_consume_start_queue(*handle, (int32_t)part->partition, from, r->queue) != 0)
        return SW_E_AGAIN;
    part->started = true;
    r->part_count++;
    return SW_OK;
}

static void find_timers(kafka_restore *r) {
    const sw_topology *topology = r->bus->kafka.topology;
    for (uint32_t i = 0; topology && i < topology->node_count; i++) {
        const sw_node *node = &topology->nodes[i];
        for (uint32_t k = 0; node->processor->timer_of && k < node->processor->store_count; k++)
            r->nodes[node->first_store + k] = node;
    }
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
    find_timers(r);
    if (!err) err = sw_overlay_new(bus->db, SW_SLICE_NONE, CHUNK_BYTES, &r->overlay);
    if (!err) err = sw_batch_new(CHUNK_BYTES * 4, &r->batch);
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
    sw_overlay_free(r->overlay);
    sw_batch_free(r->batch);
    sw_heap_free(r->handles);
    sw_heap_free(r->parts);
    sw_heap_free(r);
}

/* The timer that a row stands for, of the store of timers or of a processor whose state knows them;
 * its name and due time make up a row of the ordered ones. */
static bool due_row(const kafka_restore *r, uint32_t store, sw_slice key, sw_slice value,
                    char ret[SW_ROW_KEY_BYTES_MAX], size_t *ret_len) {
    const sw_node *node = r->nodes[store];
    int64_t due_ms;
    sw_slice name;
    if (key.len < PREFIX_LEN) return false;
    sw_slice row = sw_slice_sub(key, PREFIX_LEN, key.len);
    bool known = node ? node->processor->timer_of(node->shared, store - node->first_store, row,
                                                  value, &name, &due_ms)
                      : sw_timer_key_read(row, value, &due_ms, &name);
    if (!known) return false;
    memcpy(ret, key.ptr, PREFIX_LEN);
    *ret_len = PREFIX_LEN + sw_timer_due_row(due_ms, name, ret + PREFIX_LEN);
    return true;
}

static bool has_timers(const kafka_restore *r, uint32_t changelog) {
    return changelog < r->bus->options.store_count &&
           (r->nodes[changelog] || changelog == r->bus->home.store_timers);
}

/* While a store is filled from nothing its timers wait for the end: see order_timers. */
static bool orders_at_once(const kafka_restore *r, const restore_part *part) {
    return has_timers(r, part->changelog) && !(part->fresh && !r->follow);
}

static sw_err order_timer(kafka_restore *r, uint32_t store, sw_slice key, sw_slice value,
                          bool tombstone) {
    uint32_t due = r->bus->home.store_due;
    char row[SW_ROW_KEY_BYTES_MAX];
    size_t len;
    sw_slice old;
    sw_err err = sw_overlay_get(r->overlay, store, key, &old);
    if (!err && due_row(r, store, key, old, row, &len))
        err = sw_overlay_delete(r->overlay, due, sw_slice_of(row, len));
    if (err && err != SW_E_NOT_FOUND) return err;
    if (tombstone || !due_row(r, store, key, value, row, &len)) return SW_OK;
    return sw_overlay_put(r->overlay, due, sw_slice_of(row, len), SW_SLICE_NONE);
}

static sw_err put_row(kafka_restore *r, const restore_part *part, sw_slice key, sw_slice value,
                      bool tombstone) {
    uint32_t store = kafka_store_of(r->bus, part->changelog);
    sw_err err = orders_at_once(r, part) ? order_timer(r, store, key, value, tombstone) : SW_OK;
    if (err) return err;
    return tombstone ? sw_overlay_delete(r->overlay, store, key)
                     : sw_overlay_put(r->overlay, store, key, value);
}

/* The place of a store that is filled from nothing and whose other rows are not made yet is not
 * remembered: a crash now, and it is filled again. */
static sw_err put_places(kafka_restore *r) {
    for (uint32_t i = 0; i < r->bus->changelogs * r->width; i++) {
        restore_part *part = &r->parts[i];
        bool later = has_timers(r, part->changelog) && !orders_at_once(r, part);
        if (!part->moved || later) continue;
        char key[KAFKA_NAME_MAX], value[8];
        size_t len = kafka_place_key(r->bus, part->changelog, part->partition, key);
        sw_wire_put_le(value, (uint64_t)part->place, 8);
        sw_err err = sw_batch_put(r->batch, r->bus->own_store + KAFKA_STORE_PLACES,
                                  sw_slice_of(key, len), sw_slice_of(value, sizeof value));
        if (err) return err;
        part->moved = false;
    }
    return SW_OK;
}

static sw_err flush(kafka_restore *r) {
    sw_err err = sw_overlay_seal(r->overlay, r->batch);
    if (!err) err = put_places(r);
    if (!err && sw_batch_count(r->batch)) err = sw_db_write(r->bus->db, r->batch, false);
    sw_overlay_reset(r->overlay);
    sw_batch_clear(r->batch);
    return err;
}

static sw_err apply(kafka_restore *r, restore_part *part, const rd_kafka_message_t *message,
                    uint64_t nonce) {
    sw_slice key = sw_slice_of(message->key ? message->key : "", message->key_len);
    sw_slice value = sw_slice_of(message->payload ? message->payload : "", message->len);
    sw_err err = SW_OK;
    if (sw_slice_starts(key, KAFKA_MARK_KEY)) {
        bool ours = !r->follow && value.len == 8 && sw_wire_get_le(value.ptr, 8) == nonce;
        if (ours && !part->marked) {
            part->marked = true;
            r->marked++;
        }
    } else if (key.len > 0) {
        err = put_row(r, part, key, value, !message->payload);
        if (err == SW_E_LIMIT) {
            err = flush(r);
            if (!err) err = put_row(r, part, key, value, !message->payload);
        }
        r->records++;
    }
    if (err) return err;
    part->place = message->offset + 1;
    part->moved = true;
    return SW_OK;
}

/* The timers of a task, as the rows of one of its stores say. */
static sw_err order_range(kafka_restore *r, uint32_t store, uint32_t task) {
    char from[PREFIX_LEN], to[PREFIX_LEN], row[SW_ROW_KEY_BYTES_MAX];
    sw_iter *iter;
    sw_slice key, value;
    size_t len;
    sw_wire_put_be(from, task, PREFIX_LEN);
    sw_wire_put_be(to, task + 1, PREFIX_LEN);
    sw_err err = sw_db_iter_open(r->bus->db, store, sw_slice_of(from, PREFIX_LEN),
                                 sw_slice_of(to, PREFIX_LEN), &iter);
    if (err) return err;
    while (!err && sw_iter_next(iter, &key, &value)) {
        if (!due_row(r, store, key, value, row, &len)) continue;
        err = sw_batch_put(r->batch, r->bus->home.store_due, sw_slice_of(row, len), SW_SLICE_NONE);
        if (!err && sw_batch_bytes(r->batch) > CHUNK_BYTES) {
            err = sw_db_write(r->bus->db, r->batch, false);
            sw_batch_clear(r->batch);
        }
    }
    if (!err) err = sw_iter_error(iter);
    sw_iter_close(iter);
    return err;
}

/* Where a store was filled from nothing, so were the others: there are no ordered rows yet. */
static sw_err order_timers(kafka_restore *r) {
    for (uint32_t i = 0; i < r->bus->options.store_count * r->width; i++) {
        restore_part *part = &r->parts[i];
        if (!part->started || !part->fresh || !has_timers(r, part->changelog)) continue;
        const sw_node *node = r->nodes[part->changelog];
        for (uint32_t id = 1; id < SW_PROCESSORS_MAX; id++) {
            if (node && id != node->processor->id) continue;
            sw_err err = order_range(r, part->changelog, id * SW_PARTITIONS_MAX + part->partition);
            if (err) return err;
        }
        part->fresh = false; /* its place may be remembered now, together with these rows */
    }
    return flush(r);
}

static sw_err read_error(kafka_restore *r, const restore_part *part,
                         const rd_kafka_message_t *message) {
    const char *name = kafka_changelog(r->bus, part->changelog)->name;
    kafka_meaning meaning = kafka_meaning_of(KAFKA_READ, message->err, (kafka_flags){0});
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return SW_OK;
    if (meaning == KAFKA_GONE) {
        char text[KAFKA_TEXT_MAX];
        snprintf(
            text, sizeof text,
            "partition %u has no offset %lld, which the database is at: the topic was deleted, "
            "or this is another cluster's data_dir; move data_dir away to restore from what "
            "is there",
            part->partition, (long long)part->place);
        kafka_trace(&r->bus->home, SW_TRACE_ERROR, "kafka.changelog", SW_E_CORRUPT, name, text);
        return SW_E_CORRUPT;
    }
    kafka_trace(&r->bus->home, SW_TRACE_WARN, "kafka.restore", SW_E_AGAIN, name,
                rd_kafka_err2str(message->err));
    return meaning == KAFKA_AGAIN ? SW_OK : kafka_err_of(meaning);
}

static sw_err take(kafka_restore *r, rd_kafka_message_t *message, uint64_t nonce) {
    uintptr_t changelog = (uintptr_t)rd_kafka_topic_opaque(message->rkt);
    restore_part *part = &r->parts[changelog * r->width + (uint32_t)message->partition];
    sw_err err = message->err ? read_error(r, part, message) : apply(r, part, message, nonce);
    rd_kafka_message_destroy(message);
    return err;
}

sw_err kafka_restore_run(kafka_restore *r, uint64_t nonce, int64_t idle_ms, const bool *stop) {
    SW_ASSERT(r && (r->follow || nonce));
    int64_t deadline_us = kafka_mono_us(r->bus) + idle_ms * 1000;
    sw_err err = SW_OK;
    while (!err && (r->follow || r->marked < r->part_count)) {
        if (stop && __atomic_load_n(stop, __ATOMIC_ACQUIRE)) break;
        rd_kafka_message_t *message = rd_kafka_consume_queue(r->queue, r->follow ? 20 : 100);
        if (!message && r->follow) {
            err = flush(r);
        } else if (!message) {
            if (kafka_mono_us(r->bus) > deadline_us) err = SW_E_AGAIN;
        } else {
            if (!message->err) deadline_us = kafka_mono_us(r->bus) + idle_ms * 1000;
            err = take(r, message, nonce);
        }
    }
    if (!err) err = flush(r);
    if (!err && !r->follow) err = order_timers(r);
    sw_metric_add(r->bus->restored, (int64_t)r->records);
    return err;
}
