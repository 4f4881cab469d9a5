#include "seawall/export/export.h"

#include "text/json.h"

#define KEY_VALUES_FEW 64u
#define ADD(literal)   sw_buf_add(out, SW_S(literal))

/* An object is a value of a key: "case_id:A1", of type case_id. Ids must differ between types. */
static void object_id(sw_buf *out, sw_slice key_name, sw_slice value, sw_arena *scratch) {
    sw_slice id = sw_arena_printf(scratch, "%.*s:%.*s", SW_FMT(key_name), SW_FMT(value));
    if (!id.ptr)
        out->err = SW_E_LIMIT;
    else
        sw_json_write_string(out, id);
}

static void comma(sw_export_writer *writer, sw_buf *out) {
    if (writer->first)
        ADD("\n");
    else
        ADD(",\n");
    writer->first = false;
}

static const char *type_name(const sw_field *field) {
    switch (field->list ? SW_STRING : field->type) {
    case SW_INT:
        return "integer";
    case SW_DOUBLE:
        return "float";
    case SW_BOOL:
        return "boolean";
    case SW_TIMESTAMP:
        return "time";
    default:
        return "string";
    }
}

static void attribute_type(sw_buf *out, bool *first, sw_slice name, const char *type) {
    if (!*first) ADD(",");
    *first = false;
    ADD("{\"name\":");
    sw_json_write_string(out, name);
    sw_buf_printf(out, ",\"type\":\"%s\"}", type);
}

static const struct {
    const char *name, *type;
} warning_attributes[] = {
    {"warning_id", "string"}, {"rule", "string"},      {"level", "string"},
    {"severity", "string"},   {"state", "string"},     {"start", "time"},
    {"due", "time"},          {"late_by", "integer"},  {"repeat", "integer"},
    {"orgcode", "string"},    {"officerid", "string"},
};

static void event_type(sw_export_writer *writer, const sw_event_type *type, sw_buf *out) {
    bool first = true;
    comma(writer, out);
    ADD("{\"name\":");
    sw_json_write_string(out, type->name);
    ADD(",\"attributes\":[");
    attribute_type(out, &first, SW_S("orgcode"), "string");
    attribute_type(out, &first, SW_S("officerid"), "string");
    for (uint32_t i = 0; i < type->field_count; i++)
        if (!type->fields[i].personal && !type->fields[i].key)
            attribute_type(out, &first, type->fields[i].name, type_name(&type->fields[i]));
    ADD("]}");
}

static void begin(sw_export_writer *writer, sw_buf *out) {
    bool first = true;
    const sw_catalogue *cat = writer->catalogue;
    ADD("{\"objectTypes\":[");
    writer->first = true;
    for (uint32_t k = 0; k < sw_catalogue_key_count(cat); k++) {
        comma(writer, out);
        ADD("{\"name\":");
        sw_json_write_string(out, sw_catalogue_key_name(cat, k));
        ADD(",\"attributes\":[]}");
    }
    ADD("],\n\"eventTypes\":[");
    writer->first = true;
    for (uint32_t t = SW_TYPE_BUILTIN_COUNT; t < sw_catalogue_type_count(cat); t++)
        if (!sw_slice_eq(sw_catalogue_type(cat, t)->name, SW_S("warning.raised")))
            event_type(writer, sw_catalogue_type(cat, t), out);
    comma(writer, out);
    ADD("{\"name\":\"warning.raised\",\"attributes\":[");
    for (size_t i = 0; i < SW_COUNT(warning_attributes); i++)
        attribute_type(out, &first, sw_slice_cstr(warning_attributes[i].name),
                       warning_attributes[i].type);
    ADD("]}],\n\"events\":[");
    writer->first = true;
}

static void scalar(sw_buf *out, const sw_value *value) {
    switch (value->kind) {
    case SW_BOOL:
        sw_buf_add_cstr(out, value->b ? "true" : "false");
        break;
    case SW_INT:
        sw_buf_add_int(out, value->i);
        break;
    case SW_DOUBLE:
        sw_json_write_double(out, value->d);
        break;
    case SW_TIMESTAMP:
        ADD("\"");
        sw_instant_write(out, value->t, 0);
        ADD("\"");
        break;
    case SW_STRING:
        sw_json_write_string(out, value->s);
        break;
    default:
        ADD("null");
        break;
    }
}

static void open_attribute(sw_buf *out, bool *first, sw_slice name) {
    if (!*first) ADD(",");
    *first = false;
    ADD("{\"name\":");
    sw_json_write_string(out, name);
    ADD(",\"value\":");
}

static void text_attribute(sw_buf *out, bool *first, sw_slice name, sw_slice value) {
    if (value.len == 0) return;
    open_attribute(out, first, name);
    sw_json_write_string(out, value);
    ADD("}");
}

/* OCEL 2.0 knows no lists: the items as one JSON text. */
static void field_attribute(sw_export_writer *writer, sw_buf *out, bool *first, sw_slice name,
                            const sw_value *value) {
    if (value->kind == SW_ABSENT || value->kind == SW_NULL) return;
    open_attribute(out, first, name);
    if (value->kind == SW_LIST) {
        sw_buf items;
        sw_buf_init(&items, SW_EVENT_BYTES_MAX);
        for (uint32_t i = 0; i < value->count; i++) {
            sw_buf_add(&items, i ? SW_S(",") : SW_S("["));
            scalar(&items, &value->items[i]);
        }
        sw_buf_add(&items, value->count ? SW_S("]") : SW_S("[]"));
        if (items.err) out->err = items.err;
        sw_json_write_string(out, sw_buf_slice(&items));
        sw_buf_done(&items);
    } else {
        scalar(out, value);
    }
    ADD("}");
    (void)writer;
}

static void relationship(sw_export_writer *writer, sw_buf *out, bool *first, sw_slice name,
                         sw_slice value) {
    if (!*first) ADD(",");
    *first = false;
    ADD("{\"objectId\":");
    object_id(out, name, value, writer->scratch);
    ADD(",\"qualifier\":");
    sw_json_write_string(out, name);
    ADD("}");
}

static void event_relationships(sw_export_writer *writer, const sw_event *e, sw_buf *out) {
    bool first = true;
    for (uint32_t k = 0; k < e->type->key_count; k++) {
        const uint32_t key_id = e->type->keys[k].key_id;
        sw_slice few[KEY_VALUES_FEW], *values = few;
        uint32_t n = sw_event_key_values(e, key_id, few, KEY_VALUES_FEW, writer->scratch);
        if (n > KEY_VALUES_FEW && n != UINT32_MAX) {
            values = sw_arena_alloc(writer->scratch, n * sizeof *values);
            n = values ? sw_event_key_values(e, key_id, values, n, writer->scratch) : UINT32_MAX;
        }
        if (n == UINT32_MAX) {
            out->err = SW_E_LIMIT;
            return;
        }
        for (uint32_t i = 0; i < n; i++)
            relationship(writer, out, &first, sw_catalogue_key_name(writer->catalogue, key_id),
                         values[i]);
    }
}

static void event(sw_export_writer *writer, const sw_event *e, sw_buf *out) {
    bool first = true;
    sw_slice id = sw_arena_printf(writer->scratch, "%.*s %.*s", SW_FMT(e->source), SW_FMT(e->id));
    if (!id.ptr) {
        out->err = SW_E_LIMIT;
        return;
    }
    comma(writer, out);
    ADD("{\"id\":");
    sw_json_write_string(out, id);
    ADD(",\"type\":");
    sw_json_write_string(out, e->type->name);
    ADD(",\"time\":\"");
    sw_time_write(out, e->time_ms, 0);
    ADD("\",\"attributes\":[");
    text_attribute(out, &first, SW_S("orgcode"), e->orgcode);
    text_attribute(out, &first, SW_S("officerid"), e->officerid);
    for (uint32_t i = 0; i < e->type->field_count; i++)
        if (!e->type->fields[i].personal && !e->type->fields[i].key)
            field_attribute(writer, out, &first, e->type->fields[i].name, &e->fields[i]);
    ADD("],\"relationships\":[");
    event_relationships(writer, e, out);
    ADD("]}");
}

static void time_attribute(sw_buf *out, bool *first, sw_slice name, int64_t ms) {
    if (ms == SW_TIME_NONE) return;
    open_attribute(out, first, name);
    ADD("\"");
    sw_time_write(out, ms, 0);
    ADD("\"}");
}

static void int_attribute(sw_buf *out, bool *first, sw_slice name, int64_t n) {
    open_attribute(out, first, name);
    sw_buf_add_int(out, n);
    ADD("}");
}

static void warning(sw_export_writer *writer, const sw_warning *w, sw_buf *out) {
    char hex[SW_HASH128_TEXT];
    bool first = true;
    sw_hash128_hex(w->id, hex);
    comma(writer, out);
    sw_buf_printf(out, "{\"id\":\"%s\",\"type\":\"warning.raised\",\"time\":\"", hex);
    sw_time_write(out, w->fires_ms, 0);
    ADD("\",\"attributes\":[");
    text_attribute(out, &first, SW_S("warning_id"), sw_slice_cstr(hex));
    text_attribute(out, &first, SW_S("rule"), w->rule->id);
    text_attribute(out, &first, SW_S("level"), sw_slice_cstr(sw_level_name(w->level)));
    text_attribute(out, &first, SW_S("severity"),
                   sw_slice_cstr(sw_severity_name(w->rule->severity)));
    text_attribute(out, &first, SW_S("state"),
                   w->state == SW_STATE_OPEN ? SW_S("open") : SW_S("resolved"));
    time_attribute(out, &first, SW_S("start"), w->start_ms);
    time_attribute(out, &first, SW_S("due"), w->due_ms);
    if (w->late_by_s >= 0) int_attribute(out, &first, SW_S("late_by"), w->late_by_s);
    int_attribute(out, &first, SW_S("repeat"), w->repeat);
    text_attribute(out, &first, SW_S("orgcode"), w->orgcode);
    text_attribute(out, &first, SW_S("officerid"), w->officerid);
    ADD("],\"relationships\":[");
    first = true;
    for (uint32_t i = 0; i < w->rule->key_count; i++)
        if (w->key[i].len) relationship(writer, out, &first, w->rule->key_names[i], w->key[i]);
    ADD("]}");
}

static void begin_objects(sw_export_writer *writer, sw_buf *out) {
    ADD("],\n\"objects\":[");
    writer->first = true;
}

static void object(sw_export_writer *writer, sw_slice key_name, sw_slice value, sw_buf *out) {
    comma(writer, out);
    ADD("{\"id\":");
    object_id(out, key_name, value, writer->scratch);
    ADD(",\"type\":");
    sw_json_write_string(out, key_name);
    ADD(",\"attributes\":[],\"relationships\":[]}");
}

static void end(sw_export_writer *writer, sw_buf *out) {
    (void)writer;
    ADD("]}\n");
}

const sw_export_form sw_export_ocel = {.name = "ocel",
                                       .begin = begin,
                                       .event = event,
                                       .warning = warning,
                                       .begin_objects = begin_objects,
                                       .object = object,
                                       .end = end};
