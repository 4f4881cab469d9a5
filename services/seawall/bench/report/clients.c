/* Clients in a process of their own, so that the processor time of the other is the server's. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seawall/bench/load.h"
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

typedef struct questions {
    uint32_t stations;
    uint64_t next;
} questions;

/* Of ten requests one is of the city, three of a county, six of a station. */
static void target_of(const questions *q, uint64_t i, char *ret, size_t size) {
    const uint64_t mixed = (i + 7) * UINT64_C(0x9e3779b97f4a7c15) >> 16;
    char org[13], month[16];
    uint32_t kind = (uint32_t)(mixed % 100), ask = 0;
    static const int lengths[] = {4, 6, 6, 6, 8, 8, 8, 8, 8, 8};
    while (kind >= asks[ask].share) kind -= asks[ask++].share;
    sw_bench_station((uint32_t)(mixed >> 8) % q->stations, org);
    const uint32_t m = (uint32_t)(mixed >> 20) % 36;
    (void)snprintf(month, sizeof month, "%u-%02u", 2025 + m / 12, 1 + m % 12);
    char span[64] = "from=2025-01-01&to=2027-12-31";
    if (asks[ask].month) (void)snprintf(span, sizeof span, "from=%s-01&to=%s-28", month, month);
    (void)snprintf(ret, size, "%s%s%.*s%c%s%s", asks[ask].path, asks[ask].unit,
                   lengths[(mixed >> 30) % 10], org, strchr(asks[ask].unit, '?') ? '&' : '?', span,
                   asks[ask].rest);
}

static bool make_next(void *arg, sw_buf *ret) {
    questions *q = arg;
    char target[800];
    target_of(q, q->next++, target, sizeof target);
    return !sw_buf_add_cstr(ret, target);
}

/* What the dashboard asks before it shows a leader's first view: its files, then its figures. */
static bool make_first_view(void *arg, sw_buf *ret) {
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
    size_t *next = arg;
    return *next < SW_COUNT(targets) && !sw_buf_add_cstr(ret, targets[(*next)++]);
}

static bool ask(uint16_t port, questions *q, double rate, double seconds, sw_bench_asked *ret) {
    size_t seen = 0;
    sw_bench_load first = {.port = port, .connections = 1, .make = make_first_view, .arg = &seen};
    sw_bench_load all = {.port = port,
                         .connections = CONNECTIONS,
                         .rate = rate,
                         .seconds = seconds,
                         .make = make_next,
                         .arg = q};
    const bool ok = sw_bench_load_run(&first) && sw_bench_load_run(&all);
    *ret = (sw_bench_asked){.first_view_ms = first.wall_s * 1e3,
                            .answered = all.answered,
                            .refused = first.busy + all.busy,
                            .p50_ms = sw_bench_load_quantile(&all, 0.5),
                            .p99_ms = sw_bench_load_quantile(&all, 0.99),
                            .worst_ms = sw_bench_load_quantile(&all, 1)};
    sw_bench_load_done(&first);
    sw_bench_load_done(&all);
    return ok;
}

static _Noreturn void run_clients(int from, int to, uint32_t stations, double rate,
                                  double seconds) {
    questions q = {.stations = stations};
    sw_bench_asked asked;
    uint16_t port;
    const bool ok = read(from, &port, sizeof port) == sizeof port &&
                    ask(port, &q, rate, seconds, &asked) &&
                    write(to, &asked, sizeof asked) == sizeof asked;
    _exit(ok ? 0 : 1);
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
