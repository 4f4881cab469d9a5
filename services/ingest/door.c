#include "ingest/door_parts.h"

#include <stdio.h>

#include "topics/topics.h"

enum {
    SCRATCH_BYTES = 128 << 20,
    OUT_BYTES = 14 << 20, /* what the runtime's door takes at once, with room to spare */
    POLL_RECORDS = 4096,
    POLL_BYTES = 8 << 20,
    WAITING_MAX = 20000,
    ANSWER_MS = 20000
};

/* ---- opening and closing ---- */

static sw_err topic_of(const sw_topology *topology, const char *name, uint32_t *ret) {
    return sw_topology_topic(topology, name, ret);
}

static sw_err open_metrics(sw_ingest *ingest) {
    sw_metrics *m = ingest->options.env.metrics;
    sw_err err = SW_OK;
    for (size_t i = SW_OUTCOME_ACCEPTED; !err && i < SW_COUNT(ingest->outcomes); i++) {
        char label[32];
        snprintf(label, sizeof label, "outcome=\"%s\"", sw_outcome_name((sw_outcome)i));
        err = sw_metrics_get(m, SW_METRIC_COUNTER, "seawall_ingest_events_total", label,
                             "Events that were answered, by what became of them.",
                             &ingest->outcomes[i]);
    }
    if (!err)
        err = sw_metrics_get(m, SW_METRIC_COUNTER, "seawall_ingest_busy_total", "",
                             "Requests answered 429 or 503.", &ingest->busy);
    if (!err)
        err = sw_metrics_get(m, SW_METRIC_HISTOGRAM, "seawall_ingest_answer_us", "",
                             "From reading a request to its answer, in microseconds.",
                             &ingest->answer_us);
    if (!err)
        err = sw_metrics_get(m, SW_METRIC_GAUGE, "seawall_ingest_waiting", "",
                             "Events taken in that are not decided yet.", &ingest->waiting);
    return err;
}

static sw_err open_memory(sw_ingest *ingest) {
    sw_arena_init(&ingest->scratch, SCRATCH_BYTES);
    sw_arena_init(&ingest->poll_arena, 2 * POLL_BYTES);
    sw_buf_init(&ingest->event, 4 * SW_EVENT_BYTES_MAX);
    sw_buf_init(&ingest->out, OUT_BYTES);
    ingest->records = sw_heap_zero(SW_OUTGOING_MAX, sizeof *ingest->records);
    ingest->appends = sw_heap_zero(SW_OUTGOING_MAX, sizeof *ingest->appends);
    ingest->polled = sw_heap_zero(POLL_RECORDS, sizeof *ingest->polled);
    ingest->receipts = sw_heap_zero(POLL_RECORDS, sizeof *ingest->receipts);
    bool full = ingest->records && ingest->appends && ingest->polled && ingest->receipts;
    return full ? SW_OK : SW_E_NOMEM;
}

sw_err sw_ingest_open(const sw_ingest_options *options, sw_ingest **ret) {
    SW_ASSERT(options && options->topology && options->bus && options->env.clock && ret);
    SW_ASSERT(options->catalogue && options->door && *options->door && options->answer);
    sw_ingest *ingest = sw_heap_zero(1, sizeof *ingest);
    if (!ingest) return SW_E_NOMEM;
    ingest->options = *options;
    if (options->waiting_max == 0) ingest->options.waiting_max = WAITING_MAX;
    if (options->answer_ms == 0) ingest->options.answer_ms = ANSWER_MS;
    sw_pending_init(&ingest->pending);
    pthread_mutex_init(&ingest->poll_lock, NULL);
    sw_err err = open_memory(ingest);
    const sw_topology *t = options->topology;
    if (!err) err = topic_of(t, SW_TOPIC_IDENTITY, &ingest->topic_identity);
    if (!err) err = topic_of(t, SW_TOPIC_RECEIPTS, &ingest->topic_receipts);
    if (!err) err = topic_of(t, SW_TOPIC_DEAD_LETTERS, &ingest->topic_letters);
    if (!err && options->keyring) err = topic_of(t, SW_TOPIC_KEYS, &ingest->topic_keys);
    if (!err) err = sw_rate_open(&ingest->rate, options->rate_events_per_s, options->rate_burst);
    if (!err) err = open_metrics(ingest);
    if (err) {
        sw_ingest_close(ingest);
        return err;
    }
    *ret = ingest;
    return SW_OK;
}

sw_err sw_ingest_attach(sw_ingest *ingest, sw_runtime *runtime) {
    SW_ASSERT(ingest && runtime && !ingest->runtime);
    int64_t first;
    uint32_t partitions = ingest->options.topology->topics[ingest->topic_receipts].partitions;
    ingest->receipt_partition = sw_partition_of(sw_slice_cstr(ingest->options.door), partitions);
    sw_err err = sw_bus_end(ingest->options.bus, ingest->topic_receipts, ingest->receipt_partition,
                            &first, &ingest->next_offset);
    if (!err) __atomic_store_n(&ingest->runtime, runtime, __ATOMIC_RELEASE);
    return err;
}

/* ---- answers ---- */

void sw_ingest_finish(sw_ingest *ingest, sw_request *request) {
    int64_t now_us = sw_clock_mono_us(ingest->options.env.clock);
    for (uint32_t i = 0; i < request->count; i++) {
        sw_outcome outcome = request->results[i].outcome;
        if (outcome != SW_OUTCOME_NONE) sw_metric_add(ingest->outcomes[outcome], 1);
    }
    sw_metric_observe(ingest->answer_us, now_us - request->begun_us);
    sw_metric_set(ingest->waiting, sw_pending_events(&ingest->pending));
    ingest->options.answer(ingest->options.answer_arg, request);
    sw_heap_free(request);
    sw_runtime_expect(ingest->runtime, -1);
}

static void finish_all(sw_ingest *ingest, sw_request *done) {
    while (done) {
        sw_request *next = done->next_done;
        sw_ingest_finish(ingest, done);
        done = next;
    }
}

void sw_ingest_detach(sw_ingest *ingest) {
    SW_ASSERT(ingest);
    if (!ingest->runtime) return;
    finish_all(ingest, sw_pending_expire(&ingest->pending, INT64_MAX));
    ingest->runtime = NULL;
}

void sw_ingest_close(sw_ingest *ingest) {
    if (!ingest) return;
    SW_ASSERT(!ingest->runtime);
    sw_pending_done(&ingest->pending);
    pthread_mutex_destroy(&ingest->poll_lock);
    sw_rate_close(&ingest->rate);
    sw_arena_done(&ingest->scratch);
    sw_arena_done(&ingest->poll_arena);
    sw_buf_done(&ingest->event);
    sw_buf_done(&ingest->out);
    sw_heap_free(ingest->records);
    sw_heap_free(ingest->appends);
    sw_heap_free(ingest->polled);
    sw_heap_free(ingest->receipts);
    sw_heap_free(ingest);
}

void sw_ingest_tick(void *arg) {
    sw_ingest *ingest = arg;
    int64_t now_us = sw_clock_mono_us(ingest->options.env.clock);
    finish_all(ingest,
               sw_pending_expire(&ingest->pending, now_us - ingest->options.answer_ms * 1000));
    sw_ingest_committed(ingest); /* where a wake was lost, or another process wrote them */
}

/* Under poll_lock. False: there was nothing new. */
static bool poll(sw_ingest *ingest) {
    uint32_t count = 0, good = 0;
    int64_t next = ingest->next_offset;
    sw_position from = {ingest->topic_receipts, ingest->receipt_partition, next};
    sw_arena_reset(&ingest->poll_arena);
    sw_err err = sw_bus_poll(ingest->options.bus, from, POLL_RECORDS, POLL_BYTES,
                             &ingest->poll_arena, ingest->polled, &count, &next);
    if (err == SW_E_RANGE) { /* receipts of former requests, and their time is over */
        int64_t end;
        err = sw_bus_end(ingest->options.bus, from.topic, from.partition, &next, &end);
        if (!err) ingest->next_offset = next;
        return err == SW_OK;
    }
    if (err || count == 0) return false;
    ingest->next_offset = next;
    sw_slice door = sw_slice_cstr(ingest->options.door);
    for (uint32_t i = 0; i < count; i++)
        if (sw_slice_eq(ingest->polled[i].key, door) &&
            sw_receipt_read(ingest->polled[i].value, &ingest->receipts[good]) == SW_OK)
            good++;
    finish_all(ingest, sw_pending_settle(&ingest->pending, ingest->receipts, good));
    return true;
}

/* Who comes while another thread polls leaves word, and that one polls once more. */
void sw_ingest_committed(void *arg) {
    sw_ingest *ingest = arg;
    if (!ingest || !__atomic_load_n(&ingest->runtime, __ATOMIC_ACQUIRE)) return;
    __atomic_store_n(&ingest->again, true, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&ingest->again, __ATOMIC_SEQ_CST) &&
           pthread_mutex_trylock(&ingest->poll_lock) == 0) {
        __atomic_store_n(&ingest->again, false, __ATOMIC_SEQ_CST);
        while (sw_pending_any(&ingest->pending) && poll(ingest)) continue;
        pthread_mutex_unlock(&ingest->poll_lock);
    }
}

/* ---- posts ---- */

sw_busy sw_ingest_busy(sw_ingest *ingest, const sw_principal *principal) {
    SW_ASSERT(ingest && principal);
    sw_busy busy = {0};
    int64_t now_us = sw_clock_mono_us(ingest->options.env.clock);
    int64_t wait_ms = sw_rate_take(&ingest->rate, sw_slice_cstr(principal->sub), 0, now_us);
    if (wait_ms > 0)
        busy = (sw_busy){429, "rate", "the client has sent more events than it may", wait_ms};
    else if (!ingest->runtime || sw_runtime_error(ingest->runtime))
        busy = (sw_busy){503, "stopping", "the service is starting or stopping", 1000};
    else if (!sw_bus_ready(ingest->options.bus))
        busy = (sw_busy){503, "full",
                         "the disk is nearly full, the bus is down, or another instance runs other "
                         "rules: see /readyz",
                         5000};
    else if (sw_pending_events(&ingest->pending) > ingest->options.waiting_max)
        busy = (sw_busy){503, "behind", "too many events wait to be decided", 1000};
    if (busy.status) sw_metric_add(ingest->busy, 1);
    return busy;
}
