/* instance.h - the warnings that one task puts right, and the one of them that weighs.  Layer 9.
 * Thread: any; pure. */
#ifndef SW_RISK_SCORE_INSTANCE_H
#define SW_RISK_SCORE_INSTANCE_H

#include "evaluate/score.h"
#include "evaluate/told.h"

typedef struct sw_scored_warning {
    sw_hash128 id;
    sw_slice rule, compartment;
    sw_severity severity;
    sw_level level;
    int64_t decided_ms, closed_ms; /* closed: SW_TIME_NONE while it is open */
    sw_slice org, officer;
} sw_scored_warning;

/* A row: of each warning what was told last, and what a person decided. It is the same in whatever
 * order warnings and decisions came. Texts are borrowed. */
typedef struct sw_score_instance {
    uint64_t mark; /* of the weights under which it was added to the sums; 0: not yet */
    sw_slice case_id;
    int64_t settled_ms; /* a person closed what was decided until then; SW_TIME_NONE: nobody */
    bool dismissed;     /* and found that there was nothing in it */
    sw_scored_warning *warnings; /* in order of id */
    uint32_t count;
} sw_score_instance;

/* Warnings of one instance; more are refused. */
enum { SW_SCORE_WARNINGS_MAX = 4096 };

void sw_score_instance_init(sw_score_instance *ret);
/* SW_E_CORRUPT, SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_score_instance_read(sw_arena *arena, sw_slice row, sw_score_instance *ret);
/* Check out->err. */
void sw_score_instance_write(const sw_score_instance *instance, sw_buf *out);

/* What was told of one warning. SW_E_LIMIT: the instance has too many, or the arena is full. */
SW_NODISCARD sw_err sw_score_instance_tell(sw_score_instance *instance, sw_arena *arena,
                                           const sw_told_warning *told);
/* What a person decided of its task: it is closed, dismissed, or open again. */
void sw_score_instance_settle(sw_score_instance *instance, sw_slice state, int64_t at_ms);
/* Forgets what will weigh no more. */
void sw_score_instance_prune(sw_score_instance *instance, const sw_weights *weights, int32_t today);

/* Since when it is closed, by whichever came first; SW_TIME_NONE: it is open. False: it was
 * dismissed, and weighs nothing. */
bool sw_scored_warning_weighs(const sw_score_instance *instance, const sw_scored_warning *warning,
                              int64_t *ret_closed_ms);

typedef struct sw_weighing {
    sw_scored_warning warning;
    int64_t points;
    bool open;
    int32_t day; /* on which it was closed */
} sw_weighing;

/* The heaviest that is open; else of those closed last the heaviest. False: none weighs. */
bool sw_score_instance_weigh(const sw_score_instance *instance, const sw_weights *weights,
                             sw_weighing *ret);

#endif
