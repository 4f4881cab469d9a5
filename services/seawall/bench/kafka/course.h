/* course.h - the events of many cases that are open at the same time, one after the other, each
 * case's in the order of its steps.  Layer 9.  Thread: owner's. */
#ifndef SW_SEAWALL_BENCH_KAFKA_COURSE_H
#define SW_SEAWALL_BENCH_KAFKA_COURSE_H

#include "base/rng.h"

/* What comes next of a case, and when. */
typedef struct sw_bench_due {
    double at_h;
    uint64_t number; /* of the case */
    uint32_t step;
} sw_bench_due;

/* Between two events of a case lie as many hours as between those of `seawall generate`
 * (docs/performance.md). Always about as many cases are open: it begins in the middle. */
typedef struct sw_bench_course {
    sw_bench_due *before; /* what has happened until now, of the cases that are open, in order */
    uint64_t before_count;
    sw_bench_due *open; /* a heap by time: the next event of each open case */
    uint64_t open_count, open_cap;
    double next_open_h, pace_h; /* when the next case opens, and how long after the one before */
    uint64_t opened;            /* numbers given so far */
    bool one_closed;            /* at random: a case opens in its place */
    sw_rng rng;
} sw_bench_course;

/* `steps`: of a case. False: no memory. */
bool sw_bench_course_init(sw_bench_course *course, uint64_t cases, uint32_t steps, uint64_t seed);
void sw_bench_course_done(sw_bench_course *course);
/* The next event of all; its step counts from 0, the opening. */
sw_bench_due sw_bench_course_next(sw_bench_course *course, uint32_t steps);
/* The same of any open case; from then on the order of time is lost. */
sw_bench_due sw_bench_course_any(sw_bench_course *course, uint32_t steps);

#endif
