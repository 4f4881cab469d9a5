#include "evaluate/warning_pb.h"

#include "evaluate/wire_parts.h"
#include "rules/warning_json.h"
#include "text/utf8.h"

/* Numbers of proto/seawall/v1/warning.proto. */
enum {
    TYPE = 1,
    WARNING_ID,
    DECIDED_MS,
    RULE,
    RULE_NAME,
    PACK,
    PACK_HASH,
    KIND,
    ELEMENT,
    DOMAIN,
    TIER,
    LEVEL,
    SEVERITY,
    KEY,
    SUBJECT,
    ORGCODE,
    OFFICERID,
    TO,
    START_MS,
    DUE_MS,
    FIRES_AT_MS,
    REPEAT,
    STATE,
    PROVISIONAL,
    LATE_BY_S,
    EVENTS,
    TEXT,
    BASIS,
    REASON,
    CAUSE,
    REPLACES,
    REPLACED_BY,
    OFFSET_S,
    LIBERTY,
    COMPARTMENT,
    STOPPED_MS,
    TOLD_BY
};

#define TYPE_PREFIX "warning."

/* ---- writing ---- */

size_t sw_told_pb_max(const sw_told_warning *t) {
    size_t size = 4 * SW_PART_HASH_MAX + 5 * SW_PART_WORD_MAX + 11 * SW_PART_NUMBER_MAX;
    const sw_slice texts[] = {t->rule,         t->rule_name, t->pack,    t->element,
                              t->domain,       t->tier,      t->orgcode, t->officerid,
                              t->key[0].value, t->text,      t->reason,  t->compartment};
    for (size_t i = 0; i < SW_COUNT(texts); i++) size += sw_part_text_max(texts[i]);
    for (uint32_t i = 0; i < t->key_count; i++)
        size += sw_part_pair_max(t->key[i].name, t->key[i].value);
    for (uint32_t i = 0; i < t->to_count; i++) size += sw_part_text_max(t->to[i]);
    for (uint32_t i = 0; i < t->event_count; i++) size += sw_part_event_max(&t->events[i]);
    for (uint32_t i = 0; i < t->basis_count; i++)
        size += sw_part_pair_max(t->basis[i].law, t->basis[i].article);
    return t->has_cause ? size + sw_part_event_max(&t->cause) : size;
}

static char *put_type(char *to, sw_change change) {
    char type[32];
    sw_slice name = sw_slice_cstr(sw_change_name(change));
    memcpy(type, TYPE_PREFIX, sizeof TYPE_PREFIX - 1);
    memcpy(type + sizeof TYPE_PREFIX - 1, name.ptr, name.len);
    return sw_wire_put_bytes(to, TYPE, sw_slice_of(type, sizeof TYPE_PREFIX - 1 + name.len));
}

static char *put_rule(const sw_told_warning *t, char *to) {
    to = sw_wire_put_text(to, RULE, t->rule);
    to = sw_wire_put_text(to, RULE_NAME, t->rule_name);
    to = sw_wire_put_text(to, PACK, t->pack);
    to = sw_part_put_hash(to, PACK_HASH, t->pack_hash);
    to = sw_part_put_word(to, KIND, sw_kind_name(t->kind));
    to = sw_wire_put_text(to, ELEMENT, t->element);
    to = sw_wire_put_text(to, DOMAIN, t->domain);
    to = sw_wire_put_text(to, TIER, t->tier);
    to = sw_part_put_word(to, LEVEL, sw_level_name(t->level));
    return sw_part_put_word(to, SEVERITY, sw_severity_name(t->severity));
}

static char *put_times(const sw_told_warning *t, char *to) {
    to = sw_part_put_time(to, START_MS, t->start_ms);
    to = sw_part_put_time(to, DUE_MS, t->due_ms);
    to = sw_part_put_time(to, FIRES_AT_MS, t->fires_ms);
    if (t->repeat) to = sw_part_put_number(to, REPEAT, t->repeat);
    to = sw_part_put_word(to, STATE, sw_state_name(t->state));
    if (t->provisional) to = sw_part_put_number(to, PROVISIONAL, 1);
    return t->late_by_s >= 0 ? sw_part_put_number(to, LATE_BY_S, t->late_by_s) : to;
}

static char *put_reason(const sw_told_warning *t, char *to) {
    to = sw_wire_put_text(to, REASON, t->reason);
    if (t->has_cause) to = sw_part_put_event(to, CAUSE, &t->cause);
    if (t->has_replaces) to = sw_part_put_hash(to, REPLACES, t->replaces);
    return t->has_replaced_by ? sw_part_put_hash(to, REPLACED_BY, t->replaced_by) : to;
}

size_t sw_told_write_pb(const sw_told_warning *t, char *start) {
    SW_ASSERT(t && start && t->key_count > 0);
    char *to = start;
    to = put_type(to, t->change);
    to = sw_part_put_hash(to, WARNING_ID, t->id);
    to = sw_part_put_number(to, DECIDED_MS, t->decided_ms);
    to = put_rule(t, to);
    for (uint32_t i = 0; i < t->key_count; i++)
        to = sw_part_put_pair(to, KEY, t->key[i].name, t->key[i].value);
    to = sw_wire_put_text(to, SUBJECT, t->key[0].value);
    to = sw_wire_put_text(to, ORGCODE, t->orgcode);
    to = sw_wire_put_text(to, OFFICERID, t->officerid);
    for (uint32_t i = 0; i < t->to_count; i++) to = sw_wire_put_bytes(to, TO, t->to[i]);
    to = put_times(t, to);
    for (uint32_t i = 0; i < t->event_count; i++) to = sw_part_put_event(to, EVENTS, &t->events[i]);
    to = sw_wire_put_text(to, TEXT, t->text);
    for (uint32_t i = 0; i < t->basis_count; i++)
        to = sw_part_put_pair(to, BASIS, t->basis[i].law, t->basis[i].article);
    to = put_reason(t, to);
    if (t->offset_s) to = sw_part_put_number(to, OFFSET_S, t->offset_s);
    if (t->liberty) to = sw_part_put_number(to, LIBERTY, 1);
    to = sw_wire_put_text(to, COMPARTMENT, t->compartment);
    to = sw_part_put_time(to, STOPPED_MS, t->stopped_ms);
    if (t->told_by) to = sw_part_put_number(to, TOLD_BY, (int64_t)t->told_by);
    return (size_t)(to - start);
}

void sw_told_to_pb(const sw_told_warning *t, sw_buf *out) {
    SW_ASSERT(t && out);
    char *to = sw_buf_room(out, sw_told_pb_max(t));
    if (to) sw_buf_wrote(out, sw_told_write_pb(t, to));
}

/* ---- reading ---- */

#define ADD(arena, type, list, count, item)                                                        \
    do {                                                                                           \
        type *room_ = sw_part_room(arena, list, count, sizeof(type));                              \
        if (!room_) return SW_E_LIMIT;                                                             \
        room_[(count)++] = item;                                                                   \
        (list) = room_;                                                                            \
    } while (0)

static sw_err get_type(sw_slice type, sw_change *ret) {
    if (!sw_slice_starts(type, SW_S(TYPE_PREFIX))) return SW_E_INVALID;
    return sw_change_parse(sw_slice_sub(type, sizeof TYPE_PREFIX - 1, type.len), ret);
}

static sw_err get_number(const sw_wire_field *f, sw_told_warning *t) {
    int64_t n = (int64_t)f->n;
    switch (f->number) {
    case DECIDED_MS:
        t->decided_ms = n;
        return SW_OK;
    case START_MS:
        t->start_ms = n;
        return SW_OK;
    case DUE_MS:
        t->due_ms = n;
        return SW_OK;
    case FIRES_AT_MS:
        t->fires_ms = n;
        return SW_OK;
    case STOPPED_MS:
        t->stopped_ms = n;
        return SW_OK;
    case TOLD_BY:
        t->told_by = f->n;
        return SW_OK;
    case REPEAT:
        t->repeat = (uint32_t)f->n;
        return f->n <= UINT32_MAX ? SW_OK : SW_E_INVALID;
    case PROVISIONAL:
        t->provisional = f->n != 0;
        return SW_OK;
    case LATE_BY_S:
        t->late_by_s = n;
        return n >= 0 ? SW_OK : SW_E_INVALID;
    case OFFSET_S:
        t->offset_s = (int32_t)n;
        return n > -86400 && n < 86400 ? SW_OK : SW_E_INVALID;
    case LIBERTY:
        t->liberty = f->n != 0;
        return SW_OK;
    default:
        return SW_OK; /* of a later version */
    }
}

static sw_slice *text_of(sw_told_warning *t, uint32_t number) {
    switch (number) {
    case RULE:
        return &t->rule;
    case RULE_NAME:
        return &t->rule_name;
    case PACK:
        return &t->pack;
    case ELEMENT:
        return &t->element;
    case DOMAIN:
        return &t->domain;
    case TIER:
        return &t->tier;
    case ORGCODE:
        return &t->orgcode;
    case OFFICERID:
        return &t->officerid;
    case TEXT:
        return &t->text;
    case REASON:
        return &t->reason;
    case COMPARTMENT:
        return &t->compartment;
    default:
        return NULL;
    }
}

static sw_err get_word(const sw_wire_field *f, sw_told_warning *t) {
    switch (f->number) {
    case TYPE:
        return get_type(f->bytes, &t->change);
    case WARNING_ID:
        return sw_part_get_hash(f->bytes, &t->id);
    case PACK_HASH:
        return sw_part_get_hash(f->bytes, &t->pack_hash);
    case KIND:
        return sw_kind_parse(f->bytes, &t->kind);
    case LEVEL:
        return sw_level_parse(f->bytes, &t->level);
    case SEVERITY:
        return sw_severity_parse(f->bytes, &t->severity);
    case STATE:
        return sw_state_parse(f->bytes, &t->state);
    case REPLACES:
        t->has_replaces = true;
        return sw_part_get_hash(f->bytes, &t->replaces);
    case REPLACED_BY:
        t->has_replaced_by = true;
        return sw_part_get_hash(f->bytes, &t->replaced_by);
    default:
        return SW_OK;
    }
}

static sw_err get_item(sw_arena *arena, const sw_wire_field *f, sw_told_warning *t) {
    sw_slice pair[2] = {SW_SLICE_NONE, SW_SLICE_NONE};
    sw_told_event event;
    sw_err err = SW_OK;
    switch (f->number) {
    case KEY:
        return sw_part_add_key(arena, f->bytes, &t->key, &t->key_count);
    case TO:
        if (!sw_utf8_valid(f->bytes)) return SW_E_SYNTAX;
        ADD(arena, sw_slice, t->to, t->to_count, f->bytes);
        return SW_OK;
    case EVENTS:
        err = sw_part_get_event(f->bytes, &event);
        if (err) return err;
        ADD(arena, sw_told_event, t->events, t->event_count, event);
        return SW_OK;
    case BASIS:
        err = sw_part_get_texts(f->bytes, pair, 2);
        if (err) return err;
        ADD(arena, sw_basis, t->basis, t->basis_count,
            ((sw_basis){.law = pair[0], .article = pair[1]}));
        return SW_OK;
    case CAUSE:
        t->has_cause = true;
        return sw_part_get_event(f->bytes, &t->cause);
    default:
        return get_word(f, t);
    }
}

static bool is_number(uint32_t number) {
    return number == DECIDED_MS || (number >= START_MS && number <= REPEAT) ||
           number == PROVISIONAL || number == LATE_BY_S || number == OFFSET_S ||
           number == LIBERTY || number == STOPPED_MS || number == TOLD_BY;
}

static sw_err get_field(sw_arena *arena, const sw_wire_field *f, sw_told_warning *t) {
    if (f->number > TOLD_BY) return SW_OK;
    if (f->type != (is_number(f->number) ? SW_WIRE_VARINT : SW_WIRE_BYTES)) return SW_E_SYNTAX;
    if (f->type == SW_WIRE_VARINT) return get_number(f, t);
    sw_slice *text = text_of(t, f->number);
    if (!text) return get_item(arena, f, t);
    *text = f->bytes;
    return sw_utf8_valid(f->bytes) ? SW_OK : SW_E_SYNTAX;
}

sw_err sw_told_from_pb(sw_arena *arena, sw_slice bytes, sw_told_warning *ret) {
    SW_ASSERT(arena && ret);
    sw_told_warning t = {.start_ms = SW_TIME_NONE,
                         .due_ms = SW_TIME_NONE,
                         .fires_ms = SW_TIME_NONE,
                         .late_by_s = -1,
                         .stopped_ms = SW_TIME_NONE};
    static const sw_hash128 none;
    sw_wire_reader r = sw_wire_read(bytes);
    sw_wire_field f;
    bool typed = false;
    while (sw_wire_next(&r, &f)) {
        sw_err err = get_field(arena, &f, &t);
        if (err) return err;
        typed = typed || f.number == TYPE;
    }
    if (r.fault) return SW_E_SYNTAX;
    if (!typed || sw_hash128_eq(t.id, none) || !t.rule.len || !t.key_count || !t.event_count)
        return SW_E_MISSING;
    *ret = t;
    return SW_OK;
}

bool sw_told_id(sw_slice bytes, sw_hash128 *ret) {
    return sw_part_find_hash(bytes, WARNING_ID, ret);
}
