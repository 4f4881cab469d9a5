/* report_bench.h - the parts of `seawall bench report`.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_BENCH_REPORT_BENCH_H
#define SW_SEAWALL_BENCH_REPORT_BENCH_H

#include "report/figures/figures.h"
#include "runtime/worker.h"
#include "seawall/bench/runtime/runtime.h"
#include "topics/topics.h"

#define SW_BENCH_DAY_0 20089 /* 2025-01-01: the first of the days that a city's events are of */

/* The rollup on an embedded bus, with the program's own catalogue and indicators. */
typedef struct sw_bench_rollup {
    sw_arena arena;
    sw_clock clock;
    sw_metrics metrics;
    const sw_catalogue *catalogue;
    const sw_indicators *indicators;
    sw_topic_spec topics[SW_PIPELINE_TOPICS_MAX];
    sw_topic_shape shapes[SW_PIPELINE_TOPICS_MAX];
    uint32_t topic_count;
    sw_topology topology;
    sw_bus *bus;
    sw_runtime *runtime;
    sw_worker *worker;
    sw_figures figures;
    /* events of a generated county, as they stand on the log, to make others of */
    sw_slice *pool;
    uint32_t pool_count, pool_cap;
} sw_bench_rollup;

/* All false with a text on stderr. `dir` has room for a log and for generated events. */
bool sw_bench_rollup_open(sw_bench_rollup *rollup, const char *dir, uint32_t cases);
/* Closes the bus and opens it again: nothing is in memory. */
bool sw_bench_rollup_reopen(sw_bench_rollup *rollup, const char *dir);
void sw_bench_rollup_close(sw_bench_rollup *rollup);
/* Appends events and turns until they are counted. `stations` 0: events as they were generated;
 * else of so many stations of 25 counties, over `days` days. `ret_cpu_s`: of counting alone. */
bool sw_bench_rollup_count(sw_bench_rollup *rollup, uint64_t events, uint32_t stations,
                           uint32_t days, double *ret_cpu_s);
/* How often things were counted: an event counts for none, one or several indicators. */
bool sw_bench_rollup_tallies(sw_bench_rollup *rollup, uint64_t *ret);
/* The code of a station of the city 3209. */
void sw_bench_station(uint32_t index, char ret[13]);

/* A server with the routes of figures in this process, and clients in another one. */
typedef struct sw_bench_asked {
    double p50_ms, p99_ms, worst_ms, server_cpu_share, first_view_ms;
    uint64_t answered, refused;
} sw_bench_asked;
/* Before anything else has threads: the clients' process. It is asked by sw_bench_ask. */
typedef struct sw_bench_clients {
    int to, from; /* pipes */
    int pid;
} sw_bench_clients;
bool sw_bench_clients_start(sw_bench_clients *clients, uint32_t stations, double rate,
                            double seconds);
bool sw_bench_ask(sw_bench_rollup *rollup, sw_bench_clients *clients, sw_bench_asked *ret);
void sw_bench_clients_stop(sw_bench_clients *clients);

#endif
