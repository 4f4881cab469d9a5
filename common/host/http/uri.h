/* uri.h - the target of a request taken apart (RFC 3986; forms of application/x-www-form-urlencoded
 * in the query).  Layer 8, of host/http alone.  Thread: any. */
#ifndef SW_HOST_HTTP_URI_H
#define SW_HOST_HTTP_URI_H

#include "host/http.h"

enum { SW_URI_BYTES_MAX = 8192, SW_URI_SEGMENTS_MAX = 16, SW_URI_QUERIES_MAX = 32 };

typedef struct sw_uri {
    sw_slice path;                          /* as it came, without query */
    sw_slice segments[SW_URI_SEGMENTS_MAX]; /* decoded; "/a/b/" has a last empty one */
    uint32_t segment_count;
    const sw_http_field *queries; /* decoded, in order; in the arena */
    uint32_t query_count;
} sw_uri;

/* Reads "/path?query". Decoded texts are valid UTF-8 without control characters. SW_E_INVALID, with
 * `ret_why` (a literal) for the client; SW_E_LIMIT: too long, too many parts; SW_E_NOMEM. */
SW_NODISCARD sw_err sw_uri_read(sw_arena *arena, sw_slice target, sw_uri *ret,
                                const char **ret_why);

#endif
