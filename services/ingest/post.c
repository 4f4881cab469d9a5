/* From what is posted to records on their way, and the same for dead letters sent again. */
#include "ingest/door_parts.h"
#include "runtime/dead_letter.h"
#include "topics/topics.h"

/* Outlives the request if that is answered before its records are appended. */
typedef struct ticket {
    sw_ingest *ingest;
    uint64_t number;
} ticket;

static void appended(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    ticket *t = arg;
    (void)partition, (void)offset;
    sw_request *done = sw_pending_appended(&t->ingest->pending, t->number, err);
    if (done) sw_ingest_finish(t->ingest, done);
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
        if (done) sw_ingest_finish(ingest, done);
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

/* ---- reading ---- */

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
    sw_post now = *post;
    now.catalogue = ingest->options.catalogue;
    now.now_ms = sw_clock_now_ms(ingest->options.env.clock);
    request->mode = sw_post_mode_of(post);
    sw_err err = sw_post_check(&now, &ingest->scratch, &sink, &request->mode, ret_whole);
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

/* Sends it all, the new keys with it, or frees the request. */
static sw_err end(sw_ingest *ingest, sw_request *request, sw_err err, bool refused) {
    const sw_new_key *keys = NULL;
    uint32_t key_count = 0;
    if (ingest->options.keyring) keys = sw_keyring_take_new(ingest->options.keyring, &key_count);
    if (!err && !refused) err = sw_ingest_add_keys(ingest, keys, key_count);
    if (!err && !refused) {
        err = send(ingest, request);
        if (!err) return SW_OK;
        sw_metric_add(ingest->busy, 1);
    }
    if (key_count) sw_keyring_drop_new(ingest->options.keyring, keys, key_count);
    sw_heap_free(request);
    return err;
}

sw_err sw_ingest_post(sw_ingest *ingest, const sw_post *post, void *exchange, sw_arena *arena,
                      sw_refusal *ret_whole) {
    SW_ASSERT(ingest && ingest->runtime && post && arena && ret_whole);
    sw_request *request;
    sw_err err = begin(ingest, exchange, arena, &request);
    if (err) return err;
    err = read_post(ingest, request, post, ret_whole);
    if (!err && !ret_whole->code) {
        int64_t now_us = sw_clock_mono_us(ingest->options.env.clock);
        (void)sw_rate_take(&ingest->rate, sw_slice_cstr(post->principal->sub), request->count,
                           now_us);
    }
    return end(ingest, request, err, ret_whole->code != NULL);
}

/* ---- dead letters ---- */

sw_err sw_ingest_open_letter(const sw_ingest *ingest, sw_arena *arena, sw_dead_letter *letter) {
    SW_ASSERT(ingest && arena && letter);
    if (letter->locked.len == 0) return SW_OK;
    if (!ingest->options.keyring) return SW_E_NOT_FOUND;
    sw_buf plain;
    sw_buf_init(&plain, 2 * SW_EVENT_BYTES_MAX);
    sw_err err = sw_keyring_unlock(ingest->options.keyring, letter->locked, &plain);
    if (!err && !sw_arena_copy(arena, sw_buf_slice(&plain), &letter->value)) err = SW_E_LIMIT;
    if (plain.len) sw_seal_wipe(plain.ptr, plain.len);
    sw_buf_done(&plain);
    return err;
}

/* What the identity processor refused goes there again, in the name of who sends it. */
static sw_err resend_intake(sw_ingest *ingest, sw_request *request, const sw_dead_letter *letter,
                            const sw_principal *principal) {
    sw_intake intake;
    sw_err err = sw_intake_read(letter->value, &ingest->scratch, &intake);
    if (err) return err;
    intake.client = sw_slice_cstr(principal->sub);
    intake.unit = sw_slice_cstr(principal->org);
    intake.door = sw_slice_cstr(ingest->options.door);
    intake.request = request->number;
    intake.item = 0;
    err = add_result(request);
    if (err) return err;
    size_t before = ingest->out.len;
    sw_slice source, id;
    sw_intake_names(intake.event, &source, &id);
    if (!sw_arena_copy(request->arena, id, &request->results[0].id)) return SW_E_LIMIT;
    sw_intake_write(&intake, &ingest->out);
    request->undecided = request->sent = 1;
    return sw_ingest_add_record(ingest, ingest->topic_identity, letter->key, before);
}

/* What another processor refused goes to its topic again: who took it before takes it twice, which
 * all of them can. It is answered when it is there. */
static sw_err resend_record(sw_ingest *ingest, sw_request *request, const sw_dead_letter *letter,
                            sw_refusal *ret_whole) {
    uint32_t topic;
    const sw_topology *t = ingest->options.topology;
    const char *name = sw_arena_printf(&ingest->scratch, "%.*s", SW_FMT(letter->topic)).ptr;
    if (!name || letter->topic.len == 0 || sw_topology_topic(t, name, &topic) != SW_OK) {
        *ret_whole = (sw_refusal){"invalid", 409, SW_SLICE_NONE,
                                  SW_S("it was refused by a timer, or its topic is gone: there is "
                                       "nothing to send again"),
                                  SW_SLICE_NONE};
        return SW_OK;
    }
    request->mode = SW_POST_NONE;
    size_t before = ingest->out.len;
    sw_err err = sw_buf_add(&ingest->out, letter->value);
    return err ? err : sw_ingest_add_record(ingest, topic, letter->key, before);
}

static sw_err mark_retried(sw_ingest *ingest, const sw_record *record,
                           const sw_principal *principal) {
    size_t before = ingest->out.len;
    const sw_dead_letter mark = {
        .code = SW_S("retried"),
        .processor = SW_S("door"),
        .offset = record->offset,
        .timestamp_ms = sw_clock_now_ms(ingest->options.env.clock),
        .client = sw_slice_cstr(principal->sub),
        .unit = sw_slice_cstr(principal->org),
        .retried = true,
    };
    sw_err err = sw_dead_letter_write(&mark, &ingest->out);
    return err ? err : sw_ingest_add_record(ingest, ingest->topic_letters, record->key, before);
}

static sw_err read_letter(sw_ingest *ingest, sw_request *request, const sw_dead_letter *letter,
                          const sw_principal *principal, sw_refusal *ret_whole) {
    if (sw_slice_is(letter->topic, SW_TOPIC_IDENTITY))
        return resend_intake(ingest, request, letter, principal);
    if (!sw_slice_is(letter->topic, "http") && !sw_slice_is(letter->topic, SW_TOPIC_INBOX))
        return resend_record(ingest, request, letter, ret_whole);
    const sw_post post = {.content_type = SW_S("application/cloudevents+json"),
                          .body = letter->value,
                          .principal = principal};
    return read_post(ingest, request, &post, ret_whole);
}

sw_err sw_ingest_retry(sw_ingest *ingest, const sw_record *record, const sw_principal *principal,
                       void *exchange, sw_arena *arena, sw_refusal *ret_whole) {
    SW_ASSERT(ingest && ingest->runtime && record && principal && arena && ret_whole);
    sw_request *request;
    sw_dead_letter letter;
    *ret_whole = (sw_refusal){0};
    sw_err err = sw_dead_letter_read(record->value, &letter);
    if (!err && letter.retried) err = SW_E_NOT_FOUND;
    if (!err) err = begin(ingest, exchange, arena, &request);
    if (err) return err;
    err = sw_ingest_open_letter(ingest, &ingest->scratch, &letter);
    if (!err) err = read_letter(ingest, request, &letter, principal, ret_whole);
    if (!err && !ret_whole->code) err = mark_retried(ingest, record, principal);
    return end(ingest, request, err, ret_whole->code != NULL);
}
