/* inbox.h - takes the CloudEvents that upstream puts on seawall.inbox: what the door does, for
 * records of a topic.  Layer 9.  Thread: one of its own; calls from main. */
#ifndef SW_INGEST_INBOX_H
#define SW_INGEST_INBOX_H

#include "host/auth.h"
#include "ingest/door.h"

/* Each record is checked as the door checks, and becomes an intake, or a dead letter that says
 * topic, partition, offset and reason. Where to read on is remembered in the commit that appends
 * them: nothing is taken twice, nothing is left out. While the brokers are away or too much waits,
 * it waits. */
typedef struct sw_inbox sw_inbox;

typedef struct sw_inbox_options {
    const sw_topology *topology;
    sw_bus *bus;
    sw_env env;
    const sw_catalogue *catalogue;
    sw_keyring *keyring; /* its own: a ring is one thread's. NULL: personal fields as they are */
    const char *org;     /* units that its events may be of; NULL: all */
    uint32_t instance, instances; /* partition p is read by instance p % instances */
} sw_inbox_options;

/* SW_E_NOMEM, SW_E_UNKNOWN (a topic). */
SW_NODISCARD sw_err sw_inbox_open(const sw_inbox_options *options, sw_inbox **ret);
/* After sw_runtime_start. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_inbox_start(sw_inbox *inbox, sw_runtime *runtime);
/* There may be something new. Any thread; NULL is a no-op. */
void sw_inbox_wake(sw_inbox *inbox);
/* Before sw_runtime_stop. Does not wait for what is on its way. NULL is a no-op. */
void sw_inbox_stop(sw_inbox *inbox);
/* After sw_runtime_close. NULL is a no-op. */
void sw_inbox_close(sw_inbox *inbox);

#endif
