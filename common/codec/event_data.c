#include <stdio.h>

#include "codec/event_read.h"
#include "text/utf8.h"

#define EVENT_MEMBER SW_S("event")

const char *sw_event_id_fault(sw_slice text) {
    if (text.len == 0) return "it is empty";
    if (text.len > SW_EVENT_ID_BYTES_MAX) return "it is longer than 512 bytes";
    return sw_utf8_has_control(text) ? "it holds a control character" : NULL;
}

static sw_err read_scalar(const sw_field *field, const sw_json *node, sw_slice **spelt,
                          sw_value *ret) {
    sw_err err = SW_OK;
    sw_json_kind wanted = field->type == SW_BOOL                              ? SW_JSON_BOOL
                          : field->type == SW_INT || field->type == SW_DOUBLE ? SW_JSON_NUMBER
                                                                              : SW_JSON_STRING;
    if (node->kind != wanted) return SW_E_TYPE;
    *ret = (sw_value){.kind = field->type};
    switch (field->type) {
    case SW_BOOL:
        ret->b = node->truth;
        break;
    case SW_INT:
        err = sw_json_integral(node, &ret->i);
        break;
    case SW_DOUBLE:
        err = sw_json_double(node, &ret->d);
        if (!err && ret->d == 0) ret->d = 0; /* JSON's -0 is no other number */
        break;
    case SW_TIMESTAMP:
        err = sw_time_parse(node->text, &ret->t);
        if (err == SW_E_SYNTAX) err = SW_E_TYPE;
        if (!err) *(*spelt)++ = node->text;
        break;
    default:
        ret->s = node->text;
        if (memchr(node->text.ptr, '\0', node->text.len)) err = SW_E_INVALID;
        if (field->key && sw_event_id_fault(node->text)) err = SW_E_INVALID;
    }
    return err;
}

uint32_t sw_event_count_times(const sw_field *field, const sw_json *node) {
    if (field->type != SW_TIMESTAMP) return 0;
    return node->kind == SW_JSON_ARRAY ? node->count : 1;
}

sw_err sw_event_read_value(sw_arena *arena, const sw_field *field, const sw_json *node,
                           sw_slice **spelt, sw_value *ret, const sw_json **ret_at) {
    *ret_at = node;
    if (!field->list) return read_scalar(field, node, spelt, ret);
    if (node->kind != SW_JSON_ARRAY) return SW_E_TYPE;
    if (field->key && node->count > SW_EVENT_KEY_VALUES_MAX) return SW_E_FULL;
    sw_value *items = sw_arena_alloc(arena, node->count * sizeof *items);
    if (!items) return SW_E_LIMIT;
    uint32_t count = 0;
    for (const sw_json *item = node->first; item; item = item->next) {
        *ret_at = item;
        sw_err err = read_scalar(field, item, spelt, &items[count++]);
        if (err) return err;
    }
    *ret = (sw_value){.kind = SW_LIST, .count = count, .items = items};
    return SW_OK;
}

static const char *hint_for(const sw_field *field, const sw_json *node, bool item) {
    if (field->list && !item) return "write a list, for example [\"a\", \"b\"]";
    if (node->kind == SW_JSON_NULL) return "leave the item out";
    switch (field->type) {
    case SW_INT:
        return "write a whole number without quotes, for example 2";
    case SW_DOUBLE:
        return "write a number without quotes, for example 2.5";
    case SW_BOOL:
        return "write true or false without quotes";
    case SW_TIMESTAMP:
        return "write RFC 3339 with its offset, for example \"2026-03-01T09:00:00+08:00\"";
    default:
        return "write it in double quotes";
    }
}

static void find_value(sw_event_reader *r, sw_err err, const sw_field *field, const sw_json *node,
                       const sw_json *at) {
    char path[200];
    bool item = at != node;
    uint32_t index = 0;
    for (const sw_json *i = item ? node->first : at; i != at; i = i->next) index++;
    if (item)
        snprintf(path, sizeof path, "data.%.*s[%u]", SW_FMT(field->name), index);
    else
        snprintf(path, sizeof path, "data.%.*s", SW_FMT(field->name));
    sw_slice place = sw_slice_cstr(path);
    const char *name = sw_field_type_name(field), *list = field->list && !item ? "[]" : "";
    bool text = at->kind == SW_JSON_STRING || at->kind == SW_JSON_NUMBER;
    sw_slice shown = at->text; /* NULL where the value is none */
    if (shown.len > 60) shown.len = 60;
    if (field->personal) { /* findings are kept and told where nobody seals them */
        text = false;
        shown = SW_S("the number");
    }
    if (err == SW_E_LIMIT)
        sw_event_find_full(r);
    else if (err == SW_E_FULL)
        sw_event_find(r, SW_E_LIMIT, at, place, "send several events",
                      "the key has more than %d values", SW_EVENT_KEY_VALUES_MAX);
    else if (err == SW_E_INVALID)
        sw_event_find(r, err, at, place, "leave the field out where there is no value",
                      "the text can't stand here: %s",
                      field->key ? sw_event_id_fault(at->text) : "it holds a NUL character");
    else if (err == SW_E_RANGE)
        sw_event_find(r, err, at, place, "check the number", "%.*s is beyond what %s can hold",
                      SW_FMT(shown), name);
    else if (text)
        sw_event_find(r, err, at, place, hint_for(field, at, item), "%s %.*s is no %s%s",
                      sw_json_kind_name(at->kind), SW_FMT(shown), name, list);
    else
        sw_event_find(r, err, at, place, hint_for(field, at, item), "%s is no %s%s",
                      sw_json_kind_name(at->kind), name, list);
}

static void find_missing(sw_event_reader *r, const sw_json *data, const sw_field *field,
                         const sw_json *const *extra, size_t extra_count) {
    char path[200], hint[200] = "";
    const char *name = sw_arena_printf(r->arena, "%.*s", SW_FMT(field->name)).ptr;
    snprintf(path, sizeof path, "data.%.*s", SW_FMT(field->name));
    for (size_t i = 0; name && i < extra_count; i++)
        if (sw_nearest(extra[i]->name, &name, 1))
            snprintf(hint, sizeof hint, "'%.*s' is not declared: did you mean '%s'?",
                     extra[i]->name.len > 60 ? 60 : (int)extra[i]->name.len, extra[i]->name.ptr,
                     name);
    sw_event_find(r, SW_E_MISSING, data, sw_slice_cstr(path),
                  *hint ? hint : "the catalogue requires it of this type",
                  "the field is missing or null");
}

/* As canonical JSON of a small object: sorted, its values canonical. */
sw_slice sw_event_extra(sw_event_reader *r, const sw_json *const *nodes, size_t count) {
    if (count == 0) return SW_SLICE_NONE;
    sw_json *copies = sw_arena_alloc(r->arena, (count + 1) * sizeof *copies);
    if (!copies) {
        sw_event_find_full(r);
        return SW_SLICE_NONE;
    }
    for (size_t i = 0; i < count; i++) {
        copies[i] = *nodes[i];
        copies[i].next = i + 1 < count ? &copies[i + 1] : NULL;
    }
    sw_json *object = &copies[count];
    *object = (sw_json){.kind = SW_JSON_OBJECT, .count = (uint32_t)count, .first = copies};
    sw_buf buf;
    sw_slice ret = SW_SLICE_NONE;
    sw_buf_init(&buf, 8 * SW_EVENT_BYTES_MAX);
    sw_err err = sw_json_write_canonical(&buf, object, r->arena);
    if (err || !sw_arena_copy(r->arena, sw_buf_slice(&buf), &ret)) sw_event_find_full(r);
    sw_buf_done(&buf);
    return ret;
}

/* The members of data by field; what is not declared into `extra`. */
static size_t sort_members(const sw_json *data, const sw_event_type *type, const sw_json **nodes,
                           const sw_json **extra, const sw_json **ret_replacement) {
    size_t extra_count = 0;
    for (const sw_json *m = data ? data->first : NULL; m; m = m->next) {
        if (m->kind == SW_JSON_NULL) continue; /* as if it were not there */
        int32_t index = sw_event_type_field(type, m->name);
        if (index >= 0)
            nodes[index] = m;
        else if (type->index == SW_TYPE_CORRECTED && sw_slice_eq(m->name, EVENT_MEMBER))
            *ret_replacement = m;
        else
            extra[extra_count++] = m;
    }
    return extra_count;
}

static void read_fields(sw_event_reader *r, const sw_json *data, const sw_json *const *nodes,
                        const sw_json *const *extra, size_t extra_count, sw_event *event) {
    const sw_event_type *type = event->type;
    uint32_t times = 0;
    for (uint32_t i = 0; i < type->field_count; i++)
        if (nodes[i]) times += sw_event_count_times(&type->fields[i], nodes[i]);
    sw_value *values = sw_arena_zero(r->arena, type->field_count, sizeof *values);
    sw_slice *spelt = times ? sw_arena_zero(r->arena, times, sizeof *spelt) : NULL;
    if (!values || (times && !spelt)) {
        sw_event_find_full(r);
        return;
    }
    event->fields = values;
    event->spelt = spelt;
    for (uint32_t i = 0; i < type->field_count; i++) {
        const sw_json *at;
        if (!nodes[i]) {
            if (type->fields[i].required)
                find_missing(r, data, &type->fields[i], extra, extra_count);
            continue;
        }
        sw_err err =
            sw_event_read_value(r->arena, &type->fields[i], nodes[i], &spelt, &values[i], &at);
        if (err) find_value(r, err, &type->fields[i], nodes[i], at);
    }
}

void sw_event_read_data(sw_event_reader *r, const sw_json *data, sw_event *event,
                        const sw_json **ret_replacement) {
    const sw_event_type *type = event->type;
    if (data && data->kind != SW_JSON_OBJECT) {
        sw_event_find(r, SW_E_TYPE, data, SW_S("data"), "write {\"field\": value, …}",
                      "%s is no object", sw_json_kind_name(data->kind));
        return;
    }
    size_t members = data ? data->count : 0;
    const sw_json **nodes = sw_arena_zero(r->arena, type->field_count + members + 1, sizeof *nodes);
    if (!nodes) {
        sw_event_find_full(r);
        return;
    }
    const sw_json **extra = nodes + type->field_count;
    *ret_replacement = NULL;
    size_t extra_count = sort_members(data, type, nodes, extra, ret_replacement);
    read_fields(r, data, nodes, extra, extra_count, event);
    event->extra_data = sw_event_extra(r, extra, extra_count);
}
