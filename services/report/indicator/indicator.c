#include "report/indicator/indicator.h"

#include "report/indicator/fields.h"

const sw_indicator *sw_indicators_find(const sw_indicators *indicators, sw_slice id) {
    for (uint32_t i = 0; i < indicators->count; i++)
        if (sw_slice_eq(indicators->list[i].id, id)) return &indicators->list[i];
    return NULL;
}

const sw_indicator *sw_indicators_numbered(const sw_indicators *indicators, uint64_t number) {
    uint32_t low = 0, high = indicators->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (indicators->list[indicators->by_number[middle]].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == indicators->count) return NULL;
    const sw_indicator *found = &indicators->list[indicators->by_number[low]];
    return found->number == number ? found : NULL;
}

const sw_indicator_use *sw_indicators_uses(const sw_indicators *indicators,
                                           const sw_event_type *type, uint32_t *ret_count) {
    const uint32_t first = indicators->first_use[type->index];
    *ret_count = indicators->first_use[type->index + 1] - first;
    return indicators->uses + first;
}

static bool matches(sw_slice pattern, sw_slice id) {
    if (pattern.len == 0 || pattern.ptr[pattern.len - 1] != '*') return sw_slice_eq(pattern, id);
    return sw_slice_starts(id, sw_slice_sub(pattern, 0, pattern.len - 1));
}

bool sw_indicator_has_rule(const sw_indicator *indicator, sw_slice rule_id) {
    for (uint32_t i = 0; i < indicator->rule_count; i++)
        if (matches(indicator->rules[i], rule_id)) return true;
    return indicator->rule_count == 0;
}

bool sw_indicator_counts(const sw_indicator_on *on, const sw_event *event, sw_arena *arena,
                         sw_slice *ret_split, bool *ret_failed) {
    const sw_cel_bind bind = sw_fields_of(event);
    sw_value value;
    *ret_split = SW_S("");
    *ret_failed = false;
    if (on->when) {
        if (sw_cel_eval(on->when, &bind, arena, SW_CEL_COST_MAX, &value, NULL) != SW_OK) {
            *ret_failed = true;
            return false;
        }
        if (!value.b) return false;
    }
    /* what can't be said where it belongs is counted all the same, just not apart */
    if (on->split) {
        if (sw_cel_eval(on->split, &bind, arena, SW_CEL_COST_MAX, &value, NULL) == SW_OK)
            *ret_split = value.s;
        else
            *ret_failed = true;
    }
    return true;
}
