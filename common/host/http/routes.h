/* routes.h - which handler a path and a method belong to.  Layer 8, of host/http alone.  Thread:
 * any, once filled. */
#ifndef SW_HOST_HTTP_ROUTES_H
#define SW_HOST_HTTP_ROUTES_H

#include "host/http/uri.h"

enum { SW_ROUTES_MAX = 128, SW_ROUTE_VALUES_MAX = 4 };

typedef struct sw_routes {
    const sw_http_route *list[SW_ROUTES_MAX];
    uint32_t count;
} sw_routes;

typedef struct sw_route_match {
    const sw_http_route *route; /* NULL: none of that method */
    uint32_t allowed;           /* methods of the path, as bits; 0: there is no such path */
    sw_http_field values[SW_ROUTE_VALUES_MAX];
    uint32_t value_count;
} sw_route_match;

/* SW_E_CONFLICT: the same method and path again; SW_E_INVALID: a path that is none; SW_E_LIMIT. */
SW_NODISCARD sw_err sw_routes_add(sw_routes *routes, const sw_http_route *list, size_t count);
void sw_routes_find(const sw_routes *routes, sw_http_method method, const sw_uri *uri,
                    sw_route_match *ret);
/* "GET, HEAD, OPTIONS". The text is a part of `space`. */
sw_slice sw_routes_allow(uint32_t methods, char space[64]);
/* 0: none of ours. HEAD is GET. */
sw_http_method sw_http_method_parse(sw_slice name);

#endif
