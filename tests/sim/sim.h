/* sim.h - a whole pipeline, its clients and its troubles in one thread, from one seed.  Thread:
 * one. */
#ifndef SW_TESTS_SIM_SIM_H
#define SW_TESTS_SIM_SIM_H

#include "bus/bus_local.h"
#include "runtime/runtime.h"
#include "runtime/worker.h"
#include "sim/faults.h"

enum {
    SIM_INBOX,
    SIM_WORDS,
    SIM_COUNTS,
    SIM_PERIODS,
    SIM_WARNINGS,
    SIM_DEAD,
    SIM_TOPICS,
    SIM_INSTANCES = 3,
    SIM_CLIENTS = 48,
    SIM_KEYS = 2500,
};

typedef struct sim_options {
    uint64_t seed;
    uint32_t events;       /* that clients send, before repetitions */
    uint32_t faults;       /* scheduled ones */
    const bool *dropped;   /* of the scheduled faults: not this time; NULL: all happen */
    const char *planted;   /* a bug to be found; NULL */
    bool pipeline;         /* ingest, deadline, risk, scores and view instead of the toys */
    bool notify;           /* notify and phones instead of the toys */
    const char *rocks_dir; /* the database is RocksDB there; NULL: memory */
    bool trace;
} sim_options;

typedef struct sim_result {
    bool failed;
    char why[400];
    uint64_t digest;
    uint32_t events, faults, records, timers, steps;
} sim_result;

void sim_run(const sim_options *options, sim_result *ret);

/* ---- the parts ---- */

typedef enum event_kind { EVENT_WORD, EVENT_BAD, EVENT_OPEN, EVENT_CLOSE } event_kind;

typedef struct event {
    uint32_t key, number; /* number: its place among the key's events, from 1 */
    event_kind kind;
    int64_t at_ms, limit_ms;
    bool acknowledged;
    uint32_t partition; /* where the answer said that it is */
    int64_t offset;
} event;

/* Sends its events one after the other, and each until it is answered. */
typedef struct client {
    struct world *world;
    uint32_t *queue, count, at; /* events */
    uint32_t attempt;           /* an answer to an earlier one is no answer */
    bool waiting;
    int64_t give_up_ms;
} client;

typedef struct instance {
    struct world *world;
    sw_clock_virtual clock;
    sw_runtime *runtime; /* NULL: down */
    sw_worker *worker;
    uint32_t up_at_step;
    int64_t skew_ms;
    sw_metrics metrics;
    sw_arena arena;
} instance;

struct world;

/* What is simulated: processors with their topics, clients, and what must hold in the end. */
typedef struct sim_scene {
    /* Fills topics and processors into the world. */
    void (*build)(struct world *w);
    void (*make)(struct world *w);
    /* Lets clients send; returns whether all events are acknowledged. */
    bool (*step)(struct world *w);
    /* Sees every commit as it happens. */
    void (*observe)(void *world, const sw_commit *commits, uint32_t count);
    /* After everything is healed. */
    void (*check)(struct world *w);
    /* What else lives in an instance's process: after each of its turns, and when it is gone. May
     * be NULL. `busy`: it has not come to rest. */
    void (*turn)(struct world *w, instance *it, bool *busy);
    void (*stopped)(struct world *w, instance *it);
    /* Whether a task's state holds moments or decisions of its own, which are never computed again
     * from the log; NULL: none does. */
    bool (*recorded)(const sw_processor *processor);
    int64_t rest_ms; /* so long must pass until all that is due has come */
    bool slow_rest;  /* and then the wall is as slow as the true time: a day's end is no unrest */
    uint32_t plan_steps; /* over which faults are spread; 0: by the number of events */
} sim_scene;

extern const sim_scene sim_toys, sim_pipeline, sim_notify;

enum { SIM_PROCESSORS_MAX = 8, SIM_TOPICS_MAX = 32, SIM_START_MS = 1790000000 };

typedef struct world {
    const sim_scene *scene;
    void *own; /* the scene's */
    sw_topic_shape shapes[SIM_TOPICS_MAX];
    const sw_processor *processors[SIM_PROCESSORS_MAX];
    const void *shared[SIM_PROCESSORS_MAX];
    uint32_t topic_count, processor_count;
    int64_t wall_ms, speed; /* the wall shows wall_ms at the start, and runs so many times faster */
    sim_options options;
    sim_result result;
    sw_rng rng;
    sw_arena arena;
    sw_topology topology;
    lossy_db disk;
    flaky_bus bus;
    sw_faults points;
    fault_plan plan;
    instance instances[SIM_INSTANCES];
    uint32_t owner[64]; /* instance that should own each task */
    event *events;
    client clients[SIM_CLIENTS];
    int64_t now_ms; /* the true time */
    uint32_t step, done_events;
    uint32_t lose_sends, lose_answers, repeat_sends;
    bool healing;
    int64_t *task_now; /* the last committed time of each task */
    uint32_t power_at_step, no_room_until;
} world;

/* The first failure stands. */
void sim_fail(world *w, const char *fmt, ...) SW_PRINTF(2, 3);
void sim_note(world *w, const char *fmt, ...) SW_PRINTF(2, 3);

/* What the wall shows now. */
static inline int64_t sim_wall(const world *w) {
    return w->wall_ms + (w->now_ms - SIM_START_MS) * w->speed;
}

/* workload.c */
void workload_make(world *w);
bool workload_step(world *w);
sw_slice event_key(const event *e, char text[16]);
sw_slice event_text(const event *e, char text[96]);

/* observe.c: of the toys, and what holds of every commit. */
void observe_time(world *w, const sw_commit *commit);
void observe_commit(void *arg, const sw_commit *commits, uint32_t count);

/* world.c */
bool sim_recorded(const world *w, const sw_task_spec *task);

/* mend.c: builds the task's state anew and cuts over. Whether the log was hit. */
bool mend_task(world *w, const sw_task_spec *task);

/* observe.c: every record of a topic, partition by partition, in the world's arena. */
void sim_read_topic(world *w, uint32_t topic, void (*each)(void *arg, const sw_record *record),
                    void *arg);

/* check.c: of the toys, */
void check_all(world *w);
/* and of whatever is simulated: no timer is overdue or half, and each task's state is what the log
 * says. */
void check_state(world *w, int64_t now_ms);
/* The first half of it. */
void check_timers(world *w, int64_t now_ms);

extern const sw_processor sim_intake;

#endif
