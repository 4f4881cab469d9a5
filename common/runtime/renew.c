#include "runtime/renew.h"

#include "runtime/successor.h"

#define PUT_BYTES ((size_t)16 << 20)

/* ---- building ---- */

static sw_err build_task(const sw_renewal *r, const sw_task_spec *task, sw_rebuilt *sum) {
    const sw_rebuild rebuild = {.topology = r->topology,
                                .source = r->bus,
                                .target = r->fresh,
                                .env = r->env,
                                .task = task,
                                .emitted = r->emitted,
                                .arg = r->arg,
                                .dir = r->dir};
    sw_successor *successor;
    sw_rebuilt one = {0};
    sw_err err = sw_successor_open(&rebuild, &successor);
    if (err) return err;
    err = sw_successor_check_log(successor);
    if (!err) err = sw_successor_catch_up(successor, &one);
    sw_successor_close(successor);
    sum->records += one.records;
    sum->timers += one.timers;
    sum->emitted += one.emitted;
    sum->digest ^= one.digest;
    return err;
}

sw_err sw_renew_build(const sw_renewal *renewal, sw_rebuilt *ret_sum) {
    SW_ASSERT(renewal && renewal->bus && renewal->fresh && ret_sum);
    const sw_topology *t = renewal->topology;
    sw_rebuilt sum = {0};
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < t->task_count; i++)
        if (t->tasks[i].node == renewal->node) err = build_task(renewal, &t->tasks[i], &sum);
    if (!err) *ret_sum = sum;
    return err;
}

/* ---- putting ---- */

static sw_err flush(sw_db *db, sw_batch *batch) {
    sw_err err = sw_batch_count(batch) ? sw_db_write(db, batch, false) : SW_OK;
    sw_batch_clear(batch);
    return err;
}

static sw_err copy_rows(const sw_renewal *r, uint32_t store, sw_iter *rows, sw_batch *batch) {
    sw_db *db = sw_bus_db(r->bus);
    sw_slice key, value;
    sw_err err = SW_OK;
    while (!err && sw_iter_next(rows, &key, &value)) {
        err = sw_batch_put(batch, store, key, value);
        if (err != SW_E_LIMIT || sw_batch_count(batch) == 0) continue;
        err = flush(db, batch);
        if (!err) err = sw_batch_put(batch, store, key, value);
    }
    if (!err) err = sw_iter_error(rows);
    return err ? err : flush(db, batch);
}

/* What was there goes first, by itself: the order within one batch is the database's. */
static sw_err put_rows(const sw_renewal *r, uint32_t task, uint32_t store, sw_batch *batch) {
    char low[SW_TASK_PREFIX_BYTES], high[SW_TASK_PREFIX_BYTES];
    sw_iter *rows;
    sw_task_prefix(low, task);
    sw_task_prefix(high, task + 1);
    const sw_slice from = sw_slice_of(low, sizeof low), to = sw_slice_of(high, sizeof high);
    sw_err err = sw_batch_delete_range(batch, store, from, to);
    if (!err) err = flush(sw_bus_db(r->bus), batch);
    if (!err) err = sw_db_iter_open(r->fresh, store, from, to, &rows);
    if (err) return err;
    err = copy_rows(r, store, rows, batch);
    sw_iter_close(rows);
    return err;
}

static sw_err put_task(const sw_renewal *r, uint32_t task, sw_batch *batch) {
    const sw_topology *t = r->topology;
    const sw_node *node = &t->nodes[r->node];
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < node->processor->store_count; i++)
        err = put_rows(r, task, node->first_store + i, batch);
    if (!err) err = put_rows(r, task, t->store_due, batch);
    return err ? err : put_rows(r, task, t->store_timers, batch);
}

sw_err sw_renew_put(const sw_renewal *renewal) {
    SW_ASSERT(renewal && renewal->bus && renewal->fresh);
    const sw_topology *t = renewal->topology;
    sw_batch *batch;
    sw_err err = sw_batch_new(PUT_BYTES, &batch);
    if (err) return err;
    for (uint32_t i = 0; !err && i < t->task_count; i++)
        if (t->tasks[i].node == renewal->node) err = put_task(renewal, t->tasks[i].number, batch);
    sw_batch_free(batch);
    return err;
}
