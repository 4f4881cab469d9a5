#include <stdio.h>

#include "base/hash.h"
#include "report/indicator/read.h"

#define FILE_BYTES_MAX ((size_t)4 << 20)

static const char *const level_words[] = {"green", "blue", "yellow", "orange", "red", "breach"};
static const char *const period_words[] = {"opened", "in-time", "late",
                                           "ended",  "running", "overdue"};

static void check_keys(reader *r, const sw_yaml *map, const char *what, const char *const *names,
                       size_t count) {
    const sw_yaml_keys keys = {names, count, what, r->field[0] ? r->field : NULL, NULL};
    (void)sw_yaml_check_keys(map, &keys, r->diags);
}

static const sw_event_type *read_type(reader *r, const sw_yaml *map) {
    const sw_yaml *node = sw_yaml_get(map, "on");
    const sw_slice name = read_text(r, map, "on", true);
    if (name.len == 0) return NULL;
    const sw_event_type *type = sw_catalogue_find(r->catalogue, name);
    if (type) return type;
    const sw_slice near = sw_catalogue_nearest(r->catalogue, name);
    const sw_slice hint =
        near.len ? sw_arena_printf(r->arena, "did you mean '%.*s'?", SW_FMT(near)) : SW_SLICE_NONE;
    (void)read_fault(r, SW_E_UNKNOWN, node, hint.ptr, "no event type '%.*s'", SW_FMT(name));
    return NULL;
}

static void read_on(reader *r, const sw_yaml *node, sw_indicator_on *ret) {
    static const char *const names[] = {"on", "when", "split"};
    if (node->kind != SW_YAML_MAP) {
        (void)read_fault(r, SW_E_TYPE, node, "write {on: TYPE, when: '…'}",
                         "an entry of 'events' is a map, not %s", sw_yaml_kind_names[node->kind]);
        return;
    }
    check_keys(r, node, "an entry of events", names, SW_COUNT(names));
    ret->type = read_type(r, node);
    if (!ret->type) return;
    ret->when = read_condition(r, sw_yaml_get(node, "when"), ret->type, sw_cel_type_of(SW_BOOL));
    ret->split =
        read_condition(r, sw_yaml_get(node, "split"), ret->type, sw_cel_type_of(SW_STRING));
}

static void read_events(reader *r, const sw_yaml *node, sw_indicator *ret) {
    ret->kind = SW_INDICATOR_EVENTS;
    if (node->kind != SW_YAML_SEQ || node->count == 0) {
        (void)read_fault(r, SW_E_TYPE, node, "write a list of {on: TYPE}",
                         "'events' takes a list, not %s", sw_yaml_kind_names[node->kind]);
        return;
    }
    sw_indicator_on *ons = sw_arena_zero(r->arena, node->count, sizeof *ons);
    if (!ons) {
        r->exhausted = true;
        return;
    }
    for (const sw_yaml *item = node->first; item; item = item->next)
        read_on(r, item, &ons[ret->on_count++]);
    ret->ons = ons;
}

static void read_warnings(reader *r, const sw_yaml *node, sw_indicator *ret) {
    static const char *const names[] = {"rules", "levels"};
    uint32_t count;
    ret->kind = SW_INDICATOR_WARNINGS;
    check_keys(r, node, "warnings", names, SW_COUNT(names));
    ret->rules = read_texts(r, node, "rules", &ret->rule_count);
    const sw_slice *levels = read_texts(r, node, "levels", &count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t level = 0;
        while (level < SW_COUNT(level_words) && !sw_slice_is(levels[i], level_words[level]))
            level++;
        if (level < SW_COUNT(level_words)) {
            ret->levels |= 1u << level;
            continue;
        }
        (void)read_fault(r, SW_E_INVALID, sw_yaml_get(node, "levels"),
                         "green, blue, yellow, orange, red or breach", "'%.*s' is no level",
                         SW_FMT(levels[i]));
    }
    if (count == 0) ret->levels = ~0u;
}

static void read_periods(reader *r, const sw_yaml *node, sw_indicator *ret) {
    static const char *const names[] = {"rules", "count"};
    ret->kind = SW_INDICATOR_PERIODS;
    check_keys(r, node, "periods", names, SW_COUNT(names));
    ret->rules = read_texts(r, node, "rules", &ret->rule_count);
    if (!sw_yaml_get(node, "count"))
        (void)read_fault(r, SW_E_MISSING, node, "opened, in-time, late, ended, running or overdue",
                         "'count' says which periods");
    const int32_t which = read_word(r, node, "count", period_words, SW_COUNT(period_words));
    if (which >= 0) ret->periods = (sw_period_count)which;
}

/* Ratios name others, which may stand below: found when all are read. */
static void read_kind(reader *r, const sw_yaml *node, sw_indicator *ret) {
    static const char *const forms[] = {"events", "warnings", "periods", "ratio"};
    const sw_yaml *found = NULL;
    for (uint32_t i = 0; i < SW_COUNT(forms); i++) {
        const sw_yaml *form = sw_yaml_get(node, forms[i]);
        if (!form) continue;
        if (found) {
            (void)read_fault(r, SW_E_CONFLICT, form, NULL,
                             "an indicator counts one thing: '%s' beside another", forms[i]);
            continue;
        }
        found = form;
        if (i > 0 && form->kind != SW_YAML_MAP) {
            (void)read_fault(r, SW_E_TYPE, form, NULL, "'%s' takes a map, not %s", forms[i],
                             sw_yaml_kind_names[form->kind]);
            continue;
        }
        if (i == 0) read_events(r, form, ret);
        if (i == 1) read_warnings(r, form, ret);
        if (i == 2) read_periods(r, form, ret);
        if (i == 3) ret->kind = SW_INDICATOR_RATIO;
    }
    if (!found)
        (void)read_fault(r, SW_E_MISSING, node, "events, warnings, periods or ratio",
                         "the indicator does not say what it counts");
}

static void read_indicator(reader *r, const sw_yaml *node, sw_indicator *ret) {
    static const char *const names[] = {"id",      "name",   "name_en", "note",
                                        "element", "domain", "events",  "warnings",
                                        "periods", "ratio",  "better",  "headline"};
    static const char *const better[] = {"neither", "more", "less"};
    static const char *const yes[] = {"false", "true"};
    if (node->kind != SW_YAML_MAP) {
        (void)read_fault(r, SW_E_TYPE, node, NULL, "an indicator is a map, not %s",
                         sw_yaml_kind_names[node->kind]);
        return;
    }
    check_keys(r, node, "an indicator", names, SW_COUNT(names));
    ret->id = read_text(r, node, "id", true);
    ret->name = read_text(r, node, "name", true);
    ret->name_en = read_text(r, node, "name_en", false);
    ret->note = read_text(r, node, "note", false);
    ret->element = read_text(r, node, "element", false);
    ret->domain = read_text(r, node, "domain", false);
    const int32_t which = read_word(r, node, "better", better, SW_COUNT(better));
    if (which >= 0) ret->better = (sw_better)which;
    ret->headline = read_word(r, node, "headline", yes, SW_COUNT(yes)) == 1;
    const sw_hash128 hash = sw_hash128_of(ret->id);
    memcpy(&ret->number, hash.bytes, sizeof ret->number);
    read_kind(r, node, ret);
}

static const sw_indicator *earlier(const sw_indicators *all, const sw_indicator *one) {
    for (uint32_t i = 0; i < one->index; i++)
        if (sw_slice_eq(all->list[i].id, one->id)) return &all->list[i];
    return NULL;
}

static uint32_t read_part(reader *r, const sw_indicators *all, const sw_yaml *ratio,
                          const char *key) {
    const sw_slice id = read_text(r, ratio, key, true);
    if (id.len == 0) return 0;
    const sw_indicator *found = sw_indicators_find(all, id);
    if (found && found->kind != SW_INDICATOR_RATIO) return found->index;
    (void)read_fault(r, SW_E_UNKNOWN, sw_yaml_get(ratio, key),
                     found ? "a ratio is of two that are counted" : NULL,
                     found ? "'%.*s' is itself a ratio" : "no indicator '%.*s'", SW_FMT(id));
    return 0;
}

static void join(reader *r, const sw_yaml *list, sw_indicators *all, sw_indicator *indicators) {
    static const char *const names[] = {"part", "whole"};
    uint32_t i = 0;
    for (const sw_yaml *node = list->first; node; node = node->next, i++) {
        const sw_yaml *ratio = sw_yaml_get(node, "ratio");
        (void)snprintf(r->field, sizeof r->field, "indicators[%u]", i);
        if (indicators[i].id.len && earlier(all, &indicators[i]))
            (void)read_fault(r, SW_E_CONFLICT, sw_yaml_get(node, "id"), NULL,
                             "there is an indicator '%.*s' already", SW_FMT(indicators[i].id));
        if (!ratio || ratio->kind != SW_YAML_MAP) continue;
        check_keys(r, ratio, "a ratio", names, SW_COUNT(names));
        indicators[i].part = read_part(r, all, ratio, "part");
        indicators[i].whole = read_part(r, all, ratio, "whole");
    }
}

static bool index_uses(reader *r, sw_indicators *all) {
    const uint32_t types = sw_catalogue_type_count(r->catalogue);
    uint32_t *first = sw_arena_zero(r->arena, types + 2, sizeof *first), uses = 0;
    for (uint32_t i = 0; first && i < all->count; i++)
        for (uint32_t o = 0; o < all->list[i].on_count; o++, uses++)
            if (all->list[i].ons[o].type) first[all->list[i].ons[o].type->index + 2]++;
    sw_indicator_use *list = sw_arena_zero(r->arena, uses + 1, sizeof *list);
    if (!first || !list) return false;
    for (uint32_t t = 2; t < types + 2; t++) first[t] += first[t - 1];
    for (uint32_t i = 0; i < all->count; i++)
        for (uint32_t o = 0; o < all->list[i].on_count; o++) {
            const sw_indicator_on *on = &all->list[i].ons[o];
            if (on->type)
                list[first[on->type->index + 1]++] = (sw_indicator_use){&all->list[i], on};
        }
    all->uses = list;
    all->first_use = first;
    return true;
}

/* Few enough to be sorted by insertion. */
static bool index_numbers(reader *r, sw_indicators *all) {
    uint32_t *order = sw_arena_zero(r->arena, all->count + 1, sizeof *order);
    if (!order) return false;
    for (uint32_t i = 0; i < all->count; i++) {
        uint32_t at = i;
        for (; at > 0 && all->list[order[at - 1]].number > all->list[i].number; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    all->by_number = order;
    return true;
}

static void read_metadata(reader *r, const sw_yaml *root, sw_indicators *all) {
    static const char *const names[] = {"name", "version", "timezone", "note"};
    const sw_yaml *metadata = sw_yaml_get(root, "metadata");
    if (!metadata || metadata->kind != SW_YAML_MAP) {
        (void)read_fault(r, SW_E_MISSING, root, "metadata: {name: …, version: …, timezone: …}",
                         "'metadata' is missing");
        return;
    }
    check_keys(r, metadata, "metadata", names, SW_COUNT(names));
    all->name = read_text(r, metadata, "name", true);
    all->version = read_text(r, metadata, "version", true);
    const sw_slice zone = read_text(r, metadata, "timezone", false);
    const sw_err err = sw_zone_load(r->arena, zone.len ? zone : SW_S("Asia/Shanghai"), &all->zone);
    r->exhausted |= err == SW_E_LIMIT;
    if (err)
        (void)read_fault(r, SW_E_UNKNOWN, sw_yaml_get(metadata, "timezone"),
                         "an IANA name such as Asia/Shanghai", "no time zone '%.*s'", SW_FMT(zone));
}

static void read_head(reader *r, const sw_yaml *root) {
    static const char *const names[] = {"apiVersion", "kind", "metadata", "indicators", "models"};
    check_keys(r, root, "an indicator pack", names, SW_COUNT(names));
    if (!sw_slice_is(read_text(r, root, "apiVersion", true), "seawall/v1"))
        (void)read_fault(r, SW_E_INVALID, root, NULL, "write apiVersion: seawall/v1");
    if (!sw_slice_is(read_text(r, root, "kind", true), "IndicatorPack"))
        (void)read_fault(r, SW_E_INVALID, root, NULL, "write kind: IndicatorPack");
}

static sw_err read_list(reader *r, const sw_yaml *root, sw_indicators *all) {
    const sw_yaml *list = sw_yaml_get(root, "indicators");
    if (!list || list->kind != SW_YAML_SEQ)
        return read_fault(r, SW_E_MISSING, root, "indicators: […]", "'indicators' is no list");
    sw_indicator *indicators = sw_arena_zero(r->arena, list->count + 1, sizeof *indicators);
    if (!indicators) return SW_E_LIMIT;
    all->list = indicators;
    for (const sw_yaml *node = list->first; node; node = node->next, all->count++) {
        (void)snprintf(r->field, sizeof r->field, "indicators[%u]", all->count);
        indicators[all->count].index = all->count;
        read_indicator(r, node, &indicators[all->count]);
    }
    join(r, list, all, indicators);
    r->field[0] = '\0';
    return index_uses(r, all) && index_numbers(r, all) ? SW_OK : SW_E_LIMIT;
}

sw_err sw_indicators_parse(sw_arena *arena, const sw_catalogue *catalogue, sw_slice file,
                           sw_slice text, sw_diags *diags, const sw_indicators **ret) {
    SW_ASSERT(arena && catalogue && diags && ret);
    reader r = {.arena = arena, .diags = diags, .catalogue = catalogue};
    const uint32_t before = diags->count;
    const sw_yaml *root;
    diags->file = file;
    sw_err err = sw_yaml_parse(arena, text, diags, &root);
    if (err) return err;
    if (root->kind != SW_YAML_MAP)
        return read_fault(&r, SW_E_TYPE, root, NULL, "an indicator pack is a map, not %s",
                          sw_yaml_kind_names[root->kind]);
    sw_indicators *all = sw_arena_zero(arena, 1, sizeof *all);
    if (!all) return SW_E_LIMIT;
    all->catalogue = catalogue;
    read_head(&r, root);
    read_metadata(&r, root, all);
    err = read_list(&r, root, all);
    if (!err) err = read_models(&r, root, all, &all->models);
    if (r.exhausted) return SW_E_LIMIT;
    if (!err && diags->count > before) err = SW_E_INVALID;
    if (!err) *ret = all;
    return err;
}

sw_err sw_indicators_load(sw_arena *arena, const sw_catalogue *catalogue, const char *path,
                          sw_diags *diags, const sw_indicators **ret) {
    sw_slice text;
    sw_err err = sw_file_read(arena, path, FILE_BYTES_MAX, diags, &text);
    return err ? err : sw_indicators_parse(arena, catalogue, sw_slice_cstr(path), text, diags, ret);
}
