#include "ingest/door_parts.h"
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
    static const char *const outcomes[] = {"", "outcome=\"accepted\"", "outcome=\"duplicate\"",
                                           "outcome=\"waiting\"", "outcome=\"refused\""};
    sw_metrics *m = ingest->options.env.metrics;
    sw_err err = SW_OK;
    for (size_t i = 1; !err && i < SW_COUNT(outcomes); i++)
        err = sw_metrics_get(m, SW_METRIC_COUNTER, "seawall_ingest_events_total", outcomes[i],
                             "Events that were answered, by what became of them.",
                             &ingest->outcomes[i]);
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

static void finish(sw_ingest *ingest, sw_request *request) {
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
        finish(ingest, done);
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
        busy = (sw_busy){503, "full", "the disk is nearly full, or the bus is down", 5000};
    else if (sw_pending_events(&ingest->pending) > ingest->options.waiting_max)
        busy = (sw_busy){503, "behind", "too many events wait to be decided", 1000};
    if (busy.status) sw_metric_add(ingest->busy, 1);
    return busy;
}

/* Outlives the request if that is answered before its records are appended. */
typedef struct ticket {
    sw_ingest *ingest;
    uint64_t number;
} ticket;

static void appended(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    ticket *t = arg;
    (void)partition, (void)offset;
    sw_request *done = sw_pending_appended(&t->ingest->pending, t->number, err);
    if (done) finish(t->ingest, done);
    sw_heap_free(t);
}

/* Sends the records of the request, which is answered from now on by whoever completes it. */
static sw_err send(sw_ingest *ingest, sw_request *request) {
    uint64_t number = request->number;
    uint32_t count = ingest->record_count;
    sw_runtime_expect(ingest->runtime, 1);
    sw_pending_add(&ingest->pending, request);
    if (count == 0) {
        sw_request *done = sw_pending_appended(&ingest->pending, number, SW_OK);
        if (done) finish(ingest, done);
        return SW_OK;
    }
    sw_ingest_fill_appends(ingest);
    ticket *t = sw_heap_alloc(sizeof *t);
    sw_err err = t ? SW_OK : SW_E_NOMEM;
    if (t) *t = (ticket){ingest, number};
    ingest->appends[count - 1].answer = appended;
    ingest->appends[count - 1].arg = t;
    if (!err) err = sw_runtime_append_all(ingest->runtime, ingest->appends, count);
    if (!err) return SW_OK;
    sw_heap_free(t);
    sw_request *mine = NULL;
    bool there = sw_pending_remove(&ingest->pending, number, &mine);
    SW_ASSERT(there && mine == request); /* nothing was sent that could have been answered */
    sw_runtime_expect(ingest->runtime, -1);
    return err;
}

typedef struct reading {
    sw_ingest *ingest;
    sw_request *request;
    const sw_principal *principal;
} reading;

static sw_err add_result(sw_request *request) {
    if (request->count == request->cap) {
        uint32_t cap = request->cap ? request->cap * 4 : request->mode == SW_POST_BATCH ? 128 : 1;
        sw_result *results = sw_arena_zero(request->arena, cap, sizeof *results);
        if (!results) return SW_E_LIMIT;
        if (request->count) memcpy(results, request->results, request->count * sizeof *results);
        request->results = results;
        request->cap = cap;
    }
    request->count++;
    return SW_OK;
}

static sw_err take_item(void *ctx, const sw_post_item *item) {
    reading *r = ctx;
    sw_post_item copy = *item;
    sw_err err = add_result(r->request);
    return err ? err : sw_ingest_add_item(r->ingest, r->request, r->principal, &copy);
}

static sw_err begin(sw_ingest *ingest, void *exchange, sw_arena *arena, sw_request **ret) {
    sw_request *request = sw_heap_zero(1, sizeof *request);
    if (!request) return SW_E_NOMEM;
    *request = (sw_request){
        .number = sw_pending_number(&ingest->pending),
        .exchange = exchange,
        .arena = arena,
        .begun_us = sw_clock_mono_us(ingest->options.env.clock),
    };
    ingest->record_count = 0;
    sw_buf_clear(&ingest->out);
    sw_arena_reset(&ingest->scratch);
    *ret = request;
    return SW_OK;
}

static sw_err keep_whole(sw_ingest *ingest, sw_request *request, const sw_post *post,
                         sw_refusal whole) {
    sw_post_item item = {.raw = post->body, .refusal = whole};
    request->whole = whole;
    sw_slice *texts[] = {&request->whole.message, &request->whole.hint, &request->whole.field};
    for (size_t i = 0; i < SW_COUNT(texts); i++)
        if (!sw_arena_copy(request->arena, *texts[i], texts[i])) *texts[i] = SW_SLICE_NONE;
    return sw_ingest_add_letter(ingest, post->principal, &item);
}

static sw_err read_post(sw_ingest *ingest, sw_request *request, const sw_post *post,
                        sw_refusal *ret_whole) {
    reading r = {ingest, request, post->principal};
    const sw_post_sink sink = {&r, take_item};
    request->mode = sw_post_mode_of(post);
    sw_err err = sw_post_check(post, &ingest->scratch, &sink, &request->mode, ret_whole);
    if (err == SW_E_LIMIT) {
        *ret_whole =
            (sw_refusal){"limit", 413, SW_SLICE_NONE, SW_S("the request needs too much memory"),
                         SW_S("send smaller batches")};
        return SW_OK;
    }
    if (err || ret_whole->status != 400) return err;
    sw_refusal whole = *ret_whole;
    *ret_whole = (sw_refusal){0};
    return keep_whole(ingest, request, post, whole);
}

sw_err sw_ingest_post(sw_ingest *ingest, const sw_post *post, void *exchange, sw_arena *arena,
                      sw_refusal *ret_whole) {
    SW_ASSERT(ingest && ingest->runtime && post && arena && ret_whole);
    sw_request *request;
    sw_err err = begin(ingest, exchange, arena, &request);
    if (err) return err;
    sw_post now = *post;
    now.catalogue = ingest->options.catalogue;
    now.now_ms = sw_clock_now_ms(ingest->options.env.clock);
    err = read_post(ingest, request, &now, ret_whole);
    const sw_new_key *keys = NULL;
    uint32_t key_count = 0;
    if (ingest->options.keyring) keys = sw_keyring_take_new(ingest->options.keyring, &key_count);
    if (!err && !ret_whole->code) err = sw_ingest_add_keys(ingest, keys, key_count);
    if (!err && !ret_whole->code) {
        int64_t now_us = sw_clock_mono_us(ingest->options.env.clock);
        sw_slice client = sw_slice_cstr(post->principal->sub);
        (void)sw_rate_take(&ingest->rate, client, request->count, now_us);
        err = send(ingest, request);
        if (!err) return SW_OK;
        sw_metric_add(ingest->busy, 1);
    }
    if (key_count) sw_keyring_drop_new(ingest->options.keyring, keys, key_count);
    sw_heap_free(request);
    return err;
}
