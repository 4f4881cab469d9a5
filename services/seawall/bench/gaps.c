#include "seawall/bench/gaps.h"

#include <stddef.h>

/* The hours within which a share of the events lies. */
static const struct {
    double share, hours;
} gaps[] = {{0, 0}, {0.5, 0.4}, {0.75, 6}, {0.9, 96}, {1, SW_BENCH_GAP_HOURS_MAX}};
enum { GAPS = sizeof gaps / sizeof gaps[0] };

static double part_of(sw_rng *rng) {
    return (double)sw_rng_below(rng, 1000000) / 1e6;
}

double sw_bench_gap_h(sw_rng *rng) {
    const double share = part_of(rng);
    size_t i = 1;
    while (share >= gaps[i].share) i++;
    const double part = (share - gaps[i - 1].share) / (gaps[i].share - gaps[i - 1].share);
    return gaps[i - 1].hours + part * (gaps[i].hours - gaps[i - 1].hours);
}

static double mean_of(size_t i) {
    return (gaps[i].share - gaps[i - 1].share) * (gaps[i].hours + gaps[i - 1].hours) / 2;
}

double sw_bench_gap_mean_h(void) {
    double mean = 0;
    for (size_t i = 1; i < GAPS; i++) mean += mean_of(i);
    return mean;
}

double sw_bench_gap_under_way_h(sw_rng *rng) {
    double left = part_of(rng) * sw_bench_gap_mean_h();
    size_t i = 1;
    while (i + 1 < GAPS && left >= mean_of(i)) left -= mean_of(i++);
    const double low = gaps[i - 1].hours, high = gaps[i].hours;
    double one;
    do one = low + part_of(rng) * (high - low);
    while (part_of(rng) * high > one);
    return one;
}
