/* server.h - the server's own parts: connections, what waits for an answer, streams.  Layer 8, of
 * host/http alone.  Thread: the loop's, but for what is under a lock. */
#ifndef SW_HOST_HTTP_SERVER_H
#define SW_HOST_HTTP_SERVER_H

#include <microhttpd.h>
#include <pthread.h>
#include <sys/socket.h>

#include "host/http/exchange.h"

typedef enum sw_conn_phase {
    SW_CONN_IDLE,    /* no request, or its head is coming in */
    SW_CONN_HEAD,    /* the target is known */
    SW_CONN_BODY,    /* admitted, its body is coming in */
    SW_CONN_DISCARD, /* refused, its body is read and dropped */
    SW_CONN_WAIT,    /* suspended: the handler has not answered */
    SW_CONN_REPLY    /* the answer goes out */
} sw_conn_phase;

/* A connection; MHD's socket context. */
typedef struct sw_conn {
    struct sw_conn *next, *prev;
    sw_http *http;
    struct MHD_Connection *mhd;
    int fd;
    sw_conn_phase phase;
    int64_t deadline_ms; /* steady clock; INT64_MAX: none */
    sw_http_exchange *x; /* of the request; NULL between them, and once it is given up */
    sw_http_stream *stream;
    size_t discarded;
    int64_t length; /* of the body, as announced; -1: not said */
    int64_t began_us;
    bool cut; /* shut down by us */
    char client[64];
} sw_conn;

struct sw_http {
    sw_http_options options;
    struct MHD_Daemon *daemon;
    sw_loop_watch *watch;
    sw_loop_timer *run_timer, *sweep_timer;
    sw_routes routes;
    sw_auth *auth;
    pthread_t thread;
    bool local_only, draining, running, run_again;
    int listen_fd;
    uint16_t port;
    sw_conn *conns;
    uint32_t conn_count, stream_count, waiting;
    sw_http_exchange *spare;   /* one exchange kept, with its memory */
    sw_http_exchange *in_call; /* of the handler that runs on the loop right now */
    bool in_call_done;         /* and it has answered */
    sw_loop_fn drained;
    void *drained_arg;
    int64_t drain_deadline_ms;

    pthread_mutex_t lock;
    sw_http_exchange **mail; /* answered by other threads; under lock */
    uint32_t mail_count, mail_cap;
    bool mail_posted, closed; /* under lock */
    uint32_t refs;            /* atomic: the owner's, exchanges', streams' */
    int64_t memory;           /* atomic: bytes of bodies, answers and streams */

    sw_metric *m_conns, *m_memory, *m_requests[6], *m_latency, *m_cut, *m_refused, *m_streams;
};

void sw_http_hold(sw_http *http);
void sw_http_release(sw_http *http);
/* False: memory_max would be passed, and nothing is reserved. */
bool sw_http_reserve(sw_http *http, size_t bytes);
void sw_http_unreserve(sw_http *http, size_t bytes);
/* An exchange was answered, by any thread: keeps it for the loop. */
void sw_http_mail(sw_http_exchange *x);
int64_t sw_http_steady_ms(const sw_http *http);
/* MHD has something to do: runs it at the end of this turn of the loop. */
void sw_http_kick(sw_http *http);

/* request.c */
enum MHD_Result sw_conn_handle(void *arg, struct MHD_Connection *mhd, const char *url,
                               const char *method, const char *version, const char *data,
                               size_t *size, void **state);
void sw_conn_completed(void *arg, struct MHD_Connection *mhd, void **state,
                       enum MHD_RequestTerminationCode code);
/* The request line is there. */
void sw_conn_target(sw_conn *conn, const char *target);
/* An exchange was answered: from the mailbox. */
void sw_conn_deliver(sw_http *http, sw_http_exchange *x);
/* The same when the server is closed. */
void sw_conn_deliver_closed(sw_http_exchange *x);
/* Lets go of the exchange that is not answered yet: its answer will go nowhere. */
void sw_conn_orphan(sw_conn *conn);
/* Gives up waiting: the client gets 503, the late answer goes nowhere. */
void sw_conn_give_up(sw_conn *conn);
/* Shuts the socket down; MHD finds out and closes it. */
void sw_conn_cut(sw_conn *conn);

/* reply.c */
struct MHD_Response *sw_reply_build(sw_conn *conn, sw_http_exchange *x);

/* stream.c */
struct MHD_Response *sw_stream_response(sw_conn *conn, sw_http_stream *stream);
/* A comment line where nothing was sent for a while; cuts a client that does not read. */
void sw_stream_beat(sw_conn *conn, int64_t now_ms);
/* Ends after what was sent: the server stops. */
void sw_stream_end(sw_http_stream *stream);
/* The connection is gone, or never was. */
void sw_stream_gone(sw_http_stream *stream);
/* What was sent and not read; for sw_http_try_run. */
sw_slice sw_stream_pending(const sw_http_stream *stream);

#endif
