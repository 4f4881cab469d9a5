#include <stdio.h>

#include "base/hash.h"
#include "sim/notify/notify.h"
#include "topics/topics.h"

/* ---- records ---- */

static sw_err say(world *w, const char *recipient, const char *message, uint32_t attempt,
                  const char *state, const char *detail, sw_answer_fn answer, void *arg) {
    Seawall__V1__Notice notice;
    uint8_t bytes[512];
    seawall__v1__notice__init(&notice);
    notice.state = (char *)(uintptr_t)state;
    notice.recipient = (char *)(uintptr_t)recipient;
    notice.message = (char *)(uintptr_t)message;
    notice.attempt_count = attempt;
    notice.detail = (char *)(uintptr_t)detail;
    size_t size = seawall__v1__notice__get_packed_size(&notice);
    SW_ASSERT(size <= sizeof bytes);
    seawall__v1__notice__pack(&notice, bytes);
    const sw_append append = {.topic = notify_of(w)->notices,
                              .key = sw_slice_cstr(recipient),
                              .value = sw_slice_of(bytes, size),
                              .answer = answer,
                              .arg = arg};
    return sw_runtime_append(w->instances[0].runtime, &append);
}

typedef struct recording {
    sim_executor *executor;
    sim_flight *flight;
    uint32_t life;
} recording;

static void recorded(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    recording *r = arg;
    if (r->life != r->executor->life || !r->executor->alive) return; /* of a life that is over */
    r->flight->recorded = err ? 2 : 1;
    r->flight->partition = partition;
    r->flight->offset = offset;
}

/* ---- an earlier life ---- */

static bool position_of(world *w, uint32_t partition, int64_t *ret) {
    uint32_t task = sw_task_number(SW_PROCESSOR_OUTBOX, partition);
    return !sw_bus_position(&w->bus.bus, task, notify_of(w)->notices, partition, ret);
}

static void begin_life(world *w, sim_executor *e) {
    int64_t first;
    e->life++;
    e->alive = true;
    e->ready = false;
    memset(e->flights, 0, sizeof e->flights);
    for (uint32_t p = 0; p < NOTIFY_PARTITIONS; p++)
        if (sw_bus_end(w->bus.inner, notify_of(w)->notices, p, &first, &e->ends[p])) e->ends[p] = 0;
}

static bool leave_behind(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    world *w = arg;
    sw_pb pb = {&w->arena, false};
    sw_message *m;
    (void)partition, (void)key;
    bool said = !sw_pb_read(&pb, &seawall__v1__message__descriptor, value, &m);
    if (said && strcmp(m->state, "sending") == 0 &&
        say(w, m->recipient, m->id, m->attempt_count, "indeterminate", "restarted", NULL, NULL))
        said = false;
    if (!said) notify_of(w)->executor.ready = false;
    return said;
}

static void recover(world *w, sim_executor *e) {
    sw_read messages;
    const sw_read_range all = {.partition = SW_READ_ALL};
    for (uint32_t p = 0; p < NOTIFY_PARTITIONS; p++) {
        int64_t next;
        if (!position_of(w, p, &next) || next < e->ends[p]) return;
    }
    e->ready = true;
    sw_err err = sw_read_open(sw_bus_db(w->bus.inner), &w->topology, "outbox.messages", &messages);
    if (!err) err = sw_read_scan(&messages, &all, leave_behind, w);
    if (err) e->ready = false;
}

/* ---- calls ---- */

static void note_call(world *w, const char *message, bool arrived) {
    notify_scene *n = notify_of(w);
    SW_ASSERT(n->call_count < NOTIFY_CALLS_MAX);
    call *c = &n->calls[n->call_count++];
    snprintf(c->message, sizeof c->message, "%s", message);
    c->arrived = arrived;
}

/* What the gateway does and says. A postponed message was surely not taken; one whose outcome is
 * hidden may have arrived. A report may come at once, before the outcome is on the record. */
static void do_call(world *w, sim_flight *f) {
    uint64_t chance = sw_rng_below(&w->rng, 100);
    f->step = FLIGHT_OUTCOME;
    if (chance < 12) {
        f->outcome = "postponed";
        return;
    }
    bool failed = chance < 22, hidden = chance >= 85;
    bool arrived = !failed && (!hidden || sw_rng_chance(&w->rng, 1, 2));
    note_call(w, f->message, arrived);
    f->outcome = failed ? "failed" : hidden ? "indeterminate" : "handed-over";
    if (arrived && sw_rng_chance(&w->rng, 1, 3))
        (void)!say(w, f->recipient, f->message, 0, "delivered", "report 1", NULL, NULL);
}

static void say_outcome(world *w, sim_flight *f) {
    if (say(w, f->recipient, f->message, f->attempt, f->outcome, "sim", NULL, NULL)) return;
    f->step = FLIGHT_LEAVING;
    if (strcmp(f->outcome, "handed-over") != 0) return;
    for (uint64_t reports = sw_rng_below(&w->rng, 3); reports > 0; reports--)
        (void)!say(w, f->recipient, f->message, 0, "delivered", "report 1", NULL, NULL);
}

static void go_on(world *w, sim_flight *f) {
    int64_t next;
    if (f->step == FLIGHT_RECORDING && f->recorded == 2) f->step = FLIGHT_FREE;
    if (f->step == FLIGHT_RECORDING && f->recorded == 1) {
        do_call(w, f);
    } else if (f->step == FLIGHT_OUTCOME) {
        say_outcome(w, f);
    } else if (f->step == FLIGHT_LEAVING && position_of(w, f->partition, &next) &&
               next > f->offset) {
        f->step = FLIGHT_FREE;
    }
}

/* ---- the queue ---- */

typedef struct pulling {
    world *w;
    sw_read messages;
    bool any;
} pulling;

static sim_flight *free_flight(sim_executor *e, sw_slice id) {
    sim_flight *found = NULL;
    for (uint32_t i = 0; i < NOTIFY_FLIGHTS; i++) {
        if (e->flights[i].step == FLIGHT_FREE)
            found = &e->flights[i];
        else if (sw_slice_is(id, e->flights[i].message))
            return NULL;
    }
    return found;
}

static void take_off(world *w, sim_flight *f, const sw_message *m) {
    sim_executor *e = &notify_of(w)->executor;
    recording *r = sw_arena_alloc(&w->arena, sizeof *r);
    SW_ASSERT(r);
    *r = (recording){e, f, e->life};
    *f = (sim_flight){.step = FLIGHT_RECORDING, .attempt = m->attempt_count};
    snprintf(f->message, sizeof f->message, "%s", m->id);
    snprintf(f->recipient, sizeof f->recipient, "%s", m->recipient);
    if (say(w, m->recipient, m->id, m->attempt_count, "sending", "", recorded, r))
        f->step = FLIGHT_FREE;
    else if (SW_PLANTED(&w->points, "sent-before-record"))
        f->recorded = 1;
}

static bool pull_row(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    pulling *p = arg;
    sw_slice id = sw_slice_sub(key, SW_QUEUE_ID_AT, key.len);
    sim_flight *f = free_flight(&notify_of(p->w)->executor, id);
    sw_pb pb = {&p->w->arena, false};
    sw_message *m = NULL;
    sw_slice copy;
    sw_buf row;
    (void)value;
    p->any = true;
    if (!f) return true;
    sw_buf_init(&row, 1 << 18);
    if (!sw_read_get_in(&p->messages, partition, id, &row) &&
        sw_arena_copy(&p->w->arena, sw_buf_slice(&row), &copy) &&
        !sw_pb_read(&pb, &seawall__v1__message__descriptor, copy, &m) &&
        strcmp(m->state, "intended") == 0)
        take_off(p->w, f, m);
    sw_buf_done(&row);
    return true;
}

static bool pull_queue(world *w) {
    sw_read queue;
    pulling p = {.w = w};
    const sw_read_range all = {.partition = SW_READ_ALL};
    sw_db *db = sw_bus_db(w->bus.inner);
    sw_err err = sw_read_open(db, &w->topology, "outbox.queue", &queue);
    if (!err) err = sw_read_open(db, &w->topology, "outbox.messages", &p.messages);
    if (!err) err = sw_read_scan(&queue, &all, pull_row, &p);
    return err || p.any;
}

void notify_turn(world *w, instance *it, bool *busy) {
    sim_executor *e = &notify_of(w)->executor;
    if (it != &w->instances[0] || !it->runtime || !w->bus.inner) return;
    if (!e->alive) begin_life(w, e);
    if (!e->ready) recover(w, e);
    if (!e->ready) {
        *busy = true;
        return;
    }
    for (uint32_t i = 0; i < NOTIFY_FLIGHTS; i++) {
        if (e->flights[i].step != FLIGHT_FREE) *busy = true;
        go_on(w, &e->flights[i]);
    }
    if (pull_queue(w)) *busy = true;
}

void notify_stopped(world *w, instance *it) {
    if (it == &w->instances[0]) notify_of(w)->executor.alive = false;
}
