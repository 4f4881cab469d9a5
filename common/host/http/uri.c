#include "host/http/uri.h"

#include "text/utf8.h"

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool is_text(sw_slice s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f) return false;
    return sw_utf8_valid(s);
}

/* `plus`: '+' is a space, as forms write it. */
static sw_err decode(sw_arena *arena, sw_slice from, bool plus, sw_slice *ret,
                     const char **ret_why) {
    char *to = sw_arena_alloc(arena, from.len);
    size_t len = 0;
    if (!to) return SW_E_NOMEM;
    for (size_t i = 0; i < from.len; i++) {
        char c = from.ptr[i];
        if (c == '%') {
            int high = i + 2 < from.len ? hex(from.ptr[i + 1]) : -1;
            int low = high >= 0 ? hex(from.ptr[i + 2]) : -1;
            if (low < 0) {
                *ret_why = "'%' is not followed by two hexadecimal digits";
                return SW_E_INVALID;
            }
            c = (char)(high << 4 | low);
            i += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        to[len++] = c;
    }
    if (!is_text(sw_slice_of(to, len))) {
        *ret_why = "the target holds control characters or is not UTF-8";
        return SW_E_INVALID;
    }
    *ret = sw_slice_of(to, len);
    return SW_OK;
}

static size_t find(sw_slice s, size_t from, char c) {
    const char *at = from < s.len ? memchr(s.ptr + from, c, s.len - from) : NULL;
    return at ? (size_t)(at - s.ptr) : s.len;
}

static sw_err read_path(sw_arena *arena, sw_uri *uri, const char **ret_why) {
    for (size_t at = 1; at <= uri->path.len;) {
        size_t end = find(uri->path, at, '/');
        if (uri->segment_count == SW_URI_SEGMENTS_MAX) return SW_E_LIMIT;
        sw_err err = decode(arena, sw_slice_sub(uri->path, at, end), false,
                            &uri->segments[uri->segment_count++], ret_why);
        if (err) return err;
        at = end + 1;
    }
    return SW_OK;
}

static sw_err read_query(sw_arena *arena, sw_slice query, sw_uri *uri, const char **ret_why) {
    if (query.len == 0) return SW_OK;
    sw_http_field *fields = sw_arena_zero(arena, SW_URI_QUERIES_MAX, sizeof *fields);
    if (!fields) return SW_E_NOMEM;
    uri->queries = fields;
    for (size_t at = 0; at <= query.len;) {
        size_t end = find(query, at, '&');
        sw_slice one = sw_slice_sub(query, at, end);
        at = end + 1;
        if (one.len == 0) continue;
        if (uri->query_count == SW_URI_QUERIES_MAX) return SW_E_LIMIT;
        size_t equal = find(one, 0, '=');
        sw_slice value = equal < one.len ? sw_slice_sub(one, equal + 1, one.len) : SW_SLICE_NONE;
        sw_http_field *field = &fields[uri->query_count++];
        sw_err err = decode(arena, sw_slice_sub(one, 0, equal), true, &field->name, ret_why);
        if (!err) err = decode(arena, value, true, &field->value, ret_why);
        if (err) return err;
    }
    return SW_OK;
}

sw_err sw_uri_read(sw_arena *arena, sw_slice target, sw_uri *ret, const char **ret_why) {
    SW_ASSERT(arena && ret && ret_why);
    sw_uri uri = {.segment_count = 0};
    *ret_why = "the target of the request is too long or has too many parts";
    if (target.len > SW_URI_BYTES_MAX) return SW_E_LIMIT;
    if (target.len == 0 || target.ptr[0] != '/') {
        *ret_why = "the target of the request is not an absolute path";
        return SW_E_INVALID;
    }
    size_t end = find(target, 0, '?');
    uri.path = sw_slice_sub(target, 0, end);
    sw_slice query = end < target.len ? sw_slice_sub(target, end + 1, target.len) : SW_SLICE_NONE;
    sw_err err = read_path(arena, &uri, ret_why);
    if (!err) err = read_query(arena, query, &uri, ret_why);
    if (!err) *ret = uri;
    return err;
}
