#include "notify/send/executor.h"

#include <inttypes.h>
#include <pthread.h>

#include "base/wire.h"
#include "env/thread.h"
#include "notify/directory/directory.h"
#include "notify/outbox/outbox.h"
#include "notify/send/flight.h"
#include "notify/send/probe.h"
#include "topics/topics.h"

#define FLYING_DEFAULT 512u
#define AIR_MIN        8u
#define IDLE_MS        50
#define REST_MS_MIN    500
#define REST_MS_MAX    60000
#define AGAIN_MS       5000 /* the queue is read from its beginning */
#define FLIGHT_BYTES   ((size_t)1 << 20)
#define CHANNELS       4u
#define CURSOR_BYTES   (SW_QUEUE_ID_AT)

static const char letters[CHANNELS] = {'s', 'e', 'w', 'f'};

/* A channel that does not answer rests. */
typedef struct resting {
    int64_t until_us, pause_ms;
} resting;

struct sw_executor {
    sw_executor_options options;
    uint32_t partitions, notices;
    sw_read queue, messages;
    sw_flight *flights;
    uint32_t flying, flying_max;
    uint32_t air, air_max; /* of those flying: without an outcome */
    CURLM *multi;
    pthread_t thread;
    bool started;
    atomic_bool stopping;
    resting rests[CHANNELS];
    sw_probe probe;
    char (*cursors)[CHANNELS][SW_NOTIFY_LEVELS][CURSOR_BYTES]; /* by partition */
    int64_t *ends;                       /* of seawall.notices, as last seen */
    int64_t again_us, filled_us, tokens; /* thousandths of a part */
    bool more;
    sw_metric *handed, *failed, *postponed, *indeterminate, *forged;
};

static uint32_t channel_of(const char *name) {
    for (uint32_t i = 0; i < CHANNELS; i++)
        if (name[0] == letters[i]) return i;
    return 0;
}

static int64_t now_us(sw_executor *e) {
    return sw_clock_mono_us(e->options.env.clock);
}

/* ---- records ---- */

/* The runtime copies the bytes. */
static sw_err record(sw_executor *e, const sw_message *m, const char *state, const char *detail,
                     sw_answer_fn answer, void *arg) {
    sw_notice notice;
    seawall__v1__notice__init(&notice);
    notice.state = (char *)(uintptr_t)state;
    notice.recipient = m->recipient;
    notice.subject = m->n_subjects ? m->subjects[0] : notice.subject;
    notice.message = m->id;
    notice.attempt_count = m->attempt_count;
    notice.detail = (char *)(uintptr_t)detail;
    notice.at_ms = sw_clock_now_ms(e->options.env.clock);
    uint8_t bytes[4096];
    size_t size = seawall__v1__notice__get_packed_size(&notice);
    if (size > sizeof bytes) return SW_E_LIMIT;
    seawall__v1__notice__pack(&notice, bytes);
    sw_append append = {.topic = e->notices,
                        .key = sw_slice_cstr(m->recipient),
                        .value = sw_slice_of(bytes, size),
                        .answer = answer,
                        .arg = arg};
    return sw_runtime_append(e->options.runtime, &append);
}

static void recorded(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    sw_flight *flight = arg;
    flight->partition = partition;
    flight->offset = offset;
    atomic_store(&flight->record, err ? 2 : 1);
    curl_multi_wakeup(flight->executor->multi);
}

/* ---- the queue ---- */

typedef struct pull {
    sw_executor *e;
    uint32_t channel, level, partition;
    uint32_t taken;
    bool full;
} pull;

static bool is_flying(const sw_executor *e, sw_slice id) {
    for (uint32_t i = 0; i < e->flying_max; i++)
        if (e->flights[i].step != SW_FLIGHT_FREE && sw_slice_is(id, e->flights[i].message->id))
            return true;
    return false;
}

static sw_flight *free_flight(sw_executor *e) {
    for (uint32_t i = 0; i < e->flying_max; i++)
        if (e->flights[i].step == SW_FLIGHT_FREE) return &e->flights[i];
    return NULL;
}

static sw_message *message_of(sw_executor *e, sw_flight *f, uint32_t partition, sw_slice id) {
    sw_buf value;
    sw_pb pb = {&f->arena, false};
    sw_slice copy;
    sw_message *m = NULL;
    sw_buf_init(&value, SW_VALUE_BYTES_MAX);
    if (!sw_read_get_in(&e->messages, partition, id, &value) &&
        sw_arena_copy(&f->arena, sw_buf_slice(&value), &copy) &&
        sw_pb_read(&pb, &seawall__v1__message__descriptor, copy, &m))
        m = NULL;
    sw_buf_done(&value);
    return m;
}

/* One row of the queue: its message takes off, after that is on the record. */
static bool take_off(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)value;
    pull *p = arg;
    sw_executor *e = p->e;
    sw_slice id = sw_slice_sub(key, SW_QUEUE_ID_AT, key.len);
    if (is_flying(e, id)) return true;
    bool sms = p->channel == 0, room = e->air < e->air_max && (e->tokens > 0 || !sms);
    sw_flight *f = room ? free_flight(e) : NULL;
    if (!f) {
        p->full = true;
        return false;
    }
    f->message = message_of(e, f, partition, id);
    if (!f->message || strcmp(f->message->state, "intended") != 0) {
        sw_flight_clear(f); /* taken back meanwhile */
        return true;
    }
    atomic_store(&f->record, 0);
    f->step = SW_FLIGHT_RECORDED;
    if (record(e, f->message, "sending", "", recorded, f)) {
        sw_flight_clear(f);
        p->full = true;
        return false;
    }
    if (sms) e->tokens -= (int64_t)f->message->part_count * 1000;
    e->flying++;
    e->air++;
    p->taken++;
    /* The same millisecond may still get more: rows from it on are read again. */
    memcpy(e->cursors[partition][p->channel][p->level], key.ptr, CURSOR_BYTES);
    return true;
}

static void fill_tokens(sw_executor *e) {
    int64_t now = now_us(e), per_s = e->options.shared->policy->gateway_parts_s;
    int64_t passed = now - e->filled_us;
    if (passed > 1000000) passed = 1000000;
    e->tokens += passed * per_s / 1000;
    if (e->tokens > per_s * 1000) e->tokens = per_s * 1000;
    e->filled_us = now;
}

static void rewind_cursors(sw_executor *e) {
    for (uint32_t p = 0; p < e->partitions; p++)
        for (uint32_t c = 0; c < CHANNELS; c++)
            for (uint32_t l = 0; l < SW_NOTIFY_LEVELS; l++) {
                char *cursor = e->cursors[p][c][l];
                memset(cursor, 0, CURSOR_BYTES);
                cursor[0] = letters[c];
                cursor[1] = (char)(l + 1);
            }
}

static bool anything_new(sw_executor *e) {
    bool new = e->more || now_us(e) >= e->again_us;
    for (uint32_t p = 0; p < e->partitions; p++) {
        int64_t first, end;
        if (sw_bus_end(e->options.bus, e->notices, p, &first, &end) || end == e->ends[p]) continue;
        e->ends[p] = end;
        new = true;
    }
    if (now_us(e) >= e->again_us) {
        rewind_cursors(e);
        e->again_us = now_us(e) + AGAIN_MS * 1000;
    }
    return new;
}

/* What the outbox wants sent, breach of all partitions first. */
static void pull_queue(sw_executor *e) {
    fill_tokens(e);
    if (!anything_new(e)) return;
    e->more = false;
    for (uint32_t c = 0; c < CHANNELS; c++) {
        if (now_us(e) < e->rests[c].until_us) {
            e->more = true;
            continue;
        }
        bool full = false;
        for (uint32_t l = 0; l < SW_NOTIFY_LEVELS && !full; l++) {
            const char end[2] = {letters[c], (char)(l + 2)};
            for (uint32_t p = 0; p < e->partitions && !full; p++) {
                pull pulling = {e, c, l, p, 0, false};
                sw_read_range range = {.partition = p,
                                       .from = sw_slice_of(e->cursors[p][c][l], CURSOR_BYTES),
                                       .to = sw_slice_of(end, sizeof end)};
                if (sw_read_scan(&e->queue, &range, take_off, &pulling)) full = true;
                full = full || pulling.full;
            }
        }
        e->more = e->more || full;
    }
}

/* ---- calls ---- */

static void trace(const sw_executor *e, sw_flight *f) {
    const sw_trace_event event = {
        .level = SW_TRACE_WARN,
        .name = "notify.outcome",
        .fields = {{"outcome", 0, sw_slice_cstr(f->outcome)},
                   {"message", 0, sw_slice_cstr(f->message->id)},
                   {"detail", 0, sw_slice_cstr(f->detail)},
                   {"to", 0, sw_phone_masked(&f->arena, sw_slice_cstr(f->message->to))}}};
    sw_trace(e->options.env.trace, &event);
}

static void count(sw_executor *e, const char *outcome) {
    sw_metric *metric = e->failed;
    if (strcmp(outcome, "handed-over") == 0) metric = e->handed;
    if (strcmp(outcome, "postponed") == 0) metric = e->postponed;
    if (strcmp(outcome, "indeterminate") == 0) metric = e->indeterminate;
    sw_metric_add(metric, 1);
}

static void land(sw_executor *e, sw_flight *f) {
    resting *rest = &e->rests[channel_of(f->message->channel)];
    bool postponed = strcmp(f->outcome, "postponed") == 0;
    if (record(e, f->message, f->outcome, f->detail, NULL, NULL)) {
        f->step = SW_FLIGHT_DONE; /* the door is full: again in the next round */
        return;
    }
    if (postponed && now_us(e) >= rest->until_us) {
        rest->pause_ms = rest->pause_ms ? rest->pause_ms * 2 : REST_MS_MIN;
        if (rest->pause_ms > REST_MS_MAX) rest->pause_ms = REST_MS_MAX;
        rest->until_us = now_us(e) + rest->pause_ms * 1000;
    }
    if (!postponed) rest->pause_ms = 0;
    if (postponed) e->more = true;
    count(e, f->outcome);
    if (!postponed && strcmp(f->outcome, "handed-over") != 0) trace(e, f);
    f->step = SW_FLIGHT_LANDED;
    e->air--;
}

/* Its row leaves the queue when the outbox has read that it is being sent: until then it must not
 * take off again. */
static void leave(sw_executor *e, sw_flight *f) {
    int64_t next;
    uint32_t task = sw_task_number(SW_PROCESSOR_OUTBOX, f->partition);
    if (sw_bus_position(e->options.bus, task, e->notices, f->partition, &next)) return;
    if (next <= f->offset) return;
    sw_flight_clear(f);
    e->flying--;
}

static void call(sw_executor *e, sw_flight *f) {
    int64_t now_ms = sw_clock_now_ms(e->options.env.clock);
    bool ready = sw_flight_prepare(f, e->options.channels, e->options.shared->policy, now_ms);
    if (!ready || f->outcome) {
        land(e, f);
    } else if (curl_multi_add_handle(e->multi, f->call)) {
        sw_flight_fail(f, "postponed", "no call could be made");
        land(e, f);
    } else {
        f->step = SW_FLIGHT_CALLING;
    }
}

static void go_on(sw_executor *e) {
    for (uint32_t i = 0; i < e->flying_max; i++) {
        sw_flight *f = &e->flights[i];
        int said = f->step == SW_FLIGHT_RECORDED ? atomic_load(&f->record) : 0;
        if (f->step == SW_FLIGHT_DONE) land(e, f);
        if (f->step == SW_FLIGHT_LANDED) leave(e, f);
        if (said == 1) call(e, f);
        if (said == 2) { /* not on the record: it stays in the queue */
            sw_flight_clear(f);
            e->flying--;
            e->air--;
            e->more = true;
        }
    }
}

static void take_ended(sw_executor *e) {
    int left;
    for (CURLMsg *msg; (msg = curl_multi_info_read(e->multi, &left));) {
        if (msg->msg != CURLMSG_DONE) continue;
        char *private = NULL;
        CURL *handle = msg->easy_handle;
        CURLcode code = msg->data.result;
        if (sw_probe_ended(&e->probe, e->multi, handle, code)) continue;
        curl_easy_getinfo(handle, CURLINFO_PRIVATE, &private);
        sw_flight *f = (sw_flight *)(void *)private;
        curl_multi_remove_handle(e->multi, handle);
        sw_flight_judge(f, code);
        land(e, f);
    }
}

/* ---- an earlier life ---- */

/* Whether the outbox has read everything that was there at the start. */
static bool caught_up(sw_executor *e) {
    for (uint32_t p = 0; p < e->partitions; p++) {
        int64_t next;
        uint32_t task = sw_task_number(SW_PROCESSOR_OUTBOX, p);
        if (sw_bus_position(e->options.bus, task, e->notices, p, &next) || next < e->ends[p])
            return false;
    }
    return true;
}

static bool leave_behind(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition;
    (void)key;
    sw_executor *e = arg;
    sw_flight *scratch = &e->flights[0];
    sw_pb pb = {&scratch->arena, false};
    sw_message *m;
    bool ok = !sw_pb_read(&pb, &seawall__v1__message__descriptor, value, &m);
    if (ok && strcmp(m->state, "sending") == 0 &&
        record(e, m, "indeterminate", "restarted", NULL, NULL))
        e->more = true; /* said again in the next round */
    sw_arena_reset(&scratch->arena);
    return true;
}

static bool recovered(sw_executor *e) {
    const sw_read_range all = {.partition = SW_READ_ALL};
    if (!caught_up(e)) return false;
    e->more = false;
    if (sw_read_scan(&e->messages, &all, leave_behind, e)) return false;
    bool done = !e->more;
    e->more = true;
    return done;
}

static void *run(void *arg) {
    sw_executor *e = arg;
    int running;
    for (bool ready = false; !ready && !atomic_load(&e->stopping);) {
        ready = recovered(e);
        if (!ready) curl_multi_poll(e->multi, NULL, 0, IDLE_MS, NULL);
    }
    while (!atomic_load(&e->stopping) || e->flying) {
        if (!atomic_load(&e->stopping)) pull_queue(e);
        if (!atomic_load(&e->stopping)) sw_probe_go(&e->probe, e->multi);
        go_on(e);
        curl_multi_perform(e->multi, &running);
        take_ended(e);
        curl_multi_poll(e->multi, NULL, 0, e->more && e->air < e->air_max ? 5 : IDLE_MS, NULL);
        if (atomic_load(&e->stopping) && sw_runtime_error(e->options.runtime)) break;
    }
    return NULL;
}

/* ---- life ---- */

static sw_err open_parts(sw_executor *e) {
    const sw_executor_options *o = &e->options;
    sw_err err = sw_topology_topic(o->topology, SW_TOPIC_NOTICES, &e->notices);
    if (!err) err = sw_read_open(sw_bus_db(o->bus), o->topology, "outbox.queue", &e->queue);
    if (!err) err = sw_read_open(sw_bus_db(o->bus), o->topology, "outbox.messages", &e->messages);
    if (err) return err;
    static const char help[] = "messages by what came of them";
    sw_metric **const metrics[] = {&e->handed, &e->failed, &e->postponed, &e->indeterminate};
    static const char *const labels[] = {"outcome=\"handed-over\"", "outcome=\"failed\"",
                                         "outcome=\"postponed\"", "outcome=\"indeterminate\""};
    for (size_t i = 0; i < SW_COUNT(metrics) && !err; i++)
        err = sw_metrics_get(o->env.metrics, SW_METRIC_COUNTER, "seawall_notify_messages_total",
                             labels[i], help, metrics[i]);
    if (!err)
        err = sw_metrics_get(o->env.metrics, SW_METRIC_COUNTER, "seawall_notify_forged_total", "",
                             "reports and replies with a wrong token", &e->forged);
    return err ? err : sw_probe_init(&e->probe, o->channels, o->env);
}

sw_err sw_executor_open(const sw_executor_options *options, sw_executor **ret) {
    sw_executor *e = sw_heap_zero(1, sizeof *e);
    if (!e) return SW_E_NOMEM;
    e->options = *options;
    e->flying_max = options->flying_max ? options->flying_max : FLYING_DEFAULT;
    e->partitions = options->shared->partitions;
    /* What is in the air at a crash is indeterminate: no more than the gateway takes in a fifth of
     * a second. */
    int64_t air = options->shared->policy->gateway_parts_s / 5;
    e->air_max = air < AIR_MIN ? AIR_MIN : air > e->flying_max ? e->flying_max : (uint32_t)air;
    sw_err err = open_parts(e);
    e->flights = sw_heap_zero(e->flying_max, sizeof *e->flights);
    e->cursors = sw_heap_zero(e->partitions, sizeof *e->cursors);
    e->ends = sw_heap_zero(e->partitions, sizeof *e->ends);
    e->multi = curl_multi_init();
    if (!err && (!e->flights || !e->cursors || !e->ends || !e->multi)) err = SW_E_NOMEM;
    for (uint32_t i = 0; e->flights && i < e->flying_max; i++) {
        sw_arena_init(&e->flights[i].arena, FLIGHT_BYTES);
        e->flights[i].executor = e;
    }
    if (err) {
        sw_executor_close(e);
        return err;
    }
    curl_multi_setopt(e->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 64L);
    curl_multi_setopt(e->multi, CURLMOPT_MAXCONNECTS, 64L);
    *ret = e;
    return SW_OK;
}

sw_err sw_executor_start(sw_executor *e) {
    rewind_cursors(e);
    e->filled_us = now_us(e);
    e->tokens = e->options.shared->policy->gateway_parts_s * 1000;
    for (uint32_t p = 0; p < e->partitions; p++) {
        int64_t first;
        sw_err err = sw_bus_end(e->options.bus, e->notices, p, &first, &e->ends[p]);
        if (err) return err;
    }
    if (!sw_thread_start(&e->thread, "sender", run, e)) return SW_E_NOMEM;
    e->started = true;
    return SW_OK;
}

void sw_executor_stop(sw_executor *e) {
    if (!e->started) return;
    atomic_store(&e->stopping, true);
    curl_multi_wakeup(e->multi);
    pthread_join(e->thread, NULL);
    e->started = false;
}

void sw_executor_close(sw_executor *e) {
    if (!e) return;
    sw_executor_stop(e);
    for (uint32_t i = 0; e->flights && i < e->flying_max; i++) {
        if (e->flights[i].step == SW_FLIGHT_CALLING)
            curl_multi_remove_handle(e->multi, e->flights[i].call);
        sw_flight_clear(&e->flights[i]);
        sw_arena_done(&e->flights[i].arena);
    }
    sw_probe_done(&e->probe, e->multi);
    if (e->multi) curl_multi_cleanup(e->multi);
    sw_heap_free(e->flights);
    sw_heap_free(e->cursors);
    sw_heap_free(e->ends);
    sw_heap_free(e);
}

bool sw_executor_gateway_down(sw_executor *e) {
    return sw_probe_down(&e->probe);
}

sw_err sw_executor_report(sw_executor *e, sw_slice recipient, sw_slice message, sw_slice token,
                          sw_slice type) {
    static const struct {
        const char *type, *state;
    } types[] = {
        {"1", "delivered"}, {"2", "failed"}, {"4", NULL}, {"8", "handed-over"}, {"16", "failed"}};
    sw_arena arena;
    sw_arena_init(&arena, 1 << 16);
    sw_pb pb = {&arena, false};
    const char *which = sw_pb_printf(&pb, "%.*s/%.*s", SW_FMT(recipient), SW_FMT(message));
    sw_message m;
    seawall__v1__message__init(&m);
    m.recipient = sw_pb_text(&pb, recipient);
    m.id = sw_pb_text(&pb, message);
    sw_err err = SW_E_INVALID;
    if (!sw_channels_token_is(e->options.channels, SW_S("report"), sw_slice_cstr(which), token)) {
        sw_metric_add(e->forged, 1);
        err = SW_E_NOT_FOUND;
    }
    for (size_t i = 0; err == SW_E_INVALID && i < SW_COUNT(types); i++) {
        if (!sw_slice_is(type, types[i].type)) continue;
        const char *detail = sw_pb_printf(&pb, "report %s", types[i].type);
        err = types[i].state ? record(e, &m, types[i].state, detail, NULL, NULL) : SW_OK;
    }
    sw_arena_done(&arena);
    return err;
}
