#include "seawall/rules/rule_json.h"

#include "seawall/cli/report.h"
#include "seawall/rules/describe.h"
#include "text/json.h"

static void basis(sw_buf *buf, const sw_basis *list, uint32_t count) {
    sw_buf_add_byte(buf, '[');
    for (uint32_t i = 0; i < count; i++) {
        bool first = true;
        sw_buf_add_cstr(buf, i ? ",{" : "{");
        sw_report_text(buf, &first, "law", list[i].law);
        sw_report_text(buf, &first, "article", list[i].article);
        sw_report_text(buf, &first, "text", list[i].text);
        sw_buf_add_byte(buf, '}');
    }
    sw_buf_add_byte(buf, ']');
}

static void on(sw_buf *buf, const sw_on *entry) {
    bool first = true;
    sw_buf_add_byte(buf, '{');
    sw_report_text(buf, &first, "on", entry->type->name);
    if (entry->when) sw_report_text(buf, &first, "when", sw_cel_text(entry->when));
    if (entry->at) sw_report_text(buf, &first, "at", sw_cel_text(entry->at));
    sw_buf_add_byte(buf, '}');
}

static void ons(sw_buf *buf, bool *first, const char *name, const sw_on *list, uint32_t count) {
    if (!count) return;
    sw_report_name(buf, first, name);
    sw_buf_add_byte(buf, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i) sw_buf_add_byte(buf, ',');
        on(buf, &list[i]);
    }
    sw_buf_add_byte(buf, ']');
}

/* `number`: of a threshold's level; NULL: of another rule's. */
static void warn(sw_buf *buf, const sw_rule *rule, const sw_warn *level,
                 const sw_threshold_level *number, sw_arena *arena) {
    bool first = true;
    sw_buf_add_byte(buf, '{');
    sw_report_text(buf, &first, "level", sw_slice_cstr(sw_level_name(level->level)));
    sw_report_text(buf, &first, "at", level->at_text);
    if (number) sw_report_int(buf, &first, rule->below ? "below" : "count", number->count);
    if (number && number->ratio) sw_report_int(buf, &first, "ratio_percent", number->ratio);
    if (level->to_count) {
        sw_report_name(buf, &first, "to");
        sw_report_texts(buf, level->to, level->to_count);
    }
    if (level->repeat_every_ms) {
        sw_report_text(buf, &first, "repeat_every",
                       sw_describe_length(arena, level->repeat_every_ms));
        sw_report_int(buf, &first, "repeat_max", level->repeat_max);
    }
    sw_buf_add_byte(buf, '}');
}

static void levels(sw_buf *buf, const sw_rule *rule, sw_arena *arena) {
    sw_buf_add_byte(buf, '[');
    for (uint32_t i = 0; i < rule->warn_count; i++) {
        if (i) sw_buf_add_byte(buf, ',');
        warn(buf, rule, &rule->warns[i], NULL, arena);
    }
    for (uint32_t i = 0; i < rule->level_count; i++) {
        if (i) sw_buf_add_byte(buf, ',');
        warn(buf, rule, &rule->levels[i].warn, &rule->levels[i], arena);
    }
    if (!rule->warn_count && !rule->level_count) warn(buf, rule, &rule->warn, NULL, arena);
    sw_buf_add_byte(buf, ']');
}

static void deadline(sw_buf *buf, bool *first, const sw_rule *rule) {
    ons(buf, first, "start", rule->starts, rule->start_count);
    ons(buf, first, "stop", rule->stops, rule->stop_count);
    ons(buf, first, "cancel", rule->cancels, rule->cancel_count);
    ons(buf, first, "restart", rule->restarts, rule->restart_count);
    if (rule->pause_count) {
        sw_report_name(buf, first, "pause");
        for (uint32_t i = 0; i < rule->pause_count; i++) {
            sw_buf_add_cstr(buf, i ? ",{\"from\":" : "[{\"from\":");
            on(buf, &rule->pauses[i].from);
            sw_buf_add_cstr(buf, ",\"to\":");
            on(buf, &rule->pauses[i].to);
            sw_buf_add_byte(buf, '}');
        }
        sw_buf_add_byte(buf, ']');
    }
    for (uint32_t i = 0; i < rule->extend_count; i++) {
        if (i == 0) sw_report_name(buf, first, "extend");
        sw_buf_add_byte(buf, i ? ',' : '[');
        on(buf, &rule->extends[i].on);
    }
    if (rule->extend_count) sw_buf_add_byte(buf, ']');
    sw_report_bool(buf, first, "liberty", rule->liberty);
}

static void fields(sw_buf *buf, bool *first, const char *name, const sw_rule *rule,
                   const sw_fields *list) {
    if (!list->count) return;
    sw_report_name(buf, first, name);
    for (uint32_t i = 0; i < list->count; i++) {
        sw_buf_add_byte(buf, i ? ',' : '[');
        sw_json_write_string(buf, rule->ons[0].type->fields[list->slots[i]].name);
    }
    sw_buf_add_byte(buf, ']');
}

static void befores(sw_buf *buf, bool *first, const sw_rule *rule, sw_arena *arena) {
    if (!rule->before_count) return;
    sw_report_name(buf, first, rule->forbids ? "forbids" : "requires");
    for (uint32_t i = 0; i < rule->before_count; i++) {
        const sw_before *before = &rule->befores[i];
        bool inner = true;
        sw_buf_add_cstr(buf, i ? ",{" : "[{");
        sw_report_text(buf, &inner, "on", before->on.type->name);
        if (before->on.when) sw_report_text(buf, &inner, "when", sw_cel_text(before->on.when));
        sw_report_text(buf, &inner, "within", sw_describe_window(arena, before->within));
        sw_report_bool(buf, &inner, "or_same", before->or_same);
        sw_buf_add_byte(buf, '}');
    }
    sw_buf_add_byte(buf, ']');
}

/* What threshold, sequence and match rules have beside `on`. */
static void others(sw_buf *buf, bool *first, const sw_rule *rule, sw_arena *arena) {
    if (rule->kind == SW_THRESHOLD || rule->kind == SW_MATCH)
        sw_report_text(buf, first, "within", sw_describe_window(arena, rule->within));
    if (rule->baseline) sw_report_int(buf, first, "baseline", rule->baseline);
    fields(buf, first, "distinct", rule, &rule->distinct);
    fields(buf, first, "once_per", rule, &rule->once);
    if (rule->once.count)
        sw_report_text(buf, first, "once_within", sw_describe_length(arena, rule->once_ms));
    for (uint32_t i = 0; i < rule->except_count; i++) {
        if (i == 0) sw_report_name(buf, first, "except");
        sw_buf_add_byte(buf, i ? ',' : '[');
        on(buf, &rule->excepts[i].on);
    }
    if (rule->except_count) sw_buf_add_byte(buf, ']');
    if (rule->weights) sw_report_text(buf, first, "weight", sw_cel_text(rule->weights[0]));
    befores(buf, first, rule, arena);
    if (rule->kind == SW_MATCH) {
        ons(buf, first, "left", &rule->left, 1);
        ons(buf, first, "right", &rule->right, 1);
        if (rule->where) sw_report_text(buf, first, "where", sw_cel_text(rule->where));
        sw_report_int(buf, first, "max_pairs", rule->max_pairs);
    }
    if (rule->settle_ms)
        sw_report_text(buf, first, "settle", sw_describe_length(arena, rule->settle_ms));
}

static void heads(sw_buf *buf, bool *first, const sw_rule *rule, sw_arena *arena) {
    sw_slice pack =
        sw_arena_printf(arena, "%.*s@%.*s", SW_FMT(rule->pack->name), SW_FMT(rule->pack->version));
    const struct {
        const char *name;
        sw_slice text;
    } heads[] = {
        {"id", rule->id},
        {"pack", pack},
        {"kind", sw_slice_cstr(sw_kind_name(rule->kind))},
        {"name", rule->name},
        {"name_en", rule->name_en},
        {"text", rule->text},
        {"note", rule->note},
        {"domain", rule->domain},
        {"element", rule->element},
        {"severity", sw_slice_cstr(sw_severity_name(rule->severity))},
        {"tier", rule->tier},
        {"compartment", rule->compartment},
        {"number_source", rule->number_source},
        {"effective_from", sw_describe_time(arena, rule->pack->zone, rule->from_ms, "")},
        {"effective_until", sw_describe_time(arena, rule->pack->zone, rule->until_ms, "")},
        {"limit", sw_describe_limit(arena, rule)},
        {"file", rule->file},
    };
    for (size_t i = 0; i < SW_COUNT(heads); i++)
        sw_report_text(buf, first, heads[i].name, heads[i].text);
    sw_report_name(buf, first, "key");
    sw_report_texts(buf, rule->key_names, rule->key_count);
    sw_report_int(buf, first, "line", rule->line);
    sw_report_bool(buf, first, "local_default", rule->local_default);
}

void sw_rule_json(sw_buf *buf, const sw_rule *rule, sw_arena *arena) {
    bool first = true;
    sw_buf_add_byte(buf, '{');
    heads(buf, &first, rule, arena);
    if (rule->kind == SW_DEADLINE) deadline(buf, &first, rule);
    ons(buf, &first, "on", rule->ons, rule->on_count);
    others(buf, &first, rule, arena);
    sw_report_name(buf, &first, "levels");
    levels(buf, rule, arena);
    sw_report_name(buf, &first, "basis");
    basis(buf, rule->basis, rule->basis_count);
    sw_buf_add_byte(buf, '}');
}
