#include "report/bulletin/bulletin.h"

#include <stdlib.h>

#include "text/time.h"

#define UNITS_MAX 5000u

static const char *const kind_names[] = {"daily", "weekly", "monthly"};

bool sw_bulletin_kind_parse(sw_slice name, sw_bulletin_kind *ret) {
    for (uint32_t i = 0; i < SW_COUNT(kind_names); i++) {
        if (!sw_slice_is(name, kind_names[i])) continue;
        *ret = (sw_bulletin_kind)i;
        return true;
    }
    return false;
}

const char *sw_bulletin_kind_name(sw_bulletin_kind kind) {
    return kind_names[kind];
}

sw_span_days sw_bulletin_span(sw_bulletin_kind kind, int32_t day) {
    if (kind == SW_BULLETIN_DAILY) return (sw_span_days){day, day};
    if (kind == SW_BULLETIN_WEEKLY) {
        const int32_t monday = day - (sw_weekday(day) + 6) % 7;
        return (sw_span_days){monday, monday + 6};
    }
    const int32_t month = sw_month_of_day(day);
    return (sw_span_days){sw_first_day_of_month(month), sw_first_day_of_month(month + 1) - 1};
}

typedef struct maker {
    const sw_figures *figures;
    sw_arena *arena;
    sw_bulletin *bulletin;
} maker;

static sw_err measure(const maker *m, const sw_indicator *indicator, sw_span_days span,
                      sw_measure *ret) {
    const sw_figure_span of = {m->bulletin->org, span.from, span.to};
    ret->whole = 0;
    sw_err err = sw_figure_count(m->figures, indicator, &of, SW_S(""), &ret->count);
    if (!err && indicator->kind == SW_INDICATOR_RATIO)
        err = sw_figure_count(m->figures, &m->figures->indicators->list[indicator->whole], &of,
                              SW_S(""), &ret->whole);
    return err;
}

static sw_err make_row(const maker *m, const sw_indicator *indicator, sw_bulletin_row *ret) {
    const sw_span_days span = m->bulletin->span;
    ret->indicator = indicator;
    sw_err err = measure(m, indicator, span, &ret->now);
    if (!err) err = measure(m, indicator, sw_span_previous(span), &ret->previous);
    return err ? err : measure(m, indicator, sw_span_year_before(span), &ret->year_before);
}

/* Domains in the order of the pack, each with its indicators. */
static sw_err make_sections(const maker *m) {
    const sw_indicators *all = m->figures->indicators;
    sw_bulletin_section *sections = sw_arena_zero(m->arena, all->count + 1, sizeof *sections);
    sw_bulletin_row *rows = sw_arena_zero(m->arena, all->count + 1, sizeof *rows);
    if (!sections || !rows) return SW_E_LIMIT;
    for (uint32_t i = 0; i < all->count; i++) {
        uint32_t s = 0;
        while (s < m->bulletin->section_count &&
               !sw_slice_eq(sections[s].domain, all->list[i].domain))
            s++;
        if (s < m->bulletin->section_count) continue;
        sections[m->bulletin->section_count++].domain = all->list[i].domain;
        sections[s].rows = rows;
        for (uint32_t k = i; k < all->count; k++) {
            if (!sw_slice_eq(all->list[k].domain, all->list[i].domain)) continue;
            sw_err err = make_row(m, &all->list[k], rows++);
            if (err) return err;
            sections[s].row_count++;
        }
    }
    m->bulletin->sections = sections;
    return SW_OK;
}

/* ---- units ------------------------------------------------------------------------------ */

static sw_err choose_columns(const maker *m) {
    const sw_indicators *all = m->figures->indicators;
    const sw_indicator **columns = sw_arena_zero(m->arena, all->count + 1, sizeof *columns);
    if (!columns) return SW_E_LIMIT;
    for (uint32_t i = 0; i < all->count; i++)
        if (all->list[i].better == SW_BETTER_LESS && all->list[i].kind != SW_INDICATOR_RATIO)
            columns[m->bulletin->column_count++] = &all->list[i];
    m->bulletin->columns = columns;
    return SW_OK;
}

static int by_org(const void *a, const void *b) {
    const sw_bulletin_unit *x = a, *y = b;
    return sw_slice_cmp(x->org, y->org);
}

static int by_sum(const void *a, const void *b) {
    const sw_bulletin_unit *x = a, *y = b;
    if (x->sum != y->sum) return x->sum > y->sum ? -1 : 1;
    return by_org(a, b);
}

static sw_err add_column(const maker *m, sw_bulletin_unit *units, uint32_t *count,
                         uint32_t column) {
    const sw_figure_span span = {m->bulletin->org, m->bulletin->span.from, m->bulletin->span.to};
    const sw_figure_value *values;
    uint32_t value_count;
    sw_err err = sw_figure_parts(m->figures, m->bulletin->columns[column], &span, SW_BY_UNIT,
                                 UNITS_MAX, m->arena, &values, &value_count);
    if (err) return err;
    const uint32_t known = *count;
    for (uint32_t v = 0; v < value_count; v++) {
        const sw_bulletin_unit wanted = {.org = values[v].name};
        sw_bulletin_unit *unit =
            known ? bsearch(&wanted, units, known, sizeof *units, by_org) : NULL;
        if (!unit) {
            if (*count == UNITS_MAX) return SW_E_LIMIT;
            unit = &units[(*count)++];
            *unit = wanted;
            unit->counts = sw_arena_zero(m->arena, m->bulletin->column_count, sizeof *unit->counts);
            if (!unit->counts) return SW_E_LIMIT;
        }
        unit->counts[column] = values[v].count;
        unit->sum += values[v].count;
    }
    if (*count > 1) qsort(units, *count, sizeof *units, by_org);
    return SW_OK;
}

static sw_err make_units(const maker *m) {
    sw_bulletin_unit *units = sw_arena_alloc(m->arena, UNITS_MAX * sizeof *units);
    uint32_t count = 0;
    sw_err err = units ? choose_columns(m) : SW_E_LIMIT;
    for (uint32_t c = 0; !err && c < m->bulletin->column_count; c++)
        err = add_column(m, units, &count, c);
    if (err) return err;
    if (count > 1) qsort(units, count, sizeof *units, by_sum);
    m->bulletin->units = units;
    m->bulletin->unit_count = count;
    return SW_OK;
}

sw_err sw_bulletin_make(const sw_figures *figures, sw_bulletin_kind kind, sw_slice org, int32_t day,
                        int64_t now_ms, sw_arena *arena, sw_bulletin *ret) {
    SW_ASSERT(figures && arena && ret);
    *ret = (sw_bulletin){.kind = kind,
                         .org = org,
                         .span = sw_bulletin_span(kind, day),
                         .made_ms = now_ms,
                         .indicators = figures->indicators};
    const maker m = {figures, arena, ret};
    sw_err err = make_sections(&m);
    return err ? err : make_units(&m);
}
