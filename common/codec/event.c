#include "codec/event.h"

#include <stdarg.h>
#include <stdio.h>

#include "codec/event_read.h"
#include "text/utf8.h"

#define NODES_MAX 100000

enum attribute {
    SPECVERSION,
    ID,
    SOURCE,
    TYPE,
    SUBJECT,
    TIME,
    ORGCODE,
    OFFICERID,
    RECORDEDTIME,
    RECEIVEDTIME,
    DATACONTENTTYPE,
    DATA,
    ATTRIBUTE_COUNT
};

#define NAME(text)                                                                                 \
    { text, sizeof(text) - 1 }
static const sw_slice names[] = {
    NAME("specversion"),  NAME("id"),           NAME("source"),          NAME("type"),
    NAME("subject"),      NAME("time"),         NAME("orgcode"),         NAME("officerid"),
    NAME("recordedtime"), NAME("receivedtime"), NAME("datacontenttype"), NAME("data")};

#define TIME_HINT "write RFC 3339 with its offset, for example \"2026-03-01T09:00:00+08:00\""

/* The attributes of one event, sorted out. */
typedef struct attributes {
    const sw_json *root;
    const sw_json *nodes[ATTRIBUTE_COUNT];
    const sw_json **extra;
    size_t extra_count;
} attributes;

sw_hash128 sw_event_identity(sw_slice source, sw_slice id) {
    sw_slice parts[] = {source, id};
    return sw_hash128_parts(parts, SW_COUNT(parts));
}

int sw_event_cmp(const sw_event *a, const sw_event *b) {
    if (a->time_ms != b->time_ms) return a->time_ms < b->time_ms ? -1 : 1;
    int order = sw_slice_cmp(a->source, b->source);
    return order ? order : sw_slice_cmp(a->id, b->id);
}

const char *sw_reject_code(sw_err err) {
    return err == SW_E_UNKNOWN ? "unknown-type" : sw_err_name(err);
}

void sw_event_find(sw_event_reader *r, sw_err code, const sw_json *node, sw_slice field,
                   const char *hint, const char *fmt, ...) {
    uint32_t line = 0, col = 0;
    char path[300], what[300];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    if (node) sw_json_place(r->json, node, &line, &col);
    int len = snprintf(path, sizeof path, "%s%.*s", r->prefix, SW_FMT(field));
    if (field.len == 0 && len > 0) path[len - 1] = '\0';   /* the prefix without its point */
    what[sw_utf8_valid_bytes(sw_slice_cstr(what))] = '\0'; /* cut within a character */
    sw_diag_at(r->diags, code, line, col, path, hint, "%s", what);
    if (!r->err) r->err = code;
}

void sw_event_find_full(sw_event_reader *r) {
    sw_event_find(r, SW_E_LIMIT, NULL, SW_SLICE_NONE, "send less in one event",
                  "the event needs too much memory");
}

static void find(sw_event_reader *r, sw_err code, const sw_json *node, enum attribute attribute,
                 const char *hint, const char *what) {
    sw_event_find(r, code, node, names[attribute], hint, "%s", what);
}

static int attribute_of(sw_slice name) {
    for (int i = 0; i < ATTRIBUTE_COUNT; i++)
        if (sw_slice_eq(name, names[i])) return i;
    return ATTRIBUTE_COUNT;
}

/* CloudEvents 1.0.2, 3: names of lower-case letters and digits, values that are no lists or
 * objects. */
static void check_extension(sw_event_reader *r, const sw_json *node) {
    sw_slice name = node->name;
    if (sw_slice_is(name, "data_base64")) {
        sw_event_find(r, SW_E_TYPE, node, name, "send the data as a JSON object in \"data\"",
                      "binary data can't be read");
        return;
    }
    bool fit = name.len > 0;
    for (size_t i = 0; i < name.len; i++)
        fit = fit && ((name.ptr[i] >= 'a' && name.ptr[i] <= 'z') ||
                      (name.ptr[i] >= '0' && name.ptr[i] <= '9'));
    if (!fit) {
        const char *near = NULL;
        char hint[100];
        for (int i = 0; i < ATTRIBUTE_COUNT && !near; i++)
            near = sw_nearest(name, &names[i].ptr, 1);
        snprintf(hint, sizeof hint, "did you mean '%s'?", near ? near : "");
        sw_event_find(r, SW_E_INVALID, node, name,
                      near ? hint : "put fields of the event into \"data\"",
                      "names of attributes are lower-case letters and digits");
    } else if (node->kind == SW_JSON_ARRAY || node->kind == SW_JSON_OBJECT) {
        sw_event_find(r, SW_E_TYPE, node, name, "put it into \"data\"", "an attribute can't be %s",
                      sw_json_kind_name(node->kind));
    }
}

static bool sort_attributes(sw_event_reader *r, const sw_json *root, attributes *ret) {
    *ret = (attributes){.root = root};
    if (root->kind != SW_JSON_OBJECT) {
        sw_event_find(r, SW_E_TYPE, root, SW_SLICE_NONE,
                      "send one CloudEvent as {\"specversion\": \"1.0\", …}", "%s is no event",
                      sw_json_kind_name(root->kind));
        return false;
    }
    for (const sw_json *m = root->first; m; m = m->next) {
        if (m->kind == SW_JSON_NULL) continue; /* as if it were not there */
        int attribute = attribute_of(m->name);
        if (attribute < ATTRIBUTE_COUNT) {
            ret->nodes[attribute] = m;
            continue;
        }
        check_extension(r, m);
        if (!ret->extra) ret->extra = sw_arena_alloc(r->arena, root->count * sizeof *ret->extra);
        if (!ret->extra) {
            sw_event_find_full(r);
            return false;
        }
        ret->extra[ret->extra_count++] = m;
    }
    return true;
}

/* A text attribute that is fit to be an id; empty where there is none. */
static sw_slice read_id(sw_event_reader *r, const attributes *given, enum attribute attribute,
                        const char *missing_hint) {
    const sw_json *node = given->nodes[attribute];
    if (!node) {
        if (missing_hint)
            find(r, SW_E_MISSING, given->root, attribute, missing_hint, "the attribute is missing");
        return SW_SLICE_NONE;
    }
    if (node->kind != SW_JSON_STRING) {
        find(r, SW_E_TYPE, node, attribute, "write it in double quotes",
             "the attribute is no text");
        return SW_SLICE_NONE;
    }
    const char *fault = sw_event_id_fault(node->text);
    if (fault) {
        sw_err code = node->text.len > SW_EVENT_ID_BYTES_MAX ? SW_E_LIMIT : SW_E_INVALID;
        find(r, code, node, attribute,
             missing_hint ? "give it an id that stays the same when it is sent again"
                          : "leave the attribute out where there is no value",
             fault);
    }
    return node->text;
}

static void read_orgcode(sw_event_reader *r, const attributes *given, sw_event *event) {
    const sw_json *node = given->nodes[ORGCODE];
    if (!node) return;
    if (node->kind != SW_JSON_STRING) {
        find(r, SW_E_TYPE, node, ORGCODE, "write it in double quotes: codes are texts",
             "the attribute is no text");
        return;
    }
    bool fit = node->text.len == 12;
    for (size_t i = 0; i < node->text.len; i++)
        fit = fit && node->text.ptr[i] >= '0' && node->text.ptr[i] <= '9';
    if (!fit)
        find(r, SW_E_INVALID, node, ORGCODE,
             "write all twelve digits, for example \"320981010000\"",
             "the code of a unit is twelve digits");
    event->orgcode = node->text;
}

/* SW_TIME_NONE where there is none. */
static int64_t read_time(sw_event_reader *r, const attributes *given, enum attribute attribute) {
    const sw_json *node = given->nodes[attribute];
    int64_t ms = SW_TIME_NONE;
    if (!node) return ms;
    sw_err err = node->kind == SW_JSON_STRING ? sw_time_parse_ms(node->text, &ms) : SW_E_TYPE;
    if (err == SW_E_RANGE)
        find(r, err, node, attribute, "check the year",
             "the time is not within the years 1 to 9999");
    else if (err)
        find(r, SW_E_TYPE, node, attribute, TIME_HINT, "the attribute is no RFC 3339 time");
    return ms;
}

static void check_constants(sw_event_reader *r, const attributes *given) {
    const sw_json *version = given->nodes[SPECVERSION], *type = given->nodes[DATACONTENTTYPE];
    if (!version)
        find(r, SW_E_MISSING, given->root, SPECVERSION, "add \"specversion\": \"1.0\"",
             "the attribute is missing");
    else if (version->kind != SW_JSON_STRING || !sw_slice_is(version->text, "1.0"))
        find(r, SW_E_INVALID, version, SPECVERSION, "write \"specversion\": \"1.0\"",
             "only CloudEvents 1.0 can be read");
    if (!type) return;
    static const char json[] = "application/json";
    sw_slice text = type->kind == SW_JSON_STRING ? type->text : SW_SLICE_NONE;
    bool fit = text.len >= sizeof json - 1;
    for (size_t i = 0; fit && i < sizeof json - 1; i++)
        fit = (text.ptr[i] | 0x20) == (json[i] | 0x20);
    if (fit && text.len > sizeof json - 1) fit = strchr("; \t", text.ptr[sizeof json - 1]) != NULL;
    if (!fit)
        find(r, SW_E_INVALID, type, DATACONTENTTYPE, "leave it out, or write \"application/json\"",
             "only data in JSON can be read");
}

static void read_type(sw_event_reader *r, const attributes *given, sw_event *event) {
    sw_slice name = read_id(r, given, TYPE, "name an event type of the catalogue");
    if (name.len == 0) return;
    event->type = sw_catalogue_find(r->cat, name);
    if (event->type) return;
    char hint[200];
    sw_slice near = sw_catalogue_nearest(r->cat, name);
    snprintf(hint, sizeof hint, "did you mean '%.*s'?", SW_FMT(near));
    int shown = name.len > 128 ? 128 : (int)name.len;
    sw_event_find(r, SW_E_UNKNOWN, given->nodes[TYPE], SW_S("type"),
                  near.len ? hint : "declare the type in the catalogue, or correct its name",
                  "the catalogue has no event type '%.*s'", shown, name.ptr);
}

static void read_attributes(sw_event_reader *r, const attributes *given, sw_event *event) {
    check_constants(r, given);
    event->id = read_id(r, given, ID, "give it an id that stays the same when it is sent again");
    event->source = read_id(r, given, SOURCE, "name the system that the event comes from");
    event->subject = read_id(r, given, SUBJECT, NULL);
    event->officerid = read_id(r, given, OFFICERID, NULL);
    read_orgcode(r, given, event);
    read_type(r, given, event);
    if (!given->nodes[TIME])
        find(r, SW_E_MISSING, given->root, TIME,
             "say when it happened; it is never made up from arrival", "the attribute is missing");
    event->time_ms = read_time(r, given, TIME);
    if (given->nodes[TIME]) event->time_text = given->nodes[TIME]->text;
    event->recorded_ms = read_time(r, given, RECORDEDTIME);
    event->received_ms = read_time(r, given, RECEIVEDTIME);
    event->extra_attributes = sw_event_extra(r, given->extra, given->extra_count);
}

static bool is_correction(const sw_event_type *type) {
    return type && type->index < SW_TYPE_BUILTIN_COUNT;
}

static void finish(sw_event_reader *r, sw_event *event) {
    if (r->err) return;
    event->identity = sw_event_identity(event->source, event->id);
    if (sw_event_content(event, &event->content) != SW_OK) sw_event_find_full(r);
}

/* The identity of a replacement is that of the event that it replaces: it may be left out, but not
 * be another. */
static void take_identity(sw_event_reader *r, attributes *given, const sw_event *correction) {
    static const enum attribute parts[] = {
        [SW_CORRECTION_ID] = ID, [SW_CORRECTION_SOURCE] = SOURCE};
    static const sw_json version = {.kind = SW_JSON_STRING, .text = {"1.0", 3}};
    if (!given->nodes[SPECVERSION]) given->nodes[SPECVERSION] = &version;
    sw_json *made = sw_arena_zero(r->arena, SW_CORRECTION_FIELD_COUNT, sizeof *made);
    if (!made) {
        sw_event_find_full(r);
        return;
    }
    for (int i = 0; i < SW_CORRECTION_FIELD_COUNT; i++) {
        const sw_json *node = given->nodes[parts[i]];
        sw_slice wanted = correction->fields[i].s;
        made[i] = (sw_json){.kind = SW_JSON_STRING, .text = wanted, .at = given->root->at};
        given->nodes[parts[i]] = &made[i];
        if (node && (node->kind != SW_JSON_STRING || !sw_slice_eq(node->text, wanted)))
            find(r, SW_E_INVALID, node, parts[i],
                 "leave it out: the replacement keeps the identity of what it replaces",
                 "the replacement has another identity than the event that it corrects");
    }
}

static const sw_event *read_replacement(sw_event_reader *r, const sw_json *node,
                                        const sw_event *correction) {
    attributes given;
    sw_event *event = sw_arena_zero(r->arena, 1, sizeof *event);
    if (!event) {
        sw_event_find_full(r);
        return NULL;
    }
    const char *before = r->prefix;
    r->prefix = "data.event.";
    if (sort_attributes(r, node, &given)) {
        take_identity(r, &given, correction);
        read_attributes(r, &given, event);
        if (is_correction(event->type))
            find(r, SW_E_INVALID, given.nodes[TYPE], TYPE, "correct the first event again instead",
                 "corrections are not corrected");
        else if (event->type)
            sw_event_read_data(r, given.nodes[DATA], event, &node);
        finish(r, event);
    }
    r->prefix = before;
    return event;
}

/* What event.retracted and event.corrected say, from data that has been read. */
static void read_correction(sw_event_reader *r, const attributes *given, const sw_json *replacement,
                            sw_event *event) {
    sw_correction *correction = sw_arena_zero(r->arena, 1, sizeof *correction);
    if (!correction) {
        sw_event_find_full(r);
        return;
    }
    const sw_value *id = &event->fields[SW_CORRECTION_ID];
    const sw_value *source = &event->fields[SW_CORRECTION_SOURCE];
    if (id->kind != SW_STRING || source->kind != SW_STRING) return; /* found already */
    const char *fault = sw_event_id_fault(id->s);
    if (!fault) fault = sw_event_id_fault(source->s);
    bool self = sw_slice_eq(id->s, event->id) && sw_slice_eq(source->s, event->source);
    if (fault || self)
        sw_event_find(r, SW_E_INVALID, given->nodes[DATA], SW_S("data.id"),
                      "name source and id of the event that is to be corrected", "%s",
                      fault ? fault : "an event can't correct itself");
    *correction = (sw_correction){.source = source->s, .id = id->s};
    correction->identity = sw_event_identity(source->s, id->s);
    event->correction = correction;
    if (event->type->index != SW_TYPE_CORRECTED) return;
    if (replacement)
        correction->replacement = read_replacement(r, replacement, event);
    else
        sw_event_find(r, SW_E_MISSING, given->nodes[DATA], SW_S("data.event"),
                      "give the whole event as it should have been", "the replacement is missing");
}

static void read_event(sw_event_reader *r, const sw_json *root, sw_event *event) {
    attributes given;
    const sw_json *replacement = NULL;
    if (!sort_attributes(r, root, &given)) return;
    read_attributes(r, &given, event);
    if (!event->type) return;
    sw_event_read_data(r, given.nodes[DATA], event, &replacement);
    if (is_correction(event->type) && event->fields) read_correction(r, &given, replacement, event);
    finish(r, event);
}

sw_err sw_event_from_node(sw_arena *arena, const sw_catalogue *cat, sw_slice json,
                          const sw_json *node, sw_diags *diags, sw_event **ret) {
    SW_ASSERT(arena && cat && node && ret);
    sw_event_reader r = {.arena = arena, .cat = cat, .diags = diags, .json = json, .prefix = ""};
    sw_event *event = sw_arena_zero(arena, 1, sizeof *event);
    if (!event) {
        sw_event_find_full(&r);
        return r.err;
    }
    read_event(&r, node, event);
    if (r.err) return r.err;
    *ret = event;
    return SW_OK;
}

sw_err sw_event_from_json(sw_arena *arena, const sw_catalogue *cat, sw_slice json, sw_diags *diags,
                          sw_event **ret) {
    SW_ASSERT(arena && cat && ret);
    const sw_json *node;
    if (json.len > SW_EVENT_BYTES_MAX)
        return sw_diag_at(diags, SW_E_LIMIT, 0, 0, NULL, "send large things by reference",
                          "the event is over 1 MiB");
    sw_err err = sw_json_parse(arena, json, (sw_json_limits){.nodes_max = NODES_MAX}, diags, &node);
    return err ? err : sw_event_from_node(arena, cat, json, node, diags, ret);
}
