#include "civil/zone.h"
#include "seawall/import/import.h"
#include "text/json.h"
#include "text/yaml.h"

#define MAP_BYTES_MAX   ((size_t)4 << 20)
#define EVENT_BYTES_MAX ((size_t)1 << 20)

/* "{case}-{index}" cut into literals and names. */
typedef struct piece {
    sw_slice text;
    bool is_name;
} piece;

typedef struct template {
    const piece *pieces;
    uint32_t count;
    uint32_t line, col;
}
template;

typedef struct entry_field {
    const sw_field *field;
    template value;
} entry_field;

typedef struct map_entry {
    sw_slice activity;
    const sw_event_type *type; /* NULL: skip */
    template id, subject;
    const entry_field *fields;
    uint32_t field_count;
} map_entry;

struct sw_import_map {
    const sw_catalogue *catalogue;
    const sw_zone *zone;
    sw_slice source;
    template activity, time, id, subject, orgcode, officerid, recordedtime;
    const map_entry *entries;
    uint32_t entry_count;
};

typedef struct loading {
    sw_arena *arena;
    sw_diags *diags;
    sw_import_map *map;
} loading;

static void wrong(loading *l, const sw_yaml *at, sw_err code, const char *hint, const char *what,
                  sw_slice word) {
    sw_diag_at(l->diags, code, at ? at->line : 0, at ? at->col : 0, NULL, hint, "%s%s%.*s%s", what,
               word.len ? " '" : "", SW_FMT(word), word.len ? "'" : "");
}

/* ---- templates */

static bool add_piece(loading *l, piece *pieces, uint32_t *count, sw_slice text, bool is_name) {
    if (text.len == 0 && !is_name) return true;
    if (!sw_arena_copy(l->arena, text, &text)) return false;
    pieces[(*count)++] = (piece){text, is_name};
    return true;
}

static void read_template(loading *l, const sw_yaml *node, template *ret) {
    *ret = (template){0};
    if (!node) return;
    if (node->kind == SW_YAML_SEQ || node->kind == SW_YAML_MAP) {
        wrong(l, node, SW_E_TYPE, "write a text like '{case}-{index}'", "a template is a text",
              SW_SLICE_NONE);
        return;
    }
    sw_slice text = node->text;
    piece *pieces = sw_arena_zero(l->arena, text.len + 2, sizeof *pieces);
    if (!pieces) {
        wrong(l, node, SW_E_LIMIT, NULL, "the map is too large", SW_SLICE_NONE);
        return;
    }
    uint32_t count = 0;
    size_t from = 0;
    for (size_t i = 0; i <= text.len; i++) {
        bool end = i == text.len;
        if (!end && text.ptr[i] != '{') continue;
        add_piece(l, pieces, &count, sw_slice_sub(text, from, i), false);
        if (end) break;
        const char *close = memchr(text.ptr + i, '}', text.len - i);
        if (!close || close == text.ptr + i + 1) {
            wrong(l, node, SW_E_SYNTAX, "write {name}, with the name of an attribute",
                  "a { without name and } in", text);
            return;
        }
        size_t stop = (size_t)(close - text.ptr);
        add_piece(l, pieces, &count, sw_slice_sub(text, i + 1, stop), true);
        from = stop + 1;
        i = stop;
    }
    *ret = (template){pieces, count, node->line, node->col};
}

/* False: a name that the row does not carry; `ret_missing` says which. */
static bool find_value(const sw_import_row *row, sw_slice name, sw_slice *ret) {
    for (uint32_t i = 0; i < row->attribute_count; i++) {
        if (!sw_slice_eq(row->attributes[i].name, name)) continue;
        *ret = row->attributes[i].value;
        return true;
    }
    return false;
}

static bool fill(const template *t, const sw_import_row *row, sw_arena *arena, sw_slice *ret,
                 sw_slice *ret_missing) {
    sw_buf out;
    bool ok = true;
    sw_buf_init(&out, EVENT_BYTES_MAX);
    for (uint32_t i = 0; ok && i < t->count; i++) {
        const piece *p = &t->pieces[i];
        sw_slice value;
        if (!p->is_name) {
            sw_buf_add(&out, p->text);
        } else if (find_value(row, p->text, &value)) {
            sw_buf_add(&out, value);
        } else if (sw_slice_is(p->text, "index")) {
            sw_buf_add_int(&out, (int64_t)row->index);
        } else if (sw_slice_is(p->text, "line")) {
            sw_buf_add_int(&out, (int64_t)row->line);
        } else {
            *ret_missing = p->text;
            ok = false;
        }
    }
    ok = ok && !out.err && sw_arena_copy(arena, sw_buf_slice(&out), ret);
    sw_buf_done(&out);
    return ok;
}

/* ---- the map file */

static const sw_yaml *need(loading *l, const sw_yaml *root, const char *key, const char *hint) {
    const sw_yaml *node = sw_yaml_get(root, key);
    if (!node) wrong(l, root, SW_E_MISSING, hint, "missing:", sw_slice_cstr(key));
    return node;
}

static void check_keys(loading *l, const sw_yaml *map, const char *const *names, size_t count) {
    const sw_yaml_keys keys = {.names = names, .count = count};
    (void)sw_yaml_check_keys(map, &keys, l->diags);
}

static uint32_t count_children(const sw_yaml *node) {
    return node ? node->count : 0;
}

static void read_fields(loading *l, const sw_yaml *data, map_entry *entry) {
    entry_field *fields = sw_arena_zero(l->arena, count_children(data), sizeof *fields);
    for (const sw_yaml *node = data && fields ? data->first : NULL; node; node = node->next) {
        int32_t index = sw_event_type_field(entry->type, node->key);
        if (index < 0) {
            sw_diag_at(l->diags, SW_E_UNKNOWN, node->key_line, node->key_col, NULL,
                       "declare it in the catalogue", "%.*s has no field '%.*s'",
                       SW_FMT(entry->type->name), SW_FMT(node->key));
            continue;
        }
        entry_field *field = &fields[entry->field_count++];
        field->field = &entry->type->fields[index];
        read_template(l, node, &field->value);
    }
    entry->fields = fields;
}

static void read_entry(loading *l, const sw_yaml *node, map_entry *entry) {
    static const char *const keys[] = {"type", "id", "subject", "data"};
    entry->activity = node->key;
    if (node->kind == SW_YAML_STRING && sw_slice_is(node->text, "skip")) return;
    if (node->kind != SW_YAML_MAP) {
        wrong(l, node, SW_E_TYPE, "write {type: …, data: {…}} or skip", "not an entry for",
              node->key);
        return;
    }
    check_keys(l, node, keys, SW_COUNT(keys));
    const sw_yaml *type = need(l, node, "type", "name an event type of the catalogue");
    if (!type) return;
    entry->type = sw_catalogue_find(l->map->catalogue, type->text);
    if (!entry->type) {
        sw_slice near = sw_catalogue_nearest(l->map->catalogue, type->text);
        sw_slice hint = near.len ? sw_arena_printf(l->arena, "did you mean %.*s?", SW_FMT(near))
                                 : SW_SLICE_NONE;
        wrong(l, type, SW_E_UNKNOWN, hint.ptr, "the catalogue has no event type", type->text);
        return;
    }
    read_template(l, sw_yaml_get(node, "id"), &entry->id);
    read_template(l, sw_yaml_get(node, "subject"), &entry->subject);
    const sw_yaml *data = sw_yaml_get(node, "data");
    if (data && data->kind != SW_YAML_MAP)
        wrong(l, data, SW_E_TYPE, NULL, "data is a map of fields", SW_SLICE_NONE);
    read_fields(l, data && data->kind == SW_YAML_MAP ? data : NULL, entry);
}

static void read_head(loading *l, const sw_yaml *root) {
    sw_import_map *map = l->map;
    const sw_yaml *source =
        need(l, root, "source", "the CloudEvents source of all events, like urn:old-system");
    if (source) map->source = source->text;
    const sw_yaml *zone = sw_yaml_get(root, "timezone");
    if (zone && sw_zone_load(l->arena, zone->text, &map->zone) != SW_OK)
        wrong(l, zone, SW_E_UNKNOWN, "use an IANA name like Asia/Shanghai", "there is no time zone",
              zone->text);
    read_template(
        l, need(l, root, "activity", "the template that says what happened, like '{concept:name}'"),
        &map->activity);
    read_template(l, need(l, root, "time", "the template of the time, like '{time:timestamp}'"),
                  &map->time);
    read_template(
        l,
        need(l, root, "id", "the template of the event's id, like '{case:concept:name}-{index}'"),
        &map->id);
    read_template(l, sw_yaml_get(root, "subject"), &map->subject);
    read_template(l, sw_yaml_get(root, "orgcode"), &map->orgcode);
    read_template(l, sw_yaml_get(root, "officerid"), &map->officerid);
    read_template(l, sw_yaml_get(root, "recordedtime"), &map->recordedtime);
}

static void read_map(loading *l, const sw_yaml *root) {
    static const char *const keys[] = {"apiVersion", "kind",      "source",       "timezone",
                                       "activity",   "time",      "id",           "subject",
                                       "orgcode",    "officerid", "recordedtime", "events"};
    if (root->kind != SW_YAML_MAP) {
        wrong(l, root, SW_E_TYPE, "see docs/import.md", "a map file is a map", SW_SLICE_NONE);
        return;
    }
    check_keys(l, root, keys, SW_COUNT(keys));
    const sw_yaml *kind = sw_yaml_get(root, "kind");
    if (!kind || !sw_slice_is(kind->text, "ImportMap"))
        wrong(l, kind ? kind : root, SW_E_INVALID, "write kind: ImportMap", "not an import map",
              SW_SLICE_NONE);
    read_head(l, root);
    const sw_yaml *events = need(l, root, "events", "one entry for each activity");
    if (!events || events->kind != SW_YAML_MAP) return;
    map_entry *entries = sw_arena_zero(l->arena, events->count, sizeof *entries);
    for (const sw_yaml *node = entries ? events->first : NULL; node; node = node->next)
        read_entry(l, node, &entries[l->map->entry_count++]);
    l->map->entries = entries;
}

sw_err sw_import_map_load(sw_arena *arena, const sw_catalogue *catalogue, const char *path,
                          sw_diags *diags, const sw_import_map **ret) {
    sw_import_map *map = sw_arena_zero(arena, 1, sizeof *map);
    const sw_yaml *root;
    sw_slice text;
    if (!map) return SW_E_LIMIT;
    diags->file = sw_slice_cstr(path);
    sw_err err = sw_file_read(arena, path, MAP_BYTES_MAX, diags, &text);
    if (!err) err = sw_yaml_parse(arena, text, diags, &root);
    if (err) return err;
    uint32_t before = diags->count;
    map->catalogue = catalogue;
    read_map(&(loading){arena, diags, map}, root);
    if (diags->count > before) return SW_E_INVALID;
    *ret = map;
    return SW_OK;
}

/* ---- from a row to an event */

typedef struct making {
    const sw_import_map *map;
    const sw_import_row *row;
    sw_arena *arena;
    sw_diags *diags;
    sw_buf json;
} making;

static sw_err add_text(making *m, const char *name, const template *t, bool required) {
    sw_slice value, missing = SW_SLICE_NONE;
    if (t->count == 0) return SW_OK;
    if (!fill(t, m->row, m->arena, &value, &missing)) {
        if (missing.len == 0) return SW_E_LIMIT;
        if (!required) return SW_OK;
        return sw_diag_at(m->diags, SW_E_MISSING, 0, 0, name, "the map names it",
                          "the row has no '%.*s'", SW_FMT(missing));
    }
    sw_buf_printf(&m->json, ",\"%s\":", name);
    sw_json_write_string(&m->json, value);
    return m->json.err;
}

/* A time with an offset stays as it is spelt; one without gets that of the map's time zone. */
static sw_err to_time(making *m, const char *field, sw_slice text, sw_buf *out) {
    int64_t ms;
    if (sw_time_parse_ms(text, &ms) == SW_OK) return sw_buf_add(out, text);
    sw_slice local =
        sw_arena_printf(m->arena, "%.*s%sZ", SW_FMT(text), text.len == 10 ? "T00:00:00" : "");
    char *space = local.ptr ? memchr(local.ptr, ' ', local.len) : NULL;
    if (space) *space = 'T';
    if (!m->map->zone || sw_time_parse_ms(local, &ms) != SW_OK)
        return sw_diag_at(m->diags, SW_E_SYNTAX, 0, 0, field,
                          m->map->zone ? "use RFC 3339, like 2026-03-01T09:00:00+08:00"
                                       : "give the map a timezone for times without offset",
                          "'%.*s' is not a time", SW_FMT(text));
    int64_t instant = sw_zone_from_local(m->map->zone, ms);
    sw_time_write(out, instant, sw_zone_offset(m->map->zone, instant));
    return out->err;
}

static sw_err add_time(making *m, const char *name, const template *t) {
    sw_slice value, missing = SW_SLICE_NONE;
    if (t->count == 0) return SW_OK;
    if (!fill(t, m->row, m->arena, &value, &missing))
        return sw_diag_at(m->diags, SW_E_MISSING, 0, 0, name, "the map names it",
                          "the row has no '%.*s'", SW_FMT(missing));
    sw_buf_printf(&m->json, ",\"%s\":\"", name);
    sw_err err = to_time(m, name, value, &m->json);
    if (!err) sw_buf_add_byte(&m->json, '"');
    return err;
}

static bool is_number(sw_slice s) {
    for (size_t i = 0; i < s.len; i++)
        if (!strchr("0123456789+-.eE", s.ptr[i])) return false;
    return s.len > 0;
}

/* The text as the JSON that the declared type asks for; what is no such value stays a text, and is
 * refused as one. */
static sw_err add_value(making *m, const sw_field *field, sw_slice text) {
    bool numeric = field->type == SW_INT || field->type == SW_DOUBLE;
    if (field->list) sw_buf_add_byte(&m->json, '[');
    if (field->type == SW_TIMESTAMP) {
        sw_slice name = sw_arena_printf(m->arena, "data.%.*s", SW_FMT(field->name));
        sw_buf_add_byte(&m->json, '"');
        sw_err err = to_time(m, name.ptr, text, &m->json);
        if (err) return err;
        sw_buf_add_byte(&m->json, '"');
    } else if ((numeric && is_number(text)) ||
               (field->type == SW_BOOL &&
                (sw_slice_is(text, "true") || sw_slice_is(text, "false")))) {
        sw_buf_add(&m->json, text);
    } else {
        sw_json_write_string(&m->json, text);
    }
    if (field->list) sw_buf_add_byte(&m->json, ']');
    return m->json.err;
}

static sw_err add_data(making *m, const map_entry *entry) {
    bool first = true;
    sw_buf_add_cstr(&m->json, ",\"data\":{");
    for (uint32_t i = 0; i < entry->field_count; i++) {
        sw_slice value, missing = SW_SLICE_NONE;
        if (!fill(&entry->fields[i].value, m->row, m->arena, &value, &missing))
            continue; /* absent; the catalogue demands what it must */
        if (!first) sw_buf_add_byte(&m->json, ',');
        first = false;
        sw_json_write_string(&m->json, entry->fields[i].field->name);
        sw_buf_add_byte(&m->json, ':');
        sw_err err = add_value(m, entry->fields[i].field, value);
        if (err) return err;
    }
    return sw_buf_add_cstr(&m->json, "}}");
}

static sw_err write_event(making *m, const map_entry *entry) {
    const sw_import_map *map = m->map;
    sw_buf_add_cstr(&m->json, "{\"specversion\":\"1.0\",\"type\":");
    sw_json_write_string(&m->json, entry->type->name);
    sw_buf_add_cstr(&m->json, ",\"source\":");
    sw_json_write_string(&m->json, map->source);
    sw_err err = add_text(m, "id", entry->id.count ? &entry->id : &map->id, true);
    if (!err)
        err = add_text(m, "subject", entry->subject.count ? &entry->subject : &map->subject, false);
    if (!err) err = add_time(m, "time", &map->time);
    if (!err) err = add_text(m, "orgcode", &map->orgcode, false);
    if (!err) err = add_text(m, "officerid", &map->officerid, false);
    if (!err) err = add_time(m, "recordedtime", &map->recordedtime);
    return err ? err : add_data(m, entry);
}

static const map_entry *find_entry(const sw_import_map *map, sw_slice activity) {
    for (uint32_t i = 0; i < map->entry_count; i++)
        if (sw_slice_eq(map->entries[i].activity, activity)) return &map->entries[i];
    return NULL;
}

sw_err sw_import_convert(const sw_import_map *map, const sw_import_row *row, sw_arena *arena,
                         sw_diags *diags, sw_event **ret) {
    making m = {map, row, arena, diags, {0}};
    sw_slice activity, missing = SW_SLICE_NONE, json;
    if (!fill(&map->activity, row, arena, &activity, &missing))
        return sw_diag_at(diags, SW_E_MISSING, 0, 0, "activity", "the map names it",
                          "the row has no '%.*s'", SW_FMT(missing));
    const map_entry *entry = find_entry(map, activity);
    if (!entry)
        return sw_diag_at(diags, SW_E_UNKNOWN, 0, 0, "activity",
                          "give it an entry in the map, or write skip",
                          "the map has no entry for '%.*s'", SW_FMT(activity));
    if (!entry->type) {
        *ret = NULL;
        return SW_OK;
    }
    sw_buf_init(&m.json, EVENT_BYTES_MAX);
    sw_err err = write_event(&m, entry);
    if (!err && !sw_arena_copy(arena, sw_buf_slice(&m.json), &json)) err = SW_E_LIMIT;
    sw_buf_done(&m.json);
    return err ? err : sw_event_from_json(arena, map->catalogue, json, diags, ret);
}
