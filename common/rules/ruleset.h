/* ruleset.h - the loaded rules and their indexes.  Layer 5, private to rules.  Thread: any,
 * immutable. */
#ifndef SW_RULES_RULESET_H
#define SW_RULES_RULESET_H

#include "rules/use.h"

/* Uses of one event type by rules of one first key field: a run of `uses`. */
typedef struct use_run {
    uint32_t key_id, first, count;
} use_run;

typedef struct type_uses {
    const use_run *runs;
    uint32_t run_count, first, count; /* all runs of a type lie side by side */
} type_uses;

struct sw_ruleset {
    const sw_catalogue *catalogue;
    const sw_rule *rules;
    uint32_t rule_count;
    const sw_pack *const *packs;
    uint32_t pack_count;
    const sw_rule_line *lines;
    uint32_t line_count;
    const uint32_t *line_of; /* by rule index */
    const sw_use *uses;
    uint32_t use_count;
    const type_uses *by_type; /* by type index */
};

/* Lines and uses of `set->rules`, which have their index and intervals. In `arena`. SW_E_LIMIT. */
SW_NODISCARD sw_err sw_ruleset_index(sw_arena *arena, struct sw_ruleset *set);

#endif
