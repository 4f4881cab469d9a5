#include "rules/ruleset.h"

/* Names of the pack language, in the order of the enums. */
static const char *const level_names[] = {"green", "blue", "yellow", "orange", "red", "breach"};
static const char *const level_names_zh[] = {"绿", "蓝", "黄", "橙", "红", "已超期"};
static const char *const kind_names[] = {"deadline", "check", "threshold", "sequence", "match"};
static const char *const severity_names[] = {"info", "minor", "major", "critical"};

const char *sw_level_name(sw_level level) {
    SW_ASSERT((size_t)level < SW_COUNT(level_names));
    return level_names[level];
}

const char *sw_level_name_zh(sw_level level) {
    SW_ASSERT((size_t)level < SW_COUNT(level_names_zh));
    return level_names_zh[level];
}

const char *sw_kind_name(sw_kind kind) {
    SW_ASSERT((size_t)kind < SW_COUNT(kind_names));
    return kind_names[kind];
}

const char *sw_severity_name(sw_severity severity) {
    SW_ASSERT((size_t)severity < SW_COUNT(severity_names));
    return severity_names[severity];
}

const sw_on *sw_use_on(const sw_use *use) {
    const sw_rule *rule = use->rule;
    switch (use->part) {
    case SW_PART_START:
        return &rule->starts[use->entry];
    case SW_PART_RESTART:
        return &rule->restarts[use->entry];
    case SW_PART_PAUSE_FROM:
        return &rule->pauses[use->entry].from;
    case SW_PART_PAUSE_TO:
        return &rule->pauses[use->entry].to;
    case SW_PART_EXTEND:
        return &rule->extends[use->entry].on;
    case SW_PART_STOP:
        return &rule->stops[use->entry];
    case SW_PART_CANCEL:
        return &rule->cancels[use->entry];
    case SW_PART_ON:
        return &rule->ons[use->entry];
    case SW_PART_EXCEPT:
        return &rule->excepts[use->entry].on;
    case SW_PART_BEFORE:
        return &rule->befores[use->entry].on;
    case SW_PART_LEFT:
        return &rule->left;
    case SW_PART_RIGHT:
        return &rule->right;
    case SW_PART_FACT:
        break;
    }
    return NULL;
}

uint32_t sw_rule_warn_count(const sw_rule *rule) {
    if (rule->kind == SW_DEADLINE) return rule->warn_count;
    return rule->kind == SW_THRESHOLD ? rule->level_count : 1;
}

const sw_warn *sw_rule_warn(const sw_rule *rule, uint32_t index) {
    SW_ASSERT(index < sw_rule_warn_count(rule));
    if (rule->kind == SW_DEADLINE) return &rule->warns[index];
    return rule->kind == SW_THRESHOLD ? &rule->levels[index].warn : &rule->warn;
}

const sw_slice *sw_warn_to(const sw_warn *warn, uint32_t repeat, uint32_t *ret_count) {
    for (uint32_t i = warn->repeat_to_count; i-- > 0;) {
        if (repeat < warn->repeat_to[i].n) continue;
        *ret_count = warn->repeat_to[i].to_count;
        return warn->repeat_to[i].to;
    }
    *ret_count = warn->to_count;
    return warn->to;
}

const sw_catalogue *sw_ruleset_catalogue(const sw_ruleset *set) {
    return set->catalogue;
}

uint32_t sw_ruleset_rule_count(const sw_ruleset *set) {
    return set->rule_count;
}

const sw_rule *sw_ruleset_rule(const sw_ruleset *set, uint32_t index) {
    SW_ASSERT(index < set->rule_count);
    return &set->rules[index];
}

uint32_t sw_ruleset_pack_count(const sw_ruleset *set) {
    return set->pack_count;
}

const sw_pack *sw_ruleset_pack(const sw_ruleset *set, uint32_t index) {
    SW_ASSERT(index < set->pack_count);
    return set->packs[index];
}

uint32_t sw_ruleset_line_count(const sw_ruleset *set) {
    return set->line_count;
}

const sw_rule_line *sw_ruleset_line(const sw_ruleset *set, uint32_t index) {
    SW_ASSERT(index < set->line_count);
    return &set->lines[index];
}

const sw_rule_line *sw_ruleset_line_of(const sw_ruleset *set, const sw_rule *rule) {
    SW_ASSERT(rule->index < set->rule_count);
    return &set->lines[set->line_of[rule->index]];
}

const sw_rule *sw_rule_line_at(const sw_rule_line *line, int64_t ms) {
    for (uint32_t i = 0; i < line->version_count; i++)
        if (line->versions[i]->from_ms <= ms && ms < line->versions[i]->until_ms)
            return line->versions[i];
    return NULL;
}

const sw_use *sw_ruleset_uses(const sw_ruleset *set, const sw_event_type *type,
                              uint32_t *ret_count) {
    const type_uses *uses = &set->by_type[type->index];
    *ret_count = uses->count;
    return set->uses + uses->first;
}

const sw_use *sw_ruleset_uses_by_key(const sw_ruleset *set, const sw_event_type *type,
                                     uint32_t key_id, uint32_t *ret_count) {
    const type_uses *uses = &set->by_type[type->index];
    for (uint32_t i = 0; i < uses->run_count; i++)
        if (uses->runs[i].key_id == key_id) {
            *ret_count = uses->runs[i].count;
            return set->uses + uses->runs[i].first;
        }
    *ret_count = 0;
    return set->uses;
}
