/* feed.h - GET /v1/stream: warnings as they are decided, as server-sent events.  Layer 9.  Thread:
 * the loop's; _committed any. */
#ifndef SW_SEAWALL_FEED_H
#define SW_SEAWALL_FEED_H

#include "seawall/up/up.h"

typedef struct sw_feed sw_feed;

/* Event: the CloudEvent's type; id: partition and offset on seawall.warnings; data: the CloudEvent
 * (docs/warnings.md). Each stream has the newest `backlog` (0 to 100) first, or what came after its
 * Last-Event-ID; an event `gap` says that some of that is no longer at hand. `org`, `level` and
 * `rule` choose; units outside of the token's are never sent. */
SW_NODISCARD sw_err sw_feed_open(sw_up *up, sw_feed **ret);
/* Adds its route. */
SW_NODISCARD sw_err sw_feed_start(sw_feed *feed);
/* Something was committed. */
void sw_feed_committed(sw_feed *feed);
void sw_feed_close(sw_feed *feed); /* NULL is a no-op */

#endif
