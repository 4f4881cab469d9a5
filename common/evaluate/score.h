/* score.h - risk scores: what a warning weighs, and how that fades (docs/scores.md).  Layer 6.
 * Thread: any, immutable after reading. */
#ifndef SW_EVALUATE_SCORE_H
#define SW_EVALUATE_SCORE_H

#include "rules/warning.h"

/* What has a score. */
typedef enum sw_scored {
    SW_SCORED_CASE,
    SW_SCORED_OFFICER,
    SW_SCORED_UNIT,
    SW_SCORED_COUNT
} sw_scored;

typedef struct sw_weights sw_weights;

/* Reads a file of weights. All findings in one run, each with line and column. SW_E_INVALID,
 * SW_E_SYNTAX, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_weights_parse(sw_arena *arena, sw_slice file, sw_slice text, sw_diags *diags,
                                     const sw_weights **ret);

/* Of an open warning, in hundredths of a point: severity × level × the rule's factor in percent. */
int64_t sw_weights_points(const sw_weights *weights, const sw_rule *rule, sw_level level);

/* What is left of the points at `now_ms` of a warning closed at `closed_ms` (SW_TIME_NONE: open):
 * on the local day of closing all, each day after it an equal part less, rounded down. */
int64_t sw_weights_faded(const sw_weights *weights, int64_t points, int64_t closed_ms,
                         int64_t now_ms);

bool sw_weights_scores(const sw_weights *weights, sw_scored scored);
/* The highest band that so many hundredths reach; false: none. */
bool sw_weights_band(const sw_weights *weights, sw_scored scored, int64_t hundredths,
                     sw_level *ret);

const char *sw_scored_name(sw_scored scored); /* "case" "officer" "unit" */

#endif
