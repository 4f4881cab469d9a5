/* json.h - strict JSON (RFC 8259) as a tree in an arena, and canonical JSON (RFC 8785).  Layer 1.
 * Thread: any. */
#ifndef SW_TEXT_JSON_H
#define SW_TEXT_JSON_H

#include "base/buf.h"
#include "base/diag.h"

typedef enum sw_json_kind {
    SW_JSON_NULL,
    SW_JSON_BOOL,
    SW_JSON_NUMBER,
    SW_JSON_STRING,
    SW_JSON_ARRAY,
    SW_JSON_OBJECT
} sw_json_kind;

/* A node. Members and items are linked in order of the text. Immutable after reading. */
typedef struct sw_json {
    sw_json_kind kind;
    bool truth;                  /* BOOL */
    uint32_t count;              /* ARRAY, OBJECT: children */
    uint32_t at;                 /* byte offset in the text */
    sw_slice name;               /* as a member of an object: its name, unescaped */
    sw_slice text;               /* STRING: unescaped, valid UTF-8; NUMBER: as it is spelt */
    const struct sw_json *first; /* ARRAY, OBJECT */
    const struct sw_json *next;  /* sibling */
} sw_json;

#define SW_JSON_DEPTH_MAX 128

typedef struct sw_json_limits {
    uint32_t depth_max; /* nesting; 0: 64; at most SW_JSON_DEPTH_MAX */
    uint32_t nodes_max; /* 0: 1,000,000 */
} sw_json_limits;

/* Reads one value that fills `text` but for white space. Unescaped slices may point into `text`:
 * it must live as long as the tree. Refused with line, column and a hint: anything RFC 8259 does
 * not allow, a byte order mark, invalid UTF-8, lone surrogates, a member name twice in an object.
 * "\u0000" is a character like any other. SW_E_SYNTAX; SW_E_LIMIT: too deep, too many nodes, over
 * 4 GiB, arena full. */
SW_NODISCARD sw_err sw_json_parse(sw_arena *arena, sw_slice text, sw_json_limits limits,
                                  sw_diags *diags, const sw_json **ret);

/* Line and column of a node's value in the text that it was read from, from 1. */
void sw_json_place(sw_slice text, const sw_json *node, uint32_t *ret_line, uint32_t *ret_col);
/* "null", "a boolean", "a number", "a text", "a list", "an object". */
const char *sw_json_kind_name(sw_json_kind kind);
/* NULL if `object` is NULL, no object, or has no such member. */
const sw_json *sw_json_get(const sw_json *object, sw_slice name);
/* A NUMBER without fraction or exponent, within int64. SW_E_TYPE, SW_E_RANGE. */
SW_NODISCARD sw_err sw_json_int(const sw_json *number, int64_t *ret);
/* A NUMBER that is whole, however it is spelt (3, 3.0, 3e2), within int64. SW_E_TYPE, SW_E_RANGE.
 */
SW_NODISCARD sw_err sw_json_integral(const sw_json *number, int64_t *ret);
/* A NUMBER as the nearest double. SW_E_TYPE; SW_E_RANGE: infinite. */
SW_NODISCARD sw_err sw_json_double(const sw_json *number, double *ret);

/* Writers append to `buf`; check buf->err at the end. */
void sw_json_write_string(sw_buf *buf,
                          sw_slice text);         /* with quotes; RFC 8785 escapes; valid UTF-8 */
void sw_json_write_double(sw_buf *buf, double d); /* shortest that reads back, as ECMAScript */
void sw_json_write(sw_buf *buf, const sw_json *node); /* as read, without white space */
/* Order of two texts by UTF-16 code units (RFC 8785, 3.2.3). */
int sw_json_name_cmp(sw_slice a, sw_slice b);
/* RFC 8785: members sorted by UTF-16 code units, numbers as ECMAScript. An integer that a double
 * can't hold exactly keeps its digits, so that two such numbers never look the same; so does a
 * number too great for a double. `scratch` holds the sorting. SW_E_LIMIT: scratch or buf full. */
SW_NODISCARD sw_err sw_json_write_canonical(sw_buf *buf, const sw_json *node, sw_arena *scratch);

#endif
