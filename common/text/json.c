#include "text/json.h"

#include <stdio.h>

#include "text/number.h"
#include "text/sort.h"
#include "text/utf8.h"

#define NODE_BLOCK    16 /* nodes taken from the arena at once */
#define DEPTH_DEFAULT 64
#define NODES_DEFAULT 1000000
#define PAIRWISE_MAX  16 /* members compared each with each; above, sorted */

typedef struct frame {
    sw_json *node;
    sw_json *last; /* newest child */
} frame;

typedef struct reader {
    sw_arena *arena;
    sw_slice text;
    const char *at, *end;
    sw_diags *diags;
    sw_json *block;
    uint32_t block_left, nodes_left;
    uint32_t depth, depth_max;
    frame stack[SW_JSON_DEPTH_MAX];
} reader;

static sw_err refuse(reader *r, const char *at, sw_err code, const char *hint, const char *what) {
    uint32_t line, col;
    sw_utf8_place(r->text, (size_t)(at - r->text.ptr), &line, &col);
    return sw_diag_at(r->diags, code, line, col, NULL, hint, "%s", what);
}

static sw_err full(reader *r) {
    return refuse(r, r->at, SW_E_LIMIT, "send less in one text", "the text needs too much memory");
}

/* What stands where something else was expected, for a message. */
static sw_err unexpected(reader *r, const char *wanted, const char *hint) {
    char what[160];
    if (r->at == r->end) {
        snprintf(what, sizeof what, "the text ends where %s should be", wanted);
        if (!hint) hint = "send the whole text";
    } else {
        uint32_t bytes = sw_utf8_length(r->text, (size_t)(r->at - r->text.ptr));
        unsigned char c = (unsigned char)*r->at;
        if (bytes == 0)
            return refuse(r, r->at, SW_E_SYNTAX, "send UTF-8", "the bytes are not valid UTF-8");
        if (c < 0x20 || c == 0x7f)
            snprintf(what, sizeof what, "the control character 0x%02x where %s should be", c,
                     wanted);
        else
            snprintf(what, sizeof what, "'%.*s' where %s should be", (int)bytes, r->at, wanted);
    }
    return refuse(r, r->at, SW_E_SYNTAX, hint, what);
}

static void skip_space(reader *r) {
    const char *at = r->at;
    while (at < r->end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
    r->at = at;
}

static int hex4(const char *at, const char *end) {
    int code = 0;
    if (end - at < 4) return -1;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        code = code << 4 | digit;
    }
    return code;
}

/* "\uXXXX", two of them for a code point beyond the BMP; r->at is behind the 'u'. */
static sw_err read_unicode(reader *r, char **to) {
    const char *escape = r->at - 2;
    int code = hex4(r->at, r->end);
    if (code < 0)
        return refuse(r, escape, SW_E_SYNTAX, "write \\u and four hexadecimal digits",
                      "\\u without four hexadecimal digits");
    r->at += 4;
    if (code >= 0xd800 && code <= 0xdfff) {
        int low = code < 0xdc00 && r->end - r->at >= 2 && r->at[0] == '\\' && r->at[1] == 'u'
                      ? hex4(r->at + 2, r->end)
                      : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return refuse(r, escape, SW_E_SYNTAX, "write both halves, high before low",
                          "half of a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        r->at += 6;
    }
    *to += sw_utf8_encode((uint32_t)code, *to);
    return SW_OK;
}

static sw_err read_escape(reader *r, char **to) {
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    char c = r->end - r->at >= 2 ? r->at[1] : '\0';
    const char *found = c ? strchr(from, c) : NULL;
    if (found) {
        *(*to)++ = into[found - from];
        r->at += 2;
        return SW_OK;
    }
    if (c != 'u')
        return refuse(r, r->at, SW_E_SYNTAX, "write a backslash itself as \\\\",
                      "a backslash before a character that it can't escape");
    r->at += 2;
    return read_unicode(r, to);
}

static bool is_plain(unsigned char c) {
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Bytes of ASCII that stand for themselves, eight at a time where eight are left. */
static const char *skip_ascii(const char *at, const char *end) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    for (uint64_t word; (size_t)(end - at) >= sizeof word; at += sizeof word) {
        memcpy(&word, at, sizeof word);
        uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';
        uint64_t stop =
            word | (word - ones * 0x20) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash);
        if (stop & tops) break;
    }
    while (at < end && is_plain((unsigned char)*at)) at++;
    return at;
}

/* Moves over characters that stand for themselves. */
static sw_err skip_plain(reader *r) {
    const char *at = r->at, *end = r->end;
    for (;;) {
        at = skip_ascii(at, end);
        if (at == end || (unsigned char)*at < 0x80) break;
        uint32_t bytes = sw_utf8_length(sw_slice_of(at, (size_t)(end - at)), 0);
        if (bytes == 0) {
            r->at = at;
            return refuse(r, at, SW_E_SYNTAX, "send UTF-8", "the bytes are not valid UTF-8");
        }
        at += bytes;
    }
    r->at = at;
    if (at == end) return unexpected(r, "the closing '\"' of a text", NULL);
    if ((unsigned char)*at < 0x20)
        return refuse(r, at, SW_E_SYNTAX, "write it as an escape, for example \\n",
                      "a control character within a text");
    return SW_OK;
}

/* r->at is at the opening quote; leaves it behind the closing one. */
static sw_err read_string(reader *r, sw_slice *ret) {
    const char *begin = ++r->at;
    sw_err err = skip_plain(r);
    if (err) return err;
    if (*r->at == '"') {
        *ret = sw_slice_of(begin, (size_t)(r->at++ - begin));
        return SW_OK;
    }
    const char *close = r->at; /* an unescaped text is never longer than its source */
    while (close < r->end && *close != '"') close += *close == '\\' && r->end - close > 1 ? 2 : 1;
    char *text = sw_arena_alloc(r->arena, (size_t)(close - begin)), *to = text;
    if (!text) return full(r);
    for (;;) {
        memcpy(to, begin, (size_t)(r->at - begin));
        to += r->at - begin;
        if (*r->at == '"') break;
        if ((err = read_escape(r, &to))) return err;
        begin = r->at;
        if ((err = skip_plain(r))) return err;
    }
    r->at++;
    *ret = sw_slice_of(text, (size_t)(to - text));
    return SW_OK;
}

static bool skip_digits(reader *r) {
    const char *begin = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
    return r->at > begin;
}

static sw_err read_number(reader *r, sw_json *node) {
    const char *begin = r->at;
    if (*r->at == '-') r->at++;
    const char *digits = r->at;
    if (!skip_digits(r)) return unexpected(r, "a digit", "numbers begin with a digit");
    if (*digits == '0' && r->at - digits > 1)
        return refuse(r, digits, SW_E_SYNTAX, "leave out the zero, or quote it as a text",
                      "a number with a leading zero");
    if (r->at < r->end && *r->at == '.') {
        r->at++;
        if (!skip_digits(r)) return unexpected(r, "a digit", "write 1.0 or 1");
    }
    if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
        r->at++;
        if (r->at < r->end && (*r->at == '+' || *r->at == '-')) r->at++;
        if (!skip_digits(r)) return unexpected(r, "a digit of the exponent", NULL);
    }
    node->kind = SW_JSON_NUMBER;
    node->text = sw_slice_of(begin, (size_t)(r->at - begin));
    return SW_OK;
}

static sw_err read_word(reader *r, sw_json *node) {
    static const struct {
        sw_slice word;
        sw_json_kind kind;
        bool truth;
    } words[] = {{{"true", 4}, SW_JSON_BOOL, true},
                 {{"false", 5}, SW_JSON_BOOL, false},
                 {{"null", 4}, SW_JSON_NULL, false}};
    sw_slice rest = sw_slice_of(r->at, (size_t)(r->end - r->at));
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (!sw_slice_starts(rest, words[i].word)) continue;
        node->kind = words[i].kind;
        node->truth = words[i].truth;
        r->at += words[i].word.len;
        return SW_OK;
    }
    return unexpected(r, "a value", "texts stand in double quotes; words are true, false and null");
}

static sw_err new_node(reader *r, sw_json **ret) {
    if (r->nodes_left == 0)
        return refuse(r, r->at, SW_E_LIMIT, "send less in one text",
                      "the text has too many values");
    r->nodes_left--;
    if (r->block_left == 0) {
        r->block = sw_arena_alloc(r->arena, NODE_BLOCK * sizeof *r->block);
        if (!r->block) return full(r);
        r->block_left = NODE_BLOCK;
    }
    r->block_left--;
    *ret = r->block++;
    **ret = (sw_json){.at = (uint32_t)(r->at - r->text.ptr)};
    return SW_OK;
}

static sw_err read_scalar(reader *r, sw_json *node) {
    if (*r->at == '"') {
        node->kind = SW_JSON_STRING;
        return read_string(r, &node->text);
    }
    if (*r->at == '-' || (*r->at >= '0' && *r->at <= '9')) return read_number(r, node);
    return read_word(r, node);
}

/* One value, or the opening of a list or object, which goes onto the stack. */
static sw_err read_value(reader *r, sw_json **ret) {
    sw_err err = new_node(r, ret);
    if (err) return err;
    if (r->at == r->end) return unexpected(r, "a value", NULL);
    if (*r->at != '{' && *r->at != '[') return read_scalar(r, *ret);
    if (r->depth == r->depth_max)
        return refuse(r, r->at, SW_E_LIMIT, "send it flatter", "the text is nested too deeply");
    (*ret)->kind = *r->at == '{' ? SW_JSON_OBJECT : SW_JSON_ARRAY;
    r->stack[r->depth++] = (frame){.node = *ret};
    r->at++;
    return SW_OK;
}

static sw_err refuse_repeat(reader *r, const sw_json *member) {
    char what[120];
    const char *at = r->text.ptr + member->at;
    if (member->name.ptr >= r->text.ptr && member->name.ptr < r->end) at = member->name.ptr - 1;
    int shown = member->name.len < 60 ? (int)member->name.len : 60;
    snprintf(what, sizeof what, "the name \"%.*s\" stands twice in one object", shown,
             member->name.ptr);
    return refuse(r, at, SW_E_SYNTAX, "leave one of them out", what);
}

static int by_name(const void *a, const void *b) {
    const sw_json *left = a, *right = b;
    if (left->name.len != right->name.len) return left->name.len < right->name.len ? -1 : 1;
    return memcmp(left->name.ptr, right->name.ptr, left->name.len);
}

static sw_err check_names_sorted(reader *r, const sw_json *object) {
    sw_arena_mark mark = sw_arena_save(r->arena);
    const void **items = sw_arena_zero(r->arena, object->count, 2 * sizeof *items);
    if (!items) return full(r);
    size_t count = 0;
    for (const sw_json *m = object->first; m; m = m->next) items[count++] = m;
    sw_sort(items, items + count, count, by_name);
    const sw_json *repeat = NULL;
    for (size_t i = 1; i < count; i++) {
        const sw_json *member = items[i];
        if (by_name(items[i - 1], member) == 0 && (!repeat || member->at < repeat->at))
            repeat = member;
    }
    sw_arena_rewind(r->arena, mark);
    return repeat ? refuse_repeat(r, repeat) : SW_OK;
}

static sw_err check_names(reader *r, const sw_json *object) {
    if (object->count > PAIRWISE_MAX) return check_names_sorted(r, object);
    for (const sw_json *a = object->first; a; a = a->next)
        for (const sw_json *b = object->first; b != a; b = b->next)
            if (a->name.len == b->name.len && memcmp(a->name.ptr, b->name.ptr, a->name.len) == 0)
                return refuse_repeat(r, a);
    return SW_OK;
}

static sw_err close_top(reader *r) {
    const sw_json *node = r->stack[--r->depth].node;
    r->at++;
    return node->kind == SW_JSON_OBJECT ? check_names(r, node) : SW_OK;
}

/* The next child of the top of the stack, its comma and its name before it. */
static sw_err read_child(reader *r, frame *top) {
    bool object = top->node->kind == SW_JSON_OBJECT;
    sw_slice name = SW_SLICE_NONE;
    sw_err err;
    if (top->last) {
        if (r->at == r->end || *r->at != ',')
            return unexpected(r, object ? "',' or '}'" : "',' or ']'", NULL);
        r->at++;
        skip_space(r);
    }
    if (object) {
        if (r->at == r->end || *r->at != '"')
            return unexpected(r, "a name in double quotes", "no comma after the last member");
        if ((err = read_string(r, &name))) return err;
        skip_space(r);
        if (r->at == r->end || *r->at != ':') return unexpected(r, "':'", NULL);
        r->at++;
        skip_space(r);
    }
    sw_json *child;
    if ((err = read_value(r, &child))) return err;
    child->name = name;
    if (top->last)
        top->last->next = child;
    else
        top->node->first = child;
    top->last = child;
    top->node->count++;
    return SW_OK;
}

static sw_err read_all(reader *r, const sw_json **ret) {
    sw_json *root;
    skip_space(r);
    if (sw_slice_starts(sw_slice_of(r->at, (size_t)(r->end - r->at)), SW_S("\xef\xbb\xbf")))
        return refuse(r, r->at, SW_E_SYNTAX, "leave it out", "a byte order mark");
    sw_err err = read_value(r, &root);
    while (!err && r->depth > 0) {
        frame *top = &r->stack[r->depth - 1];
        skip_space(r);
        char close = top->node->kind == SW_JSON_OBJECT ? '}' : ']';
        err = r->at < r->end && *r->at == close ? close_top(r) : read_child(r, top);
    }
    if (err) return err;
    skip_space(r);
    if (r->at != r->end) return unexpected(r, "the end", "one value only");
    *ret = root;
    return SW_OK;
}

sw_err sw_json_parse(sw_arena *arena, sw_slice text, sw_json_limits limits, sw_diags *diags,
                     const sw_json **ret) {
    SW_ASSERT(arena && ret && limits.depth_max <= SW_JSON_DEPTH_MAX);
    if (text.len >= UINT32_MAX)
        return sw_diag_at(diags, SW_E_LIMIT, 0, 0, NULL, "send less in one text",
                          "the text is over 4 GiB");
    reader r;
    r.arena = arena;
    r.text = text.len ? text : SW_S("");
    r.at = r.text.ptr;
    r.end = r.at + text.len;
    r.diags = diags;
    r.block_left = 0;
    r.nodes_left = limits.nodes_max ? limits.nodes_max : NODES_DEFAULT;
    r.depth = 0;
    r.depth_max = limits.depth_max ? limits.depth_max : DEPTH_DEFAULT;
    return read_all(&r, ret);
}

void sw_json_place(sw_slice text, const sw_json *node, uint32_t *ret_line, uint32_t *ret_col) {
    sw_utf8_place(text, node->at, ret_line, ret_col);
}

const char *sw_json_kind_name(sw_json_kind kind) {
    static const char *const names[] = {"null",   "a boolean", "a number",
                                        "a text", "a list",    "an object"};
    SW_ASSERT((unsigned)kind < SW_COUNT(names));
    return names[kind];
}

const sw_json *sw_json_get(const sw_json *object, sw_slice name) {
    if (!object || object->kind != SW_JSON_OBJECT) return NULL;
    for (const sw_json *m = object->first; m; m = m->next)
        if (sw_slice_eq(m->name, name)) return m;
    return NULL;
}

sw_err sw_json_int(const sw_json *number, int64_t *ret) {
    if (number->kind != SW_JSON_NUMBER) return SW_E_TYPE;
    if (sw_slice_int(number->text, ret)) return SW_OK;
    for (size_t i = 0; i < number->text.len; i++)
        if (strchr(".eE", number->text.ptr[i])) return SW_E_TYPE;
    return SW_E_RANGE;
}

sw_err sw_json_integral(const sw_json *number, int64_t *ret) {
    if (number->kind != SW_JSON_NUMBER) return SW_E_TYPE;
    if (sw_slice_int(number->text, ret)) return SW_OK;
    return sw_integral_parse(number->text, ret);
}

sw_err sw_json_double(const sw_json *number, double *ret) {
    if (number->kind != SW_JSON_NUMBER) return SW_E_TYPE;
    return sw_double_parse(number->text, ret);
}
