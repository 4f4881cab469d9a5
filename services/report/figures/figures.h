/* figures.h - reads figures and the lists behind them.  Layer 9.  Thread: any. */
#ifndef SW_REPORT_FIGURES_H
#define SW_REPORT_FIGURES_H

#include "report/figures/rows.h"
#include "report/indicator/indicator.h"
#include "runtime/read.h"

typedef struct sw_figures {
    const sw_indicators *indicators;
    sw_read items, figures, lists, hands, names;
} sw_figures;

/* SW_E_UNKNOWN: the topology has no rollup. */
SW_NODISCARD sw_err sw_figures_open(sw_db *db, const sw_topology *topology,
                                    const sw_indicators *indicators, sw_figures *ret);

/* All functions below give errors of the database too; SW_E_CORRUPT; SW_E_LIMIT: the arena is full,
 * or there is more than was allowed. */

/* Whose and which days: both days belong to the span. */
typedef struct sw_figure_span {
    sw_slice org; /* beginning of unit codes: 0 to 12 digits */
    int32_t from, to;
} sw_figure_span;

/* How many were counted; `split` empty: altogether. For a RATIO: of its part. */
SW_NODISCARD sw_err sw_figure_count(const sw_figures *figures, const sw_indicator *indicator,
                                    const sw_figure_span *span, sw_slice split, uint64_t *ret);
/* Of every indicator, by its index, altogether; a ratio stays 0. `ret` has indicators->count. */
SW_NODISCARD sw_err sw_figure_counts(const sw_figures *figures, const sw_figure_span *span,
                                     uint64_t *ret);
/* How many there are on all days together, of an indicator of periods. */
SW_NODISCARD sw_err sw_figure_total(const sw_figures *figures, const sw_indicator *indicator,
                                    sw_slice org, uint64_t *ret);

typedef struct sw_figure_value {
    sw_slice name; /* a split, a unit's code (as long as asked for), or empty */
    int32_t date;  /* a day or month; else 0 */
    uint64_t count;
} sw_figure_value;

typedef enum sw_figure_by { SW_BY_SPLIT, SW_BY_UNIT, SW_BY_DAY, SW_BY_MONTH } sw_figure_by;

/* The figure in its parts, in the arena, in order of name or date, without empty ones: by what it
 * is counted apart by, by the units of the next length of code below the span's, by day or by
 * month (of the span's days alone). At most `max` parts. */
SW_NODISCARD sw_err sw_figure_parts(const sw_figures *figures, const sw_indicator *indicator,
                                    const sw_figure_span *span, sw_figure_by by, uint32_t max,
                                    sw_arena *arena, const sw_figure_value **ret,
                                    uint32_t *ret_count);

/* Units below another, or dates, with the counts of every indicator by its index. */
typedef struct sw_figure_table_row {
    sw_slice name;
    int32_t date;
    uint64_t *counts;
} sw_figure_table_row;

typedef struct sw_figure_table {
    sw_figure_table_row *rows; /* in order of name or date */
    uint32_t count;
} sw_figure_table;

/* Lengths of codes by which units are told apart: the next one above `len`. */
size_t sw_org_below(size_t len);
/* Of each unit, by beginnings of codes `len` long that begin with the span's. */
SW_NODISCARD sw_err sw_figure_units(const sw_figures *figures, const sw_figure_span *span,
                                    size_t len, uint32_t max, sw_arena *arena,
                                    sw_figure_table *ret);
/* The same of all days together: indicators of periods alone have counts. */
SW_NODISCARD sw_err sw_figure_unit_totals(const sw_figures *figures, sw_slice org, size_t len,
                                          uint32_t max, sw_arena *arena, sw_figure_table *ret);
/* The units alone that have any row in the months of the span; no counts. */
SW_NODISCARD sw_err sw_figure_unit_names(const sw_figures *figures, const sw_figure_span *span,
                                         size_t len, uint32_t max, sw_arena *arena,
                                         sw_figure_table *ret);
/* Of each day or month (`by`) that has any, of some indicators (0: of all); the others may be left
 * out of it. */
SW_NODISCARD sw_err sw_figure_dates(const sw_figures *figures, const sw_figure_span *span,
                                    sw_figure_by by, const sw_indicator *const *some,
                                    uint32_t some_count, uint32_t max, sw_arena *arena,
                                    sw_figure_table *ret);

/* A figure's list. */
typedef struct sw_figure_list_ask {
    const sw_indicator *indicator;
    sw_figure_span span;
    sw_slice split;  /* empty: all */
    bool open_only;  /* of periods: those alone that are not stopped by the end of the day below */
    int32_t open_at; /* a day */
    sw_slice after;  /* of the page before; empty: from the first */
    uint32_t max;
} sw_figure_list_ask;

typedef struct sw_figure_entry {
    char org[SW_ORG_DIGITS];
    int32_t day;
    sw_slice split, label; /* label: a JSON object */
} sw_figure_entry;

/* A page goes through so many rows at most; then it is shorter, and the next one goes on. */
#define SW_FIGURE_ROWS_MAX 20000u

/* What was counted, in order of month, unit, day, split, in the arena. `ret_after` is where to go
 * on, empty at the end; it stays good while rows come and go. SW_E_INVALID: `after` is of another
 * list.
 */
SW_NODISCARD sw_err sw_figure_list(const sw_figures *figures, const sw_figure_list_ask *ask,
                                   sw_arena *arena, const sw_figure_entry **ret,
                                   uint32_t *ret_count, sw_slice *ret_after);

#endif
