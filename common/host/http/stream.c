#include "host/http/server.h"

enum { STREAM_BYTES_MAX = 64 << 10, BEAT_MS = 15000, BLOCK_BYTES = 4096 };

struct sw_http_stream {
    sw_http *http; /* NULL: of sw_http_try_run */
    sw_conn *conn; /* the loop's */
    pthread_mutex_t lock;
    sw_buf buf;
    size_t at;      /* what the client has got of it */
    bool suspended; /* nothing to send: MHD does not look at it */
    bool waking;    /* a post is on its way */
    bool ended, gone, slow;
    int64_t sent_ms; /* the loop's */
    uint32_t refs;   /* the holder's and the connection's; under lock */
};

static void let_go(sw_http_stream *stream) {
    pthread_mutex_lock(&stream->lock);
    bool last = --stream->refs == 0;
    pthread_mutex_unlock(&stream->lock);
    if (!last) return;
    if (stream->http) {
        sw_http_unreserve(stream->http, STREAM_BYTES_MAX);
        sw_http_release(stream->http);
    }
    pthread_mutex_destroy(&stream->lock);
    sw_buf_done(&stream->buf);
    sw_heap_free(stream);
}

static sw_http_stream *make(sw_http *http) {
    if (http) {
        if (__atomic_load_n(&http->stream_count, __ATOMIC_RELAXED) >= http->options.streams_max ||
            !sw_http_reserve(http, STREAM_BYTES_MAX))
            return NULL;
    }
    sw_http_stream *stream = sw_heap_zero(1, sizeof *stream);
    if (!stream) {
        if (http) sw_http_unreserve(http, STREAM_BYTES_MAX);
        return NULL;
    }
    pthread_mutex_init(&stream->lock, NULL);
    sw_buf_init(&stream->buf, STREAM_BYTES_MAX);
    stream->http = http;
    stream->refs = 2;
    if (http) {
        sw_http_hold(http);
        __atomic_add_fetch(&http->stream_count, 1, __ATOMIC_RELAXED);
    }
    /* The first bytes bring the head out; browsers connect again after two seconds. */
    sw_buf_add_cstr(&stream->buf, "retry: 2000\n\n");
    return stream;
}

sw_http_stream *sw_http_stream_open(sw_http_exchange *x) {
    SW_ASSERT(x && !x->done);
    sw_http_stream *stream = make(x->carrier);
    if (!stream) {
        sw_http_refuse(x, 503, "too-many-streams", "there are too many open streams");
        return NULL;
    }
    x->reply.stream = stream;
    x->reply.status = 200;
    x->reply.type = "text/event-stream";
    x->done = true;
    x->answered(x);
    return stream;
}

/* On the loop: what was sent may go out. */
static void wake(void *arg) {
    sw_http_stream *stream = arg;
    pthread_mutex_lock(&stream->lock);
    stream->waking = false;
    bool resume = stream->conn && stream->suspended;
    bool cut = stream->conn && stream->slow;
    if (resume) stream->suspended = false;
    pthread_mutex_unlock(&stream->lock);
    if (cut) sw_conn_cut(stream->conn);
    if (resume) {
        MHD_resume_connection(stream->conn->mhd);
        sw_http_kick(stream->http);
    }
    let_go(stream);
}

/* Under lock. */
static void post_wake(sw_http_stream *stream) {
    if (!stream->http || stream->waking || stream->gone) return;
    if (!stream->suspended && !stream->slow) return;
    stream->waking = true;
    stream->refs++;
    if (sw_loop_post(stream->http->options.loop, wake, stream) == SW_OK) return;
    stream->refs--;
    stream->waking = false;
}

static void add_lines(sw_buf *buf, const char *name, sw_slice text) {
    for (size_t at = 0; at <= text.len;) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != '\n' && text.ptr[end] != '\r') end++;
        sw_buf_add_cstr(buf, name);
        sw_buf_add(buf, sw_slice_sub(text, at, end));
        sw_buf_add_byte(buf, '\n');
        if (end + 1 < text.len && text.ptr[end] == '\r' && text.ptr[end + 1] == '\n') end++;
        at = end + 1;
    }
}

/* What the client has got gives its room back. */
static void compact(sw_http_stream *stream) {
    if (stream->at == 0) return;
    stream->buf.len -= stream->at;
    memmove(stream->buf.ptr, stream->buf.ptr + stream->at, stream->buf.len);
    stream->at = 0;
}

sw_err sw_http_stream_send(sw_http_stream *stream, sw_slice id, sw_slice event, sw_slice data) {
    SW_ASSERT(stream);
    sw_err err = SW_OK;
    pthread_mutex_lock(&stream->lock);
    if (stream->gone || stream->ended) {
        err = SW_E_END;
    } else if (stream->slow) {
        err = SW_E_LIMIT;
    } else {
        compact(stream);
        if (id.len) add_lines(&stream->buf, "id: ", id);
        if (event.len) add_lines(&stream->buf, "event: ", event);
        add_lines(&stream->buf, "data: ", data);
        sw_buf_add_byte(&stream->buf, '\n');
        if (stream->buf.err) {
            stream->slow = true;
            err = SW_E_LIMIT;
        }
        post_wake(stream);
    }
    pthread_mutex_unlock(&stream->lock);
    return err;
}

size_t sw_http_stream_room(const sw_http_stream *stream) {
    sw_http_stream *s = (sw_http_stream *)(uintptr_t)stream;
    pthread_mutex_lock(&s->lock);
    size_t room = STREAM_BYTES_MAX - (s->buf.len - s->at);
    pthread_mutex_unlock(&s->lock);
    return room;
}

bool sw_http_stream_alive(const sw_http_stream *stream) {
    sw_http_stream *s = (sw_http_stream *)(uintptr_t)stream;
    pthread_mutex_lock(&s->lock);
    bool alive = !s->gone && !s->ended && !s->slow;
    pthread_mutex_unlock(&s->lock);
    return alive;
}

void sw_stream_end(sw_http_stream *stream) {
    pthread_mutex_lock(&stream->lock);
    stream->ended = true;
    post_wake(stream);
    pthread_mutex_unlock(&stream->lock);
}

void sw_http_stream_close(sw_http_stream *stream) {
    if (!stream) return;
    sw_stream_end(stream);
    let_go(stream);
}

void sw_stream_gone(sw_http_stream *stream) {
    pthread_mutex_lock(&stream->lock);
    stream->gone = true;
    if (stream->conn) stream->conn->stream = NULL;
    stream->conn = NULL;
    pthread_mutex_unlock(&stream->lock);
    if (stream->http) __atomic_sub_fetch(&stream->http->stream_count, 1, __ATOMIC_RELAXED);
    let_go(stream);
}

static void response_gone(void *arg) {
    sw_stream_gone(arg);
}

static ssize_t read_some(void *arg, uint64_t pos, char *to, size_t max) {
    (void)pos;
    sw_http_stream *stream = arg;
    ssize_t n = 0;
    pthread_mutex_lock(&stream->lock);
    size_t have = stream->buf.len - stream->at;
    int64_t now = sw_http_steady_ms(stream->http);
    if (have > 0) {
        n = (ssize_t)(have < max ? have : max);
        memcpy(to, stream->buf.ptr + stream->at, (size_t)n);
        stream->at += (size_t)n;
        stream->sent_ms = now;
        stream->conn->deadline_ms = now + stream->http->options.write_ms;
    } else if (stream->ended || stream->slow) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        stream->suspended = true;
        stream->conn->deadline_ms = INT64_MAX;
        MHD_suspend_connection(stream->conn->mhd);
    }
    pthread_mutex_unlock(&stream->lock);
    return n;
}

struct MHD_Response *sw_stream_response(sw_conn *conn, sw_http_stream *stream) {
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_some, stream, response_gone);
    if (!response) {
        sw_stream_gone(stream);
        return NULL;
    }
    pthread_mutex_lock(&stream->lock);
    stream->conn = conn;
    stream->sent_ms = sw_http_steady_ms(stream->http);
    pthread_mutex_unlock(&stream->lock);
    conn->stream = stream;
    return response;
}

void sw_stream_beat(sw_conn *conn, int64_t now_ms) {
    sw_http_stream *stream = conn->stream;
    pthread_mutex_lock(&stream->lock);
    bool resume = stream->suspended && now_ms - stream->sent_ms >= BEAT_MS;
    if (resume) {
        compact(stream);
        sw_buf_add_cstr(&stream->buf, ":\n\n");
        stream->suspended = false;
    }
    pthread_mutex_unlock(&stream->lock);
    if (!resume) return;
    MHD_resume_connection(conn->mhd);
    sw_http_kick(conn->http);
}

sw_slice sw_stream_pending(const sw_http_stream *stream) {
    return sw_slice_sub(sw_buf_slice(&stream->buf), stream->at, stream->buf.len);
}
