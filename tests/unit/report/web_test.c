#include <stdio.h>
#include <strings.h>

#include "report/web/web.h"
#include "unit/test.h"

static sw_http_tried ask(sw_arena *arena, const char *target, bool gzip) {
    sw_http_route routes[SW_WEB_ROUTES];
    sw_http_tried tried;
    const sw_http_field accept = {SW_S("accept-encoding"), SW_S("gzip, br")};
    sw_web_routes(routes);
    const sw_http_try what = {.routes = routes,
                              .route_count = SW_WEB_ROUTES,
                              .method = "GET",
                              .target = sw_slice_cstr(target),
                              .headers = &accept,
                              .header_count = gzip ? 1 : 0};
    assert_ok(sw_http_try_run(&what, arena, &tried));
    return tried;
}

static bool has(const sw_http_tried *tried, const char *name, const char *value) {
    for (uint32_t i = 0; i < tried->field_count; i++)
        if (tried->fields[i].name.len == strlen(name) &&
            strncasecmp(tried->fields[i].name.ptr, name, strlen(name)) == 0 &&
            memmem(tried->fields[i].value.ptr, tried->fields[i].value.len, value, strlen(value)))
            return true;
    return false;
}

/* Whatever one file names of the others is there, and nothing comes from elsewhere. */
static void the_page_is_whole_and_local(void **state) {
    (void)state;
    static const char *const files[] = {
        "",        "app.css", "api.js",  "chart.js",    "dom.js",   "duty.js",   "figures.js",
        "find.js", "main.js", "text.js", "windowed.js", "icon.svg", "echarts.js"};
    sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    for (size_t i = 0; i < SW_COUNT(files); i++) {
        char target[64];
        (void)snprintf(target, sizeof target, "/dashboard/%s", files[i]);
        const sw_http_tried tried = ask(&arena, target, false);
        assert_int_equal(tried.status, 200);
        assert_true(tried.body.len > 100);
        assert_true(has(&tried, "Content-Security-Policy", "default-src 'none'"));
        if (i + 1 == SW_COUNT(files)) break; /* the library has addresses in its comments */
        for (size_t at = 0; at + 12 < tried.body.len; at++) {
            const char *text = tried.body.ptr + at;
            if (memcmp(text, "from \"./", 8) == 0) {
                size_t len = strcspn(text + 8, "\"");
                char other[128];
                (void)snprintf(other, sizeof other, "/dashboard/%.*s", (int)len, text + 8);
                assert_int_equal(ask(&arena, other, false).status, 200);
            }
        }
        assert_null(memmem(tried.body.ptr, tried.body.len, "src=\"http", 9));
        assert_null(memmem(tried.body.ptr, tried.body.len, "href=\"http", 10));
    }
    sw_arena_done(&arena);
}

static void charts_travel_compressed(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    const sw_http_tried plain = ask(&arena, "/dashboard/echarts.js", false);
    const sw_http_tried packed = ask(&arena, "/dashboard/echarts.js", true);
    assert_true(has(&packed, "Content-Encoding", "gzip"));
    assert_false(has(&plain, "Content-Encoding", "gzip"));
    assert_memory_equal(packed.body.ptr, "\x1f\x8b", 2);
    assert_true(packed.body.len * 2 < plain.body.len);
    sw_arena_done(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_whole_and_local),
        cmocka_unit_test(charts_travel_compressed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
