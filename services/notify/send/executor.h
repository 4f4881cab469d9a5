/* executor.h - carries intended messages out after their commit, and says what came of it. Layer 9.
 * Thread: open, start, stop and close by one; it has a thread of its own. */
#ifndef SW_NOTIFY_EXECUTOR_H
#define SW_NOTIFY_EXECUTOR_H

#include "notify/send/channels.h"
#include "notify/shared.h"
#include "runtime/read.h"
#include "runtime/runtime.h"

/* At most one handover for a message: that it is being sent is recorded, and durable, before the
 * call; what a crash left in that state is indeterminate, never repeated by itself. A failure that
 * came surely before the handover (no connection, 503) is postponed, and the channel rests, twice
 * as long each time up to a minute. */
typedef struct sw_executor sw_executor;

typedef struct sw_executor_options {
    const sw_topology *topology;
    sw_bus *bus;
    sw_runtime *runtime;
    sw_env env;
    const sw_notify_shared *shared;
    const sw_channels *channels;
    uint32_t flying_max; /* messages between their record and their outcome; 0: 512 */
} sw_executor_options;

/* SW_E_UNKNOWN: the topology lacks the outbox; SW_E_NOMEM. */
SW_NODISCARD sw_err sw_executor_open(const sw_executor_options *options, sw_executor **ret);
/* After the runtime was started: first what an earlier life left behind is told to be
 * indeterminate, once the tasks have read all that it wrote. */
SW_NODISCARD sw_err sw_executor_start(sw_executor *executor);
/* Begins no more calls, waits for those under way (at most their timeout), ends the thread. Before
 * the runtime is stopped. */
void sw_executor_stop(sw_executor *executor);
/* After the runtime was closed. NULL is a no-op. */
void sw_executor_close(sw_executor *executor);

/* Whether the gateway could not be reached when it was probed last. Any thread. */
bool sw_executor_gateway_down(sw_executor *executor);
/* A report of the gateway about a message: Kannel's types 1 delivered, 2 failed, 4 buffered, 8
 * accepted, 16 refused by the centre. SW_E_NOT_FOUND: the token is not of that message;
 * SW_E_INVALID: no such type; what the runtime says. */
SW_NODISCARD sw_err sw_executor_report(sw_executor *executor, sw_slice recipient, sw_slice message,
                                       sw_slice token, sw_slice type);

#endif
