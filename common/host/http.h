/* http.h - an HTTP/1.1 server: routes, exchanges that are answered at once or later, streams of
 * server-sent events.  Layer 8.  Thread: handlers run on the loop's thread; calls on an exchange or
 * a stream may be made by any thread, one at a time.
 *
 *     static void get_case(void *arg, sw_http_exchange *x) {
 *         sw_slice id = sw_http_path(x, "id");
 *         ...
 *         sw_http_answer(x, &(sw_http_reply){.status = 200, .body = sw_buf_slice(&json)});
 *     }
 *     static const sw_http_route routes[] = {
 *         {SW_HTTP_GET, "/v1/cases/{id}", SW_ROLE_READ, get_case, .work = true},
 *     };
 *
 * The server has done before a handler runs: 404, 405 with Allow, OPTIONS, 401, 403 by role, 413
 * before anything is buffered, 415, 429 and 503 by its own bounds. HEAD is GET without a body. */
#ifndef SW_HOST_HTTP_H
#define SW_HOST_HTTP_H

#include "base/buf.h"
#include "env/env.h"
#include "host/auth.h"
#include "host/loop.h"

typedef struct sw_http sw_http;                   /* the server */
typedef struct sw_http_exchange sw_http_exchange; /* one request and its answer */
typedef struct sw_http_stream sw_http_stream;     /* an answer that goes on: server-sent events */

typedef enum sw_http_method {
    SW_HTTP_GET = 1,
    SW_HTTP_POST = 2,
    SW_HTTP_PUT = 4,
    SW_HTTP_DELETE = 8,
    SW_HTTP_PATCH = 16
} sw_http_method;

/* ---- routes ---- */

typedef void (*sw_http_handler)(void *arg, sw_http_exchange *x);

/* `path` is absolute; a segment in braces matches any one segment that is not empty and gives it a
 * name: "/v1/warnings/{id}/actions". Literal segments go before names. */
typedef struct sw_http_route {
    sw_http_method method;
    const char *path;
    uint32_t roles; /* any of these; 0: open to everybody, without a token too */
    sw_http_handler handler;
    void *arg;
    size_t body_max; /* of POST, PUT, PATCH: bytes; 0: 64 KiB */
    /* Content types that are taken (without parameters), NULL-terminated; NULL: application/json.
     * "*" takes any. */
    const char *const *types;
    bool work;   /* the handler runs on a thread for slow work: it may block on a disk */
    bool silent; /* no line in the access log at level info (probes, metrics, the page) */
    /* Its name in the audit ("events.post"): the server writes a line for each request of it,
     * before the answer goes out. On a route without roles only for those that the handler notes:
     * anybody may come there. NULL: it changes nothing. */
    const char *action;
} sw_http_route;

/* ---- what was asked ---- */

typedef struct sw_http_field {
    sw_slice name; /* headers: in lower case */
    sw_slice value;
} sw_http_field;

sw_http_method sw_http_method_of(const sw_http_exchange *x);
/* As it came, without query, still encoded. */
sw_slice sw_http_target(const sw_http_exchange *x);
/* The decoded value of "{name}" in the route's path. It is valid UTF-8 without control
 * characters. */
sw_slice sw_http_path(const sw_http_exchange *x, const char *name);
/* The decoded value of the first query parameter of that name; false if there is none. All values
 * are valid UTF-8 (else the server has answered 400). */
bool sw_http_query(const sw_http_exchange *x, const char *name, sw_slice *ret);
/* All query parameters in order, decoded. */
const sw_http_field *sw_http_queries(const sw_http_exchange *x, uint32_t *ret_count);
/* The names that a route takes; any other parameter is answered with 400, and false returned. */
bool sw_http_query_only(sw_http_exchange *x, const char *const *names, size_t count);
/* `org`: the beginning of unit codes that is asked for, within the subtree of the principal; left
 * out: that subtree. A whole code is the unit with all that is under it. What is wrong is answered,
 * and false returned. */
bool sw_http_query_org(sw_http_exchange *x, sw_slice *ret_prefix);
/* The same of a text from elsewhere, such as the path. */
bool sw_http_org_of(sw_http_exchange *x, sw_slice text, sw_slice *ret_prefix);
/* The first header of that name (in lower case); an empty slice if there is none. */
sw_slice sw_http_header(const sw_http_exchange *x, const char *name);
const sw_http_field *sw_http_headers(const sw_http_exchange *x, uint32_t *ret_count);
/* The whole body; empty if there was none. Lives until the answer. */
sw_slice sw_http_body(const sw_http_exchange *x);
/* The content type without parameters, in lower case; empty if there was none. */
sw_slice sw_http_content_type(const sw_http_exchange *x);
/* Who asks; on open routes without a token its `sub` is "anonymous" and its roles are none. */
const sw_principal *sw_http_principal(const sw_http_exchange *x);
/* The address of the client, for logs: "127.0.0.1:53122". */
sw_slice sw_http_client(const sw_http_exchange *x);
/* Memory for the handler, given back with the exchange; capped (1 MiB and what the body takes).
 * After the answer it must not be touched. */
sw_arena *sw_http_arena(sw_http_exchange *x);
int64_t sw_http_arrived_ms(const sw_http_exchange *x);

/* ---- answers: exactly one for each exchange, after which it is gone ---- */

#define SW_HTTP_REPLY_FIELDS_MAX 6

typedef struct sw_http_reply {
    uint32_t status;
    const char *type; /* a literal; NULL: application/json */
    sw_slice body;    /* copied */
    sw_buf *take; /* instead of `body`: its bytes become the server's, the buffer is empty after */
    uint32_t retry_after_s;                         /* 0: no such header */
    sw_http_field fields[SW_HTTP_REPLY_FIELDS_MAX]; /* further headers; an empty name ends them */
    bool cache;                                     /* else Cache-Control: no-store */
} sw_http_reply;

/* Answers. If the client is gone or the server stops, it is dropped. Always takes over `take`. */
void sw_http_answer(sw_http_exchange *x, const sw_http_reply *reply);

/* RFC 9457, the only form of errors: {"type":"urn:seawall:problem:CODE","title":…,"status":…,
 * "code":CODE,"detail":…,"field":…,"hint":…}. */
typedef struct sw_http_problem {
    uint32_t status;
    const char *code; /* "time-in-future": a literal, stable for programs */
    sw_slice detail;  /* one sentence for people; may be empty */
    sw_slice field;   /* path of the value that is wrong; may be empty */
    sw_slice hint;    /* what to do; may be empty */
    uint32_t retry_after_s;
    sw_slice more; /* further members as JSON, without braces: "\"rejected\":[…]"; may be empty */
} sw_http_problem;

void sw_http_problem_answer(sw_http_exchange *x, const sw_http_problem *problem);
/* The common case, with printf for the detail. */
void sw_http_refuse(sw_http_exchange *x, uint32_t status, const char *code, const char *fmt, ...)
    SW_PRINTF(4, 5);
/* By the error's verdict: RETRY 503 with Retry-After, REJECT 400 (404, 409, 413 by name), else
 * 500. */
void sw_http_refuse_err(sw_http_exchange *x, sw_err err, const char *what);
/* The problem document alone, for items of a batch and for tests. */
void sw_http_problem_write(sw_buf *buf, const sw_http_problem *problem);

/* What the audit line of this request says beside who, action and status: what it was done to (the
 * first that is named stands; else the path) and more about it (joined by "; "). Copied. Before the
 * answer. */
void sw_http_note(sw_http_exchange *x, sw_slice object, sw_slice detail);

/* ---- streams (HTML Living Standard, server-sent events) ---- */

/* Answers 200 with text/event-stream and keeps the connection. The exchange is gone after this; the
 * stream is held by the caller until sw_http_stream_close. `org`, principal and whatever else it
 * filters by must have been read before. NULL, and answered with 503: too many streams. */
sw_http_stream *sw_http_stream_open(sw_http_exchange *x);
/* The client's Last-Event-ID header, or the query parameter last_event_id; empty: from now on. */
sw_slice sw_http_last_event_id(const sw_http_exchange *x);
/* Sends one event; `id` and `event` may be empty; `data` may have several lines. Any thread.
 * SW_E_END: the client is gone; SW_E_LIMIT: it was too slow, its buffer (64 KiB) is full, and it
 * has been dropped: in both cases close the stream. */
SW_NODISCARD sw_err sw_http_stream_send(sw_http_stream *stream, sw_slice id, sw_slice event,
                                        sw_slice data);
/* Bytes that its buffer takes now: who has more to send waits for the client instead of losing it.
 */
size_t sw_http_stream_room(const sw_http_stream *stream);
/* Whether the client is still there. */
bool sw_http_stream_alive(const sw_http_stream *stream);
/* Ends the answer after what was sent and gives the stream back. NULL is a no-op. */
void sw_http_stream_close(sw_http_stream *stream);

/* ---- the server ---- */

typedef struct sw_http_options {
    sw_loop *loop;
    const char *listen; /* "127.0.0.1:8080", "[::1]:0", ":8080" (all addresses); port 0: any */
    sw_auth *auth;
    sw_env env;
    struct sw_logger *log; /* host/logger.h; NULL: no access log, no audit */
    /* Zero means the default. */
    uint32_t connections_max;   /* 12,000 */
    uint32_t exchanges_max;     /* unanswered at once: 4,096; more are answered with 503 */
    uint32_t streams_max;       /* 1,000 */
    size_t memory_max;          /* all bodies and answers: 256 MiB; more is answered with 503 */
    int64_t header_ms, body_ms; /* to send the head of a request (20 s), its body (60 s) */
    int64_t idle_ms;            /* a kept connection without a request (75 s) */
    int64_t answer_ms;          /* an exchange that is not answered gets 503 (30 s) */
    int64_t write_ms;           /* a client that does not read its answer (60 s) */
} sw_http_options;

/* Listens. Without keys only a loopback address is allowed, and requests must name it in Host.
 * SW_E_INVALID (address), SW_E_BUSY (port), SW_E_IO, said in `diags`. */
SW_NODISCARD sw_err sw_http_open(const sw_http_options *options, sw_diags *diags, sw_http **ret);
/* Adds routes before the loop runs; `routes` and what it points to outlive the server.
 * SW_E_CONFLICT, SW_E_INVALID: our own mistake. */
SW_NODISCARD sw_err sw_http_route_add(sw_http *http, const sw_http_route *routes, size_t count);
/* The port that it listens on. */
uint16_t sw_http_port(const sw_http *http);
/* Other keys from now on (SIGHUP); the former ones are closed by the caller after it returns. */
void sw_http_set_auth(sw_http *http, sw_auth *auth);
/* Takes no new connections and no new requests, answers what was begun, ends streams; `done` is
 * called on the loop when nothing is left, at latest after `grace_ms`. */
void sw_http_drain(sw_http *http, int64_t grace_ms, sw_loop_fn done, void *arg);
/* NULL is a no-op. Exchanges that were never answered may still be answered, into nothing. */
void sw_http_close(sw_http *http);

/* One request through the routes without a socket: for unit tests of handlers and for fuzzing. The
 * reply is complete when the handler has answered; `wait` is called until then (may be NULL). */
typedef struct sw_http_try {
    const sw_http_route *routes;
    size_t route_count;
    const char *method;
    sw_slice target; /* path and query */
    const sw_http_field *headers;
    uint32_t header_count;
    sw_slice body;
    const sw_principal *principal; /* NULL: the local one */
    void (*wait)(void *arg);
    void *wait_arg;
} sw_http_try;

typedef struct sw_http_tried {
    uint32_t status;
    sw_slice type, body; /* in the arena */
    const sw_http_field *fields;
    uint32_t field_count;
} sw_http_tried;

SW_NODISCARD sw_err sw_http_try_run(const sw_http_try *what, sw_arena *arena, sw_http_tried *ret);

#endif
