#include "ingest/ce_header.h"

#include "text/utf8.h"

static bool is_space(char c) {
    return c == ' ' || c == '\t';
}

static sw_slice trimmed(sw_slice s) {
    while (s.len && is_space(s.ptr[0])) s = sw_slice_sub(s, 1, s.len);
    while (s.len && is_space(s.ptr[s.len - 1])) s.len--;
    return s;
}

static int hex_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Quotes and backslashes away, in place. */
static const char *unquote(char *text, size_t *len) {
    size_t to = 0, at = 1;
    while (at < *len && text[at] != '"') {
        if (text[at] == '\\' && ++at == *len) break;
        text[to++] = text[at++];
    }
    if (at + 1 != *len) return "the quotes are not closed at its end";
    *len = to;
    return NULL;
}

static const char *percent_decode(char *text, size_t *len) {
    size_t to = 0;
    for (size_t at = 0; at < *len; at++, to++) {
        text[to] = text[at];
        if (text[at] != '%') continue;
        int high = at + 2 < *len ? hex_of(text[at + 1]) : -1;
        int low = at + 2 < *len ? hex_of(text[at + 2]) : -1;
        if (high < 0 || low < 0) return "a % is not followed by two hexadecimal digits";
        text[to] = (char)(high * 16 + low);
        at += 2;
    }
    *len = to;
    return NULL;
}

sw_err sw_ce_header_decode(sw_slice value, sw_arena *arena, sw_slice *ret, const char **ret_why) {
    SW_ASSERT(arena && ret && ret_why);
    sw_slice text = trimmed(value);
    bool quoted = text.len && text.ptr[0] == '"';
    const char *why = NULL;
    if (quoted || (text.len && memchr(text.ptr, '%', text.len))) {
        char *copy = sw_arena_alloc(arena, text.len);
        if (!copy) return SW_E_LIMIT;
        memcpy(copy, text.ptr, text.len);
        if (quoted) why = unquote(copy, &text.len);
        if (!why) why = percent_decode(copy, &text.len);
        text.ptr = copy;
    }
    if (!why && text.len && !sw_utf8_valid(text)) why = "it is not UTF-8";
    *ret_why = why;
    if (why) return SW_E_SYNTAX;
    *ret = text;
    return SW_OK;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool equal_any_case(sw_slice s, const char *text) {
    if (s.len != strlen(text)) return false;
    for (size_t i = 0; i < s.len; i++)
        if (lower(s.ptr[i]) != lower(text[i])) return false;
    return true;
}

/* The part up to a semicolon; `*rest` is what follows it. */
static sw_slice next_part(sw_slice *rest) {
    const char *end = rest->len ? memchr(rest->ptr, ';', rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    sw_slice part = trimmed(sw_slice_of(rest->ptr, len));
    *rest = end ? sw_slice_sub(*rest, len + 1, rest->len) : SW_SLICE_NONE;
    return part;
}

bool sw_media_type_is(sw_slice content_type, const char *media_type) {
    return equal_any_case(next_part(&content_type), media_type);
}

bool sw_media_type_foreign_charset(sw_slice content_type) {
    (void)next_part(&content_type);
    while (content_type.len) {
        sw_slice part = next_part(&content_type);
        const char *equals = part.len ? memchr(part.ptr, '=', part.len) : NULL;
        if (!equals) continue;
        size_t at = (size_t)(equals - part.ptr);
        if (!equal_any_case(trimmed(sw_slice_sub(part, 0, at)), "charset")) continue;
        sw_slice value = trimmed(sw_slice_sub(part, at + 1, part.len));
        if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
            value = sw_slice_sub(value, 1, value.len - 1);
        if (!equal_any_case(value, "utf-8") && !equal_any_case(value, "utf8")) return true;
    }
    return false;
}
