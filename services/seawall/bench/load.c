#include "seawall/bench/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "seawall/bench/bench.h"

enum { BODY_BYTES = 8 << 20, ANSWER_BYTES = 16 << 20, EVENTS = 64, LATE_S = 30 };

typedef struct connection {
    int fd;
    bool waits; /* a request is under way */
    double due_s;
    sw_buf body, out, in;
    size_t sent;
} connection;

typedef struct run {
    sw_bench_load *load;
    connection *connections;
    int epoll;
    uint32_t under_way;
    bool dry, failed;
    uint64_t begun;
    sw_bench_meter start;
} run;

static bool fail(run *r, const char *what) {
    if (!r->failed) fprintf(stderr, "seawall bench: %s: %s\n", what, strerror(errno));
    r->failed = true;
    return false;
}

static bool connect_one(run *r, connection *c) {
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(r->load->port),
                                   .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (const struct sockaddr *)&to, sizeof to) != 0)
        return fail(r, "can't connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = c}};
    return epoll_ctl(r->epoll, EPOLL_CTL_ADD, c->fd, &event) == 0 || fail(r, "epoll");
}

/* Sends what the socket takes now; the rest when it takes more. */
static void push(run *r, connection *c) {
    while (c->sent < c->out.len) {
        ssize_t n =
            send(c->fd, c->out.ptr + c->sent, c->out.len - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != EAGAIN) {
            fail(r, "can't send");
            return;
        }
        if (n < 0) break;
        c->sent += (size_t)n;
    }
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = c}};
    if (c->sent < c->out.len) event.events |= EPOLLOUT;
    epoll_ctl(r->epoll, EPOLL_CTL_MOD, c->fd, &event);
}

static void write_request(const sw_bench_load *load, connection *c) {
    if (!load->path) {
        sw_buf_printf(&c->out, "GET %.*s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n",
                      SW_FMT(sw_buf_slice(&c->body)), load->port);
        return;
    }
    sw_buf_printf(&c->out,
                  "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: %s\r\n"
                  "Content-Length: %zu\r\n\r\n",
                  load->path, load->port, load->type, c->body.len);
    sw_buf_add(&c->out, sw_buf_slice(&c->body));
}

/* False: nothing more to send. */
static bool begin(run *r, connection *c, double due_s) {
    if (c->fd < 0 && !connect_one(r, c)) return false;
    sw_buf_clear(&c->body);
    sw_buf_clear(&c->out);
    sw_buf_clear(&c->in);
    if (r->dry || !r->load->make(r->load->arg, &c->body)) {
        r->dry = true;
        return false;
    }
    write_request(r->load, c);
    if (c->body.err || c->out.err) return fail(r, "a body is too large");
    c->sent = 0;
    c->due_s = due_s;
    c->waits = true;
    r->under_way++;
    r->begun++;
    push(r, c);
    return true;
}

static double now_s(const run *r) {
    return sw_bench_since(r->start).wall_s;
}

static void note_ms(run *r, double ms) {
    sw_bench_load *load = r->load;
    if (load->answered == load->ms_cap) {
        uint64_t cap = load->ms_cap ? load->ms_cap * 2 : 4096;
        float *grown = realloc(load->ms, cap * sizeof *grown);
        if (!grown) {
            fail(r, "no memory");
            return;
        }
        load->ms = grown;
        load->ms_cap = cap;
    }
    load->ms[load->answered++] = (float)ms;
}

/* Whether the answer is whole; its status. */
static bool whole(const connection *c, int *ret_status) {
    const char *text = c->in.ptr;
    const char *end = c->in.len ? memmem(text, c->in.len, "\r\n\r\n", 4) : NULL;
    if (!end) return false;
    size_t head = (size_t)(end - text) + 4, body = 0;
    static const char name[] = "content-length:";
    for (const char *at = text; at < end; at++)
        if (at[-(at > text)] == '\n' && strncasecmp(at, name, sizeof name - 1) == 0)
            body = strtoul(at + sizeof name - 1, NULL, 10);
    *ret_status = c->in.len > 12 ? atoi(text + 9) : 0;
    return c->in.len >= head + body;
}

static void settle(run *r, connection *c, int status) {
    sw_bench_load *load = r->load;
    c->waits = false;
    r->under_way--;
    if (status / 100 == 2) {
        note_ms(r, (now_s(r) - c->due_s) * 1000);
    } else if (status == 429 || status == 503) {
        load->busy++;
    } else if (load->refused++ == 0) {
        snprintf(load->first_refusal, sizeof load->first_refusal, "%.*s",
                 SW_FMT(sw_buf_slice(&c->in)));
    }
    sw_buf_clear(&c->in);
    if (load->rate == 0 && (load->seconds == 0 || now_s(r) < load->seconds)) begin(r, c, now_s(r));
}

/* The server closes what was idle for too long, and a request may have been on its way to it: sent
 * again, its time runs on. */
static void reopen(run *r, connection *c) {
    close(c->fd);
    c->fd = -1;
    c->sent = 0;
    if (c->waits && connect_one(r, c)) push(r, c);
}

static void pull(run *r, connection *c) {
    char bytes[16384];
    int status = 0;
    ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0 && c->in.len == 0 && (n == 0 || errno == ECONNRESET)) {
        reopen(r, c);
        return;
    }
    if (n <= 0) {
        fail(r, n ? "can't receive" : "the server has closed a connection");
        return;
    }
    if (sw_buf_add(&c->in, sw_slice_of(bytes, (size_t)n)) || !c->waits)
        fail(r, "an answer that nobody asked for");
    else if (whole(c, &status))
        settle(r, c, status);
}

/* With a rate, requests are sent when they are due, on whatever connection is free; one that finds
 * none waits, and its time runs. */
static int pace(run *r) {
    const sw_bench_load *load = r->load;
    if (load->rate == 0) return 1000;
    for (uint32_t i = 0; i < load->connections; i++) {
        double due_s = (double)r->begun / load->rate, left_s = due_s - now_s(r);
        if (left_s > 0) return (int)(left_s * 1000);
        if (load->seconds > 0 && due_s >= load->seconds) r->dry = true;
        if (!r->connections[i].waits && !begin(r, &r->connections[i], due_s)) break;
    }
    return 1000;
}

static bool over(const run *r) {
    if (r->under_way > 0) return false;
    return r->dry || (r->load->seconds > 0 && now_s(r) >= r->load->seconds);
}

static void drive(run *r) {
    struct epoll_event events[EVENTS];
    if (r->load->rate == 0)
        for (uint32_t i = 0; i < r->load->connections; i++) begin(r, &r->connections[i], now_s(r));
    while (!r->failed) {
        int wait = pace(r);
        if (over(r)) break;
        int n = epoll_wait(r->epoll, events, EVENTS, wait);
        for (int i = 0; i < n && !r->failed; i++) {
            connection *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) push(r, c);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) pull(r, c);
        }
        if (r->load->seconds > 0 && now_s(r) > r->load->seconds + LATE_S) {
            errno = ETIMEDOUT;
            fail(r, "answers are missing");
        }
    }
}

bool sw_bench_load_run(sw_bench_load *load) {
    run r = {.load = load, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    r.connections = calloc(load->connections, sizeof *r.connections);
    if (!r.connections) return false;
    for (uint32_t i = 0; i < load->connections; i++) {
        connection *c = &r.connections[i];
        sw_buf_init(&c->body, BODY_BYTES);
        sw_buf_init(&c->out, BODY_BYTES + 1024);
        sw_buf_init(&c->in, ANSWER_BYTES);
        c->fd = -1;
        if (!r.failed) connect_one(&r, c);
    }
    r.start = sw_bench_now();
    if (!r.failed) drive(&r);
    sw_bench_meter used = sw_bench_since(r.start);
    load->wall_s = used.wall_s;
    load->client_cpu_s = used.cpu_s;
    for (uint32_t i = 0; i < load->connections; i++) {
        if (r.connections[i].fd >= 0) close(r.connections[i].fd);
        sw_buf_done(&r.connections[i].body);
        sw_buf_done(&r.connections[i].out);
        sw_buf_done(&r.connections[i].in);
    }
    free(r.connections);
    close(r.epoll);
    if (load->refused)
        fprintf(stderr, "seawall bench: %llu requests were refused, the first with:\n%s\n",
                (unsigned long long)load->refused, load->first_refusal);
    return !r.failed && load->refused == 0;
}

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

double sw_bench_load_quantile(sw_bench_load *load, double q) {
    if (load->answered == 0) return 0;
    qsort(load->ms, load->answered, sizeof *load->ms, by_value);
    uint64_t at = (uint64_t)(q * (double)load->answered);
    return (double)load->ms[at < load->answered ? at : load->answered - 1];
}

void sw_bench_load_done(sw_bench_load *load) {
    free(load->ms);
    load->ms = NULL;
    load->ms_cap = 0;
}
