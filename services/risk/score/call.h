/* call.h - one call of the score's processor, and what its parts share.  Layer 9.  Thread: task
 * owner. */
#ifndef SW_RISK_SCORE_CALL_H
#define SW_RISK_SCORE_CALL_H

#include "risk/score/instance.h"
#include "risk/score/rows.h"
#include "risk/score/score.h"

typedef struct sw_score_call {
    sw_ctx *ctx;
    const sw_score_shared *shared;
    const sw_weights *weights;
    sw_arena *arena;
    int64_t now_ms;
    int32_t today;
} sw_score_call;

/* ---- sums.c ---- */

/* An instance weighs otherwise than before: `old` and `new` may be NULL. */
SW_NODISCARD sw_err sw_score_move(sw_score_call *call, const sw_score_instance *instance,
                                  const sw_weighing *old, const sw_weighing *new);
/* The subject's sums of this partition go home. `row_key` is their timer's. */
SW_NODISCARD sw_err sw_score_flush(sw_score_call *call, sw_slice row_key);
/* The subject's row of sums, without what has faded. `tells`: what it says has changed, and goes
 * home in a while. */
SW_NODISCARD sw_err sw_score_put_sum(sw_score_call *call, sw_slice row_key, sw_sum_row *row,
                                     bool tells);
/* What a partition says of the subject, at home: onto the topic. */
SW_NODISCARD sw_err sw_score_arrived(sw_score_call *call, sw_slice topic_key,
                                     const sw_score_step *step);

/* ---- processor.c ---- */

/* Weighs the row anew and writes it; `old` as it weighed before. */
SW_NODISCARD sw_err sw_score_settle(sw_score_call *call, sw_slice row_key,
                                    sw_score_instance *instance, const sw_weighing *old);

/* ---- sweep.c ---- */

#define SW_SCORE_SWEEP_KEY SW_S("s")
/* When the next walk begins. */
SW_NODISCARD sw_err sw_score_sweep_plan(sw_score_call *call);
SW_NODISCARD sw_err sw_score_sweep_step(sw_score_call *call);

#endif
