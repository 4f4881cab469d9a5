/* cond.h - conditions of a pack, compiled against what their event declares.  Layer 5, private to
 * rules.  Thread: owner's. */
#ifndef SW_RULES_LOAD_COND_H
#define SW_RULES_LOAD_COND_H

#include "rules/load/draft.h"

/* Compiles a scalar over the roots event, data and facts (`of_fact`: in a fact's source, which
 * reads those above it). `want` NULL: any type. NULL, and told with the place inside the scalar. */
const sw_cel *cond_compile(loader *l, const sw_yaml *node, const sw_event_type *type, bool of_fact,
                           const sw_cel_type *want);
/* The same for each start entry of the rule, in its order: an array in the arena. NULL on failure.
 */
const sw_cel *const *cond_compile_starts(loader *l, const sw_yaml *node, const sw_cel_type *want);
/* `where` of a match: over left.*, right.* and facts. */
const sw_cel *cond_compile_pair(loader *l, const sw_yaml *node, const sw_event_type *left,
                                const sw_event_type *right);
/* A condition made from a compiled one's text ("!(…)"), over one event type of a loaded rule; NULL
 * if it does not compile. */
const sw_cel *cond_rewrite(sw_arena *arena, const sw_rule *rule, const sw_event_type *type,
                           sw_slice text, const sw_cel_type *want);

/* The nodes of `{on, when, at}`, also as part of a larger map. */
typedef struct on_nodes {
    const sw_yaml *on, *when, *at;
} on_nodes;
/* Fills an entry and remembers its event type. `at_ok`: whether `at` may stand; `opens`: its events
 * must carry the whole key. False if anything is wrong, and told; ret->type is set where known. */
bool cond_load_parts(loader *l, const on_nodes *nodes, const char *part, bool at_ok, bool opens,
                     sw_on *ret);
/* The same of a map that has these keys only. */
bool cond_load_on(loader *l, const sw_yaml *node, const char *part, bool at_ok, bool opens,
                  sw_on *ret);
/* The event type that a scalar names; NULL and told. */
const sw_event_type *cond_event_type(loader *l, const sw_yaml *node);
/* "did you mean 'x'?" of a field, or NULL. */
const char *cond_near_field(loader *l, const sw_event_type *type, sw_slice name);
/* Notes texts that a condition compares with a field and that are not among its known values. */
void cond_note_values(loader *l, const sw_yaml *node, const sw_event_type *type);

#endif
