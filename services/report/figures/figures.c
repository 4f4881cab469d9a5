#include "report/figures/figures.h"

#include <stdlib.h>

#include "base/wire.h"
#include "report/figures/rollup.h"
#include "text/sort.h"

sw_err sw_figures_open(sw_db *db, const sw_topology *topology, const sw_indicators *indicators,
                       sw_figures *ret) {
    SW_ASSERT(db && topology && indicators && ret);
    ret->indicators = indicators;
    sw_err err = sw_read_open(db, topology, "rollup.figures", &ret->figures);
    return err ? err : sw_read_open(db, topology, "rollup.lists", &ret->lists);
}

/* ---- runs of dates ---------------------------------------------------------------------- */

/* A span of days is days, whole months, days. */
typedef struct run {
    sw_grain grain;
    int32_t from, to; /* both belong to it; none where to < from */
} run;

static void cut(int32_t from, int32_t to, run ret[3]) {
    int32_t first = sw_month_of_day(from), last = sw_month_of_day(to);
    if (sw_first_day_of_month(first) < from) first++;
    if (sw_first_day_of_month(last + 1) - 1 > to) last--;
    if (last < first) {
        ret[0] = (run){SW_GRAIN_DAY, from, to};
        ret[1] = ret[2] = (run){SW_GRAIN_DAY, 0, -1};
        return;
    }
    ret[0] = (run){SW_GRAIN_DAY, from, sw_first_day_of_month(first) - 1};
    ret[1] = (run){SW_GRAIN_MONTH, first, last};
    ret[2] = (run){SW_GRAIN_DAY, sw_first_day_of_month(last + 1), to};
}

static uint32_t level_of(size_t org_len) {
    uint32_t level = 0;
    while (sw_org_levels[level] < org_len) level++;
    return level;
}

/* ---- adding up -------------------------------------------------------------------------- */

typedef struct adder adder;
typedef void add_row(adder *a, const sw_figure_row *row, uint64_t count);

struct adder {
    const sw_figures *figures;
    sw_slice org; /* rows of other units are passed over */
    add_row *add;
    sw_err err;
    uint64_t total;
    sw_arena *arena;
    sw_figure_value *values;
    uint32_t count, cap, max;
    sw_figure_by by;
};

static bool each_row(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    adder *a = arg;
    sw_figure_row row;
    (void)partition;
    if (value.len != 8 || !sw_figure_key_read(key, &row)) {
        a->err = SW_E_CORRUPT;
        return false;
    }
    a->add(a, &row, sw_wire_get_be(value.ptr, 8));
    return a->err == SW_OK;
}

/* Rows of one unit (or beginning) and split over a run of dates. */
static sw_err scan_dates(adder *a, const sw_figure_row *what, const run *dates) {
    char from[SW_FIGURE_KEY_BYTES_MAX], to[SW_FIGURE_KEY_BYTES_MAX];
    if (dates->to < dates->from) return SW_OK;
    sw_figure_row row = *what;
    row.grain = dates->grain;
    row.date = dates->from;
    const size_t from_len = sw_figure_key(&row, from);
    row.date = dates->to + 1;
    const size_t to_len = sw_figure_key(&row, to);
    const sw_read_range range = {.partition = SW_READ_ALL,
                                 .from = sw_slice_of(from, from_len),
                                 .to = sw_slice_of(to, to_len)};
    const sw_err err = sw_read_scan(&a->figures->figures, &range, each_row, a);
    return err ? err : a->err;
}

static void add_total(adder *a, const sw_figure_row *row, uint64_t count) {
    (void)row;
    a->total += count;
}

/* Rows of every split, or of every unit of the level that begins with the span's code: whatever
 * stands between, rows outside of the dates are passed over. */
static sw_err scan_all(adder *a, const sw_figure_row *what, size_t org_len, const run *dates) {
    char from[SW_FIGURE_KEY_BYTES_MAX], to[SW_FIGURE_KEY_BYTES_MAX];
    char first[SW_ORG_DIGITS], last[SW_ORG_DIGITS];
    if (dates->to < dates->from) return SW_OK;
    memset(first, '\0', sizeof first);
    memset(last, '\xff', sizeof last);
    if (what->org.len) {
        memcpy(first, what->org.ptr, what->org.len);
        memcpy(last, what->org.ptr, what->org.len);
    }
    sw_figure_row row = {.indicator = what->indicator, .grain = dates->grain, .split = SW_S("")};
    row.org = sw_slice_of(first, org_len);
    const size_t from_len = sw_figure_key_start(&row, from) - 1;
    row.org = sw_slice_of(last, org_len);
    size_t to_len = sw_figure_key_start(&row, to) - 1;
    to[to_len++] = '\xff';
    const sw_read_range range = {.partition = SW_READ_ALL,
                                 .from = sw_slice_of(from, from_len),
                                 .to = sw_slice_of(to, to_len)};
    const sw_err err = sw_read_scan(&a->figures->figures, &range, each_row, a);
    return err ? err : a->err;
}

static const sw_indicator *counted(const sw_figures *figures, const sw_indicator *indicator) {
    return indicator->kind == SW_INDICATOR_RATIO ? &figures->indicators->list[indicator->part]
                                                 : indicator;
}

/* A beginning of unit codes for which rows are kept is read from its own rows; another length is
 * the sum over the units of the next one. */
typedef struct total {
    adder adder;
    run dates;
    sw_slice split;
} total;

static void add_if_wanted(adder *a, const sw_figure_row *row, uint64_t count) {
    const total *t = (const total *)a;
    if (row->date < t->dates.from || row->date > t->dates.to) return;
    if (!sw_slice_starts(row->org, a->org) || !sw_slice_eq(row->split, t->split)) return;
    a->total += count;
}

sw_err sw_figure_count(const sw_figures *figures, const sw_indicator *indicator,
                       const sw_figure_span *span, sw_slice split, uint64_t *ret) {
    SW_ASSERT(figures && indicator && span && ret && span->org.len <= SW_ORG_DIGITS);
    const uint32_t level = level_of(span->org.len);
    const bool kept = sw_org_levels[level] == span->org.len;
    const sw_figure_row what = {
        .indicator = counted(figures, indicator)->number, .org = span->org, .split = split};
    total t = {
        .adder = {.figures = figures, .org = span->org, .add = kept ? add_total : add_if_wanted},
        .split = split};
    run runs[3];
    sw_err err = SW_OK;
    if (span->to >= span->from) cut(span->from, span->to, runs);
    for (uint32_t i = 0; !err && span->to >= span->from && i < 3; i++) {
        t.dates = runs[i];
        err = kept ? scan_dates(&t.adder, &what, &runs[i])
                   : scan_all(&t.adder, &what, sw_org_levels[level], &runs[i]);
    }
    if (!err) *ret = t.adder.total;
    return err;
}

/* ---- parts ------------------------------------------------------------------------------ */

typedef struct parts {
    adder adder;
    run dates;
} parts;

static sw_figure_value *value_of(adder *a, sw_slice name, int32_t date) {
    /* rows come in order, so that the wanted one is mostly the last */
    for (uint32_t i = a->count; i > 0; i--)
        if (a->values[i - 1].date == date && sw_slice_eq(a->values[i - 1].name, name))
            return &a->values[i - 1];
    if (a->count == a->max) {
        a->err = SW_E_LIMIT;
        return NULL;
    }
    if (a->count == a->cap) {
        const uint32_t cap = a->cap ? 2 * a->cap : 64;
        sw_figure_value *more = sw_arena_alloc(a->arena, cap * sizeof *more);
        if (!more) {
            a->err = SW_E_LIMIT;
            return NULL;
        }
        if (a->count) memcpy(more, a->values, a->count * sizeof *more);
        a->values = more;
        a->cap = cap;
    }
    sw_figure_value *value = &a->values[a->count];
    *value = (sw_figure_value){.date = date};
    if (!sw_arena_copy(a->arena, name, &value->name)) {
        a->err = SW_E_LIMIT;
        return NULL;
    }
    a->count++;
    return value;
}

static void add_part(adder *a, const sw_figure_row *row, uint64_t count) {
    const parts *p = (const parts *)a;
    const bool apart = a->by == SW_BY_SPLIT;
    if (row->date < p->dates.from || row->date > p->dates.to) return;
    if (!sw_slice_starts(row->org, a->org) || apart == (row->split.len == 0)) return;
    sw_slice name = SW_S("");
    int32_t date = 0;
    if (apart) name = row->split;
    if (a->by == SW_BY_UNIT) name = row->org;
    if (a->by == SW_BY_DAY) date = row->date;
    if (a->by == SW_BY_MONTH)
        date = row->grain == SW_GRAIN_MONTH ? row->date : sw_month_of_day(row->date);
    sw_figure_value *value = value_of(a, name, date);
    if (value) value->count += count;
}

static int by_name(const void *a, const void *b) {
    const sw_figure_value *x = a, *y = b;
    if (x->date != y->date) return x->date < y->date ? -1 : 1;
    return sw_slice_cmp(x->name, y->name);
}

sw_err sw_figure_parts(const sw_figures *figures, const sw_indicator *indicator,
                       const sw_figure_span *span, sw_figure_by by, uint32_t max, sw_arena *arena,
                       const sw_figure_value **ret, uint32_t *ret_count) {
    SW_ASSERT(figures && indicator && span && arena && ret && ret_count);
    uint32_t level = level_of(span->org.len);
    if (by == SW_BY_UNIT && sw_org_levels[level] == span->org.len && level + 1 < SW_ORG_LEVELS)
        level++;
    const sw_figure_row what = {.indicator = counted(figures, indicator)->number, .org = span->org};
    parts p = {.adder = {.figures = figures,
                         .org = span->org,
                         .add = add_part,
                         .arena = arena,
                         .max = max,
                         .by = by}};
    run runs[3];
    sw_err err = SW_OK;
    const bool any = span->to >= span->from;
    if (any) cut(span->from, span->to, runs);
    if (any && by == SW_BY_DAY) {
        runs[0] = (run){SW_GRAIN_DAY, span->from, span->to};
        runs[1] = runs[2] = (run){SW_GRAIN_DAY, 0, -1};
    }
    for (uint32_t i = 0; any && !err && i < 3; i++) {
        p.dates = runs[i];
        err = scan_all(&p.adder, &what, sw_org_levels[level], &runs[i]);
    }
    if (err) return err;
    if (p.adder.count > 1) qsort(p.adder.values, p.adder.count, sizeof *p.adder.values, by_name);
    *ret = p.adder.values;
    *ret_count = p.adder.count;
    return SW_OK;
}

/* ---- lists ------------------------------------------------------------------------------ */

typedef struct lister {
    sw_figure_span span;
    sw_slice split;
    sw_arena *arena;
    sw_figure_entry *entries;
    uint32_t count, max;
    sw_slice last; /* key of the last entry */
    bool more;
    sw_err err;
} lister;

static bool each_entry(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    lister *l = arg;
    sw_figure_entry entry = {0};
    (void)partition;
    if (!sw_list_key_read(key, &entry.row)) {
        l->err = SW_E_CORRUPT;
        return false;
    }
    if (entry.row.day < l->span.from || entry.row.day > l->span.to) return true;
    if (l->split.len && !sw_slice_eq(entry.row.split, l->split)) return true;
    if (l->count == l->max) {
        l->more = true;
        return false;
    }
    if (!sw_arena_copy(l->arena, key, &l->last) ||
        !sw_arena_copy(l->arena, entry.row.split, &entry.split) ||
        !sw_arena_copy(l->arena, value, &entry.label)) {
        l->err = SW_E_LIMIT;
        return false;
    }
    entry.row.split = entry.split;
    l->entries[l->count++] = entry;
    return true;
}

sw_err sw_figure_list(const sw_figures *figures, const sw_indicator *indicator,
                      const sw_figure_span *span, sw_slice split, sw_slice after, uint32_t max,
                      sw_arena *arena, const sw_figure_entry **ret, uint32_t *ret_count,
                      sw_slice *ret_after) {
    char from[SW_LIST_KEY_BYTES_MAX + 1], to[8 + SW_ORG_DIGITS + 1];
    lister l = {.span = *span, .split = split, .arena = arena, .max = max};
    sw_list_row row;
    SW_ASSERT(max > 0 && span->org.len <= SW_ORG_DIGITS);
    const uint64_t number = counted(figures, indicator)->number;
    sw_wire_put_be(from, number, 8);
    if (span->org.len) memcpy(from + 8, span->org.ptr, span->org.len);
    size_t from_len = 8 + span->org.len, to_len = from_len;
    memcpy(to, from, from_len);
    to[to_len++] = '\xff';
    if (after.len) {
        if (!sw_list_key_read(after, &row) || after.len >= sizeof from ||
            memcmp(after.ptr, from, from_len) != 0)
            return SW_E_INVALID;
        memcpy(from, after.ptr, after.len);
        from[after.len] = '\0'; /* the next key that there can be */
        from_len = after.len + 1;
    }
    l.entries = sw_arena_alloc(arena, max * sizeof *l.entries);
    if (!l.entries) return SW_E_LIMIT;
    const sw_read_range range = {.partition = SW_READ_ALL,
                                 .from = sw_slice_of(from, from_len),
                                 .to = sw_slice_of(to, to_len)};
    sw_err err = sw_read_scan(&figures->lists, &range, each_entry, &l);
    if (!err) err = l.err;
    if (err) return err;
    *ret = l.entries;
    *ret_count = l.count;
    *ret_after = l.more ? l.last : SW_S("");
    return SW_OK;
}
