/* deadline.c - deadline rules: a group's events told as a story, instance by instance; then the
 * levels. */
#include "view.h"

/* A running or stopped period of a group. */
typedef struct instance {
    const sw_rule *rule;
    const sw_event *opened_by;
    int64_t start_ms;
    sw_span limit;
    sw_count count;
    sw_extension *extensions;
    uint32_t extension_count;
    sw_pause *pauses; /* open: to_ms is SW_TIME_MAX */
    uint32_t *pause_entries;
    uint32_t pause_count;
    const sw_event *stopped_by; /* NULL: it runs */
    int64_t stop_ms;
} instance;

struct story {
    sw_view *view;
    sw_group *group;
    instance *running; /* NULL: none */
    instance **all;
    uint32_t count;
};

static bool scaled(int64_t n, int64_t scale, int64_t *ret) {
    return !__builtin_mul_overflow(n, scale, ret);
}

/* An amount: a span as written, or an expression with its unit. */
static bool span_of(const struct story *story, const sw_rule *rule, const sw_event *event,
                    sw_span span, const sw_cel *n, int64_t scale_ms, sw_span *ret) {
    if (span.unit == SW_UNIT_UNTIL) {
        if (!sw_oracle_moment(story->view, story->group, rule, event, n, &span.n)) return false;
    } else if (n) {
        if (!sw_oracle_int(story->view, story->group, rule, event, n, &span.n)) return false;
        if (span.unit == SW_UNIT_EXACT && !scaled(span.n, scale_ms, &span.n)) return false;
    }
    *ret = span;
    return true;
}

/* Nothing that is counted is negative; a moment to count until is not before the start. */
static bool is_negative(sw_span span, int64_t start_ms) {
    if (span.unit == SW_UNIT_UNTIL) return span.n < start_ms;
    return span.unit != SW_UNIT_END_OF && span.n < 0;
}

/* "a list, the first that matches"; "If no entry of a limit list matches, nothing opens"; "a limit
 * entry whose expression fails or is negative doesn't match, and the next is tried". */
static bool choose_limit(const struct story *story, const sw_rule *rule, uint32_t start,
                         const sw_event *event, int64_t start_ms, sw_span *ret) {
    bool found = false;
    for (uint32_t i = 0; i < rule->limit_count; i++) {
        const sw_limit *limit = &rule->limits[i];
        const sw_cel *when = limit->when ? limit->when[start] : NULL;
        sw_span span;
        if (!sw_oracle_holds(story->view, story->group, rule, event, when)) continue;
        if (!span_of(story, rule, event, limit->span, limit->n ? limit->n[start] : NULL,
                     limit->scale_ms, &span))
            continue;
        if (is_negative(span, start_ms)) continue;
        *ret = span;
        found = true;
        if (story->view->bend != SW_BEND_LAST_LIMIT) break;
    }
    return found;
}

/* "for `count` the first whose `when` holds at the opening"; "If no entry of a `count` list holds,
 * the defaults do." */
static sw_count choose_count(const struct story *story, const sw_rule *rule, uint32_t start,
                             const sw_event *event) {
    sw_count count = {0};
    for (uint32_t i = 0; i < rule->count_count; i++) {
        const sw_count_choice *choice = &rule->counts[i];
        const sw_cel *when = choice->when ? choice->when[start] : NULL;
        if (!sw_oracle_holds(story->view, story->group, rule, event, when)) continue;
        count = choice->count;
        if (story->view->bend != SW_BEND_LAST_COUNT) break;
    }
    return count;
}

static sw_err begin(struct story *story, const sw_rule *rule, const sw_event *event,
                    int64_t start_ms, sw_span limit, sw_count count) {
    sw_arena *arena = story->view->arena;
    uint32_t members = story->group->member_count;
    instance *opened = sw_arena_zero(arena, 1, sizeof *opened);
    if (!opened) return SW_E_LIMIT;
    *opened = (instance){
        .rule = rule, .opened_by = event, .start_ms = start_ms, .limit = limit, .count = count};
    size_t pauses = (size_t)members * rule->pause_count + 1;
    opened->extensions =
        sw_arena_zero(arena, (size_t)members * rule->extend_count + 1, sizeof(sw_extension));
    opened->pauses = sw_arena_zero(arena, pauses, sizeof(sw_pause));
    opened->pause_entries = sw_arena_zero(arena, pauses, sizeof(uint32_t));
    if (!opened->extensions || !opened->pauses || !opened->pause_entries) return SW_E_LIMIT;
    story->running = opened;
    story->all[story->count++] = opened;
    return SW_OK;
}

/* "An instance is judged by the version in whose interval its start lies"; docs/semantics.md 7. */
static bool is_version(const struct story *story, const sw_rule *rule, const sw_event *event,
                       int64_t start_ms) {
    int64_t lies = start_ms;
    if (story->view->bend == SW_BEND_VERSION_BY_EVENT_TIME) lies = event->time_ms;
    if (story->view->bend == SW_BEND_VERSION_NEWEST) return rule == story->group->line->versions[0];
    return sw_rule_line_at(story->group->line, lies) == rule;
}

/* "One instance runs per group at a time: a start event while one runs is ignored; after a stop the
 * next start event opens the next." */
static sw_err start(struct story *story, const sw_event *event) {
    const sw_rule_line *line = story->group->line;
    if (!sw_oracle_carries_all(story->group, event)) return SW_OK;
    for (uint32_t v = 0; v < line->version_count; v++) {
        const sw_rule *rule = line->versions[v];
        if (rule->kind != SW_DEADLINE || !sw_oracle_same_key(rule, story->group)) continue;
        for (uint32_t i = 0; i < rule->start_count; i++) {
            int64_t start_ms;
            sw_span limit;
            if (!sw_oracle_on(story->view, story->group, rule, &rule->starts[i], event, &start_ms))
                continue;
            if (!is_version(story, rule, event, start_ms)) continue;
            if (!choose_limit(story, rule, i, event, start_ms, &limit)) continue;
            sw_count count = choose_count(story, rule, i, event);
            return begin(story, rule, event, start_ms, limit, count);
        }
    }
    return SW_OK;
}

/* "restart sets the start to its moment and forgets the pauses and extensions whose events come
 * before the restart event; the limit chosen at the opening event and the identity of the instance
 * stay." */
static void restart(struct story *story, const sw_event *event, int64_t at_ms) {
    instance *now = story->running;
    sw_bend bend = story->view->bend;
    now->start_ms = bend == SW_BEND_RESTART_BY_EVENT_TIME ? event->time_ms : at_ms;
    if (bend != SW_BEND_RESTART_KEEPS_PAUSES) now->pause_count = 0;
    if (bend != SW_BEND_RESTART_KEEPS_EXTENSIONS) now->extension_count = 0;
}

static sw_pause *open_pause(const struct story *story, uint32_t entry) {
    instance *now = story->running;
    for (uint32_t i = 0; i < now->pause_count; i++) {
        bool same = now->pause_entries[i] == entry || story->view->bend == SW_BEND_PAUSES_SHARED;
        if (same && now->pauses[i].to_ms == SW_TIME_MAX) return &now->pauses[i];
    }
    return NULL;
}

/* "Pauses are [from, to); overlapping ones count once; a `to` without a `from` is ignored, and so
 * is a second `from`." By entry: docs/semantics.md 12. */
static void pause_from(struct story *story, uint32_t entry, int64_t at_ms) {
    instance *now = story->running;
    sw_pause *open = open_pause(story, entry);
    if (open && story->view->bend == SW_BEND_SECOND_FROM_COUNTS) open->from_ms = at_ms;
    if (open) return;
    now->pauses[now->pause_count] = (sw_pause){at_ms, SW_TIME_MAX};
    now->pause_entries[now->pause_count++] = entry;
}

static void pause_to(struct story *story, uint32_t entry, int64_t at_ms) {
    sw_pause *open = open_pause(story, entry);
    if (open) open->to_ms = at_ms > open->from_ms ? at_ms : open->from_ms;
}

/* "A negative extension is none." Which of them count is for the counting to say (civil/due.h). */
static void extend(struct story *story, const sw_event *event, uint32_t entry, int64_t at_ms) {
    instance *now = story->running;
    const sw_extend *clause = &now->rule->extends[entry];
    sw_span span;
    if (!span_of(story, now->rule, event, clause->amount.span, clause->amount.n,
                 clause->amount.scale_ms, &span))
        return;
    if (is_negative(span, now->start_ms)) {
        if (story->view->bend != SW_BEND_NEGATIVE_EXTENSION_COUNTS || span.unit == SW_UNIT_UNTIL)
            return;
        span.n = -span.n;
    }
    if (story->view->bend == SW_BEND_FIRST_EXTENSION_ONLY && now->extension_count) return;
    now->extensions[now->extension_count++] = (sw_extension){
        .moment_ms = at_ms, .span = span, .to = clause->to, .entry = entry, .max = clause->max};
}

static void stop(struct story *story, const sw_event *event, int64_t at_ms) {
    story->running->stopped_by = event;
    story->running->stop_ms = at_ms;
    story->running = NULL;
}

/* "cancel undoes a running instance: its warnings are withdrawn." */
static void cancel(struct story *story, const sw_event *event, int64_t at_ms) {
    if (story->view->bend == SW_BEND_CANCEL_IS_STOP) {
        stop(story, event, at_ms);
        return;
    }
    SW_ASSERT(story->count > 0 && story->all[story->count - 1] == story->running);
    story->count--;
    story->running = NULL;
}

static const sw_on *clause_of(const sw_rule *rule, sw_part part, uint32_t entry) {
    switch (part) {
    case SW_PART_RESTART:
        return entry < rule->restart_count ? &rule->restarts[entry] : NULL;
    case SW_PART_PAUSE_FROM:
        return entry < rule->pause_count ? &rule->pauses[entry].from : NULL;
    case SW_PART_PAUSE_TO:
        return entry < rule->pause_count ? &rule->pauses[entry].to : NULL;
    case SW_PART_EXTEND:
        return entry < rule->extend_count ? &rule->extends[entry].on : NULL;
    case SW_PART_STOP:
        return entry < rule->stop_count ? &rule->stops[entry] : NULL;
    case SW_PART_CANCEL:
        return entry < rule->cancel_count ? &rule->cancels[entry] : NULL;
    case SW_PART_START:
    case SW_PART_FACT:
    case SW_PART_ON:
    case SW_PART_EXCEPT:
    case SW_PART_BEFORE:
    case SW_PART_LEFT:
    case SW_PART_RIGHT:
        break;
    }
    return NULL; /* not a part of a running instance */
}

/* What an event does in one part, by each entry that holds (docs/semantics.md 8). */
static sw_err take(struct story *story, sw_part part, const sw_event *event) {
    if (part == SW_PART_START) {
        if (!story->running) return start(story, event);
        if (story->view->bend != SW_BEND_SECOND_START_RESTARTS) return SW_OK;
        int64_t at_ms;
        const sw_rule *rule = story->running->rule;
        if (sw_oracle_on(story->view, story->group, rule, &rule->starts[0], event, &at_ms))
            restart(story, event, at_ms);
        return SW_OK;
    }
    const sw_on *on;
    for (uint32_t i = 0; story->running && (on = clause_of(story->running->rule, part, i)); i++) {
        int64_t at_ms;
        if (!sw_oracle_on(story->view, story->group, story->running->rule, on, event, &at_ms))
            continue;
        if (part == SW_PART_RESTART) restart(story, event, at_ms);
        if (part == SW_PART_PAUSE_FROM) pause_from(story, i, at_ms);
        if (part == SW_PART_PAUSE_TO) pause_to(story, i, at_ms);
        if (part == SW_PART_EXTEND) extend(story, event, i, at_ms);
        if (part == SW_PART_STOP) stop(story, event, at_ms);
        if (part == SW_PART_CANCEL) cancel(story, event, at_ms);
    }
    return SW_OK;
}

/* "Events are taken by their time […]; with equal times in the order start, restart, pause, resume,
 * extend, stop, cancel, then by (source, id)." */
static sw_err tell_story(struct story *story) {
    static const sw_part order[] = {SW_PART_START,    SW_PART_RESTART, SW_PART_PAUSE_FROM,
                                    SW_PART_PAUSE_TO, SW_PART_EXTEND,  SW_PART_STOP,
                                    SW_PART_CANCEL};
    static const sw_part stop_first[] = {SW_PART_STOP,       SW_PART_START,    SW_PART_RESTART,
                                         SW_PART_PAUSE_FROM, SW_PART_PAUSE_TO, SW_PART_EXTEND,
                                         SW_PART_CANCEL};
    const sw_part *parts = story->view->bend == SW_BEND_STOP_BEFORE_START ? stop_first : order;
    const sw_event *const *members = (const sw_event *const *)story->group->members;
    uint32_t count = story->group->member_count;
    for (uint32_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && members[to]->time_ms == members[from]->time_ms;) to++;
        for (size_t p = 0; p < SW_COUNT(order); p++) {
            for (uint32_t i = from; i < to; i++) {
                sw_err err = take(story, parts[p], members[i]);
                if (err) return err;
            }
        }
    }
    return SW_OK;
}

/* A stopped period is counted as of its stop: "A stop ends it [an open pause] as its `to` would."
 */
static sw_period_facts facts_of(const struct story *story, const instance *of) {
    const sw_pack *pack = of->rule->pack;
    if (of->stopped_by && story->view->bend != SW_BEND_STOP_LEAVES_PAUSE_OPEN) {
        for (uint32_t i = 0; i < of->pause_count; i++) {
            sw_pause *pause = &of->pauses[i];
            if (pause->to_ms != SW_TIME_MAX) continue;
            pause->to_ms = of->stop_ms > pause->from_ms ? of->stop_ms : pause->from_ms;
        }
    }
    return (sw_period_facts){
        .zone = pack->zone,
        .calendar = pack->calendar,
        .start_ms = of->start_ms,
        .limit = of->limit,
        .count = of->count,
        .extensions = of->extensions,
        .extension_count = of->extension_count,
        .pauses = of->pauses,
        .pause_count = of->pause_count,
        .now_ms = of->stopped_by ? of->stop_ms : story->view->now_ms,
    };
}

static int64_t late_s(const sw_view *view, int64_t stop_ms, int64_t due_ms) {
    if (stop_ms <= due_ms) return -1;
    int64_t up = view->bend == SW_BEND_LATE_ROUNDED_UP ? 999 : 0;
    return sw_floor_div(stop_ms - due_ms + up, 1000);
}

struct counted {
    const instance *of;
    sw_due due;
};

/* "A level is reached if its time is not after the clock and before the instance's stop: a stop at
 * exactly that time prevents it." "A stop after due marks the instance `late`, by whole seconds
 * rounded down." */
static sw_err reach(struct story *story, const struct counted *counted, uint32_t warn,
                    uint32_t repeat, int64_t at_ms) {
    sw_view *view = story->view;
    const instance *of = counted->of;
    if (at_ms == SW_TIME_MAX) return SW_OK;
    if (of->stopped_by) {
        bool bent = view->bend == SW_BEND_STOP_AT_LEVEL_IS_LATE && at_ms == of->stop_ms;
        if (at_ms >= of->stop_ms && !bent) return SW_OK;
    }
    if (at_ms > view->now_ms) {
        if (at_ms < view->next_ms) view->next_ms = at_ms;
        return SW_OK;
    }
    sw_warning warning = {
        .rule = of->rule,
        .warn = warn,
        .repeat = repeat,
        .level = of->rule->warns[warn].level,
        .state = of->stopped_by ? SW_STATE_RESOLVED : SW_STATE_OPEN,
        .start_ms = of->start_ms,
        .due_ms = counted->due.due_ms,
        .fires_ms = at_ms,
        .late_by_s = of->stopped_by ? late_s(view, of->stop_ms, counted->due.due_ms) : -1,
        .stopped_ms = of->stopped_by ? of->stop_ms : SW_TIME_NONE,
        .provisional = counted->due.provisional,
    };
    return sw_oracle_add(view, story->group, &warning, of->opened_by, NULL, of->stopped_by);
}

/* "For deadlines it is every reached level of every instance". */
static sw_err levels(struct story *story, const instance *of) {
    const sw_rule *rule = of->rule;
    sw_period_facts facts = facts_of(story, of), careful = facts;
    struct counted counted = {.of = of};
    sw_due caution;
    sw_err err = sw_due_compute(&facts, false, story->view->arena, &counted.due);
    if (!err && rule->caution) {
        if (story->view->bend != SW_BEND_CAUTION_BY_COUNT) careful.count = *rule->caution;
        err = sw_due_compute(&careful, false, story->view->arena, &caution);
    }
    if (err == SW_E_RANGE) return SW_OK; /* docs/semantics.md 16 */
    for (uint32_t w = 0; !err && w < rule->warn_count; w++) {
        const sw_warn *warn = &rule->warns[w];
        int64_t first =
            sw_level_time(&facts, &counted.due, rule->caution ? &caution : NULL, warn->at);
        err = reach(story, &counted, w, 0, first);
        uint32_t max = warn->repeat_every_ms ? warn->repeat_max : 0;
        if (first == SW_TIME_MAX) max = 0;
        if (max && story->view->bend == SW_BEND_LAST_REPEAT_LOST) max--;
        for (uint32_t k = 1; !err && k <= max; k++)
            err = reach(story, &counted, w, k,
                        sw_repeat_time(&counted.due, first, warn->repeat_every_ms, k));
    }
    return err;
}

static sw_err judge_group(sw_view *view, sw_group *group) {
    sw_err err = sw_oracle_gather(view, group);
    if (err) return err;
    struct story story = {.view = view, .group = group};
    story.all = sw_arena_zero(view->arena, group->member_count + 1u, sizeof *story.all);
    if (!story.all) return SW_E_LIMIT;
    err = tell_story(&story);
    for (uint32_t i = 0; !err && i < story.count; i++) err = levels(&story, story.all[i]);
    return err;
}

static bool can_start(const sw_rule *rule, const sw_event *event) {
    if (rule->kind != SW_DEADLINE) return false;
    for (uint32_t i = 0; i < rule->start_count; i++)
        if (rule->starts[i].type == event->type) return true;
    return false;
}

sw_err sw_oracle_deadline(sw_view *view, const sw_rule_line *line) {
    sw_group *groups = NULL;
    sw_err err = SW_OK;
    for (uint32_t v = 0; v < line->version_count; v++)
        for (uint32_t i = 0; !err && i < view->event_count; i++)
            if (can_start(line->versions[v], view->events[i]))
                err = sw_oracle_groups_of(view, line, line->versions[v], view->events[i], &groups);
    for (sw_group *group = groups; !err && group; group = group->next)
        err = judge_group(view, group);
    return err;
}
