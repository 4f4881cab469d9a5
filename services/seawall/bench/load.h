/* load.h - sends requests over many connections at once, and says how long each took.  Layer 9.
 * Thread: main. */
#ifndef SW_SEAWALL_BENCH_LOAD_H
#define SW_SEAWALL_BENCH_LOAD_H

#include "base/buf.h"

typedef struct sw_bench_load {
    uint16_t port;
    /* "/v1/events", "application/cloudevents+json". NULL: each request is a GET, and what is made
     * is its target. */
    const char *path, *type;
    uint32_t connections;
    double rate;    /* requests a second, whenever answers come; 0: the next with each answer */
    double seconds; /* 0: until there is nothing more to send */
    /* The next body or target, appended; false: there is nothing more. */
    bool (*make)(void *arg, sw_buf *ret);
    void *arg;

    uint64_t answered, busy, refused; /* 2xx; 429 and 503; anything else */
    double wall_s, client_cpu_s;
    float *ms; /* of each answered request, from the moment at which it was to be sent */
    uint64_t ms_cap;
    char first_refusal[600];
} sw_bench_load;

/* False with a text on stderr. Frees nothing: sw_bench_load_done. */
bool sw_bench_load_run(sw_bench_load *load);
/* In milliseconds; sorts. */
double sw_bench_load_quantile(sw_bench_load *load, double q);
void sw_bench_load_done(sw_bench_load *load);

#endif
