/* score_rig.h - the score's processor on a memory bus, and a naive sum beside it, for tests. */
#ifndef SW_TESTS_UNIT_RISK_SCORE_RIG_H
#define SW_TESTS_UNIT_RISK_SCORE_RIG_H

#include "evaluate/told.h"
#include "risk/score/query.h"
#include "risk/score/score.h"
#include "runtime/runtime.h"
#include "runtime/worker.h"
#include "text/json.h"
#include "topics/topics.h"
#include "unit/test.h"

enum { RIG_PARTITIONS = 3 };

typedef struct score_rig {
    sw_arena arena, json;
    sw_clock_virtual clock;
    sw_metrics metrics;
    const sw_weights *weights;
    sw_topic_spec specs[SW_PIPELINE_TOPICS_MAX];
    sw_topic_shape shapes[SW_PIPELINE_TOPICS_MAX];
    sw_topology topology;
    sw_bus *bus;
    sw_runtime *runtime;
    sw_worker *worker;
    sw_scores scores;
} score_rig;

void score_rig_open(score_rig *rig, const char *weights);
void score_rig_close(score_rig *rig);
/* As after a stop, with other weights where these are not NULL; the bus stays. */
void score_rig_restart(score_rig *rig, const char *weights);
int64_t score_rig_now(const score_rig *rig);
/* Time goes by, and everything that is due happens. */
void score_rig_run(score_rig *rig, int64_t by_ms);
void score_rig_tell(score_rig *rig, const sw_told_warning *told);
/* A step of the loop; `key` is where the task is kept. */
void score_rig_step(score_rig *rig, sw_hash128 task, const char *state, const char *change,
                    sw_slice key);
/* The answer of a list or of one score, until the next question. */
const sw_json *score_rig_list(score_rig *rig, const sw_scores_ask *ask);
const sw_json *score_rig_one(score_rig *rig, const sw_scores_one *one);
int64_t score_rig_int(const sw_json *object, const char *name);
/* The newest record of a key on seawall.scores; empty: none, or without a value. Until
 * the next question. */
sw_slice score_rig_record(score_rig *rig, const char *key);

/* ---- the naive sum: everything that was told, gone through every time ---- */

typedef struct naive_warning {
    sw_told_warning last; /* as it was told last */
    sw_hash128 task;
    int64_t raised_ms, closed_ms; /* SW_TIME_NONE: open */
    bool gone;
} naive_warning;

typedef struct naive_task {
    sw_hash128 task;
    int64_t at_ms; /* SW_TIME_NONE: open again */
    bool dismissed;
} naive_task;

typedef struct naive {
    naive_warning warnings[256];
    naive_task tasks[128];
    uint32_t warning_count, task_count;
} naive;

void naive_tell(naive *n, const sw_told_warning *told);
void naive_step(naive *n, sw_hash128 task, const char *state, int64_t at_ms);
/* Hundredths of a subject at a time, of units that begin so; and how many warnings weigh. */
int64_t naive_score(const naive *n, sw_scored of, const char *subject, const char *org,
                    int64_t now_ms, uint32_t *ret_warnings);

#endif
