#include "ingest/pending.h"

void sw_pending_init(sw_pending *pending) {
    memset(pending, 0, sizeof *pending);
    pthread_mutex_init(&pending->lock, NULL);
}

void sw_pending_done(sw_pending *pending) {
    SW_ASSERT(pending->requests == 0);
    pthread_mutex_destroy(&pending->lock);
}

static sw_request **place_of(sw_pending *pending, uint64_t number) {
    sw_request **at = &pending->slots[number % SW_PENDING_SLOTS];
    while (*at && (*at)->number != number) at = &(*at)->next;
    return at;
}

/* Under the lock. */
static sw_request *take_out(sw_pending *pending, sw_request **at) {
    sw_request *request = *at;
    *at = request->next;
    request->next = request->next_done = NULL;
    pending->requests--;
    pending->events -= request->undecided;
    return request;
}

uint64_t sw_pending_number(sw_pending *pending) {
    pthread_mutex_lock(&pending->lock);
    uint64_t number = ++pending->last_number;
    pthread_mutex_unlock(&pending->lock);
    return number;
}

void sw_pending_add(sw_pending *pending, sw_request *request) {
    pthread_mutex_lock(&pending->lock);
    sw_request **at = place_of(pending, request->number);
    request->next = NULL;
    *at = request;
    pending->requests++;
    pending->events += request->undecided;
    pthread_mutex_unlock(&pending->lock);
}

bool sw_pending_remove(sw_pending *pending, uint64_t number, sw_request **ret) {
    pthread_mutex_lock(&pending->lock);
    sw_request **at = place_of(pending, number);
    bool there = *at != NULL;
    if (there) *ret = take_out(pending, at);
    pthread_mutex_unlock(&pending->lock);
    return there;
}

static bool complete(const sw_request *request) {
    return request->err || (request->appended && request->undecided == 0);
}

sw_request *sw_pending_appended(sw_pending *pending, uint64_t number, sw_err err) {
    sw_request *ret = NULL;
    pthread_mutex_lock(&pending->lock);
    sw_request **at = place_of(pending, number);
    if (*at) {
        (*at)->appended = err == SW_OK;
        (*at)->err = err;
        if (complete(*at)) ret = take_out(pending, at);
    }
    pthread_mutex_unlock(&pending->lock);
    return ret;
}

static void note(sw_pending *pending, sw_request *request, const sw_receipt *receipt) {
    sw_result *result = &request->results[receipt->item];
    result->outcome = receipt->outcome;
    result->partition = receipt->partition;
    result->offset = receipt->offset;
    if (receipt->outcome == SW_OUTCOME_REFUSED) {
        sw_slice message = SW_SLICE_NONE;
        static const char *const codes[] = {"conflict", "forbidden", "invalid", "limit"};
        result->refusal.code = "invalid";
        for (size_t i = 0; i < SW_COUNT(codes); i++)
            if (sw_slice_is(receipt->code, codes[i])) result->refusal.code = codes[i];
        if (sw_arena_copy(request->arena, receipt->message, &message))
            result->refusal.message = message;
        result->refusal.status = sw_slice_is(receipt->code, "conflict")    ? 409
                                 : sw_slice_is(receipt->code, "forbidden") ? 403
                                                                           : 400;
    }
    request->undecided--;
    pending->events--;
}

sw_request *sw_pending_settle(sw_pending *pending, const sw_receipt *receipts, uint32_t count) {
    sw_request *done = NULL, **end = &done;
    pthread_mutex_lock(&pending->lock);
    for (uint32_t i = 0; i < count; i++) {
        const sw_receipt *receipt = &receipts[i];
        sw_request **at = place_of(pending, receipt->request);
        if (!*at || receipt->item >= (*at)->count || receipt->outcome == SW_OUTCOME_NONE) continue;
        if ((*at)->results[receipt->item].outcome != SW_OUTCOME_NONE) continue;
        note(pending, *at, receipt);
        if (!complete(*at)) continue;
        *end = take_out(pending, at);
        end = &(*end)->next_done;
    }
    pthread_mutex_unlock(&pending->lock);
    return done;
}

sw_request *sw_pending_expire(sw_pending *pending, int64_t before_us) {
    sw_request *done = NULL, **end = &done;
    pthread_mutex_lock(&pending->lock);
    for (uint32_t i = 0; pending->requests > 0 && i < SW_PENDING_SLOTS; i++) {
        sw_request **at = &pending->slots[i];
        while (*at) {
            if ((*at)->begun_us >= before_us) {
                at = &(*at)->next;
                continue;
            }
            *end = take_out(pending, at);
            (*end)->late = true;
            end = &(*end)->next_done;
        }
    }
    pthread_mutex_unlock(&pending->lock);
    return done;
}

uint32_t sw_pending_events(sw_pending *pending) {
    pthread_mutex_lock(&pending->lock);
    uint32_t events = pending->events;
    pthread_mutex_unlock(&pending->lock);
    return events;
}

bool sw_pending_any(sw_pending *pending) {
    pthread_mutex_lock(&pending->lock);
    bool any = pending->requests > 0;
    pthread_mutex_unlock(&pending->lock);
    return any;
}
