/* plan_tables.h - the inside of a plan: by event type, which rules it touches and what is kept.
 * Layer 5, private to rules.  Thread: any, immutable. */
#ifndef SW_RULES_BOOK_PLAN_TABLES_H
#define SW_RULES_BOOK_PLAN_TABLES_H

#include "rules/plan.h"
#include "rules/use.h"

#define SW_KEY_MAX    16u /* fields of a key */
#define SW_PART(part) (1u << (part))
/* What moves a running period's due time, so that its history has to be read again. */
#define SW_PARTS_MOVING                                                                            \
    (SW_PART(SW_PART_RESTART) | SW_PART(SW_PART_PAUSE_FROM) | SW_PART(SW_PART_PAUSE_TO) |          \
     SW_PART(SW_PART_EXTEND))

#define SW_PARTS_DEADLINE (SW_PART(SW_PART_FACT) - 1) /* START to CANCEL */
#define SW_PARTS_OTHER                                                                             \
    (SW_PART(SW_PART_ON) | SW_PART(SW_PART_EXCEPT) | SW_PART(SW_PART_BEFORE) |                     \
     SW_PART(SW_PART_LEFT) | SW_PART(SW_PART_RIGHT))

/* Versions of one rule id with the same key: of their instances one runs in a group at a time. */
typedef struct sw_strand {
    const sw_rule_line *line;
    const uint32_t *key_ids; /* widest first; [0] is the plan's */
    uint32_t key_count;
    bool has_deadline, has_other; /* of which kinds its versions are */
} sw_strand;

/* The uses of one event type in one strand, sorted by part, version (later first), entry. */
typedef struct sw_touch {
    uint32_t strand;
    uint32_t parts; /* SW_PART bits */
    const sw_use *uses;
    uint32_t use_count;
} sw_touch;

typedef struct sw_plan_type {
    const sw_touch *touches; /* by strand */
    uint32_t touch_count;
    const bool *kept;                 /* one for each field of the type; NULL with no touches */
    bool subject, recorded, received; /* attributes that a condition reads */
} sw_plan_type;

struct sw_plan {
    const sw_ruleset *set;
    uint32_t key_id, kinds;
    const sw_strand *strands;
    uint32_t strand_count;
    const uint16_t *strand_of; /* by rule index */
    const sw_plan_type *types; /* by type index */
    uint32_t type_count;
    sw_hash128 catalogue; /* names and types of all fields: what stored records depend on */
};

static inline uint32_t sw_plan_strand_of(const sw_plan *plan, const sw_rule *rule) {
    return plan->strand_of[rule->index];
}
/* The touch of a type in a strand, or NULL. */
const sw_touch *sw_plan_touch(const sw_plan *plan, uint32_t type, uint32_t strand);

#endif
