/* renew.h - the state of a whole processor, written anew from the log where it can't be read: rows
 * of an older format.  Layer 7.  Thread: owner's; none of its tasks may run. */
#ifndef SW_RUNTIME_RENEW_H
#define SW_RUNTIME_RENEW_H

#include "runtime/rebuild.h"

typedef struct sw_renewal {
    const sw_topology *topology;
    uint32_t node; /* the processor: one that is `renewable` */
    sw_bus *bus;
    sw_db *fresh; /* has the topology's stores, empty */
    sw_env env;
    const char *dir; /* sw_rebuild's */
    /* Every record that the tasks emit: what they have emitted before, if nothing but the format is
     * another. Whoever does this compares, and tells the difference. May be NULL. */
    void (*emitted)(void *arg, const sw_record *record);
    void *arg;
} sw_renewal;

/* Makes the state of all tasks in `fresh`, as of their last commits: timers up to these have fired,
 * also those that had not yet. The bus is only read. As sw_successor_check_log, _catch_up. */
SW_NODISCARD sw_err sw_renew_build(const sw_renewal *renewal, sw_rebuilt *ret_sum);
/* Puts it in the place of what the bus's database has of these tasks, stores and timers, in many
 * writes without sync: until a synced write has followed it may be half there. Positions stay. As
 * sw_db_write. */
SW_NODISCARD sw_err sw_renew_put(const sw_renewal *renewal);

#endif
