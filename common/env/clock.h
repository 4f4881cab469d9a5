/* clock.h - the time of day that never goes back, and a steady one.  Layer 1.  Thread: any. */
#ifndef SW_ENV_CLOCK_H
#define SW_ENV_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Later than every time: a timer that is not set. */
#define SW_TIME_MAX INT64_MAX

/* Where times come from. `wall_ms` may jump either way (NTP, an administrator); `mono_us` may not.
 */
typedef struct sw_clock sw_clock;
struct sw_clock {
    int64_t (*wall_ms)(sw_clock *clock); /* since 1970-01-01T00:00:00Z */
    int64_t (*mono_us)(sw_clock *clock);
    int64_t floor_ms; /* the latest time given so far */
};

/* The machine's clocks. */
void sw_clock_system(sw_clock *clock);
/* Milliseconds since 1970; never less than what it gave before: while the wall clock is behind, the
 * same value again. */
int64_t sw_clock_now_ms(sw_clock *clock);
/* At least `ms` from now on: what an earlier life of this process has recorded. */
void sw_clock_raise(sw_clock *clock, int64_t ms);
/* Microseconds since an unspecified moment, for measuring and waiting. */
int64_t sw_clock_mono_us(sw_clock *clock);

/* A clock that moves only when told: replay, simulation, tests. Jumps back are allowed, as a wall
 * clock's are; sw_clock_now_ms hides them. */
typedef struct sw_clock_virtual {
    sw_clock clock;
    int64_t wall_ms, mono_us;
} sw_clock_virtual;

void sw_clock_virtual_init(sw_clock_virtual *clock, int64_t wall_ms);
/* Moves both by `ms` (0 or more). */
void sw_clock_virtual_advance(sw_clock_virtual *clock, int64_t ms);
/* Sets the wall clock alone. */
void sw_clock_virtual_set(sw_clock_virtual *clock, int64_t wall_ms);

#endif
