/* group.c - which groups an event opens, and which events belong to a group. */
#include "view.h"

/* Contract 3, Keys: "An event belongs to a group if it carries the group's first value and, for
 * each further field, the group's value or none; an array field carries each of its elements." */
static bool belongs(const sw_view *view, const sw_group *group, const sw_event *event) {
    if (!sw_event_has_key(event, group->key_ids[0], group->key[0])) return false;
    for (uint32_t i = 1; i < group->key_count; i++) {
        if (sw_event_has_key(event, group->key_ids[i], group->key[i])) continue;
        if (view->bend == SW_BEND_MISSING_KEY_IS_OUT) return false;
        if (sw_event_carries_key(event, group->key_ids[i])) return false;
    }
    return true;
}

/* Contract 3, Keys: "Start events (and `on`, `left` events) must carry all of the fields". */
bool sw_oracle_carries_all(const sw_group *group, const sw_event *event) {
    for (uint32_t i = 0; i < group->key_count; i++)
        if (!sw_event_has_key(event, group->key_ids[i], group->key[i])) return false;
    return true;
}

sw_err sw_oracle_gather(const sw_view *view, sw_group *group) {
    group->members = sw_arena_zero(view->arena, view->event_count + 1u, sizeof *group->members);
    if (!group->members) return SW_E_LIMIT;
    for (uint32_t i = 0; i < view->event_count; i++)
        if (belongs(view, group, view->events[i]))
            group->members[group->member_count++] = view->events[i];
    return SW_OK;
}

static bool same_fields(const uint32_t *a, uint32_t a_count, const uint32_t *b, uint32_t b_count) {
    return a_count == b_count && memcmp(a, b, a_count * sizeof *a) == 0;
}

bool sw_oracle_same_key(const sw_rule *rule, const sw_group *group) {
    return same_fields(rule->key_ids, rule->key_count, group->key_ids, group->key_count);
}

static bool is_listed(const sw_group *list, const sw_rule *rule, const sw_slice *key) {
    for (const sw_group *group = list; group; group = group->next) {
        if (!sw_oracle_same_key(rule, group)) continue;
        bool same = true;
        for (uint32_t i = 0; i < rule->key_count; i++)
            same = same && sw_slice_eq(group->key[i], key[i]);
        if (same) return true;
    }
    return false;
}

static sw_err list_group(const sw_view *view, const sw_rule_line *line, const sw_rule *rule,
                         const sw_slice *key, sw_group **list) {
    if (is_listed(*list, rule, key)) return SW_OK;
    sw_group *group = sw_arena_zero(view->arena, 1, sizeof *group);
    sw_slice *copy = sw_arena_zero(view->arena, rule->key_count, sizeof *copy);
    if (!group || !copy) return SW_E_LIMIT;
    memcpy(copy, key, rule->key_count * sizeof *copy);
    *group = (sw_group){.line = line,
                        .key_ids = rule->key_ids,
                        .key_count = rule->key_count,
                        .key = copy,
                        .next = *list};
    *list = group;
    return SW_OK;
}

/* Adds to `key` every value of the fields from `field` on, one combination after the other. */
static sw_err combine(const sw_view *view, const sw_rule_line *line, const sw_rule *rule,
                      const sw_event *event, sw_slice *key, uint32_t field, sw_group **list) {
    if (field == rule->key_count) return list_group(view, line, rule, key, list);
    uint32_t count = sw_event_key_values(event, rule->key_ids[field], NULL, 0, view->arena);
    sw_slice *values = sw_arena_zero(view->arena, count + 1u, sizeof *values);
    if (!values) return SW_E_LIMIT;
    uint32_t again = sw_event_key_values(event, rule->key_ids[field], values, count, view->arena);
    SW_ASSERT(again == count);
    if (view->bend == SW_BEND_ONLY_FIRST_OF_LIST && count > 1) count = 1;
    for (uint32_t i = 0; i < count; i++) {
        key[field] = values[i];
        sw_err err = combine(view, line, rule, event, key, field + 1, list);
        if (err) return err;
    }
    return SW_OK;
}

/* Contract 3, Keys: "Start events (and `on`, `left` events) must carry all of the fields; those
 * that don't open nothing." One group for each combination of values. */
sw_err sw_oracle_groups_of(const sw_view *view, const sw_rule_line *line, const sw_rule *rule,
                           const sw_event *event, sw_group **list) {
    sw_slice *key = sw_arena_zero(view->arena, rule->key_count, sizeof *key);
    if (!key) return SW_E_LIMIT;
    return combine(view, line, rule, event, key, 0, list);
}
