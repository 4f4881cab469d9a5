/* rollup.h - keeps the figures: counts by indicator, unit and day, and the lists behind them.
 * Layer 9.  Thread: task owner; pure. */
#ifndef SW_REPORT_ROLLUP_H
#define SW_REPORT_ROLLUP_H

#include "report/figures/rows.h"
#include "report/indicator/indicator.h"
#include "stream/processor.h"

/* seawall.events, seawall.warnings, seawall.periods, seawall.directory -> its stores. What counts
 * (an event, a warning, a period) has a row that says for what it counts now; when that changes,
 * figures and lists are moved by the difference. So a figure equals the length of its list at all
 * times, and what a correction takes back leaves the figures of its day. An event and its
 * corrections come in one partition, the event once and first. What counts for nothing leaves no
 * row. `shared` is a
 * sw_indicators.
 *
 * Months of figures are kept in memory: an event is counted in place, and a row that many events
 * of a batch have moved is written once. Each partition has figures of its own: whoever reads adds
 * them up. */
extern const sw_processor sw_rollup;

enum {
    SW_ROLLUP_ITEMS,   /* kind and id -> what it counts for */
    SW_ROLLUP_FIGURES, /* sw_figure_row -> a month */
    SW_ROLLUP_LISTS,   /* sw_list_row -> nothing: its item says what is shown */
    SW_ROLLUP_HANDS,   /* sw_hand_row -> nothing */
    SW_ROLLUP_NAMES,   /* ids of seawall.directory -> their entries, for names of units */
    SW_ROLLUP_STORES
};

#endif
