/* use.h - what each event type means to each rule.  Layer 5.  Thread: any, immutable after load. */
#ifndef SW_RULES_USE_H
#define SW_RULES_USE_H

#include "rules/pack.h"

/* What an event type means to a rule. */
typedef enum sw_part {
    SW_PART_START,
    SW_PART_RESTART,
    SW_PART_PAUSE_FROM,
    SW_PART_PAUSE_TO,
    SW_PART_EXTEND,
    SW_PART_STOP,
    SW_PART_CANCEL,
    SW_PART_FACT,
    SW_PART_ON,
    SW_PART_EXCEPT,
    SW_PART_BEFORE,
    SW_PART_LEFT,
    SW_PART_RIGHT
} sw_part;

typedef struct sw_use {
    const sw_rule *rule;
    sw_part part;
    uint32_t entry;  /* index in the part's list */
    uint32_t source; /* FACT: index in from[] */
} sw_use;

/* The clause `{on, when, at}` that a use stands for; NULL for that of a fact. */
const sw_on *sw_use_on(const sw_use *use);
/* All uses of an event type in the rules, grouped by rule; an empty array for a type that
 * concerns no rule. Within a rule sorted by part, entry, source. */
const sw_use *sw_ruleset_uses(const sw_ruleset *set, const sw_event_type *type,
                              uint32_t *ret_count);
/* The same, only of rules whose first key field is `key_id`. */
const sw_use *sw_ruleset_uses_by_key(const sw_ruleset *set, const sw_event_type *type,
                                     uint32_t key_id, uint32_t *ret_count);

#endif
