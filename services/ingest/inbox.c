#include "ingest/inbox.h"

#include <stdio.h>
#include <time.h>

#include "env/thread.h"
#include "ingest/door_parts.h"
#include "topics/topics.h"

enum {
    RECORDS_MAX = 500, /* of one round */
    BYTES_MAX = 3 << 20,
    ARENA_BYTES = 16 << 20,
    IDLE_MS = 500, /* a wake may be lost */
    RETRY_MS = 200
};

typedef enum answer_state { NOTHING, WAITED_FOR, DONE, FAILED } answer_state;

struct sw_inbox {
    sw_inbox_options options;
    sw_ingest *ingest; /* makes records of events; it answers nobody */
    sw_runtime *runtime;
    sw_principal principal;
    uint32_t topic, partitions;
    int64_t *next; /* by partition: to read on from; -1: not known */
    sw_position *moved;
    uint32_t moved_count;
    sw_record *records;
    sw_arena arena;
    sw_http_field *headers;
    uint32_t header_cap;
    sw_metric *taken, *refused;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool running, stopping, news;
    answer_state answer;
};

static void answer_nobody(void *arg, const sw_request *request) {
    (void)arg, (void)request;
}

static sw_err open_ingest(sw_inbox *inbox) {
    const sw_inbox_options *o = &inbox->options;
    const sw_ingest_options options = {
        .topology = o->topology,
        .bus = o->bus,
        .env = o->env,
        .catalogue = o->catalogue,
        .door = "inbox",
        .keyring = o->keyring,
        .answer = answer_nobody,
    };
    return sw_ingest_open(&options, &inbox->ingest);
}

static sw_err open_metrics(sw_inbox *inbox) {
    static const char help[] = "Records of seawall.inbox, by what became of them.";
    sw_metrics *m = inbox->options.env.metrics;
    sw_err err = sw_metrics_get(m, SW_METRIC_COUNTER, "seawall_inbox_records_total",
                                "outcome=\"taken\"", help, &inbox->taken);
    return err ? err
               : sw_metrics_get(m, SW_METRIC_COUNTER, "seawall_inbox_records_total",
                                "outcome=\"refused\"", help, &inbox->refused);
}

sw_err sw_inbox_open(const sw_inbox_options *options, sw_inbox **ret) {
    SW_ASSERT(options && options->topology && options->bus && options->instances > 0 && ret);
    sw_inbox *inbox = sw_heap_zero(1, sizeof *inbox);
    if (!inbox) return SW_E_NOMEM;
    inbox->options = *options;
    sw_principal_local(&inbox->principal);
    inbox->principal.local = false;
    snprintf(inbox->principal.sub, sizeof inbox->principal.sub, "%s", SW_TOPIC_INBOX);
    snprintf(inbox->principal.org, sizeof inbox->principal.org, "%s",
             options->org ? options->org : "");
    pthread_mutex_init(&inbox->lock, NULL);
    pthread_cond_init(&inbox->changed, NULL);
    sw_arena_init(&inbox->arena, ARENA_BYTES);
    sw_err err = sw_topology_topic(options->topology, SW_TOPIC_INBOX, &inbox->topic);
    if (!err) inbox->partitions = options->topology->topics[inbox->topic].partitions;
    inbox->next = sw_heap_zero(inbox->partitions + 1, sizeof *inbox->next);
    inbox->moved = sw_heap_zero(inbox->partitions + 1, sizeof *inbox->moved);
    inbox->records = sw_heap_zero(RECORDS_MAX, sizeof *inbox->records);
    if (!err && (!inbox->next || !inbox->moved || !inbox->records)) err = SW_E_NOMEM;
    if (!err) err = open_metrics(inbox);
    if (!err) err = open_ingest(inbox);
    if (err) {
        sw_inbox_close(inbox);
        return err;
    }
    *ret = inbox;
    return SW_OK;
}

void sw_inbox_close(sw_inbox *inbox) {
    if (!inbox) return;
    SW_ASSERT(!inbox->running);
    sw_ingest_close(inbox->ingest);
    sw_arena_done(&inbox->arena);
    sw_heap_free(inbox->next);
    sw_heap_free(inbox->moved);
    sw_heap_free(inbox->records);
    sw_heap_free(inbox->headers);
    pthread_mutex_destroy(&inbox->lock);
    pthread_cond_destroy(&inbox->changed);
    sw_heap_free(inbox);
}

/* ---- waiting ---- */

static void set_answer(sw_inbox *inbox, answer_state state) {
    pthread_mutex_lock(&inbox->lock);
    inbox->answer = state;
    pthread_cond_broadcast(&inbox->changed);
    pthread_mutex_unlock(&inbox->lock);
}

static void appended(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    (void)partition, (void)offset;
    set_answer(arg, err ? FAILED : DONE);
}

/* Until there is news (or, waiting for an answer, that), a stop, or the time is up. */
static void rest(sw_inbox *inbox, int64_t ms) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t ns = until.tv_nsec + ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&inbox->lock);
    int waited = 0;
    while (!inbox->stopping && waited == 0 &&
           (inbox->answer == WAITED_FOR || (inbox->answer == NOTHING && !inbox->news)))
        waited = pthread_cond_timedwait(&inbox->changed, &inbox->lock, &until);
    inbox->news = false;
    pthread_mutex_unlock(&inbox->lock);
}

static bool is_stopping(sw_inbox *inbox) {
    pthread_mutex_lock(&inbox->lock);
    bool stopping = inbox->stopping;
    pthread_mutex_unlock(&inbox->lock);
    return stopping;
}

void sw_inbox_wake(sw_inbox *inbox) {
    if (!inbox) return;
    pthread_mutex_lock(&inbox->lock);
    inbox->news = true;
    pthread_cond_broadcast(&inbox->changed);
    pthread_mutex_unlock(&inbox->lock);
}

static void say(const sw_inbox *inbox, sw_trace_level level, const char *name, sw_err err,
                uint32_t partition, int64_t offset) {
    sw_trace(inbox->options.env.trace,
             &(sw_trace_event){.level = level,
                               .name = name,
                               .err = err,
                               .fields = {{.name = "partition", .number = partition},
                                          {.name = "offset", .number = offset}}});
}

/* ---- where to read on ---- */

/* What any door has remembered: instances may have shared the partitions out otherwise before. */
static sw_err find_position(sw_inbox *inbox, uint32_t partition) {
    sw_bus *bus = inbox->options.bus;
    int64_t last = 0, first, end;
    for (uint32_t door = 0; door < SW_PARTITIONS_MAX; door++) {
        int64_t next;
        sw_err err = sw_bus_position(bus, door, inbox->topic, partition, &next);
        if (err) return err;
        if (next > last) last = next;
    }
    sw_err err = sw_bus_end(bus, inbox->topic, partition, &first, &end);
    if (err) return err;
    if (last > 0 && last < first)
        say(inbox, SW_TRACE_ERROR, "inbox.records-lost", SW_E_RANGE, partition, last);
    if (last > end) say(inbox, SW_TRACE_ERROR, "inbox.topic-is-new", SW_E_RANGE, partition, last);
    inbox->next[partition] = last < first || last > end ? first : last;
    return SW_OK;
}

static sw_err find_positions(sw_inbox *inbox) {
    sw_err err = sw_runtime_claim_door(inbox->runtime);
    for (uint32_t p = inbox->options.instance; !err && p < inbox->partitions;
         p += inbox->options.instances)
        err = find_position(inbox, p);
    return err;
}

/* ---- records ---- */

typedef struct reading {
    sw_inbox *inbox;
    const sw_record *record;
} reading;

static sw_err take_item(void *ctx, const sw_post_item *item) {
    reading *r = ctx;
    sw_post_item copy = *item;
    sw_err err = sw_ingest_add_read(r->inbox->ingest, &r->inbox->principal, &copy, r->record);
    if (!err) sw_metric_add(copy.event ? r->inbox->taken : r->inbox->refused, 1);
    return err;
}

static sw_err fields_of(sw_inbox *inbox, const sw_record *record, sw_post *post) {
    if (record->header_count > inbox->header_cap) {
        sw_http_field *grown = sw_heap_resize(inbox->headers, record->header_count * sizeof *grown);
        if (!grown) return SW_E_NOMEM;
        inbox->headers = grown;
        inbox->header_cap = record->header_count;
    }
    for (uint32_t i = 0; i < record->header_count; i++) {
        inbox->headers[i] = (sw_http_field){record->headers[i].name, record->headers[i].value};
        if (sw_slice_is(record->headers[i].name, "content-type"))
            post->content_type = record->headers[i].value;
    }
    post->headers = inbox->headers;
    post->header_count = record->header_count;
    return SW_OK;
}

static sw_err take_record(sw_inbox *inbox, const sw_record *record) {
    sw_ingest *ingest = inbox->ingest;
    reading r = {inbox, record};
    const sw_post_sink sink = {&r, take_item};
    sw_post post = {.binding = SW_BINDING_KAFKA,
                    .catalogue = inbox->options.catalogue,
                    .body = record->value,
                    .principal = &inbox->principal,
                    .now_ms = sw_clock_now_ms(inbox->options.env.clock)};
    sw_post_mode mode;
    sw_refusal whole;
    sw_arena_reset(&ingest->scratch);
    sw_err err = fields_of(inbox, record, &post);
    if (!err) err = sw_post_check(&post, &ingest->scratch, &sink, &mode, &whole);
    if (err != SW_E_LIMIT || ingest->out.err) return err;
    sw_post_item item = {.raw = record->value,
                         .refusal = {.code = "limit", .message = SW_S("it needs too much memory")}};
    sw_metric_add(inbox->refused, 1);
    return sw_ingest_add_read(ingest, &inbox->principal, &item, record);
}

/* What one partition has, as far as there is room in this round. */
static sw_err take_partition(sw_inbox *inbox, uint32_t partition, uint32_t *left) {
    uint32_t count;
    int64_t next = inbox->next[partition];
    sw_arena_reset(&inbox->arena);
    sw_err err = sw_bus_poll(inbox->options.bus, (sw_position){inbox->topic, partition, next},
                             *left, BYTES_MAX, &inbox->arena, inbox->records, &count, &next);
    if (err == SW_E_RANGE) return find_position(inbox, partition);
    if (err || next == inbox->next[partition]) return err;
    for (uint32_t i = 0; !err && i < count; i++) err = take_record(inbox, &inbox->records[i]);
    if (err) return err;
    *left -= count;
    inbox->moved[inbox->moved_count++] = (sw_position){inbox->topic, partition, next};
    return SW_OK;
}

/* ---- rounds ---- */

static sw_err gather(sw_inbox *inbox) {
    sw_ingest *ingest = inbox->ingest;
    uint32_t left = RECORDS_MAX;
    sw_err err = SW_OK;
    ingest->record_count = 0;
    sw_buf_clear(&ingest->out);
    inbox->moved_count = 0;
    for (uint32_t p = inbox->options.instance;
         !err && left > 0 && ingest->out.len < BYTES_MAX && p < inbox->partitions;
         p += inbox->options.instances)
        err = take_partition(inbox, p, &left);
    return err;
}

/* Appends again while there is no room, then waits for the commit. False: what became of it is not
 * known, or it has come to a stop. */
static bool append(sw_inbox *inbox) {
    sw_ingest *ingest = inbox->ingest;
    uint32_t count = ingest->record_count;
    sw_ingest_fill_appends(ingest);
    if (count > 0) {
        ingest->appends[count - 1].answer = appended;
        ingest->appends[count - 1].arg = inbox;
        set_answer(inbox, WAITED_FOR);
    }
    sw_err err;
    while ((err = sw_runtime_append_read(inbox->runtime, ingest->appends, count, inbox->moved,
                                         inbox->moved_count)) == SW_E_AGAIN) {
        rest(inbox, RETRY_MS);
        if (is_stopping(inbox)) return false;
    }
    if (err)
        say(inbox, SW_TRACE_WARN, "inbox.append", err, inbox->moved[0].partition,
            inbox->moved[0].next_offset);
    if (err) return false;
    if (count == 0) return true;
    pthread_mutex_lock(&inbox->lock);
    while (inbox->answer == WAITED_FOR && !inbox->stopping)
        pthread_cond_wait(&inbox->changed, &inbox->lock);
    bool done = inbox->answer == DONE;
    inbox->answer = NOTHING;
    pthread_mutex_unlock(&inbox->lock);
    return done;
}

/* False: where to read on has to be found out anew. Keys that were not appended, or may not have
 * been, are not used any more. */
static bool round_of(sw_inbox *inbox) {
    const sw_new_key *keys = NULL;
    uint32_t count = 0;
    sw_keyring *ring = inbox->options.keyring;
    sw_err err = gather(inbox);
    if (ring) keys = sw_keyring_take_new(ring, &count);
    if (!err && inbox->moved_count == 0) {
        rest(inbox, IDLE_MS);
        return true;
    }
    if (err) say(inbox, SW_TRACE_WARN, "inbox.read", err, 0, 0);
    if (!err) err = sw_ingest_add_keys(inbox->ingest, keys, count);
    if (err || !append(inbox)) {
        if (count) sw_keyring_drop_new(ring, keys, count);
        return false;
    }
    for (uint32_t i = 0; i < inbox->moved_count; i++)
        inbox->next[inbox->moved[i].partition] = inbox->moved[i].next_offset;
    return true;
}

static void *run(void *arg) {
    sw_inbox *inbox = arg;
    bool known = false;
    while (!is_stopping(inbox)) {
        if (!known) {
            set_answer(inbox, NOTHING);
            known = find_positions(inbox) == SW_OK;
        }
        if (known) known = round_of(inbox);
        if (!known) rest(inbox, RETRY_MS);
    }
    return NULL;
}

sw_err sw_inbox_start(sw_inbox *inbox, sw_runtime *runtime) {
    SW_ASSERT(inbox && runtime && !inbox->running);
    inbox->runtime = runtime;
    inbox->running = sw_thread_start(&inbox->thread, "inbox", run, inbox);
    return inbox->running ? SW_OK : SW_E_NOMEM;
}

void sw_inbox_stop(sw_inbox *inbox) {
    if (!inbox || !inbox->running) return;
    pthread_mutex_lock(&inbox->lock);
    inbox->stopping = true;
    pthread_cond_broadcast(&inbox->changed);
    pthread_mutex_unlock(&inbox->lock);
    pthread_join(inbox->thread, NULL);
    inbox->running = false;
}
