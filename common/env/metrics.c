#include "env/metrics.h"

#include <string.h>

#define STEPS     8u /* buckets in each power of two */
#define STEP_BITS 3u

void sw_metrics_init(sw_metrics *metrics, sw_arena *arena) {
    SW_ASSERT(metrics && arena);
    *metrics = (sw_metrics){.arena = arena};
    pthread_mutex_init(&metrics->lock, NULL);
}

void sw_metrics_done(sw_metrics *metrics) {
    pthread_mutex_destroy(&metrics->lock);
    metrics->first = metrics->last = NULL;
}

static sw_err make(sw_metrics *metrics, const sw_metric *want, sw_metric **ret) {
    sw_metric *metric = sw_arena_zero(metrics->arena, 1, sizeof *metric);
    if (!metric) return SW_E_LIMIT;
    *metric = *want;
    sw_slice labels = sw_arena_printf(metrics->arena, "%s", want->labels);
    if (!labels.ptr) return SW_E_LIMIT;
    metric->labels = labels.ptr;
    if (want->kind == SW_METRIC_HISTOGRAM) {
        metric->buckets = sw_arena_zero(metrics->arena, SW_METRIC_BUCKETS, sizeof *metric->buckets);
        if (!metric->buckets) return SW_E_LIMIT;
    }
    if (metrics->last)
        metrics->last->next = metric;
    else
        metrics->first = metric;
    metrics->last = metric;
    *ret = metric;
    return SW_OK;
}

static sw_err find_or_make(sw_metrics *metrics, const sw_metric *want, sw_metric **ret) {
    for (sw_metric *m = metrics->first; m; m = m->next) {
        if (strcmp(m->name, want->name) != 0 || strcmp(m->labels, want->labels) != 0) continue;
        if (m->kind != want->kind) return SW_E_CONFLICT;
        *ret = m;
        return SW_OK;
    }
    return make(metrics, want, ret);
}

sw_err sw_metrics_get(sw_metrics *metrics, sw_metric_kind kind, const char *name,
                      const char *labels, const char *help, sw_metric **ret) {
    SW_ASSERT(name && labels && help && ret);
    if (!metrics) {
        *ret = NULL;
        return SW_OK;
    }
    sw_metric want = {.kind = kind, .name = name, .labels = labels, .help = help};
    pthread_mutex_lock(&metrics->lock);
    sw_err err = find_or_make(metrics, &want, ret);
    pthread_mutex_unlock(&metrics->lock);
    return err;
}

void sw_metric_add(sw_metric *metric, int64_t n) {
    if (!metric) return;
    SW_ASSERT(metric->kind == SW_METRIC_GAUGE || (metric->kind == SW_METRIC_COUNTER && n >= 0));
    __atomic_fetch_add(&metric->value, n, __ATOMIC_RELAXED);
}

void sw_metric_set(sw_metric *metric, int64_t value) {
    if (!metric) return;
    SW_ASSERT(metric->kind == SW_METRIC_GAUGE);
    __atomic_store_n(&metric->value, value, __ATOMIC_RELAXED);
}

/* Values below STEPS have a bucket each; above, the three bits after the leading one choose. */
static uint32_t bucket_of(uint64_t value) {
    if (value < STEPS) return (uint32_t)value;
    uint32_t top = 63u - (uint32_t)__builtin_clzll(value);
    uint32_t step = (uint32_t)(value >> (top - STEP_BITS)) & (STEPS - 1);
    uint32_t bucket = (top - STEP_BITS + 1) * STEPS + step;
    return bucket < SW_METRIC_BUCKETS ? bucket : SW_METRIC_BUCKETS - 1;
}

static int64_t bucket_top(uint32_t bucket) {
    if (bucket < STEPS) return bucket;
    uint32_t shift = bucket / STEPS - 1;
    uint64_t base = (uint64_t)(STEPS + bucket % STEPS) << shift;
    return (int64_t)(base + ((uint64_t)1 << shift) - 1);
}

void sw_metric_observe(sw_metric *metric, int64_t value) {
    if (!metric) return;
    SW_ASSERT(metric->kind == SW_METRIC_HISTOGRAM);
    if (value < 0) value = 0;
    __atomic_fetch_add(&metric->value, value, __ATOMIC_RELAXED);
    __atomic_fetch_add(&metric->count, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&metric->buckets[bucket_of((uint64_t)value)], 1, __ATOMIC_RELAXED);
}

int64_t sw_metric_value(const sw_metric *metric) {
    return metric ? __atomic_load_n(&metric->value, __ATOMIC_RELAXED) : 0;
}

uint64_t sw_metric_count(const sw_metric *metric) {
    return metric ? __atomic_load_n(&metric->count, __ATOMIC_RELAXED) : 0;
}

int64_t sw_metric_quantile(const sw_metric *metric, uint32_t permille) {
    SW_ASSERT(permille <= 1000);
    if (!metric) return 0;
    SW_ASSERT(metric->kind == SW_METRIC_HISTOGRAM);
    uint64_t all = sw_metric_count(metric), seen = 0;
    if (all == 0) return 0;
    uint64_t wanted = (all * permille + 999) / 1000;
    if (wanted == 0) wanted = 1;
    for (uint32_t i = 0; i < SW_METRIC_BUCKETS; i++) {
        seen += __atomic_load_n(&metric->buckets[i], __ATOMIC_RELAXED);
        if (seen >= wanted) return bucket_top(i);
    }
    return bucket_top(SW_METRIC_BUCKETS - 1);
}

void sw_metrics_each(sw_metrics *metrics, void (*each)(void *arg, const sw_metric *metric),
                     void *arg) {
    SW_ASSERT(metrics && each);
    pthread_mutex_lock(&metrics->lock);
    const sw_metric *first = metrics->first, *last = metrics->last;
    pthread_mutex_unlock(&metrics->lock);
    for (const sw_metric *m = first; m; m = m == last ? NULL : m->next) each(arg, m);
}
