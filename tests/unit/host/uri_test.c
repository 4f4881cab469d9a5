#include "unit/test.h"

#include "host/http/routes.h"

static sw_arena arena;

static sw_err read_uri(const char *target, sw_uri *ret) {
    const char *why;
    return sw_uri_read(&arena, sw_slice_cstr(target), ret, &why);
}

static void a_target_is_decoded_segment_by_segment(void **state) {
    (void)state;
    sw_uri uri;
    assert_ok(read_uri("/v1/cases/A%2F1%20%E6%A1%88?a=1&b=x+y%26&empty&=v&", &uri));
    assert_int_equal(uri.segment_count, 3);
    assert_slice(uri.segments[2], "A/1 \xE6\xA1\x88"); /* an encoded slash divides nothing */
    assert_int_equal(uri.query_count, 4);
    assert_slice(uri.queries[1].name, "b");
    assert_slice(uri.queries[1].value, "x y&");
    assert_slice(uri.queries[2].name, "empty");
    assert_slice(uri.queries[2].value, "");
    assert_slice(uri.queries[3].name, "");
}

static void what_is_no_target_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"",       "*",     "http://x/", "a",           "/%",
                                      "/%4",    "/%zz",  "/%00",      "/%0a",        "/%ff",
                                      "/?a=%1", "/\x01", "/%C0%AF",   "/?%ED%A0%80", "/%7f"};
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        sw_uri uri = {.segment_count = 77};
        assert_int_equal(read_uri(bad[i], &uri), SW_E_INVALID);
        assert_int_equal(uri.segment_count, 77);
    }
}

static void too_many_parts_are_a_limit(void **state) {
    (void)state;
    sw_uri uri;
    assert_int_equal(read_uri("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", &uri), SW_E_LIMIT);
    char query[256] = "/?";
    for (int i = 0; i < 33; i++) strcat(query, "a&");
    assert_int_equal(read_uri(query, &uri), SW_E_LIMIT);
    static char path[SW_URI_BYTES_MAX + 2];
    memset(path, 'a', sizeof path - 1);
    path[0] = '/';
    assert_int_equal(read_uri(path, &uri), SW_E_LIMIT);
}

static void nothing(void *arg, sw_http_exchange *x) {
    (void)arg;
    (void)x;
}

static const sw_http_route table[] = {
    {SW_HTTP_GET, "/", 0, nothing, NULL},
    {SW_HTTP_GET, "/v1/cases/{id}", 0, nothing, NULL},
    {SW_HTTP_POST, "/v1/cases/{id}", 0, nothing, NULL},
    {SW_HTTP_GET, "/v1/cases/latest", 0, nothing, NULL},
    {SW_HTTP_POST, "/v1/w/{id}/actions/{action}", 0, nothing, NULL},
};

static sw_route_match find(sw_http_method method, const char *target) {
    sw_routes routes = {.count = 0};
    sw_route_match match;
    sw_uri uri;
    assert_ok(sw_routes_add(&routes, table, SW_COUNT(table)));
    assert_ok(read_uri(target, &uri));
    sw_routes_find(&routes, method, &uri, &match);
    return match;
}

static void the_route_that_fits_best_is_found(void **state) {
    (void)state;
    assert_ptr_equal(find(SW_HTTP_GET, "/").route, &table[0]);
    sw_route_match match = find(SW_HTTP_GET, "/v1/cases/A%2F1");
    assert_ptr_equal(match.route, &table[1]);
    assert_slice(match.values[0].name, "id");
    assert_slice(match.values[0].value, "A/1");
    assert_ptr_equal(find(SW_HTTP_GET, "/v1/cases/latest").route, &table[3]);
    match = find(SW_HTTP_POST, "/v1/w/7/actions/close");
    assert_ptr_equal(match.route, &table[4]);
    assert_slice(match.values[1].value, "close");
}

static void other_methods_of_a_path_are_told(void **state) {
    (void)state;
    char space[64];
    sw_route_match match = find(SW_HTTP_DELETE, "/v1/cases/1");
    assert_null(match.route);
    assert_slice(sw_routes_allow(match.allowed, space), "GET, HEAD, POST, OPTIONS");
    assert_int_equal(find(SW_HTTP_GET, "/v1/cases").allowed, 0);
    assert_int_equal(find(SW_HTTP_GET, "/v1/cases/").allowed, 0);
    assert_int_equal(find(SW_HTTP_GET, "/v1/cases/1/").allowed, 0);
}

static void a_route_twice_is_a_mistake(void **state) {
    (void)state;
    sw_routes routes = {.count = 0};
    assert_ok(sw_routes_add(&routes, table, SW_COUNT(table)));
    assert_int_equal(sw_routes_add(&routes, &table[1], 1), SW_E_CONFLICT);
}

static int setup(void **state) {
    (void)state;
    sw_arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    sw_arena_done(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_is_decoded_segment_by_segment),
        cmocka_unit_test(what_is_no_target_is_refused),
        cmocka_unit_test(too_many_parts_are_a_limit),
        cmocka_unit_test(the_route_that_fits_best_is_found),
        cmocka_unit_test(other_methods_of_a_path_are_told),
        cmocka_unit_test(a_route_twice_is_a_mistake),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
