/* ast.h - the tree of a condition: parsed, then typed in place, then evaluated.  Layer 4, private
 * to cel.  Thread: owner's. */
#ifndef SW_CEL_AST_H
#define SW_CEL_AST_H

#include "cel/cel.h"

/* The first group is what the parser makes; checking turns each into one of the second. */
typedef enum cel_op {
    CEL_NAME,   /* `name`; aux 1: with a leading dot */
    CEL_SELECT, /* kid[0].`name` */
    CEL_CALL,   /* `name` of items; kid of a method is items[0], aux 1 then */
    CEL_UNARY,  /* `name` of kid[0] */
    CEL_BINARY, /* `name` of kid[0], kid[1] */
    CEL_INDEX,  /* kid[0][kid[1]] */

    CEL_CONST,  /* value */
    CEL_MEMBER, /* root, slot */
    CEL_VAR,    /* aux: number of the loop */
    CEL_HAS_MEMBER,
    CEL_HAS_KEY, /* kid[0] a map, kid[1] a constant */
    CEL_AND,     /* items, two or more */
    CEL_OR,
    CEL_COND,      /* kid[0] ? kid[1] : kid[2] */
    CEL_LIST,      /* items */
    CEL_MAP,       /* items: key, value, key, value, … */
    CEL_APPLY,     /* fn of kid[0…count) */
    CEL_EQ_INT,    /* kid[0] == kid[1]; aux 1: != */
    CEL_EQ_STRING, /* as above */
    CEL_LESS_INT,  /* aux: a cel_rel */
    CEL_ALL,       /* kid[0] the range, kid[1] the body, aux: number of the loop */
    CEL_EXISTS,
    CEL_EXISTS_ONE,
    CEL_FILTER,
    CEL_EACH /* kid[2] the optional filter */
} cel_op;

typedef enum cel_rel { CEL_LT, CEL_LE, CEL_GT, CEL_GE } cel_rel;

struct cel_run;
typedef struct cel_node cel_node;
typedef sw_err (*cel_fn)(struct cel_run *run, const cel_node *node, const sw_value *args,
                         sw_value *ret);

struct cel_node {
    uint16_t op;
    uint16_t height;   /* 1: a leaf */
    uint32_t from, to; /* bytes of the text, parentheses not included */
    uint32_t at;       /* byte of the operator or name that a finding points to */
    uint32_t count;    /* of kids or items */
    uint32_t aux;
    const sw_cel_type *type;
    sw_slice name;
    union {
        cel_node *kid[3];
        cel_node **items;
        sw_value value;
        struct {
            uint32_t root, slot;
        };
    };
    cel_fn fn;        /* APPLY */
    const void *data; /* APPLY: what the function was prepared with (a regex, a zone) */
};

struct sw_cel {
    sw_slice text;
    const cel_node *top;
    const sw_cel_read *reads;
    uint32_t read_count;
};

/* A text with its place, and where its findings go. */
typedef struct cel_source {
    sw_arena *arena;
    sw_slice text;
    sw_cel_place place;
    sw_diags *diags;
    sw_err err; /* of the first finding */
    uint32_t nodes;
} cel_source;

/* A finding at a byte of the text. `hint` may be NULL. Returns `code`. */
sw_err cel_find(cel_source *src, sw_err code, uint32_t at, const char *hint, const char *fmt, ...)
    SW_PRINTF(5, 6);
/* A zeroed node; NULL after a finding: too many, arena full. */
cel_node *cel_node_new(cel_source *src, cel_op op, uint32_t from, uint32_t to);
/* Says whether the nesting is still allowed and sets `height` from the kids. */
bool cel_node_close(cel_source *src, cel_node *node);

/* The tree of src->text; NULL after a finding. */
cel_node *cel_parse(cel_source *src);
/* Types the tree and prepares it for evaluation. Findings go on after the first. `reads` grows in
 * the arena; SW_OK if nothing was found. */
sw_err cel_check(cel_source *src, const sw_cel_env *env, cel_node *top, struct sw_cel *cel);

bool cel_type_eq(const sw_cel_type *a, const sw_cel_type *b);
static inline bool cel_type_any(const sw_cel_type *type) {
    return type->kind == SW_ABSENT;
}
const sw_cel_type *cel_type_list(sw_arena *arena, const sw_cel_type *item);
const sw_cel_type *cel_type_map(sw_arena *arena, const sw_cel_type *key, const sw_cel_type *item);
/* A type for a message; "?" if the arena is full. NUL-terminated. */
const char *cel_type_name(sw_arena *arena, const sw_cel_type *type);

#endif
