/* http_events.h - POST /v1/events: the contract's answers.  Layer 9.  Thread: the loop's;
 * sw_ingest_answer_http any. */
#ifndef SW_INGEST_HTTP_EVENTS_H
#define SW_INGEST_HTTP_EVENTS_H

#include "ingest/door.h"

/* POST /v1/events, for role publisher. `arg` of the route is the door. */
void sw_ingest_route(sw_ingest *ingest, sw_http_route *ret);
/* For sw_ingest_options.answer: answers the sw_http_exchange that the request came with. */
void sw_ingest_answer_http(void *arg, const sw_request *request);

/* 429 or 503 with Retry-After. */
void sw_ingest_answer_busy(sw_http_exchange *x, sw_busy busy);
/* After sw_ingest_post or _retry: answers what these leave to the caller; nothing if the answer
 * comes by itself. */
void sw_ingest_answer_at_once(sw_http_exchange *x, sw_err err, const sw_refusal *whole);

#endif
