#include "report/figures/rollup.h"

#include "report/figures/counted.h"
#include "topics/topics.h"

#define ITEM_BYTES_MAX ((size_t)512 << 10)
#define USUAL_BYTES    2048u /* most items fit into them; the heap is for the others */

typedef struct call {
    sw_ctx *ctx;
    const sw_indicators *indicators;
} call;

/* ---- months of figures ------------------------------------------------------------------ */

static sw_err load_month(const void *arg, sw_rows rows, sw_slice key, void **ret) {
    sw_slice bytes;
    (void)arg;
    sw_err err = sw_rows_get(rows, key, &bytes);
    if (err) return err;
    sw_month *month = sw_heap_zero(1, sizeof *month);
    if (!month) return SW_E_NOMEM;
    if (!sw_month_read(bytes, month)) {
        sw_heap_free(month);
        return SW_E_CORRUPT;
    }
    *ret = month;
    return SW_OK;
}

/* A month of which nothing is left has no row. */
static sw_err save_month(const void *arg, sw_rows rows, sw_slice key, void *object) {
    char space[31 * 6];
    sw_buf out = {.ptr = space, .cap = sizeof space, .max = sizeof space};
    (void)arg;
    if (object) sw_month_write(object, &out);
    if (out.err) return out.err;
    return out.len ? sw_rows_put(rows, key, sw_buf_slice(&out)) : sw_rows_delete(rows, key);
}

static size_t month_bytes(const void *arg, const void *object) {
    (void)arg, (void)object;
    return sizeof(sw_month);
}

static void free_month(const void *arg, void *object) {
    (void)arg;
    sw_heap_free(object);
}

static const sw_object_codec months = {load_month, save_month, month_bytes, free_month};

static sw_err move_day(call *c, const sw_figure_row *row, uint32_t day, int32_t by) {
    char key[SW_FIGURE_KEY_BYTES_MAX];
    const sw_slice at = sw_slice_of(key, sw_figure_key(row, key));
    void *object;
    sw_err err = sw_ctx_object_edit(c->ctx, SW_ROLLUP_FIGURES, at, &object);
    if (err && err != SW_E_NOT_FOUND) return err;
    const bool new = err == SW_E_NOT_FOUND;
    sw_month *month = new ? sw_heap_zero(1, sizeof *month) : object;
    if (!month) return SW_E_NOMEM;
    if (by < 0 && month->days[day] < (uint32_t)-by) {
        if (new) sw_heap_free(month);
        return SW_E_CORRUPT;
    }
    month->days[day] += (uint32_t)by;
    if (!new) return SW_OK;
    err = sw_ctx_object_put(c->ctx, SW_ROLLUP_FIGURES, at, month);
    if (err) sw_heap_free(month);
    return err;
}

/* The unit's own; of each beginning of its code the whole; up to the county what is counted apart.
 */
static sw_err move_levels(call *c, const sw_tally *part, const char *org, int32_t month,
                          uint32_t day, int32_t by) {
    sw_figure_row row = {.level = SW_ORG_UNIT,
                         .month = month,
                         .org = sw_slice_of(org, SW_ORG_DIGITS),
                         .indicator = part->indicator,
                         .split = part->split};
    sw_err err = move_day(c, &row, day, by);
    for (uint32_t level = 0; !err && level < SW_ORG_UNIT; level++) {
        row.level = level;
        row.org = sw_slice_of(org, sw_org_levels[level]);
        row.whole = true;
        row.split = SW_S("");
        err = move_day(c, &row, day, by);
        if (err || part->split.len == 0 || level > SW_ORG_COUNTY) continue;
        row.whole = false;
        row.split = part->split;
        err = move_day(c, &row, day, by);
    }
    return err;
}

static sw_err move_figures(call *c, const sw_tally *part, int32_t by) {
    char org[SW_ORG_DIGITS];
    sw_org_fill(part->org, org);
    const int32_t month = sw_month_of_day(part->day);
    const uint32_t day = (uint32_t)(part->day - sw_first_day_of_month(month));
    sw_err err = move_levels(c, part, org, month, day, by);
    return err || !part->total ? err : move_levels(c, part, org, SW_MONTH_ALL, 0, by);
}

/* What a row says that only stands there: a byte, since an empty value is a deletion elsewhere. */
static const sw_slice present = {"1", 1};

/* ---- items ------------------------------------------------------------------------------ */

static sw_slice list_key(const sw_item *item, const sw_tally *part,
                         char key[SW_LIST_KEY_BYTES_MAX]) {
    sw_list_row row = {.indicator = part->indicator,
                       .day = part->day,
                       .split = part->split,
                       .kind = item->kind,
                       .item = item->id};
    sw_org_fill(part->org, row.org);
    return sw_slice_of(key, sw_list_key(&row, key));
}

static bool has_part(const sw_item *item, const sw_tally *part) {
    for (uint32_t i = 0; i < item->part_count; i++)
        if (sw_tally_eq(&item->parts[i], part)) return true;
    return false;
}

static sw_err move_parts(call *c, const sw_item *old, const sw_item *new) {
    char key[SW_LIST_KEY_BYTES_MAX];
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < old->part_count; i++) {
        if (has_part(new, &old->parts[i])) continue;
        err = move_figures(c, &old->parts[i], -1);
        if (!err) err = sw_ctx_del(c->ctx, SW_ROLLUP_LISTS, list_key(new, &old->parts[i], key));
    }
    for (uint32_t i = 0; !err && i < new->part_count; i++) {
        if (has_part(old, &new->parts[i])) continue;
        err = move_figures(c, &new->parts[i], 1);
        if (!err)
            err = sw_ctx_put(c->ctx, SW_ROLLUP_LISTS, list_key(new, &new->parts[i], key), present);
    }
    return err;
}

static sw_err move_hand(call *c, const sw_item *old, const sw_item *new) {
    char key[SW_HAND_KEY_BYTES_MAX];
    if (sw_slice_eq(old->officer, new->officer) && old->order == new->order) return SW_OK;
    sw_hand_row row = {old->officer, new->kind, old->order, new->id};
    sw_err err = SW_OK;
    if (old->officer.len)
        err = sw_ctx_del(c->ctx, SW_ROLLUP_HANDS, sw_slice_of(key, sw_hand_key(&row, key)));
    row.officer = new->officer;
    row.order = new->order;
    if (!err && new->officer.len)
        err =
            sw_ctx_put(c->ctx, SW_ROLLUP_HANDS, sw_slice_of(key, sw_hand_key(&row, key)), present);
    return err;
}

static sw_err load_item(call *c, sw_slice key, sw_item *ret, bool *ret_found) {
    sw_slice bytes = SW_S("");
    sw_err err = sw_ctx_get(c->ctx, SW_ROLLUP_ITEMS, key, &bytes);
    *ret_found = !err;
    if (err && err != SW_E_NOT_FOUND) return err;
    return sw_item_read(bytes, ret) == SW_OK ? SW_OK : SW_E_CORRUPT;
}

static sw_err put_item(call *c, sw_slice key, const sw_item *item) {
    char usual[USUAL_BYTES];
    sw_buf value = {.ptr = usual, .cap = sizeof usual, .max = sizeof usual};
    sw_item_write(item, &value);
    if (!value.err) return sw_ctx_put(c->ctx, SW_ROLLUP_ITEMS, key, sw_buf_slice(&value));
    sw_buf_init(&value, ITEM_BYTES_MAX);
    sw_item_write(item, &value);
    sw_err err =
        value.err ? value.err : sw_ctx_put(c->ctx, SW_ROLLUP_ITEMS, key, sw_buf_slice(&value));
    sw_buf_done(&value);
    return err;
}

static bool after(const sw_item *a, const sw_item *b) {
    if (a->time_ms != b->time_ms) return a->time_ms > b->time_ms;
    const int source = sw_slice_cmp(a->source, b->source);
    return source ? source > 0 : sw_slice_cmp(a->from_id, b->from_id) > 0;
}

/* Of the statements about an event a correction comes before the event itself, the last correction
 * before the others; corrections may come in any order. */
static bool takes_the_place(const sw_item *next, const sw_item *old) {
    if (next->correction != old->correction) return next->correction;
    return next->correction && after(next, old);
}

/* Replaces what an item counts for. A correction is remembered even if it counts for nothing:
 * another one may come that is earlier. */
static sw_err settle(call *c, const sw_item *new) {
    char key[SW_ITEM_KEY_BYTES];
    bool found;
    const bool keep = new->part_count > 0 || new->officer.len > 0 || new->correction;
    const bool first = new->kind == SW_ITEM_EVENT && !new->correction;
    if (first && !keep) return SW_OK;
    sw_item_key(new->kind, new->id, key);
    const sw_slice at = sw_slice_of(key, sizeof key);
    sw_item *old = sw_arena_alloc(sw_ctx_arena(c->ctx), sizeof *old);
    if (!old) return SW_E_LIMIT;
    sw_err err = load_item(c, at, old, &found);
    if (err) return err;
    if (found && new->kind == SW_ITEM_EVENT && !takes_the_place(new, old)) return SW_OK;
    err = move_parts(c, old, new);
    if (!err) err = move_hand(c, old, new);
    if (err) return err;
    if (keep) return put_item(c, at, new);
    return found ? sw_ctx_del(c->ctx, SW_ROLLUP_ITEMS, at) : SW_OK;
}

static sw_err on_event(call *c, const sw_input *input, sw_item *ret) {
    sw_event *event;
    sw_arena *arena = sw_ctx_arena(c->ctx);
    sw_err err = sw_event_from_pb(arena, c->indicators->catalogue, input->value, NULL, &event);
    return err ? err : sw_counted_event(c->indicators, event, arena, ret);
}

static sw_err on_name(sw_ctx *ctx, const sw_input *input) {
    return input->tombstone || input->value.len == 0
               ? sw_ctx_del(ctx, SW_ROLLUP_NAMES, input->key)
               : sw_ctx_put(ctx, SW_ROLLUP_NAMES, input->key, input->value);
}

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    call c = {.ctx = ctx, .indicators = shared};
    sw_arena *arena = sw_ctx_arena(ctx);
    if (strcmp(input->topic, SW_TOPIC_DIRECTORY) == 0) return on_name(ctx, input);
    if (input->tombstone) return SW_OK; /* compaction's own: the period was closed before */
    sw_item *new = sw_arena_alloc(arena, sizeof *new);
    if (!new) return SW_E_LIMIT;
    sw_err err;
    if (strcmp(input->topic, SW_TOPIC_EVENTS) == 0)
        err = on_event(&c, input, new);
    else if (strcmp(input->topic, SW_TOPIC_WARNINGS) == 0)
        err = sw_counted_warning(c.indicators, input->value, arena, new);
    else
        err = sw_counted_period(c.indicators, input->value, arena, new);
    if (err) return sw_ctx_fail(ctx, err, "the record can't be read: %s", sw_err_name(err));
    return settle(&c, new);
}

static const char *const inputs[] = {SW_TOPIC_EVENTS, SW_TOPIC_WARNINGS, SW_TOPIC_PERIODS,
                                     SW_TOPIC_DIRECTORY, NULL};
static const sw_processor_store stores[SW_ROLLUP_STORES] = {
    [SW_ROLLUP_ITEMS] = {"items", 2, ITEM_BYTES_MAX, NULL},
    [SW_ROLLUP_FIGURES] = {"figures", 3, 256, &months},
    [SW_ROLLUP_LISTS] = {"lists", 3, 1, NULL},
    [SW_ROLLUP_HANDS] = {"hands", 1, 1, NULL},
    [SW_ROLLUP_NAMES] = {"names", 1, 0, NULL},
};

const sw_processor sw_rollup = {.name = "rollup",
                                .patience = 4,
                                .id = SW_PROCESSOR_ROLLUP,
                                .inputs = inputs,
                                .outputs = NULL,
                                .stores = stores,
                                .store_count = SW_COUNT(stores),
                                .on_record = on_record};
