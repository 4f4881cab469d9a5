/* check.h - giving types to a tree: what its parts share.  Layer 4, private to cel.  Thread:
 * owner's. */
#ifndef SW_CEL_CHECK_H
#define SW_CEL_CHECK_H

#include "cel/run.h"

/* A loop's variable. */
typedef struct cel_scope {
    const struct cel_scope *outer;
    sw_slice name;
    const sw_cel_type *type;
    uint32_t slot;
} cel_scope;

typedef struct cel_checker {
    cel_source *src;
    const sw_cel_env *env;
    const cel_scope *scope;
    sw_cel_read *reads;
    uint32_t read_count, read_cap;
} cel_checker;

/* Types a node and all below it. After a finding its type is that of nothing, so that what stands
 * above isn't found wrong for the same reason. */
void cel_check_node(cel_checker *c, cel_node *node);

/* check_name.c: a name or a path of names. False: nothing of this length is declared; look at what
 * it selects from. */
bool cel_check_path(cel_checker *c, cel_node *node, bool presence);
/* A name that nothing declares. */
void cel_unknown_name(cel_checker *c, cel_node *node);

/* check_call.c: functions, methods, macros. */
void cel_check_call(cel_checker *c, cel_node *node);
/* Makes the node an APPLY of `fn` over kid[0…count). */
void cel_apply(cel_checker *c, cel_node *node, cel_fn fn, const sw_cel_type *type);
/* The first overload for these arguments; NULL. */
const cel_overload *cel_resolve(sw_slice name, char style, cel_node *const *args, uint32_t count);
/* Finds wrong what isn't a bool. */
void cel_want_bool(cel_checker *c, cel_node *node, const char *who);
/* Replaces by a constant what depends on constants only, unless it fails. */
void cel_fold(cel_checker *c, cel_node *node);
/* has(node): node is a selection. */
void cel_check_presence(cel_checker *c, cel_node *node);

static inline void cel_settle(cel_node *node, const sw_cel_type *type) {
    node->type = type;
}
/* After a finding. */
static inline void cel_settle_wrong(cel_node *node) {
    node->type = sw_cel_type_of(SW_ABSENT);
}
static inline bool cel_is(const cel_node *node, sw_value_kind kind) {
    return node->type->kind == kind || cel_type_any(node->type);
}

#endif
