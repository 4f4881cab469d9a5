#include "host/expose.h"

#include <stdio.h>
#include <string.h>

enum { METRICS_MAX = 2048, STEPS = 8, BUCKET_POWERS = 2 };

typedef struct listing {
    const sw_metric *list[METRICS_MAX];
    uint32_t count;
    sw_buf *buf;
} listing;

static void collect(void *arg, const sw_metric *metric) {
    listing *l = arg;
    if (l->count < METRICS_MAX) l->list[l->count++] = metric;
}

static bool ends(const char *name, const char *with) {
    return sw_slice_ends(sw_slice_cstr(name), sw_slice_cstr(with));
}

/* What a value is to be divided by to be in seconds; 1 where it is no time. */
static int64_t divisor(const char *name) {
    if (ends(name, "_us") || ends(name, "_us_total")) return 1000000;
    if (ends(name, "_ms") || ends(name, "_ms_total")) return 1000;
    return 1;
}

static void shown_name(const sw_metric *m, char ret[160]) {
    char base[128];
    snprintf(base, sizeof base, "%s", m->name);
    if (ends(base, "_total")) base[strlen(base) - 6] = '\0';
    bool time = divisor(m->name) != 1;
    if (time) base[strlen(base) - 3] = '\0';
    snprintf(ret, 160, "%s%s%s", base, time ? "_seconds" : "",
             m->kind == SW_METRIC_COUNTER ? "_total" : "");
}

static void add_value(sw_buf *buf, int64_t value, int64_t by) {
    if (by == 1) {
        sw_buf_add_int(buf, value);
        return;
    }
    sw_buf_printf(buf, "%s%lld.%0*lld", value < 0 ? "-" : "",
                  (long long)(value < 0 ? -value : value) / by, by == 1000 ? 3 : 6,
                  (long long)(value < 0 ? -value : value) % by);
}

static void add_sample(sw_buf *buf, const char *name, const char *suffix, const char *labels,
                       const char *le) {
    sw_buf_printf(buf, "%s%s", name, suffix);
    if (labels[0] || le)
        sw_buf_printf(buf, "{%s%s%s%s%s}", labels, labels[0] && le ? "," : "", le ? "le=\"" : "",
                      le ? le : "", le ? "\"" : "");
    sw_buf_add_byte(buf, ' ');
}

/* The bucket that ends at 2^power - 1 is the last of STEPS small ones in each power of two. */
static uint32_t buckets_below(uint32_t power) {
    return power <= 3 ? (uint32_t)1 << power : (power - 2) * STEPS;
}

static void write_histogram(sw_buf *buf, const sw_metric *m, const char *name) {
    int64_t by = divisor(m->name);
    uint64_t seen = 0;
    uint32_t at = 0, first = by == 1000000 ? 6 : by == 1000 ? 0 : 0;
    char le[32];
    for (uint32_t power = first; power <= 32; power += BUCKET_POWERS) {
        for (; at < buckets_below(power) && at < SW_METRIC_BUCKETS; at++)
            seen += __atomic_load_n(&m->buckets[at], __ATOMIC_RELAXED);
        snprintf(le, sizeof le, "%.12g", (double)(((uint64_t)1 << power) - 1) / (double)by);
        add_sample(buf, name, "_bucket", m->labels, le);
        sw_buf_printf(buf, "%llu\n", (unsigned long long)seen);
    }
    for (; at < SW_METRIC_BUCKETS; at++) seen += __atomic_load_n(&m->buckets[at], __ATOMIC_RELAXED);
    add_sample(buf, name, "_bucket", m->labels, "+Inf");
    sw_buf_printf(buf, "%llu\n", (unsigned long long)seen);
    add_sample(buf, name, "_sum", m->labels, NULL);
    add_value(buf, sw_metric_value(m), by);
    sw_buf_add_byte(buf, '\n');
    add_sample(buf, name, "_count", m->labels, NULL);
    sw_buf_printf(buf, "%llu\n", (unsigned long long)seen);
}

static void write_family(listing *l, uint32_t from) {
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    const sw_metric *head = l->list[from];
    char name[160];
    shown_name(head, name);
    sw_buf_printf(l->buf, "# HELP %s %s\n# TYPE %s %s\n", name, head->help, name,
                  kinds[head->kind]);
    for (uint32_t i = from; i < l->count; i++) {
        const sw_metric *m = l->list[i];
        if (!m || strcmp(m->name, head->name) != 0) continue;
        l->list[i] = i == from ? m : NULL;
        if (m->kind == SW_METRIC_HISTOGRAM) {
            write_histogram(l->buf, m, name);
            continue;
        }
        add_sample(l->buf, name, "", m->labels, NULL);
        add_value(l->buf, sw_metric_value(m), divisor(m->name));
        sw_buf_add_byte(l->buf, '\n');
    }
}

void sw_expose_write(sw_metrics *metrics, sw_buf *buf) {
    listing l = {.buf = buf};
    sw_metrics_each(metrics, collect, &l);
    for (uint32_t i = 0; i < l.count; i++)
        if (l.list[i]) write_family(&l, i);
}
