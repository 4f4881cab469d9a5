#include "rules/derive.h"

#include "rules/load/cond.h"
#include "rules/ruleset.h"

sw_err sw_ruleset_of(sw_arena *arena, const sw_ruleset *base, const sw_rule *rules, uint32_t count,
                     const sw_ruleset **ret) {
    SW_ASSERT(arena && base && (rules || !count) && ret);
    struct sw_ruleset *set = sw_arena_zero(arena, 1, sizeof *set);
    sw_rule *copies = sw_arena_zero(arena, count + 1, sizeof *copies);
    if (!set || !copies) return SW_E_LIMIT;
    for (uint32_t i = 0; i < count; i++) {
        copies[i] = rules[i];
        copies[i].index = i;
    }
    *set = (struct sw_ruleset){.catalogue = base->catalogue,
                               .rules = copies,
                               .rule_count = count,
                               .packs = base->packs,
                               .pack_count = base->pack_count};
    sw_err err = sw_ruleset_index(arena, set);
    if (err == SW_OK) *ret = set;
    return err;
}

const sw_cel *sw_rule_condition(sw_arena *arena, const sw_rule *rule, const sw_event_type *type,
                                sw_slice text, sw_value_kind want) {
    SW_ASSERT(arena && rule && type);
    return cond_rewrite(arena, rule, type, text, sw_cel_type_of(want));
}
