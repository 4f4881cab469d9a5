/* run.h - one evaluation, and the functions it calls.  Layer 4, private to cel.  Thread: owner's.
 */
#ifndef SW_CEL_RUN_H
#define SW_CEL_RUN_H

#include "cel/ast.h"
#include "civil/zone.h"

/* Why an evaluation failed; cel_why_text (failure.c) has the words. */
typedef enum cel_why {
    CEL_WHY_ABSENT,
    CEL_WHY_BOUND_KIND,
    CEL_WHY_NO_KEY, /* value: the key */
    CEL_WHY_TWICE,  /* value: the key */
    CEL_WHY_INDEX,  /* a: the index, b: how many there are */
    CEL_WHY_OVERFLOW,
    CEL_WHY_DIVIDE,
    CEL_WHY_TOO_BIG, /* a conversion's result */
    CEL_WHY_TEXT,    /* a text that is no such value; words: of what form it should be */
    CEL_WHY_UTF8,
    CEL_WHY_TIME,     /* outside years 1 to 9999 */
    CEL_WHY_DURATION, /* outside 290 years */
    CEL_WHY_REGEX,    /* words: what is wrong with it */
    CEL_WHY_REGEX_COST,
    CEL_WHY_COST,
    CEL_WHY_MEMORY
} cel_why;

typedef struct cel_fault {
    sw_err code;
    cel_why why;
    const cel_node *node;
    int64_t a, b;
    sw_value value;
    const char *words;
} cel_fault;

typedef struct cel_run {
    const sw_cel_bind *bind;
    sw_arena *arena;
    uint32_t steps; /* left */
    sw_value *vars; /* of the loops, by number */
    cel_fault fault;
} cel_run;

/* Evaluates a node. On failure `run->fault` says why. */
sw_err cel_eval(cel_run *run, const cel_node *node, sw_value *ret);
/* Sets the fault and returns `code`. */
sw_err cel_fail(cel_run *run, const cel_node *node, sw_err code, cel_why why);
sw_err cel_fail_index(cel_run *run, const cel_node *node, int64_t index, uint32_t count);
sw_err cel_fail_value(cel_run *run, const cel_node *node, sw_err code, cel_why why, sw_value value);
sw_err cel_fail_words(cel_run *run, const cel_node *node, sw_err code, cel_why why,
                      const char *words);
/* The message for a person, in the arena. */
sw_slice cel_why_text(const cel_fault *fault, sw_slice part, sw_arena *arena);

/* Takes `steps` off the cost; false with the fault set if they are used up. */
static inline bool cel_spend(cel_run *run, const cel_node *node, size_t steps) {
    if (__builtin_expect(run->steps < steps, 0)) {
        (void)cel_fail(run, node, SW_E_LIMIT, CEL_WHY_COST);
        return false;
    }
    run->steps -= (uint32_t)steps;
    return true;
}
/* Does a failure with this code end the evaluation, whatever && and || say? */
static inline bool cel_fatal(sw_err code) {
    return code == SW_E_LIMIT || code == SW_E_NOMEM;
}
/* What work over `bytes` bytes costs besides its step. */
static inline size_t cel_bytes_cost(size_t bytes) {
    return bytes / 32;
}

/* A function or operator for some kinds of arguments. */
typedef struct cel_overload {
    const char *name;
    char style; /* 'o' operator, 'f' f(x), 'm' x.f(), 'b' both */
    uint8_t arity;
    sw_value_kind args[2]; /* a method's receiver first */
    sw_value_kind result;
    cel_fn fn;
} cel_overload;

/* sw_err fn(run, node, args, ret): see cel_fn. */
#define CEL_FN(name)                                                                               \
    sw_err name(cel_run *run, const cel_node *node, const sw_value *args, sw_value *ret)

extern const cel_overload cel_overloads[];
extern const size_t cel_overload_count;

/* compare.c. Values of one type. Cost is taken; false with the fault set if it is used up. */
bool cel_equal(cel_run *run, const cel_node *node, const sw_value *a, const sw_value *b, bool *ret);
CEL_FN(cel_do_eq);    /* aux 1: != */
CEL_FN(cel_do_order); /* aux: cel_rel */
CEL_FN(cel_do_in);
CEL_FN(cel_do_index);
sw_err cel_make_map(cel_run *run, const cel_node *node, sw_value *pairs, uint32_t count,
                    sw_value *ret);
CEL_FN(cel_do_size);
CEL_FN(cel_do_contains);
CEL_FN(cel_do_starts);
CEL_FN(cel_do_ends);

/* arith.c: by the kind of args[0]. */
CEL_FN(cel_do_add);
CEL_FN(cel_do_sub);
CEL_FN(cel_do_mul);
CEL_FN(cel_do_div);
CEL_FN(cel_do_mod);
CEL_FN(cel_do_negate);
CEL_FN(cel_do_not);
CEL_FN(cel_do_join); /* string, bytes, list */

/* convert.c */
CEL_FN(cel_to_int);
CEL_FN(cel_to_uint);
CEL_FN(cel_to_double);
CEL_FN(cel_to_string);
CEL_FN(cel_to_bytes);
CEL_FN(cel_to_bool);
CEL_FN(cel_to_type);
CEL_FN(cel_to_itself);
/* CEL's name of a type, as type() gives it: "int", "google.protobuf.Timestamp". */
sw_slice cel_type_denotation(sw_value_kind kind);

/* moment.c: timestamps and durations. Seconds and nanoseconds; a duration's have the same sign. */
CEL_FN(cel_to_timestamp);
CEL_FN(cel_to_duration);
CEL_FN(cel_add_moments);
CEL_FN(cel_sub_moments);
int cel_moment_cmp(sw_instant a, sw_instant b);
sw_slice cel_moment_text(sw_arena *arena, const sw_value *value);
CEL_FN(cel_get_part); /* aux: cel_part */
typedef enum cel_part {
    CEL_DATE,
    CEL_DAY_OF_MONTH,
    CEL_DAY_OF_WEEK,
    CEL_DAY_OF_YEAR,
    CEL_FULL_YEAR,
    CEL_HOURS,
    CEL_MILLISECONDS,
    CEL_MINUTES,
    CEL_MONTH,
    CEL_SECONDS,
    CEL_PART_COUNT
} cel_part;
extern const char *const cel_part_names[CEL_PART_COUNT];

/* "Asia/Shanghai", "+08:00", "08:00". SW_E_UNKNOWN, SW_E_CORRUPT, SW_E_LIMIT. */
sw_err cel_zone_load(sw_arena *arena, sw_slice name, const sw_zone **ret);

/* regex.c: the part of RE2's syntax that PCRE2 has too. */
typedef struct cel_regex cel_regex;
/* SW_E_INVALID with what is wrong and where in the pattern; SW_E_LIMIT: too long; SW_E_NOMEM: arena
 * full. */
sw_err cel_regex_new(sw_arena *arena, sw_slice pattern, const char **ret_words, uint32_t *ret_at,
                     const cel_regex **ret);
/* node->data: a cel_regex; NULL: the pattern is args[1]. */
CEL_FN(cel_do_matches);

#endif
