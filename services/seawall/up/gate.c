#include "seawall/up/gate.h"

#include <pthread.h>

#include "seawall/up/record.h"
#include "text/json.h"
#include "text/time.h"

#define RECENT 1024u

/* What was refused lately: forgotten with the process, then it is told once more. */
static struct {
    pthread_mutex_t lock;
    struct {
        sw_hash128 what;
        int64_t at_ms;
    } seen[RECENT];
    uint32_t next;
} recent = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool told_lately(sw_hash128 what, int64_t now_ms, int64_t again_ms) {
    bool told = false;
    pthread_mutex_lock(&recent.lock);
    for (uint32_t i = 0; i < RECENT && !told; i++)
        told = recent.seen[i].at_ms && now_ms - recent.seen[i].at_ms < again_ms &&
               sw_hash128_eq(recent.seen[i].what, what);
    pthread_mutex_unlock(&recent.lock);
    return told;
}

static void remember(sw_hash128 what, int64_t now_ms) {
    pthread_mutex_lock(&recent.lock);
    recent.seen[recent.next].what = what;
    recent.seen[recent.next].at_ms = now_ms;
    recent.next = (recent.next + 1) % RECENT;
    pthread_mutex_unlock(&recent.lock);
}

/* A text, or the first of a list. */
static sw_slice text_of(const sw_event *event, const char *name) {
    int32_t at = sw_event_type_field(event->type, sw_slice_cstr(name));
    if (at < 0) return SW_SLICE_NONE;
    const sw_value *value = &event->fields[at];
    if (value->kind == SW_LIST && value->count) value = &value->items[0];
    return value->kind == SW_STRING ? value->s : SW_SLICE_NONE;
}

static void member(sw_buf *out, const char *name, sw_slice value) {
    if (!value.len) return;
    if (out->ptr[out->len - 1] != '{') sw_buf_add_byte(out, ',');
    sw_json_write_string(out, sw_slice_cstr(name));
    sw_buf_add_byte(out, ':');
    sw_json_write_string(out, value);
}

static void write_event(const sw_event *event, const sw_violation *violation, sw_slice officer,
                        sw_buf *out) {
    static const char *const keys[] = {"case_id", "person_id", "place_id", "unit_org"};
    const sw_slice parts[] = {event->source, event->id, violation->rule};
    char id[SW_HASH128_TEXT];
    sw_hash128_hex(sw_hash128_parts(parts, SW_COUNT(parts)), id);
    sw_buf_add_cstr(out, "{");
    member(out, "specversion", SW_S("1.0"));
    member(out, "type", SW_S("gate.refused"));
    member(out, "source", SW_S("seawall/checks"));
    member(out, "id", sw_slice_cstr(id));
    member(out, "subject", event->subject);
    sw_buf_add_cstr(out, ",\"time\":\"");
    sw_time_write(out, event->time_ms, 0);
    sw_buf_add_byte(out, '"');
    member(out, "orgcode", event->orgcode);
    member(out, "officerid", officer);
    sw_buf_add_cstr(out, ",\"data\":{");
    for (size_t i = 0; i < SW_COUNT(keys); i++) member(out, keys[i], text_of(event, keys[i]));
    member(out, "officer_id", officer);
    member(out, "rule", violation->rule);
    member(out, "reason", violation->text);
    sw_buf_add_cstr(out, "}}");
}

sw_err sw_up_gate_refused(void *arg, const sw_event *event, const sw_violation *violation) {
    sw_up *up = arg;
    int64_t again_ms, now_ms = sw_clock_now_ms(&up->clock);
    if (!up->notify || !sw_notify_is_gate(up->notify, event, &again_ms)) return SW_OK;
    if (!sw_catalogue_find(up->load.catalogue, SW_S("gate.refused"))) return SW_OK;
    sw_slice officer = event->officerid;
    if (!officer.len) officer = text_of(event, "officer_id");
    if (!officer.len) officer = text_of(event, "officer_ids");
    const sw_slice parts[] = {event->type->name,
                              event->orgcode,
                              officer,
                              text_of(event, "case_id"),
                              text_of(event, "person_id"),
                              text_of(event, "place_id"),
                              violation->rule};
    sw_hash128 what = sw_hash128_parts(parts, SW_COUNT(parts));
    if (told_lately(what, now_ms, again_ms)) return SW_OK;
    sw_buf json;
    sw_buf_init(&json, SW_EVENT_BYTES_MAX);
    write_event(event, violation, officer, &json);
    sw_err err = json.err ? json.err : sw_up_record(up, sw_buf_slice(&json));
    sw_buf_done(&json);
    if (!err) remember(what, now_ms);
    return err;
}
