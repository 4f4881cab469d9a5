#include "host/http/routes.h"

#include <stdio.h>

static const struct {
    sw_http_method method;
    const char *name;
} methods[] = {
    {SW_HTTP_GET, "GET"}, {SW_HTTP_GET, "HEAD"},      {SW_HTTP_POST, "POST"},
    {SW_HTTP_PUT, "PUT"}, {SW_HTTP_DELETE, "DELETE"}, {SW_HTTP_PATCH, "PATCH"},
};

sw_http_method sw_http_method_parse(sw_slice name) {
    for (size_t i = 0; i < SW_COUNT(methods); i++)
        if (sw_slice_is(name, methods[i].name)) return methods[i].method;
    return 0;
}

sw_slice sw_routes_allow(uint32_t bits, char space[64]) {
    int len = 0;
    for (size_t i = 0; i < SW_COUNT(methods); i++)
        if (bits & methods[i].method)
            len += snprintf(space + len, (size_t)(64 - len), "%s, ", methods[i].name);
    len += snprintf(space + len, (size_t)(64 - len), "OPTIONS");
    SW_ASSERT(len < 64);
    return sw_slice_of(space, (size_t)len);
}

/* The next segment of a route's path; false at its end. */
static bool next_segment(const char **at, sw_slice *ret) {
    if (**at != '/') return false;
    const char *from = *at + 1, *end = strchr(from, '/');
    *ret = end ? sw_slice_of(from, (size_t)(end - from)) : sw_slice_cstr(from);
    *at = ret->ptr + ret->len;
    return true;
}

static bool is_name(sw_slice segment) {
    return segment.len > 2 && segment.ptr[0] == '{' && segment.ptr[segment.len - 1] == '}';
}

sw_err sw_routes_add(sw_routes *routes, const sw_http_route *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const sw_http_route *route = &list[i];
        if (!route->handler || route->path[0] != '/' || route->method == 0) return SW_E_INVALID;
        for (uint32_t k = 0; k < routes->count; k++)
            if (routes->list[k]->method == route->method &&
                strcmp(routes->list[k]->path, route->path) == 0)
                return SW_E_CONFLICT;
        if (routes->count == SW_ROUTES_MAX) return SW_E_LIMIT;
        routes->list[routes->count++] = route;
    }
    return SW_OK;
}

/* How well a route fits: 0 not at all, else 1 more for each literal segment. */
static uint32_t fits(const sw_http_route *route, const sw_uri *uri, sw_route_match *ret) {
    const char *at = route->path;
    uint32_t score = 1, i = 0;
    sw_slice segment;
    ret->value_count = 0;
    for (; next_segment(&at, &segment); i++) {
        if (i == uri->segment_count) return 0;
        if (!is_name(segment)) {
            if (!sw_slice_eq(segment, uri->segments[i])) return 0;
            score++;
            continue;
        }
        if (uri->segments[i].len == 0 || ret->value_count == SW_ROUTE_VALUES_MAX) return 0;
        ret->values[ret->value_count++] =
            (sw_http_field){sw_slice_sub(segment, 1, segment.len - 1), uri->segments[i]};
    }
    return i == uri->segment_count ? score : 0;
}

void sw_routes_find(const sw_routes *routes, sw_http_method method, const sw_uri *uri,
                    sw_route_match *ret) {
    uint32_t best = 0, best_path = 0, allowed = 0;
    sw_route_match found = {.route = NULL};
    for (uint32_t i = 0; i < routes->count; i++) {
        sw_route_match one;
        uint32_t score = fits(routes->list[i], uri, &one);
        if (score == 0 || score < best_path) continue;
        if (score > best_path) { /* a path that fits better hides those that fit less */
            best_path = score;
            allowed = 0;
            best = 0;
            found.route = NULL;
        }
        allowed |= (uint32_t)routes->list[i]->method;
        if (routes->list[i]->method != method || score <= best) continue;
        best = score;
        found = one;
        found.route = routes->list[i];
    }
    *ret = found;
    ret->allowed = allowed;
    if (!ret->route) ret->value_count = 0;
}
