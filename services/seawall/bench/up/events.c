#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seawall/bench/machine.h"
#include "seawall/bench/up/up.h"

enum { BATCH = 100, BATCH_CONNECTIONS = 4, SINGLE_CONNECTIONS = 64, HALF_CONNECTIONS = 64 };
/* What one core is to carry: its half is the load that answers are measured under. */
#define WANTED_A_SECOND 12000.0

/* A file of events, a line each. */
typedef struct source {
    const char *path; /* that they are posted to */
    const char *omit; /* events with this in their line; NULL: none */
    FILE *file;
    char *line;
    size_t cap;
    uint32_t batch; /* 1: single events */
    uint64_t events;
    bool ran_out;
} source;

static bool make(void *arg, sw_buf *body) {
    source *s = arg;
    uint32_t count = 0;
    if (s->batch > 1) sw_buf_add_byte(body, '[');
    while (count < s->batch) {
        ssize_t len = getline(&s->line, &s->cap, s->file);
        if (len <= 0) break;
        if (s->omit && strstr(s->line, s->omit)) continue;
        if (s->line[len - 1] == '\n') len--;
        if (count++) sw_buf_add_byte(body, ',');
        sw_buf_add(body, sw_slice_of(s->line, (size_t)len));
    }
    if (s->batch > 1) sw_buf_add_byte(body, ']');
    s->events += count;
    s->ran_out = count == 0;
    return count > 0;
}

typedef struct figures {
    double a_second, a_cpu_second, client_share, p50_ms, p99_ms;
} figures;

static bool measure(const sw_bench_server *server, source *s, uint32_t connections, double rate,
                    double seconds, figures *ret) {
    sw_bench_load load = {
        .port = server->port,
        .path = s->path,
        .type =
            s->batch > 1 ? "application/cloudevents-batch+json" : "application/cloudevents+json",
        .connections = connections,
        .rate = rate,
        .seconds = seconds,
        .make = make,
        .arg = s,
    };
    sw_bench_server_rest(server);
    double cpu_s = sw_bench_server_cpu_s(server);
    bool ok = sw_bench_load_run(&load);
    double events = (double)load.answered * s->batch;
    sw_bench_server_rest(server); /* what the events made to do is theirs */
    cpu_s = sw_bench_server_cpu_s(server) - cpu_s;
    *ret = (figures){.a_second = events / load.wall_s,
                     .a_cpu_second = events / cpu_s,
                     .client_share = load.client_cpu_s / (cpu_s + load.client_cpu_s),
                     .p50_ms = sw_bench_load_quantile(&load, 0.5),
                     .p99_ms = sw_bench_load_quantile(&load, 0.99)};
    if (load.busy)
        fprintf(stderr, "seawall bench: %llu requests were told to come again\n",
                (unsigned long long)load.busy);
    sw_bench_load_done(&load);
    if (ok && s->ran_out)
        fprintf(stderr, "seawall bench: the events ran out before the time was over: give more "
                        "with --events, or fewer --seconds\n");
    return ok && !s->ran_out;
}

static void tell(sw_bench_report *report, const char *what, const figures *f, double target) {
    char name[96];
    snprintf(name, sizeof name, "%s: events a CPU second of the server", what);
    sw_bench_line(report, name, f->a_cpu_second, "events", target, false);
    snprintf(name, sizeof name, "%s: events a second", what);
    sw_bench_line(report, name, f->a_second, "events", 0, false);
    snprintf(name, sizeof name, "%s: the client's part of all CPU time", what);
    sw_bench_line(report, name, f->client_share * 100, "%", 0, true);
    snprintf(name, sizeof name, "%s: answer, p99", what);
    sw_bench_line(report, name, f->p99_ms, "ms", 0, true);
}

/* Beside what the machine does at that time. */
static void tell_machine(sw_bench_report *report, double reading_ns, double a_cpu_second) {
    sw_bench_line(report, "this machine now: reading the JSON of one event", reading_ns, "ns", 0,
                  true);
    sw_bench_line(report, "batches of 100: one event, in such readings",
                  1e9 / a_cpu_second / reading_ns, "", 0, true);
}

static bool measure_all(sw_bench_report *report, const sw_bench_server *server, source *s,
                        const char *path, double seconds) {
    figures full, half;
    s->batch = BATCH;
    const double before_ns = sw_bench_reading_ns(path);
    bool ok = before_ns > 0 && measure(server, s, BATCH_CONNECTIONS, 0, seconds, &full);
    if (!ok) return false;
    tell(report, "batches of 100", &full, WANTED_A_SECOND);
    tell_machine(report, (before_ns + sw_bench_reading_ns(path)) / 2, full.a_cpu_second);
    double carried = full.a_cpu_second < WANTED_A_SECOND ? full.a_cpu_second : WANTED_A_SECOND;
    ok = measure(server, s, HALF_CONNECTIONS, carried / BATCH / 2, seconds, &half);
    if (!ok) return false;
    sw_bench_line(report, "batches at half load: answer, median", half.p50_ms, "ms", 0, true);
    sw_bench_line(report, "batches at half load: answer, p99", half.p99_ms, "ms", 50, true);
    s->batch = 1;
    ok = measure(server, s, SINGLE_CONNECTIONS, 0, seconds, &full);
    if (!ok) return false;
    tell(report, "single events, 64 connections", &full, 5000);
    ok = measure(server, s, SINGLE_CONNECTIONS, full.a_cpu_second / 2, seconds, &half);
    if (!ok) return false;
    sw_bench_line(report, "single events at half load: answer, p99", half.p99_ms, "ms", 0, true);
    return true;
}

/* Would these events violate a rule? One request after the other. */
static bool measure_checks(sw_bench_report *report, const sw_bench_server *server, source *s,
                           double seconds) {
    figures asked;
    s->path = "/v1/checks";
    s->omit = "\"type\":\"event."; /* a correction can't be checked */
    bool ok = measure(server, s, 1, 0, seconds, &asked);
    if (!ok) return false;
    sw_bench_line(report, "checks, one after the other: answer, median", asked.p50_ms, "ms", 0,
                  true);
    sw_bench_line(report, "checks, one after the other: answer, p99", asked.p99_ms, "ms", 20, true);
    return true;
}

bool sw_bench_up_events(sw_bench_report *report, const char *dir, sw_bench_mix mix, uint64_t events,
                        double seconds) {
    char path[700];
    snprintf(path, sizeof path, "%s/events.jsonl", dir);
    source s = {.path = "/v1/events"};
    sw_bench_server server = {.dir = dir};
    bool ok = sw_bench_mix_write(mix, path, events) && (s.file = fopen(path, "r")) != NULL &&
              sw_bench_server_start(&server);
    if (ok) ok = measure_all(report, &server, &s, path, seconds);
    uint64_t taken = s.events;
    uint64_t memory = server.pid ? sw_bench_server_resident_bytes(&server) : 0;
    if (ok) ok = measure_checks(report, &server, &s, seconds / 4);
    ok = sw_bench_server_stop(&server, ok ? SIGTERM : SIGKILL) && ok;
    if (ok) {
        sw_bench_line(report, "events taken in", (double)taken, "", 0, true);
        sw_bench_line(report, "memory of the server", (double)memory / 1e6, "MB", 0, true);
        sw_bench_line(report, "disk an event, log and state",
                      (double)sw_bench_server_disk_bytes(&server) / (double)taken, "bytes", 0,
                      true);
    }
    if (s.file) fclose(s.file);
    free(s.line);
    return ok;
}
