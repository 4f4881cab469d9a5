/* summary.h - what a comparison comes to, by rule and by unit: for people, and as JSON.  Layer 9.
 * Thread: main. */
#ifndef SW_SEAWALL_DIFF_SUMMARY_H
#define SW_SEAWALL_DIFF_SUMMARY_H

#include <stdio.h>

#include "seawall/rules/diff/tally.h"

/* Both end the tally's adding; the errors are those of sw_tally_units, and SW_E_IO: `to` could not
 * be written. */

/* Tables of rules and units, and a line of totals. `arena` holds the rows. */
SW_NODISCARD sw_err sw_diff_summary_print(FILE *to, sw_tally *tally, sw_arena *arena);
/* The members "rules", "units" and "total" of an object, without its braces. */
SW_NODISCARD sw_err sw_diff_summary_json(FILE *to, sw_tally *tally);

#endif
