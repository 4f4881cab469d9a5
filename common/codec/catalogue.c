#include "codec/catalogue.h"

#include "base/hash.h"
#include "codec/catalogue_load.h"

#define FILE_BYTES_MAX ((size_t)8 << 20)

sw_err sw_catalogue_from_yaml(sw_arena *arena, sw_slice file, const sw_yaml *root, sw_diags *diags,
                              const sw_catalogue **ret) {
    sw_catalogue_file only = {file, root};
    return sw_catalogue_build(arena, &only, 1, diags, ret);
}

/* Findings of a file bear its name, whatever was read before. */
static sw_err read_yaml(sw_arena *arena, sw_slice file, sw_slice text, sw_diags *diags,
                        const sw_yaml **ret) {
    sw_slice before = diags ? diags->file : SW_SLICE_NONE;
    if (diags) diags->file = file;
    sw_err err = sw_yaml_parse(arena, text, diags, ret);
    if (diags) diags->file = before;
    return err;
}

sw_err sw_catalogue_parse(sw_arena *arena, sw_slice file, sw_slice text, sw_diags *diags,
                          const sw_catalogue **ret) {
    SW_ASSERT(arena && ret);
    const sw_yaml *root;
    sw_err err = read_yaml(arena, file, text, diags, &root);
    return err ? err : sw_catalogue_from_yaml(arena, file, root, diags, ret);
}

sw_err sw_catalogue_load(sw_arena *arena, const char *const *paths, size_t count, sw_diags *diags,
                         const sw_catalogue **ret) {
    SW_ASSERT(arena && (paths || count == 0) && ret);
    sw_catalogue_file *files = sw_arena_zero(arena, count, sizeof *files);
    if (!files) return SW_E_LIMIT;
    sw_err first = SW_OK;
    for (size_t i = 0; i < count; i++) {
        sw_slice text;
        files[i].name = sw_slice_cstr(paths[i]);
        sw_err err = sw_file_read(arena, paths[i], FILE_BYTES_MAX, diags, &text);
        if (!err) err = read_yaml(arena, files[i].name, text, diags, &files[i].root);
        if (!first) first = err;
    }
    return first ? first : sw_catalogue_build(arena, files, count, diags, ret);
}

uint32_t sw_catalogue_type_count(const sw_catalogue *cat) {
    return cat->type_count;
}

const sw_event_type *sw_catalogue_type(const sw_catalogue *cat, uint32_t index) {
    SW_ASSERT(index < cat->type_count);
    return &cat->types[index];
}

uint32_t *sw_catalogue_slot(const sw_catalogue *cat, sw_slice name) {
    uint32_t at = (uint32_t)sw_hash64(name);
    for (;; at++) {
        uint32_t *slot = &cat->slots[at & (cat->slot_count - 1)];
        if (*slot == 0 || sw_slice_eq(cat->types[*slot - 1].name, name)) return slot;
    }
}

const sw_event_type *sw_catalogue_find(const sw_catalogue *cat, sw_slice name) {
    uint32_t index = *sw_catalogue_slot(cat, name);
    return index ? &cat->types[index - 1] : NULL;
}

sw_slice sw_catalogue_nearest(const sw_catalogue *cat, sw_slice name) {
    sw_slice best = SW_SLICE_NONE;
    for (uint32_t i = 0; i < cat->type_count; i++) {
        sw_slice candidate = cat->types[i].name;
        if (sw_word_distance(name, candidate) < sw_word_distance(name, best)) best = candidate;
    }
    return best;
}

uint32_t sw_catalogue_key_count(const sw_catalogue *cat) {
    return cat->key_count;
}

sw_slice sw_catalogue_key_name(const sw_catalogue *cat, uint32_t key_id) {
    SW_ASSERT(key_id < cat->key_count);
    return cat->keys[key_id];
}

bool sw_catalogue_key_find(const sw_catalogue *cat, sw_slice name, uint32_t *ret_key_id) {
    for (uint32_t i = 0; i < cat->key_count; i++) {
        if (!sw_slice_eq(cat->keys[i], name)) continue;
        *ret_key_id = i;
        return true;
    }
    return false;
}

int32_t sw_event_type_field(const sw_event_type *type, sw_slice name) {
    uint32_t low = 0, high = type->field_count;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        int order = sw_slice_cmp(type->fields[mid].name, name);
        if (order == 0) return (int32_t)mid;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return -1;
}

const struct sw_type_key *sw_event_type_key(const sw_event_type *type, uint32_t key_id) {
    for (uint32_t i = 0; i < type->key_count; i++)
        if (type->keys[i].key_id == key_id) return &type->keys[i];
    return NULL;
}

const char *sw_field_type_name(const sw_field *field) {
    switch (field->type) {
    case SW_INT:
        return "int";
    case SW_DOUBLE:
        return "double";
    case SW_BOOL:
        return "bool";
    case SW_TIMESTAMP:
        return "timestamp";
    default:
        return "string";
    }
}
