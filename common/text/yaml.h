/* yaml.h - YAML 1.2 (core schema) as a tree with positions.  Layer 1.  Thread: any. */
#ifndef SW_TEXT_YAML_H
#define SW_TEXT_YAML_H

#include "base/buf.h"
#include "base/diag.h"

typedef enum sw_yaml_kind {
    SW_YAML_NULL,
    SW_YAML_BOOL, /* true false (YAML 1.2: on, yes, off, no are words) */
    SW_YAML_INT,
    SW_YAML_FLOAT,
    SW_YAML_STRING, /* quoted, or plain and nothing of the above; dates too */
    SW_YAML_SEQ,
    SW_YAML_MAP
} sw_yaml_kind;

static const char *const sw_yaml_kind_names[] = {"null",   "a boolean", "an integer", "a number",
                                                 "a text", "a list",    "a map"};

/* A node; everything lives in the arena given to sw_yaml_parse. Immutable. */
typedef struct sw_yaml {
    sw_yaml_kind kind;
    bool truth;
    bool quoted;
    int64_t number;     /* INT */
    double real;        /* FLOAT, and INT as a double */
    sw_slice text;      /* scalars: as written (unescaped) */
    uint32_t line, col; /* of the node, from 1, in characters */
    uint32_t count;     /* SEQ, MAP */
    sw_slice key;       /* as a member of a map */
    uint32_t key_line, key_col;
    const struct sw_yaml *first; /* children in order */
    const struct sw_yaml *next;
} sw_yaml;

/* Reads one document. Refused, each with its place and a hint: a key twice in a map, keys that are
 * no scalars, anchors, aliases, tags, several documents, tabs as indentation, more than 64 levels,
 * invalid UTF-8, integers beyond int64. All findings that can be found go into `diags`. An empty
 * text is null. SW_E_SYNTAX, SW_E_LIMIT, SW_E_NOMEM. */
SW_NODISCARD sw_err sw_yaml_parse(sw_arena *arena, sw_slice text, sw_diags *diags,
                                  const sw_yaml **ret);

/* NULL if `map` is NULL, no map, or has no such key. */
const sw_yaml *sw_yaml_get(const sw_yaml *map, const char *key);

/* The keys that a map may have, and how the others are told. */
typedef struct sw_yaml_keys {
    const char *const *names;
    size_t count;
    const char *what;      /* "an event": "an event has no key 'X'"; NULL: "unknown key 'X'" */
    const char *field;     /* of the finding; may be NULL */
    const char *otherwise; /* the remedy where no name is near; may be NULL */
} sw_yaml_keys;

/* Tells every key of `map` that is none of `keys` (SW_E_UNKNOWN); how many there were. `diags`
 * may be NULL. */
uint32_t sw_yaml_check_keys(const sw_yaml *map, const sw_yaml_keys *keys, sw_diags *diags);

/* The same value as JSON; .inf and .nan, which JSON lacks, as null. Check buf->err at the end. */
void sw_yaml_write_json(sw_buf *buf, const sw_yaml *node);

/* Reads a whole file into the arena. SW_E_NOT_FOUND, SW_E_IO, SW_E_LIMIT (over `max_bytes`), said
 * in `diags`. */
SW_NODISCARD sw_err sw_file_read(sw_arena *arena, const char *path, size_t max_bytes,
                                 sw_diags *diags, sw_slice *ret);

/* For "did you mean …": the candidate nearest to `word` by edit distance, at most 3 away and less
 * than half of the word; NULL if none. */
const char *sw_nearest(sw_slice word, const char *const *candidates, size_t count);
/* "did you mean 'X'?" with the nearest, else `otherwise` (may be NULL). In the arena; NULL too
 * where it is full. */
const char *sw_did_you_mean(sw_arena *arena, sw_slice word, const char *const *candidates,
                            size_t count, const char *otherwise);
/* The distance that sw_nearest goes by; UINT32_MAX for what is not near in its sense. */
uint32_t sw_word_distance(sw_slice word, sw_slice candidate);

#endif
