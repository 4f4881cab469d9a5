/* successor.h - a task's state built anew beside the running task, which it then takes the place
 * of. Layer 7. Thread: owner's. */
#ifndef SW_RUNTIME_SUCCESSOR_H
#define SW_RUNTIME_SUCCESSOR_H

#include "runtime/rebuild.h"

/* For what the log can mend: state that was damaged, or that other rules would have made. Three
 * steps: open; catch up, as often as one likes, while the task runs; cut over. What the successor
 * emits was emitted before (or would have been, by other rules): it goes to `emitted` alone. */
typedef struct sw_successor sw_successor;

/* `rebuild->until_ms` is not used. Everything it points to outlives the successor. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_successor_open(const sw_rebuild *rebuild, sw_successor **ret);
void sw_successor_close(sw_successor *successor); /* NULL is a no-op */

/* Takes what the running task has taken up to its last commit. Only reads the bus. SW_E_AGAIN: the
 * bus does not show all of it yet. After any other error: close it, and begin again with an empty
 * target. */
SW_NODISCARD sw_err sw_successor_catch_up(sw_successor *successor, sw_rebuilt *ret_sum);

/* SW_E_RANGE: retention has taken a part of the log, which does not say all that the state knows.
 */
SW_NODISCARD sw_err sw_successor_check_log(const sw_successor *successor);

typedef struct sw_cut_over {
    uint64_t put, deleted;   /* rows that differed */
    uint64_t former, digest; /* of the state before and after; equal: nothing had to be mended */
} sw_cut_over;

/* Fences the task's owner, catches up, and commits what differs in one batch of at most
 * `bytes_max`, at the position and time of the task's last commit. Then the task may be claimed
 * again. While nobody else in this process commits. SW_E_AGAIN: a timer is past due, or the task
 * has never committed: let it run on first; SW_E_LIMIT: more differs; SW_E_RANGE: retention has
 * taken a part of the log; what bus and database say. On an error nothing has changed but the
 * fence, or, by verdict FATAL, nobody knows. */
SW_NODISCARD sw_err sw_successor_cut_over(sw_successor *successor, size_t bytes_max,
                                          sw_cut_over *ret);

#endif
