/* hand.h - reads what an officer has in hand: running periods, open warnings.  Layer 9.  Thread:
 * any. */
#ifndef SW_REPORT_HAND_H
#define SW_REPORT_HAND_H

#include "report/figures/figures.h"

typedef struct sw_hand_entry {
    sw_slice org, label; /* label: a JSON object; org: may be empty */
    uint64_t order;
    sw_slice key; /* of the row: the cursor of what follows */
} sw_hand_entry;

/* In the order of rows.h, those behind `after` (empty: from the first), at most `max`, in the
 * arena. `ret_after` is where to go on, empty at the end. SW_E_INVALID: `after` is another's. */
SW_NODISCARD sw_err sw_hand_list(const sw_figures *figures, sw_slice officer, char kind,
                                 sw_slice after, uint32_t max, sw_arena *arena, sw_hand_entry **ret,
                                 uint32_t *ret_count, sw_slice *ret_after);

/* From the order of a row. */
int64_t sw_hand_due_ms(uint64_t order); /* SW_TIME_MAX: none */
sw_level sw_hand_level(uint64_t order);

#endif
