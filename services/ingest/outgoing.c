/* What a post becomes: records for the topics. */
#include "ingest/door_parts.h"
#include "runtime/dead_letter.h"
#include "topics/topics.h"

sw_err sw_ingest_add_record(sw_ingest *ingest, uint32_t topic, sw_slice key, size_t value_at) {
    SW_ASSERT(ingest->record_count < SW_OUTGOING_MAX);
    sw_outgoing record = {.topic = topic,
                          .value_at = value_at,
                          .value_len = ingest->out.len - value_at,
                          .key_at = ingest->out.len,
                          .key_len = key.len};
    sw_buf_add(&ingest->out, key);
    if (!ingest->out.err) ingest->records[ingest->record_count++] = record;
    return ingest->out.err;
}

void sw_ingest_fill_appends(sw_ingest *ingest) {
    for (uint32_t i = 0; i < ingest->record_count; i++) {
        const sw_outgoing *r = &ingest->records[i];
        ingest->appends[i] = (sw_append){
            .topic = r->topic,
            .key = sw_slice_of(ingest->out.ptr + r->key_at, r->key_len),
            .value = sw_slice_of(ingest->out.ptr + r->value_at, r->value_len),
        };
    }
}

static void too_large(sw_post_item *item, const char *message) {
    item->event = NULL;
    item->refusal = (sw_refusal){.code = "limit",
                                 .status = 400,
                                 .message = sw_slice_cstr(message),
                                 .hint = SW_S("send less in one event")};
}

static sw_err write_event(sw_ingest *ingest, const sw_event *event) {
    sw_event stamped = *event;
    stamped.received_ms = sw_clock_now_ms(ingest->options.env.clock);
    sw_buf_clear(&ingest->event);
    const sw_event_sealer sealer = {ingest->options.keyring, sw_keyring_seal};
    return sw_event_to_pb_sealed(&stamped, sealer.ctx ? &sealer : NULL, &ingest->event);
}

/* The item's intake; what does not fit becomes a refusal. Without a request nobody waits for a
 * receipt. */
static sw_err add_intake(sw_ingest *ingest, const sw_request *request,
                         const sw_principal *principal, sw_post_item *item) {
    sw_intake intake;
    size_t before = ingest->out.len;
    sw_err err = sw_intake_of(item->event, ingest->options.catalogue, &ingest->scratch, &intake);
    if (err == SW_E_LIMIT) {
        too_large(item, "the event has more than 1,000 values of keys");
        return SW_OK;
    }
    if (!err) err = write_event(ingest, item->event);
    if (err) return err;
    intake.event = sw_buf_slice(&ingest->event);
    intake.client = sw_slice_cstr(principal->sub);
    intake.unit = sw_slice_cstr(principal->org);
    if (request) {
        intake.door = sw_slice_cstr(ingest->options.door);
        intake.request = request->number;
        intake.item = item->index;
    }
    sw_intake_write(&intake, &ingest->out);
    if (ingest->out.err) return ingest->out.err;
    if (ingest->out.len - before > SW_INTAKE_BYTES_MAX ||
        (intake.key_count + 1) * intake.event.len > SW_INTAKE_FAN_OUT_BYTES_MAX) {
        ingest->out.len = before;
        too_large(item, "the event, once for each of its keys, is too large");
        return SW_OK;
    }
    return sw_ingest_add_record(ingest, ingest->topic_identity,
                                sw_intake_key(&item->event->identity), before);
}

/* Who may see the letter: the event's unit, if the client is good for it, else the client's. */
static sw_slice unit_of(const sw_principal *principal, sw_slice orgcode) {
    bool good = orgcode.len == 12 && sw_principal_may(principal, orgcode);
    return good ? orgcode : sw_slice_cstr(principal->org);
}

static sw_slice fitting(sw_slice text) {
    return text.len > SW_EVENT_ID_BYTES_MAX ? SW_SLICE_NONE : text;
}

/* A letter holds the event whole, as long as a record can. */
static sw_err add_letter(sw_ingest *ingest, const sw_principal *principal, const sw_post_item *item,
                         const sw_record *from) {
    if (item->raw.len > SW_INTAKE_BYTES_MAX) return SW_OK;
    size_t before = ingest->out.len;
    sw_slice source = fitting(item->source);
    if (source.len == 0) source = sw_slice_cstr(principal->sub);
    sw_dead_letter letter = {
        .code = sw_slice_cstr(item->refusal.code),
        .message = item->refusal.message,
        .processor = from ? SW_S("inbox") : SW_S("door"),
        .topic = from ? SW_S(SW_TOPIC_INBOX) : SW_S("http"),
        .partition = from ? from->partition : 0,
        .offset = from ? from->offset : 0,
        .timestamp_ms = from ? from->timestamp_ms : sw_clock_now_ms(ingest->options.env.clock),
        .key = from ? from->key : SW_SLICE_NONE,
        .value = item->raw,
        .source = fitting(item->source),
        .id = fitting(item->id),
        .field = item->refusal.field,
        .client = sw_slice_cstr(principal->sub),
        .unit = unit_of(principal, item->orgcode),
    };
    sw_err err = SW_OK;
    if (ingest->options.keyring) { /* nobody can say which part of it is personal */
        sw_buf_clear(&ingest->event);
        err = sw_keyring_lock(ingest->options.keyring, item->raw, &ingest->event);
        letter.value = SW_SLICE_NONE;
        letter.locked = sw_buf_slice(&ingest->event);
    }
    if (!err) err = sw_dead_letter_write(&letter, &ingest->out);
    return err ? err : sw_ingest_add_record(ingest, ingest->topic_letters, source, before);
}

sw_err sw_ingest_add_letter(sw_ingest *ingest, const sw_principal *principal,
                            const sw_post_item *item) {
    return add_letter(ingest, principal, item, NULL);
}

sw_err sw_ingest_add_read(sw_ingest *ingest, const sw_principal *principal, sw_post_item *item,
                          const sw_record *from) {
    sw_err err = item->event ? add_intake(ingest, NULL, principal, item) : SW_OK;
    if (err || item->event) return err;
    return add_letter(ingest, principal, item, from);
}

static void keep_refusal(sw_request *request, const sw_post_item *item) {
    sw_result *result = &request->results[item->index];
    result->outcome = SW_OUTCOME_REFUSED;
    result->refusal = item->refusal;
    sw_slice *texts[] = {&result->refusal.field, &result->refusal.message, &result->refusal.hint};
    for (size_t i = 0; i < SW_COUNT(texts); i++)
        if (!sw_arena_copy(request->arena, *texts[i], texts[i])) *texts[i] = SW_SLICE_NONE;
}

sw_err sw_ingest_add_item(sw_ingest *ingest, sw_request *request, const sw_principal *principal,
                          sw_post_item *item) {
    SW_ASSERT(item->index < request->count);
    sw_result *result = &request->results[item->index];
    if (!sw_arena_copy(request->arena, fitting(item->id), &result->id)) result->id = SW_SLICE_NONE;
    sw_err err = SW_OK;
    if (item->event) err = add_intake(ingest, request, principal, item);
    if (err) return err;
    if (!item->event) {
        keep_refusal(request, item);
        return sw_ingest_add_letter(ingest, principal, item);
    }
    request->undecided++;
    request->sent++;
    return SW_OK;
}

sw_err sw_ingest_add_keys(sw_ingest *ingest, const sw_new_key *keys, uint32_t count) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < count; i++) {
        size_t before = ingest->out.len;
        err = sw_buf_add(&ingest->out, sw_slice_of(keys[i].locked, sizeof keys[i].locked));
        if (!err)
            err = sw_ingest_add_record(ingest, ingest->topic_keys, sw_intake_key(&keys[i].subject),
                                       before);
    }
    return err;
}
