#include "report/figures/figures.h"

#include <stdlib.h>

#include "report/figures/rollup.h"

sw_err sw_figures_open(sw_db *db, const sw_topology *topology, const sw_indicators *indicators,
                       sw_figures *ret) {
    SW_ASSERT(db && topology && indicators && ret);
    const struct {
        const char *name;
        sw_read *read;
    } stores[] = {{"rollup.items", &ret->items},
                  {"rollup.figures", &ret->figures},
                  {"rollup.lists", &ret->lists},
                  {"rollup.hands", &ret->hands},
                  {"rollup.names", &ret->names}};
    sw_err err = SW_OK;
    ret->indicators = indicators;
    for (size_t i = 0; !err && i < SW_COUNT(stores); i++)
        err = sw_read_open(db, topology, stores[i].name, stores[i].read);
    return err;
}

/* ---- rows of a span --------------------------------------------------------------------- */

/* What is wanted of the rows, and what becomes of them. */
typedef struct gather gather;
struct gather {
    const sw_figures *figures;
    const sw_indicator *only; /* NULL: all */
    sw_slice org;             /* beginning of codes */
    uint32_t level;
    bool apart; /* rows of splits instead of the whole */
    int32_t from, to;
    sw_slice split; /* the only one that is meant; empty: any */
    void (*take)(gather *g, const sw_figure_row *row, sw_slice days);
    uint32_t first, last; /* days of the present month, from 0 */
    bool elsewhere;       /* some splits of it have rows of their own */
    sw_err err;
    uint64_t *counts; /* by index of the indicator, or one */
    /* groups */
    sw_figure_by by;
    size_t name_len;
    sw_arena *arena;
    sw_figure_table_row *rows;
    uint32_t count, cap, max, width;
    uint32_t *slots; /* open addressing: index + 1 */
    uint32_t slot_count;
};

static bool is_meant(const gather *g, const sw_figure_row *row) {
    if (!sw_slice_starts(row->org, g->org)) return false;
    return g->split.len == 0 || sw_slice_eq(row->split, g->split);
}

/* A station's row has its indicators and units in it; a row of another level is one part. */
static void take_parts(gather *g, const sw_figure_row *row, sw_slice parts) {
    sw_figure_part part;
    bool ok = true;
    while (!g->err && sw_figure_part_next(&parts, &part, &ok)) {
        char org[SW_ORG_DIGITS];
        sw_figure_row one = *row;
        const bool station = row->level == SW_ORG_STATION;
        if (station) one.indicator = part.indicator;
        if (g->only && one.indicator != g->only->number) continue;
        if (g->apart && part.elsewhere) g->elsewhere = true;
        if (g->apart && part.elsewhere) continue;
        if (station) {
            sw_org_fill(row->org, org);
            if (part.unit.len) memcpy(org + row->org.len, part.unit.ptr, part.unit.len);
            one.org = sw_slice_of(org, sizeof org);
            one.split = part.split;
        }
        if (is_meant(g, &one)) g->take(g, &one, part.days);
    }
    if (!ok) g->err = SW_E_CORRUPT;
}

static bool each_row(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    gather *g = arg;
    sw_figure_row row;
    (void)partition;
    if (!sw_figure_key_read(key, &row))
        g->err = SW_E_CORRUPT;
    else
        take_parts(g, &row, value);
    return g->err == SW_OK;
}

/* The first key behind all that begin with these bytes; there is one, since no table is 0xff. */
static size_t behind(char *key, size_t len) {
    while (len > 0 && (uint8_t)key[len - 1] == 0xff) len--;
    SW_ASSERT(len > 0);
    key[len - 1]++;
    return len;
}

/* One row of each partition, where it is known which: looking it up is cheaper than seeking. */
static sw_err get_row(gather *g, const sw_figure_row *row) {
    char key[SW_FIGURE_KEY_BYTES_MAX];
    const sw_slice at = sw_slice_of(key, sw_figure_key(row, key));
    const sw_read *read = &g->figures->figures;
    sw_buf value;
    sw_err err = SW_OK;
    sw_buf_init(&value, SW_FIGURE_ROW_BYTES_MAX);
    for (uint32_t p = 0; p < read->partitions && !err; p++) {
        sw_buf_clear(&value);
        err = sw_read_get_in(read, p, at, &value);
        if (!err) take_parts(g, row, sw_buf_slice(&value));
        err = err == SW_E_NOT_FOUND ? SW_OK : err ? err : g->err;
    }
    sw_buf_done(&value);
    return err;
}

/* Partitions one after the other: sums need no order. */
static sw_err scan_rows(gather *g, const sw_figure_row *from_row) {
    char from[SW_FIGURE_KEY_BYTES_MAX], to[SW_FIGURE_KEY_BYTES_MAX];
    const bool one = g->only && from_row->org.len == sw_org_levels[from_row->level];
    const size_t len = one ? sw_figure_key(from_row, from) : sw_figure_key_start(from_row, from);
    memcpy(to, from, len);
    sw_read_range range = {.from = sw_slice_of(from, len), .to = sw_slice_of(to, behind(to, len))};
    const sw_read *read = &g->figures->figures;
    for (; range.partition < read->partitions; range.partition++) {
        const sw_err err = sw_read_scan(read, &range, each_row, g);
        if (err || g->err) return err ? err : g->err;
    }
    return SW_OK;
}

static sw_err scan_month(gather *g, int32_t month) {
    const size_t len = g->org.len, len_max = sw_org_levels[g->level];
    sw_figure_row row = {.level = g->level,
                         .whole = !g->apart || g->level == SW_ORG_STATION,
                         .month = month,
                         .org = sw_slice_sub(g->org, 0, len < len_max ? len : len_max),
                         .indicator = g->only ? g->only->number : 0,
                         .split = SW_S("")};
    g->elsewhere = false;
    sw_err err =
        g->only && row.whole && row.org.len == len_max ? get_row(g, &row) : scan_rows(g, &row);
    if (err || !g->elsewhere) return err;
    row.level = SW_ORG_UNIT;
    row.whole = false;
    row.org = g->org;
    return scan_rows(g, &row);
}

static sw_err scan(gather *g) {
    sw_err err = SW_OK;
    const int32_t last = sw_month_of_day(g->to);
    for (int32_t m = sw_month_of_day(g->from); !err && g->from <= g->to && m <= last; m++) {
        const int32_t start = sw_first_day_of_month(m), end = sw_first_day_of_month(m + 1) - 1;
        g->first = g->from > start ? (uint32_t)(g->from - start) : 0;
        g->last = (uint32_t)((g->to < end ? g->to : end) - start);
        err = scan_month(g, m);
    }
    return err;
}

static const sw_indicator *counted(const sw_figures *figures, const sw_indicator *indicator) {
    return indicator->kind == SW_INDICATOR_RATIO ? &figures->indicators->list[indicator->part]
                                                 : indicator;
}

/* Where the row's indicator is counted; NULL: the pack has it no longer. */
static uint64_t *place_of(const gather *g, uint64_t *counts, uint64_t number) {
    if (g->only) return g->width > 1 ? &counts[g->only->index] : counts;
    const sw_indicator *indicator = sw_indicators_numbered(g->figures->indicators, number);
    return indicator ? &counts[indicator->index] : NULL;
}

static void add_days(gather *g, uint64_t *counts, const sw_figure_row *row, sw_slice days) {
    uint64_t sum, *place = place_of(g, counts, row->indicator);
    if (!sw_month_sum(days, g->first, g->last, &sum))
        g->err = SW_E_CORRUPT;
    else if (place)
        *place += sum;
}

static void take_sum(gather *g, const sw_figure_row *row, sw_slice days) {
    add_days(g, g->counts, row, days);
}

static gather gather_of(const sw_figures *figures, const sw_figure_span *span) {
    SW_ASSERT(figures && span && span->org.len <= SW_ORG_DIGITS);
    return (gather){.figures = figures,
                    .org = span->org,
                    .level = sw_org_level(span->org.len),
                    .from = span->from,
                    .to = span->to,
                    .take = take_sum};
}

sw_err sw_figure_count(const sw_figures *figures, const sw_indicator *indicator,
                       const sw_figure_span *span, sw_slice split, uint64_t *ret) {
    SW_ASSERT(indicator && ret);
    gather g = gather_of(figures, span);
    *ret = 0;
    g.only = counted(figures, indicator);
    g.counts = ret;
    g.split = split;
    g.apart = split.len > 0;
    return scan(&g);
}

sw_err sw_figure_counts(const sw_figures *figures, const sw_figure_span *span, uint64_t *ret) {
    gather g = gather_of(figures, span);
    memset(ret, 0, figures->indicators->count * sizeof *ret);
    g.counts = ret;
    return scan(&g);
}

sw_err sw_figure_total(const sw_figures *figures, const sw_indicator *indicator, sw_slice org,
                       uint64_t *ret) {
    gather g = gather_of(figures, &(sw_figure_span){.org = org});
    *ret = 0;
    g.only = counted(figures, indicator);
    g.counts = ret;
    return scan_month(&g, SW_MONTH_ALL);
}

/* ---- groups ----------------------------------------------------------------------------- */

static uint32_t *slot_of(const gather *g, sw_slice name, int32_t date) {
    uint32_t at =
        (uint32_t)(sw_hash64(name) + (uint64_t)(uint32_t)date * 0x9e3779b1u) & (g->slot_count - 1);
    for (; g->slots[at]; at = (at + 1) & (g->slot_count - 1)) {
        const sw_figure_table_row *row = &g->rows[g->slots[at] - 1];
        if (row->date == date && sw_slice_eq(row->name, name)) break;
    }
    return &g->slots[at];
}

static bool grow(gather *g) {
    const uint32_t cap = g->cap ? 2 * g->cap : 64, slots = 4 * cap;
    sw_figure_table_row *more = sw_arena_alloc(g->arena, cap * sizeof *more);
    uint32_t *table = sw_arena_zero(g->arena, slots, sizeof *table);
    if (!more || !table) return false;
    if (g->count) memcpy(more, g->rows, g->count * sizeof *more);
    g->rows = more;
    g->cap = cap;
    g->slots = table;
    g->slot_count = slots;
    for (uint32_t i = 0; i < g->count; i++) *slot_of(g, more[i].name, more[i].date) = i + 1;
    return true;
}

static uint64_t *group(gather *g, sw_slice name, int32_t date) {
    if (g->count == g->cap && !grow(g)) {
        g->err = SW_E_LIMIT;
        return NULL;
    }
    uint32_t *slot = slot_of(g, name, date);
    if (*slot) return g->rows[*slot - 1].counts;
    sw_figure_table_row *row = &g->rows[g->count];
    row->date = date;
    row->counts = sw_arena_zero(g->arena, g->width, sizeof *row->counts);
    if (g->count == g->max || !row->counts || !sw_arena_copy(g->arena, name, &row->name)) {
        g->err = SW_E_LIMIT;
        return NULL;
    }
    *slot = ++g->count;
    return row->counts;
}

static void take_by_day(gather *g, const sw_figure_row *row, sw_slice days) {
    sw_month month;
    if (!sw_month_read(days, &month)) {
        g->err = SW_E_CORRUPT;
        return;
    }
    for (uint32_t day = g->first; day <= g->last && day < SW_COUNT(month.days); day++) {
        if (month.days[day] == 0) continue;
        uint64_t *counts = group(g, SW_S(""), sw_first_day_of_month(row->month) + (int32_t)day);
        uint64_t *place = counts ? place_of(g, counts, row->indicator) : NULL;
        if (place) *place += month.days[day];
    }
}

static void take_group(gather *g, const sw_figure_row *row, sw_slice days) {
    uint64_t any;
    if (g->by == SW_BY_DAY) {
        take_by_day(g, row, days);
        return;
    }
    if (!sw_month_sum(days, g->first, g->last, &any)) g->err = SW_E_CORRUPT;
    if (g->err || any == 0 || (g->by == SW_BY_SPLIT && row->split.len == 0)) return;
    uint64_t *counts = NULL;
    if (g->by == SW_BY_SPLIT) counts = group(g, row->split, 0);
    if (g->by == SW_BY_UNIT) counts = group(g, sw_slice_sub(row->org, 0, g->name_len), 0);
    if (g->by == SW_BY_MONTH) counts = group(g, SW_S(""), row->month);
    if (counts) add_days(g, counts, row, days);
}

static int by_name(const void *a, const void *b) {
    const sw_figure_table_row *x = a, *y = b;
    if (x->date != y->date) return x->date < y->date ? -1 : 1;
    return sw_slice_cmp(x->name, y->name);
}

static void group_by(gather *g, sw_figure_by by, uint32_t max, sw_arena *arena) {
    g->by = by;
    g->max = max;
    g->arena = arena;
    g->width = g->only ? 1 : g->figures->indicators->count;
    g->take = take_group;
    if (g->width == 0) g->width = 1;
}

static void group_by_unit(gather *g, size_t len) {
    SW_ASSERT(len >= g->org.len && len <= SW_ORG_DIGITS);
    g->name_len = len;
    g->level = sw_org_level(len);
}

static void finish(gather *g) {
    if (g->count > 1) qsort(g->rows, g->count, sizeof *g->rows, by_name);
}

size_t sw_org_below(size_t len) {
    static const uint8_t lengths[] = {4, 6, 8, SW_ORG_DIGITS};
    size_t i = 0;
    while (i + 1 < SW_COUNT(lengths) && lengths[i] <= len) i++;
    return lengths[i];
}

sw_err sw_figure_parts(const sw_figures *figures, const sw_indicator *indicator,
                       const sw_figure_span *span, sw_figure_by by, uint32_t max, sw_arena *arena,
                       const sw_figure_value **ret, uint32_t *ret_count) {
    SW_ASSERT(indicator && arena && ret && ret_count);
    gather g = gather_of(figures, span);
    g.only = counted(figures, indicator);
    group_by(&g, by, max, arena);
    g.apart = by == SW_BY_SPLIT;
    if (by == SW_BY_UNIT) group_by_unit(&g, sw_org_below(span->org.len));
    sw_err err = scan(&g);
    if (err) return err;
    finish(&g);
    sw_figure_value *values = sw_arena_zero(arena, g.count + 1, sizeof *values);
    if (!values) return SW_E_LIMIT;
    for (uint32_t i = 0; i < g.count; i++)
        values[i] = (sw_figure_value){g.rows[i].name, g.rows[i].date, g.rows[i].counts[0]};
    *ret = values;
    *ret_count = g.count;
    return SW_OK;
}

/* Any row will do: what it counts is not read. */
static void take_name(gather *g, const sw_figure_row *row, sw_slice days) {
    (void)days;
    (void)group(g, sw_slice_sub(row->org, 0, g->name_len), 0);
}

sw_err sw_figure_unit_names(const sw_figures *figures, const sw_figure_span *span, size_t len,
                            uint32_t max, sw_arena *arena, sw_figure_table *ret) {
    gather g = gather_of(figures, span);
    group_by(&g, SW_BY_UNIT, max, arena);
    group_by_unit(&g, len);
    g.width = 1;
    g.take = take_name;
    sw_err err = scan(&g);
    finish(&g);
    *ret = (sw_figure_table){g.rows, g.count};
    return err;
}

sw_err sw_figure_units(const sw_figures *figures, const sw_figure_span *span, size_t len,
                       uint32_t max, sw_arena *arena, sw_figure_table *ret) {
    gather g = gather_of(figures, span);
    group_by(&g, SW_BY_UNIT, max, arena);
    group_by_unit(&g, len);
    sw_err err = scan(&g);
    finish(&g);
    *ret = (sw_figure_table){g.rows, g.count};
    return err;
}

sw_err sw_figure_unit_totals(const sw_figures *figures, sw_slice org, size_t len, uint32_t max,
                             sw_arena *arena, sw_figure_table *ret) {
    gather g = gather_of(figures, &(sw_figure_span){.org = org});
    group_by(&g, SW_BY_UNIT, max, arena);
    group_by_unit(&g, len);
    sw_err err = scan_month(&g, SW_MONTH_ALL);
    finish(&g);
    *ret = (sw_figure_table){g.rows, g.count};
    return err;
}

/* A few indicators are looked up one by one, many are read with all the others. */
static sw_err scan_some(gather *g, const sw_indicator *const *some, uint32_t count) {
    enum { FEW = 6 };
    const sw_indicator *list = g->figures->indicators->list;
    uint32_t ids[2 * FEW], wanted = 0;
    sw_err err = SW_OK;
    if (count > FEW || count == 0) return scan(g);
    for (uint32_t i = 0; i < count; i++) {
        const bool ratio = some[i]->kind == SW_INDICATOR_RATIO;
        ids[wanted++] = ratio ? some[i]->part : some[i]->index;
        if (ratio) ids[wanted++] = some[i]->whole;
    }
    for (uint32_t i = 0; !err && i < wanted; i++) {
        uint32_t before = 0;
        while (ids[before] != ids[i]) before++;
        g->only = &list[ids[i]];
        if (before == i) err = scan(g); /* not twice the same */
    }
    return err;
}

sw_err sw_figure_dates(const sw_figures *figures, const sw_figure_span *span, sw_figure_by by,
                       const sw_indicator *const *some, uint32_t some_count, uint32_t max,
                       sw_arena *arena, sw_figure_table *ret) {
    SW_ASSERT(by == SW_BY_DAY || by == SW_BY_MONTH);
    gather g = gather_of(figures, span);
    group_by(&g, by, max, arena);
    sw_err err = scan_some(&g, some, some_count);
    finish(&g);
    *ret = (sw_figure_table){g.rows, g.count};
    return err;
}
