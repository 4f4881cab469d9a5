/* months.h - rows of figures in memory: the months of their parts, to be counted on. They take
 * little more than the row itself.  Layer 9, private to the rollup.  Thread: task owner. */
#ifndef SW_REPORT_MONTHS_H
#define SW_REPORT_MONTHS_H

#include "report/figures/rows.h"
#include "store/objects.h"

typedef struct sw_months sw_months;

/* Of the store of figures. A part of which nothing is left is no part, and a row without parts is
 * none: what is written follows from what was counted, in its order, alone. */
extern const sw_object_codec sw_months_codec;

/* On the heap; NULL: no memory. The codec frees it. */
sw_months *sw_months_new(void);

/* Counts `by` (1 or -1) on a day of the month. SW_E_NOT_FOUND: there is no such part, or nothing of
 * it on that day. */
SW_NODISCARD sw_err sw_months_move(sw_months *months, const sw_figure_part *part, uint32_t day,
                                   int32_t by);
/* The same where the part is not there: it becomes one. Both: SW_E_NOMEM; SW_E_LIMIT: the row would
 * be larger than any may be. Then all is as it was. */
SW_NODISCARD sw_err sw_months_add(sw_months *months, const sw_figure_part *part, uint32_t day);
/* `days` is not looked at. */
bool sw_months_has(const sw_months *months, const sw_figure_part *part);
/* Whether one more split of the indicator gets a part here. */
bool sw_months_roomy(const sw_months *months, uint64_t indicator);

#endif
