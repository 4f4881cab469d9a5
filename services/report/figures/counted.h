/* counted.h - for which figures a warning or a period counts.  Layer 9.  Thread: any; pure. */
#ifndef SW_REPORT_COUNTED_H
#define SW_REPORT_COUNTED_H

#include "report/figures/contribution.h"
#include "report/indicator/indicator.h"

/* Of a record of seawall.warnings: a warning of the set counts on the local day of its level's
 * time, apart by its level; a withdrawn one counts for nothing. Texts lie in the arena or borrow
 * from `bytes`. SW_E_SYNTAX, SW_E_INVALID, SW_E_MISSING: no such message; SW_E_LIMIT. */
SW_NODISCARD sw_err sw_counted_warning(const sw_indicators *indicators, sw_slice bytes,
                                       sw_arena *arena, sw_contribution *ret);
/* Of a record of seawall.periods, as sw_period_count says. */
SW_NODISCARD sw_err sw_counted_period(const sw_indicators *indicators, sw_slice bytes,
                                      sw_arena *arena, sw_contribution *ret);

#endif
