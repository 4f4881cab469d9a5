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

/* A number over the file's bytes, never 0: what was summed under other weights is told by it. */
uint64_t sw_weights_mark(const sw_weights *weights);

/* Of an open warning, in hundredths of a point: severity × level × the rule's factor in percent. */
int64_t sw_weights_points(const sw_weights *weights, sw_slice rule_id, sw_severity severity,
                          sw_level level);

/* The local day of a moment, by which warnings fade: days since 1970-01-01. */
int32_t sw_weights_day(const sw_weights *weights, int64_t ms);
/* When the next local day begins. */
int64_t sw_weights_midnight(const sw_weights *weights, int64_t ms);
/* For how many days a warning weighs on. */
int32_t sw_weights_days(const sw_weights *weights);
/* How many of these days are left on `today` of a warning closed on `day`: all on that day and
 * before it, then one less each day. */
int32_t sw_weights_left(const sw_weights *weights, int32_t day, int32_t today);

/* A sum of faded points. It is exact: rounded down once, when it is read, so that it does not
 * depend on how the warnings were added up. */
typedef struct sw_score_sum {
    int64_t whole, rest; /* rest: in parts of sw_weights_days */
} sw_score_sum;

/* Adds points of which so many days are left; all days: of what is open. */
void sw_score_add(const sw_weights *weights, sw_score_sum *sum, int64_t points, int32_t left);
int64_t sw_score_hundredths(const sw_weights *weights, const sw_score_sum *sum);

bool sw_weights_scores(const sw_weights *weights, sw_scored scored);
/* The highest band that so many hundredths reach; false: none. */
bool sw_weights_band(const sw_weights *weights, sw_scored scored, int64_t hundredths,
                     sw_level *ret);

const char *sw_scored_name(sw_scored scored); /* "case" "officer" "unit" */

#endif
