#include "rules/pack.h"

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

bool sw_rule_is_evaluated(const sw_rule *rule) {
    return rule->kind == SW_DEADLINE || rule->kind == SW_CHECK;
}
