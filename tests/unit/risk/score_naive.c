/* Everything that was told is gone through for each question. Weights are those of the test's file:
 * severity 0 1 2 5, level 0 1 2 4 7 10, cr. 150 %, 10 days. */
#include "evaluate/period_pb.h"
#include "unit/risk/score_rig.h"

enum { DAYS = 10 };
#define DAY_MS  INT64_C(86400000)
#define ZONE_MS (8 * INT64_C(3600000))

static int64_t day(int64_t ms) {
    return (ms + ZONE_MS) / DAY_MS;
}

void naive_tell(naive *n, const sw_told_warning *told) {
    uint32_t i = 0;
    while (i < n->warning_count && !sw_hash128_eq(n->warnings[i].last.id, told->id)) i++;
    naive_warning *w = &n->warnings[i];
    if (i == n->warning_count) {
        assert_true(n->warning_count < SW_COUNT(n->warnings));
        n->warning_count++;
        w->raised_ms = told->decided_ms;
        w->task = sw_task_of(told);
    }
    if (told->change == SW_RAISED || w->gone) w->raised_ms = told->decided_ms;
    w->gone = told->change == SW_WITHDRAWN;
    w->closed_ms = told->change != SW_RESOLVED        ? SW_TIME_NONE
                   : told->stopped_ms == SW_TIME_NONE ? told->decided_ms
                                                      : told->stopped_ms;
    w->last = *told;
}

void naive_step(naive *n, sw_hash128 task, const char *state, int64_t at_ms) {
    uint32_t i = 0;
    while (i < n->task_count && !sw_hash128_eq(n->tasks[i].task, task)) i++;
    if (i == n->task_count) n->task_count++;
    assert_true(n->task_count <= SW_COUNT(n->tasks));
    n->tasks[i] = (naive_task){task, at_ms, strcmp(state, "dismissed") == 0};
    if (!n->tasks[i].dismissed && strcmp(state, "closed") != 0) n->tasks[i].at_ms = SW_TIME_NONE;
}

static int64_t points(const sw_told_warning *w) {
    static const int64_t severity[] = {0, 1, 2, 5}, level[] = {0, 1, 2, 4, 7, 10};
    const int64_t percent = sw_slice_starts(w->rule, SW_S("cr.")) ? 150 : 100;
    return severity[w->severity] * level[w->level] * percent;
}

/* Tenths of hundredths at `now_ms`, and the order in which one of a task weighs. */
static int64_t weight(const naive *n, const naive_warning *w, int64_t now_ms, int64_t *ret_order) {
    int64_t closed_ms = w->closed_ms, left = DAYS;
    if (w->gone) return 0;
    for (uint32_t i = 0; i < n->task_count; i++) {
        const naive_task *t = &n->tasks[i];
        if (!sw_hash128_eq(t->task, w->task) || t->at_ms == SW_TIME_NONE) continue;
        if (w->raised_ms > t->at_ms) continue;
        if (t->dismissed) return 0;
        if (closed_ms == SW_TIME_NONE || t->at_ms < closed_ms) closed_ms = t->at_ms;
    }
    *ret_order = closed_ms == SW_TIME_NONE ? INT64_MAX / 2 : day(closed_ms);
    if (closed_ms != SW_TIME_NONE) left = DAYS - (day(now_ms) - day(closed_ms));
    if (left < 0) left = 0;
    return points(&w->last) * left;
}

static bool is_of(const sw_told_warning *w, sw_scored of, const char *subject, const char *org) {
    const sw_slice names[] = {w->key[0].value, w->officerid, w->orgcode};
    if (of == SW_SCORED_CASE && !sw_slice_is(w->key[0].name, "case_id")) return false;
    return sw_slice_is(names[of], subject) && sw_slice_starts(w->orgcode, sw_slice_cstr(org));
}

int64_t naive_score(const naive *n, sw_scored of, const char *subject, const char *org,
                    int64_t now_ms, uint32_t *ret_warnings) {
    int64_t sum = 0;
    *ret_warnings = 0;
    for (uint32_t i = 0; i < n->warning_count; i++) {
        const naive_warning *w = &n->warnings[i];
        int64_t order = 0, own = weight(n, w, now_ms, &order);
        bool best = own > 0 && is_of(&w->last, of, subject, org);
        for (uint32_t k = 0; best && k < n->warning_count; k++) {
            const naive_warning *other = &n->warnings[k];
            int64_t other_order = 0;
            if (k == i || !sw_hash128_eq(other->task, w->task)) continue;
            int64_t others = weight(n, other, now_ms, &other_order);
            if (others == 0) continue;
            if (other_order != order)
                best = order > other_order;
            else if (others != own)
                best = own > others;
            else
                best = sw_hash128_cmp(w->last.id, other->last.id) < 0;
        }
        if (!best) continue;
        sum += own;
        (*ret_warnings)++;
    }
    return sum / DAYS;
}
