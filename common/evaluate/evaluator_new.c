#include "base/wire.h"
#include "evaluate/telling.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Which published days are working days, as text. */
static sw_slice calendar_text(sw_arena *arena, const sw_calendar *calendar) {
    int64_t first = sw_calendar_first(calendar), last = sw_calendar_last(calendar);
    size_t days = last >= first ? (size_t)(last - first + 1) : 0;
    char *text = sw_arena_alloc(arena, days + 32);
    if (!text) return SW_SLICE_NONE;
    int len = snprintf(text, 32, "%" PRId64 ":", first);
    for (int64_t day = first; day <= last; day++)
        text[len++] = sw_calendar_is_workday(calendar, day) ? '1' : '0';
    return sw_slice_of(text, (size_t)len);
}

/* What a stored book depends on: rules in all their versions, the catalogue, and which kinds. */
static sw_err hash_packs(sw_arena *arena, sw_evaluator *e, const sw_evaluator_options *options) {
    uint32_t packs = sw_ruleset_pack_count(options->set), count = 0;
    sw_slice *parts = sw_arena_zero(arena, 3 * (size_t)packs + 1, sizeof *parts);
    if (!parts) return SW_E_NOMEM;
    parts[count++] = sw_arena_printf(arena, "%u", options->kinds);
    for (uint32_t i = 0; i < packs; i++) {
        const sw_pack *pack = sw_ruleset_pack(options->set, i);
        parts[count++] = pack->name;
        parts[count++] = sw_slice_of(pack->hash.bytes, sizeof pack->hash.bytes);
        parts[count] = pack->calendar ? calendar_text(arena, pack->calendar) : SW_S("none");
        if (!parts[count++].ptr) return SW_E_NOMEM;
    }
    if (!parts[0].ptr) return SW_E_NOMEM;
    e->packs = sw_hash128_parts(parts, count);
    return SW_OK;
}

static sw_err make_plans(sw_arena *arena, sw_evaluator *e, uint32_t kinds) {
    uint32_t keys = sw_catalogue_key_count(e->catalogue);
    sw_named_plan *plans = sw_arena_zero(arena, keys, sizeof *plans);
    if (!plans) return SW_E_NOMEM;
    for (uint32_t k = 0; k < keys; k++) {
        const sw_plan *plan;
        sw_err err = sw_plan_new_of(arena, e->set, k, kinds, &plan);
        if (err) return err;
        if (sw_plan_is_empty(plan)) continue;
        plans[e->plan_count++] = (sw_named_plan){sw_catalogue_key_name(e->catalogue, k), plan};
    }
    e->plans = plans;
    return SW_OK;
}

static int by_number(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* In order, little-endian. */
static sw_err as_row(sw_arena *arena, uint64_t *numbers, uint32_t count, sw_slice *ret) {
    char *row = sw_arena_alloc(arena, (size_t)count * 8 + 1);
    if (!row) return SW_E_NOMEM;
    qsort(numbers, count, sizeof *numbers, by_number);
    for (uint32_t i = 0; i < count; i++) sw_wire_put_le(row + (size_t)i * 8, numbers[i], 8);
    *ret = sw_slice_of(row, (size_t)count * 8);
    return SW_OK;
}

static sw_err list_keeps(sw_arena *arena, sw_evaluator *e) {
    uint32_t count = 0, at = 0;
    for (uint32_t i = 0; i < e->plan_count; i++) count += sw_plan_keeps(e->plans[i].plan, NULL, 0);
    uint64_t *keeps = sw_arena_zero(arena, count + 1, sizeof *keeps);
    if (!keeps) return SW_E_NOMEM;
    for (uint32_t i = 0; i < e->plan_count; i++)
        at += sw_plan_keeps(e->plans[i].plan, keeps + at, count - at);
    return as_row(arena, keeps, count, &e->keeps);
}

/* A rule with another key is another one: none of its warnings can stand. */
static sw_err list_rules(sw_arena *arena, sw_evaluator *e, uint32_t kinds) {
    const uint32_t all = sw_ruleset_rule_count(e->set);
    uint32_t count = 0;
    uint64_t *rules = sw_arena_zero(arena, all + 1, sizeof *rules);
    if (!rules) return SW_E_NOMEM;
    for (uint32_t i = 0; i < all; i++) {
        const sw_rule *rule = sw_ruleset_rule(e->set, i);
        if (!(kinds >> rule->kind & 1)) continue;
        sw_hash128 hash = sw_hash128_parts(&rule->id, 1);
        for (uint32_t k = 0; k < rule->key_count; k++) {
            const sw_slice parts[] = {sw_slice_of(hash.bytes, sizeof hash.bytes),
                                      rule->key_names[k]};
            hash = sw_hash128_parts(parts, SW_COUNT(parts));
        }
        memcpy(&rules[count++], hash.bytes, sizeof *rules);
    }
    return as_row(arena, rules, count, &e->rules);
}

static sw_err make_metrics(sw_arena *arena, sw_evaluator *e, const sw_evaluator_options *options) {
    uint32_t rules = sw_ruleset_rule_count(e->set);
    if (!options->metrics) return SW_OK;
    sw_metric **failed = sw_arena_zero(arena, rules, sizeof(sw_metric *));
    if (!failed) return SW_E_NOMEM;
    for (uint32_t i = 0; i < rules; i++) {
        const sw_rule *rule = sw_ruleset_rule(e->set, i);
        if (!(options->kinds >> rule->kind & 1)) continue;
        sw_slice labels = sw_arena_printf(arena, "rule=\"%.*s\"", SW_FMT(rule->id));
        if (!labels.ptr) return SW_E_NOMEM;
        sw_err err = sw_metrics_get(
            options->metrics, SW_METRIC_COUNTER, "seawall_conditions_failed_total", labels.ptr,
            "Conditions that failed and counted as false, by rule.", &failed[i]);
        if (err) return err;
    }
    e->failed = failed;
    e->metrics = options->metrics;
    return SW_OK;
}

sw_err sw_evaluator_new(sw_arena *arena, const sw_evaluator_options *options,
                        const sw_evaluator **ret) {
    SW_ASSERT(arena && options && options->set && options->warnings && ret);
    sw_evaluator *e = sw_arena_zero(arena, 1, sizeof *e);
    if (!e) return SW_E_NOMEM;
    e->set = options->set;
    e->catalogue = sw_ruleset_catalogue(options->set);
    e->warnings = options->warnings;
    e->periods = options->periods;
    e->trace = options->trace;
    sw_err err = sw_numberings_new(arena, e->catalogue, &e->former);
    if (!err) err = hash_packs(arena, e, options);
    if (!err) err = make_plans(arena, e, options->kinds);
    if (!err) err = list_keeps(arena, e);
    if (!err) err = list_rules(arena, e, options->kinds);
    if (!err) err = make_metrics(arena, e, options);
    if (!err) *ret = e;
    return err;
}

sw_hash128 sw_evaluator_packs(const sw_evaluator *e) {
    return e->packs;
}

sw_hash128 sw_evaluator_catalogue(const sw_evaluator *e) {
    return e->plan_count ? sw_plan_catalogue(e->plans[0].plan) : (sw_hash128){{0}};
}

const sw_numberings *sw_evaluator_former(const sw_evaluator *e) {
    return e->former;
}

const sw_ruleset *sw_evaluator_ruleset(const sw_evaluator *e) {
    return e->set;
}

const sw_plan *sw_evaluator_plan(const sw_evaluator *e, sw_slice key, sw_slice *ret_value) {
    for (uint32_t i = 0; i < e->plan_count; i++) {
        sw_slice name = e->plans[i].name;
        if (key.len <= name.len || key.ptr[name.len] != '=') continue;
        if (memcmp(key.ptr, name.ptr, name.len) != 0) continue;
        *ret_value = sw_slice_sub(key, name.len + 1, key.len);
        return e->plans[i].plan;
    }
    return NULL;
}
