/* exchange.h - a request with its answer, apart from the socket that it came from.  Layer 8, of
 * host/http alone.  Thread: its handler's until it is answered, then its carrier's. */
#ifndef SW_HOST_HTTP_EXCHANGE_H
#define SW_HOST_HTTP_EXCHANGE_H

#include "host/http/routes.h"

struct sw_logger;

#define SW_EXCHANGE_ARENA_BYTES ((size_t)1 << 20)
#define SW_EXCHANGE_HEADERS_MAX 100

/* An answer, ready to be sent. */
typedef struct sw_exchange_reply {
    uint32_t status;
    const char *type;
    sw_buf body;
    const char *code;            /* of a problem; else NULL */
    const sw_http_field *fields; /* in the exchange's arena */
    uint32_t field_count;
    uint32_t retry_after_s;
    bool cache;
    sw_http_stream *stream; /* instead of a body */
} sw_exchange_reply;

struct sw_http_exchange {
    /* Who carries the answer: called once, by the thread that answered. */
    void (*answered)(sw_http_exchange *x);
    void *carrier, *conn;
    size_t reserved; /* of the carrier's memory, for the body */
    struct sw_logger *log;

    sw_arena arena;
    sw_http_method method;
    sw_slice method_name, target, content_type;
    sw_slice client; /* in the arena: the connection may be gone before the answer */
    int64_t arrived_ms;
    sw_uri uri;
    const sw_http_field *headers;
    uint32_t header_count;
    sw_route_match match;
    sw_principal principal;
    bool known, noted; /* the principal is who asks; the handler had something for the audit */
    sw_slice object, detail; /* of the audit line; in the arena */
    sw_buf body;
    sw_exchange_reply reply;
    bool done;        /* answered */
    bool orphan_free; /* made by the server itself: no handler has it */
};

/* An exchange without a request. `carrier` is for whom `answered` is called. */
SW_NODISCARD sw_err sw_exchange_open(sw_http_exchange **ret);
/* Empty again, its memory kept. */
void sw_exchange_reset(sw_http_exchange *x);
void sw_exchange_close(sw_http_exchange *x); /* NULL is a no-op */

/* Sets method, target and headers (copied; names in lower case) and finds the route. If the
 * request is refused, it is answered (x->done), and false returned. */
typedef struct sw_exchange_head {
    sw_slice method, target;
    const sw_http_field *headers;
    uint32_t header_count;
    int64_t content_length; /* -1: not said (no body, or in chunks) */
    bool has_body;
} sw_exchange_head;
bool sw_exchange_begin(sw_http_exchange *x, const sw_routes *routes, const sw_exchange_head *head);
/* Roles, size and content type against the route, once the principal is known. */
bool sw_exchange_admit(sw_http_exchange *x, const sw_exchange_head *head);
/* The most that the body may have. */
size_t sw_exchange_body_max(const sw_http_exchange *x);

/* For what is told before there is an exchange's own handler: the reply of OPTIONS. */
void sw_exchange_allow(sw_http_exchange *x, uint32_t status);

#endif
