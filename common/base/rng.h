/* rng.h - random numbers that a seed repeats.  Layer 0.  Thread: owner's. */
#ifndef SW_BASE_RNG_H
#define SW_BASE_RNG_H

#include <stdbool.h>
#include <stdint.h>

/* xoshiro256** seeded by splitmix64. For tests, simulation and generation; never for secrets. */
typedef struct sw_rng {
    uint64_t state[4];
} sw_rng;

void sw_rng_init(sw_rng *rng, uint64_t seed);
uint64_t sw_rng_next(sw_rng *rng);
/* Uniform in [0, bound); bound must be greater than 0. */
uint64_t sw_rng_below(sw_rng *rng, uint64_t bound);
/* Uniform in [low, high], both included. */
int64_t sw_rng_between(sw_rng *rng, int64_t low, int64_t high);
/* True `part` times in `whole`. */
bool sw_rng_chance(sw_rng *rng, uint32_t part, uint32_t whole);

#endif
