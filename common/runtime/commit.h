/* commit.h - the one commit point: batches of all threads become durable in groups, with one sync.
 * Layer 7. Thread: any. */
#ifndef SW_RUNTIME_COMMIT_H
#define SW_RUNTIME_COMMIT_H

#include <pthread.h>

#include "bus/bus.h"
#include "env/env.h"

/* One task's batch on its way. `records` are the commit's, stamped with the time of the commit:
 * what is appended later never has an earlier time. */
typedef struct sw_commit_item {
    sw_commit commit;
    sw_record *records;
    int64_t *offsets; /* of the records, after SW_OK; NULL: nobody asks */
    sw_err err;       /* what became of it */
} sw_commit_item;

typedef struct sw_commit_group {
    struct sw_commit_group *next;
    sw_commit_item *const *items;
    uint32_t count;
    bool urgent, done;
} sw_commit_group;

typedef struct sw_committer {
    sw_bus *bus;
    sw_env env;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    sw_commit_group *waiting, **last; /* `last`: where the next one is put */
    bool busy;           /* a thread is in the bus: it, and no other, touches the fields below */
    sw_err broken;       /* a FATAL error: nothing is committed any more */
    int64_t maintain_us; /* the bus is maintained then */
    sw_commit *commits;
    int64_t *offsets;
    uint32_t commit_cap, offset_cap;
    sw_metric *commit_us, *group_items, *records;
} sw_committer;

SW_NODISCARD sw_err sw_committer_init(sw_committer *committer, sw_bus *bus, sw_env env);
void sw_committer_done(sw_committer *committer);
/* Commits the items, together with those that other threads brought while the last sync ran: the
 * urgent ones first. Returns when it is known what became of each. After SW_OK of an item it is
 * durable. */
void sw_committer_run(sw_committer *committer, sw_commit_item *const *items, uint32_t count,
                      bool urgent);

#endif
