#include "report/figures/rollup.h"

#include "base/wire.h"
#include "report/figures/counted.h"
#include "topics/topics.h"

#define ITEM_BYTES_MAX ((size_t)512 << 10)

typedef struct call {
    sw_ctx *ctx;
    const sw_indicators *indicators;
    char key[17];
    char kind;
} call;

static sw_slice item_key(call *c, const sw_hash128 *item) {
    c->key[0] = c->kind;
    memcpy(c->key + 1, item->bytes, sizeof item->bytes);
    return sw_slice_of(c->key, sizeof c->key);
}

static sw_err move_figure(call *c, const sw_figure_row *row, int64_t by) {
    char key[SW_FIGURE_KEY_BYTES_MAX], value[8];
    const sw_slice at = sw_slice_of(key, sw_figure_key(row, key));
    sw_slice old;
    uint64_t count = 0;
    sw_err err = sw_ctx_get(c->ctx, SW_ROLLUP_FIGURES, at, &old);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err) {
        if (old.len != sizeof value) return SW_E_CORRUPT;
        count = sw_wire_get_be(old.ptr, 8);
    }
    count += (uint64_t)by;
    if (count == 0) return sw_ctx_del(c->ctx, SW_ROLLUP_FIGURES, at);
    sw_wire_put_be(value, count, 8);
    return sw_ctx_put(c->ctx, SW_ROLLUP_FIGURES, at, sw_slice_of(value, sizeof value));
}

/* The whole, and what is counted apart beside it, at every length of the unit's code. */
static sw_err move_figures(call *c, const sw_tally *part, int64_t by) {
    char org[SW_ORG_DIGITS];
    sw_org_fill(part->org, org);
    sw_err err = SW_OK;
    for (uint32_t apart = 0; !err && apart < (part->split.len ? 2u : 1u); apart++)
        for (uint32_t level = 0; !err && level < SW_ORG_LEVELS; level++) {
            sw_figure_row row = {.indicator = part->indicator,
                                 .grain = SW_GRAIN_DAY,
                                 .org = sw_slice_of(org, sw_org_levels[level]),
                                 .split = apart ? part->split : SW_S(""),
                                 .date = part->day};
            err = move_figure(c, &row, by);
            row.grain = SW_GRAIN_MONTH;
            row.date = sw_month_of_day(part->day);
            if (!err) err = move_figure(c, &row, by);
        }
    return err;
}

static sw_slice list_key(const call *c, const sw_tally *part, char key[SW_LIST_KEY_BYTES_MAX]) {
    sw_list_row row = {
        .indicator = part->indicator, .day = part->day, .split = part->split, .kind = c->kind};
    sw_org_fill(part->org, row.org);
    memcpy(row.item.bytes, c->key + 1, sizeof row.item.bytes);
    return sw_slice_of(key, sw_list_key(&row, key));
}

static bool has_part(const sw_tally *parts, uint32_t count, const sw_tally *part) {
    for (uint32_t i = 0; i < count; i++)
        if (sw_tally_eq(&parts[i], part)) return true;
    return false;
}

static sw_err move_parts(call *c, const sw_contribution *old, const sw_contribution *new) {
    char key[SW_LIST_KEY_BYTES_MAX];
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < old->part_count; i++) {
        if (has_part(new->parts, new->part_count, &old->parts[i])) continue;
        err = move_figures(c, &old->parts[i], -1);
        if (!err) err = sw_ctx_del(c->ctx, SW_ROLLUP_LISTS, list_key(c, &old->parts[i], key));
    }
    for (uint32_t i = 0; !err && i < new->part_count; i++) {
        const bool stays = has_part(old->parts, old->part_count, &new->parts[i]);
        if (!stays) err = move_figures(c, &new->parts[i], 1);
        if (!err && (!stays || !sw_slice_eq(old->label, new->label)))
            err = sw_ctx_put(c->ctx, SW_ROLLUP_LISTS, list_key(c, &new->parts[i], key), new->label);
    }
    return err;
}

static sw_err load_item(call *c, const sw_hash128 *item, sw_contribution *ret, bool *ret_found) {
    sw_slice bytes;
    sw_err err = sw_ctx_get(c->ctx, SW_ROLLUP_ITEMS, item_key(c, item), &bytes);
    *ret_found = !err;
    ret->part_count = 0;
    ret->label = SW_S("");
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    return sw_contribution_read(bytes, ret) == SW_OK ? SW_OK : SW_E_CORRUPT;
}

static sw_err put_item(call *c, const sw_contribution *item) {
    sw_buf value;
    sw_buf_init(&value, ITEM_BYTES_MAX);
    sw_contribution_write(item, &value);
    sw_err err = value.err;
    if (!err)
        err = sw_ctx_put(c->ctx, SW_ROLLUP_ITEMS, item_key(c, &item->item), sw_buf_slice(&value));
    sw_buf_done(&value);
    return err;
}

static bool after(const sw_contribution *a, const sw_contribution *b) {
    if (a->time_ms != b->time_ms) return a->time_ms > b->time_ms;
    const int source = sw_slice_cmp(a->source, b->source);
    return source ? source > 0 : sw_slice_cmp(a->id, b->id) > 0;
}

/* Of the statements about an event a correction comes before the event itself, the last correction
 * before the others; they may come in any order. */
static bool takes_the_place(const sw_contribution *next, const sw_contribution *old) {
    if (next->correction != old->correction) return next->correction;
    return next->correction && after(next, old);
}

/* Replaces what an item counts for. */
static sw_err settle(call *c, const sw_contribution *new, bool keep) {
    bool found;
    sw_contribution *old = sw_arena_alloc(sw_ctx_arena(c->ctx), sizeof *old);
    if (!old) return SW_E_LIMIT;
    sw_err err = load_item(c, &new->item, old, &found);
    if (err) return err;
    if (found && c->kind == SW_ITEM_EVENT && !takes_the_place(new, old)) return SW_OK;
    err = move_parts(c, old, new);
    if (err) return err;
    return keep ? put_item(c, new) : sw_ctx_del(c->ctx, SW_ROLLUP_ITEMS, item_key(c, &new->item));
}

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    call c = {.ctx = ctx, .indicators = shared};
    sw_arena *arena = sw_ctx_arena(ctx);
    sw_contribution *new = sw_arena_alloc(arena, sizeof *new);
    if (!new) return SW_E_LIMIT;
    if (input->tombstone) return SW_OK; /* compaction's own: the period was closed before */
    bool keep = true;
    sw_err err;
    if (strcmp(input->topic, SW_TOPIC_CONTRIBUTIONS) == 0) {
        c.kind = SW_ITEM_EVENT;
        err = sw_contribution_read(input->value, new);
    } else if (strcmp(input->topic, SW_TOPIC_WARNINGS) == 0) {
        c.kind = SW_ITEM_WARNING;
        err = sw_counted_warning(c.indicators, input->value, arena, new);
        keep = new->part_count > 0;
    } else {
        c.kind = SW_ITEM_PERIOD;
        err = sw_counted_period(c.indicators, input->value, arena, new);
        keep = new->part_count > 0;
    }
    if (err) return sw_ctx_fail(ctx, err, "the record can't be read: %s", sw_err_name(err));
    return settle(&c, new, keep);
}

static const char *const inputs[] = {SW_TOPIC_CONTRIBUTIONS, SW_TOPIC_WARNINGS, SW_TOPIC_PERIODS,
                                     NULL};
static const sw_processor_store stores[] = {
    [SW_ROLLUP_ITEMS] = {"items", 1, ITEM_BYTES_MAX, NULL},
    [SW_ROLLUP_FIGURES] = {"figures", 1, 8, NULL},
    [SW_ROLLUP_LISTS] = {"lists", 1, 0, NULL},
};

const sw_processor sw_rollup = {.name = "rollup",
                                .patient = true,
                                .id = SW_PROCESSOR_ROLLUP,
                                .inputs = inputs,
                                .outputs = NULL,
                                .stores = stores,
                                .store_count = SW_COUNT(stores),
                                .on_record = on_record};
