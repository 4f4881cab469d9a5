#include "report/view/view.h"

#include "codec/event.h"
#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"
#include "report/view/rows.h"
#include "topics/topics.h"

#define ROW_BYTES_MAX ((size_t)1 << 20)

static const char *const inputs[] = {SW_TOPIC_WARNINGS, SW_TOPIC_PERIODS, SW_TOPIC_KEYED, NULL};
static const char *const outputs[] = {NULL};
static const sw_processor_store stores[SW_VIEW_STORES] = {
    [SW_VIEW_WARNINGS] = {.name = "warnings", .version = 1},
    [SW_VIEW_INDEX] = {.name = "index", .version = 2},
    [SW_VIEW_PERIODS] = {.name = "periods", .version = 1},
    [SW_VIEW_DUE] = {.name = "due", .version = 2},
    [SW_VIEW_EVENTS] = {.name = "events", .version = 1},
};

/* ---- warnings ---- */

static sw_slice id_row(const sw_hash128 *id) {
    return sw_slice_of(id->bytes, sizeof id->bytes);
}

static sw_err change_index(sw_ctx *ctx, const sw_told_warning *told, sw_slice key, bool open_only,
                           bool put) {
    sw_view_place places[SW_VIEW_DIMS_MAX];
    char room[SW_VIEW_ROW_MAX];
    uint32_t count = open_only ? sw_view_places(told->orgcode, SW_SLICE_NONE, SW_SLICE_NONE, places)
                               : sw_view_places(told->orgcode, told->rule, key, places);
    const sw_view_brief brief = {.level = (int32_t)told->level,
                                 .org = told->orgcode,
                                 .compartment = told->compartment,
                                 .rule = told->rule};
    sw_buf value;
    sw_buf_init(&value, ROW_BYTES_MAX);
    if (put) sw_view_brief_write(&brief, &value);
    sw_err err = value.err;
    for (uint32_t i = 0; i < count && !err; i++) {
        sw_view_place place = open_only ? sw_view_open(places[i]) : places[i];
        sw_slice row = sw_view_row(place, told->fires_ms, true, told->id, room);
        err = put ? sw_ctx_put(ctx, SW_VIEW_INDEX, row, sw_buf_slice(&value))
                  : sw_ctx_del(ctx, SW_VIEW_INDEX, row);
    }
    sw_buf_done(&value);
    return err;
}

static bool same_places(const sw_told_warning *a, const sw_told_warning *b) {
    return a->fires_ms == b->fires_ms && a->level == b->level &&
           sw_slice_eq(a->orgcode, b->orgcode) && sw_slice_eq(a->rule, b->rule) &&
           sw_slice_eq(a->compartment, b->compartment);
}

/* How the index differs between two tellings of one warning; `old` NULL: there was none. */
static sw_err move_index(sw_ctx *ctx, const sw_told_warning *old, const sw_told_warning *new,
                         sw_slice key) {
    bool same = old && same_places(old, new);
    bool was_open = old && old->state == SW_STATE_OPEN, open = new->state == SW_STATE_OPEN;
    sw_err err = SW_OK;
    if (old && !same) err = change_index(ctx, old, key, false, false);
    if (!err && was_open && (!same || !open)) err = change_index(ctx, old, key, true, false);
    if (!err && !same) err = change_index(ctx, new, key, false, true);
    if (!err && open && (!same || !was_open)) err = change_index(ctx, new, key, true, true);
    return err;
}

static sw_err on_warning(sw_ctx *ctx, const sw_input *input) {
    sw_arena *arena = sw_ctx_arena(ctx);
    sw_told_warning told, old;
    sw_slice row;
    sw_err err = sw_told_from_pb(arena, input->value, &told);
    if (err) return sw_ctx_fail(ctx, err, "a warning that can't be read");
    err = sw_ctx_get(ctx, SW_VIEW_WARNINGS, id_row(&told.id), &row);
    if (err && err != SW_E_NOT_FOUND) return err;
    bool known = !err;
    if (known) err = sw_told_from_pb(arena, row, &old);
    if (known && err) return SW_E_CORRUPT;
    /* What is withdrawn has no moment of its own any more: it keeps its place. */
    bool placed = told.fires_ms != SW_TIME_NONE;
    if (!placed) told.fires_ms = known ? old.fires_ms : told.decided_ms;
    err = move_index(ctx, known ? &old : NULL, &told, input->key);
    if (err) return err;
    if (placed) return sw_ctx_put(ctx, SW_VIEW_WARNINGS, id_row(&told.id), input->value);
    sw_buf bytes;
    sw_buf_init(&bytes, ROW_BYTES_MAX);
    sw_told_to_pb(&told, &bytes);
    err = bytes.err ? bytes.err
                    : sw_ctx_put(ctx, SW_VIEW_WARNINGS, id_row(&told.id), sw_buf_slice(&bytes));
    sw_buf_done(&bytes);
    return err;
}

/* ---- periods ---- */

static int64_t due_of(const sw_told_period *period) {
    return period->due_ms == SW_TIME_NONE ? SW_TIME_MAX : period->due_ms;
}

static sw_err change_due(sw_ctx *ctx, const sw_told_period *period, bool put) {
    sw_view_place places[SW_VIEW_DIMS_MAX];
    char room[SW_VIEW_ROW_MAX];
    sw_slice key = sw_keyed_key(sw_ctx_arena(ctx), period->key[0].name, period->key[0].value);
    if (!key.ptr) return SW_E_NOMEM;
    uint32_t count = sw_view_places(period->orgcode, SW_SLICE_NONE, key, places);
    const sw_view_brief brief = {.level = period->level,
                                 .org = period->orgcode,
                                 .compartment = period->compartment,
                                 .rule = period->rule};
    sw_buf value;
    sw_buf_init(&value, ROW_BYTES_MAX);
    if (put) sw_view_brief_write(&brief, &value);
    sw_err err = value.err;
    for (uint32_t i = 0; i < count && !err; i++) {
        sw_slice row = sw_view_row(places[i], due_of(period), false, period->instance, room);
        err = put ? sw_ctx_put(ctx, SW_VIEW_DUE, row, sw_buf_slice(&value))
                  : sw_ctx_del(ctx, SW_VIEW_DUE, row);
    }
    sw_buf_done(&value);
    return err;
}

static bool same_due(const sw_told_period *a, const sw_told_period *b) {
    return due_of(a) == due_of(b) && a->level == b->level && sw_slice_eq(a->orgcode, b->orgcode);
}

static sw_err on_period(sw_ctx *ctx, const sw_input *input) {
    sw_arena *arena = sw_ctx_arena(ctx);
    sw_told_period told, old;
    sw_slice row;
    sw_err err = sw_period_from_pb(arena, input->value, &told);
    if (err) return sw_ctx_fail(ctx, err, "a period that can't be read");
    err = sw_ctx_get(ctx, SW_VIEW_PERIODS, id_row(&told.instance), &row);
    if (err && err != SW_E_NOT_FOUND) return err;
    bool known = !err, runs = told.change != SW_PERIOD_CLOSED;
    if (known && sw_period_from_pb(arena, row, &old) != SW_OK) return SW_E_CORRUPT;
    bool same = known && runs && same_due(&old, &told);
    err = SW_OK;
    if (known && !same) err = change_due(ctx, &old, false);
    if (!err && runs && !same) err = change_due(ctx, &told, true);
    if (err) return err;
    if (runs) return sw_ctx_put(ctx, SW_VIEW_PERIODS, id_row(&told.instance), input->value);
    return known ? sw_ctx_del(ctx, SW_VIEW_PERIODS, id_row(&told.instance)) : SW_OK;
}

/* ---- events ---- */

static sw_err on_event(sw_ctx *ctx, const sw_input *input) {
    sw_view_event event;
    char room[SW_VIEW_ROW_MAX];
    if (!sw_view_event_of(input->value, &event))
        return sw_ctx_fail(ctx, SW_E_SYNTAX, "an event that can't be read");
    event.partition = input->partition;
    event.offset = input->offset;
    sw_slice row = sw_view_event_row(input->key, event.time_ms,
                                     sw_event_identity(event.source, event.id), room);
    sw_buf value;
    sw_buf_init(&value, ROW_BYTES_MAX);
    sw_view_event_write(&event, &value);
    sw_err err = value.err ? value.err : sw_ctx_put(ctx, SW_VIEW_EVENTS, row, sw_buf_slice(&value));
    sw_buf_done(&value);
    return err;
}

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    if (input->tombstone) return SW_OK;
    if (strcmp(input->topic, SW_TOPIC_KEYED) == 0) return on_event(ctx, input);
    return strcmp(input->topic, SW_TOPIC_WARNINGS) == 0 ? on_warning(ctx, input)
                                                        : on_period(ctx, input);
}

const sw_processor sw_view = {
    .name = "view",
    .patience = 4,
    .id = SW_PROCESSOR_VIEW,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_COUNT(stores),
    .on_record = on_record,
};
