/* counted.h - for which figures an event, a warning or a period counts.  Layer 9.  Thread: any;
 * pure. */
#ifndef SW_REPORT_COUNTED_H
#define SW_REPORT_COUNTED_H

#include "report/figures/item.h"
#include "report/indicator/indicator.h"

/* All give an item; its texts lie in the arena or borrow from what was given. SW_E_LIMIT: the arena
 * is full, or it counts for more than SW_TALLIES_MAX indicators. */

/* Of a record of seawall.events: an event, or a correction with the content that it gives. */
SW_NODISCARD sw_err sw_counted_event(const sw_indicators *indicators, const sw_event *event,
                                     sw_arena *arena, sw_item *ret);
/* Of a record of seawall.warnings: a warning of the set counts on the local day of its level's
 * time, apart by its level; a withdrawn one counts for nothing. SW_E_SYNTAX, SW_E_INVALID,
 * SW_E_MISSING: no such message. */
SW_NODISCARD sw_err sw_counted_warning(const sw_indicators *indicators, sw_slice bytes,
                                       sw_arena *arena, sw_item *ret);
/* Of a record of seawall.periods, as sw_period_count says. Errors as above. */
SW_NODISCARD sw_err sw_counted_period(const sw_indicators *indicators, sw_slice bytes,
                                      sw_arena *arena, sw_item *ret);

#endif
