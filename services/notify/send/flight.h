/* flight.h - one message between its record and its outcome, and the call that carries it. Layer 9.
 * Thread: the executor's, but `record` is set by whoever commits. */
#ifndef SW_NOTIFY_FLIGHT_H
#define SW_NOTIFY_FLIGHT_H

#include <curl/curl.h>
#include <seawall/v1/notice.pb-c.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "notify/send/channels.h"

typedef enum sw_flight_step {
    SW_FLIGHT_FREE,
    SW_FLIGHT_RECORDED, /* waits until "sending" is durable */
    SW_FLIGHT_CALLING,
    SW_FLIGHT_DONE,  /* its outcome is to be recorded */
    SW_FLIGHT_LANDED /* the outbox has not read yet that it took off */
} sw_flight_step;

typedef struct sw_flight {
    sw_flight_step step;
    atomic_int record;  /* 0: not yet; 1: durable; 2: it is not */
    uint32_t partition; /* of its record */
    int64_t offset;
    struct sw_executor *executor;
    sw_arena arena;
    Seawall__V1__Message *message;
    const char *outcome; /* handed-over, failed, postponed, indeterminate */
    char detail[128];
    CURL *call;
    struct curl_slist *headers, *recipients;
    char answer[256]; /* the beginning of what came back */
    size_t answer_len;
    sw_slice upload;
    size_t uploaded;
    char error[CURL_ERROR_SIZE];
} sw_flight;

/* Prepares the call of the message's channel. False: the message can't be sent at all; outcome and
 * detail are set. With channels that need no call the outcome is set, and true returned. */
bool sw_flight_prepare(sw_flight *flight, const sw_channels *channels, const sw_policy *policy,
                       int64_t now_ms);
/* What the ended call means. */
void sw_flight_judge(sw_flight *flight, CURLcode code);
/* Gives back what the call held. */
void sw_flight_clear(sw_flight *flight);
void sw_flight_fail(sw_flight *flight, const char *outcome, const char *fmt, ...) SW_PRINTF(3, 4);

#endif
