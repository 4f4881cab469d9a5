#include "base/rng.h"

#include "base/assert.h"

static uint64_t splitmix(uint64_t *x) {
    uint64_t z = (*x += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void sw_rng_init(sw_rng *rng, uint64_t seed) {
    for (int i = 0; i < 4; i++) rng->state[i] = splitmix(&seed);
}

static uint64_t rotl(uint64_t x, int k) {
    return x << k | x >> (64 - k);
}

uint64_t sw_rng_next(sw_rng *rng) {
    uint64_t *s = rng->state;
    uint64_t ret = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return ret;
}

uint64_t sw_rng_below(sw_rng *rng, uint64_t bound) {
    SW_ASSERT(bound > 0);
    uint64_t limit =
        UINT64_MAX - UINT64_MAX % bound; /* no bias: what lies past a multiple is drawn again */
    uint64_t x;
    do x = sw_rng_next(rng);
    while (x >= limit);
    return x % bound;
}

int64_t sw_rng_between(sw_rng *rng, int64_t low, int64_t high) {
    SW_ASSERT(low <= high);
    uint64_t span = (uint64_t)high - (uint64_t)low;
    uint64_t x = span == UINT64_MAX ? sw_rng_next(rng) : sw_rng_below(rng, span + 1);
    return (int64_t)((uint64_t)low + x);
}

bool sw_rng_chance(sw_rng *rng, uint32_t part, uint32_t whole) {
    return sw_rng_below(rng, whole) < part;
}
