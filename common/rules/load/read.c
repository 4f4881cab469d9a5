/* Maps, lists and plain values of a pack: what the tables of keys are made of. */
#include "rules/load/loader.h"

#define KEYS_MAX  64
#define ITEMS_MAX 1000

static const key_spec *find_spec(const key_table *table, sw_slice key) {
    for (size_t i = 0; i < table->count; i++)
        if (sw_slice_is(key, table->specs[i].name)) return &table->specs[i];
    return NULL;
}

static bool applies(const key_spec *spec, unsigned kinds) {
    return !spec->kinds || !kinds || (spec->kinds & kinds);
}

static void unknown_key(loader *l, const sw_yaml *child, const key_table *table, unsigned kinds) {
    const key_spec *spec = find_spec(table, child->key);
    if (spec) {
        load_error(l, SW_E_UNKNOWN, child->key_line, child->key_col,
                   "remove it, or change the rule's kind", "'%s' is not a key of %s of this kind",
                   spec->name, table->what);
        return;
    }
    const char *names[KEYS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < table->count && count < KEYS_MAX; i++)
        if (applies(&table->specs[i], kinds)) names[count++] = table->specs[i].name;
    const char *hint = sw_did_you_mean(l->arena, child->key, names, count, NULL);
    if (!hint && count <= 12) { /* few keys: name them all */
        sw_slice all = SW_S("it has");
        for (size_t i = 0; i < count; i++)
            all = sw_arena_printf(l->arena, "%.*s%s %s", SW_FMT(all), i ? "," : "", names[i]);
        hint = all.ptr;
    }
    load_error(l, SW_E_UNKNOWN, child->key_line, child->key_col, hint, "%s has no key '%.*s'",
               table->what, SW_FMT(child->key));
}

bool load_map(loader *l, const sw_yaml *node, void *into, const key_table *table, unsigned kinds) {
    SW_ASSERT(table->count <= KEYS_MAX);
    if (node->kind != SW_YAML_MAP) {
        load_error_at(l, SW_E_TYPE, node, NULL, "%s is a map of keys, not %s", table->what,
                      sw_yaml_kind_names[node->kind]);
        return false;
    }
    for (const sw_yaml *child = node->first; child; child = child->next) {
        const key_spec *spec = find_spec(table, child->key);
        if (!spec || !applies(spec, kinds)) unknown_key(l, child, table, kinds);
    }
    for (size_t i = 0; i < table->count && !l->full; i++) {
        const key_spec *spec = &table->specs[i];
        if (!applies(spec, kinds)) continue;
        const sw_yaml *child = sw_yaml_get(node, spec->name);
        if (child) {
            size_t before = load_enter_key(l, child->key);
            spec->read(l, child, into, spec);
            load_leave(l, before);
        } else if (spec->required) {
            load_error_at(l, SW_E_MISSING, node, NULL, "%s needs the key '%s'", table->what,
                          spec->name);
        }
    }
    return true;
}

bool load_items(loader *l, const sw_yaml *node, bool empty_ok, item_iter *ret) {
    if (node->kind == SW_YAML_SEQ) {
        *ret = (item_iter){node->first, node->count, false};
        if (node->count > ITEMS_MAX) {
            load_error_at(l, SW_E_LIMIT, node, "split the rule",
                          "the list has %u entries; at most %d", node->count, ITEMS_MAX);
            return false;
        }
        if (node->count || empty_ok) return true;
        load_error_at(l, SW_E_INVALID, node, "write at least one entry, or remove the key",
                      "the list is empty");
        return false;
    }
    if (node->kind == SW_YAML_NULL) {
        load_error_at(l, SW_E_MISSING, node, "write a value, or remove the key",
                      "nothing stands here");
        return false;
    }
    *ret = (item_iter){node, 1, true};
    return true;
}

void *load_list(loader *l, const sw_yaml *node, bool empty_ok, size_t size,
                void (*read)(loader *l, const sw_yaml *item, void *entry), uint32_t *ret_count) {
    item_iter items;
    *ret_count = 0;
    if (!load_items(l, node, empty_ok, &items)) return NULL;
    char *entries = load_zero(l, items.count, size);
    const sw_yaml *item = items.next;
    for (uint32_t i = 0; entries && i < items.count; i++, item = item->next) {
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        read(l, item, entries + i * size);
        load_leave(l, before);
    }
    if (entries) *ret_count = items.count;
    return entries;
}

bool load_is_scalar(loader *l, const sw_yaml *node, const char *wanted) {
    if (node->kind == SW_YAML_SEQ || node->kind == SW_YAML_MAP) {
        load_error_at(l, SW_E_TYPE, node, NULL, "%s is wanted here, not %s", wanted,
                      sw_yaml_kind_names[node->kind]);
        return false;
    }
    if (node->kind == SW_YAML_NULL || node->text.len == 0) {
        load_error_at(l, SW_E_MISSING, node, NULL, "%s is missing", wanted);
        return false;
    }
    return true;
}

static void *member(void *into, size_t at) {
    return (char *)into + at;
}

void load_text(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    if (load_is_scalar(l, node, "a text")) *(sw_slice *)member(into, spec->at) = node->text;
}

void load_token(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    if (!load_is_scalar(l, node, "a name")) return;
    for (size_t i = 0; i < node->text.len; i++) {
        unsigned char c = (unsigned char)node->text.ptr[i];
        if (c > ' ' && c != 0x7f && !strchr("@\"\\", c)) continue;
        load_error_at(l, SW_E_INVALID, node, NULL,
                      "a name has no spaces, quotes, backslashes and no '@'");
        return;
    }
    if (node->text.len > 128)
        load_error_at(l, SW_E_LIMIT, node, NULL, "a name has at most 128 bytes");
    else
        *(sw_slice *)member(into, spec->at) = node->text;
}

void load_bool(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    if (node->kind == SW_YAML_BOOL)
        *(bool *)member(into, spec->at) = node->truth;
    else
        load_error_at(l, SW_E_TYPE, node, "write true or false", "true or false is wanted here");
}

/* Index of the name, or -1 and told. */
static int choose(loader *l, const sw_yaml *node, const choice_list *list) {
    if (!load_is_scalar(l, node, "a word")) return -1;
    for (size_t i = 0; i < list->count; i++)
        if (sw_slice_is(node->text, list->names[i])) return (int)i;
    sw_slice all = SW_S("one of");
    for (size_t i = 0; i < list->count; i++)
        all = sw_arena_printf(l->arena, "%.*s %s", SW_FMT(all), list->names[i]);
    load_error_at(l, SW_E_UNKNOWN, node, all.ptr, "'%.*s' is not known here", SW_FMT(node->text));
    return -1;
}

void load_choice(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    int index = choose(l, node, spec->arg);
    if (index >= 0) *(int *)member(into, spec->at) = index;
}

void load_word(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    if (choose(l, node, spec->arg) >= 0) *(sw_slice *)member(into, spec->at) = node->text;
}

void load_count(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    uint32_t most = *(const uint32_t *)spec->arg;
    if (node->kind != SW_YAML_INT)
        load_error_at(l, SW_E_TYPE, node, NULL, "a whole number is wanted here, not %s",
                      sw_yaml_kind_names[node->kind]);
    else if (node->number < 1 || node->number > most)
        load_error_at(l, SW_E_RANGE, node, NULL, "%lld is not from 1 to %u",
                      (long long)node->number, most);
    else
        *(uint32_t *)member(into, spec->at) = (uint32_t)node->number;
}

void load_texts(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    item_iter items;
    if (!load_items(l, node, false, &items)) return;
    sw_slice *texts = load_zero(l, items.count, sizeof *texts);
    if (!texts) return;
    const sw_yaml *item = items.next;
    for (uint32_t i = 0; i < items.count; i++, item = item->next) {
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        if (load_is_scalar(l, item, "a name")) texts[i] = item->text;
        for (uint32_t j = 0; j < i; j++)
            if (texts[i].len && sw_slice_eq(texts[i], texts[j]))
                load_error_at(l, SW_E_INVALID, item, "remove one", "'%.*s' stands twice",
                              SW_FMT(texts[i]));
        load_leave(l, before);
    }
    *(const sw_slice **)member(into, spec->at) = texts;
    *(uint32_t *)member(into, spec->at_count) = items.count;
}

void load_node(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)l;
    *(const sw_yaml **)member(into, spec->at) = node;
}
