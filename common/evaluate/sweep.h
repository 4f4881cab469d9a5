/* sweep.h - after a change of packs: every stored book is told again, a few at a time.  Layer 6,
 * private to evaluate.  Thread: task owner. */
#ifndef SW_EVALUATE_SWEEP_H
#define SW_EVALUATE_SWEEP_H

#include "evaluate/book_store.h"
#include "evaluate/telling.h"

/* The key of the sweep's timer: no `field=value` has a control character. */
#define SW_SWEEP_KEY SW_S("\1sweep")

/* Tells whatever a stale book differs by, as of what it was told last. `kept` is to be edited. */
SW_NODISCARD sw_err sw_evaluator_catch_up(const sw_evaluator *evaluator, sw_ctx *ctx, sw_slice key,
                                          sw_kept_book *kept);
/* One step: looks at some rows, tells some books, and sets its timer again if there are more. */
SW_NODISCARD sw_err sw_sweep_step(sw_ctx *ctx, const sw_evaluator *evaluator);

#endif
