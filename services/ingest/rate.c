#include "ingest/rate.h"

#include "base/arena.h"
#include "base/hash.h"

enum { PLACES = 8, MILLI = 1000 };

sw_err sw_rate_open(sw_rate *rate, int64_t events_per_s, int64_t burst) {
    SW_ASSERT(rate && events_per_s >= 0 && burst >= 0);
    *rate = (sw_rate){.events_per_s = events_per_s, .burst = burst ? burst : 2 * events_per_s};
    if (events_per_s == 0) return SW_OK;
    rate->clients = sw_heap_zero(SW_RATE_CLIENTS_MAX, sizeof *rate->clients);
    return rate->clients ? SW_OK : SW_E_NOMEM;
}

void sw_rate_close(sw_rate *rate) {
    sw_heap_free(rate->clients);
    rate->clients = NULL;
}

/* Its place, or a free one, or that of the client not seen for the longest: who was quiet has a
 * full bucket anyway. */
static sw_rate_client *place_of(sw_rate *rate, uint64_t hash, int64_t now_us) {
    sw_rate_client *oldest = NULL;
    for (uint64_t i = 0; i < PLACES; i++) {
        sw_rate_client *c = &rate->clients[(hash + i) % SW_RATE_CLIENTS_MAX];
        if (c->hash == hash) return c;
        if (!oldest || c->hash == 0 || (oldest->hash && c->seen_us < oldest->seen_us))
            if (!oldest || oldest->hash) oldest = c;
    }
    *oldest = (sw_rate_client){hash, rate->burst * MILLI, now_us};
    return oldest;
}

int64_t sw_rate_take(sw_rate *rate, sw_slice client, uint32_t events, int64_t now_us) {
    if (rate->events_per_s == 0) return 0;
    uint64_t hash = sw_hash64(client) | 1;
    sw_rate_client *c = place_of(rate, hash, now_us);
    int64_t passed_us = now_us > c->seen_us ? now_us - c->seen_us : 0;
    int64_t full = rate->burst * MILLI;
    bool long_ago = passed_us / 1000 > (full - c->tokens) / rate->events_per_s + 1;
    c->tokens = long_ago ? full : c->tokens + passed_us * rate->events_per_s / 1000;
    if (c->tokens > full) c->tokens = full;
    c->seen_us = now_us;
    if (c->tokens < 0) return -c->tokens / rate->events_per_s + 1;
    c->tokens -= (int64_t)events * MILLI;
    return 0;
}
