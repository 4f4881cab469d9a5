#include "text/yaml.h"

#include <math.h>
#include <stdio.h>
#include <yaml.h>

#include "text/json.h"
#include "text/sort.h"
#include "text/utf8.h"
#include "text/yaml_scalar.h"

#define DEPTH_MAX    64
#define PAIRWISE_MAX 16 /* members compared each with each; above, sorted */

typedef struct frame {
    sw_yaml *node;
    sw_yaml *last; /* newest child */
    bool has_key;  /* MAP: the next node is the value of `key` */
    sw_slice key;
    uint32_t key_line, key_col;
} frame;

typedef struct reader {
    sw_arena *arena;
    sw_diags *diags;
    sw_slice text;
    yaml_parser_t parser;
    sw_yaml *root;
    sw_err err; /* the worst finding so far */
    uint32_t documents, depth;
    frame stack[DEPTH_MAX];
} reader;

static void find(reader *r, sw_err code, uint32_t line, uint32_t col, const char *hint,
                 const char *what) {
    sw_diag_at(r->diags, code, line, col, NULL, hint, "%s", what);
    if (r->err != SW_E_LIMIT) r->err = code == SW_E_LIMIT ? SW_E_LIMIT : SW_E_SYNTAX;
}

static void find_mark(reader *r, yaml_mark_t mark, const char *hint, const char *what) {
    find(r, SW_E_SYNTAX, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1, hint, what);
}

static void find_full(reader *r) {
    find(r, SW_E_LIMIT, 0, 0, "split it", "the text needs too much memory");
}

/* libyaml's words for the usual slips, and what a person does about them. */
static const char *hint_for(reader *r, const char *problem, size_t index) {
    static const struct {
        const char *problem, *hint;
    } hints[] = {
        {"mapping values are not allowed",
         "quote a text that holds ': ', and check the indentation"},
        {"did not find expected key", "check the indentation of this line"},
        {"could not find expected ':'", "a key is followed by ': '"},
        {"did not find expected '-' indicator", "items of a list begin at one column with '- '"},
        {"found unexpected end of stream", "a quote or bracket is not closed"},
        {"did not find expected ',' or", "separate entries by ',' and close the bracket"},
        {"block sequence entries are not allowed", "put the list on a line of its own"},
        {"found undefined tag handle", "leave the tag out"},
        {"control characters are not allowed", "leave it out, or write it as an escape"},
    };
    size_t at = 0; /* the mark counts characters */
    while (at < r->text.len && index > 0) {
        uint32_t bytes = sw_utf8_length(r->text, at);
        at += bytes ? bytes : 1;
        index--;
    }
    if (at < r->text.len && r->text.ptr[at] == '\t') return "indent with spaces, not with a tab";
    if (at < r->text.len && strchr("@`%", r->text.ptr[at])) return "quote a text that begins so";
    for (size_t i = 0; i < SW_COUNT(hints); i++)
        if (strstr(problem, hints[i].problem)) return hints[i].hint;
    return NULL;
}

static void find_parser_error(reader *r) {
    const yaml_parser_t *p = &r->parser;
    char what[200];
    if (p->error == YAML_MEMORY_ERROR) {
        find_full(r);
        return;
    }
    const char *problem = p->problem ? p->problem : "this is not YAML";
    if (p->error == YAML_READER_ERROR) {
        uint32_t line, col;
        size_t at = p->problem_offset < r->text.len ? p->problem_offset : r->text.len;
        sw_utf8_place(r->text, at, &line, &col);
        find(r, SW_E_SYNTAX, line, col, hint_for(r, problem, r->text.len), problem);
        return;
    }
    snprintf(what, sizeof what, "%s%s%s", problem, p->context ? ", " : "",
             p->context ? p->context : "");
    find_mark(r, p->problem_mark, hint_for(r, problem, p->problem_mark.index), what);
}

static sw_yaml *new_node(reader *r, sw_yaml_kind kind, yaml_mark_t mark) {
    sw_yaml *node = sw_arena_zero(r->arena, 1, sizeof *node);
    if (!node) {
        find_full(r);
        return NULL;
    }
    node->kind = kind;
    node->line = (uint32_t)mark.line + 1;
    node->col = (uint32_t)mark.column + 1;
    return node;
}

/* Puts a node where it belongs: the root, an item, a key, or the value of a key. */
static void place(reader *r, sw_yaml *node) {
    if (r->depth == 0) {
        r->root = node;
        return;
    }
    frame *top = &r->stack[r->depth - 1];
    bool map = top->node->kind == SW_YAML_MAP;
    if (map && !top->has_key) {
        if (node->kind == SW_YAML_SEQ || node->kind == SW_YAML_MAP)
            find(r, SW_E_SYNTAX, node->line, node->col, "write a word as the key",
                 "a list or map can't be a key");
        top->has_key = true;
        top->key = node->text;
        top->key_line = node->line;
        top->key_col = node->col;
        return;
    }
    if (map) {
        node->key = top->key;
        node->key_line = top->key_line;
        node->key_col = top->key_col;
        top->has_key = false;
    }
    if (top->last)
        top->last->next = node;
    else
        top->node->first = node;
    top->last = node;
    top->node->count++;
}

static void find_properties(reader *r, yaml_mark_t mark, const void *anchor, const void *tag) {
    if (anchor) find_mark(r, mark, "write the value out", "anchors are not supported");
    if (tag)
        find_mark(r, mark, "leave it out; quote a value to make it a text",
                  "tags are not supported");
}

static void on_scalar(reader *r, const yaml_event_t *event) {
    sw_yaml *node = new_node(r, SW_YAML_STRING, event->start_mark);
    sw_slice text = sw_slice_of(event->data.scalar.value, event->data.scalar.length);
    if (!node) return;
    if (!sw_arena_copy(r->arena, text, &node->text)) {
        find_full(r);
        return;
    }
    find_properties(r, event->start_mark, event->data.scalar.anchor, event->data.scalar.tag);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (!node->quoted && sw_yaml_resolve(node) != SW_OK)
        find(r, SW_E_RANGE, node->line, node->col, "quote it if it is a text",
             "the number is too great");
    place(r, node);
}

static void on_open(reader *r, sw_yaml_kind kind, const yaml_event_t *event) {
    sw_yaml *node = new_node(r, kind, event->start_mark);
    if (!node) return;
    if (r->depth == DEPTH_MAX) {
        find(r, SW_E_LIMIT, node->line, node->col, "write it flatter",
             "the text is nested too deeply");
        return;
    }
    place(r, node);
    r->stack[r->depth++] = (frame){.node = node};
}

static int by_key(const void *a, const void *b) {
    const sw_yaml *left = a, *right = b;
    return sw_slice_cmp(left->key, right->key);
}

static void find_repeat(reader *r, const sw_yaml *again, const sw_yaml *before) {
    char what[160];
    int shown = again->key.len < 60 ? (int)again->key.len : 60;
    snprintf(what, sizeof what, "the key '%.*s' stands twice in one map, first in line %u", shown,
             again->key.ptr, before->key_line);
    find(r, SW_E_SYNTAX, again->key_line, again->key_col, "leave one of them out, or merge them",
         what);
}

static void check_keys_sorted(reader *r, const sw_yaml *map) {
    sw_arena_mark mark = sw_arena_save(r->arena);
    const void **items = sw_arena_zero(r->arena, map->count, 2 * sizeof *items);
    if (!items) {
        find_full(r);
        return;
    }
    size_t count = 0, again[8], found = 0;
    for (const sw_yaml *m = map->first; m; m = m->next) items[count++] = m;
    sw_sort(items, items + count, count, by_key);
    for (size_t i = 1; i < count && found < SW_COUNT(again); i++)
        if (by_key(items[i - 1], items[i]) == 0) again[found++] = i;
    const sw_yaml *pairs[SW_COUNT(again)][2];
    for (size_t i = 0; i < found; i++) {
        pairs[i][0] = items[again[i]];
        pairs[i][1] = items[again[i] - 1];
    }
    bool shared = r->diags && r->diags->arena == r->arena;
    if (!shared || found == 0) sw_arena_rewind(r->arena, mark);
    for (size_t i = 0; i < found; i++) find_repeat(r, pairs[i][0], pairs[i][1]);
}

static void on_close(reader *r) {
    const sw_yaml *node = r->stack[--r->depth].node;
    if (node->kind != SW_YAML_MAP) return;
    if (node->count > PAIRWISE_MAX) {
        check_keys_sorted(r, node);
        return;
    }
    for (const sw_yaml *a = node->first; a; a = a->next)
        for (const sw_yaml *b = node->first; b != a; b = b->next)
            if (sw_slice_eq(a->key, b->key)) {
                find_repeat(r, a, b);
                break;
            }
}

static void on_document(reader *r, const yaml_event_t *event) {
    if (r->documents++ == 0) return;
    if (r->documents == 2)
        find_mark(r, event->start_mark, "put it into a file of its own",
                  "a second document in one text");
}

static void on_event(reader *r, const yaml_event_t *event) {
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        on_document(r, event);
        break;
    case YAML_ALIAS_EVENT: {
        find_mark(r, event->start_mark, "write the value out", "aliases are not supported");
        sw_yaml *node = new_node(r, SW_YAML_NULL, event->start_mark);
        if (node) place(r, node);
        break;
    }
    case YAML_SCALAR_EVENT:
        on_scalar(r, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        find_properties(r, event->start_mark, event->data.sequence_start.anchor,
                        event->data.sequence_start.tag);
        on_open(r, SW_YAML_SEQ, event);
        break;
    case YAML_MAPPING_START_EVENT:
        find_properties(r, event->start_mark, event->data.mapping_start.anchor,
                        event->data.mapping_start.tag);
        on_open(r, SW_YAML_MAP, event);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        on_close(r);
        break;
    default:
        break;
    }
}

static void read_all(reader *r) {
    for (bool end = false; !end && r->err != SW_E_LIMIT;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event)) {
            find_parser_error(r);
            return;
        }
        /* What follows a first document is only looked at for being there. */
        if (r->documents < 2 || event.type == YAML_DOCUMENT_START_EVENT) on_event(r, &event);
        end = event.type == YAML_STREAM_END_EVENT || r->documents > 1;
        yaml_event_delete(&event);
    }
}

sw_err sw_yaml_parse(sw_arena *arena, sw_slice text, sw_diags *diags, const sw_yaml **ret) {
    SW_ASSERT(arena && ret);
    reader r = {.arena = arena, .diags = diags, .text = text};
    size_t valid = sw_utf8_valid_bytes(text);
    if (valid < text.len) {
        uint32_t line, col;
        sw_utf8_place(text, valid, &line, &col);
        find(&r, SW_E_SYNTAX, line, col, "save it as UTF-8", "the bytes are not valid UTF-8");
        return r.err;
    }
    if (!yaml_parser_initialize(&r.parser)) return SW_E_NOMEM;
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.ptr ? text.ptr : ""),
                                 text.len);
    read_all(&r);
    yaml_parser_delete(&r.parser);
    if (!r.err && !r.root) {
        yaml_mark_t start = {0, 0, 0};
        r.root = new_node(&r, SW_YAML_NULL, start);
    }
    if (r.err) return r.err;
    *ret = r.root;
    return SW_OK;
}

const sw_yaml *sw_yaml_get(const sw_yaml *map, const char *key) {
    if (!map || map->kind != SW_YAML_MAP) return NULL;
    for (const sw_yaml *m = map->first; m; m = m->next)
        if (sw_slice_is(m->key, key)) return m;
    return NULL;
}

static void write_scalar(sw_buf *buf, const sw_yaml *node) {
    if (node->kind == SW_YAML_BOOL)
        sw_buf_add(buf, node->truth ? SW_S("true") : SW_S("false"));
    else if (node->kind == SW_YAML_INT)
        sw_buf_add_int(buf, node->number);
    else if (node->kind == SW_YAML_FLOAT && isfinite(node->real))
        sw_json_write_double(buf, node->real);
    else if (node->kind == SW_YAML_STRING)
        sw_json_write_string(buf, node->text);
    else
        sw_buf_add(buf, SW_S("null"));
}

/* As deep as sw_yaml_parse allows, so that it may call itself. */
void sw_yaml_write_json(sw_buf *buf, const sw_yaml *node) {
    bool map = node->kind == SW_YAML_MAP;
    if (!map && node->kind != SW_YAML_SEQ) {
        write_scalar(buf, node);
        return;
    }
    sw_buf_add_byte(buf, map ? '{' : '[');
    for (const sw_yaml *child = node->first; child; child = child->next) {
        if (child != node->first) sw_buf_add_byte(buf, ',');
        if (map) {
            sw_json_write_string(buf, child->key);
            sw_buf_add_byte(buf, ':');
        }
        sw_yaml_write_json(buf, child);
    }
    sw_buf_add_byte(buf, map ? '}' : ']');
}
