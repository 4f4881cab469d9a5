#include "report/figures/rollup.h"

#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"
#include "report/figures/counted.h"
#include "report/figures/months.h"
#include "topics/topics.h"

#define ITEM_BYTES_MAX ((size_t)512 << 10)
#define USUAL_BYTES    2048u /* most items fit into them; the heap is for the others */

typedef struct call {
    sw_ctx *ctx;
    const sw_indicators *indicators;
} call;

/* ---- months of figures ------------------------------------------------------------------ */

/* The row's months; where there are none, new ones to be counted on. */
static sw_err months_at(call *c, const sw_figure_row *row, int32_t by, sw_months **ret) {
    char key[SW_FIGURE_KEY_BYTES_MAX];
    const sw_slice at = sw_slice_of(key, sw_figure_key(row, key));
    void *object = NULL;
    sw_err err = sw_ctx_object_edit(c->ctx, SW_ROLLUP_FIGURES, at, &object);
    *ret = object;
    if (err != SW_E_NOT_FOUND) return err;
    if (by < 0) return SW_E_CORRUPT;
    *ret = sw_months_new();
    if (!*ret) return SW_E_NOMEM;
    err = sw_ctx_object_put(c->ctx, SW_ROLLUP_FIGURES, at, *ret);
    if (err) sw_months_codec.free(NULL, *ret);
    return err;
}

static sw_err add_part(sw_months *months, const sw_figure_part *part, uint32_t day, int32_t by) {
    return by > 0 ? sw_months_add(months, part, day) : SW_E_CORRUPT;
}

static sw_err move_part(sw_months *months, const sw_figure_part *part, uint32_t day, int32_t by) {
    sw_err err = sw_months_move(months, part, day, by);
    return err == SW_E_NOT_FOUND ? add_part(months, part, day, by) : err;
}

static sw_err move_row(call *c, const sw_figure_row *row, uint32_t day, int32_t by) {
    static const sw_figure_part whole = {0};
    sw_months *months;
    sw_err err = months_at(c, row, by, &months);
    return err ? err : move_part(months, &whole, day, by);
}

/* By unit and split. A split that comes when the row has parts enough gets a row of its own, and
 * so do all others of this unit that come then. */
static sw_err move_station(call *c, const sw_figure_row *row, const char *org, sw_slice split,
                           uint32_t day, int32_t by) {
    static const char zeros[SW_UNIT_DIGITS] = {'0', '0', '0', '0'};
    const sw_slice unit = sw_slice_of(org + sw_org_levels[SW_ORG_STATION], SW_UNIT_DIGITS);
    sw_figure_part part = {.indicator = row->indicator, .split = split};
    sw_months *months;
    if (memcmp(unit.ptr, zeros, sizeof zeros) != 0) part.unit = unit;
    sw_err err = months_at(c, row, by, &months);
    if (!err) err = sw_months_move(months, &part, day, by);
    if (err != SW_E_NOT_FOUND) return err;
    const sw_figure_part elsewhere = {
        .indicator = part.indicator, .unit = part.unit, .elsewhere = true};
    if (!sw_months_has(months, &elsewhere) && sw_months_roomy(months, row->indicator))
        return add_part(months, &part, day, by);
    err = move_part(months, &elsewhere, day, by);
    const sw_figure_row own = {.level = SW_ORG_UNIT,
                               .month = row->month,
                               .org = sw_slice_of(org, SW_ORG_DIGITS),
                               .indicator = row->indicator,
                               .split = split};
    return err ? err : move_row(c, &own, day, by);
}

/* Of each beginning of the code the whole, and up to the county what is counted apart. */
static sw_err move_levels(call *c, const sw_tally *part, const char *org, int32_t month,
                          uint32_t day, int32_t by) {
    sw_figure_row row = {.whole = true, .month = month, .indicator = part->indicator};
    sw_err err = SW_OK;
    for (; !err && row.level <= SW_ORG_COUNTY; row.level++) {
        row.org = sw_slice_of(org, sw_org_levels[row.level]);
        err = move_row(c, &row, day, by);
        if (err || part->split.len == 0) continue;
        sw_figure_row apart = row;
        apart.whole = false;
        apart.split = part->split;
        err = move_row(c, &apart, day, by);
    }
    row.org = sw_slice_of(org, sw_org_levels[SW_ORG_STATION]);
    return err ? err : move_station(c, &row, org, part->split, day, by);
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

/* Of corrections the last one holds; they may come in any order. */
static bool takes_the_place(const sw_item *next, const sw_item *old) {
    return !old->correction || after(next, old);
}

/* Replaces what an item counts for. An event comes once and before its corrections: nothing is
 * known of it. A correction is remembered even if it counts for nothing: another one may come that
 * is earlier. */
static sw_err settle(call *c, const sw_item *new) {
    char key[SW_ITEM_KEY_BYTES];
    bool found = false;
    const bool keep = new->part_count > 0 || new->officer.len > 0 || new->correction;
    const bool first = new->kind == SW_ITEM_EVENT && !new->correction;
    if (first && !keep) return SW_OK;
    sw_item_key(new->kind, new->id, key);
    const sw_slice at = sw_slice_of(key, sizeof key);
    sw_item *old = sw_arena_alloc(sw_ctx_arena(c->ctx), sizeof *old);
    if (!old) return SW_E_LIMIT;
    sw_err err = first ? sw_item_read(SW_S(""), old) : load_item(c, at, old, &found);
    if (err) return err;
    if (new->correction && !takes_the_place(new, old)) return SW_OK;
    err = move_parts(c, old, new);
    if (!err) err = move_hand(c, old, new);
    if (err) return err;
    if (keep) return put_item(c, at, new);
    return found ? sw_ctx_del(c->ctx, SW_ROLLUP_ITEMS, at) : SW_OK;
}

/* Half of all events count for nothing, and their type says so: no more is read of them. */
static bool may_count(const call *c, sw_slice bytes) {
    const sw_event_type *type =
        sw_catalogue_find(c->indicators->catalogue, sw_event_pb_type(bytes));
    uint32_t uses = 1;
    if (type && type->index >= SW_TYPE_BUILTIN_COUNT)
        (void)sw_indicators_uses(c->indicators, type, &uses);
    return uses > 0;
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
    const bool event = strcmp(input->topic, SW_TOPIC_EVENTS) == 0;
    if (event && !may_count(&c, input->value)) return SW_OK;
    sw_item *new = sw_arena_alloc(arena, sizeof *new);
    if (!new) return SW_E_LIMIT;
    sw_err err;
    if (event)
        err = on_event(&c, input, new);
    else if (strcmp(input->topic, SW_TOPIC_WARNINGS) == 0)
        err = sw_counted_warning(c.indicators, input->value, arena, new);
    else
        err = sw_counted_period(c.indicators, input->value, arena, new);
    if (err) return sw_ctx_fail(ctx, err, "the record can't be read: %s", sw_err_name(err));
    return settle(&c, new);
}

/* An event's item is seldom there, and most events need none. */
static void wants(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    char key[SW_ITEM_KEY_BYTES];
    sw_hash128 id;
    const bool warning = strcmp(input->topic, SW_TOPIC_WARNINGS) == 0;
    if (input->tombstone || (!warning && strcmp(input->topic, SW_TOPIC_PERIODS) != 0)) return;
    if (!(warning ? sw_told_id : sw_period_id)(input->value, &id)) return;
    sw_item_key(warning ? SW_ITEM_WARNING : SW_ITEM_PERIOD, id, key);
    sw_ctx_want(ctx, SW_ROLLUP_ITEMS, sw_slice_of(key, sizeof key));
}

static const char *const inputs[] = {SW_TOPIC_EVENTS, SW_TOPIC_WARNINGS, SW_TOPIC_PERIODS,
                                     SW_TOPIC_DIRECTORY, NULL};
static const sw_processor_store stores[SW_ROLLUP_STORES] = {
    [SW_ROLLUP_ITEMS] = {"items", 3, ITEM_BYTES_MAX, NULL},
    [SW_ROLLUP_FIGURES] = {"figures", 5, SW_FIGURE_ROW_BYTES_MAX, &sw_months_codec},
    [SW_ROLLUP_LISTS] = {"lists", 3, 1, NULL, .scanned = true},
    [SW_ROLLUP_HANDS] = {"hands", 1, 1, NULL, .scanned = true},
    [SW_ROLLUP_NAMES] = {"names", 1, 0, NULL},
};

const sw_processor sw_rollup = {.name = "rollup",
                                .patience = 20,
                                .id = SW_PROCESSOR_ROLLUP,
                                .renewable = true,
                                .inputs = inputs,
                                .outputs = NULL,
                                .stores = stores,
                                .store_count = SW_COUNT(stores),
                                .on_record = on_record,
                                .wants = wants};
