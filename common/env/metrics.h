/* metrics.h - counters, gauges and histograms by name; how they are shown is the host's.  Layer 1.
 * Thread: any. */
#ifndef SW_ENV_METRICS_H
#define SW_ENV_METRICS_H

#include <pthread.h>

#include "base/arena.h"
#include "base/err.h"

typedef enum sw_metric_kind {
    SW_METRIC_COUNTER,
    SW_METRIC_GAUGE,
    SW_METRIC_HISTOGRAM
} sw_metric_kind;

/* A histogram's buckets grow by an eighth of a power of two: a quantile is off by at most 12.5 %.
 */
#define SW_METRIC_BUCKETS 320

typedef struct sw_metric {
    struct sw_metric *next;
    sw_metric_kind kind;
    const char *name;   /* "seawall_timer_lateness_ms" */
    const char *labels; /* "task=\"deadline-3\"", may be "" */
    const char *help;   /* one sentence */
    int64_t value;      /* of a counter or gauge; the sum of a histogram */
    uint64_t count;     /* of a histogram */
    uint64_t *buckets;  /* of a histogram */
} sw_metric;

/* A registry. Metrics live as long as its arena and are listed in order of registration. */
typedef struct sw_metrics {
    sw_arena *arena;
    pthread_mutex_t lock;
    sw_metric *first, *last;
} sw_metrics;

void sw_metrics_init(sw_metrics *metrics, sw_arena *arena);
void sw_metrics_done(sw_metrics *metrics);
/* The metric of that name and labels, made if it is not there. Name and help must outlive the
 * registry, labels are copied. `metrics` may be NULL: then NULL, which the calls below accept.
 * SW_E_LIMIT: the arena is full; SW_E_CONFLICT: it is there with another kind. */
SW_NODISCARD sw_err sw_metrics_get(sw_metrics *metrics, sw_metric_kind kind, const char *name,
                                   const char *labels, const char *help, sw_metric **ret);
/* Counter: by 0 or more. Gauge: by anything. */
void sw_metric_add(sw_metric *metric, int64_t n);
void sw_metric_set(sw_metric *metric, int64_t value);
/* Histogram; negative values count as 0. */
void sw_metric_observe(sw_metric *metric, int64_t value);
int64_t sw_metric_value(const sw_metric *metric);
uint64_t sw_metric_count(const sw_metric *metric);
/* The upper bound of the bucket in which `permille` of the values lie at or below; 0 without
 * values. */
int64_t sw_metric_quantile(const sw_metric *metric, uint32_t permille);
/* In order of registration. */
void sw_metrics_each(sw_metrics *metrics, void (*each)(void *arg, const sw_metric *metric),
                     void *arg);

#endif
