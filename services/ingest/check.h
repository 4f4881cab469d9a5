/* check.h - what was posted, as checked events and refusals: structured, batched and binary mode of
 * CloudEvents 1.0 over HTTP, structured and binary mode over Kafka.  Layer 9.  Thread: any; pure.
 */
#ifndef SW_INGEST_CHECK_H
#define SW_INGEST_CHECK_H

#include "codec/event.h"
#include "host/http.h"

/* A request's body, and the events of a batch. */
#define SW_BATCH_BYTES_MAX_HTTP ((size_t)4 << 20)
#define SW_BATCH_EVENTS_MAX     1000
/* How far ahead of the clock the time of an event may be. */
#define SW_FUTURE_MS_MAX ((int64_t)24 * 3600 * 1000)

typedef enum sw_post_mode {
    SW_POST_NONE, /* no CloudEvent */
    SW_POST_STRUCTURED,
    SW_POST_BATCH,
    SW_POST_BINARY
} sw_post_mode;

/* Over Kafka attributes are headers ce_… with their text as it is, and there are no batches. A
 * record without any of these headers is read as if it were in structured mode. */
typedef enum sw_binding { SW_BINDING_HTTP, SW_BINDING_KAFKA } sw_binding;

typedef struct sw_post {
    sw_binding binding;
    const sw_catalogue *catalogue;
    sw_slice content_type; /* as it was sent */
    const sw_http_field *headers;
    uint32_t header_count;
    sw_slice body;
    const sw_principal *principal;
    int64_t now_ms;
} sw_post;

/* Why something is refused. `code` is a literal of docs/events.md; texts live in the arena. */
typedef struct sw_refusal {
    const char *code; /* NULL: it is not */
    uint32_t status;  /* of the answer, if it is the only event */
    sw_slice field, message, hint;
} sw_refusal;

/* One event of the request. Everything lives for the call of the sink. */
typedef struct sw_post_item {
    uint32_t index;
    const sw_event *event;        /* NULL: refused */
    sw_slice raw;                 /* its JSON; in binary mode made of headers and body */
    sw_slice source, id, orgcode; /* as far as they could be read */
    sw_refusal refusal;
} sw_post_item;

typedef struct sw_post_sink {
    void *ctx;
    /* An error ends the reading and is returned. */
    sw_err (*item)(void *ctx, const sw_post_item *item);
} sw_post_sink;

sw_post_mode sw_post_mode_of(const sw_post *post);

/* Calls the sink for each event, in order. `*ret_whole` says why the request as a whole is refused,
 * if it is: then the sink was called for none. `scratch` is rewound after each item; what
 * `ret_whole` points to lives in it. SW_E_LIMIT: scratch is full. */
SW_NODISCARD sw_err sw_post_check(const sw_post *post, sw_arena *scratch, const sw_post_sink *sink,
                                  sw_post_mode *ret_mode, sw_refusal *ret_whole);

#endif
