#include <stdlib.h>

#include "host/http/listen.h"
#include "host/http/server.h"
#include "host/logger.h"

#define SESSION_COOKIE SW_S("seawall_session=")

enum {
    DISCARD_EARLY_MAX =
        64 << 10, /* a refused body up to this is read, so that the connection stays */
    DISCARD_MAX = 1 << 20
};

/* ---- exchanges come and go ---- */

static sw_http_exchange *take_exchange(sw_http *http) {
    sw_http_exchange *x = http->spare;
    http->spare = NULL;
    if (!x && sw_exchange_open(&x) != SW_OK) return NULL;
    x->answered = sw_http_mail;
    x->carrier = http;
    x->log = http->options.log;
    return x;
}

static void give_exchange(sw_http *http, sw_http_exchange *x) {
    sw_http_unreserve(http, x->reserved);
    if (x->reply.stream) sw_stream_gone(x->reply.stream);
    if (http->spare || http->closed || x->arena.used_bytes_max > (64 << 10)) {
        sw_exchange_close(x);
        return;
    }
    sw_exchange_reset(x);
    http->spare = x;
}

static void drop_exchange(sw_conn *conn) {
    if (!conn->x) return;
    give_exchange(conn->http, conn->x);
    conn->x = NULL;
}

void sw_conn_deliver_closed(sw_http_exchange *x) {
    sw_http *http = x->carrier;
    sw_http_unreserve(http, x->reserved);
    if (x->reply.stream) sw_stream_gone(x->reply.stream);
    sw_exchange_close(x);
    sw_http_release(http);
}

void sw_conn_deliver(sw_http *http, sw_http_exchange *x) {
    sw_conn *conn = x->conn;
    if (conn) {
        http->waiting--;
        MHD_resume_connection(conn->mhd);
        sw_http_kick(http);
    } else {
        give_exchange(http, x);
    }
    sw_http_release(http);
}

void sw_conn_orphan(sw_conn *conn) {
    if (!conn->x) return;
    if (conn->phase == SW_CONN_WAIT && !conn->x->orphan_free) {
        conn->x->conn = NULL;
        conn->http->waiting--;
    }
    conn->x = NULL;
}

/* ---- answering ---- */

static enum MHD_Result queue_reply(sw_conn *conn) {
    sw_http *http = conn->http;
    sw_http_exchange *x = conn->x;
    uint32_t status = x->reply.status;
    size_t len = x->reply.body.len;
    struct MHD_Response *response = sw_reply_build(conn, x);
    if (!response) return MHD_NO;
    enum MHD_Result result = MHD_queue_response(conn->mhd, status, response);
    MHD_destroy_response(response);
    conn->phase = SW_CONN_REPLY;
    conn->deadline_ms = sw_http_steady_ms(http) + http->options.write_ms + (int64_t)len / 16;
    sw_metric_add(http->m_requests[status / 100], 1);
    int64_t took_us = sw_clock_mono_us(http->options.env.clock) - conn->began_us;
    sw_metric_observe(http->m_latency, took_us);
    if (!x->match.route || !x->match.route->silent)
        sw_logger_write(http->options.log,
                        &(sw_trace_event){.level = SW_TRACE_DEBUG,
                                          .name = "http.request",
                                          .fields = {{"method", 0, x->method_name},
                                                     {"target", 0, x->target},
                                                     {"status", status, SW_SLICE_NONE},
                                                     {"took_us", took_us, SW_SLICE_NONE},
                                                     {"client", 0, x->client},
                                                     {"who", 0, sw_slice_cstr(x->principal.sub)}}});
    drop_exchange(conn);
    return result;
}

/* Refuses on the loop, outside of a handler. */
static void refuse(sw_conn *conn, uint32_t status, const char *code, const char *text) {
    conn->http->in_call = conn->x;
    sw_http_refuse(conn->x, status, code, "%s", text);
    conn->http->in_call = NULL;
}

void sw_conn_give_up(sw_conn *conn) {
    sw_http *http = conn->http;
    sw_http_exchange *late = conn->x;
    sw_conn_orphan(conn);
    conn->x = take_exchange(http);
    if (conn->x) {
        conn->x->match.route = late->match.route;
        conn->x->orphan_free = true;
        refuse(conn, 503, "timeout", "no answer in time; what was sent may have been taken");
    }
    sw_logger_write(http->options.log, &(sw_trace_event){.level = SW_TRACE_WARN,
                                                         .name = "http.answer-timeout",
                                                         .err = SW_E_TIMEOUT});
    MHD_resume_connection(conn->mhd);
    sw_http_kick(http);
}

/* ---- who asks ---- */

static sw_slice cookie_token(const sw_http_exchange *x) {
    sw_slice cookie = sw_http_header(x, "cookie");
    for (size_t at = 0; at < cookie.len;) {
        size_t end = at;
        while (end < cookie.len && cookie.ptr[end] != ';') end++;
        sw_slice one = sw_slice_sub(cookie, at, end);
        if (sw_slice_starts(one, SESSION_COOKIE))
            return sw_slice_sub(one, SESSION_COOKIE.len, one.len);
        at = end + 1;
        while (at < cookie.len && cookie.ptr[at] == ' ') at++;
    }
    return SW_SLICE_NONE;
}

static sw_slice bearer_token(const sw_http_exchange *x) {
    sw_slice value = sw_http_header(x, "authorization");
    if (value.len < 7 || strncasecmp(value.ptr, "Bearer ", 7) != 0) return SW_SLICE_NONE;
    return sw_slice_sub(value, 7, value.len);
}

/* A page of another site must not act with what its visitor may: browsers name the page's origin
 * with whatever changes something. */
static bool same_origin(const sw_http_exchange *x) {
    sw_slice origin = sw_http_header(x, "origin"), host = sw_http_header(x, "host");
    if (origin.len == 0) return true;
    size_t at = 0;
    while (at + 3 <= origin.len && memcmp(origin.ptr + at, "://", 3) != 0) at++;
    return at + 3 <= origin.len && sw_slice_eq(sw_slice_sub(origin, at + 3, origin.len), host);
}

static bool refused_token(sw_conn *conn, const char *why) {
    sw_logger_write(conn->http->options.log,
                    &(sw_trace_event){.level = SW_TRACE_WARN,
                                      .name = "auth.refused",
                                      .fields = {{"why", 0, sw_slice_cstr(why)},
                                                 {"client", 0, conn->x->client},
                                                 {"target", 0, conn->x->uri.path}}});
    refuse(conn, 401, "unauthorized", why);
    return false;
}

static bool authenticate(sw_conn *conn) {
    sw_http *http = conn->http;
    sw_http_exchange *x = conn->x;
    bool changes = x->method != SW_HTTP_GET;
    if (http->local_only) {
        /* A name that an attacker's DNS points at the loopback is not ours (DNS rebinding). */
        if (!sw_host_is_loopback(sw_http_header(x, "host")))
            return refuse(conn, 421, "host-not-local",
                          "without keys only requests to the loopback's own names are served"),
                   false;
        sw_principal_local(&x->principal);
        x->known = true;
        if (changes && !same_origin(x))
            return refuse(conn, 403, "cross-origin", "this comes from another site's page"), false;
        return true;
    }
    x->principal = (sw_principal){.sub = "anonymous"};
    if (x->match.route->roles == 0) return true;
    sw_slice token = bearer_token(x);
    bool cookie = token.len == 0;
    if (cookie) token = cookie_token(x);
    if (token.len == 0) return refused_token(conn, "there is no bearer token");
    const char *why;
    if (sw_auth_check(http->auth, token, &x->principal, &why) != SW_OK)
        return refused_token(conn, why);
    x->principal.cookie = cookie;
    x->known = true;
    if (cookie && changes && !same_origin(x))
        return refuse(conn, 403, "cross-origin", "this comes from another site's page"), false;
    return true;
}

/* ---- the head of a request ---- */

typedef struct head_reader {
    sw_http_field fields[SW_EXCHANGE_HEADERS_MAX];
    sw_exchange_head head;
    bool too_many;
} head_reader;

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                 size_t name_len, const char *value, size_t value_len) {
    (void)kind;
    head_reader *reader = arg;
    if (reader->head.header_count == SW_EXCHANGE_HEADERS_MAX) {
        reader->too_many = true;
        return MHD_NO;
    }
    sw_slice text = sw_slice_of(value ? value : "", value ? value_len : 0);
    reader->fields[reader->head.header_count++] =
        (sw_http_field){sw_slice_of(name, name_len), text};
    if (name_len == 14 && strncasecmp(name, "content-length", 14) == 0) {
        if (!sw_slice_int(text, &reader->head.content_length))
            reader->head.content_length = INT64_MAX;
        reader->head.has_body = reader->head.content_length > 0;
    } else if (name_len == 17 && strncasecmp(name, "transfer-encoding", 17) == 0) {
        reader->head.has_body = true;
    }
    return MHD_YES;
}

static bool has_room(sw_conn *conn, const sw_exchange_head *head) {
    sw_http *http = conn->http;
    sw_http_exchange *x = conn->x;
    const char *why = NULL;
    if (http->draining)
        why = "the server is stopping";
    else if (http->waiting >= http->options.exchanges_max)
        why = "too many requests wait for their answer";
    else if (head->content_length > 0 && !sw_http_reserve(http, (size_t)head->content_length))
        why = "too much is in memory";
    if (!why) {
        if (head->content_length > 0) x->reserved = (size_t)head->content_length;
        return true;
    }
    sw_metric_add(http->m_refused, 1);
    refuse(conn, 503, "overloaded", why);
    return false;
}

void sw_conn_target(sw_conn *conn, const char *target) {
    drop_exchange(conn);
    conn->x = take_exchange(conn->http);
    conn->phase = SW_CONN_HEAD;
    conn->deadline_ms = sw_http_steady_ms(conn->http) + conn->http->options.header_ms;
    if (!conn->x) return;
    if (!sw_arena_copy(&conn->x->arena, sw_slice_cstr(target), &conn->x->target))
        drop_exchange(conn);
}

static bool admit(sw_conn *conn, head_reader *reader) {
    sw_http_exchange *x = conn->x;
    if (!sw_arena_copy(&x->arena, sw_slice_cstr(conn->client), &x->client))
        x->client = SW_SLICE_NONE;
    x->arrived_ms = sw_clock_now_ms(conn->http->options.env.clock);
    if (reader->too_many)
        return refuse(conn, 431, "header-too-large", "there are more than 100 headers"), false;
    conn->http->in_call = x;
    bool good = sw_exchange_begin(x, &conn->http->routes, &reader->head);
    conn->http->in_call = NULL;
    if (!good || !authenticate(conn)) return false;
    conn->http->in_call = x;
    good = sw_exchange_admit(x, &reader->head);
    conn->http->in_call = NULL;
    return good && has_room(conn, &reader->head);
}

static enum MHD_Result on_head(sw_conn *conn, const char *method) {
    sw_http *http = conn->http;
    head_reader reader = {.too_many = false};
    reader.head = (sw_exchange_head){.method = sw_slice_cstr(method),
                                     .target = conn->x->target,
                                     .headers = reader.fields,
                                     .content_length = -1};
    MHD_get_connection_values_n(conn->mhd, MHD_HEADER_KIND, on_header, &reader);
    conn->began_us = sw_clock_mono_us(http->options.env.clock);
    conn->deadline_ms = conn->began_us / 1000 + http->options.body_ms;
    conn->discarded = 0;
    conn->length = reader.head.content_length;
    if (admit(conn, &reader)) {
        if (conn->length > 0 && !sw_buf_room(&conn->x->body, (size_t)conn->length)) return MHD_NO;
        conn->phase = SW_CONN_BODY;
        return MHD_YES;
    }
    conn->phase = SW_CONN_DISCARD;
    bool large = reader.head.has_body && (conn->length < 0 || conn->length > DISCARD_EARLY_MAX);
    bool early = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0;
    return large && early ? queue_reply(conn) : MHD_YES;
}

/* ---- its body ---- */

static enum MHD_Result discard(sw_conn *conn, size_t *size) {
    conn->discarded += *size;
    *size = 0;
    return conn->discarded > DISCARD_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_data(sw_conn *conn, const char *data, size_t *size) {
    sw_http_exchange *x = conn->x;
    if (conn->phase == SW_CONN_DISCARD) return discard(conn, size);
    if (conn->length < 0) { /* in chunks: nobody has said how many */
        if (!sw_http_reserve(conn->http, *size)) {
            conn->phase = SW_CONN_DISCARD;
            refuse(conn, 503, "overloaded", "too much is in memory");
            return discard(conn, size);
        }
        x->reserved += *size;
    }
    if (sw_buf_add(&x->body, sw_slice_of(data, *size)) != SW_OK) {
        conn->phase = SW_CONN_DISCARD;
        refuse(conn, 413, "body-too-large", "the body is larger than this path takes");
        return discard(conn, size);
    }
    *size = 0;
    return MHD_YES;
}

static void call_handler(void *arg) {
    sw_http_exchange *x = arg;
    x->match.route->handler(x->match.route->arg, x);
}

/* The exchange is the handler's from here; by the time that this returns it may be answered. */
static enum MHD_Result run_handler(sw_conn *conn) {
    sw_http *http = conn->http;
    sw_http_exchange *x = conn->x;
    conn->phase = SW_CONN_WAIT;
    conn->began_us = sw_clock_mono_us(http->options.env.clock);
    conn->deadline_ms = conn->began_us / 1000 + http->options.answer_ms;
    x->conn = conn;
    http->waiting++;
    sw_http_hold(http);
    http->in_call = x;
    http->in_call_done = false;
    if (!x->match.route->work)
        call_handler(x);
    else if (sw_loop_work(http->options.loop, call_handler, NULL, x) != SW_OK)
        sw_http_refuse(x, 503, "overloaded", "out of memory");
    http->in_call = NULL;
    if (http->in_call_done) {
        http->waiting--;
        sw_http_release(http);
        return queue_reply(conn);
    }
    MHD_suspend_connection(conn->mhd);
    return MHD_YES;
}

enum MHD_Result sw_conn_handle(void *arg, struct MHD_Connection *mhd, const char *url,
                               const char *method, const char *version, const char *data,
                               size_t *size, void **state) {
    (void)arg;
    (void)mhd;
    (void)url;
    (void)version;
    sw_conn *conn = *state;
    if (!conn || !conn->x) return MHD_NO;
    switch (conn->phase) {
    case SW_CONN_HEAD:
        return on_head(conn, method);
    case SW_CONN_BODY:
        if (*size > 0) return on_data(conn, data, size);
        return run_handler(conn);
    case SW_CONN_DISCARD:
        if (*size > 0) return discard(conn, size);
        return queue_reply(conn);
    case SW_CONN_WAIT:
        return queue_reply(conn);
    default:
        return MHD_NO;
    }
}

void sw_conn_completed(void *arg, struct MHD_Connection *mhd, void **state,
                       enum MHD_RequestTerminationCode code) {
    (void)arg;
    (void)mhd;
    (void)code;
    sw_conn *conn = *state;
    if (!conn) return;
    if (conn->phase == SW_CONN_WAIT && conn->x && !conn->x->done) sw_conn_orphan(conn);
    drop_exchange(conn);
    conn->stream = NULL;
    conn->phase = SW_CONN_IDLE;
    conn->deadline_ms = sw_http_steady_ms(conn->http) + conn->http->options.idle_ms;
    *state = NULL;
}
