#include "text/json.h"

#include <math.h>
#include <stdio.h>

#include "text/number.h"
#include "text/sort.h"

static bool is_plain(unsigned char c) {
    return c >= 0x20 && c != '"' && c != '\\';
}

/* Bytes of `text` from `at` that stand for themselves, eight at a time where eight are left. */
static size_t skip_plain(sw_slice text, size_t at) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    for (uint64_t word; text.len - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text.ptr + at, sizeof word);
        uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';
        uint64_t stop =
            ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash);
        if (stop & tops) break;
    }
    while (at < text.len && is_plain((unsigned char)text.ptr[at])) at++;
    return at;
}

static void write_escape(sw_buf *buf, char c) {
    static const char from[] = "\"\\\b\f\n\r\t", into[] = "\"\\bfnrt", hex[] = "0123456789abcdef";
    const char *found = c ? strchr(from, c) : NULL;
    sw_buf_add_byte(buf, '\\');
    if (found) {
        sw_buf_add_byte(buf, into[found - from]);
        return;
    }
    sw_buf_add_cstr(buf, "u00");
    sw_buf_add_byte(buf, hex[(unsigned char)c >> 4]);
    sw_buf_add_byte(buf, hex[c & 15]);
}

void sw_json_write_string(sw_buf *buf, sw_slice text) {
    size_t begin = 0, at = skip_plain(text, 0);
    sw_buf_add_byte(buf, '"');
    for (; at < text.len; at = skip_plain(text, begin)) {
        sw_buf_add(buf, sw_slice_sub(text, begin, at));
        write_escape(buf, text.ptr[at]);
        begin = at + 1;
    }
    if (begin < at) sw_buf_add(buf, sw_slice_sub(text, begin, at));
    sw_buf_add_byte(buf, '"');
}

void sw_json_write_double(sw_buf *buf, double d) {
    SW_ASSERT(isfinite(d));
    sw_double_write(buf, d);
}

/* One way through a tree without recursion: the path down is kept on a stack. */
typedef struct walk {
    const sw_json *next[SW_JSON_DEPTH_MAX];
    char close[SW_JSON_DEPTH_MAX];
    uint32_t depth;
} walk;

typedef struct writer {
    sw_buf *buf;
    sw_arena *scratch; /* NULL: as read */
    sw_err err;
} writer;

static bool has_point_or_exponent(sw_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (strchr(".eE", text.ptr[i])) return true;
    return false;
}

static bool is_exactly(sw_slice digits, double d) {
    char text[320];
    int len = snprintf(text, sizeof text, "%.0f", d);
    return len > 0 && sw_slice_eq(sw_slice_of(text, (size_t)len), digits);
}

static void write_number(writer *w, sw_slice text) {
    const int64_t exact_max = 1LL << 53;
    int64_t n;
    double d;
    if (!w->scratch)
        sw_buf_add(w->buf, text);
    else if (sw_slice_int(text, &n) && n >= -exact_max && n <= exact_max)
        sw_buf_add_int(w->buf, n);
    else if (sw_double_parse(text, &d) != SW_OK)
        sw_buf_add(w->buf, text);
    else if (has_point_or_exponent(text) || is_exactly(text, d))
        sw_double_write(w->buf, d);
    else
        sw_buf_add(w->buf, text);
}

static void write_scalar(writer *w, const sw_json *node) {
    if (node->kind == SW_JSON_STRING)
        sw_json_write_string(w->buf, node->text);
    else if (node->kind == SW_JSON_NUMBER)
        write_number(w, node->text);
    else if (node->kind == SW_JSON_BOOL)
        sw_buf_add(w->buf, node->truth ? SW_S("true") : SW_S("false"));
    else
        sw_buf_add(w->buf, SW_S("null"));
}

int sw_json_name_cmp(sw_slice a, sw_slice b) {
    size_t n = a.len < b.len ? a.len : b.len, i = 0;
    while (i < n && a.ptr[i] == b.ptr[i]) i++;
    if (i == n) return (a.len > b.len) - (a.len < b.len);
    unsigned char left = (unsigned char)a.ptr[i], right = (unsigned char)b.ptr[i];
    /* UTF-16 differs from UTF-8 only here: surrogates (lead byte 0xf0 and up) come before U+E000 to
     * U+FFFF (0xee, 0xef). Lead bytes differ where these do, since the bytes before are the same.
     */
    bool left_pair = left >= 0xf0, right_pair = right >= 0xf0;
    if (left_pair != right_pair && left >= 0xee && right >= 0xee) return left_pair ? -1 : 1;
    return left < right ? -1 : 1;
}

static int by_name(const void *a, const void *b) {
    const sw_json *left = a, *right = b;
    return sw_json_name_cmp(left->name, right->name);
}

/* The members in canonical order, as a list of copies in the scratch arena. */
static const sw_json *sorted(writer *w, const sw_json *object) {
    size_t count = object->count;
    const void **items = sw_arena_zero(w->scratch, count, 2 * sizeof *items);
    sw_json *copies = sw_arena_zero(w->scratch, count, sizeof *copies);
    if (!items || !copies) {
        w->err = SW_E_LIMIT;
        return NULL;
    }
    size_t i = 0;
    for (const sw_json *m = object->first; m; m = m->next) items[i++] = m;
    sw_sort(items, items + count, count, by_name);
    for (i = 0; i < count; i++) {
        copies[i] = *(const sw_json *)items[i];
        copies[i].next = i + 1 < count ? &copies[i + 1] : NULL;
    }
    return copies;
}

static void open_node(writer *w, walk *path, const sw_json *node) {
    SW_ASSERT(path->depth < SW_JSON_DEPTH_MAX);
    bool object = node->kind == SW_JSON_OBJECT;
    const sw_json *first = node->first;
    if (object && w->scratch && node->count > 1) first = sorted(w, node);
    sw_buf_add_byte(w->buf, object ? '{' : '[');
    path->close[path->depth] = object ? '}' : ']';
    path->next[path->depth++] = first;
}

static void write_tree(writer *w, const sw_json *node) {
    walk path;
    path.depth = 0;
    bool first = true;
    for (;;) {
        bool container = node->kind == SW_JSON_OBJECT || node->kind == SW_JSON_ARRAY;
        if (container)
            open_node(w, &path, node);
        else
            write_scalar(w, node);
        first = container;
        while (path.depth > 0 && !path.next[path.depth - 1]) {
            sw_buf_add_byte(w->buf, path.close[--path.depth]);
            first = false;
        }
        if (path.depth == 0 || w->err) return;
        node = path.next[path.depth - 1];
        path.next[path.depth - 1] = node->next;
        if (!first) sw_buf_add_byte(w->buf, ',');
        if (path.close[path.depth - 1] == '}') {
            sw_json_write_string(w->buf, node->name);
            sw_buf_add_byte(w->buf, ':');
        }
    }
}

void sw_json_write(sw_buf *buf, const sw_json *node) {
    writer w = {buf, NULL, SW_OK};
    write_tree(&w, node);
}

sw_err sw_json_write_canonical(sw_buf *buf, const sw_json *node, sw_arena *scratch) {
    SW_ASSERT(buf && node && scratch);
    sw_arena_mark mark = sw_arena_save(scratch);
    writer w = {buf, scratch, SW_OK};
    write_tree(&w, node);
    sw_arena_rewind(scratch, mark);
    return w.err ? w.err : buf->err;
}
