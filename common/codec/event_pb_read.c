#include "codec/event_field.h"
#include "codec/event_read.h"
#include "codec/event_tag.h"
#include "codec/wire.h"
#include "text/utf8.h"

#define BYTES_MAX  (2 * SW_EVENT_BYTES_MAX)
#define FIELDS_MAX 10000

/* Where the value of a declared field comes from: the wire, or undeclared data that has since been
 * declared. */
typedef struct origin {
    sw_field_head head; /* raw.ptr NULL: not from the wire */
    bool found;         /* read already, from JSON */
    sw_value value;
    const sw_slice *spelt;
    uint32_t time_count;
} origin;

typedef struct pb_reader {
    sw_event_reader base;
    sw_slice bytes;
    sw_event *event;
    sw_slice type, extra_attributes, extra_data, content, replacement;
    origin *sources;            /* one for each declared field */
    sw_buf lost;                /* members of JSON: fields that don't fit the catalogue any more */
    sw_slice from_fields;       /* the bytes from the first field on */
    uint32_t field_count, next; /* next: the declared field that comes next if none is left out */
    bool unhashed;              /* nobody asks for the event's identity */
} pb_reader;

static void find(pb_reader *r, sw_err code, const char *field, const char *what) {
    sw_event_find(&r->base, code, NULL, sw_slice_cstr(field),
                  "it was not written by Seawall, or damaged on the way", "%s", what);
}

static void find_syntax(pb_reader *r, const char *field) {
    find(r, SW_E_SYNTAX, field, "the bytes are no seawall.v1.Event");
}

static void check_text(pb_reader *r, const char *field, sw_slice text) {
    if (text.len && (!sw_utf8_valid(text) || memchr(text.ptr, '\0', text.len)))
        find(r, SW_E_SYNTAX, field, "the text is not valid UTF-8 without NUL");
}

static void check_id(pb_reader *r, const char *field, sw_slice text, bool required) {
    if (text.len == 0 && !required) return;
    check_text(r, field, text);
    const char *fault = sw_event_id_fault(text);
    if (fault) find(r, SW_E_INVALID, field, fault);
}

static void check_time(pb_reader *r, const char *field, int64_t ms) {
    if (ms != SW_TIME_NONE && (ms < SW_TIME_FIRST_MS || ms > SW_TIME_LAST_MS))
        find(r, SW_E_RANGE, field, "the time is not within the years 1 to 9999");
}

static sw_slice *text_of(pb_reader *r, uint32_t number) {
    switch (number) {
    case SW_TAG_ID:
        return &r->event->id;
    case SW_TAG_SOURCE:
        return &r->event->source;
    case SW_TAG_TYPE:
        return &r->type;
    case SW_TAG_SUBJECT:
        return &r->event->subject;
    case SW_TAG_TIME:
        return &r->event->time_text;
    case SW_TAG_ORGCODE:
        return &r->event->orgcode;
    case SW_TAG_OFFICERID:
        return &r->event->officerid;
    case SW_TAG_CONTENT:
        return &r->content;
    case SW_TAG_SEALED:
        return &r->event->sealed;
    case SW_TAG_EXTRA_ATTRIBUTES:
        return &r->extra_attributes;
    case SW_TAG_EXTRA_DATA:
        return &r->extra_data;
    case SW_TAG_REPLACEMENT:
        return &r->replacement;
    default:
        return NULL;
    }
}

static int64_t *moment_of(pb_reader *r, uint32_t number) {
    if (number == SW_TAG_TIME_MS) return &r->event->time_ms;
    if (number == SW_TAG_RECORDED_MS) return &r->event->recorded_ms;
    return number == SW_TAG_RECEIVED_MS ? &r->event->received_ms : NULL;
}

static void read_head(pb_reader *r) {
    sw_wire_reader wire = sw_wire_read(r->bytes);
    r->event->recorded_ms = r->event->received_ms = SW_TIME_NONE;
    const uint8_t *at = wire.at;
    for (sw_wire_field f; sw_wire_next(&wire, &f); at = wire.at) {
        bool message = f.number == SW_TAG_FIELDS || f.number == SW_TAG_PERSONAL;
        if (message && !r->from_fields.ptr)
            r->from_fields = sw_slice_of(at, (size_t)(wire.end - at));
        sw_slice *text = message ? NULL : text_of(r, f.number);
        int64_t *moment = message ? NULL : moment_of(r, f.number);
        sw_wire_type wanted = moment ? SW_WIRE_VARINT : SW_WIRE_BYTES;
        if ((text || moment || message) && f.type != wanted) wire.fault = true;
        if (wire.fault) break;
        if (text) *text = f.bytes;
        if (moment) *moment = (int64_t)f.n;
    }
    if (wire.fault) find_syntax(r, "");
}

static void check_orgcode(pb_reader *r, sw_slice code) {
    bool fit = code.len == 0 || code.len == 12;
    for (size_t i = 0; i < code.len; i++) fit = fit && code.ptr[i] >= '0' && code.ptr[i] <= '9';
    if (!fit) find(r, SW_E_INVALID, "orgcode", "the code of a unit is twelve digits");
}

static void check_head(pb_reader *r) {
    sw_event *e = r->event;
    int64_t ms = e->time_ms;
    check_id(r, "id", e->id, true);
    check_id(r, "source", e->source, true);
    check_id(r, "subject", e->subject, false);
    check_id(r, "officerid", e->officerid, false);
    check_orgcode(r, e->orgcode);
    check_time(r, "time_ms", e->time_ms);
    check_time(r, "recorded_ms", e->recorded_ms);
    check_time(r, "received_ms", e->received_ms);
    if (e->time_text.len && (sw_time_parse_ms(e->time_text, &ms) != SW_OK || ms != e->time_ms))
        find(r, SW_E_INVALID, "time", "the time is none, or another than time_ms");
    e->type = sw_catalogue_find(r->base.cat, r->type);
    if (e->type) return;
    check_text(r, "type", r->type);
    if (!r->base.err)
        sw_event_find(&r->base, SW_E_UNKNOWN, NULL, SW_S("type"),
                      "declare the type again: events of it are stored",
                      "the catalogue has no event type '%.*s'", SW_FMT(r->type));
}

/* They are written in order. */
static int32_t find_field(pb_reader *r, sw_slice name) {
    const sw_event_type *type = r->event->type;
    bool next = r->next < type->field_count && sw_slice_eq(type->fields[r->next].name, name);
    int32_t index = next ? (int32_t)r->next : sw_event_type_field(type, name);
    if (index >= 0) r->next = (uint32_t)index + 1;
    return index;
}

static void take_field(pb_reader *r, sw_slice raw) {
    sw_field_head head;
    if (++r->field_count > FIELDS_MAX || sw_field_head_read(raw, &head) != SW_OK) {
        find_syntax(r, "fields");
        return;
    }
    int32_t index = find_field(r, head.name);
    if (index >= 0 && sw_field_fits(&head, &r->event->type->fields[index])) {
        r->sources[index].head = head;
        return;
    }
    sw_buf_add_byte(&r->lost, ',');
    sw_field_write_json(&head, &r->lost);
}

static void take_fields(pb_reader *r) {
    sw_wire_reader wire = sw_wire_read(r->from_fields);
    for (sw_wire_field f; !r->base.err && sw_wire_next(&wire, &f);) {
        if (f.number == SW_TAG_FIELDS) take_field(r, f.bytes);
        if (f.number != SW_TAG_PERSONAL) continue;
        sw_wire_reader personal = sw_wire_read(f.bytes);
        for (sw_wire_field p; !r->base.err && sw_wire_next(&personal, &p);)
            if (p.number == SW_TAG_PERSONAL_FIELDS && p.type == SW_WIRE_BYTES)
                take_field(r, p.bytes);
        if (personal.fault) find_syntax(r, "personal");
    }
}

/* An object of JSON; NULL after a finding. */
static const sw_json *parse_extra(pb_reader *r, const char *field, sw_slice text) {
    const sw_json *node;
    sw_err err = sw_json_parse(r->base.arena, text, (sw_json_limits){0}, NULL, &node);
    if (err == SW_E_LIMIT)
        sw_event_find_full(&r->base);
    else if (err || node->kind != SW_JSON_OBJECT)
        find(r, SW_E_SYNTAX, field, "the text is no JSON object");
    return err || node->kind != SW_JSON_OBJECT ? NULL : node;
}

static sw_slice canonical(pb_reader *r, const sw_json *object) {
    const sw_json **nodes = sw_arena_alloc(r->base.arena, object->count * sizeof *nodes);
    size_t count = 0;
    if (!nodes) {
        sw_event_find_full(&r->base);
        return SW_SLICE_NONE;
    }
    for (const sw_json *m = object->first; m; m = m->next) nodes[count++] = m;
    return sw_event_extra(&r->base, nodes, count);
}

/* Undeclared data that has been declared since becomes the field, if it is such a value. */
static bool adopt(pb_reader *r, const sw_json *member) {
    int32_t index = sw_event_type_field(r->event->type, member->name);
    if (index < 0 || r->sources[index].head.raw.ptr) return false;
    const sw_field *field = &r->event->type->fields[index];
    origin *s = &r->sources[index];
    const sw_json *at;
    uint32_t times = sw_event_count_times(field, member);
    sw_slice *spelt = times ? sw_arena_zero(r->base.arena, times, sizeof *spelt) : NULL;
    sw_slice *to = spelt;
    if (times && !spelt) {
        sw_event_find_full(&r->base);
        return false;
    }
    sw_err err = sw_event_read_value(r->base.arena, field, member, &to, &s->value, &at);
    if (err == SW_E_LIMIT) sw_event_find_full(&r->base);
    if (err) return false;
    s->found = true;
    s->spelt = spelt;
    s->time_count = times;
    return true;
}

/* What was undeclared, and what the catalogue has lost, as one object; then what it has gained. */
static void read_extra_data(pb_reader *r) {
    sw_slice kept = r->extra_data, all = kept;
    if (kept.len == 0 && r->lost.len == 0) return;
    if (r->lost.len > 0) {
        sw_buf joined;
        sw_buf_init(&joined, 16 * BYTES_MAX);
        bool empty = kept.len <= 2;
        if (!empty) sw_buf_add(&joined, sw_slice_sub(kept, 0, kept.len - 1));
        sw_buf_add_byte(&joined, empty ? '{' : ',');
        sw_buf_add(&joined, sw_slice_sub(sw_buf_slice(&r->lost), 1, r->lost.len));
        sw_buf_add_byte(&joined, '}');
        if (joined.err || r->lost.err || !sw_arena_copy(r->base.arena, sw_buf_slice(&joined), &all))
            sw_event_find_full(&r->base);
        sw_buf_done(&joined);
        if (r->base.err) return;
    }
    const sw_json *object = parse_extra(r, "extra_data", all);
    const sw_json **extra =
        sw_arena_alloc(r->base.arena, (object ? object->count : 0) * sizeof *extra);
    size_t count = 0;
    if (!object) return;
    if (!extra) {
        sw_event_find_full(&r->base);
        return;
    }
    for (const sw_json *m = object->first; m; m = m->next)
        if (!adopt(r, m)) extra[count++] = m;
    r->event->extra_data = sw_event_extra(&r->base, extra, count);
}

static void read_values(pb_reader *r) {
    sw_event *e = r->event;
    uint32_t times = 0, count = e->type->field_count;
    for (uint32_t i = 0; i < count; i++) {
        const origin *s = &r->sources[i];
        bool wire = s->head.raw.ptr && e->type->fields[i].type == SW_TIMESTAMP;
        times += s->time_count + (wire ? s->head.count : 0);
    }
    sw_value *values = sw_arena_zero(r->base.arena, count, sizeof *values);
    sw_slice *spelt = times ? sw_arena_zero(r->base.arena, times, sizeof *spelt) : NULL;
    if (!values || (times && !spelt)) {
        sw_event_find_full(&r->base);
        return;
    }
    e->fields = values;
    e->spelt = spelt;
    for (uint32_t i = 0; i < count; i++) {
        const origin *s = &r->sources[i];
        sw_err err = SW_OK;
        if (s->head.raw.ptr)
            err = sw_field_value(r->base.arena, &s->head, &e->type->fields[i], &spelt, &values[i]);
        else if (s->found)
            values[i] = s->value;
        for (uint32_t k = 0; k < s->time_count; k++) *spelt++ = s->spelt[k];
        if (err == SW_E_LIMIT)
            sw_event_find_full(&r->base);
        else if (err)
            find(r, SW_E_INVALID, "fields", "a key is no fit id, or has too many values");
    }
}

static void read_event(pb_reader *r);

/* Of the corrected: its replacement is an event by itself, never a correction. */
static void read_correction(pb_reader *r) {
    sw_event *e = r->event;
    sw_correction *correction = sw_arena_zero(r->base.arena, 1, sizeof *correction);
    sw_event *replacement = sw_arena_zero(r->base.arena, 1, sizeof *replacement);
    if (!correction || !replacement) {
        sw_event_find_full(&r->base);
        return;
    }
    const sw_value *id = &e->fields[SW_CORRECTION_ID], *source = &e->fields[SW_CORRECTION_SOURCE];
    bool corrected = e->type->index == SW_TYPE_CORRECTED;
    if (id->kind != SW_STRING || source->kind != SW_STRING ||
        (r->replacement.len > 0) != corrected) {
        find(r, SW_E_INVALID, "replacement", "the correction does not say what it corrects");
        return;
    }
    *correction = (sw_correction){.source = source->s, .id = id->s};
    correction->identity = sw_event_identity(source->s, id->s);
    e->correction = correction;
    if (!corrected) return;
    pb_reader inner = {.base = r->base, .bytes = r->replacement, .event = replacement};
    inner.base.prefix = "replacement.";
    read_event(&inner);
    r->base.err = inner.base.err;
    if (r->base.err) return;
    if (!sw_hash128_eq(replacement->identity, correction->identity))
        find(r, SW_E_INVALID, "replacement", "the replacement has another identity");
    correction->replacement = replacement;
}

static void finish(pb_reader *r) {
    sw_event *e = r->event;
    bool correction = e->type->index < SW_TYPE_BUILTIN_COUNT;
    if (correction && *r->base.prefix)
        find(r, SW_E_INVALID, "type", "corrections are not corrected");
    else if (correction)
        read_correction(r);
    if (r->base.err) return;
    if (!r->unhashed) e->identity = sw_event_identity(e->source, e->id);
    if (r->content.len == sizeof e->content.bytes)
        memcpy(e->content.bytes, r->content.ptr, sizeof e->content.bytes);
    else if (r->content.len)
        find(r, SW_E_INVALID, "content", "the hash is not of 16 bytes");
    else if (sw_event_content(e, &e->content) != SW_OK)
        sw_event_find_full(&r->base);
}

static void read_event(pb_reader *r) {
    read_head(r);
    if (!r->base.err) check_head(r);
    if (r->base.err) return;
    r->sources = sw_arena_zero(r->base.arena, r->event->type->field_count, sizeof *r->sources);
    if (!r->sources) {
        sw_event_find_full(&r->base);
        return;
    }
    sw_buf_init(&r->lost, 8 * BYTES_MAX);
    take_fields(r);
    if (!r->base.err) read_extra_data(r);
    sw_buf_done(&r->lost);
    if (!r->base.err && r->extra_attributes.len) {
        const sw_json *object = parse_extra(r, "extra_attributes", r->extra_attributes);
        if (object) r->event->extra_attributes = canonical(r, object);
    }
    if (!r->base.err) read_values(r);
    if (!r->base.err) finish(r);
}

static sw_err from_pb(sw_arena *arena, const sw_catalogue *cat, sw_slice bytes, bool unhashed,
                      sw_diags *diags, sw_event **ret) {
    SW_ASSERT(arena && cat && ret);
    if (bytes.len > BYTES_MAX)
        return sw_diag_at(diags, SW_E_LIMIT, 0, 0, NULL, "send large things by reference",
                          "the event is over 2 MiB");
    sw_event *event = sw_arena_zero(arena, 1, sizeof *event);
    pb_reader r = {.base = {.arena = arena, .cat = cat, .diags = diags, .prefix = ""},
                   .bytes = bytes,
                   .event = event,
                   .unhashed = unhashed};
    if (!event) {
        sw_event_find_full(&r.base);
        return r.base.err;
    }
    read_event(&r);
    if (r.base.err) return r.base.err;
    *ret = event;
    return SW_OK;
}

sw_err sw_event_from_pb(sw_arena *arena, const sw_catalogue *cat, sw_slice bytes, sw_diags *diags,
                        sw_event **ret) {
    return from_pb(arena, cat, bytes, false, diags, ret);
}

sw_err sw_event_from_pb_unhashed(sw_arena *arena, const sw_catalogue *cat, sw_slice bytes,
                                 sw_diags *diags, sw_event **ret) {
    return from_pb(arena, cat, bytes, true, diags, ret);
}

sw_slice sw_event_pb_type(sw_slice bytes) {
    sw_wire_reader r = sw_wire_read(bytes);
    sw_wire_field f;
    while (sw_wire_next(&r, &f))
        if (f.number == SW_TAG_TYPE && f.type == SW_WIRE_BYTES) return f.bytes;
    return SW_SLICE_NONE;
}
