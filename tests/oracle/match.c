/* match.c - match rules: two events of a group that don't fit together. */
#include "view.h"

#include <stdlib.h>

typedef struct pair {
    const sw_event *left, *right;
} pair;

static bool is_left_first(const pair *p) {
    return sw_event_cmp(p->left, p->right) < 0;
}

static const sw_event *later(const pair *p) {
    return is_left_first(p) ? p->right : p->left;
}

static const sw_event *earlier(const pair *p) {
    return is_left_first(p) ? p->left : p->right;
}

/* "the first by (later event, earlier event)"; of two events that are a pair both ways the one
 * whose left is the earlier. */
static int pair_cmp(const void *a, const void *b) {
    const pair *x = a, *y = b;
    int order = sw_event_cmp(later(x), later(y));
    if (!order) order = sw_event_cmp(earlier(x), earlier(y));
    return order ? order : (int)is_left_first(y) - (int)is_left_first(x);
}

static bool is_side(const sw_view *view, const sw_group *group, const sw_rule *rule,
                    const sw_on *side, const sw_event *event) {
    return side->type == event->type && sw_oracle_holds(view, group, rule, event, side->when);
}

static sw_err list_pairs(sw_view *view, const sw_group *group, const sw_rule *rule, pair **ret,
                         uint32_t *ret_count) {
    size_t members = group->member_count;
    pair *all = sw_arena_zero(view->arena, members * members + 1, sizeof *all);
    if (!all) return SW_E_LIMIT;
    uint32_t count = 0;
    for (uint32_t l = 0; l < members; l++) {
        const sw_event *left = group->members[l];
        if (!sw_oracle_carries_all(group, left) || !is_side(view, group, rule, &rule->left, left))
            continue;
        for (uint32_t r = 0; r < members; r++) {
            const sw_event *right = group->members[r];
            if (l == r || !is_side(view, group, rule, &rule->right, right)) continue;
            pair p = {left, right};
            if (sw_oracle_version(view, group->line, SW_MATCH, later(&p)) != rule) continue;
            if (view->bend != SW_BEND_APART_FORGOTTEN &&
                !sw_oracle_within(rule, rule->within, earlier(&p)->time_ms, later(&p)->time_ms))
                continue;
            if (view->bend == SW_BEND_RIGHT_COMES_LATER && !is_left_first(&p)) continue;
            if (sw_oracle_where(view, group, rule, left, right)) all[count++] = p;
        }
    }
    qsort(all, count, sizeof *all, pair_cmp);
    *ret = all, *ret_count = count;
    return SW_OK;
}

/* "fires once for each pair (left, right) of the group, not the same event, at most `within` apart,
 * for which `where` holds, at the later of the two times […]. At most `max_pairs` (100) a group".
 */
static sw_err judge(sw_view *view, sw_group *group, const sw_rule *rule) {
    pair *all;
    uint32_t count;
    sw_err err = sw_oracle_gather(view, group);
    if (!err) err = list_pairs(view, group, rule, &all, &count);
    if (err) return err;
    if (count > rule->max_pairs && view->bend != SW_BEND_ALL_PAIRS) count = rule->max_pairs;
    for (uint32_t i = 0; !err && i < count; i++)
        err = sw_oracle_fire(view, group, rule, 0, later(&all[i])->time_ms, all[i].left,
                             all[i].right);
    return err;
}

sw_err sw_oracle_match(sw_view *view, const sw_rule_line *line) {
    sw_err err = SW_OK;
    for (uint32_t v = 0; !err && v < line->version_count; v++) {
        const sw_rule *rule = line->versions[v];
        if (rule->kind != SW_MATCH) continue;
        sw_group *groups = NULL;
        for (uint32_t i = 0; !err && i < view->event_count; i++)
            if (view->events[i]->type == rule->left.type)
                err = sw_oracle_groups_of(view, line, rule, view->events[i], &groups);
        for (sw_group *group = groups; !err && group; group = group->next)
            err = judge(view, group, rule);
    }
    return err;
}
