#include "host/http/server.h"

/* The handler's thread and the waiting one meet here. */
typedef struct meeting {
    pthread_mutex_t lock;
    bool done;
} meeting;

static void answered(sw_http_exchange *x) {
    meeting *m = x->conn;
    pthread_mutex_lock(&m->lock);
    m->done = true;
    pthread_mutex_unlock(&m->lock);
}

static bool is_done(meeting *m) {
    pthread_mutex_lock(&m->lock);
    bool done = m->done;
    pthread_mutex_unlock(&m->lock);
    return done;
}

static sw_err read_reply(const sw_http_exchange *x, sw_arena *arena, sw_http_tried *ret) {
    sw_http_tried tried = {.status = x->reply.status, .field_count = x->reply.field_count};
    sw_slice body = sw_buf_slice(&x->reply.body);
    if (x->reply.stream) body = sw_stream_pending(x->reply.stream);
    sw_http_field *fields = sw_arena_zero(arena, x->reply.field_count, sizeof *fields);
    if (!fields || !sw_arena_copy(arena, body, &tried.body) ||
        !sw_arena_copy(arena, sw_slice_cstr(x->reply.type), &tried.type))
        return SW_E_NOMEM;
    for (uint32_t i = 0; i < x->reply.field_count; i++)
        if (!sw_arena_copy(arena, x->reply.fields[i].name, &fields[i].name) ||
            !sw_arena_copy(arena, x->reply.fields[i].value, &fields[i].value))
            return SW_E_NOMEM;
    tried.fields = fields;
    *ret = tried;
    return SW_OK;
}

static bool admitted(sw_http_exchange *x, const sw_routes *routes, const sw_http_try *what) {
    sw_exchange_head head = {.method = sw_slice_cstr(what->method),
                             .target = what->target,
                             .headers = what->headers,
                             .header_count = what->header_count,
                             .content_length = (int64_t)what->body.len,
                             .has_body = what->body.len > 0};
    if (!sw_exchange_begin(x, routes, &head)) return false;
    if (what->principal)
        x->principal = *what->principal;
    else
        sw_principal_local(&x->principal);
    return sw_exchange_admit(x, &head) && sw_buf_add(&x->body, what->body) == SW_OK;
}

sw_err sw_http_try_run(const sw_http_try *what, sw_arena *arena, sw_http_tried *ret) {
    SW_ASSERT(what && arena && ret);
    sw_http_exchange *x;
    sw_routes routes = {.count = 0};
    sw_err err = sw_routes_add(&routes, what->routes, what->route_count);
    if (!err) err = sw_exchange_open(&x);
    if (err) return err;
    meeting m = {.done = false};
    pthread_mutex_init(&m.lock, NULL);
    x->answered = answered;
    x->conn = &m;
    x->client = SW_S("try");
    if (admitted(x, &routes, what)) {
        x->match.route->handler(x->match.route->arg, x);
        while (!is_done(&m))
            if (what->wait) what->wait(what->wait_arg);
    }
    err = read_reply(x, arena, ret);
    if (x->reply.stream) sw_stream_gone(x->reply.stream);
    sw_exchange_close(x);
    pthread_mutex_destroy(&m.lock);
    return err;
}
