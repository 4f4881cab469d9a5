/* score.h - keeps the risk scores of cases, officers and units (docs/scores.md).  Layer 9.  Thread:
 * task owner; pure. */
#ifndef SW_RISK_SCORE_SCORE_H
#define SW_RISK_SCORE_SCORE_H

#include "env/metrics.h"
#include "evaluate/score.h"
#include "stream/processor.h"

/* seawall.warnings, seawall.tasks -> seawall.scores. Each partition of warnings keeps one row an
 * instance and sums of its own; whoever asks adds these up. A subject's sums go home, to the
 * partition of its own key, at most once a second, and from there onto the topic. Nothing is
 * written because time goes by: what fades is computed from sum and day by whoever reads, and once
 * a day each task forgets what has faded. Other weights are taken over by that same walk. `shared`
 * is what sw_score_new gave. */
extern const sw_processor sw_score;

enum { SW_SCORE_INSTANCES, SW_SCORE_SUMS, SW_SCORE_TOTALS, SW_SCORE_MARKS, SW_SCORE_STORES };

typedef struct sw_score_shared {
    const sw_weights *weights;
    sw_metric *told;    /* records of seawall.scores; NULL: not counted */
    sw_metric *changes; /* tellings that changed what weighs */
} sw_score_shared;

/* In the arena; `metrics` may be NULL. SW_E_NOMEM, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_score_new(sw_arena *arena, const sw_weights *weights, sw_metrics *metrics,
                                 const sw_score_shared **ret);

#endif
