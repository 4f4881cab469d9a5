/* Models of an indicator pack: reading and finding them. */
#include "report/indicator/model.h"

#include <stdio.h>

#include "report/indicator/read.h"
#include "text/number.h"

static const char *const kinds[] = {"backlog", "breakdown", "listing", "checkup"};
static const char *const colours[] = {"none", "blue", "yellow", "red"};

const char *sw_model_kind_name(sw_model_kind kind) {
    return kinds[kind];
}

const char *sw_colour_name(sw_colour colour) {
    return colours[colour];
}

const sw_model *sw_models_find(const sw_models *models, sw_slice id) {
    for (uint32_t i = 0; i < models->count; i++)
        if (sw_slice_eq(models->list[i].id, id)) return &models->list[i];
    return NULL;
}

const sw_model_rule *sw_model_rule_find(const sw_model *model, sw_slice id) {
    for (uint32_t i = 0; i < model->rule_count; i++)
        if (sw_slice_eq(model->rules[i].id, id)) return &model->rules[i];
    return NULL;
}

/* ---- reading ---------------------------------------------------------------------------- */

typedef struct loader {
    reader *r;
    const sw_indicators *all;
    const sw_model *above; /* models that stand above the present one */
    uint32_t above_count;
} loader;

static void check_keys(reader *r, const sw_yaml *map, const char *what, const char *const *names,
                       size_t count) {
    const sw_yaml_keys keys = {names, count, what, r->field[0] ? r->field : NULL, NULL};
    (void)sw_yaml_check_keys(map, &keys, r->diags);
}

static const sw_indicator *read_indicator_id(loader *l, const sw_yaml *map, const char *key,
                                             sw_indicator_kind *kind) {
    const sw_slice id = read_text(l->r, map, key, true);
    if (id.len == 0) return NULL;
    const sw_indicator *found = sw_indicators_find(l->all, id);
    if (!found) {
        (void)read_fault(l->r, SW_E_UNKNOWN, sw_yaml_get(map, key), "an id of 'indicators'",
                         "no indicator '%.*s'", SW_FMT(id));
        return NULL;
    }
    if (kind && found->kind != *kind) {
        (void)read_fault(l->r, SW_E_INVALID, sw_yaml_get(map, key), NULL,
                         "'%.*s' is not of the kind that '%s' takes", SW_FMT(id), key);
        return NULL;
    }
    return found;
}

static double read_number(reader *r, const sw_yaml *map, const char *key, double least) {
    const sw_slice text = read_text(r, map, key, false);
    double n = 0;
    if (text.len == 0) return 0;
    if (sw_double_parse(text, &n) == SW_OK && n >= least) return n;
    (void)read_fault(r, SW_E_INVALID, sw_yaml_get(map, key), NULL, "'%s' takes a number from %g on",
                     key, least);
    return 0;
}

static void read_backlog(loader *l, const sw_yaml *node, sw_model *ret) {
    static const char *const names[] = {"opened", "in_time", "late", "overdue", "period"};
    static const char *const periods[] = {"day", "month", "quarter"};
    sw_indicator_kind kind = SW_INDICATOR_PERIODS;
    check_keys(l->r, node, "backlog", names, SW_COUNT(names));
    ret->opened = read_indicator_id(l, node, "opened", &kind);
    ret->in_time = read_indicator_id(l, node, "in_time", &kind);
    ret->late = read_indicator_id(l, node, "late", &kind);
    ret->overdue = read_indicator_id(l, node, "overdue", &kind);
    const int32_t period = read_word(l->r, node, "period", periods, SW_COUNT(periods));
    ret->period = sw_slice_cstr(periods[period < 0 ? 1 : period]);
}

/* The list of a model's parts or rules: NULL where it is none. */
static const sw_yaml *list_of(reader *r, const sw_yaml *node, const char *key) {
    const sw_yaml *list = sw_yaml_get(node, key);
    if (list && list->kind == SW_YAML_SEQ && list->count > 0) return list;
    (void)read_fault(r, SW_E_MISSING, node, NULL, "'%s' takes a list", key);
    return NULL;
}

static void read_names(reader *r, const sw_yaml *node, sw_slice *id, sw_slice *name,
                       sw_slice *name_en) {
    *id = read_text(r, node, "id", true);
    *name = read_text(r, node, "name", true);
    *name_en = read_text(r, node, "name_en", false);
}

static void read_part(loader *l, const sw_yaml *node, sw_model_part *ret) {
    static const char *const names[] = {"id", "name", "name_en", "indicator", "by", "at_least"};
    static const char *const bys[] = {"split", "unit"};
    check_keys(l->r, node, "a part", names, SW_COUNT(names));
    read_names(l->r, node, &ret->id, &ret->name, &ret->name_en);
    ret->indicator = read_indicator_id(l, node, "indicator", NULL);
    ret->by_unit = read_word(l->r, node, "by", bys, SW_COUNT(bys)) == 1;
    ret->at_least = (uint32_t)read_number(l->r, node, "at_least", 1);
    if (ret->indicator && ret->indicator->kind == SW_INDICATOR_RATIO)
        (void)read_fault(l->r, SW_E_INVALID, node, NULL, "a ratio has no parts");
}

static void read_breakdown(loader *l, const sw_yaml *node, sw_model *ret) {
    static const char *const names[] = {"total", "parts"};
    check_keys(l->r, node, "breakdown", names, SW_COUNT(names));
    ret->total = read_indicator_id(l, node, "total", NULL);
    const sw_yaml *list = list_of(l->r, node, "parts");
    sw_model_part *parts = list ? sw_arena_zero(l->r->arena, list->count, sizeof *parts) : NULL;
    l->r->exhausted |= list && !parts;
    for (const sw_yaml *item = parts ? list->first : NULL; item; item = item->next)
        read_part(l, item, &parts[ret->part_count++]);
    ret->parts = parts;
}

static void read_rule(loader *l, const sw_yaml *node, sw_model_rule *ret) {
    static const char *const names[] = {"id",       "name",  "name_en",     "colour",  "indicator",
                                        "at_least", "above", "of_at_least", "all_days"};
    static const char *const yes[] = {"false", "true"};
    check_keys(l->r, node, "a rule", names, SW_COUNT(names));
    read_names(l->r, node, &ret->id, &ret->name, &ret->name_en);
    const int32_t colour = read_word(l->r, node, "colour", colours + 1, SW_COUNT(colours) - 1);
    ret->colour = colour < 0 ? SW_COLOUR_BLUE : (sw_colour)(colour + 1);
    ret->indicator = read_indicator_id(l, node, "indicator", NULL);
    ret->at_least = (uint64_t)read_number(l->r, node, "at_least", 1);
    ret->above = read_number(l->r, node, "above", 0);
    ret->of_at_least = (uint64_t)read_number(l->r, node, "of_at_least", 1);
    ret->all_days = read_word(l->r, node, "all_days", yes, SW_COUNT(yes)) == 1;
    if (!ret->indicator) return;
    const bool ratio = ret->indicator->kind == SW_INDICATOR_RATIO;
    if (!sw_yaml_get(node, ratio ? "above" : "at_least"))
        (void)read_fault(l->r, SW_E_MISSING, node, NULL, "'%s' says from when on the rule holds",
                         ratio ? "above" : "at_least");
    if (ret->all_days && ret->indicator->kind != SW_INDICATOR_PERIODS)
        (void)read_fault(l->r, SW_E_INVALID, node, NULL, "'all_days' is for periods");
}

static void read_listing(loader *l, const sw_yaml *node, sw_model *ret) {
    static const char *const names[] = {"rules"};
    check_keys(l->r, node, "listing", names, SW_COUNT(names));
    const sw_yaml *list = list_of(l->r, node, "rules");
    sw_model_rule *rules = list ? sw_arena_zero(l->r->arena, list->count, sizeof *rules) : NULL;
    l->r->exhausted |= list && !rules;
    for (const sw_yaml *item = rules ? list->first : NULL; item; item = item->next)
        read_rule(l, item, &rules[ret->rule_count++]);
    ret->rules = rules;
}

static const sw_model *read_above(loader *l, const sw_yaml *at, sw_slice id, sw_model_kind kind) {
    const sw_models above = {l->above, l->above_count};
    const sw_model *found = sw_models_find(&above, id);
    if (found && found->kind == kind) return found;
    (void)read_fault(l->r, SW_E_UNKNOWN, at, "models are read from above to below",
                     "no %s '%.*s' stands above", kinds[kind], SW_FMT(id));
    return NULL;
}

static void read_checkup(loader *l, const sw_yaml *node, sw_model *ret) {
    static const char *const names[] = {"listing", "backlogs"};
    uint32_t count;
    check_keys(l->r, node, "checkup", names, SW_COUNT(names));
    const sw_slice listing = read_text(l->r, node, "listing", false);
    if (listing.len) ret->listing = read_above(l, node, listing, SW_MODEL_LISTING);
    const sw_slice *ids = read_texts(l->r, node, "backlogs", &count);
    const sw_model **list = sw_arena_zero(l->r->arena, count + 1, sizeof *list);
    l->r->exhausted |= !list;
    for (uint32_t i = 0; list && i < count; i++) {
        list[ret->backlog_count] = read_above(l, node, ids[i], SW_MODEL_BACKLOG);
        ret->backlog_count += list[ret->backlog_count] != NULL;
    }
    ret->backlogs = list;
}

static void read_model(loader *l, const sw_yaml *node, sw_model *ret) {
    static const char *const names[] = {"id",      "name",      "name_en", "note",
                                        "backlog", "breakdown", "listing", "checkup"};
    static void (*const read[])(loader *, const sw_yaml *, sw_model *) = {
        read_backlog, read_breakdown, read_listing, read_checkup};
    const sw_yaml *form = NULL;
    if (node->kind != SW_YAML_MAP) {
        (void)read_fault(l->r, SW_E_TYPE, node, NULL, "a model is a map, not %s",
                         sw_yaml_kind_names[node->kind]);
        return;
    }
    check_keys(l->r, node, "a model", names, SW_COUNT(names));
    read_names(l->r, node, &ret->id, &ret->name, &ret->name_en);
    ret->note = read_text(l->r, node, "note", false);
    const sw_models above = {l->above, l->above_count};
    if (sw_models_find(&above, ret->id))
        (void)read_fault(l->r, SW_E_CONFLICT, node, NULL, "another model has the id '%.*s'",
                         SW_FMT(ret->id));
    for (uint32_t i = 0; i < SW_COUNT(kinds) && !form; i++) {
        form = sw_yaml_get(node, kinds[i]);
        ret->kind = (sw_model_kind)i;
    }
    if (form && form->kind == SW_YAML_MAP)
        read[ret->kind](l, form, ret);
    else
        (void)read_fault(l->r, SW_E_MISSING, node, "backlog, breakdown, listing or checkup",
                         "the model does not say of which kind it is");
}

sw_err read_models(reader *r, const sw_yaml *root, const sw_indicators *all,
                   const sw_models **ret) {
    const sw_yaml *list = sw_yaml_get(root, "models");
    sw_models *models = sw_arena_zero(r->arena, 1, sizeof *models);
    if (!models) return SW_E_LIMIT;
    *ret = models;
    if (!list) return SW_OK;
    if (list->kind != SW_YAML_SEQ)
        return read_fault(r, SW_E_TYPE, list, "models: […]", "'models' is no list");
    sw_model *at = sw_arena_zero(r->arena, list->count + 1, sizeof *at);
    if (!at) return SW_E_LIMIT;
    models->list = at;
    for (const sw_yaml *node = list->first; node; node = node->next, models->count++) {
        loader l = {r, all, at, models->count};
        (void)snprintf(r->field, sizeof r->field, "models[%u]", models->count);
        read_model(&l, node, &at[models->count]);
    }
    r->field[0] = '\0';
    return SW_OK;
}
