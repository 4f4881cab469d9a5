/* loader.h - one run of the pack loader: where it is reading, what it has found.  Layer 5, private
 * to rules.  Thread: owner's. */
#ifndef SW_RULES_LOAD_LOADER_H
#define SW_RULES_LOAD_LOADER_H

#include "rules/pack.h"
#include "text/yaml.h"

typedef struct pack_file {
    sw_slice name, text;
    const sw_yaml *root;     /* NULL: not YAML */
    struct pack_draft *pack; /* NULL: its metadata could not be read */
    uint32_t *lines;         /* byte offset of each line, made when first needed */
    uint32_t line_count;
} pack_file;

typedef struct loader {
    sw_arena *arena;
    const sw_ruleset_options *options;
    const sw_catalogue *cat;
    sw_diags *diags, *notes; /* notes: NULL where nobody wants them */
    uint32_t errors;         /* found in this run */
    bool full;               /* an allocation failed: all else is moot */
    pack_file *file;         /* being read */
    struct rule_draft *rule; /* being read; NULL in the metadata */
    char path[256];          /* of the value being read: "rules[3].start.when" */
    size_t path_len;
} loader;

/* Memory of zeros; on exhaustion NULL and `full`. */
void *load_zero(loader *l, size_t count, size_t size);

/* Steps into a member or item, and back to where `load_path_len` was before. */
size_t load_enter_key(loader *l, sw_slice key);
size_t load_enter_item(loader *l, uint32_t index);
void load_leave(loader *l, size_t path_len);

/* A finding at a place of the current file, in the path being read. `hint` may be NULL. */
void load_error(loader *l, sw_err code, uint32_t line, uint32_t col, const char *hint,
                const char *fmt, ...) SW_PRINTF(6, 7);
/* At a node. */
#define load_error_at(l, code, node, hint, ...)                                                    \
    load_error((l), (code), (node)->line, (node)->col, (hint), __VA_ARGS__)
/* Allowed, but looks wrong. */
void load_note(loader *l, const sw_yaml *node, const char *hint, const char *fmt, ...)
    SW_PRINTF(4, 5);

/* What a key of a map means: its reader, and where the value goes in the struct being filled. */
typedef struct key_spec {
    const char *name;
    void (*read)(loader *l, const sw_yaml *node, void *into, const struct key_spec *spec);
    size_t at, at_count; /* offsets in the struct; at_count: of a list's length */
    const void *arg;
    bool required;
    unsigned kinds; /* of rules that have this key, as bits; 0: all */
} key_spec;

typedef struct key_table {
    const char *what; /* "a rule", for messages */
    const key_spec *specs;
    size_t count;
} key_table;

/* Reads a map into a struct, in the order of the table: what a later key needs is read before it.
 * Unknown, missing and misplaced keys are told. `kinds` selects among the table's; 0: all. False if
 * the node is no map. */
bool load_map(loader *l, const sw_yaml *node, void *into, const key_table *table, unsigned kinds);

/* Items of a node that may be a list or one item alone. */
typedef struct item_iter {
    const sw_yaml *next;
    uint32_t count;
    bool alone;
} item_iter;
/* False, and told, if a list is empty though `empty_ok` is not set, or the node is null. */
bool load_items(loader *l, const sw_yaml *node, bool empty_ok, item_iter *ret);

/* Reads the items of a node, each into one of as many zeroed entries of `size`, with the path at
 * the item. The entries; NULL: what is wrong with the whole has been told, or `full`. */
void *load_list(loader *l, const sw_yaml *node, bool empty_ok, size_t size,
                void (*read)(loader *l, const sw_yaml *item, void *entry), uint32_t *ret_count);

/* Readers of plain values, for tables. */
void load_text(loader *l, const sw_yaml *node, void *into, const key_spec *spec); /* sw_slice */
void load_token(loader *l, const sw_yaml *node, void *into,
                const key_spec *spec); /* the same, a name without spaces */
void load_bool(loader *l, const sw_yaml *node, void *into, const key_spec *spec); /* bool */
/* A name of a list (arg: choice_list) → int, its index. */
void load_choice(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
/* The same, kept as the sw_slice that was written. */
void load_word(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
/* uint32_t, at least 1, at most *(const uint32_t *)arg. */
void load_count(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
/* A list of sw_slice, not empty. */
void load_texts(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
/* Only remembers the node: const sw_yaml *. */
void load_node(loader *l, const sw_yaml *node, void *into, const key_spec *spec);

typedef struct choice_list {
    const char *const *names;
    size_t count;
} choice_list;

/* True if the node is a scalar with text. Else told. */
bool load_is_scalar(loader *l, const sw_yaml *node, const char *wanted);

/* Line and column of character number `chars` of a scalar's text: looks through quotes, escapes and
 * folded lines; in a block scalar the line is right, the column too where its lines are not folded.
 */
void load_scalar_place(loader *l, const sw_yaml *node, uint32_t chars, uint32_t *ret_line,
                       uint32_t *ret_col);

#endif
