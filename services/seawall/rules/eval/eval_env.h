/* eval_env.h - what `rules eval` gives a condition to read: variables from JSON, and an event.
 * Layer 9. Thread: main. */
#ifndef SW_SEAWALL_EVAL_ENV_H
#define SW_SEAWALL_EVAL_ENV_H

#include "rules/pack.h"
#include "text/json.h"

#define EVAL_ROOTS_MAX 64

/* One root: a variable, an object whose members have types of their own, or a part of the event. */
typedef struct eval_source {
    sw_value value;     /* a variable */
    const char **names; /* an object: count of each */
    sw_value *values;
    const sw_cel_type **types;
    uint32_t count;
    sw_arena *arena; /* for hints */
} eval_source;

typedef struct eval_env {
    sw_arena *arena;
    sw_diags *diags;
    const sw_event *event; /* may be NULL */
    sw_cel_root roots[EVAL_ROOTS_MAX];
    eval_source sources[EVAL_ROOTS_MAX];
    uint32_t count;
} eval_env;

void eval_env_init(eval_env *env, sw_arena *arena, sw_diags *diags);
/* `name` is a name or a path of names. Whole numbers are ints, others doubles, an object whose
 * members are of one type a map; in any other object each member has its own type. A member that is
 * null is absent. Findings: a name twice, a list of several types, too many. */
bool eval_env_bind(eval_env *env, const char *name, const sw_json *json);
/* event.* and data.*, as the catalogue declares them. */
bool eval_env_event(eval_env *env, const sw_event *event);
sw_cel_env eval_env_cel(const eval_env *env);
sw_cel_bind eval_env_values(eval_env *env);

#endif
