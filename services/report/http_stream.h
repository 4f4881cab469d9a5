/* http_stream.h - GET /v1/stream: decisions about warnings as they are made, as server-sent events.
 * Layer 9.  Thread: the server's; one of its own reads the log for all clients. */
#ifndef SW_REPORT_HTTP_STREAM_H
#define SW_REPORT_HTTP_STREAM_H

#include "host/http.h"
#include "report/view/query.h"

/* Each event is a CloudEvent of contract 4; `event` is its type, `id` the position of the log
 * behind it, so that a client that comes back with Last-Event-ID misses nothing and gets nothing
 * twice. With `backlog` (0 to 100) it begins so many records of each partition before the end. A
 * client sees what its principal may see. */
typedef struct sw_feed sw_feed;

/* Starts its thread. `queries` outlives it. SW_E_NOMEM, SW_E_UNKNOWN. */
SW_NODISCARD sw_err sw_feed_open(const sw_queries *queries, sw_feed **ret);
/* Ends all streams, and the thread. NULL is a no-op. */
void sw_feed_close(sw_feed *feed);
void sw_feed_route(sw_feed *feed, sw_http_route *ret);

#endif
