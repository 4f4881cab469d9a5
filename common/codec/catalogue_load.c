#include "codec/catalogue_load.h"

#include <stdio.h>

#include "text/sort.h"

#define NAME_BYTES_MAX 128
#define FIELDS_MAX     1000

typedef struct loader {
    sw_arena *arena;
    sw_diags *diags;
    sw_catalogue *cat;
    sw_slice *origins; /* by type: "FILE, line N" of its declaration */
    sw_err err;
} loader;

static const char *field_of(loader *ld, sw_slice path) {
    return path.len ? sw_arena_printf(ld->arena, "%.*s", SW_FMT(path)).ptr : NULL;
}

static void find(loader *ld, sw_err code, uint32_t line, uint32_t col, sw_slice path,
                 const char *hint, const char *what) {
    sw_diag_at(ld->diags, code, line, col, field_of(ld, path), hint, "%s", what);
    if (ld->err != SW_E_LIMIT) ld->err = SW_E_INVALID;
}

static void find_value(loader *ld, sw_err code, const sw_yaml *node, sw_slice path,
                       const char *hint, const char *what) {
    find(ld, code, node->line, node->col, path, hint, what);
}

static void *take(loader *ld, size_t count, size_t size) {
    void *ptr = sw_arena_zero(ld->arena, count, size);
    if (!ptr) ld->err = SW_E_LIMIT;
    return ptr;
}

static bool is_word(sw_slice s, bool dots) {
    if (s.len == 0 || s.len > NAME_BYTES_MAX) return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        bool later = (c >= '0' && c <= '9') || (dots && (c == '.' || c == '-'));
        if (!letter && !(i > 0 && later)) return false;
    }
    return true;
}

static void check_keys(loader *ld, const sw_yaml *map, sw_slice path, const char *const *words,
                       size_t count, const char *otherwise) {
    const sw_yaml_keys keys = {words, count, NULL, field_of(ld, path), otherwise};
    if (sw_yaml_check_keys(map, &keys, ld->diags) && ld->err != SW_E_LIMIT) ld->err = SW_E_INVALID;
}

/* A text, or empty where there is none. */
static sw_slice read_text(loader *ld, const sw_yaml *map, const char *key, sw_slice path) {
    const sw_yaml *node = sw_yaml_get(map, key);
    if (!node) return SW_SLICE_NONE;
    if (node->kind == SW_YAML_STRING) return node->text;
    char what[100];
    snprintf(what, sizeof what, "'%s' is %s, not a text", key, sw_yaml_kind_names[node->kind]);
    find_value(ld, SW_E_TYPE, node, path, "write a text, in quotes if need be", what);
    return SW_SLICE_NONE;
}

static bool read_flag(loader *ld, const sw_yaml *map, const char *key, sw_slice path) {
    const sw_yaml *node = sw_yaml_get(map, key);
    if (!node) return false;
    if (node->kind == SW_YAML_BOOL) return node->truth;
    char what[100];
    snprintf(what, sizeof what, "'%s' is %s, not true or false", key,
             sw_yaml_kind_names[node->kind]);
    find_value(ld, SW_E_TYPE, node, path, "write true or false", what);
    return false;
}

static bool type_of(sw_slice text, sw_value_kind *ret, bool *ret_list) {
    static const struct {
        const char *name;
        sw_value_kind kind;
    } types[] = {{"string", SW_STRING},
                 {"int", SW_INT},
                 {"double", SW_DOUBLE},
                 {"bool", SW_BOOL},
                 {"timestamp", SW_TIMESTAMP}};
    *ret_list = sw_slice_ends(text, SW_S("[]"));
    if (*ret_list) text.len -= 2;
    for (size_t i = 0; i < SW_COUNT(types); i++) {
        if (!sw_slice_is(text, types[i].name)) continue;
        *ret = types[i].kind;
        return true;
    }
    return false;
}

static void read_type(loader *ld, const sw_yaml *node, sw_slice path, sw_field *field) {
    static const char *const names[] = {"string",   "int",   "double",   "bool",   "timestamp",
                                        "string[]", "int[]", "double[]", "bool[]", "timestamp[]"};
    static const char *const all =
        "the types are string int double bool timestamp, and each with []";
    field->type = SW_STRING;
    if (node->kind != SW_YAML_STRING) {
        find_value(ld, SW_E_TYPE, node, path, all, "the type of the field is not a word");
    } else if (!type_of(node->text, &field->type, &field->list)) {
        char what[200];
        snprintf(what, sizeof what, "unknown type '%.*s'", SW_FMT(node->text));
        find_value(ld, SW_E_UNKNOWN, node, path,
                   sw_did_you_mean(ld->arena, node->text, names, SW_COUNT(names), all), what);
    }
}

static void read_values(loader *ld, const sw_yaml *map, sw_slice path, sw_field *field) {
    const sw_yaml *list = sw_yaml_get(map, "values");
    if (!list) return;
    if (list->kind != SW_YAML_SEQ) {
        find_value(ld, SW_E_TYPE, list, path, "write [a, b]", "'values' is not a list");
        return;
    }
    sw_slice *values = take(ld, list->count, sizeof *values);
    if (!values) return;
    for (const sw_yaml *item = list->first; item; item = item->next) {
        if (item->kind == SW_YAML_SEQ || item->kind == SW_YAML_MAP)
            find_value(ld, SW_E_TYPE, item, path, "write a word", "a known value is not a scalar");
        values[field->value_count++] = item->text;
    }
    field->values = values;
}

static void add_key(loader *ld, sw_field *field, sw_slice name) {
    if (sw_catalogue_key_find(ld->cat, name, &field->key_id)) return;
    SW_ASSERT(ld->cat->key_count < ld->cat->key_max);
    field->key_id = ld->cat->key_count;
    ld->cat->keys[ld->cat->key_count++] = name;
}

static void read_key(loader *ld, const sw_yaml *map, sw_slice path, sw_field *field) {
    const sw_yaml *of = sw_yaml_get(map, "of"), *key = sw_yaml_get(map, "key");
    sw_slice name = read_text(ld, map, "of", path);
    field->key = read_flag(ld, map, "key", path);
    if (of && !field->key)
        find_value(ld, SW_E_INVALID, of, path, "add key: true, or leave 'of' out",
                   "'of' stands beside a field that is no key");
    if (of && name.len && !is_word(name, false))
        find_value(ld, SW_E_INVALID, of, path, "write letters, digits and _",
                   "the name of the key is no field name");
    if (!field->key) return;
    if (field->type != SW_STRING && field->type != SW_INT)
        find_value(ld, SW_E_TYPE, key, path, "declare it as string or int",
                   "only a string or an int can be a key");
    if (field->personal)
        find_value(ld, SW_E_INVALID, key, path,
                   "carry a keyed hash in another field, and make that the key",
                   "a personal field can't be a key, which every record shows in the clear");
    add_key(ld, field, name.len ? name : field->name);
}

static void read_field(loader *ld, const sw_yaml *node, sw_slice type_path, sw_field *field) {
    static const char *const keys[] = {"type",   "required", "key",  "of",   "personal",
                                       "values", "format",   "note", "name", "name_en"};
    sw_slice path =
        sw_arena_printf(ld->arena, "%.*s.fields.%.*s", SW_FMT(type_path), SW_FMT(node->key));
    field->name = node->key;
    field->type = SW_STRING;
    if (!is_word(node->key, false))
        find(ld, SW_E_INVALID, node->key_line, node->key_col, path,
             "write letters, digits and _, a letter first", "this is no field name");
    if (node->kind != SW_YAML_MAP) {
        read_type(ld, node, path, field);
        return;
    }
    check_keys(ld, node, path, keys, SW_COUNT(keys),
               "a field has type, required, key, of, personal, values, format, note, name");
    const sw_yaml *type = sw_yaml_get(node, "type");
    if (type)
        read_type(ld, type, path, field);
    else
        find_value(ld, SW_E_MISSING, node, path, "add type: string", "the field has no type");
    field->required = read_flag(ld, node, "required", path);
    field->personal = read_flag(ld, node, "personal", path);
    field->format = read_text(ld, node, "format", path);
    read_values(ld, node, path, field);
    read_key(ld, node, path, field);
}

static int by_name(const void *a, const void *b) {
    const sw_field *left = a, *right = b;
    return sw_slice_cmp(left->name, right->name);
}

static void sort_fields(loader *ld, sw_field *fields, uint32_t count) {
    const void **items = take(ld, count, 2 * sizeof *items);
    sw_field *copy = take(ld, count, sizeof *copy);
    if (!items || !copy) return;
    memcpy(copy, fields, count * sizeof *copy);
    for (uint32_t i = 0; i < count; i++) items[i] = &copy[i];
    sw_sort(items, items + count, count, by_name);
    for (uint32_t i = 0; i < count; i++) fields[i] = *(const sw_field *)items[i];
}

/* The distinct key names of a type, each with its fields, in order of the fields. */
static void collect_keys(loader *ld, sw_event_type *type) {
    struct sw_type_key *keys = take(ld, type->field_count, sizeof *keys);
    uint32_t *members = take(ld, type->field_count, sizeof *members), used = 0;
    if (!keys || !members) return;
    type->keys = keys;
    for (uint32_t i = 0; i < type->field_count; i++) {
        uint32_t key_id = type->fields[i].key_id;
        if (!type->fields[i].key || sw_event_type_key(type, key_id)) continue;
        struct sw_type_key *key = &keys[type->key_count++];
        *key = (struct sw_type_key){.key_id = key_id, .fields = members + used};
        for (uint32_t k = i; k < type->field_count; k++) {
            if (!type->fields[k].key || type->fields[k].key_id != key_id) continue;
            members[used++] = k;
            key->field_count++;
        }
    }
}

static void read_fields(loader *ld, const sw_yaml *map, sw_slice path, sw_event_type *type) {
    const sw_yaml *list = sw_yaml_get(map, "fields");
    if (!list || list->kind == SW_YAML_NULL) return;
    if (list->kind != SW_YAML_MAP) {
        find_value(ld, SW_E_TYPE, list, path, "write fields: {case_id: string}",
                   "'fields' is not a map");
        return;
    }
    if (list->count > FIELDS_MAX) {
        find_value(ld, SW_E_LIMIT, list, path, "declare at most 1000",
                   "the type has too many fields");
        return;
    }
    sw_field *fields = take(ld, list->count, sizeof *fields);
    if (!fields) return;
    for (const sw_yaml *m = list->first; m; m = m->next)
        read_field(ld, m, path, &fields[type->field_count++]);
    sort_fields(ld, fields, type->field_count);
    type->fields = fields;
    collect_keys(ld, type);
}

static void read_element(loader *ld, const sw_yaml *map, sw_slice path, sw_event_type *type) {
    static const char *const elements[] = {"incident", "case",     "person",
                                           "place",    "property", "file"};
    type->element = read_text(ld, map, "element", path);
    if (type->element.len == 0) return;
    for (size_t i = 0; i < SW_COUNT(elements); i++)
        if (sw_slice_is(type->element, elements[i])) return;
    char what[200];
    snprintf(what, sizeof what, "unknown element '%.*s'", SW_FMT(type->element));
    find_value(ld, SW_E_UNKNOWN, sw_yaml_get(map, "element"), path,
               sw_did_you_mean(ld->arena, type->element, elements, SW_COUNT(elements),
                               "the elements are incident case person place property file"),
               what);
}

static bool declare(loader *ld, sw_slice name, sw_slice origin, sw_event_type **ret) {
    uint32_t *slot = sw_catalogue_slot(ld->cat, name);
    if (*slot) return false;
    uint32_t index = ld->cat->type_count++;
    *slot = index + 1;
    ld->origins[index] = origin;
    *ret = &ld->cat->types[index];
    **ret = (sw_event_type){.name = name, .index = index};
    return true;
}

static void read_event_type(loader *ld, sw_slice file, const sw_yaml *node) {
    static const char *const keys[] = {"element", "name", "name_en", "note", "fields"};
    sw_slice path = sw_arena_printf(ld->arena, "types.%.*s", SW_FMT(node->key));
    sw_slice origin = sw_arena_printf(ld->arena, "%.*s, line %u", SW_FMT(file), node->key_line);
    sw_event_type *type;
    if (!is_word(node->key, true))
        find(ld, SW_E_INVALID, node->key_line, node->key_col, path,
             "write letters, digits, '_', '.' and '-', a letter first, at most 128",
             "this is no event type");
    if (!declare(ld, node->key, origin, &type)) {
        sw_slice before = ld->origins[*sw_catalogue_slot(ld->cat, node->key) - 1];
        char what[300];
        snprintf(what, sizeof what, "the event type '%.*s' is declared twice, first in %.*s",
                 SW_FMT(node->key), SW_FMT(before));
        find(ld, SW_E_INVALID, node->key_line, node->key_col, path, "leave one of them out", what);
        return;
    }
    if (node->kind == SW_YAML_NULL) return;
    if (node->kind != SW_YAML_MAP) {
        find_value(ld, SW_E_TYPE, node, path, "write {element: case, fields: {…}}",
                   "the event type is not a map");
        return;
    }
    check_keys(ld, node, path, keys, SW_COUNT(keys),
               "an event type has element, name, name_en, note, fields");
    type->title = read_text(ld, node, "name", path);
    type->title_en = read_text(ld, node, "name_en", path);
    read_element(ld, node, path, type);
    read_fields(ld, node, path, type);
}

static void read_file(loader *ld, const sw_catalogue_file *file) {
    static const char *const keys[] = {"types", "note"};
    if (file->root->kind == SW_YAML_NULL) return;
    if (file->root->kind != SW_YAML_MAP) {
        find_value(ld, SW_E_TYPE, file->root, SW_SLICE_NONE, "begin with 'types:'",
                   "the catalogue is not a map");
        return;
    }
    check_keys(ld, file->root, SW_SLICE_NONE, keys, SW_COUNT(keys), "a catalogue has 'types'");
    const sw_yaml *types = sw_yaml_get(file->root, "types");
    if (!types || types->kind == SW_YAML_NULL) return;
    if (types->kind != SW_YAML_MAP) {
        find_value(ld, SW_E_TYPE, types, SW_S("types"), "write 'case.filed: {…}' below it",
                   "'types' is not a map");
        return;
    }
    for (const sw_yaml *m = types->first; m; m = m->next) read_event_type(ld, file->name, m);
}

static void declare_builtins(loader *ld) {
    static const sw_field fields[] = {
        [SW_CORRECTION_ID] = {.name = {"id", 2}, .type = SW_STRING, .required = true},
        [SW_CORRECTION_SOURCE] = {.name = {"source", 6}, .type = SW_STRING, .required = true},
    };
    static const sw_event_type types[] = {
        [SW_TYPE_RETRACTED] = {.name = {"event.retracted", 15}, .title = {"事件撤销", 12}},
        [SW_TYPE_CORRECTED] = {.name = {"event.corrected", 15}, .title = {"事件更正", 12}},
    };
    for (uint32_t i = 0; i < SW_TYPE_BUILTIN_COUNT; i++) {
        sw_event_type *type;
        bool fresh = declare(ld, types[i].name, SW_S("every catalogue by itself"), &type);
        SW_ASSERT(fresh && type->index == i);
        *type = types[i];
        type->index = i;
        type->fields = fields;
        type->field_count = SW_CORRECTION_FIELD_COUNT;
    }
}

/* Room for all that the files can declare, so that nothing moves later. */
static bool make_room(loader *ld, const sw_catalogue_file *files, size_t count) {
    uint32_t types = SW_TYPE_BUILTIN_COUNT, keys = 0;
    for (size_t i = 0; i < count; i++) {
        const sw_yaml *list = sw_yaml_get(files[i].root, "types");
        if (!list) continue;
        types += list->count;
        for (const sw_yaml *m = list->first; m; m = m->next) {
            const sw_yaml *fields = sw_yaml_get(m, "fields");
            keys += fields ? fields->count : 0;
        }
    }
    sw_catalogue *cat = ld->cat = take(ld, 1, sizeof *cat);
    if (!cat) return false;
    cat->slot_count = 16;
    while (cat->slot_count < 2 * types) cat->slot_count *= 2;
    cat->key_max = keys;
    cat->types = take(ld, types, sizeof *cat->types);
    cat->slots = take(ld, cat->slot_count, sizeof *cat->slots);
    cat->keys = take(ld, keys, sizeof *cat->keys);
    ld->origins = take(ld, types, sizeof *ld->origins);
    return cat->types && cat->slots && cat->keys && ld->origins;
}

sw_err sw_catalogue_build(sw_arena *arena, const sw_catalogue_file *files, size_t count,
                          sw_diags *diags, const sw_catalogue **ret) {
    SW_ASSERT(arena && (files || count == 0) && ret);
    loader ld = {.arena = arena, .diags = diags};
    if (!make_room(&ld, files, count)) return SW_E_LIMIT;
    sw_slice before = diags ? diags->file : SW_SLICE_NONE;
    declare_builtins(&ld);
    for (size_t i = 0; i < count; i++) {
        if (diags) diags->file = files[i].name;
        read_file(&ld, &files[i]);
    }
    if (diags) diags->file = before;
    if (ld.err) return ld.err;
    *ret = ld.cat;
    return SW_OK;
}
