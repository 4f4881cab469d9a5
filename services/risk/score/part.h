/* part.h - how much weighs on a subject, in a form from which any later day's score follows.
 * Layer 9.  Thread: any; pure.
 *
 * What is open is one sum, what is closed one sum for each day of closing: what is left of it is
 * computed by whoever reads. So nothing has to be written as time goes by. */
#ifndef SW_RISK_SCORE_PART_H
#define SW_RISK_SCORE_PART_H

#include "base/buf.h"
#include "evaluate/score.h"

typedef struct sw_score_day {
    int32_t day; /* of closing, local, days since 1970-01-01 */
    int64_t points;
    uint32_t warnings;
} sw_score_day;

/* What the warnings of one unit weigh, and of one compartment: seawall.v1.ScorePart. */
typedef struct sw_score_part {
    sw_slice org, compartment; /* may be empty */
    int64_t open;              /* hundredths */
    uint32_t open_warnings;
    sw_score_day *days; /* in order */
    uint32_t day_count;
} sw_score_part;

/* A copy of `count` elements of `size` bytes each, with room for one more at `at`. NULL: the arena
 * is full. */
void *sw_score_spread(sw_arena *arena, const void *from, uint32_t count, uint32_t at, size_t size);

/* Adds (by 1) or takes away (by -1) a warning; `open` or closed on `day`. SW_E_LIMIT: the arena is
 * full. */
SW_NODISCARD sw_err sw_score_part_move(sw_score_part *part, sw_arena *arena, int64_t points,
                                       bool open, int32_t day, int by);
/* Forgets days that have faded, and days without a warning. */
void sw_score_part_prune(sw_score_part *part, const sw_weights *weights, int32_t today);
bool sw_score_part_is_empty(const sw_score_part *part);

/* Adds what it weighs on `today`, and counts the warnings that weigh anything. */
void sw_score_part_sum(const sw_score_part *part, const sw_weights *weights, int32_t today,
                       sw_score_sum *sum, uint32_t *warnings);

/* Check out->err. */
void sw_score_part_write(const sw_score_part *part, sw_buf *out);
/* Borrows texts. SW_E_CORRUPT, SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_score_part_read(sw_arena *arena, sw_slice bytes, sw_score_part *ret);

#endif
