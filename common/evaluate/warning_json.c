#include "evaluate/warning_json.h"

#include "evaluate/json_parts.h"
#include "rules/warning_json.h"

#define ADD(literal) sw_buf_add(out, SW_S(literal))

/* ---- writing ---- */

static void member(sw_buf *out, sw_slice name, sw_slice text) {
    sw_buf_add(out, name);
    sw_json_write_string(out, text);
}

static void hash(sw_buf *out, sw_slice name, sw_hash128 id) {
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(id, hex);
    sw_json_part_word(out, name, hex);
}

static void lists_before_times(sw_buf *out, const sw_told_warning *t) {
    ADD(",\"key\":");
    sw_told_key_to_json(t->key, t->key_count, out);
    ADD(",\"to\":[");
    for (uint32_t i = 0; i < t->to_count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        sw_json_write_string(out, t->to[i]);
    }
    sw_buf_add_byte(out, ']');
}

static void lists_after_times(sw_buf *out, const sw_told_warning *t) {
    ADD(",\"events\":[");
    for (uint32_t i = 0; i < t->event_count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        sw_json_part_event(out, &t->events[i]);
    }
    member(out, SW_S("],\"text\":"), t->text);
    ADD(",\"basis\":[");
    for (uint32_t i = 0; i < t->basis_count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        member(out, SW_S("{\"law\":"), t->basis[i].law);
        member(out, SW_S(",\"article\":"), t->basis[i].article);
        sw_buf_add_byte(out, '}');
    }
    sw_buf_add_byte(out, ']');
}

/* `id` tells this telling apart from every other: events that come in one batch are decided at one
 * moment, and may raise, withdraw and raise a warning again. */
static void attributes(sw_buf *out, const sw_told_warning *t) {
    char hex[SW_HASH128_TEXT];
    const char *change = sw_change_name(t->change);
    sw_hash128_hex(t->id, hex);
    sw_json_part_word(out, SW_S("{\"specversion\":\"1.0\",\"type\":\"warning."), change);
    ADD(",\"id\":\"");
    sw_buf_add(out, sw_slice_of(hex, sizeof hex - 1));
    sw_buf_add_byte(out, '-');
    sw_buf_add_cstr(out, change);
    sw_buf_add_byte(out, '-');
    sw_buf_add_int(out, t->decided_ms);
    if (t->told_by) sw_buf_printf(out, "-%llu", (unsigned long long)(t->told_by - 1));
    sw_json_part_word(out, SW_S("\",\"source\":\"seawall/"),
                      t->kind == SW_DEADLINE ? "deadline" : "risk");
    member(out, SW_S(",\"subject\":"), t->key[0].value);
    sw_json_part_time(out, SW_S(",\"time\":\""), t->decided_ms, t->offset_s);
    if (t->orgcode.len) member(out, SW_S(",\"orgcode\":"), t->orgcode);
    if (t->officerid.len) member(out, SW_S(",\"officerid\":"), t->officerid);
    ADD(",\"datacontenttype\":\"application/json\",\"data\":{");
}

void sw_told_to_json(const sw_told_warning *t, sw_slice explanation, sw_buf *out) {
    SW_ASSERT(t && out && t->key_count > 0);
    attributes(out, t);
    hash(out, SW_S("\"warning_id\":\""), t->id);
    member(out, SW_S(",\"rule\":"), t->rule);
    if (t->rule_name.len) member(out, SW_S(",\"rule_name\":"), t->rule_name);
    member(out, SW_S(",\"pack\":"), t->pack);
    hash(out, SW_S(",\"pack_hash\":\""), t->pack_hash);
    sw_json_part_word(out, SW_S(",\"kind\":\""), sw_kind_name(t->kind));
    sw_json_part_word(out, SW_S(",\"level\":\""), sw_level_name(t->level));
    sw_json_part_word(out, SW_S(",\"severity\":\""), sw_severity_name(t->severity));
    lists_before_times(out, t);
    sw_json_part_time(out, SW_S(",\"start\":\""), t->start_ms, t->offset_s);
    sw_json_part_time(out, SW_S(",\"due\":\""), t->due_ms, t->offset_s);
    sw_json_part_time(out, SW_S(",\"fires_at\":\""), t->fires_ms, t->offset_s);
    ADD(",\"repeat\":");
    sw_buf_add_int(out, t->repeat);
    sw_json_part_word(out, SW_S(",\"state\":\""), sw_state_name(t->state));
    sw_buf_add(out,
               t->provisional ? SW_S(",\"provisional\":true") : SW_S(",\"provisional\":false"));
    if (t->late_by_s >= 0) {
        ADD(",\"late_by\":");
        sw_buf_add_int(out, t->late_by_s);
    }
    sw_json_part_time(out, SW_S(",\"stopped\":\""), t->stopped_ms, t->offset_s);
    lists_after_times(out, t);
    if (t->reason.len) member(out, SW_S(",\"reason\":"), t->reason);
    if (t->has_cause) {
        ADD(",\"cause\":");
        sw_json_part_event(out, &t->cause);
    }
    if (t->has_replaces) hash(out, SW_S(",\"replaces\":\""), t->replaces);
    if (t->has_replaced_by) hash(out, SW_S(",\"replaced_by\":\""), t->replaced_by);
    if (explanation.len) {
        ADD(",\"explanation\":");
        sw_buf_add(out, explanation);
    }
    ADD("}}");
}

/* ---- reading ---- */

/* Members are read one after the other; the first failure stands and the rest does nothing. */
typedef struct reader {
    sw_arena *arena;
    sw_err err;
} reader;

static sw_slice text_of(reader *r, const sw_json *object, sw_slice name, bool needed) {
    const sw_json *node = sw_json_get(object, name);
    if (r->err) return SW_SLICE_NONE;
    if (!node && needed) r->err = SW_E_MISSING;
    if (node && node->kind != SW_JSON_STRING) r->err = SW_E_TYPE;
    return node && !r->err ? node->text : SW_SLICE_NONE;
}

static int64_t time_of(reader *r, const sw_json *object, sw_slice name) {
    int64_t ms = SW_TIME_NONE;
    sw_slice text = text_of(r, object, name, false);
    if (!r->err && text.ptr) r->err = sw_time_parse_ms(text, &ms);
    return ms;
}

/* Seconds east of UTC of an RFC 3339 time: how its text differs from the same moment in UTC. */
static int32_t offset_of(sw_slice text) {
    if (text.len < 6) return 0;
    const char *at = text.ptr + text.len - 6;
    if (at[0] != '+' && at[0] != '-') return 0;
    int32_t minutes = ((at[1] - '0') * 10 + at[2] - '0') * 60 + (at[4] - '0') * 10 + at[5] - '0';
    return (at[0] == '-' ? -60 : 60) * minutes;
}

static bool hash_of(reader *r, const sw_json *object, sw_slice name, bool needed, sw_hash128 *ret) {
    sw_slice text = text_of(r, object, name, needed);
    if (r->err || !text.ptr) return false;
    if (!sw_hash128_parse(text, ret)) r->err = SW_E_INVALID;
    return r->err == SW_OK;
}

static sw_told_event event_of(reader *r, const sw_json *node) {
    return (sw_told_event){text_of(r, node, SW_S("source"), true),
                           text_of(r, node, SW_S("id"), true),
                           text_of(r, node, SW_S("type"), true)};
}

/* A list (or object) of data: its node, and room for its items. */
static const sw_json *list_of(reader *r, const sw_json *data, sw_slice name, sw_json_kind kind,
                              size_t size, void **ret_items) {
    const sw_json *node = sw_json_get(data, name);
    *ret_items = NULL;
    if (r->err) return NULL;
    if (!node || node->kind != kind) {
        r->err = node ? SW_E_TYPE : SW_E_MISSING;
        return NULL;
    }
    *ret_items = sw_arena_zero(r->arena, node->count, size);
    if (!*ret_items) r->err = SW_E_LIMIT;
    return r->err ? NULL : node;
}

static void read_key(reader *r, const sw_json *data, sw_told_warning *t) {
    void *room;
    const sw_json *list = list_of(r, data, SW_S("key"), SW_JSON_OBJECT, sizeof *t->key, &room);
    if (!list) return;
    if (list->count == 0 || list->count > SW_TOLD_KEYS_MAX) {
        r->err = SW_E_INVALID;
        return;
    }
    sw_told_key *items = room;
    for (const sw_json *n = list->first; n && !r->err; n = n->next) {
        if (n->kind != SW_JSON_STRING) r->err = SW_E_TYPE;
        items[t->key_count++] = (sw_told_key){n->name, n->text};
    }
    t->key = items;
}

static void read_lists(reader *r, const sw_json *data, sw_told_warning *t) {
    void *room;
    const sw_json *list = list_of(r, data, SW_S("to"), SW_JSON_ARRAY, sizeof *t->to, &room);
    sw_slice *to = room;
    for (const sw_json *n = list ? list->first : NULL; n && !r->err; n = n->next) {
        if (n->kind != SW_JSON_STRING) r->err = SW_E_TYPE;
        to[t->to_count++] = n->text;
    }
    t->to = to;
    list = list_of(r, data, SW_S("events"), SW_JSON_ARRAY, sizeof *t->events, &room);
    sw_told_event *events = room;
    for (const sw_json *n = list ? list->first : NULL; n && !r->err; n = n->next)
        events[t->event_count++] = event_of(r, n);
    t->events = events;
    list = list_of(r, data, SW_S("basis"), SW_JSON_ARRAY, sizeof *t->basis, &room);
    sw_basis *basis = room;
    for (const sw_json *n = list ? list->first : NULL; n && !r->err; n = n->next)
        basis[t->basis_count++] = (sw_basis){.law = text_of(r, n, SW_S("law"), true),
                                             .article = text_of(r, n, SW_S("article"), true)};
    t->basis = basis;
}

static void keep(reader *r, sw_err err) {
    if (!r->err) r->err = err;
}

static void read_words(reader *r, const sw_json *data, sw_told_warning *t) {
    t->rule = text_of(r, data, SW_S("rule"), true);
    t->rule_name = text_of(r, data, SW_S("rule_name"), false);
    t->pack = text_of(r, data, SW_S("pack"), true);
    t->text = text_of(r, data, SW_S("text"), false);
    t->reason = text_of(r, data, SW_S("reason"), false);
    (void)hash_of(r, data, SW_S("warning_id"), true, &t->id);
    (void)hash_of(r, data, SW_S("pack_hash"), true, &t->pack_hash);
    t->has_replaces = hash_of(r, data, SW_S("replaces"), false, &t->replaces);
    t->has_replaced_by = hash_of(r, data, SW_S("replaced_by"), false, &t->replaced_by);
    keep(r, sw_kind_parse(text_of(r, data, SW_S("kind"), true), &t->kind));
    keep(r, sw_level_parse(text_of(r, data, SW_S("level"), true), &t->level));
    keep(r, sw_severity_parse(text_of(r, data, SW_S("severity"), true), &t->severity));
    keep(r, sw_state_parse(text_of(r, data, SW_S("state"), true), &t->state));
}

static void read_numbers(reader *r, const sw_json *data, sw_told_warning *t) {
    const sw_json *late = sw_json_get(data, SW_S("late_by"));
    const sw_json *repeat = sw_json_get(data, SW_S("repeat"));
    const sw_json *provisional = sw_json_get(data, SW_S("provisional"));
    int64_t n = 0;
    if (late) keep(r, sw_json_integral(late, &t->late_by_s));
    if (repeat) keep(r, sw_json_integral(repeat, &n));
    if (n < 0 || n > UINT32_MAX) keep(r, SW_E_INVALID);
    t->repeat = (uint32_t)n;
    if (provisional && provisional->kind != SW_JSON_BOOL) keep(r, SW_E_TYPE);
    t->provisional = provisional && provisional->truth;
    t->start_ms = time_of(r, data, SW_S("start"));
    t->due_ms = time_of(r, data, SW_S("due"));
    t->fires_ms = time_of(r, data, SW_S("fires_at"));
    t->stopped_ms = time_of(r, data, SW_S("stopped"));
}

sw_err sw_told_from_json(sw_arena *arena, const sw_json *event, sw_told_warning *ret) {
    SW_ASSERT(arena && ret);
    reader r = {arena, SW_OK};
    sw_told_warning t = {.late_by_s = -1};
    const sw_slice prefix = SW_S("warning.");
    const sw_json *data = sw_json_get(event, SW_S("data"));
    if (!data) return SW_E_MISSING;
    sw_slice type = text_of(&r, event, SW_S("type"), true);
    if (!sw_slice_starts(type, prefix)) keep(&r, SW_E_INVALID);
    if (!r.err) r.err = sw_change_parse(sw_slice_sub(type, prefix.len, type.len), &t.change);
    sw_slice time = text_of(&r, event, SW_S("time"), true);
    if (!r.err) r.err = sw_time_parse_ms(time, &t.decided_ms);
    if (!r.err) t.offset_s = offset_of(time);
    t.orgcode = text_of(&r, event, SW_S("orgcode"), false);
    t.officerid = text_of(&r, event, SW_S("officerid"), false);
    read_words(&r, data, &t);
    read_numbers(&r, data, &t);
    read_key(&r, data, &t);
    read_lists(&r, data, &t);
    const sw_json *cause = sw_json_get(data, SW_S("cause"));
    t.has_cause = cause != NULL;
    if (cause) t.cause = event_of(&r, cause);
    if (!r.err) *ret = t;
    return r.err;
}
