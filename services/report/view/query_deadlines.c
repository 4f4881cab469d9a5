#include "evaluate/period_pb.h"
#include "host/auth.h"
#include "report/view/walk.h"

typedef struct reading {
    const sw_queries *queries;
    const sw_deadlines_ask *ask;
    sw_arena arena; /* of one period */
    sw_buf row, *out;
    uint32_t written;
} reading;

static bool may(void *arg, const sw_view_brief *brief) {
    const reading *r = arg;
    if (!sw_sight_sees(&r->ask->sight, brief->org, brief->compartment)) return false;
    if (r->ask->org.len && !sw_slice_starts(brief->org, r->ask->org)) return false;
    return r->ask->rule.len == 0 || sw_slice_eq(brief->rule, r->ask->rule);
}

static sw_err take(void *arg, uint32_t partition, sw_hash128 id, int64_t time_ms, bool *ret_taken) {
    reading *r = arg;
    sw_told_period period;
    (void)time_ms;
    sw_buf_clear(&r->row);
    sw_arena_reset(&r->arena);
    sw_slice key = sw_slice_of(id.bytes, sizeof id.bytes);
    sw_err err = sw_read_get_in(&r->queries->periods, partition, key, &r->row);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    if (sw_period_from_pb(&r->arena, sw_buf_slice(&r->row), &period) != SW_OK) return SW_E_CORRUPT;
    if (r->written++) sw_buf_add_byte(r->out, ',');
    sw_period_to_json(&period, r->out);
    *ret_taken = true;
    return r->out->err;
}

sw_err sw_queries_deadlines(const sw_queries *queries, const sw_deadlines_ask *ask, sw_buf *out,
                            char ret_next[SW_CURSOR_TEXT]) {
    SW_ASSERT(queries && ask && out && ask->page.limit > 0);
    if (ask->key.len > SW_KEY_BYTES_MAX) return SW_E_INVALID;
    reading r = {.queries = queries, .ask = ask, .out = out};
    sw_arena_init(&r.arena, (size_t)4 << 20);
    sw_buf_init(&r.row, SW_VALUE_BYTES_MAX);
    const sw_slice unit = sw_org_prefix(ask->sight.unit);
    const sw_rows_walk walk = {.index = &queries->due,
                               .place = ask->key.len
                                            ? (sw_view_place){SW_DIM_KEY, ask->key}
                                            : sw_view_place_of(ask->org.len ? ask->org : unit),
                               .from_ms = ask->due_from_ms,
                               .to_ms = ask->due_before_ms,
                               .page = ask->page,
                               .arg = &r,
                               .may = may,
                               .take = take};
    sw_buf_add_byte(out, '[');
    sw_err err = sw_rows_walk_run(&walk, ret_next);
    sw_buf_add_byte(out, ']');
    sw_buf_done(&r.row);
    sw_arena_done(&r.arena);
    return err ? err : out->err;
}
