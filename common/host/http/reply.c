#include <stdio.h>

#include "host/http/server.h"

/* What a response's bytes are, until MHD gives them back. */
typedef struct held_body {
    sw_http *http;
    sw_buf buf;
    size_t reserved;
} held_body;

static void free_body(void *arg) {
    held_body *held = arg;
    sw_http_unreserve(held->http, held->reserved);
    sw_http_release(held->http);
    sw_buf_done(&held->buf);
    sw_heap_free(held);
}

static void add_slices(struct MHD_Response *response, sw_slice name, sw_slice value) {
    char left[128], right[4096];
    if (name.len >= sizeof left || value.len >= sizeof right) return;
    memcpy(left, name.ptr, name.len);
    left[name.len] = '\0';
    memcpy(right, value.ptr ? value.ptr : "", value.len);
    right[value.len] = '\0';
    MHD_add_response_header(response, left, right);
}

static bool has_field(const sw_exchange_reply *reply, const char *name) {
    for (uint32_t i = 0; i < reply->field_count; i++)
        if (sw_slice_is(reply->fields[i].name, name)) return true;
    return false;
}

static void add_headers(sw_conn *conn, struct MHD_Response *response,
                        const sw_exchange_reply *reply) {
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    if (!has_field(reply, "Content-Security-Policy"))
        MHD_add_response_header(response, "Content-Security-Policy",
                                "default-src 'none'; frame-ancestors 'none'");
    if (!reply->cache) MHD_add_response_header(response, "Cache-Control", "no-store");
    if (reply->type && reply->status != 204 && reply->status != 304)
        MHD_add_response_header(response, "Content-Type", reply->type);
    if (reply->retry_after_s) {
        char text[16];
        snprintf(text, sizeof text, "%u", reply->retry_after_s);
        MHD_add_response_header(response, "Retry-After", text);
    }
    for (uint32_t i = 0; i < reply->field_count; i++)
        add_slices(response, reply->fields[i].name, reply->fields[i].value);
    if (conn->http->draining) MHD_add_response_header(response, "Connection", "close");
}

static struct MHD_Response *body_response(sw_conn *conn, sw_http_exchange *x) {
    if (x->reply.body.len == 0)
        return MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    held_body *held = sw_heap_zero(1, sizeof *held);
    if (!held) return NULL;
    *held = (held_body){.http = conn->http, .buf = x->reply.body, .reserved = x->reply.body.cap};
    x->reply.body = (sw_buf){.max = held->buf.max};
    /* An answer that is made is sent, even past the bound: refusing it would cost more. */
    __atomic_add_fetch(&conn->http->memory, (int64_t)held->reserved, __ATOMIC_RELAXED);
    sw_http_hold(conn->http);
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        held->buf.len, held->buf.ptr, free_body, held);
    if (!response) free_body(held);
    return response;
}

struct MHD_Response *sw_reply_build(sw_conn *conn, sw_http_exchange *x) {
    struct MHD_Response *response;
    if (x->reply.stream) {
        sw_http_stream *stream = x->reply.stream;
        x->reply.stream = NULL;
        response = sw_stream_response(conn, stream);
    } else {
        response = body_response(conn, x);
    }
    if (response) add_headers(conn, response, &x->reply);
    return response;
}
