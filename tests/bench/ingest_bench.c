/* The door and the identity processor over HTTP, on the embedded bus with a sync before each
 * answer: events per CPU second of the server, and how long clients wait. The clients are a process
 * of their own, so that their CPU is not counted.
 *
 *   ingest_bench batch|single [SECONDS] [REQUESTS_PER_S] [EVENTS_PER_REQUEST]
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ingest/http_events.h"
#include "ingest/identity.h"
#include "ingest/keys.h"
#include "ingest/letters.h"
#include "topics/topics.h"

enum { CONNECTIONS_MAX = 64, SAMPLES_MAX = 1 << 18 };

#define CATALOGUE                                                                                  \
    "types:\n  coercion.detained: {element: person, fields: {case_id: {type: string, required: "   \
    "true, key: true}, person_id: {type: string, required: true, key: true}, detained_at: "        \
    "timestamp, kind: string, place: string, officer_count: int}}\n"

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void must(sw_err err, const char *what) {
    if (!err) return;
    fprintf(stderr, "ingest_bench: %s: %s\n", what, sw_err_name(err));
    exit(1);
}

/* ---- clients ---- */

/* Shared with the server's process. */
typedef struct score {
    uint64_t requests, events, failed;
    uint32_t sample_count;
    uint32_t samples_us[SAMPLES_MAX];
} score;

typedef struct client {
    uint16_t port;
    uint32_t number, connections, events;
    double requests_per_s; /* of this connection; 0: as fast as it goes */
    int64_t until_us;
    score *score;
    pthread_t thread;
} client;

static int write_event(char *to, size_t size, uint64_t n) {
    return snprintf(
        to, size,
        "{\"specversion\":\"1.0\",\"id\":\"e-%08llu\",\"source\":\"urn:case-system\",\"type\":"
        "\"coercion.detained\",\"subject\":\"P%07llu\",\"time\":\"2026-03-01T09:00:00+08:00\","
        "\"orgcode\":\"320981010000\",\"officerid\":\"012345\",\"recordedtime\":"
        "\"2026-03-01T09:05:00+08:00\",\"data\":{\"case_id\":\"A3209812026%06llu\",\"person_id\":"
        "\"P%07llu\",\"detained_at\":\"2026-03-01T08:30:00+08:00\",\"kind\":\"criminal\",\"place\":"
        "\"东台市公安局看守所\",\"officer_count\":2}}",
        (unsigned long long)n, (unsigned long long)n / 3, (unsigned long long)n / 7,
        (unsigned long long)n / 3);
}

static size_t write_request(const client *c, char *to, size_t size, uint64_t first) {
    size_t head = 256, len = head;
    bool batch = c->events > 1;
    if (batch) to[len++] = '[';
    for (uint32_t i = 0; i < c->events; i++) {
        if (i) to[len++] = ',';
        len += (size_t)write_event(to + len, size - len, first + i);
    }
    if (batch) to[len++] = ']';
    char line[256];
    int n = snprintf(line, sizeof line,
                     "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
                     "application/cloudevents%s+json\r\nContent-Length: %zu\r\n\r\n",
                     batch ? "-batch" : "", len - head);
    memmove(to + n, to + head, len - head);
    memcpy(to, line, (size_t)n);
    return len - head + (size_t)n;
}

/* Reads one answer; its status, or 0. */
static int read_answer(int fd, char *buf, size_t size) {
    size_t len = 0;
    for (;;) {
        ssize_t n = recv(fd, buf + len, size - 1 - len, 0);
        if (n <= 0) return 0;
        len += (size_t)n;
        buf[len] = '\0';
        char *end = strstr(buf, "\r\n\r\n"), *length = strcasestr(buf, "content-length:");
        if (!end || !length) continue;
        size_t body = strtoul(length + 15, NULL, 10);
        if (len >= (size_t)(end + 4 - buf) + body) return atoi(buf + 9);
    }
}

static void *run_client(void *arg) {
    client *c = arg;
    size_t size = 4096 + (size_t)c->events * 700;
    char *out = malloc(size), *in = malloc(size);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(c->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) return NULL;
    uint64_t next = (uint64_t)c->number << 32;
    double gap_us = c->requests_per_s > 0 ? 1e6 / c->requests_per_s : 0;
    int64_t start = now_us(), due = start + (int64_t)(gap_us * c->number / c->connections);
    for (uint64_t k = 0; now_us() < c->until_us; k++) {
        if (gap_us > 0) {
            int64_t at = due + (int64_t)(gap_us * (double)k), wait = at - now_us();
            const struct timespec pause = {wait / 1000000, wait % 1000000 * 1000};
            if (wait > 0) (void)ppoll(NULL, 0, &pause, NULL); /* the pace that was asked for */
            if (at >= c->until_us) break;
        }
        size_t len = write_request(c, out, size, next);
        next += c->events;
        int64_t begun = now_us();
        bool good = send(fd, out, len, MSG_NOSIGNAL) == (ssize_t)len;
        int status = good ? read_answer(fd, in, size) : 0;
        uint32_t us = (uint32_t)(now_us() - begun);
        __atomic_add_fetch(&c->score->requests, 1, __ATOMIC_RELAXED);
        if (status == 202 && strstr(in, "\"rejected\":[]"))
            __atomic_add_fetch(&c->score->events, c->events, __ATOMIC_RELAXED);
        else
            __atomic_add_fetch(&c->score->failed, 1, __ATOMIC_RELAXED);
        uint32_t slot = __atomic_fetch_add(&c->score->sample_count, 1, __ATOMIC_RELAXED);
        if (slot < SAMPLES_MAX) c->score->samples_us[slot] = us;
        if (status == 0) break;
    }
    close(fd);
    free(out);
    free(in);
    return NULL;
}

static void run_clients(score *s, uint16_t port, uint32_t connections, uint32_t events,
                        double seconds, double requests_per_s) {
    static client clients[CONNECTIONS_MAX];
    int64_t until = now_us() + (int64_t)(seconds * 1e6);
    for (uint32_t i = 0; i < connections; i++) {
        clients[i] =
            (client){port, i, connections, events, requests_per_s / connections, until, s, 0};
        pthread_create(&clients[i].thread, NULL, run_client, &clients[i]);
    }
    for (uint32_t i = 0; i < connections; i++) pthread_join(clients[i].thread, NULL);
}

/* ---- the server ---- */

typedef struct server {
    sw_arena arena;
    sw_clock clock;
    sw_metrics metrics;
    sw_topic_spec specs[SW_PIPELINE_TOPICS_MAX];
    sw_topic_shape shapes[SW_PIPELINE_TOPICS_MAX];
    sw_topology topology;
    sw_bus *bus;
    sw_runtime *runtime;
    sw_ingest *ingest;
    sw_loop *loop;
    sw_auth *auth;
    sw_http *http;
    sw_http_route route;
    pthread_t thread;
} server;

static void committed(void *arg) {
    sw_ingest_committed(((server *)arg)->ingest);
}

static void *run_loop(void *arg) {
    sw_loop_run(((server *)arg)->loop);
    return NULL;
}

static void open_bus(server *s, const char *dir) {
    static const sw_processor *const processors[] = {&sw_identity, &sw_letters, &sw_keys};
    sw_arena_init(&s->arena, 64 << 20);
    sw_metrics_init(&s->metrics, &s->arena);
    sw_clock_system(&s->clock);
    uint32_t topics = sw_topics_fill(SW_TOPICS_PARTITIONS, s->specs);
    for (uint32_t i = 0; i < topics; i++)
        s->shapes[i] = (sw_topic_shape){s->specs[i].name, s->specs[i].partitions};
    must(sw_topology_build(&s->arena, processors, NULL, SW_COUNT(processors), s->shapes, topics,
                           NULL, &s->topology),
         "topology");
    const sw_bus_options options = {.topics = s->specs,
                                    .topic_count = topics,
                                    .stores = s->topology.stores,
                                    .store_count = s->topology.store_count,
                                    .task_count = s->topology.task_numbers};
    must(sw_bus_embedded_open(dir, &options, NULL, &s->bus), "bus");
}

static void open_server(server *s, const char *dir) {
    const sw_catalogue *cat;
    sw_diags diags;
    open_bus(s, dir);
    sw_diags_init(&diags, &s->arena, SW_SLICE_NONE, 10);
    must(sw_catalogue_parse(&s->arena, SW_S("c"), SW_S(CATALOGUE), &diags, &cat), "catalogue");
    sw_env env = {.clock = &s->clock, .metrics = &s->metrics};
    const sw_ingest_options ingest = {.topology = &s->topology,
                                      .bus = s->bus,
                                      .env = env,
                                      .catalogue = cat,
                                      .door = "bench",
                                      .answer = sw_ingest_answer_http};
    must(sw_ingest_open(&ingest, &s->ingest), "ingest");
    const sw_runtime_options runtime = {.topology = &s->topology,
                                        .bus = s->bus,
                                        .env = env,
                                        .committed = committed,
                                        .committed_arg = s};
    must(sw_runtime_open(&runtime, &s->runtime), "runtime");
    must(sw_ingest_attach(s->ingest, s->runtime), "attach");
    must(sw_loop_open(&s->loop), "loop");
    const sw_auth_options auth = {.clock = &s->clock};
    must(sw_auth_open(&auth, &diags, &s->auth), "auth");
    const sw_http_options http = {
        .loop = s->loop, .listen = "127.0.0.1:0", .auth = s->auth, .env = env};
    must(sw_http_open(&http, &diags, &s->http), "http");
    sw_ingest_route(s->ingest, &s->route);
    must(sw_http_route_add(s->http, &s->route, 1), "route");
    must(sw_runtime_start(s->runtime, 1), "threads");
    pthread_create(&s->thread, NULL, run_loop, s);
}

static void close_server(server *s) {
    sw_loop_stop(s->loop);
    pthread_join(s->thread, NULL);
    must(sw_runtime_stop(s->runtime), "stop");
    sw_ingest_detach(s->ingest);
    sw_http_close(s->http);
    sw_runtime_close(s->runtime);
    sw_ingest_close(s->ingest);
    sw_auth_close(s->auth);
    sw_loop_close(s->loop);
    sw_bus_close(s->bus);
    sw_metrics_done(&s->metrics);
    sw_arena_done(&s->arena);
}

static double cpu_s(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void report(const server *s, score *sc, double wall, double cpu) {
    uint32_t n = sc->sample_count < SAMPLES_MAX ? sc->sample_count : SAMPLES_MAX;
    qsort(sc->samples_us, n, sizeof sc->samples_us[0], by_size);
    printf("%llu events in %llu requests (%llu failed), %.1f s: %.0f events/s, %.0f events per CPU "
           "second of the server (%.1f us each)\n",
           (unsigned long long)sc->events, (unsigned long long)sc->requests,
           (unsigned long long)sc->failed, wall, (double)sc->events / wall,
           (double)sc->events / cpu, cpu * 1e6 / (double)(sc->events ? sc->events : 1));
    if (n)
        printf("answer: p50 %.2f ms, p99 %.2f ms, longest %.2f ms\n", sc->samples_us[n / 2] / 1e3,
               sc->samples_us[n * 99ull / 100] / 1e3, sc->samples_us[n - 1] / 1e3);
    sw_metric *commit = NULL;
    if (sw_metrics_get((sw_metrics *)(uintptr_t)&s->metrics, SW_METRIC_HISTOGRAM,
                       "seawall_commit_us", "", "", &commit) == SW_OK)
        printf("commits: %llu, p50 %.2f ms, p99 %.2f ms\n",
               (unsigned long long)sw_metric_count(commit),
               (double)sw_metric_quantile(commit, 500) / 1e3,
               (double)sw_metric_quantile(commit, 990) / 1e3);
}

int main(int argc, char **argv) {
    bool single = argc > 1 && strcmp(argv[1], "single") == 0;
    double seconds = argc > 2 ? atof(argv[2]) : 5, rate = argc > 3 ? atof(argv[3]) : 0;
    uint32_t events = argc > 4 ? (uint32_t)atoi(argv[4]) : single ? 1 : 100;
    uint32_t connections = single ? CONNECTIONS_MAX : 4;
    char dir[] = "ingest_bench_XXXXXX", command[64];
    score *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!mkdtemp(dir) || s == MAP_FAILED) return 1;
    static server srv;
    int port_pipe[2];
    if (pipe(port_pipe) != 0) return 1;
    pid_t child = fork();
    if (child == 0) { /* before the server has threads */
        uint16_t port = 0;
        if (read(port_pipe[0], &port, sizeof port) != sizeof port) _exit(1);
        run_clients(s, port, connections, events, seconds, rate);
        _exit(0);
    }
    open_server(&srv, dir);
    uint16_t port = sw_http_port(srv.http);
    double cpu = cpu_s();
    int64_t start = now_us();
    if (write(port_pipe[1], &port, sizeof port) != sizeof port) return 1;
    waitpid(child, NULL, 0);
    double wall = (double)(now_us() - start) / 1e6;
    cpu = cpu_s() - cpu;
    report(&srv, s, wall, cpu);
    close_server(&srv);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command) == 0 && s->failed == 0 ? 0 : 1;
}
