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

/* By one, or a moment by an hour. */
static const sw_cel *moved_expression(fault *f, const sw_event_type *type, const sw_cel *n,
                                      bool more) {
    bool moment = sw_cel_result_type(n)->kind == SW_TIMESTAMP;
    sw_slice text = sw_arena_printf(f->arena, "(%.*s) %s %s", SW_FMT(sw_cel_text(n)),
                                    more ? "+" : "-", moment ? "duration(\"1h\")" : "1");
    return sw_rule_condition(f->arena, f->rule, type, text, moment ? SW_TIMESTAMP : SW_INT);
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

static uint32_t event_faults(const sw_rule *rule) {
    return rule->on_count * 2;
}

/* An entry of `on` taken out, or its `when` turned round. What is kept for each entry goes with it.
 */
static bool make_event(fault *f) {
    uint32_t entry = f->index / 2, count = f->rule->on_count;
    if (f->index % 2 == 0) {
        if (count == 1) return false;
        sw_on *ons = copy_list(f->arena, f->rule->ons, count, sizeof *ons);
        if (!ons) return false;
        f->what = sw_arena_printf(f->arena, "on %u (%.*s) taken out", entry + 1,
                                  SW_FMT(ons[entry].type->name));
        ons[entry].when =
            sw_rule_condition(f->arena, f->rule, ons[entry].type, SW_S("false"), SW_BOOL);
        f->rule->ons = ons;
        return ons[entry].when != NULL;
    }
    sw_on *ons = copy_list(f->arena, f->rule->ons, count, sizeof *ons);
    f->rule->ons = ons;
    return ons && change_on(f, &ons[entry], 1, "on", entry);
}

static uint32_t window_faults(const sw_rule *rule) {
    bool window = rule->kind == SW_THRESHOLD || rule->kind == SW_MATCH;
    return (window ? 2 : 0) + rule->before_count * 4;
}

/* A window one unit longer or shorter. */
static bool move_window(fault *f, sw_window *window, bool more, const char *name) {
    sw_window before = *window;
    if (window->form == SW_WINDOW_NONE) return false;
    if (window->form == SW_WINDOW_CALENDAR) {
        if (more ? window->period == SW_YEAR : window->period == SW_DAY) return false;
        window->period = (sw_period)((int)window->period + (more ? 1 : -1));
    } else {
        int64_t unit =
            window->ms % SW_DAY_MS == 0 ? SW_DAY_MS : unit_of((sw_span){.n = window->ms});
        if (!more && window->ms <= unit) return false;
        window->ms += more ? unit : -unit;
    }
    f->what = sw_arena_printf(f->arena, "%s %.*s → %.*s", name,
                              SW_FMT(sw_describe_window(f->arena, before)),
                              SW_FMT(sw_describe_window(f->arena, *window)));
    return true;
}

static bool make_before(fault *f, uint32_t index) {
    uint32_t entry = index / 4, count = f->rule->before_count;
    sw_before *befores = copy_list(f->arena, f->rule->befores, count, sizeof *befores);
    if (!befores) return false;
    const char *name = f->rule->forbids ? "forbids" : "requires";
    f->rule->befores = befores;
    if (index % 4 < 2) return move_window(f, &befores[entry].within, index % 4 == 0, name);
    if (index % 4 == 2) return change_on(f, &befores[entry].on, 1, name, entry);
    f->what = sw_arena_printf(f->arena, "%s %u (%.*s) taken out", name, entry + 1,
                              SW_FMT(befores[entry].on.type->name));
    f->rule->befores = copy_without(f->arena, befores, count, sizeof *befores, entry);
    f->rule->before_count = count - 1;
    return f->rule->befores != NULL;
}

static bool make_window(fault *f) {
    uint32_t own = f->rule->kind == SW_THRESHOLD || f->rule->kind == SW_MATCH ? 2 : 0;
    if (f->index >= own) return make_before(f, f->index - own);
    return move_window(f, &f->rule->within, f->index == 0, "within");
}

static uint32_t threshold_faults(const sw_rule *rule) {
    return rule->level_count * 4 + (rule->baseline > 0) + (rule->distinct.count > 0) +
           (rule->once.count > 0) + rule->except_count + (rule->weights != NULL);
}

/* The count of a level one up or down, its ratio fifty points. */
static bool move_level(fault *f, uint32_t index) {
    enum { POINTS = 50 };
    sw_rule *rule = f->rule;
    sw_threshold_level *levels =
        copy_list(f->arena, rule->levels, rule->level_count, sizeof *levels);
    rule->levels = levels;
    if (!levels) return false;
    sw_threshold_level *level = &levels[index / 4];
    const bool more = index % 2 == 0, ratio = index % 4 > 1;
    uint32_t *n = ratio ? &level->ratio : &level->count, by = ratio ? POINTS : 1;
    if (ratio && !*n) return false;
    if (!ratio && level->ratio && *n == 1) return false; /* not written: any number */
    if (!more && *n <= by) return false;
    *n += more ? by : (uint32_t)-by;
    f->what = sw_arena_printf(f->arena, "level %s: %s %u %s", sw_level_name(level->warn.level),
                              ratio         ? "ratio"
                              : rule->below ? "below"
                                            : "count",
                              by, more ? "more" : "less");
    return true;
}

/* Levels moved, then what counts left out. */
static bool make_threshold(fault *f) {
    uint32_t index = f->index, counts = f->rule->level_count * 4;
    sw_rule *rule = f->rule;
    if (index < counts) return move_level(f, index);
    index -= counts;
    if (rule->baseline && index-- == 0) {
        f->what = SW_S("'baseline' one window longer");
        rule->baseline++;
    } else if (rule->distinct.count && index-- == 0) {
        f->what = SW_S("'distinct' left out");
        rule->distinct.count = 0;
    } else if (rule->once.count && index-- == 0) {
        f->what = SW_S("'once_per' left out");
        rule->once.count = 0;
    } else if (index < rule->except_count) {
        f->what = sw_arena_printf(f->arena, "except %u (%.*s) taken out", index + 1,
                                  SW_FMT(rule->excepts[index].on.type->name));
        rule->excepts =
            copy_without(f->arena, rule->excepts, rule->except_count, sizeof *rule->excepts, index);
        rule->except_count--;
        return rule->excepts != NULL;
    } else {
        f->what = SW_S("'weight' left out");
        rule->weights = NULL;
    }
    return true;
}

static uint32_t match_faults(const sw_rule *rule) {
    return rule->kind == SW_MATCH ? 3 : 0;
}

static bool make_match(fault *f) {
    if (f->index == 0) return change_on(f, &f->rule->left, 1, "left", 0);
    if (f->index == 1) return change_on(f, &f->rule->right, 1, "right", 0);
    if (!f->rule->where) return false;
    f->what = SW_S("'where' left out");
    f->rule->where = NULL;
    return true;
}

static uint32_t settle_faults(const sw_rule *rule) {
    return rule->settle_ms > 0;
}

static bool make_settle(fault *f) {
    f->what = SW_S("'settle' left out");
    f->rule->settle_ms = 0;
    return true;
}

static const family families[] = {
    {limit_faults, make_limit}, {on_faults, make_on},         {start_faults, make_start},
    {pause_faults, make_pause}, {extend_faults, make_extend}, {warn_faults, make_warn},
    {event_faults, make_event}, {window_faults, make_window}, {threshold_faults, make_threshold},
    {match_faults, make_match}, {settle_faults, make_settle},
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
