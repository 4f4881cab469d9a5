/* rollup.h - keeps the figures: counts by indicator, unit and day, and the lists behind them.
 * Layer 9.  Thread: task owner; pure. */
#ifndef SW_REPORT_ROLLUP_H
#define SW_REPORT_ROLLUP_H

#include "report/figures/rows.h"
#include "report/indicator/indicator.h"
#include "stream/processor.h"

/* seawall.contributions, seawall.warnings, seawall.periods -> its stores. Each item (an event, a
 * warning, a period) has a row with what it counts for now; when that changes, figures and lists
 * are moved by the difference. So a figure equals the length of its list at all times, and what a
 * correction takes back leaves the figures of its day. `shared` is a sw_indicators.
 *
 * Each partition has figures of its own: whoever reads adds them up. */
extern const sw_processor sw_rollup;

enum { SW_ROLLUP_ITEMS, SW_ROLLUP_FIGURES, SW_ROLLUP_LISTS, SW_ROLLUP_STORES };

/* Kinds of items. */
enum { SW_ITEM_EVENT = 'e', SW_ITEM_WARNING = 'w', SW_ITEM_PERIOD = 'p' };

#endif
