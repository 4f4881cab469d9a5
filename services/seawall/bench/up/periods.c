#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "seawall/bench/gaps.h"
#include "seawall/bench/up/up.h"

/* One rule: a period opens, may be extended, and is closed. */
enum { BATCH = 1000, CONNECTIONS = 4 };

/* Merges come in lumps: in the first million events of a new database there is none at all, and
 * books have not got their events yet; one among ten million takes as much as a hundred thousand
 * events. */
enum { GENERATED_SAMPLE = 3000000, SAMPLE_MAX = 1000000, SLICES = 10 };

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

typedef enum kind { OPEN, GENERATED, IN_ORDER, AT_RANDOM, KINDS } kind;

/* As `seawall generate` delivers them; periods live for the longest gap. */
enum { OPENING_PERCENT = 9, CLOSING_PERCENT = 9 };

/* Events for the periods [closed, open): opening them, extending some, closing the oldest. */
typedef struct source {
    kind kind;
    uint64_t next, end, closed, open;
    uint64_t number; /* of the event's identity */
    char time[32];
    sw_rng rng;
} source;

static uint64_t aged(source *s) {
    const double part = sw_bench_gap_h(&s->rng) / SW_BENCH_GAP_HOURS_MAX;
    return s->open - 1 - (uint64_t)(part * (double)(s->open - s->closed - 1));
}

typedef struct event {
    const char *what, *data;
    uint64_t period;
} event;

static event extended(uint64_t period) {
    return (event){"extended", ",\"days\":7", period};
}

/* About as many are closed as are opened, so that about as many run all the time. */
static event generated(source *s) {
    uint64_t percent = sw_rng_below(&s->rng, 100);
    if (percent < OPENING_PERCENT) return (event){"opened", "", s->open++};
    if (percent < OPENING_PERCENT + CLOSING_PERCENT) return (event){"closed", "", s->closed++};
    return extended(aged(s));
}

static event next_event(source *s) {
    uint64_t i = s->next++;
    switch (s->kind) {
    case OPEN:
        return (event){"opened", "", i};
    case GENERATED:
        return generated(s);
    case AT_RANDOM:
        return extended(s->closed + sw_rng_below(&s->rng, s->open - s->closed));
    default:
        return extended(i);
    }
}

static bool make(void *arg, sw_buf *body) {
    source *s = arg;
    if (s->next == s->end) return false;
    for (int i = 0; i < BATCH && s->next < s->end; i++) {
        const event e = next_event(s);
        sw_buf_printf(
            body,
            "%c{\"specversion\":\"1.0\",\"id\":\"%" PRIu64
            "\",\"source\":\"urn:bench\",\"type\":\"bench.%s\",\"time\":\"%s\",\"orgcode\":"
            "\"320981140000\",\"recordedtime\":\"%s\",\"data\":{\"case_id\":\"A32098120260%"
            "08" PRIu64 "\"%s}}",
            i ? ',' : '[', s->number++, e.what, s->time, s->time, e.period, e.data);
    }
    sw_buf_add_byte(body, ']');
    return true;
}

/* What events cost the server, in seconds of CPU time; `merging`: the part of it that its database
 * takes in the background, which comes in lumps. */
typedef struct spent {
    double all_s, merging_s, events;
} spent;

/* Sends events [from, to) of a kind, and adds what they cost. */
static bool add_cost(const sw_bench_server *server, source *s, kind what, uint64_t from,
                     uint64_t to, spent *sum) {
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
    double cpu_s = sw_bench_server_cpu_s(server), merging_s = sw_bench_server_merging_s(server);
    bool ok = sw_bench_load_run(&load);
    sw_bench_server_rest(server);
    sum->all_s += sw_bench_server_cpu_s(server) - cpu_s;
    sum->merging_s += sw_bench_server_merging_s(server) - merging_s;
    sum->events += (double)(to - from);
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

/* A server among whose periods events are measured. */
typedef struct side {
    char folder[800];
    sw_bench_server server;
    source source;
    uint64_t periods;
    spent costs[KINDS];
    double disk_bytes; /* that opening one more takes, log and state */
} side;

static bool open_all(side *one) {
    source *s = &one->source;
    sw_rng_init(&s->rng, 1);
    double disk_bytes = (double)sw_bench_server_disk_bytes(&one->server);
    bool ok = add_cost(&one->server, s, OPEN, 0, one->periods, &one->costs[OPEN]);
    disk_bytes = (double)sw_bench_server_disk_bytes(&one->server) - disk_bytes;
    one->disk_bytes = disk_bytes / (double)one->periods;
    s->open = one->periods;
    return ok;
}

/* One slice of so many of a sample of events: as the generator orders them, those that extend the
 * latest in the order of their opening, or as many of any. */
static bool add_slice(side *one, kind what, uint64_t slice) {
    source *s = &one->source;
    uint64_t sample = one->periods < SAMPLE_MAX ? one->periods : SAMPLE_MAX, first = 0;
    if (what == GENERATED) sample = GENERATED_SAMPLE;
    if (what == IN_ORDER) first = s->open - sample;
    return add_cost(&one->server, s, what, first + sample * slice / SLICES,
                    first + sample * (slice + 1) / SLICES, &one->costs[what]);
}

/* In turn, because the speed of a machine that others use too goes up and down by half within
 * minutes. */
static bool compare(side *few, side *many) {
    for (kind what = GENERATED; what < KINDS; what++)
        for (uint64_t i = 0; i < SLICES; i++)
            if (!add_slice(few, what, i) || !add_slice(many, what, i)) return false;
    return true;
}

static bool restart(sw_bench_report *report, sw_bench_server *server, int signal, const char *name,
                    double target) {
    if (!sw_bench_server_stop(server, signal) || !sw_bench_server_start(server)) return false;
    sw_bench_line(report, name, server->ready_s, "s", target, true);
    return true;
}

/* Opening many by themselves is what the bench does, not what anybody sends: it has no target. */
static const struct {
    const char *what;
    double times;
} orders[KINDS] = {[OPEN] = {"opening", 0},
                   [GENERATED] = {"in the generator's order", 1.5},
                   [IN_ORDER] = {"in the order of opening", 1.5},
                   [AT_RANDOM] = {"in random order", 3}};

static double event_us(double seconds, const spent *s) {
    return seconds * 1e6 / s->events;
}

static void tell_spent(sw_bench_report *report, uint64_t periods, const char *what,
                       const spent *s) {
    char name[96];
    snprintf(name, sizeof name, "an event among %" PRIu64 ", %s", periods, what);
    sw_bench_line(report, name, event_us(s->all_s, s), "us", 0, true);
    sw_bench_line(report, "  of it flushing and merging", event_us(s->merging_s, s), "us", 0, true);
}

static void tell_costs(sw_bench_report *report, const side *few, const side *many) {
    char name[96];
    for (size_t i = 0; i < KINDS; i++) {
        const spent *a = &few->costs[i], *b = &many->costs[i];
        tell_spent(report, few->periods, orders[i].what, a);
        tell_spent(report, many->periods, orders[i].what, b);
        snprintf(name, sizeof name, "many to few, %s", orders[i].what);
        sw_bench_line(report, name, event_us(b->all_s, b) / event_us(a->all_s, a), "times",
                      orders[i].times, true);
    }
}

/* `memory_mb`: the target; 0: none. */
static bool measure(sw_bench_report *report, side *few, side *many, double memory_mb) {
    char name[96];
    if (!open_all(few) || !open_all(many) || !compare(few, many)) return false;
    uint64_t memory = sw_bench_server_resident_bytes(&many->server);
    snprintf(name, sizeof name, "memory with %" PRIu64 " open periods", many->periods);
    sw_bench_line(report, name, (double)memory / 1e6, "MB", memory_mb, true);
    sw_bench_line(report, "disk an open period, log and state", many->disk_bytes, "bytes", 1000,
                  true);
    tell_costs(report, few, many);
    return restart(report, &many->server, SIGTERM, "restart to ready", 2) &&
           restart(report, &many->server, SIGKILL, "restart to ready after a kill", 0);
}

static bool start(side *one, const char *dir, const char *name, const char **sets) {
    one->server = (sw_bench_server){.dir = one->folder, .sets = sets};
    return sw_bench_up_part(dir, name, one->folder, sizeof one->folder) &&
           sw_bench_server_start(&one->server);
}

bool sw_bench_up_periods(sw_bench_report *report, const char *dir, uint64_t few_periods,
                         uint64_t many_periods, const char *memory, const char *decoded) {
    char types_path[700], pack_path[700], types[720], packs[720], budget[64], kept[64];
    side few = {.periods = few_periods}, many = {.periods = many_periods};
    snprintf(types_path, sizeof types_path, "%s/catalogue.yaml", dir);
    snprintf(pack_path, sizeof pack_path, "%s/pack.yaml", dir);
    snprintf(types, sizeof types, "catalogue=%s", types_path);
    snprintf(packs, sizeof packs, "packs=%s", pack_path);
    snprintf(budget, sizeof budget, "memory=%s", memory ? memory : "");
    snprintf(kept, sizeof kept, "decoded=%s", decoded ? decoded : "");
    const char *sets[5] = {types, packs};
    size_t set_count = 2;
    if (memory) sets[set_count++] = budget;
    if (decoded) sets[set_count++] = kept;
    const bool usual = many_periods <= 1000000 && !memory && !decoded;
    bool ok = write_file(types_path, catalogue) && write_file(pack_path, pack) &&
              start(&few, dir, "few", sets) && start(&many, dir, "many", sets) &&
              measure(report, &few, &many, usual ? 400 : 0);
    bool stopped = sw_bench_server_stop(&few.server, ok ? SIGTERM : SIGKILL);
    return sw_bench_server_stop(&many.server, ok ? SIGTERM : SIGKILL) && stopped && ok;
}
