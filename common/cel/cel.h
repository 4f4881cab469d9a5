/* cel.h - conditions: a typed subset of CEL (github.com/google/cel-spec).  Layer 4.  Thread: compile one; evaluate any. */
#ifndef SW_CEL_CEL_H
#define SW_CEL_CEL_H

#include "base/diag.h"
#include "codec/value.h"

/* The static type of an expression. ANY only where bindings come from outside (rules eval). */
typedef struct sw_cel_type {
    sw_value_kind kind;            /* SW_ABSENT stands for ANY */
    const struct sw_cel_type *key;  /* MAP */
    const struct sw_cel_type *item; /* LIST: of the items; MAP: of the values */
} sw_cel_type;

/* A struct-like root whose members have declared types: "event", "data", "facts", "left.data", …
 * `find` returns the member's slot, or -1, and its type. Member names near a wrong one come from `nearest`
 * (may be NULL). */
typedef struct sw_cel_root {
    const char *path;
    const void *ctx;
    int32_t (*find)(const void *ctx, sw_slice member, const sw_cel_type **ret_type, const char **ret_refusal);
    sw_slice (*nearest)(const void *ctx, sw_slice member);
    /* A root that is itself one value (a plain variable) has `type` set and `find` NULL; its slot is 0. */
    const sw_cel_type *type;
} sw_cel_root;

typedef struct sw_cel_env {
    const sw_cel_root *roots;
    uint32_t root_count;
} sw_cel_env;

typedef struct sw_cel sw_cel; /* a compiled condition; immutable */

/* Where the text stands, so that findings name line and column of its file. */
typedef struct sw_cel_place {
    uint32_t line, col;
    const char *field; /* "rules[3].start.when"; may be NULL */
} sw_cel_place;

/* Parses, type-checks and compiles. `want` NULL: any type. All findings in one run where parsing
 * succeeded. Lives in `arena`. SW_E_SYNTAX, SW_E_TYPE, SW_E_UNKNOWN, SW_E_LIMIT (depth, size), SW_E_INVALID. */
SW_NODISCARD sw_err sw_cel_compile(sw_arena *arena, const sw_cel_env *env, sw_slice text,
                                   const sw_cel_type *want, sw_cel_place place, sw_diags *diags,
                                   const sw_cel **ret);
const sw_cel_type *sw_cel_result_type(const sw_cel *cel);
sw_slice sw_cel_text(const sw_cel *cel);
/* Does the condition read anything of root number `root`? */
bool sw_cel_reads(const sw_cel *cel, uint32_t root);

/* Gives the value of a root's member; SW_ABSENT kind where declared but not carried. */
typedef struct sw_cel_bind {
    void *ctx;
    sw_value (*get)(void *ctx, uint32_t root, uint32_t slot);
} sw_cel_bind;

/* Why an evaluation failed: points into the text. */
typedef struct sw_cel_failure {
    sw_err code;       /* SW_E_MISSING absent; SW_E_RANGE overflow, index; SW_E_INVALID division by zero, bad regex; SW_E_LIMIT cost */
    uint32_t offset;   /* in characters from 0 */
    sw_slice message;  /* in the arena */
} sw_cel_failure;

#define SW_CEL_COST_MAX 100000u /* steps of one evaluation */

/* Allocates in `arena` only. On failure returns its code and sets `ret_failure` (may be NULL). */
SW_NODISCARD sw_err sw_cel_eval(const sw_cel *cel, const sw_cel_bind *bind, sw_arena *arena,
                                uint32_t cost_max, sw_value *ret, sw_cel_failure *ret_failure);

#endif
