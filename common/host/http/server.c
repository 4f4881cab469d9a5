#include "host/http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/http/listen.h"
#include "host/logger.h"

enum {
    SWEEP_MS = 500,
    CONNECTION_BYTES = 40 << 10, /* of a request's head; more than 32 KiB is mapped, and costs
                                    memory only as it is touched */
    MAIL_MAX = 1 << 20
};

void sw_http_hold(sw_http *http) {
    __atomic_fetch_add(&http->refs, 1, __ATOMIC_RELAXED);
}

void sw_http_release(sw_http *http) {
    if (__atomic_sub_fetch(&http->refs, 1, __ATOMIC_ACQ_REL) > 0) return;
    pthread_mutex_destroy(&http->lock);
    sw_heap_free(http->mail);
    sw_heap_free(http);
}

bool sw_http_reserve(sw_http *http, size_t bytes) {
    int64_t now = __atomic_add_fetch(&http->memory, (int64_t)bytes, __ATOMIC_RELAXED);
    if (now <= (int64_t)http->options.memory_max) return true;
    sw_http_unreserve(http, bytes);
    return false;
}

void sw_http_unreserve(sw_http *http, size_t bytes) {
    __atomic_fetch_sub(&http->memory, (int64_t)bytes, __ATOMIC_RELAXED);
}

int64_t sw_http_steady_ms(const sw_http *http) {
    return sw_clock_mono_us(http->options.env.clock) / 1000;
}

/* ---- running MHD by the loop ---- */

/* MHD says when it wants to run again even if its descriptor stays silent. */
static void run(void *arg) {
    sw_http *http = arg;
    if (!http->daemon || http->running) return;
    http->running = true;
    MHD_run(http->daemon);
    http->running = false;
    MHD_UNSIGNED_LONG_LONG after;
    if (MHD_get_timeout(http->daemon, &after) == MHD_YES)
        sw_loop_timer_again(http->run_timer, after > 1000 ? 1000 : (int64_t)after);
    else if (http->run_again)
        sw_loop_timer_again(http->run_timer, 0);
    http->run_again = false;
}

void sw_http_kick(sw_http *http) {
    http->run_again = true;
    if (!http->running && http->run_timer) sw_loop_timer_again(http->run_timer, 0);
}

static void take_mail(void *arg) {
    sw_http *http = arg;
    for (;;) {
        sw_http_exchange *list[256];
        uint32_t count;
        pthread_mutex_lock(&http->lock);
        count = http->mail_count < SW_COUNT(list) ? http->mail_count : (uint32_t)SW_COUNT(list);
        if (count) memcpy(list, http->mail, count * sizeof *list);
        http->mail_count -= count;
        if (http->mail_count)
            memmove(http->mail, http->mail + count, http->mail_count * sizeof *list);
        if (count == 0) http->mail_posted = false;
        pthread_mutex_unlock(&http->lock);
        if (count == 0) break;
        for (uint32_t i = 0; i < count; i++) sw_conn_deliver(http, list[i]);
    }
    run(http);
    sw_http_release(http);
}

static bool grow_mail(sw_http *http) {
    if (http->mail_count < http->mail_cap) return true;
    uint32_t cap = http->mail_cap ? http->mail_cap * 2 : 256;
    if (cap > MAIL_MAX) return false;
    sw_http_exchange **mail = sw_heap_resize(http->mail, cap * sizeof *mail);
    if (!mail) return false;
    http->mail = mail;
    http->mail_cap = cap;
    return true;
}

/* Any thread. One post for all that were answered since the last. */
void sw_http_mail(sw_http_exchange *x) {
    sw_http *http = x->carrier;
    bool post = false;
    if (pthread_equal(pthread_self(), http->thread) && http->in_call == x) {
        http->in_call_done = true;
        return;
    }
    pthread_mutex_lock(&http->lock);
    bool closed = http->closed, kept = !closed && grow_mail(http);
    if (kept) {
        http->mail[http->mail_count++] = x;
        post = !http->mail_posted;
        http->mail_posted = true;
    }
    if (post) {
        sw_http_hold(http);
        if (sw_loop_post(http->options.loop, take_mail, http) != SW_OK) abort();
    }
    pthread_mutex_unlock(&http->lock);
    if (!closed) {
        SW_ASSERT(kept); /* never more than there are exchanges */
        return;
    }
    sw_conn_deliver_closed(x);
}

/* ---- connections ---- */

static void on_connection(void *arg, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code) {
    sw_http *http = arg;
    sw_conn *conn = *context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        conn = sw_heap_zero(1, sizeof *conn);
        *context = conn;
        if (!conn) return; /* its first request closes it */
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        *conn = (sw_conn){.http = http, .mhd = mhd, .fd = info ? info->connect_fd : -1};
        conn->deadline_ms = sw_http_steady_ms(http) + http->options.header_ms;
        info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        if (info) sw_listen_peer(info->client_addr, conn->client, sizeof conn->client);
        conn->next = http->conns;
        if (conn->next) conn->next->prev = conn;
        http->conns = conn;
        http->conn_count++;
    } else if (conn) {
        if (conn->prev)
            conn->prev->next = conn->next;
        else
            http->conns = conn->next;
        if (conn->next) conn->next->prev = conn->prev;
        http->conn_count--;
        *context = NULL;
        sw_heap_free(conn);
    }
    sw_metric_set(http->m_conns, http->conn_count);
}

void sw_conn_cut(sw_conn *conn) {
    if (conn->cut) return;
    conn->cut = true;
    shutdown(conn->fd, SHUT_RDWR);
    sw_metric_add(conn->http->m_cut, 1);
    sw_http_kick(conn->http);
}

static void finish_drain(sw_http *http) {
    sw_loop_fn done = http->drained;
    http->drained = NULL;
    if (done) done(http->drained_arg);
}

/* Whoever is past his time is cut off: MHD itself knows only silence, and a client that sends a
 * byte now and then is never silent. */
static void sweep(void *arg) {
    sw_http *http = arg;
    int64_t now = sw_http_steady_ms(http);
    for (sw_conn *conn = http->conns; conn; conn = conn->next) {
        if (conn->stream) sw_stream_beat(conn, now);
        bool idle = conn->phase == SW_CONN_IDLE && http->draining;
        if (conn->deadline_ms > now && !idle) continue;
        if (conn->phase == SW_CONN_WAIT && conn->x && !conn->stream)
            sw_conn_give_up(conn);
        else
            sw_conn_cut(conn);
    }
    sw_metric_set(http->m_memory, __atomic_load_n(&http->memory, __ATOMIC_RELAXED));
    sw_metric_set(http->m_streams, http->stream_count);
    if (http->draining && (http->conn_count == 0 || now >= http->drain_deadline_ms))
        finish_drain(http);
    run(http);
}

/* ---- opening and closing ---- */

static void defaults(sw_http_options *o) {
    if (!o->connections_max) o->connections_max = 12000;
    if (!o->exchanges_max) o->exchanges_max = 4096;
    if (!o->streams_max) o->streams_max = 1000;
    if (!o->memory_max) o->memory_max = (size_t)256 << 20;
    if (!o->header_ms) o->header_ms = 20000;
    if (!o->body_ms) o->body_ms = 60000;
    if (!o->idle_ms) o->idle_ms = 75000;
    if (!o->answer_ms) o->answer_ms = 30000;
    if (!o->write_ms) o->write_ms = 60000;
}

static sw_err open_metrics(sw_http *http) {
    static const char *const classes[6] = {
        "", "code=\"1xx\"", "code=\"2xx\"", "code=\"3xx\"", "code=\"4xx\"", "code=\"5xx\""};
    sw_metrics *m = http->options.env.metrics;
    sw_err err = SW_OK;
    for (int i = 2; !err && i < 6; i++)
        err = sw_metrics_get(m, SW_METRIC_COUNTER, "seawall_http_requests_total", classes[i],
                             "Answered HTTP requests by class of status.", &http->m_requests[i]);
    const struct {
        sw_metric **to;
        sw_metric_kind kind;
        const char *name, *help;
    } table[] = {
        {&http->m_conns, SW_METRIC_GAUGE, "seawall_http_connections", "Open HTTP connections."},
        {&http->m_memory, SW_METRIC_GAUGE, "seawall_http_memory_bytes",
         "Bytes of bodies, answers and streams in memory."},
        {&http->m_streams, SW_METRIC_GAUGE, "seawall_http_streams", "Open event streams."},
        {&http->m_latency, SW_METRIC_HISTOGRAM, "seawall_http_answer_us",
         "Time from a whole request to its answer."},
        {&http->m_cut, SW_METRIC_COUNTER, "seawall_http_cut_total",
         "Connections that were shut down because their client was too slow."},
        {&http->m_refused, SW_METRIC_COUNTER, "seawall_http_refused_total",
         "Requests refused because the server had too much to do."},
    };
    for (size_t i = 0; !err && i < SW_COUNT(table); i++)
        err = sw_metrics_get(m, table[i].kind, table[i].name, "", table[i].help, table[i].to);
    return err;
}

/* As many descriptors as there may be connections, if the machine lets us. */
static void raise_files(uint32_t connections_max) {
    struct rlimit limit;
    rlim_t want = (rlim_t)connections_max + 1024;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want) return;
    limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void *on_target(void *arg, const char *target, struct MHD_Connection *mhd) {
    (void)arg;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    sw_conn *conn = info ? info->socket_context : NULL;
    if (!conn) return NULL;
    sw_conn_target(conn, target);
    return conn;
}

static size_t keep_escapes(void *arg, struct MHD_Connection *mhd, char *text) {
    (void)arg;
    (void)mhd;
    return strlen(text);
}

static void quiet(void *arg, const char *fmt, va_list args) {
    (void)arg;
    (void)fmt;
    (void)args;
}

static sw_err start_daemon(sw_http *http) {
    const sw_http_options *o = &http->options;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO | MHD_USE_ERROR_LOG;
    http->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, sw_conn_handle, http, MHD_OPTION_EXTERNAL_LOGGER, quiet, NULL,
        MHD_OPTION_LISTEN_SOCKET, http->listen_fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)o->connections_max, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_NOTIFY_COMPLETED, sw_conn_completed, http,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_URI_LOG_CALLBACK, on_target,
        http, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_SIGPIPE_HANDLED_BY_APP,
        1, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (!http->daemon) return SW_E_IO;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info) return SW_E_IO;
    sw_err err = sw_loop_watch_open(o->loop, info->epoll_fd, run, http, &http->watch);
    if (!err) err = sw_loop_timer_open(o->loop, 0, 0, run, http, &http->run_timer);
    if (!err)
        err = sw_loop_timer_open(o->loop, SWEEP_MS, SWEEP_MS, sweep, http, &http->sweep_timer);
    return err;
}

sw_err sw_http_open(const sw_http_options *options, sw_diags *diags, sw_http **ret) {
    SW_ASSERT(options && options->loop && options->listen && options->auth && options->env.clock);
    sw_http *http = sw_heap_zero(1, sizeof *http);
    if (!http) return SW_E_NOMEM;
    http->options = *options;
    defaults(&http->options);
    http->auth = options->auth;
    http->local_only = !sw_auth_required(options->auth);
    http->refs = 1;
    http->thread = pthread_self();
    pthread_mutex_init(&http->lock, NULL);
    raise_files(http->options.connections_max);
    sw_err err =
        sw_listen_open(options->listen, http->local_only, diags, &http->listen_fd, &http->port);
    if (err) http->listen_fd = -1;
    if (!err) err = open_metrics(http);
    if (!err) err = start_daemon(http);
    if (err) return sw_http_close(http), err;
    *ret = http;
    return SW_OK;
}

sw_err sw_http_route_add(sw_http *http, const sw_http_route *routes, size_t count) {
    return sw_routes_add(&http->routes, routes, count);
}

uint16_t sw_http_port(const sw_http *http) {
    return http->port;
}

void sw_http_set_auth(sw_http *http, sw_auth *auth) {
    SW_ASSERT(sw_auth_required(auth) || http->local_only);
    http->auth = auth;
    http->local_only = !sw_auth_required(auth);
}

void sw_http_drain(sw_http *http, int64_t grace_ms, sw_loop_fn done, void *arg) {
    SW_ASSERT(!http->draining);
    http->draining = true;
    http->drained = done;
    http->drained_arg = arg;
    http->drain_deadline_ms = sw_http_steady_ms(http) + grace_ms;
    int fd = MHD_quiesce_daemon(http->daemon);
    if (fd >= 0) {
        close(fd);
        http->listen_fd = -1;
    }
    for (sw_conn *conn = http->conns; conn; conn = conn->next) {
        if (conn->stream) sw_stream_end(conn->stream);
        if (conn->phase == SW_CONN_IDLE) sw_conn_cut(conn);
    }
    sw_loop_timer_again(http->sweep_timer, 0);
}

void sw_http_close(sw_http *http) {
    if (!http) return;
    http->draining = true; /* nothing new from here */
    for (sw_conn *conn = http->conns; conn; conn = conn->next) {
        if (conn->stream) sw_stream_end(conn->stream);
        if (conn->phase != SW_CONN_WAIT) continue;
        sw_conn_orphan(conn);
        MHD_resume_connection(conn->mhd);
    }
    sw_loop_watch_close(http->watch);
    if (http->daemon) {
        MHD_run(http->daemon);
        MHD_stop_daemon(http->daemon); /* closes the listening socket unless it was drained */
        http->daemon = NULL;
    } else if (http->listen_fd >= 0) {
        close(http->listen_fd);
    }
    sw_loop_timer_close(http->run_timer);
    sw_loop_timer_close(http->sweep_timer);
    http->run_timer = http->sweep_timer = NULL;
    pthread_mutex_lock(&http->lock);
    http->closed = true;
    uint32_t count = http->mail_count;
    http->mail_count = 0;
    pthread_mutex_unlock(&http->lock);
    for (uint32_t i = 0; i < count; i++) {
        sw_conn_deliver_closed(http->mail[i]);
    }
    sw_exchange_close(http->spare);
    http->spare = NULL;
    sw_http_release(http);
}
