#include "seawall/scores/tally.h"

#include "text/sort.h"

/* What was told of one warning; later ones replace earlier ones. */
typedef struct note {
    struct note *next;
    sw_hash128 id, instance;
    const sw_rule *rule;
    int64_t points, closed_ms;
    int32_t left; /* days */
    bool gone;
    sw_slice subjects[SW_SCORED_COUNT];
} note;

struct tally {
    sw_arena *arena;
    const sw_weights *weights;
    note *first, *last;
    size_t count;
};

tally *tally_new(sw_arena *arena, const sw_weights *weights) {
    tally *t = sw_arena_zero(arena, 1, sizeof *t);
    if (t) t->arena = arena, t->weights = weights;
    return t;
}

/* As sw_task_of: of what one task puts right, one warning weighs. */
static sw_hash128 instance_of(const sw_warning *w) {
    sw_slice parts[16] = {w->rule->id};
    size_t n = 1;
    if (sw_slice_is(w->rule->key_names[0], "finding_id")) {
        parts[0] = SW_S("finding");
        parts[1] = w->key[0];
        return sw_hash128_parts(parts, 2);
    }
    for (uint32_t i = 0; i < w->rule->key_count && n < 12; i++) parts[n++] = w->key[i];
    if (w->rule->kind != SW_THRESHOLD && w->event_count) {
        parts[n++] = w->events[0].source;
        parts[n++] = w->events[0].id;
    }
    return sw_hash128_parts(parts, n);
}

static bool copy(tally *t, sw_slice text, sw_slice *ret) {
    return text.len == 0 || sw_arena_copy(t->arena, text, ret);
}

/* A warning fades from the day on which its period was stopped. */
static int64_t closed_of(const sw_transition *t) {
    if (t->change != SW_RESOLVED) return SW_TIME_NONE;
    return t->warning->stopped_ms != SW_TIME_NONE ? t->warning->stopped_ms : t->at_ms;
}

sw_err tally_take(tally *t, const sw_transition *transition) {
    const sw_warning *w = transition->warning;
    note *n = sw_arena_zero(t->arena, 1, sizeof *n);
    if (!n) return SW_E_LIMIT;
    *n = (note){.id = w->id,
                .instance = instance_of(w),
                .rule = w->rule,
                .points = sw_weights_points(t->weights, w->rule->id, w->rule->severity, w->level),
                .closed_ms = closed_of(transition),
                .gone = transition->change == SW_WITHDRAWN};
    for (uint32_t i = 0; i < w->rule->key_count; i++)
        if (sw_slice_is(w->rule->key_names[i], "case_id") &&
            !copy(t, w->key[i], &n->subjects[SW_SCORED_CASE]))
            return SW_E_LIMIT;
    if (!copy(t, w->officerid, &n->subjects[SW_SCORED_OFFICER]) ||
        !copy(t, w->orgcode, &n->subjects[SW_SCORED_UNIT]))
        return SW_E_LIMIT;
    if (t->last)
        t->last->next = n;
    else
        t->first = n;
    t->last = n;
    t->count++;
    return SW_OK;
}

static int cmp_id(const void *a, const void *b) {
    return sw_hash128_cmp(((const note *)a)->id, ((const note *)b)->id);
}

/* Of an instance first the one that weighs: the heaviest that is open; else the heaviest of those
 * closed last. */
static int cmp_instance(const void *a, const void *b) {
    const note *x = a, *y = b;
    int c = sw_hash128_cmp(x->instance, y->instance);
    if (c) return c;
    if (x->left != y->left) return x->left > y->left ? -1 : 1;
    return x->points > y->points ? -1 : x->points < y->points;
}

/* The notes that weigh: of each warning the last, of each instance one. */
static size_t weighing(tally *t, int64_t now_ms, const void **notes, const void **scratch) {
    size_t n = 0, kept = 0;
    const int32_t today = sw_weights_day(t->weights, now_ms);
    for (note *x = t->first; x; x = x->next) notes[n++] = x;
    sw_sort(notes, scratch, n, cmp_id);
    for (size_t i = 0; i < n; i++) {
        note *x = (note *)(uintptr_t)notes[i];
        if (i + 1 < n && cmp_id(x, notes[i + 1]) == 0) continue; /* told again later */
        const bool open = x->closed_ms == SW_TIME_NONE;
        /* one more than all of its days: before those that were closed today */
        x->left =
            open ? sw_weights_days(t->weights) + 1
                 : sw_weights_left(t->weights, sw_weights_day(t->weights, x->closed_ms), today);
        if (!x->gone && x->points > 0 && x->left > 0) notes[kept++] = x;
    }
    sw_sort(notes, scratch, kept, cmp_instance);
    n = kept, kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!kept || sw_hash128_cmp(((const note *)notes[kept - 1])->instance,
                                    ((const note *)notes[i])->instance))
            notes[kept++] = notes[i];
    return kept;
}

static int cmp_subject(const void *a, const void *b) {
    const tally_line *x = a, *y = b;
    return sw_slice_cmp(x->subject, y->subject);
}

static int cmp_score(const void *a, const void *b) {
    const tally_line *x = a, *y = b;
    if (x->scored != y->scored) return x->scored < y->scored ? -1 : 1;
    if (x->hundredths != y->hundredths) return x->hundredths > y->hundredths ? -1 : 1;
    return sw_slice_cmp(x->subject, y->subject);
}

/* Lines of one kind of subject, joined by subject. */
static size_t join(tally *t, sw_scored scored, const void *const *notes, size_t count,
                   tally_line *lines, const void **order, const void **scratch) {
    size_t n = 0, made = 0;
    for (size_t i = 0; i < count; i++) {
        const note *x = notes[i];
        if (!x->subjects[scored].len) continue;
        const int32_t days = sw_weights_days(t->weights);
        tally_line line = {.scored = scored,
                           .subject = x->subjects[scored],
                           .warnings = 1,
                           .heaviest = x->rule->id};
        sw_score_add(t->weights, &line.sum, x->points, x->left < days ? x->left : days);
        line.heaviest_hundredths = sw_score_hundredths(t->weights, &line.sum);
        lines[n] = line;
        order[n] = &lines[n], n++;
    }
    sw_sort(order, scratch, n, cmp_subject);
    tally_line *joined = sw_arena_zero(t->arena, n + 1, sizeof *joined);
    if (!joined) return SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        const tally_line *x = order[i];
        tally_line *to = made ? &joined[made - 1] : NULL;
        if (!to || !sw_slice_eq(to->subject, x->subject)) {
            joined[made++] = *x;
            continue;
        }
        to->sum.whole += x->sum.whole;
        to->sum.rest += x->sum.rest;
        to->warnings++;
        if (x->heaviest_hundredths > to->heaviest_hundredths)
            to->heaviest = x->heaviest, to->heaviest_hundredths = x->heaviest_hundredths;
    }
    for (size_t i = 0; i < made; i++)
        joined[i].hundredths = sw_score_hundredths(t->weights, &joined[i].sum);
    memcpy(lines, joined, made * sizeof *joined);
    return made;
}

sw_err tally_lines(tally *t, int64_t now_ms, const tally_line **ret, size_t *ret_count) {
    size_t room = t->count + 1, made = 0;
    const void **notes = sw_arena_zero(t->arena, room, sizeof *notes);
    const void **order = sw_arena_zero(t->arena, room * SW_SCORED_COUNT, sizeof *order);
    const void **scratch = sw_arena_zero(t->arena, room * SW_SCORED_COUNT, sizeof *scratch);
    tally_line *lines = sw_arena_zero(t->arena, room * SW_SCORED_COUNT, sizeof *lines);
    if (!notes || !order || !scratch || !lines) return SW_E_LIMIT;
    size_t count = weighing(t, now_ms, notes, scratch);
    for (int i = 0; i < SW_SCORED_COUNT; i++) {
        if (!sw_weights_scores(t->weights, (sw_scored)i)) continue;
        size_t n = join(t, (sw_scored)i, notes, count, lines + made, order, scratch);
        if (n == SIZE_MAX) return SW_E_LIMIT;
        made += n;
    }
    tally_line *sorted = sw_arena_zero(t->arena, made + 1, sizeof *sorted);
    if (!sorted) return SW_E_LIMIT;
    for (size_t i = 0; i < made; i++) order[i] = &lines[i];
    sw_sort(order, scratch, made, cmp_score);
    for (size_t i = 0; i < made; i++) sorted[i] = *(const tally_line *)order[i];
    *ret = sorted;
    *ret_count = made;
    return SW_OK;
}
