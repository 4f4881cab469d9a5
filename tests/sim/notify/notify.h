/* notify.h - the processors of notify in the simulator, with phones at the other end: warnings,
 * steps and an executor that crashes.  Thread: one. */
#ifndef SW_TESTS_SIM_NOTIFY_NOTIFY_H
#define SW_TESTS_SIM_NOTIFY_NOTIFY_H

#include "notify/outbox/outbox.h"
#include "runtime/read.h"
#include "sim/sim.h"

enum {
    NOTIFY_CASES = 40,
    NOTIFY_POSTS_MAX = 400,
    NOTIFY_SENDERS = 4,
    NOTIFY_FLIGHTS = 6,
    NOTIFY_CALLS_MAX = 20000,
    NOTIFY_PARTITIONS = 2,
    NOTIFY_ENTRIES = 6, /* of the directory: five officers, a unit */
};

/* A record that a client appends until that is answered. */
typedef struct post {
    uint32_t topic;
    sw_slice key, value;
    int64_t at_ms; /* by the wall */
} post;

typedef struct notify_sender {
    world *world;
    uint32_t queue[NOTIFY_POSTS_MAX], count, at;
    uint32_t attempt;
    bool waiting;
    int64_t give_up_ms;
} notify_sender;

/* A warning that was raised, as the world outside knows it. */
typedef struct raised {
    char id[33];
    bool withdrawn; /* in the end */
} raised;

/* One call at the gateway: a phone has it, unless it was refused. */
typedef struct call {
    char message[33];
    bool arrived;
} call;

typedef enum flight_step {
    FLIGHT_FREE,
    FLIGHT_RECORDING,
    FLIGHT_OUTCOME,
    FLIGHT_LEAVING
} flight_step;

typedef struct sim_flight {
    flight_step step;
    char message[33], recipient[16];
    uint32_t attempt, partition, life;
    int64_t offset;
    int recorded; /* 1: durable; 2: not */
    const char *outcome;
} sim_flight;

/* What one life of the executor's process remembers; a crash forgets it. */
typedef struct sim_executor {
    world *world;
    uint32_t life;
    bool alive, ready;
    int64_t ends[NOTIFY_PARTITIONS];
    sim_flight flights[NOTIFY_FLIGHTS];
} sim_executor;

typedef struct notify_scene {
    sw_notify_shared shared;
    uint32_t warnings, keyed, directory, notices; /* topics */
    post posts[NOTIFY_POSTS_MAX];
    uint32_t post_count;
    bool known; /* every task has the directory */
    notify_sender senders[NOTIFY_SENDERS];
    raised all[NOTIFY_POSTS_MAX];
    uint32_t raised_count;
    sim_executor executor;
    call calls[NOTIFY_CALLS_MAX]; /* outlive everything: they are the phones */
    uint32_t call_count;
} notify_scene;

static inline notify_scene *notify_of(world *w) {
    return w->own;
}

/* clients.c */
void notify_make(world *w);
bool notify_step(world *w);

/* executor.c: by the protocol of services/notify/send/executor.c; instance 0 is its process. */
void notify_turn(world *w, instance *it, bool *busy);
void notify_stopped(world *w, instance *it);

/* judge.c */
void notify_observe(void *arg, const sw_commit *commits, uint32_t count);
void notify_check(world *w);

#endif
