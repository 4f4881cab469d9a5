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
    [SW_VIEW_INDEX] = {.name = "index", .version = 2, .scanned = true},
    [SW_VIEW_PERIODS] = {.name = "periods", .version = 2, .present = true},
    [SW_VIEW_DUE] = {.name = "due", .version = 3, .scanned = true},
    [SW_VIEW_EVENTS] = {.name = "events", .version = 1, .scanned = true},
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
        err = put ? sw_ctx_put_new(ctx, SW_VIEW_INDEX, row, sw_buf_slice(&value))
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

static sw_err change_due(sw_ctx *ctx, const sw_told_period *period, sw_slice key, bool put) {
    sw_view_place places[SW_VIEW_DIMS_MAX];
    char room[SW_VIEW_ROW_MAX];
    uint32_t count = sw_view_places(period->orgcode, SW_SLICE_NONE, SW_SLICE_NONE, places);
    const sw_view_brief brief = {.level = period->level,
                                 .org = period->orgcode,
                                 .compartment = period->compartment,
                                 .rule = period->rule,
                                 .key = key};
    sw_buf value;
    sw_buf_init(&value, ROW_BYTES_MAX);
    if (put) sw_view_brief_write(&brief, &value);
    sw_err err = value.err;
    for (uint32_t i = 0; i < count && !err; i++) {
        sw_slice row =
            sw_view_row(places[i], sw_view_due_ms(period->due_ms), false, period->instance, room);
        err = put ? sw_ctx_put_new(ctx, SW_VIEW_DUE, row, sw_buf_slice(&value))
                  : sw_ctx_del(ctx, SW_VIEW_DUE, row);
    }
    sw_buf_done(&value);
    return err;
}

static bool same_due(const sw_told_period *a, const sw_told_period *b) {
    return a->due_ms == b->due_ms && a->level == b->level && sw_slice_eq(a->orgcode, b->orgcode);
}

static sw_err on_period(sw_ctx *ctx, const sw_input *input) {
    sw_arena *arena = sw_ctx_arena(ctx);
    sw_told_period told, old;
    char room[SW_VIEW_ROW_MAX];
    sw_slice value;
    sw_err err = sw_period_from_pb(arena, input->value, &told);
    if (err) return sw_ctx_fail(ctx, err, "a period that can't be read");
    sw_slice key = sw_keyed_key(arena, told.key[0].name, told.key[0].value);
    if (!key.ptr) return SW_E_NOMEM;
    if (key.len > SW_KEY_BYTES_MAX) return sw_ctx_fail(ctx, SW_E_LIMIT, "a key that is too long");
    const sw_slice row = sw_view_period_row(key, told.instance, room);
    /* what is opened does not run yet, and nothing is looked for */
    err = told.change == SW_PERIOD_OPENED ? SW_E_NOT_FOUND
                                          : sw_ctx_get(ctx, SW_VIEW_PERIODS, row, &value);
    if (err && err != SW_E_NOT_FOUND) return err;
    bool known = !err, runs = told.change != SW_PERIOD_CLOSED;
    if (known && sw_period_from_pb(arena, value, &old) != SW_OK) return SW_E_CORRUPT;
    bool same = known && runs && same_due(&old, &told);
    err = SW_OK;
    if (known && !same) err = change_due(ctx, &old, key, false);
    if (!err && runs && !same) err = change_due(ctx, &told, key, true);
    if (err) return err;
    if (runs) return (known ? sw_ctx_put : sw_ctx_put_new)(ctx, SW_VIEW_PERIODS, row, input->value);
    return known ? sw_ctx_del(ctx, SW_VIEW_PERIODS, row) : SW_OK;
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

static void wants_warning(sw_ctx *ctx, const sw_input *input) {
    sw_hash128 id;
    if (sw_told_id(input->value, &id)) sw_ctx_want(ctx, SW_VIEW_WARNINGS, id_row(&id));
}

static void wants_period(sw_ctx *ctx, const sw_input *input) {
    sw_period_address address;
    char room[SW_VIEW_ROW_MAX];
    if (!sw_period_address_read(input->value, &address) || address.change == SW_PERIOD_OPENED)
        return;
    sw_slice key = sw_keyed_key(sw_ctx_arena(ctx), address.key.name, address.key.value);
    if (key.ptr && key.len <= SW_KEY_BYTES_MAX)
        sw_ctx_want(ctx, SW_VIEW_PERIODS, sw_view_period_row(key, address.instance, room));
}

static void wants(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    if (input->tombstone) return;
    if (strcmp(input->topic, SW_TOPIC_WARNINGS) == 0) wants_warning(ctx, input);
    if (strcmp(input->topic, SW_TOPIC_PERIODS) == 0) wants_period(ctx, input);
}

const sw_processor sw_view = {
    .name = "view",
    .patience = 20,
    .id = SW_PROCESSOR_VIEW,
    .renewable = true,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_COUNT(stores),
    .on_record = on_record,
    .wants = wants,
};
