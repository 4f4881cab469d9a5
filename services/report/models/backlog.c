/* What is open, and how it is worked off. Open at the end of a day is what was opened by then, less
 * what was stopped by then: worked out from all there is, backwards from now. */
#include <stdlib.h>

#include "report/figures/span.h"
#include "report/models/models.h"

#define AHEAD_DAYS  2  /* an event's time may lie so far ahead */
#define DAYS_BY_DAY 62 /* longer spans are shown by month */
#define DATES_MAX   8000u

/* What is told of a unit or a date. */
typedef struct sums {
    uint64_t opened, in_time, late;
} sums;

static sums sums_of(const sw_model *model, const uint64_t *counts) {
    if (!counts) return (sums){0};
    return (sums){counts[model->opened->index], counts[model->in_time->index],
                  counts[model->late->index]};
}

static int64_t balance(sums s) {
    return (int64_t)s.opened - (int64_t)s.in_time - (int64_t)s.late;
}

static uint64_t *zeros(const sw_model_ask *ask) {
    return sw_arena_zero(ask->arena, ask->api->figures.indicators->count + 1, sizeof(uint64_t));
}

/* What came after the span. */
static sw_figure_span after_of(const sw_model_ask *ask) {
    return (sw_figure_span){ask->span.org, ask->span.to + 1, ask->today + AHEAD_DAYS};
}

static bool ends_now(const sw_model_ask *ask) {
    return ask->span.to >= ask->today;
}

static sw_err open_at_end(const sw_model_ask *ask, uint64_t *ret) {
    const sw_model *model = ask->model;
    const sw_figures *figures = &ask->api->figures;
    const sw_figure_span after = after_of(ask);
    sums all = {0};
    uint64_t *later = zeros(ask);
    if (!later) return SW_E_LIMIT;
    sw_err err = sw_figure_total(figures, model->opened, ask->span.org, &all.opened);
    if (!err) err = sw_figure_total(figures, model->in_time, ask->span.org, &all.in_time);
    if (!err) err = sw_figure_total(figures, model->late, ask->span.org, &all.late);
    if (!err) err = sw_figure_counts(figures, &after, later);
    *ret = (uint64_t)(balance(all) - balance(sums_of(model, later)));
    return err;
}

sw_err sw_model_backlog_now(const sw_model_ask *ask, sw_buf *out, uint64_t *ret_open) {
    uint64_t overdue = 0;
    sw_err err = open_at_end(ask, ret_open);
    if (!err)
        err = sw_figure_total(&ask->api->figures, ask->model->overdue, ask->span.org, &overdue);
    sw_model_part_number(out, "backlog", *ret_open, ask->model, "backlog", &ask->span);
    sw_buf_add_byte(out, ',');
    if (ends_now(ask))
        sw_model_part_number(out, "overdue", overdue, ask->model, "overdue", &ask->span);
    else /* what was overdue then is not kept: due times have moved since */
        sw_buf_add_cstr(out, "\"overdue\":null");
    return err;
}

/* ---- the burn-down ---------------------------------------------------------------------- */

static const uint64_t *counts_at(const sw_figure_table *table, int32_t date) {
    uint32_t low = 0, high = table->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (table->rows[middle].date == date) return table->rows[middle].counts;
        if (table->rows[middle].date < date)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static sw_err add_burn_down(const sw_model_ask *ask, uint64_t open, sw_buf *out) {
    const bool by_day = ask->span.to - ask->span.from < DAYS_BY_DAY;
    sw_figure_table table;
    const sw_indicator *const some[] = {ask->model->opened, ask->model->in_time, ask->model->late};
    sw_err err = sw_figure_dates(&ask->api->figures, &ask->span, by_day ? SW_BY_DAY : SW_BY_MONTH,
                                 some, SW_COUNT(some), DATES_MAX, ask->arena, &table);
    if (err) return err;
    /* back to what was open before the span, then forwards */
    int64_t stands = (int64_t)open;
    for (uint32_t i = 0; i < table.count; i++)
        stands -= balance(sums_of(ask->model, table.rows[i].counts));
    const int32_t first = by_day ? ask->span.from : sw_month_of_day(ask->span.from);
    const int32_t last = by_day ? ask->span.to : sw_month_of_day(ask->span.to);
    sw_buf_add_cstr(out, ",\"burn_down\":[");
    for (int32_t date = first; date <= last; date++) {
        char text[SW_DATE_TEXT];
        const sums s = sums_of(ask->model, counts_at(&table, date));
        stands += balance(s);
        sw_date_text(by_day ? date : sw_first_day_of_month(date), text);
        sw_buf_printf(out,
                      "%s{\"date\":\"%.*s\",\"opened\":%llu,\"in_time\":%llu,\"late\":%llu,"
                      "\"open\":%lld}",
                      date > first ? "," : "", by_day ? 10 : 7, text, (unsigned long long)s.opened,
                      (unsigned long long)s.in_time, (unsigned long long)s.late, (long long)stands);
    }
    sw_buf_add_byte(out, ']');
    return SW_OK;
}

/* ---- units ------------------------------------------------------------------------------ */

typedef struct unit {
    sw_slice org;
    sums span;
    int64_t open;
    uint64_t overdue;
} unit;

static int most_open(const void *a, const void *b) {
    const unit *x = a, *y = b;
    if (x->open != y->open) return x->open > y->open ? -1 : 1;
    return sw_slice_cmp(x->org, y->org);
}

static void add_unit(const sw_model_ask *ask, const unit *u, sw_buf *out) {
    sw_buf_add_cstr(out, "{\"org\":");
    sw_buf_printf(out, "\"%.*s\"", SW_FMT(u->org));
    sw_answer_unit_name(out, ask->names, "name", u->org);
    sw_buf_printf(out, ",\"backlog\":%lld", (long long)u->open);
    if (ends_now(ask)) sw_buf_printf(out, ",\"overdue\":%llu", (unsigned long long)u->overdue);
    sw_buf_printf(out, ",\"opened\":%llu,\"in_time\":%llu,\"late\":%llu}",
                  (unsigned long long)u->span.opened, (unsigned long long)u->span.in_time,
                  (unsigned long long)u->span.late);
}

static sw_err add_units(const sw_model_ask *ask, sw_buf *out) {
    const sw_figures *figures = &ask->api->figures;
    const size_t len = sw_org_below(ask->span.org.len);
    const sw_figure_span after = after_of(ask);
    sw_figure_table span, later, all;
    sw_slice *orgs;
    uint32_t count;
    sw_buf_add_cstr(out, ",\"units\":[");
    if (ask->span.org.len == SW_ORG_DIGITS) return sw_buf_add_byte(out, ']');
    sw_err err = sw_figure_units(figures, &ask->span, len, SW_MODEL_UNITS_MAX, ask->arena, &span);
    if (!err) err = sw_figure_units(figures, &after, len, SW_MODEL_UNITS_MAX, ask->arena, &later);
    if (!err)
        err = sw_figure_unit_totals(figures, ask->span.org, len, SW_MODEL_UNITS_MAX, ask->arena,
                                    &all);
    if (!err) err = sw_model_units(ask, ask->span.org, len, &span, &all, &orgs, &count);
    if (err) return err;
    unit *units = sw_arena_zero(ask->arena, count + 1, sizeof *units);
    if (!units) return SW_E_LIMIT;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t *totals = sw_model_counts(&all, orgs[i]);
        units[i] = (unit){.org = orgs[i],
                          .span = sums_of(ask->model, sw_model_counts(&span, orgs[i])),
                          .open = balance(sums_of(ask->model, totals)) -
                                  balance(sums_of(ask->model, sw_model_counts(&later, orgs[i]))),
                          .overdue = totals ? totals[ask->model->overdue->index] : 0};
    }
    if (count > 1) qsort(units, count, sizeof *units, most_open);
    for (uint32_t i = 0; i < count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        add_unit(ask, &units[i], out);
    }
    return sw_buf_add_byte(out, ']');
}

sw_err sw_model_backlog(const sw_model_ask *ask, sw_buf *out) {
    const sw_model *model = ask->model;
    uint64_t open, *counts = zeros(ask);
    if (!counts) return SW_E_LIMIT;
    sw_buf_add_byte(out, ',');
    sw_err err = sw_model_backlog_now(ask, out, &open);
    if (!err) err = sw_figure_counts(&ask->api->figures, &ask->span, counts);
    if (err) return err;
    const sums s = sums_of(model, counts);
    sw_buf_add_byte(out, ',');
    sw_model_number(out, "opened", s.opened, model->opened, &ask->span, SW_S(""));
    sw_buf_add_byte(out, ',');
    sw_model_number(out, "in_time", s.in_time, model->in_time, &ask->span, SW_S(""));
    sw_buf_add_byte(out, ',');
    sw_model_number(out, "late", s.late, model->late, &ask->span, SW_S(""));
    sw_buf_add_cstr(out, ",\"cleared_share\":");
    sw_answer_share(out, s.in_time, s.in_time + s.late);
    err = add_burn_down(ask, open, out);
    return err ? err : add_units(ask, out);
}
