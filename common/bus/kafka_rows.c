#include "bus/kafka_rows.h"
#include "base/wire.h"
#include "store/load.h"
#include "store/overlay.h"
#include "stream/timers.h"

#define CHUNK_BYTES ((size_t)16 << 20) /* of changes to rows that are there */
/* Of rows that fill stores from nothing, in all groups together: some times the store's memory,
 * within bounds. While all are held, what a row was before it was changed goes to no file, and
 * nothing is merged; and what a restored service works with is not used yet. */
#define LOAD_BYTES_MIN ((size_t)64 << 20)
#define LOAD_BYTES_MAX ((size_t)256 << 20)
#define PREFIX_LEN     4u /* of rows: the task's number */

struct kafka_rows {
    kafka_bus *bus;
    sw_overlay *overlay;
    sw_batch *batch;
    sw_load **loads; /* by changelog * width + partition; NULL: rows are changed in place */
    uint32_t load_count, width;
    size_t load_bytes, load_bytes_max;
    const sw_node *nodes[SW_STORES_MAX]; /* of a store whose rows know timers; NULL: others */
};

static void find_timers(kafka_rows *r) {
    const sw_topology *topology = r->bus->kafka.topology;
    for (uint32_t i = 0; topology && i < topology->node_count; i++) {
        const sw_node *node = &topology->nodes[i];
        for (uint32_t k = 0; node->processor->timer_of && k < node->processor->store_count; k++)
            r->nodes[node->first_store + k] = node;
    }
}

static size_t load_bytes_max(const kafka_bus *bus) {
    size_t most = bus->options.budget.memory_bytes / 3 * 8;
    if (most > LOAD_BYTES_MAX) most = LOAD_BYTES_MAX;
    if (bus->kafka.groups > 1) most /= bus->kafka.groups;
    return most > LOAD_BYTES_MIN ? most : LOAD_BYTES_MIN;
}

sw_err kafka_rows_new(kafka_bus *bus, kafka_rows **ret) {
    SW_ASSERT(bus && ret);
    kafka_rows *r = sw_heap_zero(1, sizeof *r);
    if (!r) return SW_E_NOMEM;
    r->bus = bus;
    r->width = bus->kafka.partitions + 1;
    r->load_bytes_max = load_bytes_max(bus);
    r->load_count = bus->changelogs * r->width;
    r->loads = sw_heap_zero(r->load_count, sizeof(sw_load *));
    sw_err err = r->loads ? SW_OK : SW_E_NOMEM;
    find_timers(r);
    if (!err) err = sw_overlay_new(bus->db, SW_SLICE_NONE, CHUNK_BYTES, &r->overlay);
    if (!err) err = sw_batch_new(CHUNK_BYTES * 4, &r->batch);
    if (err) {
        kafka_rows_free(r);
        return err;
    }
    *ret = r;
    return SW_OK;
}

void kafka_rows_free(kafka_rows *r) {
    if (!r) return;
    for (uint32_t i = 0; r->loads && i < r->load_count; i++) sw_load_free(r->loads[i]);
    sw_heap_free(r->loads);
    sw_overlay_free(r->overlay);
    sw_batch_free(r->batch);
    sw_heap_free(r);
}

sw_batch *kafka_rows_batch(kafka_rows *r) {
    return r->batch;
}

/* ---- timers ---- */

/* The timer that a row stands for, of the store of timers or of a processor whose state knows them;
 * its name and due time make up a row of the ordered ones. */
static bool due_row(const kafka_rows *r, uint32_t store, sw_slice key, sw_slice value,
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

static bool has_timers(const kafka_rows *r, uint32_t changelog) {
    return changelog < r->bus->options.store_count &&
           (r->nodes[changelog] || changelog == r->bus->home.store_timers);
}

static sw_err order_timer(kafka_rows *r, uint32_t store, sw_slice key, sw_slice value,
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

/* The timers of a task, as the rows of one of its stores say. */
static sw_err order_task(kafka_rows *r, uint32_t store, uint32_t task, sw_load *due) {
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
        err = sw_load_put(due, sw_slice_of(row, len), SW_SLICE_NONE);
        if (!err && sw_load_bytes(due) > r->load_bytes_max) err = sw_load_flush(due);
    }
    if (!err) err = sw_iter_error(iter);
    sw_iter_close(iter);
    return err;
}

/* ---- from nothing ---- */

/* The tasks whose rows a changelog partition has. */
static bool next_task(const kafka_rows *r, uint32_t changelog, uint32_t partition,
                      uint32_t *ret_task) {
    const sw_topology *topology = r->bus->kafka.topology;
    for (++*ret_task; *ret_task < r->bus->options.task_count; ++*ret_task) {
        if (*ret_task % SW_PARTITIONS_MAX != partition) continue;
        const sw_node *owner = NULL;
        for (uint32_t i = 0; topology && i < topology->node_count; i++) {
            const sw_node *node = &topology->nodes[i];
            uint32_t first = node->first_store, count = node->processor->store_count;
            if (changelog >= first && changelog < first + count) owner = node;
        }
        if (!owner || owner->processor->id == *ret_task / SW_PARTITIONS_MAX) return true;
    }
    return false;
}

static sw_err clear_range(kafka_rows *r, uint32_t store, uint32_t task) {
    char from[PREFIX_LEN], to[PREFIX_LEN];
    sw_wire_put_be(from, task, PREFIX_LEN);
    sw_wire_put_be(to, task + 1, PREFIX_LEN);
    sw_slice low = sw_slice_of(from, PREFIX_LEN), high = sw_slice_of(to, PREFIX_LEN), key, value;
    sw_iter *iter;
    sw_err err = sw_db_iter_open(r->bus->db, store, low, high, &iter);
    if (err) return err;
    bool some = sw_iter_next(iter, &key, &value);
    err = sw_iter_error(iter);
    sw_iter_close(iter);
    return err || !some ? err : sw_batch_delete_range(r->batch, store, low, high);
}

/* What a restore left that did not come to its end is not built upon: the brokers may have
 * forgotten since that a row was deleted. */
sw_err kafka_rows_from_nothing(kafka_rows *r, uint32_t changelog, uint32_t partition) {
    SW_ASSERT(r && changelog < r->bus->changelogs);
    if (changelog == r->bus->changelogs - 1) return SW_OK; /* of commits: a row a task */
    uint32_t place = changelog * r->width + partition, task = 0;
    sw_batch_clear(r->batch);
    sw_err err = SW_OK;
    while (!err && next_task(r, changelog, partition, &task)) {
        err = clear_range(r, changelog, task);
        if (!err && has_timers(r, changelog)) err = clear_range(r, r->bus->home.store_due, task);
    }
    if (!err && sw_batch_count(r->batch)) err = sw_db_write(r->bus->db, r->batch, false);
    sw_batch_clear(r->batch);
    return err ? err : sw_load_new(r->bus->db, changelog, &r->loads[place]);
}

static sw_err flush_loads(kafka_rows *r) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < r->load_count; i++)
        if (r->loads[i]) err = sw_load_flush(r->loads[i]);
    r->load_bytes = 0;
    return err;
}

static sw_err load_row(kafka_rows *r, sw_load *load, sw_slice key, sw_slice value, bool tombstone) {
    size_t before = sw_load_bytes(load);
    sw_err err = tombstone ? sw_load_delete(load, key) : sw_load_put(load, key, value);
    r->load_bytes += sw_load_bytes(load) - before;
    return err || r->load_bytes < r->load_bytes_max ? err : flush_loads(r);
}

/* Where a store was filled from nothing, so were the others: there are no ordered rows yet. */
sw_err kafka_rows_finish(kafka_rows *r) {
    SW_ASSERT(r);
    sw_err err = flush_loads(r);
    for (uint32_t i = 0; !err && i < r->load_count; i++) {
        uint32_t changelog = i / r->width, task = 0;
        if (!r->loads[i] || !has_timers(r, changelog)) continue;
        sw_load *due;
        err = sw_load_new(r->bus->db, r->bus->home.store_due, &due);
        while (!err && next_task(r, changelog, i % r->width, &task))
            err = order_task(r, changelog, task, due);
        if (!err) err = sw_load_flush(due);
        sw_load_free(due);
    }
    return err;
}

/* ---- rows ---- */

static sw_err change_row(kafka_rows *r, uint32_t changelog, sw_slice key, sw_slice value,
                         bool tombstone) {
    uint32_t store = kafka_store_of(r->bus, changelog);
    sw_err err = has_timers(r, changelog) ? order_timer(r, store, key, value, tombstone) : SW_OK;
    if (err) return err;
    return tombstone ? sw_overlay_delete(r->overlay, store, key)
                     : sw_overlay_put(r->overlay, store, key, value);
}

sw_err kafka_rows_put(kafka_rows *r, uint32_t changelog, uint32_t partition, sw_slice key,
                      sw_slice value, bool tombstone) {
    sw_load *load = r->loads[changelog * r->width + partition];
    return load ? load_row(r, load, key, value, tombstone)
                : change_row(r, changelog, key, value, tombstone);
}

sw_err kafka_rows_seal(kafka_rows *r) {
    SW_ASSERT(r);
    sw_batch_clear(r->batch);
    return sw_overlay_seal(r->overlay, r->batch);
}

sw_err kafka_rows_write(kafka_rows *r) {
    SW_ASSERT(r);
    sw_err err = sw_batch_count(r->batch) ? sw_db_write(r->bus->db, r->batch, false) : SW_OK;
    sw_overlay_reset(r->overlay);
    sw_batch_clear(r->batch);
    return err;
}
