/* figures.h - reads figures and the lists behind them.  Layer 9.  Thread: any. */
#ifndef SW_REPORT_FIGURES_H
#define SW_REPORT_FIGURES_H

#include "report/figures/rows.h"
#include "report/indicator/indicator.h"
#include "runtime/read.h"

typedef struct sw_figures {
    const sw_indicators *indicators;
    sw_read figures, lists;
} sw_figures;

/* SW_E_UNKNOWN: the topology has no rollup. */
SW_NODISCARD sw_err sw_figures_open(sw_db *db, const sw_topology *topology,
                                    const sw_indicators *indicators, sw_figures *ret);

/* Whose and which days: both days belong to the span. */
typedef struct sw_figure_span {
    sw_slice org; /* beginning of unit codes: 0 to 12 digits */
    int32_t from, to;
} sw_figure_span;

/* How many were counted; `split` empty: altogether. For a RATIO: of its part. Errors of the
 * database; SW_E_CORRUPT. */
SW_NODISCARD sw_err sw_figure_count(const sw_figures *figures, const sw_indicator *indicator,
                                    const sw_figure_span *span, sw_slice split, uint64_t *ret);

typedef struct sw_figure_value {
    sw_slice name; /* a split, a unit's code (as long as asked for), or empty */
    int32_t date;  /* a day or month; else 0 */
    uint64_t count;
} sw_figure_value;

typedef enum sw_figure_by { SW_BY_SPLIT, SW_BY_UNIT, SW_BY_DAY, SW_BY_MONTH } sw_figure_by;

/* The figure in its parts, in the arena, in order of name or date, without empty ones: by what it
 * is counted apart by, by the units of the next length of code below the span's, by day or by
 * month (of the span's days alone). SW_E_LIMIT: more than `max` parts, or the arena is full. */
SW_NODISCARD sw_err sw_figure_parts(const sw_figures *figures, const sw_indicator *indicator,
                                    const sw_figure_span *span, sw_figure_by by, uint32_t max,
                                    sw_arena *arena, const sw_figure_value **ret,
                                    uint32_t *ret_count);

typedef struct sw_figure_entry {
    sw_list_row row;
    sw_slice split, label; /* label: a JSON object */
} sw_figure_entry;

/* What was counted, in order of unit, day, split: those behind `after` (empty: from the first), at
 * most `max`, in the arena. `split` empty: all. `ret_after` is where to go on, empty at the end;
 * it stays good while rows come and go. SW_E_INVALID: `after` is of another list. */
SW_NODISCARD sw_err sw_figure_list(const sw_figures *figures, const sw_indicator *indicator,
                                   const sw_figure_span *span, sw_slice split, sw_slice after,
                                   uint32_t max, sw_arena *arena, const sw_figure_entry **ret,
                                   uint32_t *ret_count, sw_slice *ret_after);

#endif
