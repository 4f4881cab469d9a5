#include "evaluate/warning_json.h"
#include "host/auth.h"
#include "report/view/walk.h"

typedef struct reading {
    const sw_queries *queries;
    const sw_warnings_ask *ask;
    sw_arena arena; /* of one warning */
    sw_buf row, *out;
    uint32_t written;
} reading;

/* As `seawall replay --final` has it: nothing in it depends on when it was told. */
static sw_told_warning of_set(const sw_told_warning *told) {
    sw_told_warning w = *told;
    w.decided_ms = told->fires_ms;
    w.told_by = 0;
    w.change = told->state == SW_STATE_RESOLVED ? SW_RESOLVED : SW_RAISED;
    w.reason = SW_SLICE_NONE;
    w.has_cause = w.has_replaces = w.has_replaced_by = false;
    return w;
}

static uint32_t state_bit(sw_state state) {
    return state == SW_STATE_OPEN       ? SW_ASK_OPEN
           : state == SW_STATE_RESOLVED ? SW_ASK_RESOLVED
                                        : SW_ASK_WITHDRAWN;
}

static bool may(void *arg, const sw_view_brief *brief) {
    const reading *r = arg;
    const sw_warnings_ask *ask = r->ask;
    if (!sw_sight_sees(&ask->sight, brief->org, brief->compartment)) return false;
    if (ask->org.len && !sw_slice_starts(brief->org, ask->org)) return false;
    if (ask->level >= 0 && brief->level != ask->level) return false;
    return ask->rule.len == 0 || sw_slice_eq(brief->rule, ask->rule);
}

static sw_err take(void *arg, uint32_t partition, sw_hash128 id, sw_slice key, bool *ret_taken) {
    reading *r = arg;
    sw_told_warning told;
    (void)key;
    sw_buf_clear(&r->row);
    sw_arena_reset(&r->arena);
    sw_slice row = sw_slice_of(id.bytes, sizeof id.bytes);
    sw_err err = sw_read_get_in(&r->queries->warnings, partition, row, &r->row);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    if (sw_told_from_pb(&r->arena, sw_buf_slice(&r->row), &told) != SW_OK) return SW_E_CORRUPT;
    if (!(state_bit(told.state) & r->ask->states)) return SW_OK;
    if (told.state != SW_STATE_WITHDRAWN) told = of_set(&told);
    if (r->written++) sw_buf_add_byte(r->out, ',');
    sw_told_to_json(&told, SW_SLICE_NONE, r->out);
    *ret_taken = true;
    return r->out->err;
}

static sw_view_place place_of(const sw_warnings_ask *ask) {
    if (ask->key.len) return (sw_view_place){SW_DIM_KEY, ask->key};
    bool open = ask->states == SW_ASK_OPEN;
    if (ask->rule.len && !open) return (sw_view_place){SW_DIM_RULE, ask->rule};
    sw_view_place place =
        sw_view_place_of(ask->org.len ? ask->org : sw_org_prefix(ask->sight.unit));
    return open ? sw_view_open(place) : place;
}

sw_err sw_queries_warnings(const sw_queries *queries, const sw_warnings_ask *ask, sw_buf *out,
                           char ret_next[SW_CURSOR_TEXT]) {
    SW_ASSERT(queries && ask && out && ask->page.limit > 0);
    if (ask->key.len > SW_KEY_BYTES_MAX || ask->rule.len > SW_KEY_BYTES_MAX) return SW_E_INVALID;
    reading r = {.queries = queries, .ask = ask, .out = out};
    sw_arena_init(&r.arena, (size_t)4 << 20);
    sw_buf_init(&r.row, SW_VALUE_BYTES_MAX);
    const sw_rows_walk walk = {.index = &queries->index,
                               .place = place_of(ask),
                               .newest_first = true,
                               .from_ms = ask->since_ms,
                               .to_ms = ask->until_ms,
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

sw_err sw_queries_warning(const sw_queries *queries, const sw_sight *sight, sw_hash128 id,
                          sw_arena *arena, sw_told_warning *ret) {
    sw_buf row;
    sw_slice bytes;
    sw_buf_init(&row, SW_VALUE_BYTES_MAX);
    sw_err err = SW_E_NOT_FOUND;
    /* Its partition follows from a key that only it names. */
    for (uint32_t p = 0; p < queries->warnings.partitions && err == SW_E_NOT_FOUND; p++)
        err = sw_read_get_in(&queries->warnings, p, sw_slice_of(id.bytes, sizeof id.bytes), &row);
    bool copied = !err && sw_arena_copy(arena, sw_buf_slice(&row), &bytes);
    sw_buf_done(&row);
    if (err) return err;
    if (!copied) return SW_E_NOMEM;
    sw_told_warning told;
    if (sw_told_from_pb(arena, bytes, &told) != SW_OK) return SW_E_CORRUPT;
    if (!sw_sight_sees(sight, told.orgcode, told.compartment)) return SW_E_NOT_FOUND;
    *ret = told;
    return SW_OK;
}
