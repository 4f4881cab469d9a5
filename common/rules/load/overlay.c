#include "rules/load/overlay.h"

static const pack_draft *find_base(const pack_list *packs, sw_slice name) {
    for (const pack_draft *pack = packs->first; pack; pack = pack->next)
        if (sw_slice_eq(pack->name, name)) return pack;
    return NULL;
}

/* The metadata of the first file of the pack that says `key`, entered; NULL: none says it. */
static const sw_yaml *enter_meta(loader *l, const pack_draft *pack, const pack_file *files,
                                 size_t count, const char *key) {
    for (size_t i = 0; i < count; i++) {
        const sw_yaml *meta = sw_yaml_get(files[i].root, "metadata");
        if (files[i].pack != pack || !sw_yaml_get(meta, key)) continue;
        l->file = (pack_file *)(uintptr_t)&files[i];
        return sw_yaml_get(meta, key);
    }
    return NULL;
}

static void refuse(loader *l, const sw_yaml *node, const char *key, const char *hint,
                   const char *what, sw_slice name) {
    size_t before = load_enter_key(l, SW_S("metadata"));
    size_t inner = load_enter_key(l, sw_slice_cstr(key));
    load_error_at(l, SW_E_INVALID, node, hint, "%s '%.*s'", what, SW_FMT(name));
    load_leave(l, inner);
    load_leave(l, before);
}

/* What an overlay says of counting must be what its base says. */
static void take_over(loader *l, sw_slice *own, sw_slice bases, const sw_yaml *node,
                      const char *key) {
    if (own->len && !sw_slice_eq(*own, bases))
        refuse(l, node, key, "leave it out", "an overlay counts as its base does: by", bases);
    *own = bases;
}

void overlay_join(loader *l, const pack_list *packs, const pack_file *files, size_t count) {
    for (pack_draft *pack = packs->first; pack; pack = pack->next) {
        if (!pack->overlay.len) continue;
        const sw_yaml *node = enter_meta(l, pack, files, count, "overlay");
        const pack_draft *base = find_base(packs, pack->overlay);
        if (!base)
            refuse(l, node, "overlay", "name the base pack's folder too", "there is no pack",
                   pack->overlay);
        else if (base->overlay.len)
            refuse(l, node, "overlay", "name the pack below it",
                   "an overlay lies on a whole pack,"
                   " not on the overlay",
                   pack->overlay);
        pack->baseless = !base || base->overlay.len;
        if (pack->baseless) continue;
        node = enter_meta(l, pack, files, count, "timezone");
        take_over(l, &pack->timezone, base->timezone, node, "timezone");
        node = enter_meta(l, pack, files, count, "calendar");
        take_over(l, &pack->calendar, base->calendar, node, "calendar");
    }
}

void overlay_hash(loader *l, pack_draft *const *packs, uint32_t count) {
    sw_slice *parts = load_zero(l, (size_t)count + 1, sizeof *parts);
    if (!parts) return;
    for (uint32_t i = 0; i < count; i++) {
        if (!packs[i]->overlay.len) continue;
        sw_hash128 own = packs[i]->pack.hash;
        uint32_t n = 0;
        parts[n++] = sw_slice_of((const char *)&own, sizeof own);
        for (uint32_t j = 0; j < count; j++)
            if (sw_slice_eq(packs[j]->name, packs[i]->overlay))
                parts[n++] = sw_slice_of((const char *)&packs[j]->pack.hash, sizeof own);
        packs[i]->pack.hash = sw_hash128_parts(parts, n);
    }
}

/* A copy, all of it at one place: a finding in it is one of the entry that borrows it. */
static sw_yaml *borrow(loader *l, const sw_yaml *node, const sw_yaml *place) {
    sw_yaml *copy = load_zero(l, 1, sizeof *copy);
    if (!copy) return NULL;
    *copy = *node;
    copy->line = copy->key_line = place->line;
    copy->col = copy->key_col = place->col;
    copy->next = NULL;
    const sw_yaml **end = &copy->first;
    for (const sw_yaml *child = node->first; child; child = child->next) {
        sw_yaml *own = borrow(l, child, place);
        if (!own) return NULL;
        *end = own;
        end = &own->next;
    }
    *end = NULL;
    return copy;
}

static sw_yaml *own_member(loader *l, const sw_yaml *node) {
    sw_yaml *copy = load_zero(l, 1, sizeof *copy);
    if (!copy) return NULL;
    *copy = *node;
    copy->next = NULL;
    return copy;
}

typedef struct members {
    const sw_yaml *first;
    const sw_yaml **end;
    uint32_t count;
} members;

static bool add(members *list, sw_yaml *member) {
    if (!member) return false;
    *list->end = member;
    list->end = &member->next;
    list->count++;
    return true;
}

static const sw_yaml *get(const sw_yaml *map, sw_slice key) {
    for (const sw_yaml *child = map->first; child; child = child->next)
        if (sw_slice_eq(child->key, key)) return child;
    return NULL;
}

/* Warnings are known by rule, kind and key: these are not an overlay's to change. */
static bool may_change(loader *l, const sw_yaml *base, const sw_yaml *entry) {
    static const char *const fixed[] = {"kind", "key"};
    bool ok = true;
    for (size_t i = 0; i < SW_COUNT(fixed); i++) {
        const sw_yaml *own = sw_yaml_get(entry, fixed[i]);
        if (!own || !sw_yaml_get(base, fixed[i])) continue;
        size_t before = load_enter_key(l, own->key);
        load_error(l, SW_E_INVALID, own->key_line, own->key_col,
                   "make it a rule of its own, with another id, and switch this one off",
                   "an overlay can't change the %s of a rule", fixed[i]);
        load_leave(l, before);
        ok = false;
    }
    return ok;
}

const sw_yaml *overlay_merge(loader *l, const sw_yaml *base, const sw_yaml *entry) {
    if (!may_change(l, base, entry)) return NULL;
    sw_yaml *merged = own_member(l, entry);
    members list = {NULL, &list.first, 0};
    for (const sw_yaml *child = base->first; merged && child; child = child->next)
        if (!get(entry, child->key) && !sw_slice_is(child->key, "effective") &&
            !add(&list, borrow(l, child, entry)))
            return NULL;
    for (const sw_yaml *child = entry->first; merged && child; child = child->next)
        if (child->kind != SW_YAML_NULL && !add(&list, own_member(l, child))) return NULL;
    if (!merged) return NULL;
    merged->first = list.first;
    merged->count = list.count;
    return merged;
}

bool overlay_is_off(loader *l, const sw_yaml *entry) {
    const sw_yaml *off = sw_yaml_get(entry, "off");
    if (!off) return false;
    if (off->kind != SW_YAML_BOOL || !off->truth) {
        load_error_at(l, SW_E_INVALID, off, "write off: true, or remove it",
                      "'off' is true where a rule is switched off");
        return true;
    }
    for (const sw_yaml *child = entry->first; child; child = child->next)
        if (!sw_slice_is(child->key, "id") && !sw_slice_is(child->key, "off") &&
            !sw_slice_is(child->key, "note") && !sw_slice_is(child->key, "effective"))
            load_error(l, SW_E_INVALID, child->key_line, child->key_col, "remove it",
                       "a rule that is switched off has no '%.*s'", SW_FMT(child->key));
    return true;
}
