/* pipeline.h - the services themselves in the simulator: random packs, random events, the naive
 * evaluator as judge.  Thread: one. */
#ifndef SW_TESTS_SIM_PIPELINE_PIPELINE_H
#define SW_TESTS_SIM_PIPELINE_PIPELINE_H

#include "evaluate/evaluator.h"
#include "evaluate/told.h"
#include "oracle/world.h"
#include "risk/score/score.h"
#include "sim/sim.h"

enum { PIPELINE_EVENTS_MAX = 400, PIPELINE_SENDERS = 6, PIPELINE_DECISIONS_MAX = 200 };

/* An event that a client sends when its time has come, until it is answered. */
typedef struct posting {
    const sw_event *event;
    int64_t at_ms; /* by the wall */
    bool acknowledged;
    uint32_t partition;
    int64_t offset;
} posting;

typedef struct sender {
    world *world;
    uint32_t *queue, count, at; /* postings in order of their times */
    uint32_t attempt;
    bool waiting;
    int64_t give_up_ms;
} sender;

/* What a person says of a task. */
typedef struct decision {
    sw_hash128 task;
    char home[256]; /* the key of the task's warnings */
    const char *state;
} decision;

typedef struct pipeline {
    sw_world rules; /* catalogue, calendars, packs, and the events that came of them */
    const sw_evaluator *deadline, *risk;
    const sw_weights *weights;
    const sw_score_shared *score;
    uint32_t identity, events, warnings, dead, tasks, scores; /* topics */
    posting postings[PIPELINE_EVENTS_MAX];
    uint32_t posting_count;
    sender senders[PIPELINE_SENDERS];
    decision decisions[PIPELINE_DECISIONS_MAX];
    uint32_t decision_count, decided;
} pipeline;

static inline pipeline *pipeline_of(world *w) {
    return w->own;
}

/* clients.c */
void pipeline_make(world *w);
bool pipeline_step(world *w);

/* scores.c */
void scores_build(world *w);
void scores_observe(world *w, const sw_told_warning *told, sw_slice home);
void scores_step(world *w);
void scores_check(world *w, int64_t now_ms);

/* judge.c */
void pipeline_observe(void *arg, const sw_commit *commits, uint32_t count);
void pipeline_check(world *w);

#endif
