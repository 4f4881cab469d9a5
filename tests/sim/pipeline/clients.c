#include "ingest/intake.h"
#include "sim/pipeline/pipeline.h"

#include <stdlib.h>

#define DAY_MS INT64_C(86400000)

enum { GIVE_UP_MS = 300, INTAKE_BYTES_MAX = 1 << 20 };

/* When a client has it: as the event says, else some time after it happened; never so early that
 * the door would refuse it. */
static int64_t when(world *w, const sw_event *post) {
    int64_t unit_ms = w->speed * 100, at_ms = post->received_ms;
    if (at_ms == SW_TIME_NONE) at_ms = post->time_ms + sw_rng_between(&w->rng, 0, 3) * unit_ms;
    if (at_ms < post->time_ms - DAY_MS + 3600000) at_ms = post->time_ms - DAY_MS + 3600000;
    return at_ms;
}

static int by_time(const void *a, const void *b, void *arg) {
    const pipeline *p = arg;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int64_t tx = p->postings[x].at_ms, ty = p->postings[y].at_ms;
    if (tx != ty) return tx < ty ? -1 : 1;
    return (x > y) - (x < y);
}

void pipeline_make(world *w) {
    pipeline *p = pipeline_of(w);
    for (uint32_t i = 0; i < p->posting_count; i++)
        p->postings[i].at_ms = when(w, p->postings[i].event);
    for (uint32_t s = 0; s < PIPELINE_SENDERS; s++) {
        sender *it = &p->senders[s];
        it->world = w;
        it->queue = sw_arena_zero(&w->arena, p->posting_count + 1, sizeof *it->queue);
        SW_ASSERT(it->queue);
        for (uint32_t i = s; i < p->posting_count; i += PIPELINE_SENDERS)
            it->queue[it->count++] = i;
        qsort_r(it->queue, it->count, sizeof *it->queue, by_time, p);
    }
}

typedef struct attempt {
    sender *sender;
    uint32_t number;
} attempt;

static void answer(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    attempt *a = arg;
    sender *it = a->sender;
    world *w = it->world;
    if (w->lose_answers > 0) {
        w->lose_answers--;
        return;
    }
    if (!it->waiting || a->number != it->attempt) return;
    it->waiting = false;
    if (err) return; /* sends it again */
    posting *posted = &pipeline_of(w)->postings[it->queue[it->at++]];
    posted->acknowledged = true;
    posted->partition = partition;
    posted->offset = offset;
    w->done_events++;
}

/* As the door does: checked, stamped with the time of its clock. */
static sw_err write_intake(world *w, const sw_event *post, int64_t now_ms, sw_buf *out) {
    sw_event stamped = *post;
    sw_intake intake;
    sw_buf bytes;
    sw_arena_mark mark = sw_arena_save(&w->arena);
    stamped.received_ms = now_ms;
    sw_buf_init(&bytes, INTAKE_BYTES_MAX);
    sw_err err = sw_event_to_pb(&stamped, &bytes);
    if (!err) err = sw_intake_of(&stamped, pipeline_of(w)->rules.catalogue, &w->arena, &intake);
    if (!err) {
        intake.event = sw_buf_slice(&bytes);
        intake.client = SW_S("sim");
        sw_intake_write(&intake, out);
        err = out->err;
    }
    sw_buf_done(&bytes);
    sw_arena_rewind(&w->arena, mark);
    return err;
}

static void send_once(world *w, sender *it, instance *to) {
    pipeline *p = pipeline_of(w);
    const sw_event *post = p->postings[it->queue[it->at]].event;
    attempt *a = sw_arena_alloc(&w->arena, sizeof *a);
    sw_buf out;
    SW_ASSERT(a);
    *a = (attempt){it, it->attempt};
    sw_buf_init(&out, INTAKE_BYTES_MAX);
    sw_err err = write_intake(w, post, sw_clock_now_ms(&to->clock.clock), &out);
    SW_ASSERT(err == SW_OK);
    sw_append append = {.topic = p->identity,
                        .key = sw_intake_key(&post->identity),
                        .value = sw_buf_slice(&out),
                        .answer = answer,
                        .arg = a};
    err = sw_runtime_append(to->runtime, &append);
    if (err) it->waiting = false;
    sw_buf_done(&out);
}

static void send(world *w, sender *it) {
    instance *to = &w->instances[sw_rng_below(&w->rng, SIM_INSTANCES)];
    it->attempt++;
    it->waiting = true;
    it->give_up_ms = w->now_ms + GIVE_UP_MS;
    if (w->lose_sends > 0) {
        w->lose_sends--;
        return;
    }
    if (!to->runtime) {
        it->waiting = false;
        return;
    }
    send_once(w, it, to);
    if (w->repeat_sends > 0 && it->waiting) {
        w->repeat_sends--;
        send_once(w, it, to);
    }
}

bool pipeline_step(world *w) {
    pipeline *p = pipeline_of(w);
    scores_step(w);
    for (uint32_t s = 0; s < PIPELINE_SENDERS; s++) {
        sender *it = &p->senders[s];
        if (it->waiting && w->now_ms >= it->give_up_ms) it->waiting = false;
        if (it->waiting || it->at == it->count) continue;
        if (p->postings[it->queue[it->at]].at_ms <= sim_wall(w)) send(w, it);
    }
    return w->done_events == p->posting_count;
}
