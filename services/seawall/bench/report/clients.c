/* Clients in a process of their own, so that the processor time of the other is the server's. */
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "seawall/bench/report/report_bench.h"

enum { CONNECTIONS = 24 };

/* What is asked, of how many of 100: mostly a month of one unit; what a dashboard asks. */
static const struct {
    uint32_t share;
    const char *path, *unit,
        *rest; /* unit: what stands before it; rest: what stands after the span */
    bool month;
} asks[] = {
    {30, "/v1/figures", "?org=", "", true},
    {20, "/v1/figures/incident.received", "?org=", "&by=day", true},
    {15, "/v1/units", "/", "", true},
    {15, "/v1/trends", "?org=", "&by=month&indicators=incident.received,case.filed", false},
    {10, "/v1/figures/case.accepted/list", "?org=", "&limit=100", true},
    {5, "/v1/rankings", "?indicator=incident.received&org=", "", true},
    {5, "/v1/models/plates", "?org=", "", true},
};

typedef struct load {
    uint16_t port;
    uint32_t stations;
    double rate, seconds;
    uint64_t next; /* atomic */
    struct timespec start;
    float *ms;
    uint64_t answered, refused; /* atomic */
} load;

/* Of ten requests one is of the city, three of a county, six of a station. */
static void target_of(const load *c, uint64_t i, char *ret, size_t size) {
    const uint64_t mixed = (i + 7) * UINT64_C(0x9e3779b97f4a7c15) >> 16;
    char org[13], month[16];
    uint32_t kind = (uint32_t)(mixed % 100), ask = 0;
    static const int lengths[] = {4, 6, 6, 6, 8, 8, 8, 8, 8, 8};
    while (kind >= asks[ask].share) kind -= asks[ask++].share;
    sw_bench_station((uint32_t)(mixed >> 8) % c->stations, org);
    const uint32_t m = (uint32_t)(mixed >> 20) % 36;
    (void)snprintf(month, sizeof month, "%u-%02u", 2025 + m / 12, 1 + m % 12);
    char span[64] = "from=2025-01-01&to=2027-12-31";
    if (asks[ask].month) (void)snprintf(span, sizeof span, "from=%s-01&to=%s-28", month, month);
    (void)snprintf(ret, size, "%s%s%.*s%c%s%s", asks[ask].path, asks[ask].unit,
                   lengths[(mixed >> 30) % 10], org, strchr(asks[ask].unit, '?') ? '&' : '?', span,
                   asks[ask].rest);
}

static int dial(uint16_t port) {
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The status; the whole body is read. 0: the connection is gone. */
static int get(int fd, uint16_t port, const char *target, char *room, size_t size) {
    char request[1200];
    const int len = snprintf(request, sizeof request,
                             "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", target, port);
    size_t have = 0, wanted = 0;
    if (write(fd, request, (size_t)len) != len) return 0;
    for (;;) {
        const ssize_t n = read(fd, room + have, size - 1 - have);
        if (n <= 0) return 0;
        have += (size_t)n;
        room[have] = '\0';
        const char *end = wanted ? NULL : strstr(room, "\r\n\r\n");
        if (end) {
            const char *field = strcasestr(room, "content-length:");
            if (!field || field > end) return 0;
            wanted = (size_t)(end + 4 - room) + (size_t)atoll(field + 15);
        }
        if (wanted && have >= wanted) return atoi(room + 9);
        if (have + 1 == size) return 0;
    }
}

static double ms_since(struct timespec start) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start.tv_sec) * 1e3 + (double)(now.tv_nsec - start.tv_nsec) / 1e6;
}

static void wait_until(struct timespec start, double ms) {
    const double rest = ms - ms_since(start);
    if (rest <= 0) return;
    const struct timespec time = {(time_t)(rest / 1e3), (long)(rest * 1e6) % 1000000000L};
    (void)nanosleep(&time, NULL);
}

static void *client(void *arg) {
    enum { ROOM = 8 << 20 };
    load *c = arg;
    char *room = malloc(ROOM), target[800];
    int fd = dial(c->port);
    const uint64_t whole = (uint64_t)(c->rate * c->seconds);
    for (uint64_t i; room && (i = __atomic_fetch_add(&c->next, 1, __ATOMIC_RELAXED)) < whole;) {
        const double at = (double)i * 1e3 / c->rate; /* when it was to be sent */
        wait_until(c->start, at);
        target_of(c, i, target, sizeof target);
        if (fd < 0) fd = dial(c->port);
        const int status = fd < 0 ? 0 : get(fd, c->port, target, room, ROOM);
        c->ms[i] = (float)(ms_since(c->start) - at);
        __atomic_add_fetch(status == 200 ? &c->answered : &c->refused, 1, __ATOMIC_RELAXED);
        if (status != 200 && __atomic_load_n(&c->refused, __ATOMIC_RELAXED) == 1)
            fprintf(stderr, "seawall bench report: %s: %d\n", target, status);
        if (status == 0 && fd >= 0) {
            close(fd);
            fd = -1;
        }
    }
    if (fd >= 0) close(fd);
    free(room);
    return NULL;
}

static int by_ms(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* What the dashboard asks before it shows a leader's first view: its files, then its figures. */
static double first_view(uint16_t port) {
    static const char *const targets[] = {
        "/dashboard/",
        "/dashboard/main.js",
        "/dashboard/app.css",
        "/dashboard/echarts.js",
        "/v1/indicators",
        "/v1/models",
        "/v1/units?org=3209",
        "/v1/units/3209?from=2027-12-01&to=2027-12-31",
        "/v1/trends?org=3209&by=month&from=2027-01-01&to=2027-12-31",
        "/v1/models/plates?org=3209&from=2027-12-01&to=2027-12-31",
        "/v1/rankings?indicator=incident.received&org=3209&from=2027-12-01&to=2027-12-31",
        "/v1/models/complaints?org=3209&from=2027-12-01&to=2027-12-31"};
    enum { ROOM = 16 << 20 };
    struct timespec start;
    char *room = malloc(ROOM);
    const int fd = dial(port);
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    for (size_t i = 0; room && fd >= 0 && i < SW_COUNT(targets); i++)
        if (get(fd, port, targets[i], room, ROOM) != 200)
            fprintf(stderr, "seawall bench report: %s is not served: %.60s\n", targets[i], room);
    const double ms = ms_since(start);
    if (fd >= 0) close(fd);
    free(room);
    return ms;
}

static _Noreturn void run_clients(int from, int to, uint32_t stations, double rate,
                                  double seconds) {
    load c = {.stations = stations, .rate = rate, .seconds = seconds};
    sw_bench_asked asked = {0};
    pthread_t threads[CONNECTIONS];
    const uint64_t whole = (uint64_t)(rate * seconds);
    c.ms = calloc(whole + 1, sizeof *c.ms);
    if (!c.ms || read(from, &c.port, sizeof c.port) != sizeof c.port) _exit(1);
    asked.first_view_ms = first_view(c.port);
    (void)clock_gettime(CLOCK_MONOTONIC, &c.start);
    uint32_t running = 0;
    while (running < CONNECTIONS && pthread_create(&threads[running], NULL, client, &c) == 0)
        running++;
    for (uint32_t i = 0; i < running; i++) (void)pthread_join(threads[i], NULL);
    qsort(c.ms, whole, sizeof *c.ms, by_ms);
    asked.answered = c.answered;
    asked.refused = c.refused;
    asked.p50_ms = (double)c.ms[whole / 2];
    asked.p99_ms = (double)c.ms[whole * 99 / 100];
    asked.worst_ms = (double)c.ms[whole - 1];
    _exit(write(to, &asked, sizeof asked) == sizeof asked ? 0 : 1);
}

bool sw_bench_clients_start(sw_bench_clients *clients, uint32_t stations, double rate,
                            double seconds) {
    int there[2], back[2];
    if (pipe(there) != 0 || pipe(back) != 0) return false;
    clients->pid = fork();
    if (clients->pid == 0) {
        close(there[1]);
        close(back[0]);
        run_clients(there[0], back[1], stations, rate, seconds);
    }
    close(there[0]);
    close(back[1]);
    clients->to = there[1];
    clients->from = back[0];
    return clients->pid > 0;
}

void sw_bench_clients_stop(sw_bench_clients *clients) {
    close(clients->to);
    close(clients->from);
    if (clients->pid > 0) (void)waitpid(clients->pid, NULL, 0);
}
