/* faults.h - a disk that loses what was not synced, a bus of uncertain outcomes, and when they act
 * up. */
#ifndef SW_TESTS_SIM_FAULTS_H
#define SW_TESTS_SIM_FAULTS_H

#include "base/rng.h"
#include "bus/bus.h"

typedef enum fault_kind {
    FAULT_COMMIT_RETRY, /* the bus says: not now */
    FAULT_COMMIT_ABORT, /* the bus has aborted it */
    FAULT_COMMIT_LOST,  /* outcome unknown: it was not done */
    FAULT_COMMIT_DONE,  /* outcome unknown: it was done */
    FAULT_COMMIT_LATE,  /* outcome unknown: it arrives later, from a zombie */
    FAULT_CRASH,        /* of an instance */
    FAULT_POWER,        /* everything stops; what was not synced is gone */
    FAULT_TORN_LOST,    /* power fails while the log is written: not there */
    FAULT_TORN_DONE,    /* power fails while the log is written: it is there */
    FAULT_DISK_FULL,    /* a write finds no space */
    FAULT_NO_ROOM,      /* the watermark of free space is passed for a while */
    FAULT_MOVE,         /* a task goes to another instance, in order */
    FAULT_STEAL,        /* a task is claimed by another instance; the former one does not know */
    FAULT_CLOCK_FORWARD,
    FAULT_CLOCK_BACK,
    FAULT_LAG,       /* news of a partition come late */
    FAULT_LOSE_SEND, /* a client's message is lost */
    FAULT_LOSE_ANSWER,
    FAULT_REPEAT_SEND,
    FAULT_CUT_OVER, /* a task's state is built anew from the log, and takes its place */
    FAULT_KINDS
} fault_kind;

const char *fault_name(fault_kind kind);

typedef struct fault {
    fault_kind kind;
    uint32_t step, chance; /* chance: what it falls on */
} fault;

/* Made before the run, so that faults can be left out one by one. Each seed has a part of the
 * kinds. */
typedef struct fault_plan {
    fault *faults;
    uint32_t count, at;
    uint32_t happened;
} fault_plan;

void fault_plan_make(fault_plan *plan, sw_arena *arena, uint64_t seed, uint32_t count,
                     uint32_t steps);

/* ---- the disk ---- */

typedef struct lossy_db {
    sw_db db;
    sw_db *inner;
    sw_batch *unsynced[256]; /* written, but not yet on the disk */
    uint32_t unsynced_count;
    bool down;
    bool hit;           /* a write has failed since the last crash: nobody may trust what is open */
    sw_err next_write;  /* the next write fails; SW_OK: none */
    bool write_applied; /* ... but it was done all the same */
} lossy_db;

void lossy_db_init(lossy_db *disk, sw_db *inner);
void lossy_db_done(lossy_db *disk);
/* The power is gone: of what was not synced only a part from the front stays. */
void lossy_db_crash(lossy_db *disk, sw_rng *rng);

/* ---- the bus ---- */

enum { LAGS_MAX = 8 };

typedef struct lag {
    uint32_t topic, partition, until_step;
    int64_t end;
} lag;

typedef struct flaky_bus {
    sw_bus bus;
    sw_bus *inner; /* NULL: down */
    sw_err next_commit;
    uint32_t next_count; /* it falls on so many commits */
    bool applied, late;  /* what really becomes of it */
    sw_commit *zombie;   /* a late commit, with copies of everything */
    uint32_t zombie_count;
    sw_arena zombie_memory;
    sw_batch *zombie_state[64];
    lag lags[LAGS_MAX];
    uint32_t step;
    void (*observe)(void *arg, const sw_commit *commits, uint32_t count);
    void *arg;
} flaky_bus;

void flaky_bus_init(flaky_bus *bus);
void flaky_bus_done(flaky_bus *bus);
/* The late commit arrives. SW_E_NOT_FOUND: there is none. */
sw_err flaky_bus_zombie(flaky_bus *bus);

#endif
