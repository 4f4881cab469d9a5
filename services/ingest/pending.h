/* pending.h - requests whose events are on their way, until it is known what became of each.
 * Layer 9.  Thread: any, under its own lock. */
#ifndef SW_INGEST_PENDING_H
#define SW_INGEST_PENDING_H

#include <pthread.h>

#include "ingest/check.h"
#include "ingest/intake.h"

/* What became of one event of a request. Texts live in the request's arena. */
typedef struct sw_result {
    sw_outcome outcome; /* NONE: not known yet */
    uint32_t partition;
    int64_t offset;
    sw_slice id;
    sw_refusal refusal;
} sw_result;

typedef struct sw_request {
    struct sw_request *next, *next_done;
    uint64_t number;
    void *exchange;
    sw_arena *arena; /* of the exchange */
    sw_post_mode mode;
    sw_result *results;
    uint32_t count, cap;
    sw_refusal whole;   /* the request itself is refused, and has no events */
    uint32_t undecided; /* of them */
    uint32_t sent;      /* events that went to be told apart */
    bool appended;      /* its records are durable */
    sw_err err;         /* they are not: why */
    bool late;          /* taken out because its time was over */
    int64_t begun_us;
} sw_request;

enum { SW_PENDING_SLOTS = 8192 };

typedef struct sw_pending {
    pthread_mutex_t lock;
    sw_request *slots[SW_PENDING_SLOTS]; /* by number */
    uint64_t last_number;
    uint32_t requests, events; /* in it; events undecided */
} sw_pending;

void sw_pending_init(sw_pending *pending);
void sw_pending_done(sw_pending *pending);
/* A number that no request has had. */
uint64_t sw_pending_number(sw_pending *pending);
/* Puts it in, with its number. */
void sw_pending_add(sw_pending *pending, sw_request *request);
/* Takes it out, if it is still there. False: it was answered meanwhile. */
bool sw_pending_remove(sw_pending *pending, uint64_t number, sw_request **ret);
/* Its records were appended, or not. Returns it, taken out, if that was the last thing to wait for;
 * else NULL. */
sw_request *sw_pending_appended(sw_pending *pending, uint64_t number, sw_err err);
/* Notes receipts, and returns those that are complete now, taken out and linked by `next_done`.
 * Receipts of requests that nobody waits for any more are passed over. */
sw_request *sw_pending_settle(sw_pending *pending, const sw_receipt *receipts, uint32_t count);
/* Those begun before `before_us`, taken out and linked by `next_done`. INT64_MAX: all. */
sw_request *sw_pending_expire(sw_pending *pending, int64_t before_us);
uint32_t sw_pending_events(sw_pending *pending);
bool sw_pending_any(sw_pending *pending);

#endif
