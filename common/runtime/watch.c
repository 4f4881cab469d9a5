#include "runtime/watch.h"

#include "stream/digest.h"

enum { HOUR_MS = 3600 * 1000 };

/* Rows of one task in one store, without their prefix, until `each` returns false. */
static sw_err visit(sw_db *db, uint32_t store, uint32_t task,
                    bool (*each)(void *, sw_slice, sw_slice), void *arg) {
    char from[SW_TASK_PREFIX_BYTES], to[SW_TASK_PREFIX_BYTES];
    sw_task_prefix(from, task);
    sw_task_prefix(to, task + 1);
    sw_iter *iter;
    sw_err err = sw_db_iter_open(db, store, sw_slice_of(from, SW_TASK_PREFIX_BYTES),
                                 sw_slice_of(to, SW_TASK_PREFIX_BYTES), &iter);
    if (err) return err;
    sw_slice key, value;
    bool on = true;
    while (on && sw_iter_next(iter, &key, &value))
        on = each(arg, sw_slice_sub(key, SW_TASK_PREFIX_BYTES, key.len), value);
    err = sw_iter_error(iter);
    sw_iter_close(iter);
    return err;
}

/* ---- overdue ---- */

typedef struct overdue_search {
    sw_overdue *found;
    int64_t before_ms;
    uint64_t count_max;
    uint32_t task;
} overdue_search;

static bool overdue_row(void *arg, sw_slice row, sw_slice value) {
    (void)value;
    overdue_search *s = arg;
    int64_t due_ms;
    sw_slice key;
    if (!sw_timer_due_read(row, &due_ms, &key)) return true;
    if (due_ms >= s->before_ms || s->found->count == s->count_max) return false;
    if (s->found->count++ > 0 && due_ms >= s->found->due_ms) return true;
    s->found->task = s->task;
    s->found->due_ms = due_ms;
    s->found->key_bytes = key.len < SW_KEY_BYTES_MAX ? key.len : SW_KEY_BYTES_MAX;
    if (key.len) memcpy(s->found->key, key.ptr, s->found->key_bytes);
    return true;
}

sw_err sw_watch_overdue(sw_db *db, const sw_topology *topology, int64_t before_ms,
                        uint64_t count_max, sw_overdue *ret) {
    SW_ASSERT(db && topology && count_max > 0 && ret);
    sw_overdue found = {0};
    for (uint32_t i = 0; i < topology->task_count; i++) {
        overdue_search s = {&found, before_ms, count_max, topology->tasks[i].number};
        sw_err err = visit(db, topology->store_due, s.task, overdue_row, &s);
        if (err) return err;
    }
    *ret = found;
    return SW_OK;
}

/* ---- audit ---- */

typedef struct audit {
    sw_db *db;
    const sw_topology *topology;
    sw_timer_audit *sum;
    const sw_node *node;
    uint32_t store; /* of the node */
    uint64_t known; /* ordered rows of a task that its state knows */
    char prefix[SW_TASK_PREFIX_BYTES];
    sw_buf value;
    sw_err err;
} audit;

/* The value of the other store's row, into a->value; false with a->err SW_OK: it is not there. */
static bool lookup(audit *a, uint32_t store, const char *row, size_t len) {
    char key[SW_TASK_PREFIX_BYTES + SW_TIMER_ROW_BYTES_MAX];
    memcpy(key, a->prefix, SW_TASK_PREFIX_BYTES);
    memcpy(key + SW_TASK_PREFIX_BYTES, row, len);
    sw_buf_clear(&a->value);
    sw_err err = sw_db_get(a->db, store, sw_slice_of(key, SW_TASK_PREFIX_BYTES + len), &a->value);
    if (err && err != SW_E_NOT_FOUND) a->err = err;
    return err == SW_OK;
}

static void audit_timer(audit *a, sw_slice key, int64_t due_ms) {
    char due_row[SW_TIMER_ROW_BYTES_MAX];
    a->sum->timers++;
    bool there = lookup(a, a->topology->store_due, due_row, sw_timer_due_row(due_ms, key, due_row));
    a->sum->without_due += !there;
    a->known += there;
}

/* A row of a processor whose state knows its timers. */
static bool audit_state_row(void *arg, sw_slice row, sw_slice value) {
    audit *a = arg;
    int64_t due_ms;
    sw_slice key;
    if (a->node->processor->timer_of(a->node->shared, a->store, row, value, &key, &due_ms) &&
        due_ms != SW_TIME_MAX)
        audit_timer(a, key, due_ms);
    return a->err == SW_OK;
}

static bool count_due_row(void *arg, sw_slice row, sw_slice value) {
    uint64_t *count = arg;
    (void)row;
    (void)value;
    ++*count;
    return true;
}

/* Its timers are one row each. What the state knows of and what is ordered must be the same: each
 * row of the state has another key, so as many of the ordered ones as were found are known. */
static sw_err audit_known(audit *a, uint32_t task) {
    uint64_t due_rows = 0;
    a->known = 0;
    sw_err err = SW_OK;
    for (a->store = 0; !err && a->store < a->node->processor->store_count; a->store++)
        err = visit(a->db, a->node->first_store + a->store, task, audit_state_row, a);
    if (!err) err = visit(a->db, a->topology->store_due, task, count_due_row, &due_rows);
    if (!err) err = a->err;
    if (!err) a->sum->without_key += due_rows - a->known;
    return err;
}

static bool audit_key_row(void *arg, sw_slice row, sw_slice value) {
    audit *a = arg;
    int64_t due_ms;
    sw_slice key;
    if (!sw_timer_key_read(row, value, &due_ms, &key)) return true;
    audit_timer(a, key, due_ms);
    return a->err == SW_OK;
}

static bool audit_due_row(void *arg, sw_slice row, sw_slice value) {
    (void)value;
    audit *a = arg;
    int64_t due_ms, known_ms;
    sw_slice key, same;
    if (!sw_timer_due_read(row, &due_ms, &key)) return true;
    char key_row[SW_TIMER_ROW_BYTES_MAX];
    size_t len = sw_timer_key_row(key, key_row);
    bool known =
        lookup(a, a->topology->store_timers, key_row, len) &&
        sw_timer_key_read(sw_slice_of(key_row, len), sw_buf_slice(&a->value), &known_ms, &same) &&
        known_ms == due_ms;
    a->sum->without_key += !known;
    return a->err == SW_OK;
}

sw_err sw_watch_timers(sw_db *db, const sw_topology *topology, sw_timer_audit *ret) {
    SW_ASSERT(db && topology && ret);
    sw_timer_audit sum = {0};
    audit a = {.db = db, .topology = topology, .sum = &sum};
    sw_buf_init(&a.value, SW_ROW_KEY_BYTES_MAX);
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < topology->task_count; i++) {
        uint32_t task = topology->tasks[i].number;
        a.node = &topology->nodes[topology->tasks[i].node];
        sw_task_prefix(a.prefix, task);
        if (a.node->processor->timer_of) {
            err = audit_known(&a, task);
            continue;
        }
        err = visit(db, topology->store_timers, task, audit_key_row, &a);
        if (!err) err = visit(db, topology->store_due, task, audit_due_row, &a);
        if (!err) err = a.err;
    }
    sw_buf_done(&a.value);
    if (!err) *ret = sum;
    return err;
}

/* ---- forecast ---- */

typedef struct forecast {
    int64_t now_ms;
    sw_forecast sum;
} forecast;

static bool forecast_row(void *arg, sw_slice row, sw_slice value) {
    (void)value;
    forecast *f = arg;
    int64_t due_ms;
    sw_slice key;
    if (!sw_timer_due_read(row, &due_ms, &key)) return true;
    if (due_ms > f->now_ms + (int64_t)7 * 24 * HOUR_MS) return false;
    f->sum.week++;
    f->sum.day += due_ms <= f->now_ms + (int64_t)24 * HOUR_MS;
    f->sum.hour += due_ms <= f->now_ms + HOUR_MS;
    return true;
}

sw_err sw_watch_forecast(sw_db *db, const sw_topology *topology, int64_t now_ms, sw_forecast *ret) {
    SW_ASSERT(db && topology && ret);
    forecast f = {.now_ms = now_ms};
    for (uint32_t i = 0; i < topology->task_count; i++) {
        sw_err err = visit(db, topology->store_due, topology->tasks[i].number, forecast_row, &f);
        if (err) return err;
    }
    *ret = f.sum;
    return SW_OK;
}

/* ---- digest ---- */

typedef struct digest_sum {
    uint64_t digest;
    bool timers; /* the store with the low bound, which is no state but a hint */
} digest_sum;

static bool digest_row(void *arg, sw_slice row, sw_slice value) {
    digest_sum *d = arg;
    int64_t due_ms;
    sw_slice key;
    if (d->timers && !sw_timer_key_read(row, value, &due_ms, &key)) return true;
    d->digest = sw_digest_bytes(sw_digest_bytes(d->digest, row), value);
    return true;
}

sw_err sw_watch_digest(sw_db *db, const sw_topology *topology, uint32_t task_number,
                       uint64_t *ret_digest) {
    SW_ASSERT(db && topology && ret_digest);
    digest_sum d = {.digest = SW_DIGEST_START};
    for (uint32_t store = 0; store < topology->store_count; store++) {
        d.timers = store == topology->store_timers;
        d.digest = sw_digest_number(d.digest, store);
        sw_err err = visit(db, store, task_number, digest_row, &d);
        if (err) return err;
    }
    *ret_digest = d.digest;
    return SW_OK;
}
