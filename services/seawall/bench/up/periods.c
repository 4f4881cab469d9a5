#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "seawall/bench/up/up.h"

/* One rule: a period opens, and may be extended. */
enum { BATCH = 1000, CONNECTIONS = 4, SAMPLE = 100000 };

static const char catalogue[] =
    "types:\n"
    "  bench.opened:\n"
    "    element: case\n"
    "    fields: {case_id: {type: string, required: true, key: true}}\n"
    "  bench.extended:\n"
    "    element: case\n"
    "    fields: {case_id: {type: string, required: true, key: true}, "
    "days: int}\n"
    "  bench.closed:\n"
    "    element: case\n"
    "    fields: {case_id: {type: string, required: true, key: true}}\n";

static const char pack[] = "apiVersion: seawall/v1\n"
                           "kind: RulePack\n"
                           "metadata: {name: bench, version: 1.0.0, timezone: Asia/Shanghai}\n"
                           "rules:\n"
                           "  - id: bench.period\n"
                           "    kind: deadline\n"
                           "    key: [case_id]\n"
                           "    start: {on: bench.opened}\n"
                           "    stop: [{on: bench.closed}]\n"
                           "    limit: 30d\n"
                           "    extend: [{on: bench.extended, when: 'data.days == 60', to: 60d}]\n"
                           "    warn:\n"
                           "      - {at: 50%, level: blue, to: [handler]}\n"
                           "      - {at: due, level: breach, to: [handler]}\n";

typedef enum kind { OPEN, IN_ORDER, AT_RANDOM } kind;

/* Events for the periods [0, open): opening them, or extending some of them. */
typedef struct source {
    kind kind;
    uint64_t next, end, open;
    uint64_t number; /* of the event's identity */
    char time[32];
    sw_rng rng;
} source;

static uint64_t period_of(source *s) {
    uint64_t i = s->next++;
    return s->kind == AT_RANDOM ? sw_rng_below(&s->rng, s->open) : i;
}

static bool make(void *arg, sw_buf *body) {
    source *s = arg;
    if (s->next == s->end) return false;
    for (int i = 0; i < BATCH && s->next < s->end; i++) {
        uint64_t period = period_of(s);
        sw_buf_printf(
            body,
            "%c{\"specversion\":\"1.0\",\"id\":\"%" PRIu64
            "\",\"source\":\"urn:bench\",\"type\":\"bench.%s\",\"time\":\"%s\",\"orgcode\":"
            "\"320981140000\",\"recordedtime\":\"%s\",\"data\":{\"case_id\":\"A32098120260%"
            "08" PRIu64 "\"%s}}",
            i ? ',' : '[', s->number++, s->kind == OPEN ? "opened" : "extended", s->time, s->time,
            period, s->kind == OPEN ? "" : ",\"days\":7");
    }
    sw_buf_add_byte(body, ']');
    return true;
}

/* Sends events [from, to) of a kind; what one costs the server, in microseconds of CPU time. */
static bool cost(const sw_bench_server *server, source *s, kind what, uint64_t from, uint64_t to,
                 double *ret_us) {
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(s->time, sizeof s->time, "%Y-%m-%dT%H:%M:%SZ", &utc);
    s->kind = what;
    s->next = from;
    s->end = to;
    sw_bench_load load = {.port = server->port,
                          .path = "/v1/events",
                          .type = "application/cloudevents-batch+json",
                          .connections = CONNECTIONS,
                          .make = make,
                          .arg = s};
    sw_bench_server_rest(server);
    double cpu_s = sw_bench_server_cpu_s(server);
    bool ok = sw_bench_load_run(&load);
    sw_bench_server_rest(server);
    *ret_us = (sw_bench_server_cpu_s(server) - cpu_s) * 1e6 / (double)(to - from);
    if (load.busy) {
        fprintf(stderr, "seawall bench: %llu requests were told to come again\n",
                (unsigned long long)load.busy);
        ok = false;
    }
    sw_bench_load_done(&load);
    return ok;
}

static bool write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    bool good = file && fputs(text, file) >= 0;
    if (file) good = fclose(file) == 0 && good;
    if (!good) fprintf(stderr, "seawall bench: can't write %s\n", path);
    return good;
}

typedef struct costs {
    double open_us, in_order_us, random_us;
} costs;

/* Opens more of them, then extends a sample: the latest, as lives come, and any. */
static bool grow(const sw_bench_server *server, source *s, uint64_t periods, costs *ret) {
    uint64_t sample = periods < SAMPLE ? periods : SAMPLE;
    bool ok = cost(server, s, OPEN, s->open, periods, &ret->open_us);
    s->open = periods;
    return ok && cost(server, s, IN_ORDER, periods - sample, periods, &ret->in_order_us) &&
           cost(server, s, AT_RANDOM, 0, sample, &ret->random_us);
}

static bool restart(sw_bench_report *report, sw_bench_server *server, int signal, const char *name,
                    double target) {
    if (!sw_bench_server_stop(server, signal) || !sw_bench_server_start(server)) return false;
    sw_bench_line(report, name, server->ready_s, "s", target, true);
    return true;
}

static bool measure(sw_bench_report *report, sw_bench_server *server, uint64_t few, uint64_t many) {
    char name[96];
    costs a, b;
    source s = {0};
    sw_rng_init(&s.rng, 1);
    uint64_t empty_disk = sw_bench_server_disk_bytes(server);
    if (!grow(server, &s, few, &a) || !grow(server, &s, many, &b)) return false;
    uint64_t memory = sw_bench_server_resident_bytes(server);
    uint64_t disk = sw_bench_server_disk_bytes(server) - empty_disk;
    snprintf(name, sizeof name, "memory with %" PRIu64 " open periods", many);
    sw_bench_line(report, name, (double)memory / 1e6, "MB", 400, true);
    sw_bench_line(report, "disk an open period, log and state", (double)disk / (double)many,
                  "bytes", 1000, true);
    snprintf(name, sizeof name, "an event among %" PRIu64 ", in order", few);
    sw_bench_line(report, name, a.in_order_us, "us", 0, true);
    snprintf(name, sizeof name, "an event among %" PRIu64 ", in order", many);
    sw_bench_line(report, name, b.in_order_us, "us", 0, true);
    sw_bench_line(report, "many to few, opening", b.open_us / a.open_us, "times", 1.5, true);
    sw_bench_line(report, "many to few, in order", b.in_order_us / a.in_order_us, "times", 1.5,
                  true);
    sw_bench_line(report, "many to few, in random order", b.random_us / a.random_us, "times", 3,
                  true);
    return restart(report, server, SIGTERM, "restart to ready", 2) &&
           restart(report, server, SIGKILL, "restart to ready after a kill", 0);
}

bool sw_bench_up_periods(sw_bench_report *report, const char *dir, uint64_t few, uint64_t many) {
    char types_path[700], pack_path[700], types[720], packs[720];
    snprintf(types_path, sizeof types_path, "%s/catalogue.yaml", dir);
    snprintf(pack_path, sizeof pack_path, "%s/pack.yaml", dir);
    snprintf(types, sizeof types, "catalogue=%s", types_path);
    snprintf(packs, sizeof packs, "packs=%s", pack_path);
    const char *const sets[] = {types, packs, NULL};
    sw_bench_server server = {.dir = dir, .sets = sets};
    bool ok = write_file(types_path, catalogue) && write_file(pack_path, pack) &&
              sw_bench_server_start(&server);
    ok = ok && measure(report, &server, few, many);
    return sw_bench_server_stop(&server, ok ? SIGTERM : SIGKILL) && ok;
}
