/* cel.h - conditions: a typed subset of CEL (github.com/google/cel-spec).  Layer 4.  Thread:
 * compile one; evaluate any. What the language offers and leaves out: docs/conditions.md. */
#ifndef SW_CEL_CEL_H
#define SW_CEL_CEL_H

#include "base/diag.h"
#include "codec/value.h"

/* The static type of an expression. SW_ABSENT is the type of what can't be there, for example of
 * the items of `[]`: it fits every other type. */
typedef struct sw_cel_type {
    sw_value_kind kind;
    const struct sw_cel_type *key;  /* MAP: int, uint, bool or string */
    const struct sw_cel_type *item; /* LIST: of the items; MAP: of the values */
} sw_cel_type;

/* The type of a kind; of SW_LIST and SW_MAP: with nothing in them. Static, never NULL. */
const sw_cel_type *sw_cel_type_of(sw_value_kind kind);
/* The type of a list of scalars (not of lists or maps). Static. */
const sw_cel_type *sw_cel_list_of(sw_value_kind item);
/* "int", "list(string)", "map(string, int)", "timestamp"; SW_SLICE_NONE if the arena is full. */
sw_slice sw_cel_type_text(sw_arena *arena, const sw_cel_type *type);
/* The type that both fit (the items of [[], [1]] are lists of int), in `arena`; NULL: none, or
 * arena full. */
const sw_cel_type *sw_cel_type_join(sw_arena *arena, const sw_cel_type *a, const sw_cel_type *b);

/* A root whose members have declared types: "event", "data", "facts", "left.data", …
 * `find` returns the member's slot and type, or -1; -1 with `*ret_refusal` set is a member that is
 * there, but may not be read, and says why ("personal fields can't be read by rules"). A member
 * name near a wrong one comes from `nearest` (may be NULL, may return an empty slice). */
typedef struct sw_cel_root {
    const char *path;
    const void *ctx;
    int32_t (*find)(const void *ctx, sw_slice member, const sw_cel_type **ret_type,
                    const char **ret_refusal);
    sw_slice (*nearest)(const void *ctx, sw_slice member);
    /* A root that is itself one value (a plain variable) has `type` set and `find` NULL; its slot
     * is 0. */
    const sw_cel_type *type;
} sw_cel_root;

typedef struct sw_cel_env {
    const sw_cel_root *roots;
    uint32_t root_count;
} sw_cel_env;

typedef struct sw_cel sw_cel; /* a compiled condition; immutable */

/* Where the text stands, so that findings name line and column of its file. */
typedef struct sw_cel_place {
    uint32_t line, col; /* of its first character; 0: not known, findings count from 1:1 */
    const char *field;  /* "rules[3].start.when"; may be NULL */
} sw_cel_place;

#define SW_CEL_TEXT_MAX  65536u  /* bytes of an expression */
#define SW_CEL_NODES_MAX 20000u  /* operators, names and literals in it */
#define SW_CEL_DEPTH_MAX 250u    /* levels of nesting */
#define SW_CEL_LOOPS_MAX 16u     /* macros within one another */
#define SW_CEL_COST_MAX  100000u /* steps of one evaluation */

/* Parses, type-checks and compiles. `want` NULL: any type. All findings in one run where parsing
 * succeeded. Lives in `arena` (text, literals and regular expressions included); `env` is needed
 * during the call only. SW_E_SYNTAX, SW_E_TYPE, SW_E_UNKNOWN, SW_E_LIMIT (depth, size, arena full),
 * SW_E_INVALID (not supported, not allowed): the first finding's. */
SW_NODISCARD sw_err sw_cel_compile(sw_arena *arena, const sw_cel_env *env, sw_slice text,
                                   const sw_cel_type *want, sw_cel_place place, sw_diags *diags,
                                   const sw_cel **ret);
const sw_cel_type *sw_cel_result_type(const sw_cel *cel);
sw_slice sw_cel_text(const sw_cel *cel);

/* A member that a condition reads or asks for with has(): its root, its slot, and its name as
 * written. */
typedef struct sw_cel_read {
    uint32_t root, slot;
    sw_slice path; /* "data.to_days" */
} sw_cel_read;

/* All of them in order of first appearance, each once: what made a condition true or false. */
const sw_cel_read *sw_cel_reads_list(const sw_cel *cel, uint32_t *ret_count);
/* Does the condition read anything of root number `root`? */
bool sw_cel_reads(const sw_cel *cel, uint32_t root);

/* Gives the value of a root's member: of the declared kind, or SW_ABSENT (or SW_NULL) where
 * declared but not carried. A value of another kind fails the evaluation with SW_E_TYPE. */
typedef struct sw_cel_bind {
    void *ctx;
    sw_value (*get)(void *ctx, uint32_t root, uint32_t slot);
} sw_cel_bind;

/* Why an evaluation failed, and which part of the text. */
typedef struct sw_cel_failure {
    sw_err code;      /* SW_E_MISSING absent, no such key; SW_E_RANGE overflow, index, conversion;
                         SW_E_INVALID      division by zero, bad regex or text to convert; SW_E_LIMIT
                         cost;      SW_E_TYPE bind */
    uint32_t offset;  /* of the part, in characters from 0 */
    sw_slice part;    /* the sub-expression: "data.officer_count" */
    sw_slice message; /* in the arena: "data.officer_count is not carried" */
} sw_cel_failure;

/* Allocates in `arena` only; the value borrows from it, from the condition and from the bound
 * values. On failure returns its code and sets `ret_failure` (may be NULL). SW_E_LIMIT: `cost_max`
 * steps are used up; SW_E_NOMEM: the arena is, which says nothing about the condition. */
SW_NODISCARD sw_err sw_cel_eval(const sw_cel *cel, const sw_cel_bind *bind, sw_arena *arena,
                                uint32_t cost_max, sw_value *ret, sw_cel_failure *ret_failure);

#endif
