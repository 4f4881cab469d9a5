/* `count`, `caution` and `warn` of a deadline: how it is counted and where its levels stand. */
#include "rules/load/cond.h"
#include "rules/load/span.h"

static const char *const begin_names[] = {"instant", "next-hour", "next-day"};
static const char *const end_names[] = {"instant", "end-of-day"};
static const char *const month_end_names[] = {"same", "last"};
static const char *const rollover_names[] = {"none", "workday", "workday-before"};
static const choice_list begin_choices = {begin_names, SW_COUNT(begin_names)};
static const choice_list end_choices = {end_names, SW_COUNT(end_names)};
static const choice_list month_end_choices = {month_end_names, SW_COUNT(month_end_names)};
static const choice_list rollover_choices = {rollover_names, SW_COUNT(rollover_names)};

typedef struct count_parts {
    int begin, end, month_end, rollover;
    const sw_yaml *when, *lead;
} count_parts;

static const key_spec count_keys[] = {
    {"when", load_node, offsetof(count_parts, when)},
    {"begin", load_choice, offsetof(count_parts, begin), .arg = &begin_choices},
    {"end", load_choice, offsetof(count_parts, end), .arg = &end_choices},
    {"month_end", load_choice, offsetof(count_parts, month_end), .arg = &month_end_choices},
    {"rollover", load_choice, offsetof(count_parts, rollover), .arg = &rollover_choices},
    {"lead", load_node, offsetof(count_parts, lead)},
};
static const key_table count_table = {"count", count_keys, SW_COUNT(count_keys)};
static const key_table caution_table = {"caution", count_keys + 1, SW_COUNT(count_keys) - 1};

static void load_lead(loader *l, const sw_yaml *node, sw_span *ret) {
    sw_span lead;
    size_t before = load_enter_key(l, SW_S("lead"));
    if (load_span(l, node, false, &lead)) {
        if (lead.unit == SW_UNIT_DAYS || lead.unit == SW_UNIT_WORKDAYS)
            *ret = lead;
        else
            load_error_at(l, SW_E_INVALID, node, "write 7d or 5wd",
                          "a lead is in natural or working days");
        l->rule->uses_calendar |= lead.unit == SW_UNIT_WORKDAYS;
    }
    load_leave(l, before);
}

/* A period on a person's liberty is never lengthened by a holiday (刑事诉讼法 Art. 105). */
static void check_liberty(loader *l, const sw_yaml *node, const sw_count *count) {
    const sw_yaml *at = sw_yaml_get(node, "rollover");
    if (l->rule->rule.liberty && count->rollover == SW_ROLL_WORKDAY && at)
        load_error_at(l, SW_E_INVALID, at, "write rollover: none or workday-before",
                      "a rule with liberty may not roll forward");
}

static void load_count_map(loader *l, const sw_yaml *node, const key_table *table, sw_count *ret,
                           const sw_yaml **ret_when) {
    count_parts parts = {0};
    if (!load_map(l, node, &parts, table, 0)) return;
    *ret = (sw_count){.begin = (sw_begin)parts.begin,
                      .end_of_day = parts.end == 1,
                      .month_end_last = parts.month_end == 1,
                      .rollover = (sw_rollover)parts.rollover,
                      .lead = {.unit = SW_UNIT_DAYS}};
    if (parts.lead) load_lead(l, parts.lead, &ret->lead);
    l->rule->uses_calendar |= ret->rollover != SW_ROLL_NONE;
    check_liberty(l, node, ret);
    *ret_when = parts.when;
}

void load_counts(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    rule_draft *draft = into;
    item_iter items;
    if (!load_items(l, node, false, &items)) return;
    sw_count_choice *choices = load_zero(l, items.count, sizeof *choices);
    const sw_yaml *item = items.next;
    bool always = false;
    for (uint32_t i = 0; choices && i < items.count; i++, item = item->next) {
        const sw_yaml *when = NULL;
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        load_count_map(l, item, &count_table, &choices[i].count, &when);
        if (always)
            load_error_at(l, SW_E_INVALID, item, "the first entry that holds is taken: put it last",
                          "it is never reached: an entry above has no 'when'");
        always |= !when;
        if (when) {
            size_t inner = load_enter_key(l, SW_S("when"));
            choices[i].when = cond_compile_starts(l, when, sw_cel_type_of(SW_BOOL));
            load_leave(l, inner);
        }
        load_leave(l, before);
    }
    draft->rule.counts = choices;
    draft->rule.count_count = choices ? items.count : 0;
}

void load_caution(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    rule_draft *draft = into;
    const sw_yaml *when = NULL;
    sw_count *count = load_zero(l, 1, sizeof *count);
    if (!count) return;
    load_count_map(l, node, &caution_table, count, &when);
    draft->rule.caution = count;
}

typedef struct repeat_parts {
    int64_t every_ms;
    uint32_t max;
    const sw_yaml *to_after;
} repeat_parts;

static const uint32_t repeat_most = 1000;
static const key_spec repeat_keys[] = {
    {"every", load_length_key, offsetof(repeat_parts, every_ms), .required = true},
    {"max", load_count, offsetof(repeat_parts, max), .arg = &repeat_most, .required = true},
    {"to_after", load_node, offsetof(repeat_parts, to_after)},
};
static const key_spec after_keys[] = {
    {"n", load_count, offsetof(struct sw_repeat_to, n), .arg = &repeat_most, .required = true},
    {"to", load_texts, offsetof(struct sw_repeat_to, to), offsetof(struct sw_repeat_to, to_count),
     .required = true},
};
static const key_table after_table = {"an entry {n, to}", after_keys, SW_COUNT(after_keys)};
static const key_table repeat_table = {"repeat", repeat_keys, SW_COUNT(repeat_keys)};

/* Those of before and the entry's own, each once. */
static void join_roles(loader *l, const sw_slice *before, uint32_t count,
                       struct sw_repeat_to *entry) {
    sw_slice *all = load_zero(l, (size_t)count + entry->to_count, sizeof *all);
    if (!all) return;
    if (count) memcpy(all, before, count * sizeof *all);
    for (uint32_t i = 0; i < entry->to_count; i++) {
        bool twice = false;
        for (uint32_t k = 0; k < count && !twice; k++) twice = sw_slice_eq(all[k], entry->to[i]);
        if (!twice) all[count++] = entry->to[i];
    }
    entry->to = all;
    entry->to_count = count;
}

/* Who else is told from the n-th repeat on. */
static void load_to_after(loader *l, const sw_yaml *node, sw_warn *warn) {
    item_iter items;
    size_t path = load_enter_key(l, SW_S("to_after"));
    struct sw_repeat_to *list = NULL;
    if (load_items(l, node, false, &items)) list = load_zero(l, items.count, sizeof *list);
    const sw_yaml *item = list ? items.next : NULL;
    for (uint32_t i = 0; list && i < items.count; i++, item = item->next) {
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        (void)load_map(l, item, &list[i], &after_table, 0);
        if (list[i].n && ((i && list[i].n <= list[i - 1].n) || list[i].n > warn->repeat_max))
            load_error_at(l, SW_E_RANGE, item, "n counts repeats, from 1 to max, and rises",
                          "%u can't stand here", list[i].n);
        join_roles(l, i ? list[i - 1].to : warn->to, i ? list[i - 1].to_count : warn->to_count,
                   &list[i]);
        load_leave(l, before);
    }
    load_leave(l, path);
    warn->repeat_to = list;
    warn->repeat_to_count = list ? items.count : 0;
}

static void load_repeat(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    sw_warn *warn = into;
    repeat_parts parts = {0};
    if (!load_map(l, node, &parts, &repeat_table, 0) || !parts.every_ms || !parts.max) return;
    warn->repeat_every_ms = parts.every_ms;
    warn->repeat_max = parts.max;
    if (parts.to_after) load_to_after(l, parts.to_after, warn);
}

static void load_at(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    sw_warn *warn = into;
    if (!load_moment(l, node, &warn->at)) return;
    warn->at_text = node->text;
    if (warn->at.anchor == SW_AT_CAUTION && !l->rule->rule.caution)
        load_error_at(l, SW_E_MISSING, node, "add caution: {…} with its own way of counting",
                      "the rule counts no caution");
}

static const char *const past_names[] = {"tell", "skip"};
static const choice_list past_choices = {past_names, SW_COUNT(past_names)};

/* What becomes of a level that lies before the begin: it stands there, or not at all. */
static void load_past(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    int past = 0;
    const key_spec own = {.name = spec->name, .at = 0, .arg = &past_choices};
    load_choice(l, node, &past, &own);
    ((sw_warn *)into)->at.skip_past = past == 1;
}

static const key_spec warn_keys[] = {
    {"at", load_at, .required = true},
    {"level", load_choice, offsetof(sw_warn, level), .arg = &sw_level_choices, .required = true},
    {"to", load_texts, offsetof(sw_warn, to), offsetof(sw_warn, to_count)},
    {"past", load_past},
    {"repeat", load_repeat},
};
static const key_table warn_table = {"a level {at, level, to, past, repeat}", warn_keys,
                                     SW_COUNT(warn_keys)};

/* A level stands once in a rule: `seen` has a bit for each. */
static void check_twice(loader *l, const sw_yaml *item, sw_level level, unsigned *seen) {
    const sw_yaml *at = item->kind == SW_YAML_MAP ? sw_yaml_get(item, "level") : NULL;
    if (!at || !sw_slice_is(at->text, sw_level_name(level))) return; /* told already */
    if (*seen & 1u << level)
        load_error_at(l, SW_E_INVALID, at, "use another level, or repeat: {every, max}",
                      "the level %s stands twice in the rule", sw_level_name(level));
    *seen |= 1u << level;
}

void load_warns(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    rule_draft *draft = into;
    item_iter items;
    if (!load_items(l, node, false, &items)) return;
    sw_warn *warns = load_zero(l, items.count, sizeof *warns);
    const sw_yaml *item = items.next;
    unsigned seen = 0;
    for (uint32_t i = 0; warns && i < items.count; i++, item = item->next) {
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        (void)load_map(l, item, &warns[i], &warn_table, 0);
        check_twice(l, item, warns[i].level, &seen);
        load_leave(l, before);
    }
    draft->rule.warns = warns;
    draft->rule.warn_count = warns ? items.count : 0;
}

/* "150%". */
static void load_ratio(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    enum { RATIO_MAX = 10000 };
    int64_t n;
    if (!load_is_scalar(l, node, "a ratio")) return;
    const sw_slice text = node->text;
    if (text.len < 2 || text.ptr[text.len - 1] != '%' ||
        !sw_slice_int(sw_slice_sub(text, 0, text.len - 1), &n))
        load_error_at(l, SW_E_SYNTAX, node, "write whole percents: 150%", "'%.*s' is no ratio",
                      SW_FMT(text));
    else if (n < 1 || n > RATIO_MAX)
        load_error_at(l, SW_E_RANGE, node, NULL, "%lld %% is not from 1 to %d", (long long)n,
                      RATIO_MAX);
    else
        *(uint32_t *)((char *)into + spec->at) = (uint32_t)n;
}

typedef struct level_nodes {
    sw_threshold_level level;
    uint32_t below;
} level_nodes;

static const uint32_t threshold_most = 1000000;
static const key_spec threshold_keys[] = {
    {"count", load_count, offsetof(level_nodes, level.count), .arg = &threshold_most},
    {"ratio", load_ratio, offsetof(level_nodes, level.ratio)},
    {"below", load_count, offsetof(level_nodes, below), .arg = &threshold_most},
    {"level", load_choice, offsetof(level_nodes, level.warn.level), .arg = &sw_level_choices,
     .required = true},
    {"to", load_texts, offsetof(level_nodes, level.warn.to),
     offsetof(level_nodes, level.warn.to_count)},
};
static const key_table threshold_table = {"a level {count, ratio, below, level, to}",
                                          threshold_keys, SW_COUNT(threshold_keys)};

/* Levels either count up, and fire at the event that reaches them, or are `below`, and fire when
 * the period is over. */
static void load_threshold_level(loader *l, const sw_yaml *item, sw_rule *rule, bool first,
                                 sw_threshold_level *ret) {
    level_nodes nodes = {.level.warn = {.to = rule->warn.to, .to_count = rule->warn.to_count}};
    if (!load_map(l, item, &nodes, &threshold_table, 0)) return;
    const sw_yaml *count = sw_yaml_get(item, "count"), *ratio = sw_yaml_get(item, "ratio"),
                  *below = sw_yaml_get(item, "below");
    if (below && (count || ratio))
        load_error_at(l, SW_E_INVALID, below, "make two rules of it",
                      "a level is either 'below' a number or reaches one");
    else if (!below && !count && !ratio)
        load_error_at(l, SW_E_MISSING, item, "count: 3, ratio: 150% or below: 3",
                      "a level needs the number that it fires at");
    if (first) rule->below = below != NULL;
    if (!first && rule->below != (below != NULL))
        load_error_at(l, SW_E_INVALID, item, "make two rules of it",
                      "levels of one rule are all 'below', or none is");
    *ret = nodes.level;
    if (below) ret->count = nodes.below;
    if (!ret->count) ret->count = 1;
}

void load_threshold_levels(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    rule_draft *draft = into;
    item_iter items;
    if (!load_items(l, node, false, &items)) return;
    sw_threshold_level *levels = load_zero(l, items.count, sizeof *levels);
    const sw_yaml *item = items.next;
    unsigned seen = 0;
    for (uint32_t i = 0; levels && i < items.count; i++, item = item->next) {
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        load_threshold_level(l, item, &draft->rule, i == 0, &levels[i]);
        check_twice(l, item, levels[i].warn.level, &seen);
        load_leave(l, before);
    }
    draft->rule.levels = levels;
    draft->rule.level_count = levels ? items.count : 0;
}
