/* gaps.h - how far apart the events of a case lie, as `seawall generate` delivers them
 * (docs/performance.md).  Layer 9.  Thread: owner's. */
#ifndef SW_SEAWALL_BENCH_GAPS_H
#define SW_SEAWALL_BENCH_GAPS_H

#include "base/rng.h"

#define SW_BENCH_GAP_HOURS_MAX 720.0

/* Hours since the event before: half of them are below 0.4, three quarters below 6, and so on. */
double sw_bench_gap_h(sw_rng *rng);
double sw_bench_gap_mean_h(void);
/* The gap in which some moment falls: the longer, the likelier. */
double sw_bench_gap_under_way_h(sw_rng *rng);

#endif
