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

static sw_err take(void *arg, uint32_t partition, sw_hash128 id, sw_slice key, bool *ret_taken) {
    reading *r = arg;
    sw_told_period period;
    char room[SW_VIEW_ROW_MAX];
    sw_buf_clear(&r->row);
    sw_arena_reset(&r->arena);
    sw_slice row = sw_view_period_row(key, id, room);
    sw_err err = sw_read_get_in(&r->queries->periods, partition, row, &r->row);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    if (sw_period_from_pb(&r->arena, sw_buf_slice(&r->row), &period) != SW_OK) return SW_E_CORRUPT;
    if (r->written++) sw_buf_add_byte(r->out, ',');
    sw_period_to_json(&period, r->out);
    *ret_taken = true;
    return r->out->err;
}

static sw_err walk_units(reading *r, char ret_next[SW_CURSOR_TEXT]) {
    const sw_deadlines_ask *ask = r->ask;
    const sw_slice unit = sw_org_prefix(ask->sight.unit);
    const sw_rows_walk walk = {.index = &r->queries->due,
                               .place = sw_view_place_of(ask->org.len ? ask->org : unit),
                               .from_ms = ask->due_from_ms,
                               .to_ms = ask->due_before_ms,
                               .page = ask->page,
                               .arg = r,
                               .may = may,
                               .take = take};
    return sw_rows_walk_run(&walk, ret_next);
}

/* ---- those of one key: all are looked at, there are few ---- */

/* Where a period stands among the others: due time and instance. */
typedef struct place {
    char tail[SW_VIEW_TAIL];
    uint32_t partition;
} place;

/* The first ones behind a place, in order. */
typedef struct firsts {
    reading *reading;
    place *places;
    uint32_t count, room;
    char after[SW_VIEW_TAIL]; /* zeros: from the first */
    sw_err err;
} firsts;

static void keep(firsts *f, const place *one) {
    uint32_t at = f->count;
    while (at > 0 && memcmp(one->tail, f->places[at - 1].tail, SW_VIEW_TAIL) < 0) at--;
    if (at == f->room) return;
    if (f->count < f->room) f->count++;
    memmove(&f->places[at + 1], &f->places[at], (f->count - at - 1) * sizeof *one);
    f->places[at] = *one;
}

static bool visit(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    firsts *f = arg;
    const sw_deadlines_ask *ask = f->reading->ask;
    sw_told_period period;
    char room[SW_VIEW_ROW_MAX];
    place one = {.partition = partition};
    (void)key;
    sw_arena_reset(&f->reading->arena);
    if (sw_period_from_pb(&f->reading->arena, value, &period) != SW_OK)
        return f->err = SW_E_CORRUPT, false;
    const int64_t due_ms = sw_view_due_ms(period.due_ms);
    const sw_view_brief brief = {
        .org = period.orgcode, .compartment = period.compartment, .rule = period.rule};
    if (!may(f->reading, &brief) || due_ms < ask->due_from_ms ||
        (ask->due_before_ms != SW_TIME_MAX && due_ms >= ask->due_before_ms))
        return true;
    const sw_slice row = sw_view_row((sw_view_place){SW_DIM_ALL, SW_SLICE_NONE}, due_ms, false,
                                     period.instance, room);
    memcpy(one.tail, row.ptr + row.len - SW_VIEW_TAIL, SW_VIEW_TAIL);
    if (memcmp(one.tail, f->after, SW_VIEW_TAIL) > 0) keep(f, &one);
    return true;
}

static sw_err write_firsts(firsts *f, char ret_next[SW_CURSOR_TEXT]) {
    const sw_deadlines_ask *ask = f->reading->ask;
    sw_err err = f->err;
    for (uint32_t i = 0; !err && i < f->count && i < ask->page.limit; i++) {
        sw_hash128 id;
        bool taken;
        memcpy(id.bytes, f->places[i].tail + SW_VIEW_TAIL - sizeof id.bytes, sizeof id.bytes);
        err = take(f->reading, f->places[i].partition, id, ask->key, &taken);
    }
    if (!err && f->count > ask->page.limit)
        sw_cursor_write(f->places[ask->page.limit - 1].tail, ret_next);
    return err;
}

static sw_err walk_key(reading *r, char ret_next[SW_CURSOR_TEXT]) {
    char from[SW_VIEW_ROW_MAX], to[SW_VIEW_ROW_MAX];
    firsts f = {.reading = r, .room = r->ask->page.limit + 1};
    sw_read_range range = {.partition = SW_READ_ALL};
    ret_next[0] = '\0';
    if (r->ask->page.cursor.len && !sw_cursor_read(r->ask->page.cursor, f.after))
        return SW_E_INVALID;
    f.places = sw_heap_alloc(f.room * sizeof *f.places);
    if (!f.places) return SW_E_NOMEM;
    sw_view_period_range(r->ask->key, &range.from, &range.to, from, to);
    sw_err err = sw_read_scan(&r->queries->periods, &range, visit, &f);
    if (!err) err = write_firsts(&f, ret_next);
    sw_heap_free(f.places);
    return err;
}

sw_err sw_queries_deadlines(const sw_queries *queries, const sw_deadlines_ask *ask, sw_buf *out,
                            char ret_next[SW_CURSOR_TEXT]) {
    SW_ASSERT(queries && ask && out && ask->page.limit > 0);
    if (ask->key.len > SW_KEY_BYTES_MAX) return SW_E_INVALID;
    reading r = {.queries = queries, .ask = ask, .out = out};
    sw_arena_init(&r.arena, (size_t)4 << 20);
    sw_buf_init(&r.row, SW_VALUE_BYTES_MAX);
    sw_buf_add_byte(out, '[');
    sw_err err = ask->key.len ? walk_key(&r, ret_next) : walk_units(&r, ret_next);
    sw_buf_add_byte(out, ']');
    sw_buf_done(&r.row);
    sw_arena_done(&r.arena);
    return err ? err : out->err;
}
