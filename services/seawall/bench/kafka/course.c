#include "seawall/bench/kafka/course.h"

#include <stdlib.h>

#include "base/arena.h"
#include "seawall/bench/gaps.h"

static double part_of(sw_rng *rng) {
    return (double)sw_rng_below(rng, 1000000) / 1e6;
}

/* ---- the heap ---- */

static void swap(sw_bench_due *a, sw_bench_due *b) {
    const sw_bench_due kept = *a;
    *a = *b;
    *b = kept;
}

static void sink(sw_bench_course *c, uint64_t i) {
    for (;;) {
        uint64_t least = 2 * i + 1;
        if (least >= c->open_count) return;
        if (least + 1 < c->open_count && c->open[least + 1].at_h < c->open[least].at_h) least++;
        if (c->open[i].at_h <= c->open[least].at_h) return;
        swap(&c->open[i], &c->open[least]);
        i = least;
    }
}

static void put(sw_bench_course *c, sw_bench_due due) {
    uint64_t i = c->open_count++;
    SW_ASSERT(i < c->open_cap);
    c->open[i] = due;
    for (; i > 0 && c->open[i].at_h < c->open[(i - 1) / 2].at_h; i = (i - 1) / 2)
        swap(&c->open[i], &c->open[(i - 1) / 2]);
}

static void take_out(sw_bench_course *c, uint64_t i) {
    c->open[i] = c->open[--c->open_count];
}

/* ---- the beginning ---- */

static int by_time(const void *a, const void *b) {
    const sw_bench_due *x = a, *y = b;
    return (x->at_h > y->at_h) - (x->at_h < y->at_h);
}

/* The steps that a case has behind it, as of now, and the one that comes. */
static void begin_case(sw_bench_course *c, uint64_t number, uint32_t steps) {
    const uint32_t next = 1 + (uint32_t)sw_rng_below(&c->rng, steps - 1);
    const double under_way = sw_bench_gap_under_way_h(&c->rng),
                 passed = part_of(&c->rng) * under_way;
    put(c, (sw_bench_due){under_way - passed, number, next});
    double at_h = -passed;
    for (uint32_t step = next; step-- > 0; at_h -= sw_bench_gap_h(&c->rng))
        c->before[c->before_count++] = (sw_bench_due){at_h, number, step};
}

/* Cases are numbered as they are opened. */
static bool number_by_opening(sw_bench_course *c) {
    uint64_t *numbers = sw_heap_zero(c->opened, sizeof numbers[0]), next = 0;
    if (!numbers) return false;
    for (uint64_t i = 0; i < c->before_count; i++)
        if (c->before[i].step == 0) numbers[c->before[i].number] = next++;
    for (uint64_t i = 0; i < c->before_count; i++)
        c->before[i].number = numbers[c->before[i].number];
    for (uint64_t i = 0; i < c->open_count; i++) c->open[i].number = numbers[c->open[i].number];
    sw_heap_free(numbers);
    return true;
}

bool sw_bench_course_init(sw_bench_course *c, uint64_t cases, uint32_t steps, uint64_t seed) {
    SW_ASSERT(c && cases > 0 && steps > 1);
    *c = (sw_bench_course){.open_cap = 2 * cases + 64,
                           .pace_h = sw_bench_gap_mean_h() * (steps - 1)};
    c->pace_h /= (double)cases;
    c->next_open_h = c->pace_h;
    sw_rng_init(&c->rng, seed);
    c->before = sw_heap_zero(cases * (steps - 1), sizeof c->before[0]);
    c->open = sw_heap_zero(c->open_cap, sizeof c->open[0]);
    if (!c->before || !c->open) return false;
    while (c->opened < cases) begin_case(c, c->opened++, steps);
    qsort(c->before, c->before_count, sizeof c->before[0], by_time);
    return number_by_opening(c);
}

void sw_bench_course_done(sw_bench_course *c) {
    sw_heap_free(c->before);
    sw_heap_free(c->open);
    *c = (sw_bench_course){0};
}

/* ---- what comes ---- */

static sw_bench_due open_one(sw_bench_course *c, double at_h) {
    const sw_bench_due opening = {at_h, c->opened++, 0};
    put(c, (sw_bench_due){at_h + sw_bench_gap_h(&c->rng), opening.number, 1});
    return opening;
}

sw_bench_due sw_bench_course_next(sw_bench_course *c, uint32_t steps) {
    if (c->open_count == 0 || c->next_open_h <= c->open[0].at_h) {
        const double at_h = c->next_open_h;
        c->next_open_h += c->pace_h;
        return open_one(c, at_h);
    }
    const sw_bench_due due = c->open[0];
    if (due.step + 1 == steps) {
        take_out(c, 0);
    } else {
        c->open[0].step++;
        c->open[0].at_h += sw_bench_gap_h(&c->rng);
    }
    sink(c, 0);
    return due;
}

sw_bench_due sw_bench_course_any(sw_bench_course *c, uint32_t steps) {
    if (c->one_closed || c->open_count == 0) {
        c->one_closed = false;
        return open_one(c, c->next_open_h);
    }
    const uint64_t i = sw_rng_below(&c->rng, c->open_count);
    const sw_bench_due due = c->open[i];
    c->one_closed = due.step + 1 == steps;
    if (c->one_closed)
        take_out(c, i);
    else
        c->open[i].step++;
    return due;
}
