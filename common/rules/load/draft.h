/* draft.h - rules and packs while they are read: the model with the places that checks need.  Layer
 * 5, private to rules.  Thread: owner's. */
#ifndef SW_RULES_LOAD_DRAFT_H
#define SW_RULES_LOAD_DRAFT_H

#include "rules/load/loader.h"

#define SW_RULE_KEY_MAX 8 /* fields of a rule's key */

/* An event type that a rule names, and where. */
typedef struct mention {
    struct mention *next;
    const char *part; /* "start", "stop", … */
    const sw_yaml *node;
    const sw_on *on;
    bool opens; /* start, on, left: must carry the whole key */
} mention;

typedef struct rule_draft {
    sw_rule rule; /* first: tables of keys name its members */
    const sw_yaml *node, *key_node, *effective_node;
    pack_file *file;
    struct pack_draft *pack;
    mention *mentions, *mentions_last;
    const sw_yaml *fact_nodes; /* the map of facts */
    bool *fact_used;
    bool uses_calendar;         /* working days, or a rollover */
    char path[32];              /* "rules[3]" */
    struct pack_draft *overlay; /* whose entry changed the rule of `pack`; NULL: none did */
    const sw_yaml *entry;       /* there */
    bool off, broken;           /* switched off there; has errors */
} rule_draft;

typedef struct pack_draft {
    struct pack_draft *next;
    sw_pack pack; /* filled when all its files are read */
    sw_slice name, version, timezone, calendar, title, note;
    sw_slice overlay; /* name of the pack that it changes; empty: it is whole */
    bool baseless;    /* that pack is not there (told) */
    const sw_yaml *effective_node;
    pack_file *effective_file, *first_file;
    uint32_t file_count;
    uint32_t number; /* in the order of name and version */
} pack_draft;

/* Remembers that the rule names an event type. */
void draft_mention(loader *l, const char *part, const sw_yaml *node, const sw_on *on, bool opens);

/* `from`, `until` of an `effective` map, cut into [*from_ms, *until_ms). Told if nothing is left.
 */
void load_effective(loader *l, const sw_yaml *node, const sw_zone *zone, int64_t *from_ms,
                    int64_t *until_ms);

/* Fills draft->rule from its map. */
void load_rule(loader *l, const sw_yaml *node, rule_draft *draft);
/* Readers of rule keys: deadline.c, kinds.c, facts.c. */
void load_facts(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_ons(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_pauses(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_limits(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_extends(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_counts(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_caution(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_warns(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_basis(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_key(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
/* `on` with the rule's own `when` (spec->arg: part name); left and right are maps of their own. */
void load_rule_on(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_rule_when(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_side(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_where(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_before(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_distinct(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_once(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_excepts(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_weight(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
void load_threshold_levels(loader *l, const sw_yaml *node, void *into, const key_spec *spec);

extern const choice_list sw_level_choices, sw_kind_choices, sw_severity_choices;

/* What one rule says against itself; after load_rule. */
void check_rule(loader *l, rule_draft *draft);
/* What rules say against each other: ids twice, warnings that feed on themselves. */
void check_ids(loader *l, rule_draft *const *drafts, uint32_t count);
void check_feeding(loader *l, rule_draft *const *drafts, uint32_t count);

#endif
