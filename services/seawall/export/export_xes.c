#include "seawall/export/export.h"

#include "civil/zone.h"
#include "text/json.h"
#include "text/markup.h"

#define ADD(literal) sw_buf_add(out, SW_S(literal))

void sw_export_warning_time(const sw_warning *warning, int64_t ms, sw_buf *out) {
    sw_time_write(out, ms, sw_zone_offset(warning->rule->pack->zone, ms));
}

static void open_attribute(sw_buf *out, const char *element, sw_slice key) {
    sw_buf_printf(out, "      <%s key=\"", element);
    sw_markup_text(out, key);
    ADD("\" value=\"");
}

static void text_attribute(sw_buf *out, sw_slice key, sw_slice value) {
    if (value.len == 0) return;
    open_attribute(out, "string", key);
    sw_markup_text(out, value);
    ADD("\"/>\n");
}

static void int_attribute(sw_buf *out, sw_slice key, int64_t n) {
    open_attribute(out, "int", key);
    sw_buf_add_int(out, n);
    ADD("\"/>\n");
}

static void scalar_attribute(sw_buf *out, sw_slice key, const sw_value *value) {
    switch (value->kind) {
    case SW_BOOL:
        open_attribute(out, "boolean", key);
        sw_buf_add_cstr(out, value->b ? "true" : "false");
        break;
    case SW_INT:
        open_attribute(out, "int", key);
        sw_buf_add_int(out, value->i);
        break;
    case SW_DOUBLE:
        open_attribute(out, "float", key);
        sw_json_write_double(out, value->d);
        break;
    case SW_TIMESTAMP:
        open_attribute(out, "date", key);
        sw_instant_write(out, value->t, 0);
        break;
    case SW_STRING:
        open_attribute(out, "string", key);
        sw_markup_text(out, value->s);
        break;
    default:
        return;
    }
    ADD("\"/>\n");
}

/* XES 2.0 has lists; each item is an attribute of its own, of the field's name. */
static void field_attribute(sw_buf *out, sw_slice name, const sw_value *value) {
    if (value->kind != SW_LIST) {
        scalar_attribute(out, name, value);
        return;
    }
    ADD("      <list key=\"");
    sw_markup_text(out, name);
    ADD("\"><values>\n");
    for (uint32_t i = 0; i < value->count; i++) scalar_attribute(out, name, &value->items[i]);
    ADD("      </values></list>\n");
}

static void begin(sw_export_writer *writer, sw_buf *out) {
    ADD("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<log xes.version=\"1849.2016\" xmlns=\"http://www.xes-standard.org/\">\n"
        "  <extension name=\"Concept\" prefix=\"concept\" "
        "uri=\"http://www.xes-standard.org/concept.xesext\"/>\n"
        "  <extension name=\"Time\" prefix=\"time\" "
        "uri=\"http://www.xes-standard.org/time.xesext\"/>\n"
        "  <extension name=\"Organizational\" prefix=\"org\" "
        "uri=\"http://www.xes-standard.org/org.xesext\"/>\n"
        "  <global scope=\"trace\">\n    <string key=\"concept:name\" value=\"\"/>\n  </global>\n"
        "  <global scope=\"event\">\n    <string key=\"concept:name\" value=\"\"/>\n"
        "    <date key=\"time:timestamp\" value=\"1970-01-01T00:00:00Z\"/>\n  </global>\n"
        "  <classifier name=\"activity\" keys=\"concept:name\"/>\n"
        "  <string key=\"seawall:trace\" value=\"");
    sw_markup_text(out, writer->trace_key);
    ADD("\"/>\n");
}

static void begin_trace(sw_export_writer *writer, sw_slice value, sw_buf *out) {
    (void)writer;
    ADD("  <trace>\n    <string key=\"concept:name\" value=\"");
    sw_markup_text(out, value);
    ADD("\"/>\n");
}

static void end_trace(sw_export_writer *writer, sw_buf *out) {
    (void)writer;
    ADD("  </trace>\n");
}

static void event(sw_export_writer *writer, const sw_event *e, sw_buf *out) {
    (void)writer;
    ADD("    <event>\n");
    text_attribute(out, SW_S("concept:name"), e->type->name);
    ADD("      <date key=\"time:timestamp\" value=\"");
    if (e->time_text.len)
        sw_markup_text(out, e->time_text);
    else
        sw_time_write(out, e->time_ms, 0);
    ADD("\"/>\n");
    text_attribute(out, SW_S("org:resource"), e->officerid);
    text_attribute(out, SW_S("org:group"), e->orgcode);
    text_attribute(out, SW_S("seawall:source"), e->source);
    text_attribute(out, SW_S("seawall:id"), e->id);
    text_attribute(out, SW_S("seawall:subject"), e->subject);
    for (uint32_t i = 0; i < e->type->field_count; i++)
        if (!e->type->fields[i].personal)
            field_attribute(out, e->type->fields[i].name, &e->fields[i]);
    ADD("    </event>\n");
}

static void time_attribute(sw_buf *out, const char *key, const sw_warning *w, int64_t ms) {
    if (ms == SW_TIME_NONE) return;
    sw_buf_printf(out, "      <date key=\"%s\" value=\"", key);
    sw_export_warning_time(w, ms, out);
    ADD("\"/>\n");
}

static void warning(sw_export_writer *writer, const sw_warning *w, sw_buf *out) {
    char hex[SW_HASH128_TEXT];
    (void)writer;
    sw_hash128_hex(w->id, hex);
    ADD("    <event>\n");
    text_attribute(out, SW_S("concept:name"), SW_S("warning.raised"));
    time_attribute(out, "time:timestamp", w, w->fires_ms);
    text_attribute(out, SW_S("org:resource"), w->officerid);
    text_attribute(out, SW_S("org:group"), w->orgcode);
    text_attribute(out, SW_S("seawall:warning_id"), sw_slice_cstr(hex));
    text_attribute(out, SW_S("seawall:rule"), w->rule->id);
    text_attribute(out, SW_S("seawall:level"), sw_slice_cstr(sw_level_name(w->level)));
    text_attribute(out, SW_S("seawall:severity"),
                   sw_slice_cstr(sw_severity_name(w->rule->severity)));
    text_attribute(out, SW_S("seawall:state"),
                   w->state == SW_STATE_OPEN ? SW_S("open") : SW_S("resolved"));
    time_attribute(out, "seawall:start", w, w->start_ms);
    time_attribute(out, "seawall:due", w, w->due_ms);
    if (w->late_by_s >= 0) int_attribute(out, SW_S("seawall:late_by"), w->late_by_s);
    int_attribute(out, SW_S("seawall:repeat"), w->repeat);
    ADD("    </event>\n");
}

static void end(sw_export_writer *writer, sw_buf *out) {
    (void)writer;
    ADD("</log>\n");
}

const sw_export_form sw_export_xes = {.name = "xes",
                                      .traces = true,
                                      .begin = begin,
                                      .begin_trace = begin_trace,
                                      .end_trace = end_trace,
                                      .event = event,
                                      .warning = warning,
                                      .end = end};
