/* watch.h - what the state itself says: overdue timers, the forecast, digests.  Layer 7.  Thread:
 * any. */
#ifndef SW_RUNTIME_WATCH_H
#define SW_RUNTIME_WATCH_H

#include "stream/timers.h"
#include "stream/topology.h"

/* Everything here reads committed rows from their first one on: no cache, no low bound, nothing
 * that the runtime believes. It is the second opinion. */

/* The earliest timer that is past due and has not fired; count 0: there is none. */
typedef struct sw_overdue {
    uint64_t count;
    uint32_t task;
    int64_t due_ms;
    size_t key_bytes;
    char key[SW_KEY_BYTES_MAX];
} sw_overdue;

/* Timers due before `before_ms` (now less what lateness is allowed), of all tasks. Counts up to
 * `count_max`. */
SW_NODISCARD sw_err sw_watch_overdue(sw_db *db, const sw_topology *topology, int64_t before_ms,
                                     uint64_t count_max, sw_overdue *ret);

/* A timer is two rows (or one, and what the state of its processor knows): what has only one is
 * broken. */
typedef struct sw_timer_audit {
    uint64_t timers;      /* keys with a due time */
    uint64_t without_due; /* of these: no row orders them, they would never fire */
    uint64_t without_key; /* ordered rows that nobody knows: they would fire for nothing */
} sw_timer_audit;

SW_NODISCARD sw_err sw_watch_timers(sw_db *db, const sw_topology *topology, sw_timer_audit *ret);

typedef struct sw_forecast {
    uint64_t hour, day, week; /* due until then, each including the former; overdue ones too */
} sw_forecast;

SW_NODISCARD sw_err sw_watch_forecast(sw_db *db, const sw_topology *topology, int64_t now_ms,
                                      sw_forecast *ret);

/* Over all rows of a task, its timers included: equal for equal state, however it came about. */
SW_NODISCARD sw_err sw_watch_digest(sw_db *db, const sw_topology *topology, uint32_t task_number,
                                    uint64_t *ret_digest);

#endif
