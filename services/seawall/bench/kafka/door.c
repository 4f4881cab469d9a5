#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "seawall/bench/kafka/kafka.h"
#include "seawall/bench/load.h"
#include "seawall/bench/up/server.h"
#include "topics/topics.h"

/* From an event that is posted to its warning, as another client can read it: seawall-ingest and
 * seawall-deadline as processes of their own, over a cluster. */

enum { BATCH = 50, CONNECTIONS = 16, SETS = 12, WAIT_MS = 30000 };

typedef struct posts {
    sw_bench_watch *watch;
    sw_bench_shape *shape;
    uint64_t next, warm, end; /* events */
} posts;

static bool make(void *arg, sw_buf *body) {
    posts *p = arg;
    if (p->next == p->end) return false;
    sw_buf_add_byte(body, '[');
    for (uint32_t count = 0; count < BATCH && p->next < p->end; p->next++) {
        uint64_t number = p->next / SW_BENCH_KAFKA_STEPS;
        uint32_t step = (uint32_t)(p->next % SW_BENCH_KAFKA_STEPS);
        bool late = sw_bench_overdue(number);
        /* Events of a case overtake each other on their way: one that is closed is not late. */
        if (late && step == SW_BENCH_KAFKA_STEPS - 1) continue;
        if (count++) sw_buf_add_byte(body, ',');
        sw_bench_shape_json(p->shape, number, step, late ? SW_BENCH_OVERDUE_MS : 0, body);
        if (late && step == 0 && p->next >= p->warm) sw_bench_watch_sent(p->watch, number);
    }
    return sw_buf_add_byte(body, ']') == SW_OK;
}

/* The settings of one service, in `text`. */
static void set_up(const sw_bench_kafka_options *o, const char *dir, const char *service,
                   char text[SETS][640], const char *sets[SETS + 1]) {
    int n = 0;
    snprintf(text[n++], 640, "bus=kafka");
    snprintf(text[n++], 640, "service=%s", service);
    snprintf(text[n++], 640, "kafka.bootstrap.servers=%s", o->brokers);
    snprintf(text[n++], 640, "topics.prefix=%s", o->prefix);
    snprintf(text[n++], 640, "partitions=%u", SW_BENCH_KAFKA_PARTITIONS);
    snprintf(text[n++], 640, "packs=%s/rules.yaml", dir);
    snprintf(text[n++], 640, "catalogue=%s/types.yaml", dir);
    snprintf(text[n++], 640, "seal.personal=false");
    SW_ASSERT(n <= SETS);
    for (int i = 0; i < n; i++) sets[i] = text[i];
    sets[n] = NULL;
}

static bool post_all(uint16_t port, posts *p, const sw_bench_pace *pace) {
    sw_bench_load load = {.port = port,
                          .path = "/v1/events",
                          .type = "application/cloudevents-batch+json",
                          .connections = CONNECTIONS,
                          .rate = (double)pace->rate / BATCH,
                          .make = make,
                          .arg = p};
    bool ok = sw_bench_load_run(&load);
    if (ok && (load.busy || load.refused))
        fprintf(stderr, "seawall bench: %llu batches were told to come again, %llu refused: %s\n",
                (unsigned long long)load.busy, (unsigned long long)load.refused,
                load.first_refusal);
    ok = ok && load.busy == 0 && load.refused == 0;
    sw_bench_load_done(&load);
    return ok;
}

static bool measure(const sw_bench_kafka_options *o, uint16_t port, sw_bench_shape *shape,
                    const sw_bench_pace *pace, sw_bench_took *ret) {
    char warnings[160];
    sw_clock clock;
    sw_clock_system(&clock);
    uint64_t warm = (uint64_t)pace->rate;
    posts p = {.shape = shape, .warm = warm, .end = warm * (uint64_t)(pace->seconds + 1)};
    uint64_t cases = sw_bench_cases_of(p.end);
    uint64_t want = sw_bench_overdue_of(cases) - sw_bench_overdue_of(sw_bench_cases_of(warm));
    snprintf(warnings, sizeof warnings, "%s%s", o->prefix, SW_TOPIC_WARNINGS);
    bool ok = sw_bench_watch_open(o->brokers, warnings, &clock, cases, &p.watch) &&
              post_all(port, &p, pace) && sw_bench_watch_result(p.watch, want, WAIT_MS, ret);
    sw_bench_watch_close(p.watch);
    return ok;
}

bool sw_bench_kafka_door(const sw_bench_kafka_options *o, sw_bench_shape *shape,
                         const sw_bench_pace *pace, sw_bench_took *ret) {
    static const char *const names[] = {"ingest", "deadline"};
    char text[SW_COUNT(names)][SETS][640], dirs[SW_COUNT(names)][600];
    const char *sets[SW_COUNT(names)][SETS + 1];
    sw_bench_server servers[SW_COUNT(names)] = {{0}};
    bool ok = mkdir(o->dir, 0755) == 0 && sw_bench_shape_write(o->dir);
    for (size_t i = 0; ok && i < SW_COUNT(names); i++) {
        snprintf(dirs[i], sizeof dirs[i], "%s/%s", o->dir, names[i]);
        set_up(o, o->dir, names[i], text[i], sets[i]);
        servers[i] = (sw_bench_server){.dir = dirs[i], .sets = sets[i]};
        ok = mkdir(dirs[i], 0755) == 0 && sw_bench_server_start(&servers[i]);
    }
    ok = ok && measure(o, servers[0].port, shape, pace, ret);
    for (size_t i = 0; i < SW_COUNT(names); i++)
        ok = sw_bench_server_stop(&servers[i], ok ? SIGTERM : SIGKILL) && ok;
    return ok;
}
