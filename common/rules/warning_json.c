#include "rules/warning_json.h"

#include "text/json.h"

const char *sw_state_name(sw_state state) {
    static const char *const names[] = {[SW_STATE_OPEN] = "open",
                                        [SW_STATE_RESOLVED] = "resolved",
                                        [SW_STATE_WITHDRAWN] = "withdrawn"};
    SW_ASSERT((unsigned)state < SW_COUNT(names));
    return names[state];
}

const char *sw_change_name(sw_change change) {
    static const char *const names[] = {
        [SW_RAISED] = "raised", [SW_WITHDRAWN] = "withdrawn", [SW_RESOLVED] = "resolved"};
    SW_ASSERT((unsigned)change < SW_COUNT(names));
    return names[change];
}

/* `,"name":` but for the first member after `{`. */
static void name(sw_buf *out, const char *name) {
    if (out->len && out->ptr[out->len - 1] != '{') sw_buf_add_byte(out, ',');
    sw_buf_add_byte(out, '"');
    sw_buf_add_cstr(out, name);
    sw_buf_add(out, SW_S("\":"));
}

static void text(sw_buf *out, const char *member, sw_slice value) {
    name(out, member);
    sw_json_write_string(out, value);
}

static void time_at(sw_buf *out, const char *member, const sw_rule *rule, int64_t ms) {
    if (ms == SW_TIME_NONE) return;
    name(out, member);
    sw_buf_add_byte(out, '"');
    sw_time_write(out, ms, sw_zone_offset(rule->pack->zone, ms));
    sw_buf_add_byte(out, '"');
}

static void hash(sw_buf *out, const char *member, sw_hash128 id) {
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(id, hex);
    text(out, member, sw_slice_cstr(hex));
}

static void event_ref(sw_buf *out, const sw_event_ref *event) {
    sw_buf_add_byte(out, '{');
    text(out, "source", event->source);
    text(out, "id", event->id);
    text(out, "type", event->type->name);
    sw_buf_add_byte(out, '}');
}

static void key(sw_buf *out, const sw_warning *w) {
    name(out, "key");
    sw_buf_add_byte(out, '{');
    for (uint32_t i = 0; i < w->rule->key_count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        sw_json_write_string(out, w->rule->key_names[i]);
        sw_buf_add_byte(out, ':');
        sw_json_write_string(out, w->key[i]);
    }
    sw_buf_add_byte(out, '}');
}

static const sw_warn *warn_of(const sw_warning *w) {
    return w->rule->kind == SW_DEADLINE ? &w->rule->warns[w->warn] : &w->rule->warn;
}

static void recipients(sw_buf *out, const sw_warning *w) {
    const sw_warn *warn = warn_of(w);
    name(out, "to");
    sw_buf_add_byte(out, '[');
    for (uint32_t i = 0; i < warn->to_count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        sw_json_write_string(out, warn->to[i]);
    }
    sw_buf_add_byte(out, ']');
}

static void events(sw_buf *out, const sw_warning *w) {
    name(out, "events");
    sw_buf_add_byte(out, '[');
    for (uint32_t i = 0; i < w->event_count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        event_ref(out, &w->events[i]);
    }
    sw_buf_add_byte(out, ']');
}

static void basis(sw_buf *out, const sw_rule *rule) {
    name(out, "basis");
    sw_buf_add_byte(out, '[');
    for (uint32_t i = 0; i < rule->basis_count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        sw_buf_add_byte(out, '{');
        text(out, "law", rule->basis[i].law);
        text(out, "article", rule->basis[i].article);
        sw_buf_add_byte(out, '}');
    }
    sw_buf_add_byte(out, ']');
}

static void pack(sw_buf *out, const sw_pack *pack) {
    char hex[SW_HASH128_TEXT];
    name(out, "pack");
    sw_buf_add_byte(out, '"');
    /* names and versions are checked at load: nothing in them needs an escape */
    sw_buf_add(out, pack->name);
    sw_buf_add_byte(out, '@');
    sw_buf_add(out, pack->version);
    sw_buf_add_byte(out, '"');
    sw_hash128_hex(pack->hash, hex);
    text(out, "pack_hash", sw_slice_cstr(hex));
}

/* The members of data that raised warnings and the set share. */
static void warning_members(sw_buf *out, const sw_warning *w) {
    const sw_rule *rule = w->rule;
    hash(out, "warning_id", w->id);
    text(out, "rule", rule->id);
    pack(out, rule->pack);
    text(out, "kind", sw_slice_cstr(sw_kind_name(rule->kind)));
    text(out, "level", sw_slice_cstr(sw_level_name(w->level)));
    text(out, "severity", sw_slice_cstr(sw_severity_name(rule->severity)));
    key(out, w);
    recipients(out, w);
    time_at(out, "start", rule, w->start_ms);
    time_at(out, "due", rule, w->due_ms);
    time_at(out, "fires_at", rule, w->fires_ms);
    name(out, "repeat");
    sw_buf_add_int(out, w->repeat);
    text(out, "state", sw_slice_cstr(sw_state_name(w->state)));
    name(out, "provisional");
    sw_buf_add_cstr(out, w->provisional ? "true" : "false");
    if (w->late_by_s >= 0) {
        name(out, "late_by");
        sw_buf_add_int(out, w->late_by_s);
    }
    events(out, w);
    text(out, "text", rule->text.len ? rule->text : rule->name);
    basis(out, rule);
}

/* Attributes in the order of the specification's examples; `id` tells this telling apart from every
 * other. */
static void attributes(sw_buf *out, const sw_warning *w, const char *change, int64_t time_ms) {
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(w->id, hex);
    sw_buf_add(out, SW_S("{\"specversion\":\"1.0\""));
    name(out, "type");
    sw_buf_printf(out, "\"warning.%s\"", change);
    name(out, "id");
    sw_buf_printf(out, "\"%s-%s-%lld\"", hex, change, (long long)time_ms);
    text(out, "source",
         w->rule->kind == SW_DEADLINE ? SW_S("seawall/deadline") : SW_S("seawall/risk"));
    text(out, "subject", w->key[0]);
    time_at(out, "time", w->rule, time_ms);
    if (w->orgcode.len) text(out, "orgcode", w->orgcode);
    if (w->officerid.len) text(out, "officerid", w->officerid);
    text(out, "datacontenttype", SW_S("application/json"));
    name(out, "data");
    sw_buf_add_byte(out, '{');
}

static sw_err finish(sw_buf *out, sw_slice explanation) {
    if (explanation.len) {
        name(out, "explanation");
        sw_buf_add(out, explanation);
    }
    return sw_buf_add(out, SW_S("}}"));
}

sw_err sw_transition_to_json(const sw_transition *t, int64_t decided_ms, sw_slice explanation,
                             sw_buf *out) {
    attributes(out, t->warning, sw_change_name(t->change), decided_ms);
    warning_members(out, t->warning);
    if (t->reason) text(out, "reason", sw_slice_cstr(t->reason));
    if (t->cause) {
        name(out, "cause");
        event_ref(out, t->cause);
    }
    if (t->replaces) hash(out, "replaces", *t->replaces);
    if (t->replaced_by) hash(out, "replaced_by", *t->replaced_by);
    return finish(out, explanation);
}

sw_err sw_warning_to_json(const sw_warning *w, sw_slice explanation, sw_buf *out) {
    attributes(out, w, w->state == SW_STATE_RESOLVED ? "resolved" : "raised", w->fires_ms);
    warning_members(out, w);
    return finish(out, explanation);
}
