/* tally.h - scores of cases, officers and units from what was told of warnings.  Layer 9.  Thread:
 * main. */
#ifndef SW_SEAWALL_SCORES_TALLY_H
#define SW_SEAWALL_SCORES_TALLY_H

#include "evaluate/score.h"
#include "rules/book.h"

typedef struct tally tally;

/* One line of the result. */
typedef struct tally_line {
    sw_scored scored;
    sw_slice subject;
    sw_score_sum sum;
    int64_t hundredths;
    uint32_t warnings; /* that weigh anything */
    sw_slice heaviest; /* rule of the one that weighs most */
    int64_t heaviest_hundredths;
} tally_line;

/* NULL: the arena is full. */
tally *tally_new(sw_arena *arena, const sw_weights *weights);
/* Takes transitions in the order in which they are told. SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err tally_take(tally *t, const sw_transition *transition);
/* The scores at `now_ms`, heaviest first, then by subject; those of nothing are left out. */
SW_NODISCARD sw_err tally_lines(tally *t, int64_t now_ms, const tally_line **ret,
                                size_t *ret_count);

#endif
