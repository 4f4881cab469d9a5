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

/* A line is written in constant pieces: names, quotes and commas stand in the literals. */
#define ADD(literal) sw_buf_add(out, SW_S(literal))

/* A text that needs no escape: names of levels, kinds, event types. */
static void word(sw_buf *out, sw_slice text) {
    sw_buf_add(out, text);
    sw_buf_add_byte(out, '"');
}

static void time_at(sw_buf *out, sw_slice member, const sw_rule *rule, int64_t ms) {
    if (ms == SW_TIME_NONE) return;
    sw_buf_add(out, member);
    sw_time_write(out, ms, sw_zone_offset(rule->pack->zone, ms));
    sw_buf_add_byte(out, '"');
}

static void hash(sw_buf *out, sw_hash128 id) {
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(id, hex);
    word(out, sw_slice_of(hex, sizeof hex - 1));
}

static void event_ref(sw_buf *out, const sw_event_ref *event) {
    ADD("{\"source\":");
    sw_json_write_string(out, event->source);
    ADD(",\"id\":");
    sw_json_write_string(out, event->id);
    ADD(",\"type\":\"");
    word(out, event->type->name);
    sw_buf_add_byte(out, '}');
}

static void key(sw_buf *out, const sw_warning *w) {
    ADD(",\"key\":{");
    for (uint32_t i = 0; i < w->rule->key_count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        sw_json_write_string(out, w->rule->key_names[i]);
        sw_buf_add_byte(out, ':');
        sw_json_write_string(out, w->key[i]);
    }
    sw_buf_add_byte(out, '}');
}

static void recipients(sw_buf *out, const sw_warning *w) {
    uint32_t count;
    const sw_slice *to = sw_warn_to(sw_warning_warn(w), w->repeat, &count);
    ADD(",\"to\":[");
    for (uint32_t i = 0; i < count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        sw_json_write_string(out, to[i]);
    }
    sw_buf_add_byte(out, ']');
}

static void events(sw_buf *out, const sw_warning *w) {
    ADD(",\"events\":[");
    for (uint32_t i = 0; i < w->event_count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        event_ref(out, &w->events[i]);
    }
    sw_buf_add_byte(out, ']');
}

static void basis(sw_buf *out, const sw_rule *rule) {
    ADD(",\"basis\":[");
    for (uint32_t i = 0; i < rule->basis_count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        ADD("{\"law\":");
        sw_json_write_string(out, rule->basis[i].law);
        ADD(",\"article\":");
        sw_json_write_string(out, rule->basis[i].article);
        sw_buf_add_byte(out, '}');
    }
    sw_buf_add_byte(out, ']');
}

/* Which rule, in which version. Ids, names and versions are checked at load: nothing in them needs
 * an escape. */
static void rule_members(sw_buf *out, const sw_warning *w) {
    const sw_rule *rule = w->rule;
    ADD(",\"rule\":\"");
    word(out, rule->id);
    if (rule->name.len) {
        ADD(",\"rule_name\":");
        sw_json_write_string(out, rule->name);
    }
    ADD(",\"pack\":\"");
    sw_buf_add(out, rule->pack->name);
    sw_buf_add_byte(out, '@');
    word(out, rule->pack->version);
    ADD(",\"pack_hash\":\"");
    hash(out, rule->pack->hash);
    ADD(",\"kind\":\"");
    word(out, sw_slice_cstr(sw_kind_name(rule->kind)));
    ADD(",\"level\":\"");
    word(out, sw_slice_cstr(sw_level_name(w->level)));
    ADD(",\"severity\":\"");
    word(out, sw_slice_cstr(sw_severity_name(rule->severity)));
}

/* The members of data that all changes and the set share. */
static void warning_members(sw_buf *out, const sw_warning *w) {
    const sw_rule *rule = w->rule;
    ADD("\"warning_id\":\"");
    hash(out, w->id);
    rule_members(out, w);
    key(out, w);
    recipients(out, w);
    time_at(out, SW_S(",\"start\":\""), rule, w->start_ms);
    time_at(out, SW_S(",\"due\":\""), rule, w->due_ms);
    time_at(out, SW_S(",\"fires_at\":\""), rule, w->fires_ms);
    ADD(",\"repeat\":");
    sw_buf_add_int(out, w->repeat);
    ADD(",\"state\":\"");
    word(out, sw_slice_cstr(sw_state_name(w->state)));
    sw_buf_add(out,
               w->provisional ? SW_S(",\"provisional\":true") : SW_S(",\"provisional\":false"));
    if (w->late_by_s >= 0) {
        ADD(",\"late_by\":");
        sw_buf_add_int(out, w->late_by_s);
    }
    time_at(out, SW_S(",\"stopped\":\""), rule, w->stopped_ms);
    events(out, w);
    ADD(",\"text\":");
    sw_json_write_string(out, rule->text.len ? rule->text : rule->name);
    basis(out, rule);
}

/* Attributes in the order of the specification's examples; `id` tells this telling apart from every
 * other. */
static void attributes(sw_buf *out, const sw_warning *w, const char *change, int64_t time_ms) {
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(w->id, hex);
    ADD("{\"specversion\":\"1.0\",\"type\":\"warning.");
    word(out, sw_slice_cstr(change));
    ADD(",\"id\":\"");
    sw_buf_add(out, sw_slice_of(hex, sizeof hex - 1));
    sw_buf_add_byte(out, '-');
    sw_buf_add_cstr(out, change);
    sw_buf_add_byte(out, '-');
    sw_buf_add_int(out, time_ms);
    sw_buf_add(out, w->rule->kind == SW_DEADLINE
                        ? SW_S("\",\"source\":\"seawall/deadline\",\"subject\":")
                        : SW_S("\",\"source\":\"seawall/risk\",\"subject\":"));
    sw_json_write_string(out, w->key[0]);
    time_at(out, SW_S(",\"time\":\""), w->rule, time_ms);
    if (w->orgcode.len) {
        ADD(",\"orgcode\":");
        sw_json_write_string(out, w->orgcode);
    }
    if (w->officerid.len) {
        ADD(",\"officerid\":");
        sw_json_write_string(out, w->officerid);
    }
    ADD(",\"datacontenttype\":\"application/json\",\"data\":{");
}

static sw_err finish(sw_buf *out, sw_slice explanation) {
    if (explanation.len) {
        ADD(",\"explanation\":");
        sw_buf_add(out, explanation);
    }
    return ADD("}}");
}

sw_err sw_transition_to_json(const sw_transition *t, int64_t decided_ms, sw_slice explanation,
                             sw_buf *out) {
    attributes(out, t->warning, sw_change_name(t->change), decided_ms);
    warning_members(out, t->warning);
    if (t->reason) {
        ADD(",\"reason\":\"");
        word(out, sw_slice_cstr(t->reason));
    }
    if (t->cause) {
        ADD(",\"cause\":");
        event_ref(out, t->cause);
    }
    if (t->replaces) {
        ADD(",\"replaces\":\"");
        hash(out, *t->replaces);
    }
    if (t->replaced_by) {
        ADD(",\"replaced_by\":\"");
        hash(out, *t->replaced_by);
    }
    return finish(out, explanation);
}

sw_err sw_warning_to_json(const sw_warning *w, sw_slice explanation, sw_buf *out) {
    attributes(out, w, w->state == SW_STATE_RESOLVED ? "resolved" : "raised", w->fires_ms);
    warning_members(out, w);
    return finish(out, explanation);
}
