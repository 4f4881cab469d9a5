/* rig.h - the processors of notify on a memory bus, with a clock that the test moves. */
#ifndef SW_TESTS_UNIT_NOTIFY_RIG_H
#define SW_TESTS_UNIT_NOTIFY_RIG_H

#include <seawall/v1/notice.pb-c.h>
#include <seawall/v1/task.pb-c.h>

#include "evaluate/told.h"
#include "notify/directory/directory.h"
#include "notify/shared.h"
#include "runtime/read.h"
#include "runtime/worker.h"
#include "topics/topics.h"

#define RIG_STATION "320981510000"

typedef struct nrig {
    sw_arena arena;
    sw_metrics metrics;
    sw_clock_virtual clock;
    sw_topology topology;
    sw_notify_shared shared;
    sw_policy policy; /* a copy that a test may change before anything runs */
    sw_bus *bus;
    sw_runtime *runtime;
    sw_worker *worker;
} nrig;

/* Begins at `time` (RFC 3339), with the demo directory of tests/unit/notify/county.yaml and what is
 * shipped in deploy/notify. */
void nrig_open(nrig *r, const char *time);
void nrig_close(nrig *r);
/* Runtime and worker anew, as after a crash; the bus stays. */
void nrig_restart(nrig *r);
void nrig_put(nrig *r, const char *topic, sw_slice key, sw_slice value);
/* Turns until nothing is left to do. */
void nrig_run(nrig *r);
void nrig_pass(nrig *r, int64_t ms);
int64_t nrig_time(const char *time);

/* A warning of a deadline of case `c`, opened by event `c`: to handler and legal officer. */
sw_told_warning nrig_warning(nrig *r, const char *c, sw_level level);
sw_hash128 nrig_id(const char *c, sw_level level);
void nrig_tell(nrig *r, const sw_told_warning *told);
/* Raised, and run. */
void nrig_raise(nrig *r, const char *c, sw_level level);
/* An event of the catalogue as CloudEvents JSON: under each of its keys. */
void nrig_event(nrig *r, const char *json);
/* A recorded step on the warning of case `c` and level. */
void nrig_act(nrig *r, const char *type, const char *more, const char *actor, sw_hash128 warning);

/* "recipient level kind text\n" of every message intended since the last call. */
const char *nrig_messages(nrig *r);
/* "state reason" of a recipient's notice; "" if there is none. */
const char *nrig_notice(nrig *r, const char *recipient, const char *subject);
/* The last record of the task whose first warning has that id; fails if there is none. */
const Seawall__V1__Task *nrig_task(nrig *r, sw_hash128 warning);
/* The last message of a recipient with an open state; NULL. */
const Seawall__V1__Message *nrig_message(nrig *r, const char *recipient);
void nrig_outcome(nrig *r, const Seawall__V1__Message *message, const char *state);
/* For a scan of rows: counts in `arg`, a uint32_t. */
bool nrig_count_row(void *arg, uint32_t partition, sw_slice key, sw_slice value);
uint32_t nrig_count(nrig *r, const char *topic);

#endif
