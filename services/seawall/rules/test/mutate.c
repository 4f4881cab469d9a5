#include "seawall/rules/test/mutate.h"

#include "seawall/rules/describe.h"

/* One fault while it is made. Faults are numbered in the order of the table below. */
typedef struct fault {
    sw_arena *arena;
    sw_rule *rule; /* a copy: its lists are still the original's */
    uint32_t index;
    sw_slice what;
} fault;

typedef struct family {
    uint32_t (*count)(const sw_rule *rule);
    bool (*make)(fault *f);
} family;

/* A copy of a list, to change an entry of. NULL: the arena is full. */
static void *copy_list(sw_arena *arena, const void *list, uint32_t count, size_t size) {
    char *copy = sw_arena_zero(arena, count + 1, size);
    if (copy && count) memcpy(copy, list, count * size);
    return copy;
}

/* A copy without entry `index`. */
static void *copy_without(sw_arena *arena, const void *list, uint32_t count, size_t size,
                          uint32_t index) {
    char *copy = copy_list(arena, list, count, size);
    if (copy) memmove(copy + index * size, copy + (index + 1) * size, (count - index - 1) * size);
    return copy;
}

static int64_t unit_of(sw_span span) {
    if (span.unit != SW_UNIT_EXACT) return 1;
    if (span.n % 3600000 == 0) return 3600000;
    return span.n % 60000 == 0 ? 60000 : 1000;
}

/* One unit more or less. False: nothing is less than nothing. */
static bool move_span(sw_span *span, bool more) {
    if (span->unit == SW_UNIT_END_OF) {
        span->period = more ? (sw_period)((span->period + 1) % (SW_YEAR + 1))
                            : (sw_period)((span->period + SW_YEAR) % (SW_YEAR + 1));
        return true;
    }
    int64_t unit = unit_of(*span);
    if (!more && span->n < unit) return false;
    span->n += more ? unit : -unit;
    return true;
}

static const sw_cel *moved_expression(fault *f, const sw_event_type *type, const sw_cel *n,
                                      bool more) {
    sw_slice text =
        sw_arena_printf(f->arena, "(%.*s) %s 1", SW_FMT(sw_cel_text(n)), more ? "+" : "-");
    return sw_rule_condition(f->arena, f->rule, type, text, SW_INT);
}

static const sw_cel *turned(fault *f, const sw_event_type *type, const sw_cel *when) {
    sw_slice text = sw_arena_printf(f->arena, "!(%.*s)", SW_FMT(sw_cel_text(when)));
    return sw_rule_condition(f->arena, f->rule, type, text, SW_BOOL);
}

/* The same change to the conditions of every start entry. */
static const sw_cel *const *turned_all(fault *f, const sw_cel *const *when) {
    const sw_cel **cels = sw_arena_zero(f->arena, f->rule->start_count, sizeof *cels);
    for (uint32_t i = 0; cels && i < f->rule->start_count; i++)
        if (!(cels[i] = turned(f, f->rule->starts[i].type, when[i]))) return NULL;
    return cels;
}

static uint32_t limit_faults(const sw_rule *rule) {
    return rule->limit_count * 3;
}

static bool move_limit(fault *f, sw_limit *limit, bool more) {
    if (!limit->n) {
        sw_slice before = sw_describe_span(f->arena, limit->span);
        if (!move_span(&limit->span, more)) return false;
        f->what = sw_arena_printf(f->arena, "limit %.*s → %.*s", SW_FMT(before),
                                  SW_FMT(sw_describe_span(f->arena, limit->span)));
        return true;
    }
    const sw_cel **cels = sw_arena_zero(f->arena, f->rule->start_count, sizeof *cels);
    for (uint32_t i = 0; cels && i < f->rule->start_count; i++)
        if (!(cels[i] = moved_expression(f, f->rule->starts[i].type, limit->n[i], more)))
            return false;
    f->what = sw_arena_printf(f->arena, "limit %.*s %s 1", SW_FMT(sw_cel_text(limit->n[0])),
                              more ? "+" : "-");
    limit->n = cels;
    return cels != NULL;
}

static bool make_limit(fault *f) {
    uint32_t entry = f->index / 3;
    sw_limit *limits = copy_list(f->arena, f->rule->limits, f->rule->limit_count, sizeof *limits);
    if (!limits) return false;
    f->rule->limits = limits;
    if (f->index % 3 < 2) return move_limit(f, &limits[entry], f->index % 3 == 0);
    if (!limits[entry].when) return false;
    f->what = sw_arena_printf(f->arena, "limit %u: 'when' turned round", entry + 1);
    limits[entry].when = turned_all(f, limits[entry].when);
    return limits[entry].when != NULL;
}

/* Lists of {on, when, at}: an entry taken out, its `when` turned round, its `at` left out. */
typedef struct on_list {
    const char *name;
    size_t at, at_count;
} on_list;

static const on_list on_lists[] = {
    {"start", offsetof(sw_rule, starts), offsetof(sw_rule, start_count)},
    {"stop", offsetof(sw_rule, stops), offsetof(sw_rule, stop_count)},
    {"cancel", offsetof(sw_rule, cancels), offsetof(sw_rule, cancel_count)},
    {"restart", offsetof(sw_rule, restarts), offsetof(sw_rule, restart_count)},
};

static uint32_t list_count(const sw_rule *rule, const on_list *list) {
    return *(const uint32_t *)(const void *)((const char *)rule + list->at_count);
}

static uint32_t on_faults(const sw_rule *rule) {
    uint32_t count = 0;
    for (size_t i = 0; i < SW_COUNT(on_lists); i++) count += list_count(rule, &on_lists[i]) * 3;
    return count;
}

static bool change_on(fault *f, sw_on *on, uint32_t how, const char *name, uint32_t entry) {
    if (how == 1 && on->when) {
        f->what = sw_arena_printf(f->arena, "%s %u: 'when' turned round", name, entry + 1);
        on->when = turned(f, on->type, on->when);
        return on->when != NULL;
    }
    if (how == 2 && on->at) {
        f->what = sw_arena_printf(f->arena, "%s %u: 'at' left out", name, entry + 1);
        on->at = NULL;
        return true;
    }
    return false;
}

static bool make_on(fault *f) {
    uint32_t index = f->index;
    for (size_t i = 0; i < SW_COUNT(on_lists); i++) {
        uint32_t count = list_count(f->rule, &on_lists[i]), entry = index / 3;
        if (entry >= count) {
            index -= count * 3;
            continue;
        }
        const sw_on **at = (const sw_on **)(void *)((char *)f->rule + on_lists[i].at);
        uint32_t *at_count = (uint32_t *)(void *)((char *)f->rule + on_lists[i].at_count);
        if (index % 3 == 0) {
            if (i == 0)
                return false; /* a rule without start is none: its other starts are tested
                                 by their own levels */
            f->what = sw_arena_printf(f->arena, "%s %u (%.*s) taken out", on_lists[i].name,
                                      entry + 1, SW_FMT((*at)[entry].type->name));
            *at = copy_without(f->arena, *at, count, sizeof **at, entry);
            *at_count = count - 1;
            return *at != NULL;
        }
        sw_on *ons = copy_list(f->arena, *at, count, sizeof *ons);
        *at = ons;
        return ons && change_on(f, &ons[entry], index % 3, on_lists[i].name, entry);
    }
    return false;
}

static uint32_t start_faults(const sw_rule *rule) {
    return rule->start_count > 1 ? rule->start_count : 0;
}

static bool without_choices(fault *f, uint32_t start);

static bool make_start(fault *f) {
    f->what = sw_arena_printf(f->arena, "start %u (%.*s) taken out", f->index + 1,
                              SW_FMT(f->rule->starts[f->index].type->name));
    return without_choices(f, f->index);
}

/* What is compiled for each start loses the entry too. */
static const sw_cel *const *without_start(fault *f, const sw_cel *const *cels, uint32_t start) {
    return cels ? copy_without(f->arena, cels, f->rule->start_count, sizeof *cels, start) : NULL;
}

static bool without_choices(fault *f, uint32_t start) {
    sw_rule *rule = f->rule;
    sw_limit *limits = copy_list(f->arena, rule->limits, rule->limit_count, sizeof *limits);
    sw_count_choice *counts = copy_list(f->arena, rule->counts, rule->count_count, sizeof *counts);
    sw_on *starts = copy_without(f->arena, rule->starts, rule->start_count, sizeof *starts, start);
    if (!limits || !counts || !starts) return false;
    for (uint32_t i = 0; i < rule->limit_count; i++) {
        limits[i].when = without_start(f, limits[i].when, start);
        limits[i].n = without_start(f, limits[i].n, start);
    }
    for (uint32_t i = 0; i < rule->count_count; i++)
        counts[i].when = without_start(f, counts[i].when, start);
    rule->limits = limits;
    rule->counts = counts;
    rule->starts = starts;
    rule->start_count--;
    return true;
}

static uint32_t pause_faults(const sw_rule *rule) {
    return rule->pause_count * 3;
}

static bool make_pause(fault *f) {
    uint32_t entry = f->index / 3, count = f->rule->pause_count;
    if (f->index % 3 == 0) {
        f->what = sw_arena_printf(f->arena, "pause %u (%.*s) taken out", entry + 1,
                                  SW_FMT(f->rule->pauses[entry].from.type->name));
        f->rule->pauses =
            copy_without(f->arena, f->rule->pauses, count, sizeof *f->rule->pauses, entry);
        f->rule->pause_count = count - 1;
        return f->rule->pauses != NULL;
    }
    sw_pause_entry *pauses = copy_list(f->arena, f->rule->pauses, count, sizeof *pauses);
    if (!pauses) return false;
    f->rule->pauses = pauses;
    return f->index % 3 == 1 ? change_on(f, &pauses[entry].from, 1, "pause from", entry)
                             : change_on(f, &pauses[entry].to, 1, "pause to", entry);
}

static uint32_t extend_faults(const sw_rule *rule) {
    return rule->extend_count * 3;
}

static bool make_extend(fault *f) {
    uint32_t entry = f->index / 3, count = f->rule->extend_count;
    if (f->index % 3 == 0) {
        f->what = sw_arena_printf(f->arena, "extension %u (%.*s) taken out", entry + 1,
                                  SW_FMT(f->rule->extends[entry].on.type->name));
        f->rule->extends =
            copy_without(f->arena, f->rule->extends, count, sizeof *f->rule->extends, entry);
        f->rule->extend_count = count - 1;
        return f->rule->extends != NULL;
    }
    sw_extend *extends = copy_list(f->arena, f->rule->extends, count, sizeof *extends);
    if (!extends) return false;
    f->rule->extends = extends;
    sw_extend *extend = &extends[entry];
    if (f->index % 3 == 1) return change_on(f, &extend->on, 1, "extension", entry);
    f->what = sw_arena_printf(f->arena, "extension %u one unit longer", entry + 1);
    if (!extend->amount.n) return move_span(&extend->amount.span, true);
    extend->amount.n = moved_expression(f, extend->on.type, extend->amount.n, true);
    return extend->amount.n != NULL;
}

static uint32_t warn_faults(const sw_rule *rule) {
    return rule->warn_count;
}

static bool is_short(const sw_rule *rule) {
    for (uint32_t i = 0; i < rule->limit_count; i++)
        if (!rule->limits[i].n && rule->limits[i].span.unit == SW_UNIT_EXACT &&
            rule->limits[i].span.n < 2 * 3600000)
            return true;
    return false;
}

/* Away from where it might be cut: a level before due later, one after the start earlier. */
static bool make_warn(fault *f) {
    sw_warn *warns = copy_list(f->arena, f->rule->warns, f->rule->warn_count, sizeof *warns);
    if (!warns) return false;
    f->rule->warns = warns;
    sw_warn *warn = &warns[f->index];
    int64_t step_ms = is_short(f->rule) ? 60000 : 3600000;
    if (warn->at.anchor == SW_AT_PERCENT)
        warn->at.percent += warn->at.percent < 100 ? 1 : (uint32_t)-1;
    else if (warn->at.offset_ms < 0)
        warn->at.offset_ms += step_ms;
    else if (warn->at.anchor == SW_AT_START && warn->at.offset_ms <= SW_DAY_MS)
        warn->at.offset_ms += SW_DAY_MS + step_ms; /* past a begin on the next day */
    else
        warn->at.offset_ms -= step_ms;
    f->what = sw_arena_printf(f->arena, "level %s at %.*s moved", sw_level_name(warn->level),
                              SW_FMT(warn->at_text));
    return true;
}

static uint32_t check_faults(const sw_rule *rule) {
    return rule->kind == SW_CHECK && rule->on.when;
}

static bool make_check(fault *f) {
    f->what = SW_S("'when' turned round");
    f->rule->on.when = turned(f, f->rule->on.type, f->rule->on.when);
    return f->rule->on.when != NULL;
}

static const family families[] = {
    {limit_faults, make_limit}, {on_faults, make_on},         {start_faults, make_start},
    {pause_faults, make_pause}, {extend_faults, make_extend}, {warn_faults, make_warn},
    {check_faults, make_check},
};

uint32_t mutate_count(const sw_rule *rule) {
    uint32_t count = 0;
    for (size_t i = 0; i < SW_COUNT(families); i++) count += families[i].count(rule);
    return count;
}

bool mutate_rule(sw_arena *arena, const sw_rule *rule, uint32_t n, sw_rule *ret,
                 sw_slice *ret_what) {
    SW_ASSERT(n < mutate_count(rule));
    *ret = *rule;
    fault f = {.arena = arena, .rule = ret, .index = n};
    size_t i = 0;
    while (f.index >= families[i].count(rule)) f.index -= families[i++].count(rule);
    bool made = families[i].make(&f);
    *ret_what = f.what;
    return made;
}
