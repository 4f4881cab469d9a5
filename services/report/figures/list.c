/* Lists behind figures: rows say what was counted, items what is shown of it. */
#include "base/wire.h"
#include "report/figures/figures.h"
#include "report/figures/label.h"

typedef struct lister {
    const sw_figures *figures;
    const sw_figure_list_ask *ask;
    sw_arena *arena;
    sw_item *item;
    sw_buf row;
    sw_figure_entry *entries;
    uint32_t count, visited;
    char last[SW_LIST_KEY_BYTES_MAX]; /* of the rows that were visited */
    size_t last_len;
    char next[SW_LIST_KEY_BYTES_MAX]; /* where to go on after a jump */
    size_t next_len;                  /* 0: no jump */
    bool more;
    sw_err err;
} lister;

/* Months and units outside of what is asked are jumped over; days within a month are not. */
static bool outside(lister *l, const sw_list_row *row) {
    const sw_figure_span *span = &l->ask->span;
    const sw_slice org = sw_slice_of(row->org, SW_ORG_DIGITS);
    const int32_t month = sw_month_of_day(row->day);
    if (sw_slice_starts(org, span->org)) return false;
    const bool before = sw_slice_cmp(org, span->org) < 0;
    l->next_len = sw_list_key_start(row->indicator, before ? month : month + 1, span->org, l->next);
    return true;
}

static sw_err load(lister *l, uint32_t partition, const sw_list_row *row) {
    char key[SW_ITEM_KEY_BYTES];
    sw_item_key(row->kind, row->item, key);
    sw_buf_clear(&l->row);
    sw_err err =
        sw_read_get_in(&l->figures->items, partition, sw_slice_of(key, sizeof key), &l->row);
    if (err == SW_E_NOT_FOUND) err = SW_OK; /* gone since: another commit */
    if (!err && sw_item_read(sw_buf_slice(&l->row), l->item) != SW_OK) err = SW_E_CORRUPT;
    return err;
}

static bool keep(lister *l, const sw_list_row *row) {
    sw_figure_entry *entry = &l->entries[l->count];
    memcpy(entry->org, row->org, sizeof entry->org);
    entry->day = row->day;
    l->err = sw_arena_copy(l->arena, row->split, &entry->split)
                 ? sw_label_read(l->item->label, l->arena, &entry->label)
                 : SW_E_LIMIT;
    l->count += l->err == SW_OK;
    return l->err == SW_OK;
}

static bool each_entry(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    lister *l = arg;
    sw_list_row row;
    (void)value;
    if (!sw_list_key_read(key, &row)) {
        l->err = SW_E_CORRUPT;
        return false;
    }
    if (l->count == l->ask->max || l->visited == SW_FIGURE_ROWS_MAX) {
        l->more = true;
        return false;
    }
    if (outside(l, &row)) return false;
    l->visited++;
    memcpy(l->last, key.ptr, key.len);
    l->last_len = key.len;
    if (row.day < l->ask->span.from || row.day > l->ask->span.to) return true;
    if (l->ask->split.len && !sw_slice_eq(row.split, l->ask->split)) return true;
    l->err = load(l, partition, &row);
    if (l->err) return false;
    if (l->ask->open_only && l->item->until_day <= l->ask->open_at) return true;
    return keep(l, &row);
}

/* What a month can't be before or after. */
static int32_t month_within(int32_t day) {
    enum { FAR = 3660000 }; /* ten thousand years */
    return sw_month_of_day(day < -FAR ? -FAR : day > FAR ? FAR : day);
}

/* From where to where; false: the cursor is of another list. */
static bool range_of(const sw_figure_list_ask *ask, uint64_t number, char *from, size_t *from_len,
                     char *to, size_t *to_len) {
    sw_list_row row;
    *from_len = sw_list_key_start(number, month_within(ask->span.from), ask->span.org, from);
    *to_len = sw_list_key_start(number, month_within(ask->span.to) + 1, SW_S(""), to);
    if (ask->after.len == 0) return true;
    const sw_slice low = sw_slice_of(from, *from_len), high = sw_slice_of(to, *to_len);
    if (!sw_list_key_read(ask->after, &row) || row.indicator != number ||
        !sw_slice_starts(sw_slice_of(row.org, SW_ORG_DIGITS), ask->span.org) ||
        sw_slice_cmp(ask->after, low) < 0 || sw_slice_cmp(ask->after, high) >= 0)
        return false;
    memcpy(from, ask->after.ptr, ask->after.len);
    from[ask->after.len] = '\0'; /* the next key that there can be */
    *from_len = ask->after.len + 1;
    return true;
}

static sw_err run(lister *l, char *from, size_t from_len, sw_slice to) {
    sw_err err;
    do {
        l->next_len = 0;
        const sw_read_range range = {
            .partition = SW_READ_ALL, .from = sw_slice_of(from, from_len), .to = to};
        err = sw_read_scan(&l->figures->lists, &range, each_entry, l);
        memcpy(from, l->next, l->next_len);
        from_len = l->next_len;
    } while (!err && !l->err && l->next_len && sw_slice_cmp(sw_slice_of(from, from_len), to) < 0);
    return err ? err : l->err;
}

sw_err sw_figure_list(const sw_figures *figures, const sw_figure_list_ask *ask, sw_arena *arena,
                      const sw_figure_entry **ret, uint32_t *ret_count, sw_slice *ret_after) {
    char from[SW_LIST_KEY_BYTES_MAX + 1], to[SW_LIST_KEY_BYTES_MAX];
    size_t from_len, to_len;
    lister l = {.figures = figures, .ask = ask, .arena = arena};
    SW_ASSERT(ask->max > 0 && ask->span.org.len <= SW_ORG_DIGITS);
    const sw_indicator *counted = ask->indicator->kind == SW_INDICATOR_RATIO
                                      ? &figures->indicators->list[ask->indicator->part]
                                      : ask->indicator;
    if (!range_of(ask, counted->number, from, &from_len, to, &to_len)) return SW_E_INVALID;
    l.entries = sw_arena_alloc(arena, ask->max * sizeof *l.entries);
    l.item = sw_arena_alloc(arena, sizeof *l.item);
    if (!l.entries || !l.item) return SW_E_LIMIT;
    sw_buf_init(&l.row, (size_t)1 << 20);
    sw_err err = run(&l, from, from_len, sw_slice_of(to, to_len));
    sw_buf_done(&l.row);
    *ret = l.entries;
    *ret_count = l.count;
    *ret_after = SW_S("");
    if (!err && l.more && !sw_arena_copy(arena, sw_slice_of(l.last, l.last_len), ret_after))
        err = SW_E_LIMIT;
    return err;
}
