/* Targets of requests: whatever the bytes, what is read is text, and names what it was read from.
 */
#include <stdlib.h>

#include "host/http/routes.h"
#include "text/utf8.h"

static void nothing(void *arg, sw_http_exchange *x) {
    (void)arg;
    (void)x;
}

static const sw_http_route table[] = {
    {SW_HTTP_GET, "/", 0, nothing, NULL},
    {SW_HTTP_GET, "/v1/cases/{id}", 0, nothing, NULL},
    {SW_HTTP_GET, "/v1/cases/latest", 0, nothing, NULL},
    {SW_HTTP_POST, "/v1/dead-letters/{partition}/{offset}/retry", 0, nothing, NULL},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sw_arena arena;
    sw_uri uri;
    sw_routes routes = {.count = 0};
    sw_route_match match;
    const char *why;
    sw_arena_init(&arena, 1 << 20);
    sw_err err = sw_uri_read(&arena, sw_slice_of(data, size), &uri, &why);
    if (err) {
        SW_ASSERT(why);
    } else {
        for (uint32_t i = 0; i < uri.segment_count; i++)
            SW_ASSERT(sw_utf8_valid(uri.segments[i]) && uri.segments[i].len <= size);
        for (uint32_t i = 0; i < uri.query_count; i++)
            SW_ASSERT(sw_utf8_valid(uri.queries[i].name) && sw_utf8_valid(uri.queries[i].value));
        if (sw_routes_add(&routes, table, SW_COUNT(table)) != SW_OK) abort();
        sw_routes_find(&routes, SW_HTTP_GET, &uri, &match);
        for (uint32_t i = 0; i < match.value_count; i++) SW_ASSERT(match.values[i].value.len > 0);
        SW_ASSERT(!match.route || (match.allowed & (uint32_t)match.route->method));
    }
    sw_arena_done(&arena);
    return 0;
}
