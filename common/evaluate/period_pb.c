#include "evaluate/period_pb.h"

#include "evaluate/wire_parts.h"
#include "text/utf8.h"

/* Numbers of proto/seawall/v1/period.proto. */
enum {
    INSTANCE = 1,
    CHANGE,
    DECIDED_MS,
    RULE,
    PACK,
    KEY,
    ORGCODE,
    OFFICERID,
    START_MS,
    DUE_MS,
    CAUTION_MS,
    PROVISIONAL,
    PAUSED_MS,
    STOPPED_MS,
    LATE_BY_S,
    REASON,
    LEVEL,
    NEXT_MS,
    NEXT_LEVEL,
    OPENED_BY,
    CAUSE,
    RULE_NAME,
    DOMAIN,
    SEVERITY,
    COMPARTMENT,
    OFFSET_S
};

const sw_told_period sw_told_period_none = {.start_ms = SW_TIME_NONE,
                                            .due_ms = SW_TIME_NONE,
                                            .caution_ms = SW_TIME_NONE,
                                            .paused_ms = SW_TIME_NONE,
                                            .stopped_ms = SW_TIME_NONE,
                                            .next_ms = SW_TIME_NONE,
                                            .late_by_s = -1,
                                            .level = -1,
                                            .next_level = -1};

const char *sw_period_change_name(sw_period_change change) {
    static const char *const names[] = {
        [SW_PERIOD_OPENED] = "opened", [SW_PERIOD_MOVED] = "moved", [SW_PERIOD_CLOSED] = "closed"};
    SW_ASSERT((unsigned)change < SW_COUNT(names));
    return names[change];
}

sw_hash128 sw_instance_id(sw_slice rule_id, const sw_slice *key, uint32_t key_count,
                          sw_hash128 opened_by) {
    sw_slice parts[SW_TOLD_KEYS_MAX + 3];
    size_t count = 0;
    SW_ASSERT(key_count <= SW_TOLD_KEYS_MAX);
    parts[count++] = SW_S("period");
    parts[count++] = rule_id;
    for (uint32_t i = 0; i < key_count; i++) parts[count++] = key[i];
    parts[count++] = sw_slice_of(opened_by.bytes, sizeof opened_by.bytes);
    return sw_hash128_parts(parts, count);
}

sw_hash128 sw_instance_of(const sw_told_warning *told) {
    sw_slice key[SW_TOLD_KEYS_MAX];
    SW_ASSERT(told->event_count > 0);
    for (uint32_t i = 0; i < told->key_count; i++) key[i] = told->key[i].value;
    return sw_instance_id(told->rule, key, told->key_count,
                          sw_event_identity(told->events[0].source, told->events[0].id));
}

sw_hash128 sw_task_of(const sw_told_warning *told) {
    sw_slice parts[SW_TOLD_KEYS_MAX + 1] = {told->rule};
    SW_ASSERT(told->key_count > 0 && told->key_count <= SW_TOLD_KEYS_MAX);
    if (sw_slice_is(told->key[0].name, "finding_id")) {
        const sw_slice finding[] = {SW_S("finding"), told->key[0].value};
        return sw_hash128_parts(finding, SW_COUNT(finding));
    }
    if (told->kind != SW_THRESHOLD) return sw_instance_of(told);
    for (uint32_t i = 0; i < told->key_count; i++) parts[i + 1] = told->key[i].value;
    return sw_hash128_parts(parts, told->key_count + 1);
}

/* ---- writing ---- */

size_t sw_period_pb_max(const sw_told_period *p) {
    size_t size = SW_PART_HASH_MAX + 4 * SW_PART_WORD_MAX + 10 * SW_PART_NUMBER_MAX;
    const sw_slice texts[] = {p->rule,   p->pack,      p->orgcode, p->officerid,
                              p->reason, p->rule_name, p->domain,  p->compartment};
    for (size_t i = 0; i < SW_COUNT(texts); i++) size += sw_part_text_max(texts[i]);
    for (uint32_t i = 0; i < p->key_count; i++)
        size += sw_part_pair_max(p->key[i].name, p->key[i].value);
    size += sw_part_event_max(&p->opened_by);
    return p->has_cause ? size + sw_part_event_max(&p->cause) : size;
}

static char *put_level(char *to, uint32_t field, int32_t level) {
    return level >= 0 ? sw_part_put_word(to, field, sw_level_name((sw_level)level)) : to;
}

static char *put_standing(const sw_told_period *p, char *to) {
    to = sw_part_put_number(to, START_MS, p->start_ms);
    to = sw_part_put_time(to, DUE_MS, p->due_ms);
    to = sw_part_put_time(to, CAUTION_MS, p->caution_ms);
    if (p->provisional) to = sw_part_put_number(to, PROVISIONAL, 1);
    to = sw_part_put_time(to, PAUSED_MS, p->paused_ms);
    to = sw_part_put_time(to, STOPPED_MS, p->stopped_ms);
    if (p->late_by_s >= 0) to = sw_part_put_number(to, LATE_BY_S, p->late_by_s);
    to = sw_wire_put_text(to, REASON, p->reason);
    to = put_level(to, LEVEL, p->level);
    to = sw_part_put_time(to, NEXT_MS, p->next_ms);
    return put_level(to, NEXT_LEVEL, p->next_level);
}

size_t sw_period_write_pb(const sw_told_period *p, char *start) {
    SW_ASSERT(p && start && p->key_count > 0);
    char *to = start;
    to = sw_part_put_hash(to, INSTANCE, p->instance);
    to = sw_part_put_word(to, CHANGE, sw_period_change_name(p->change));
    to = sw_part_put_number(to, DECIDED_MS, p->decided_ms);
    to = sw_wire_put_text(to, RULE, p->rule);
    to = sw_wire_put_text(to, PACK, p->pack);
    for (uint32_t i = 0; i < p->key_count; i++)
        to = sw_part_put_pair(to, KEY, p->key[i].name, p->key[i].value);
    to = sw_wire_put_text(to, ORGCODE, p->orgcode);
    to = sw_wire_put_text(to, OFFICERID, p->officerid);
    to = put_standing(p, to);
    to = sw_part_put_event(to, OPENED_BY, &p->opened_by);
    if (p->has_cause) to = sw_part_put_event(to, CAUSE, &p->cause);
    to = sw_wire_put_text(to, RULE_NAME, p->rule_name);
    to = sw_wire_put_text(to, DOMAIN, p->domain);
    to = sw_part_put_word(to, SEVERITY, sw_severity_name(p->severity));
    to = sw_wire_put_text(to, COMPARTMENT, p->compartment);
    if (p->offset_s) to = sw_part_put_number(to, OFFSET_S, p->offset_s);
    return (size_t)(to - start);
}

sw_slice sw_period_pb_in(const sw_told_period *p, sw_arena *arena) {
    char *bytes = sw_arena_alloc(arena, sw_period_pb_max(p));
    return bytes ? sw_slice_of(bytes, sw_period_write_pb(p, bytes)) : SW_SLICE_NONE;
}

void sw_period_to_pb(const sw_told_period *p, sw_buf *out) {
    SW_ASSERT(p && out);
    char *to = sw_buf_room(out, sw_period_pb_max(p));
    if (to) sw_buf_wrote(out, sw_period_write_pb(p, to));
}

/* ---- reading ---- */

static int64_t *number_of(sw_told_period *p, uint32_t number) {
    switch (number) {
    case DECIDED_MS:
        return &p->decided_ms;
    case START_MS:
        return &p->start_ms;
    case DUE_MS:
        return &p->due_ms;
    case CAUTION_MS:
        return &p->caution_ms;
    case PAUSED_MS:
        return &p->paused_ms;
    case STOPPED_MS:
        return &p->stopped_ms;
    case LATE_BY_S:
        return &p->late_by_s;
    case NEXT_MS:
        return &p->next_ms;
    default:
        return NULL;
    }
}

static sw_slice *text_of(sw_told_period *p, uint32_t number) {
    switch (number) {
    case RULE:
        return &p->rule;
    case PACK:
        return &p->pack;
    case ORGCODE:
        return &p->orgcode;
    case OFFICERID:
        return &p->officerid;
    case REASON:
        return &p->reason;
    case RULE_NAME:
        return &p->rule_name;
    case DOMAIN:
        return &p->domain;
    case COMPARTMENT:
        return &p->compartment;
    default:
        return NULL;
    }
}

static sw_err get_change(sw_slice name, sw_period_change *ret) {
    for (int i = SW_PERIOD_OPENED; i <= SW_PERIOD_CLOSED; i++)
        if (sw_slice_is(name, sw_period_change_name((sw_period_change)i)))
            return *ret = (sw_period_change)i, SW_OK;
    return SW_E_INVALID;
}

static sw_err get_level(sw_slice name, int32_t *ret) {
    sw_level level;
    sw_err err = sw_level_parse(name, &level);
    if (!err) *ret = (int32_t)level;
    return err;
}

static sw_err get_item(sw_arena *arena, const sw_wire_field *f, sw_told_period *p) {
    switch (f->number) {
    case INSTANCE:
        return sw_part_get_hash(f->bytes, &p->instance);
    case CHANGE:
        return get_change(f->bytes, &p->change);
    case KEY:
        return sw_part_add_key(arena, f->bytes, &p->key, &p->key_count);
    case LEVEL:
        return get_level(f->bytes, &p->level);
    case NEXT_LEVEL:
        return get_level(f->bytes, &p->next_level);
    case SEVERITY:
        return sw_severity_parse(f->bytes, &p->severity);
    case OPENED_BY:
        return sw_part_get_event(f->bytes, &p->opened_by);
    case CAUSE:
        p->has_cause = true;
        return sw_part_get_event(f->bytes, &p->cause);
    default:
        return SW_OK;
    }
}

static sw_err get_field(sw_arena *arena, const sw_wire_field *f, sw_told_period *p) {
    if (f->number > OFFSET_S) return SW_OK;
    int64_t *number = number_of(p, f->number);
    bool small = f->number == PROVISIONAL || f->number == OFFSET_S;
    if (f->type != (number || small ? SW_WIRE_VARINT : SW_WIRE_BYTES)) return SW_E_SYNTAX;
    if (number) {
        *number = (int64_t)f->n;
        return SW_OK;
    }
    if (f->number == PROVISIONAL) p->provisional = f->n != 0;
    if (f->number == OFFSET_S) {
        p->offset_s = (int32_t)f->n;
        return p->offset_s > -86400 && p->offset_s < 86400 ? SW_OK : SW_E_INVALID;
    }
    if (small) return SW_OK;
    sw_slice *text = text_of(p, f->number);
    if (!text) return get_item(arena, f, p);
    *text = f->bytes;
    return sw_utf8_valid(f->bytes) ? SW_OK : SW_E_SYNTAX;
}

sw_err sw_period_from_pb(sw_arena *arena, sw_slice bytes, sw_told_period *ret) {
    SW_ASSERT(arena && ret);
    static const sw_hash128 none;
    sw_told_period p = sw_told_period_none;
    sw_wire_reader r = sw_wire_read(bytes);
    sw_wire_field f;
    while (sw_wire_next(&r, &f)) {
        sw_err err = get_field(arena, &f, &p);
        if (err) return err;
    }
    if (r.fault) return SW_E_SYNTAX;
    if (sw_hash128_eq(p.instance, none) || !p.rule.len || !p.key_count ||
        p.start_ms == SW_TIME_NONE)
        return SW_E_MISSING;
    *ret = p;
    return SW_OK;
}

bool sw_period_id(sw_slice bytes, sw_hash128 *ret) {
    return sw_part_find_hash(bytes, INSTANCE, ret);
}

bool sw_period_change_read(sw_slice bytes, sw_period_change *ret) {
    sw_wire_reader wire = sw_wire_read(bytes);
    for (sw_wire_field f; sw_wire_next(&wire, &f);)
        if (f.number == CHANGE && f.type == SW_WIRE_BYTES) return get_change(f.bytes, ret) == SW_OK;
    return false;
}

bool sw_period_address_read(sw_slice bytes, sw_period_address *ret) {
    sw_wire_reader wire = sw_wire_read(bytes);
    sw_slice pair[2] = {SW_SLICE_NONE, SW_SLICE_NONE};
    bool instance = false, change = false;
    for (sw_wire_field f; !pair[1].len && sw_wire_next(&wire, &f);) {
        if (f.type != SW_WIRE_BYTES) continue;
        if (f.number == INSTANCE) instance = sw_part_get_hash(f.bytes, &ret->instance) == SW_OK;
        if (f.number == CHANGE) change = get_change(f.bytes, &ret->change) == SW_OK;
        if (f.number == KEY && sw_part_get_texts(f.bytes, pair, 2) != SW_OK) return false;
    }
    ret->key = (sw_told_key){pair[0], pair[1]};
    return instance && change && pair[1].len > 0;
}
