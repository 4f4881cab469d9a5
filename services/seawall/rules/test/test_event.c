/* Events of a test in their short form, made whole. */
#include "codec/event.h"
#include "seawall/rules/test/test_file.h"
#include "text/json.h"

#define EVENT_BYTES_MAX ((size_t)1 << 20)
#define DEPTH_MAX       32

typedef struct maker {
    sw_arena *arena;
    const sw_catalogue *cat;
    const sw_zone *zone;
    const sw_yaml *defaults;
    sw_diags *diags;
    sw_buf *buf;
} maker;

static const char *const event_keys[] = {"type",         "time",    "id",        "source",
                                         "subject",      "orgcode", "officerid", "recordedtime",
                                         "receivedtime", "data"};

/* "2026-03-01", then optional 'T' or ' ' and "HH:MM" or "HH:MM:SS"; 24:00 ends the day. */
static bool local_time(sw_slice text, int64_t *ret_ms) {
    int64_t part[6] = {0};
    static const struct {
        size_t at, len;
        const char *before;
    } shape[] = {{0, 4, ""}, {5, 2, "-"}, {8, 2, "-"}, {11, 2, "T "}, {14, 2, ":"}, {17, 2, ":"}};
    if (text.len != 10 && text.len != 16 && text.len != 19) return false;
    for (size_t i = 0; i < SW_COUNT(shape) && shape[i].at < text.len; i++) {
        size_t at = shape[i].at;
        if (*shape[i].before && !strchr(shape[i].before, text.ptr[at - 1])) return false;
        if (text.ptr[at] == '-' ||
            !sw_slice_int(sw_slice_sub(text, at, at + shape[i].len), &part[i]))
            return false;
    }
    bool day = part[0] >= 1 && part[1] >= 1 && part[1] <= 12 && part[2] >= 1 &&
               part[2] <= sw_days_in_month(part[0], (int32_t)part[1]);
    bool clock = part[3] >= 0 && part[4] >= 0 && part[5] >= 0 && part[4] < 60 && part[5] < 60 &&
                 (part[3] < 24 || (part[3] == 24 && !part[4] && !part[5]));
    if (!day || !clock) return false;
    *ret_ms = sw_days_from_date(part[0], (int32_t)part[1], (int32_t)part[2]) * SW_DAY_MS +
              ((part[3] * 60 + part[4]) * 60 + part[5]) * 1000;
    return true;
}

bool test_time(sw_slice text, const sw_zone *zone, int64_t *ret_ms) {
    int64_t local_ms;
    if (sw_time_parse_ms(text, ret_ms) == SW_OK) return true;
    if (!local_time(text, &local_ms)) return false;
    *ret_ms = sw_zone_from_local(zone, local_ms);
    return true;
}

static void write_time(maker *m, sw_slice text) {
    int64_t ms;
    bool local = local_time(text, &ms) && test_time(text, m->zone, &ms);
    if (!local) {
        sw_json_write_string(m->buf, text);
        return;
    }
    sw_buf_add_byte(m->buf, '"');
    sw_time_write(m->buf, ms, sw_zone_offset(m->zone, ms));
    sw_buf_add_byte(m->buf, '"');
}

static void write_value(maker *m, const sw_yaml *node, bool time, unsigned depth) {
    if (depth > DEPTH_MAX) {
        sw_buf_add_cstr(m->buf, "null");
        return;
    }
    switch (node->kind) {
    case SW_YAML_NULL:
        sw_buf_add_cstr(m->buf, "null");
        return;
    case SW_YAML_BOOL:
        sw_buf_add_cstr(m->buf, node->truth ? "true" : "false");
        return;
    case SW_YAML_INT:
        sw_buf_add_int(m->buf, node->number);
        return;
    case SW_YAML_FLOAT:
        sw_json_write_double(m->buf, node->real);
        return;
    case SW_YAML_STRING:
        if (time)
            write_time(m, node->text);
        else
            sw_json_write_string(m->buf, node->text);
        return;
    case SW_YAML_SEQ:
    case SW_YAML_MAP:
        break;
    }
    bool map = node->kind == SW_YAML_MAP;
    sw_buf_add_byte(m->buf, map ? '{' : '[');
    for (const sw_yaml *child = node->first; child; child = child->next) {
        if (child != node->first) sw_buf_add_byte(m->buf, ',');
        if (map) {
            sw_json_write_string(m->buf, child->key);
            sw_buf_add_byte(m->buf, ':');
        }
        write_value(m, child, time, depth + 1);
    }
    sw_buf_add_byte(m->buf, map ? '}' : ']');
}

static void write_event(maker *m, const sw_yaml *node, sw_slice id, sw_slice source);

static const sw_yaml *either(const maker *m, const sw_yaml *node, const char *key) {
    const sw_yaml *own = sw_yaml_get(node, key);
    return own ? own : sw_yaml_get(m->defaults, key);
}

static void write_member(maker *m, const sw_event_type *type, const sw_yaml *child, bool *first) {
    int32_t index = type ? sw_event_type_field(type, child->key) : -1;
    if (!*first) sw_buf_add_byte(m->buf, ',');
    *first = false;
    sw_json_write_string(m->buf, child->key);
    sw_buf_add_byte(m->buf, ':');
    write_value(m, child, index >= 0 && type->fields[index].type == SW_TIMESTAMP, 0);
}

/* `data` of the event, and of the defaults what the type declares and the event does not say. */
static void write_data(maker *m, const sw_event_type *type, const sw_yaml *data) {
    const sw_yaml *defaults = sw_yaml_get(m->defaults, "data");
    bool first = true;
    sw_buf_add_byte(m->buf, '{');
    for (const sw_yaml *child = data ? data->first : NULL; child; child = child->next)
        write_member(m, type, child, &first);
    for (const sw_yaml *child = defaults ? defaults->first : NULL; child; child = child->next) {
        bool own = false;
        for (const sw_yaml *o = data ? data->first : NULL; o; o = o->next)
            own |= sw_slice_eq(o->key, child->key);
        if (!own && type && sw_event_type_field(type, child->key) >= 0)
            write_member(m, type, child, &first);
    }
    sw_buf_add_byte(m->buf, '}');
}

/* Of a correction: whom it corrects, and the replacement made whole with the same identity. */
static void write_correction(maker *m, const sw_yaml *data) {
    const sw_yaml *id = sw_yaml_get(data, "id"), *source = sw_yaml_get(data, "source");
    const sw_yaml *event = sw_yaml_get(data, "event");
    if (!source) source = sw_yaml_get(m->defaults, "source");
    sw_slice source_text = source ? source->text : SW_S("test");
    sw_slice id_text = id ? id->text : SW_SLICE_NONE;
    sw_buf_add_cstr(m->buf, "{\"source\":");
    sw_json_write_string(m->buf, source_text);
    sw_buf_add_cstr(m->buf, ",\"id\":");
    sw_json_write_string(m->buf, id_text);
    if (event && event->kind == SW_YAML_MAP) {
        sw_buf_add_cstr(m->buf, ",\"event\":");
        write_event(m, event, id_text, source_text);
    }
    sw_buf_add_byte(m->buf, '}');
}

static void write_attribute(maker *m, const char *name, sw_slice text, bool time) {
    sw_buf_printf(m->buf, ",\"%s\":", name);
    if (time)
        write_time(m, text);
    else
        sw_json_write_string(m->buf, text);
}

static void write_event(maker *m, const sw_yaml *node, sw_slice id, sw_slice source) {
    static const struct {
        const char *name;
        bool time;
    } attributes[] = {{"type", false},       {"time", true},       {"subject", false},
                      {"orgcode", false},    {"officerid", false}, {"recordedtime", true},
                      {"receivedtime", true}};
    const sw_yaml *type_node = either(m, node, "type"), *data = sw_yaml_get(node, "data");
    sw_slice type_name = type_node ? type_node->text : SW_SLICE_NONE;
    sw_buf_add_cstr(m->buf, "{\"specversion\":\"1.0\"");
    write_attribute(m, "id", id, false);
    write_attribute(m, "source", source, false);
    for (size_t i = 0; i < SW_COUNT(attributes); i++) {
        const sw_yaml *value = either(m, node, attributes[i].name);
        if (value) write_attribute(m, attributes[i].name, value->text, attributes[i].time);
    }
    sw_buf_add_cstr(m->buf, ",\"data\":");
    if (sw_slice_is(type_name, "event.corrected") || sw_slice_is(type_name, "event.retracted"))
        write_correction(m, data);
    else
        write_data(m, sw_catalogue_find(m->cat, type_name), data);
    sw_buf_add_byte(m->buf, '}');
}

/* Findings of the event's JSON, told at the event's place. */
static void retell(const maker *m, const sw_yaml *node, const sw_diags *found) {
    for (const sw_diag *diag = found->first; diag; diag = diag->next) {
        sw_slice field = sw_arena_printf(m->arena, "%.*s", SW_FMT(diag->field));
        sw_slice hint = sw_arena_printf(m->arena, "%.*s", SW_FMT(diag->hint));
        (void)sw_diag_at(m->diags, diag->code, node->line, node->col, field.ptr, hint.ptr, "%.*s",
                         SW_FMT(diag->message));
    }
}

const sw_event *test_event(sw_arena *arena, const sw_catalogue *cat, const sw_zone *zone,
                           const sw_yaml *node, const sw_yaml *defaults, uint32_t number,
                           sw_diags *diags) {
    sw_buf buf;
    maker m = {arena, cat, zone, defaults, diags, &buf};
    if (!test_keys(node, event_keys, SW_COUNT(event_keys), "an event", diags)) return NULL;
    const sw_yaml *id = sw_yaml_get(node, "id"), *source = either(&m, node, "source");
    sw_slice id_text = id ? id->text : sw_arena_printf(arena, "e%u", number);
    sw_buf_init(&buf, EVENT_BYTES_MAX);
    write_event(&m, node, id_text, source ? source->text : SW_S("test"));
    sw_slice json = SW_SLICE_NONE;
    sw_event *event = NULL;
    sw_diags found;
    sw_diags_init(&found, arena, SW_SLICE_NONE, 100);
    sw_err err = buf.err;
    if (!err && !sw_arena_copy(arena, sw_buf_slice(&buf), &json)) err = SW_E_LIMIT;
    sw_buf_done(&buf);
    if (!err) err = sw_event_from_json(arena, cat, json, &found, &event);
    if (err) retell(&m, node, &found);
    return err ? NULL : event;
}
