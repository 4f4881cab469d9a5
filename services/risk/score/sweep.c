/* Once a day, and after a change of weights, each task walks through its rows in steps: instances
 * forget what has faded and are added to the sums anew where these are of other weights; then sums
 * of nothing go. */
#include "base/wire.h"
#include "risk/score/call.h"

enum { INSTANCES_A_STEP = 200, SUMS_A_STEP = 500, HEAD_BYTES = 14 };

#define MARK SW_S("swept")

/* The one row of marks: under which weights and on which day the last walk began, and where it is.
 */
typedef struct mark {
    uint64_t weights;
    int32_t day;
    bool walking, sums; /* sums: it has gone through all instances */
    sw_slice from;      /* the row key from which on none was looked at */
} mark;

static sw_err get_mark(sw_score_call *call, mark *ret) {
    sw_slice row;
    sw_err err = sw_ctx_get(call->ctx, SW_SCORE_MARKS, MARK, &row);
    *ret = (mark){0};
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    if (row.len < HEAD_BYTES) return SW_E_CORRUPT;
    ret->weights = sw_wire_get_le(row.ptr, 8);
    ret->day = (int32_t)(uint32_t)sw_wire_get_le(row.ptr + 8, 4);
    ret->walking = row.ptr[12];
    ret->sums = row.ptr[13];
    ret->from = sw_slice_sub(row, HEAD_BYTES, row.len);
    return SW_OK;
}

static sw_err put_mark(sw_score_call *call, const mark *m) {
    char row[HEAD_BYTES + SW_ROW_KEY_BYTES_MAX];
    SW_ASSERT(m->from.len <= SW_ROW_KEY_BYTES_MAX);
    sw_wire_put_le(row, m->weights, 8);
    sw_wire_put_le(row + 8, (uint32_t)m->day, 4);
    row[12] = (char)m->walking;
    row[13] = (char)m->sums;
    if (m->from.len) memcpy(row + HEAD_BYTES, m->from.ptr, m->from.len);
    return sw_ctx_put(call->ctx, SW_SCORE_MARKS, MARK, sw_slice_of(row, HEAD_BYTES + m->from.len));
}

sw_err sw_score_sweep_plan(sw_score_call *call) {
    mark m;
    sw_err err = get_mark(call, &m);
    if (err) return err;
    const bool done =
        !m.walking && m.day == call->today && m.weights == sw_score_mark(call->weights);
    const int64_t at_ms = done ? sw_weights_midnight(call->weights, call->now_ms) : call->now_ms;
    return sw_ctx_timer(call->ctx, SW_SCORE_SWEEP_KEY, at_ms);
}

/* ---- what a step looks at ---- */

typedef struct row {
    sw_slice key, value;
} row;

typedef struct found {
    sw_score_call *call;
    row *rows;
    uint32_t count, room;
    bool more, full;
} found;

static bool look(void *arg, sw_slice key, sw_slice value) {
    found *f = arg;
    if (f->count == f->room) return !(f->more = true);
    row *r = &f->rows[f->count];
    if (!sw_arena_copy(f->call->arena, key, &r->key) ||
        !sw_arena_copy(f->call->arena, value, &r->value))
        return !(f->full = true);
    f->count++;
    return true;
}

static sw_err find(sw_score_call *call, uint32_t store, sw_slice from, uint32_t room, found *ret) {
    found f = {.call = call, .room = room};
    f.rows = sw_arena_alloc(call->arena, room * sizeof *f.rows);
    if (!f.rows) return SW_E_LIMIT;
    sw_err err = sw_ctx_scan(call->ctx, store, from, SW_SLICE_NONE, look, &f);
    if (!err && f.full) err = SW_E_LIMIT;
    if (!err) *ret = f;
    return err;
}

static sw_err sweep_instance(sw_score_call *call, const row *r) {
    sw_score_instance instance, fresh;
    sw_weighing old;
    sw_err err = sw_score_instance_read(call->arena, r->value, &instance);
    if (err) return err;
    fresh = instance;
    const bool current = instance.mark == sw_score_mark(call->weights);
    const bool weighs = current && sw_score_instance_weigh(&instance, call->weights, &old);
    const uint32_t count = instance.count;
    const int64_t settled_ms = instance.settled_ms;
    sw_score_instance_prune(&fresh, call->weights, call->today);
    if (current && fresh.count == count && fresh.settled_ms == settled_ms) return SW_OK;
    return sw_score_settle(call, r->key, &fresh, weighs ? &old : NULL);
}

static sw_err sweep_sum(sw_score_call *call, const row *r) {
    sw_sum_row sum;
    sw_err err = sw_sum_row_read(call->arena, r->value, &sum);
    if (err) return err;
    const uint32_t count = sum.count;
    if (sum.mark != sw_score_mark(call->weights)) sum.count = 0;
    sw_sum_row_prune(&sum, call->weights, call->today);
    return sum.count == count ? SW_OK : sw_score_put_sum(call, r->key, &sum, true);
}

sw_err sw_score_sweep_step(sw_score_call *call) {
    mark m;
    found f;
    sw_err err = get_mark(call, &m);
    if (err) return err;
    if (!m.walking || m.weights != sw_score_mark(call->weights))
        m = (mark){.weights = sw_score_mark(call->weights), .day = call->today, .walking = true};
    const uint32_t store = m.sums ? SW_SCORE_SUMS : SW_SCORE_INSTANCES;
    err = find(call, store, m.from, m.sums ? SUMS_A_STEP : INSTANCES_A_STEP, &f);
    for (uint32_t i = 0; !err && i < f.count; i++)
        err = m.sums ? sweep_sum(call, &f.rows[i]) : sweep_instance(call, &f.rows[i]);
    if (err) return err;
    /* The last row is looked at again: a step finds more than one. */
    m.from = f.more ? f.rows[f.count - 1].key : SW_SLICE_NONE;
    if (!f.more && m.sums) m.walking = false;
    m.sums = m.walking && (m.sums || !f.more);
    err = put_mark(call, &m);
    const int64_t at_ms =
        m.walking ? call->now_ms : sw_weights_midnight(call->weights, call->now_ms);
    return err ? err : sw_ctx_timer(call->ctx, SW_SCORE_SWEEP_KEY, at_ms);
}
