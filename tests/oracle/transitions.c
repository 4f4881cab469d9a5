/* transitions.c - what is told, the naive way: the set at every moment, and how it differs from the
 * last. */
#include "view.h"

#include <stdlib.h>

/* All that is known at a moment. */
struct moment {
    int64_t at_ms, next_ms;
    sw_standing *standing;
    uint32_t standing_count;
    const sw_found *set;
    uint32_t set_count;
};

struct telling {
    const sw_oracle_case *given;
    sw_arena *arena;
    struct moment before, now;
    struct told_node {
        sw_transition told;
        struct told_node *next;
    } * first, **last;
    sw_transition *step; /* of the moment being told */
    uint32_t step_count, count;
};

static void earlier(int64_t candidate, int64_t after, int64_t *best) {
    if (candidate > after && candidate < *best) *best = candidate;
}

/* The next moment at which an event may come into effect or a level's time comes. */
static int64_t next_moment(const struct telling *telling) {
    int64_t after = telling->before.at_ms, best = telling->before.next_ms;
    for (uint32_t i = 0; i < telling->given->event_count; i++) {
        const sw_event *event = telling->given->events[i];
        earlier(sw_oracle_clock(event), after, &best);
        earlier(event->time_ms, after, &best);
        const sw_correction *correction = event->correction;
        if (correction && correction->replacement)
            earlier(correction->replacement->time_ms, after, &best);
    }
    return best;
}

static const sw_found *find(const sw_found *set, uint32_t count, sw_hash128 id) {
    for (uint32_t i = 0; i < count; i++)
        if (sw_hash128_eq(set[i].warning.id, id)) return &set[i];
    return NULL;
}

static const sw_standing *standing_of(const struct moment *moment, sw_hash128 identity) {
    for (uint32_t i = 0; i < moment->standing_count; i++)
        if (sw_hash128_eq(moment->standing[i].original->identity, identity))
            return &moment->standing[i];
    return NULL;
}

/* Something that came into effect at a moment: an event, or (`correction`) a correction of it. */
typedef struct sw_arrived {
    uint32_t at; /* in the standing list */
    const sw_event *event;
    const sw_event *correction;
} sw_arrived;

static int arrived_cmp(const void *a, const void *b) {
    return sw_event_cmp(((const sw_arrived *)a)->event, ((const sw_arrived *)b)->event);
}

static int64_t own_moment(const sw_event *event) {
    int64_t clock_ms = sw_oracle_clock(event);
    return clock_ms > event->time_ms ? clock_ms : event->time_ms;
}

/* What came into effect of one identity. */
static sw_err arrived_of(const struct telling *telling, uint32_t at, sw_arrived *list,
                         uint32_t *count) {
    const struct moment *now = &telling->now;
    const sw_standing *is = &now->standing[at];
    const sw_standing *was = standing_of(&telling->before, is->original->identity);
    const sw_event **corrections;
    uint32_t correction_count;
    sw_err err = sw_oracle_corrections(telling->given, is->original, now->at_ms, telling->arena,
                                       &corrections, &correction_count);
    if (err) return err;
    if (!was) list[(*count)++] = (sw_arrived){at, is->original, NULL};
    const sw_event *holding = NULL; /* of several of one moment: the others never were in effect */
    for (uint32_t i = 0; i < correction_count; i++)
        if (!was || own_moment(corrections[i]) > telling->before.at_ms)
            holding = sw_oracle_holding(telling->given, holding, corrections[i]);
    if (holding) list[(*count)++] = (sw_arrived){at, holding, holding};
    /* One that waited for its time. */
    const sw_event *content =
        was ? sw_oracle_content(telling->given, was->original, was->correction, now->at_ms) : NULL;
    if (content && !was->content) list[(*count)++] = (sw_arrived){at, content, NULL};
    return SW_OK;
}

static sw_err find_arrived(const struct telling *telling, sw_arrived **ret, uint32_t *ret_count) {
    size_t most = 2u * (size_t)telling->given->event_count + telling->now.standing_count + 1u;
    sw_arrived *list = sw_arena_zero(telling->arena, most, sizeof *list);
    if (!list) return SW_E_LIMIT;
    uint32_t count = 0;
    for (uint32_t i = 0; i < telling->now.standing_count; i++) {
        sw_err err = arrived_of(telling, i, list, &count);
        if (err) return err;
    }
    SW_ASSERT(count <= most);
    qsort(list, count, sizeof *list, arrived_cmp);
    *ret = list, *ret_count = count;
    return SW_OK;
}

/* Where the adding begins: what stood before, in the order of what stands now. */
static sw_err stood_before(const struct telling *telling, sw_standing **ret) {
    const struct moment *now = &telling->now;
    sw_standing *list = sw_arena_zero(telling->arena, now->standing_count + 1u, sizeof *list);
    if (!list) return SW_E_LIMIT;
    for (uint32_t i = 0; i < now->standing_count; i++) {
        const sw_event *original = now->standing[i].original;
        const sw_standing *was = standing_of(&telling->before, original->identity);
        list[i] = was ? *was : (sw_standing){.original = original};
    }
    *ret = list;
    return SW_OK;
}

/* docs/semantics.md 23: "added one by one by (time, source, id), a correction not before its
 * target; the last one that took it away is the cause". */
static sw_err find_cause(struct telling *telling, sw_hash128 id, const sw_event **ret) {
    const struct moment *now = &telling->now;
    const sw_event *cause = NULL;
    sw_standing *mixed;
    sw_arrived *arrived;
    uint32_t count = 0;
    sw_err err = stood_before(telling, &mixed);
    if (!err) err = find_arrived(telling, &arrived, &count);
    bool was_there = true;
    for (uint32_t i = 0; !err && i < count; i++) {
        sw_standing *one = &mixed[arrived[i].at];
        one->correction = sw_oracle_holding(telling->given, one->correction, arrived[i].correction);
        one->content =
            sw_oracle_content(telling->given, one->original, one->correction, now->at_ms);
        const sw_found *set;
        uint32_t set_count;
        err = sw_oracle_set_of(telling->given, mixed, now->standing_count, now->at_ms,
                               telling->arena, &set, &set_count, NULL);
        if (err) break;
        bool is_there = find(set, set_count, id) != NULL;
        if (was_there && !is_there) cause = arrived[i].event;
        was_there = is_there;
    }
    if (!err) *ret = cause;
    return err;
}

static bool is_on(const sw_on *list, uint32_t count, const sw_event_type *type) {
    for (uint32_t i = 0; i < count; i++)
        if (list[i].type == type) return true;
    return false;
}

static const char *reason_of(const sw_rule *rule, const sw_event *cause) {
    if (!cause) return "late-event";
    if (cause->correction) return cause->correction->replacement ? "corrected" : "retracted";
    if (is_on(rule->cancels, rule->cancel_count, cause->type)) return "cancelled";
    if (is_on(rule->restarts, rule->restart_count, cause->type)) return "restarted";
    for (uint32_t i = 0; i < rule->extend_count; i++)
        if (rule->extends[i].on.type == cause->type) return "extended";
    for (uint32_t i = 0; i < rule->pause_count; i++)
        if (rule->pauses[i].from.type == cause->type || rule->pauses[i].to.type == cause->type)
            return "paused";
    return is_on(rule->stops, rule->stop_count, cause->type) ? "stop" : "late-event";
}

static sw_err ref_to(struct telling *telling, const sw_event *event, const sw_event_ref **ret) {
    sw_event_ref *ref = NULL;
    if (event) {
        ref = sw_arena_zero(telling->arena, 1, sizeof *ref);
        if (!ref) return SW_E_LIMIT;
        *ref = (sw_event_ref){event->source, event->id, event->type};
    }
    *ret = ref;
    return SW_OK;
}

static sw_err note(struct telling *telling, sw_change change, const sw_found *found,
                   const sw_event *cause, const char *reason) {
    sw_transition *told = &telling->step[telling->step_count];
    *told = (sw_transition){.change = change,
                            .at_ms = telling->now.at_ms,
                            .warning = &found->warning,
                            .reason = reason};
    sw_err err = ref_to(telling, cause, &told->cause);
    if (err) return err;
    telling->step_count++;
    return SW_OK;
}

/* "One already told that is no longer in the set is `withdrawn`, with the event that made it so".
 */
static sw_err note_withdrawn(struct telling *telling) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < telling->before.set_count; i++) {
        const sw_found *was = &telling->before.set[i];
        if (find(telling->now.set, telling->now.set_count, was->warning.id)) continue;
        const sw_event *cause;
        err = find_cause(telling, was->warning.id, &cause);
        if (!err)
            err = note(telling, SW_WITHDRAWN, was, cause, reason_of(was->warning.rule, cause));
    }
    return err;
}

/* Contract 5: "one line for each transition in order (an instance that runs again is `raised`
 * again; a moved time of a warning that stays in the set is no line)". */
static sw_err note_the_rest(struct telling *telling) {
    bool again_told = telling->given->bend != SW_BEND_RUNS_AGAIN_UNTOLD;
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < telling->now.set_count; i++) {
        const sw_found *is = &telling->now.set[i];
        const sw_found *was = find(telling->before.set, telling->before.set_count, is->warning.id);
        bool resolved = is->warning.state == SW_STATE_RESOLVED;
        bool was_open = was && was->warning.state == SW_STATE_OPEN;
        bool again = was && !was_open && !resolved && again_told;
        if (!was || again) err = note(telling, SW_RAISED, is, NULL, NULL);
        if (!err && resolved && (!was || was_open))
            err = note(telling, SW_RESOLVED, is, is->stopped_by, "stop");
    }
    return err;
}

static int place_cmp(const sw_warning *a, const sw_warning *b) {
    int order = sw_slice_cmp(a->rule->id, b->rule->id);
    for (uint32_t i = 0; !order && i < a->rule->key_count && i < b->rule->key_count; i++)
        order = sw_slice_cmp(a->key[i], b->key[i]);
    if (!order) order = (int)a->rule->key_count - (int)b->rule->key_count;
    if (!order) order = (int)a->level - (int)b->level;
    return order ? order : (a->repeat > b->repeat) - (a->repeat < b->repeat);
}

/* docs/semantics.md 20: "withdrawn before raised before resolved". */
static int rank_of(sw_change change) {
    return change == SW_WITHDRAWN ? 0 : change == SW_RAISED ? 1 : 2;
}

static int told_cmp(const void *a, const void *b) {
    const sw_transition *x = a;
    const sw_transition *y = b;
    int order = place_cmp(x->warning, y->warning);
    if (!order) order = rank_of(x->change) - rank_of(y->change);
    return order ? order : sw_hash128_cmp(x->warning->id, y->warning->id);
}

/* "if one of the same rule, group, level and repeat takes its place, the two are joined by
 * `replaces` and `replaced_by`". The step is in order, so that pairs come in the order of ids
 * (docs/semantics.md 22). */
static void join(struct telling *telling) {
    if (telling->given->bend == SW_BEND_NEVER_JOINED) return;
    for (uint32_t i = 0; i < telling->step_count; i++) {
        sw_transition *out = &telling->step[i];
        for (uint32_t k = 0; out->change == SW_WITHDRAWN && k < telling->step_count; k++) {
            sw_transition *in = &telling->step[k];
            if (in->change != SW_RAISED || in->replaces) continue;
            if (place_cmp(in->warning, out->warning) != 0) continue;
            in->replaces = &out->warning->id;
            out->replaced_by = &in->warning->id;
            break;
        }
    }
}

static sw_err tell_step(struct telling *telling) {
    size_t most = (size_t)telling->before.set_count + 2u * (size_t)telling->now.set_count + 1u;
    telling->step = sw_arena_zero(telling->arena, most, sizeof *telling->step);
    telling->step_count = 0;
    if (!telling->step) return SW_E_LIMIT;
    sw_err err = note_withdrawn(telling);
    if (!err) err = note_the_rest(telling);
    if (err) return err;
    qsort(telling->step, telling->step_count, sizeof *telling->step, told_cmp);
    join(telling);
    for (uint32_t i = 0; i < telling->step_count; i++) {
        struct told_node *node = sw_arena_zero(telling->arena, 1, sizeof *node);
        if (!node) return SW_E_LIMIT;
        node->told = telling->step[i];
        *telling->last = node, telling->last = &node->next;
        telling->count++;
    }
    return SW_OK;
}

static sw_err look(struct telling *telling, int64_t at_ms) {
    struct moment *now = &telling->now;
    *now = (struct moment){.at_ms = at_ms};
    sw_err err = sw_oracle_standing(telling->given, at_ms, telling->arena, &now->standing,
                                    &now->standing_count);
    if (err) return err;
    return sw_oracle_set_of(telling->given, now->standing, now->standing_count, at_ms,
                            telling->arena, &now->set, &now->set_count, &now->next_ms);
}

sw_err sw_oracle_transitions(const sw_oracle_case *given, int64_t until_ms, sw_arena *arena,
                             const sw_transition **ret, uint32_t *ret_count) {
    SW_ASSERT(given && given->set && arena && ret && ret_count);
    struct telling telling = {
        .given = given, .arena = arena, .before = {.at_ms = SW_TIME_NONE, .next_ms = SW_TIME_MAX}};
    telling.last = &telling.first;
    int64_t at_ms;
    while ((at_ms = next_moment(&telling)) != SW_TIME_MAX && at_ms <= until_ms) {
        sw_err err = look(&telling, at_ms);
        if (!err) err = tell_step(&telling);
        if (err) return err;
        telling.before = telling.now;
    }
    sw_transition *list = sw_arena_zero(arena, telling.count + 1u, sizeof *list);
    if (!list) return SW_E_LIMIT;
    uint32_t count = 0;
    for (const struct told_node *node = telling.first; node; node = node->next)
        list[count++] = node->told;
    *ret = list, *ret_count = count;
    return SW_OK;
}
