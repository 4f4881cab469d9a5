/* door.h - records from outside: taken in by any thread, appended with the next commit, answered
 * after its sync.  Layer 7.  Thread: any. */
#ifndef SW_RUNTIME_DOOR_H
#define SW_RUNTIME_DOOR_H

#include "runtime/commit.h"
#include "stream/topology.h"

/* Called once, by the thread that committed, after the sync: SW_OK and where the record is; or why
 * it is not there (then it may be sent again). It must not block. */
typedef void (*sw_answer_fn)(void *arg, sw_err err, uint32_t partition, int64_t offset);

typedef struct sw_append {
    uint32_t topic;
    sw_slice key, value; /* copied */
    bool tombstone;
    sw_answer_fn answer; /* NULL: nobody waits */
    void *arg;
} sw_append;

typedef struct sw_waiting {
    sw_answer_fn answer;
    void *arg;
} sw_waiting;

/* One side is filled while the other is on its way. */
typedef struct sw_door_side {
    sw_arena arena;
    sw_record *records;
    sw_waiting *waiting;
    int64_t *offsets;
    uint32_t count, cap;
    uint32_t answers;       /* that somebody waits for */
    sw_position *positions; /* read by then, the last of each partition */
    uint32_t position_count, position_cap;
} sw_door_side;

typedef struct sw_door {
    const sw_topology *topology;
    sw_bus *bus;
    sw_env env;
    uint32_t task_number;
    int64_t now_ms; /* of the last commit; never goes back */
    pthread_mutex_t lock;
    sw_door_side sides[2];
    uint32_t filling;     /* which side takes records */
    bool flying, claimed; /* the other one is on its way */
    sw_commit_item item;
    sw_metric *taken, *refused;
} sw_door;

SW_NODISCARD sw_err sw_door_init(sw_door *door, const sw_topology *topology, sw_bus *bus,
                                 sw_env env, uint32_t task_number);
/* Answers what still waits with SW_E_ABORTED. */
void sw_door_done(sw_door *door);
/* SW_E_AGAIN: too much waits, or the disk is nearly full; SW_E_LIMIT: too large a record;
 * SW_E_NOMEM. */
SW_NODISCARD sw_err sw_door_append(sw_door *door, const sw_append *append);
/* All or none of them, in one commit and in this order. */
SW_NODISCARD sw_err sw_door_append_all(sw_door *door, const sw_append *appends, uint32_t count);
/* The same, for who reads a topic on its own account: where it is to read on is remembered in the
 * same commit, under the door's number. `appends` may be none; then nobody is answered. */
SW_NODISCARD sw_err sw_door_append_read(sw_door *door, const sw_append *appends, uint32_t count,
                                        const sw_position *positions, uint32_t position_count);
/* Takes the door over, if that has not been done: then sw_bus_position of its number is true. */
SW_NODISCARD sw_err sw_door_claim(sw_door *door);
/* Whether somebody waits for an answer. */
bool sw_door_waits(sw_door *door);
/* Takes what waits as one batch; false if nothing waits or a batch is on its way. Then the caller
 * commits `item` and says what became of it by sw_door_settle. */
SW_NODISCARD sw_err sw_door_collect(sw_door *door, sw_commit_item **ret_item);
/* By item->err: releases the answers; with verdict RETRY the batch stays, to be committed again. */
void sw_door_settle(sw_door *door);
/* Says SW_E_ABORTED to everyone who waits: the process is about to end. */
void sw_door_break(sw_door *door);

#endif
