#include "env/clock.h"

#include <stddef.h>
#include <time.h>

#include "base/assert.h"

static int64_t system_wall_ms(sw_clock *clock) {
    (void)clock;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t system_mono_us(sw_clock *clock) {
    (void)clock;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void sw_clock_system(sw_clock *clock) {
    SW_ASSERT(clock);
    *clock =
        (sw_clock){.wall_ms = system_wall_ms, .mono_us = system_mono_us, .floor_ms = INT64_MIN};
}

void sw_clock_raise(sw_clock *clock, int64_t ms) {
    SW_ASSERT(clock);
    int64_t floor = __atomic_load_n(&clock->floor_ms, __ATOMIC_RELAXED);
    while (floor < ms && !__atomic_compare_exchange_n(&clock->floor_ms, &floor, ms, true,
                                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
}

int64_t sw_clock_now_ms(sw_clock *clock) {
    SW_ASSERT(clock && clock->wall_ms);
    sw_clock_raise(clock, clock->wall_ms(clock));
    return __atomic_load_n(&clock->floor_ms, __ATOMIC_RELAXED);
}

int64_t sw_clock_mono_us(sw_clock *clock) {
    SW_ASSERT(clock && clock->mono_us);
    return clock->mono_us(clock);
}

static sw_clock_virtual *of(sw_clock *clock) {
    return (sw_clock_virtual *)((char *)clock - offsetof(sw_clock_virtual, clock));
}

static int64_t virtual_wall_ms(sw_clock *clock) {
    return of(clock)->wall_ms;
}

static int64_t virtual_mono_us(sw_clock *clock) {
    return of(clock)->mono_us;
}

void sw_clock_virtual_init(sw_clock_virtual *clock, int64_t wall_ms) {
    SW_ASSERT(clock);
    *clock = (sw_clock_virtual){
        .clock = {.wall_ms = virtual_wall_ms, .mono_us = virtual_mono_us, .floor_ms = INT64_MIN},
        .wall_ms = wall_ms,
    };
}

void sw_clock_virtual_advance(sw_clock_virtual *clock, int64_t ms) {
    SW_ASSERT(clock && ms >= 0);
    clock->wall_ms += ms;
    clock->mono_us += ms * 1000;
}

void sw_clock_virtual_set(sw_clock_virtual *clock, int64_t wall_ms) {
    SW_ASSERT(clock);
    clock->wall_ms = wall_ms;
}
