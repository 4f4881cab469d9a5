#include <inttypes.h>
#include <stdio.h>

#include "sim/sim.h"

enum { GIVE_UP_MS = 3000 };

sw_slice event_key(const event *e, char text[16]) {
    return sw_slice_of(text, (size_t)snprintf(text, 16, "key-%u", e->key));
}

sw_slice event_text(const event *e, char text[96]) {
    static const char *const words[] = {"word", "bad"};
    int len;
    if (e->kind == EVENT_OPEN)
        len = snprintf(text, 96, "%u open %" PRId64 " %" PRId64, e->number, e->at_ms, e->limit_ms);
    else if (e->kind == EVENT_CLOSE)
        len = snprintf(text, 96, "%u close %" PRId64, e->number, e->at_ms);
    else
        len = snprintf(text, 96, "%u %s", e->number, words[e->kind]);
    return sw_slice_of(text, (size_t)len);
}

static event_kind draw_kind(sw_rng *rng) {
    uint64_t n = sw_rng_below(rng, 20);
    return n < 8 ? EVENT_WORD : n < 9 ? EVENT_BAD : n < 16 ? EVENT_OPEN : EVENT_CLOSE;
}

/* Times of events lie around the time at which they will be sent: some late, some by much. */
void workload_make(world *w) {
    uint32_t count = w->options.events, numbers[SIM_KEYS] = {0};
    w->events = sw_arena_zero(&w->arena, count, sizeof *w->events);
    SW_ASSERT(w->events);
    int64_t span_ms = (int64_t)count * 2;
    for (uint32_t i = 0; i < count; i++) {
        event *e = &w->events[i];
        e->key = (uint32_t)sw_rng_below(&w->rng, SIM_KEYS);
        e->number = ++numbers[e->key];
        e->kind = draw_kind(&w->rng);
        e->at_ms = w->now_ms + span_ms * i / count - sw_rng_between(&w->rng, 0, 500);
        e->limit_ms = sw_rng_chance(&w->rng, 1, 20) ? 0 : sw_rng_between(&w->rng, 0, 20000);
    }
    for (uint32_t c = 0; c < SIM_CLIENTS; c++) {
        client *cl = &w->clients[c];
        cl->world = w;
        cl->queue = sw_arena_zero(&w->arena, count, sizeof *cl->queue);
        SW_ASSERT(cl->queue);
        for (uint32_t i = 0; i < count; i++)
            if (w->events[i].key % SIM_CLIENTS == c) cl->queue[cl->count++] = i;
    }
}

typedef struct attempt {
    client *client;
    uint32_t number;
} attempt;

static void answer(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    attempt *a = arg;
    client *cl = a->client;
    world *w = cl->world;
    if (w->lose_answers > 0) {
        w->lose_answers--;
        return;
    }
    if (!cl->waiting || a->number != cl->attempt) return;
    cl->waiting = false;
    if (err) return; /* sends it again */
    event *e = &w->events[cl->queue[cl->at++]];
    e->acknowledged = true;
    e->partition = partition;
    e->offset = offset;
    w->done_events++;
}

static void send_once(world *w, client *cl, instance *to) {
    char key[16], text[96];
    const event *e = &w->events[cl->queue[cl->at]];
    attempt *a = sw_arena_alloc(&w->arena, sizeof *a);
    SW_ASSERT(a);
    *a = (attempt){cl, cl->attempt};
    sw_append append = {.topic = SIM_INBOX,
                        .key = event_key(e, key),
                        .value = event_text(e, text),
                        .answer = answer,
                        .arg = a};
    sw_err err = sw_runtime_append(to->runtime, &append);
    if (err) cl->waiting = false;
}

static void send(world *w, client *cl) {
    instance *to = &w->instances[sw_rng_below(&w->rng, SIM_INSTANCES)];
    cl->attempt++;
    cl->waiting = true;
    cl->give_up_ms = w->now_ms + GIVE_UP_MS;
    if (w->lose_sends > 0) {
        w->lose_sends--;
        return;
    }
    if (!to->runtime) {
        cl->waiting = false;
        return;
    }
    send_once(w, cl, to);
    if (w->repeat_sends > 0 && cl->waiting) {
        w->repeat_sends--;
        send_once(w, cl, to);
    }
}

bool workload_step(world *w) {
    for (uint32_t c = 0; c < SIM_CLIENTS; c++) {
        client *cl = &w->clients[c];
        if (cl->waiting && w->now_ms >= cl->give_up_ms) cl->waiting = false;
        if (cl->waiting || cl->at == cl->count) continue;
        send(w, cl);
    }
    return w->done_events == w->options.events;
}
