/* rate.h - how many events each client may send: a token bucket for each.  Layer 9.  Thread:
 * owner's; pure. */
#ifndef SW_INGEST_RATE_H
#define SW_INGEST_RATE_H

#include "base/err.h"
#include "base/slice.h"

enum { SW_RATE_CLIENTS_MAX = 4096 };

typedef struct sw_rate_client {
    uint64_t hash;   /* of its name; 0: free */
    int64_t tokens;  /* thousandths of an event; below 0: it owes */
    int64_t seen_us; /* when they were counted */
} sw_rate_client;

typedef struct sw_rate {
    int64_t events_per_s;    /* 0: no limit */
    int64_t burst;           /* events */
    sw_rate_client *clients; /* SW_RATE_CLIENTS_MAX, found by hash within a few places */
} sw_rate;

/* SW_E_NOMEM. `burst` 0: twice events_per_s. */
SW_NODISCARD sw_err sw_rate_open(sw_rate *rate, int64_t events_per_s, int64_t burst);
/* Accepts zeroed memory. */
void sw_rate_close(sw_rate *rate);
/* Takes `events` from the client's bucket. Any number is let through as long as it owes nothing,
 * so that a batch can be larger than the bucket; what is too much is waited for afterwards. Returns
 * 0, or, having taken nothing, after how many milliseconds it owes nothing. */
int64_t sw_rate_take(sw_rate *rate, sw_slice client, uint32_t events, int64_t now_us);

#endif
