/* catalogue_mark.h - under which catalogue the books of a task are, as rows of marks.  Layer 6,
 * private to evaluate.  Thread: task owner. */
#ifndef SW_EVALUATE_CATALOGUE_MARK_H
#define SW_EVALUATE_CATALOGUE_MARK_H

#include "evaluate/evaluator.h"

/* At the start of a task: books under a catalogue that the present one contains are read under its
 * numbers from now on. SW_E_VERSION, with a line in the trace: something of it is gone, or is not
 * what it was. */
SW_NODISCARD sw_err sw_catalogue_mark_check(sw_ctx *ctx, const sw_evaluator *evaluator);
/* What a row of marks says of it, for sw_evaluator_look. */
void sw_catalogue_mark_look(const sw_evaluator *evaluator, sw_slice key, sw_slice row,
                            sw_evaluator_stored *stored);
/* Whether books under it can be read; without rules there are none. */
bool sw_catalogue_is_read(const sw_evaluator *evaluator, const sw_hash128 *catalogue);

#endif
