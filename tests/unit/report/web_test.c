#include <stdio.h>
#include <strings.h>

#include "report/web/web.h"
#include "unit/test.h"

static sw_http_tried ask_with(sw_arena *arena, const char *target, const sw_http_field *headers,
                              uint32_t count) {
    sw_http_route routes[SW_WEB_ROUTES];
    sw_http_tried tried;
    sw_web_routes(routes);
    const sw_http_try what = {.routes = routes,
                              .route_count = SW_WEB_ROUTES,
                              .method = "GET",
                              .target = sw_slice_cstr(target),
                              .headers = headers,
                              .header_count = count};
    assert_ok(sw_http_try_run(&what, arena, &tried));
    return tried;
}

static sw_http_tried ask(sw_arena *arena, const char *target, bool gzip) {
    const sw_http_field accept = {SW_S("accept-encoding"), SW_S("gzip, br")};
    return ask_with(arena, target, &accept, gzip ? 1 : 0);
}

static bool has(const sw_http_tried *tried, const char *name, const char *value) {
    for (uint32_t i = 0; i < tried->field_count; i++)
        if (tried->fields[i].name.len == strlen(name) &&
            strncasecmp(tried->fields[i].name.ptr, name, strlen(name)) == 0 &&
            memmem(tried->fields[i].value.ptr, tried->fields[i].value.len, value, strlen(value)))
            return true;
    return false;
}

/* Follows what a file names of the others: "./api.js" after from and in import(), href="app.css".
 */
static void follow(sw_arena *arena, const sw_http_tried *tried) {
    static const char *const marks[] = {"from \"./", "import(\"./", "href=\"", "src=\""};
    for (size_t at = 0; at + 12 < tried->body.len; at++) {
        for (size_t m = 0; m < SW_COUNT(marks); m++) {
            const char *text = tried->body.ptr + at;
            const size_t len = strlen(marks[m]);
            if (strncmp(text, marks[m], len) != 0 || text[len] == '#') continue;
            char other[128];
            (void)snprintf(other, sizeof other, "/dashboard/%.*s", (int)strcspn(text + len, "\""),
                           text + len);
            assert_int_equal(ask(arena, other, false).status, 200);
        }
    }
}

/* Whatever one file names of the others is there, and nothing comes from elsewhere. */
static void the_page_is_whole_and_local(void **state) {
    (void)state;
    sw_http_route routes[SW_WEB_ROUTES];
    uint32_t files = 0;
    sw_arena arena;
    sw_arena_init(&arena, (size_t)256 << 20);
    sw_web_routes(routes);
    for (size_t i = 0; i < SW_WEB_ROUTES; i++) {
        const sw_http_tried tried = ask(&arena, routes[i].path, false);
        if (tried.status == 308) {
            assert_true(has(&tried, "Location", "/dashboard/"));
            continue;
        }
        files++;
        assert_int_equal(tried.status, 200);
        assert_true(tried.body.len > 100);
        assert_true(has(&tried, "Content-Security-Policy", "default-src 'none'"));
        if (strstr(routes[i].path, "echarts")) continue; /* has addresses in its comments */
        follow(&arena, &tried);
        assert_null(memmem(tried.body.ptr, tried.body.len, "src=\"http", 9));
        assert_null(memmem(tried.body.ptr, tried.body.len, "href=\"http", 10));
        assert_null(memmem(tried.body.ptr, tried.body.len, "innerHTML", 9));
    }
    assert_true(files > 20);
    sw_arena_done(&arena);
}

/* What a browser has is not sent again, and each encoding has a version of its own. */
static void a_known_version_is_not_sent_again(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, (size_t)16 << 20);
    const sw_http_tried plain = ask(&arena, "/dashboard/main.js", false);
    const sw_http_tried packed = ask(&arena, "/dashboard/main.js", true);
    sw_slice tag = SW_SLICE_NONE;
    for (uint32_t i = 0; i < packed.field_count; i++)
        if (sw_slice_is(packed.fields[i].name, "ETag")) tag = packed.fields[i].value;
    assert_true(tag.len > 4);
    char text[64];
    (void)snprintf(text, sizeof text, "%.*s", SW_FMT(tag));
    assert_false(has(&plain, "ETag", text));
    const sw_http_field known[] = {{SW_S("accept-encoding"), SW_S("gzip")},
                                   {SW_S("if-none-match"), tag}};
    const sw_http_tried again = ask_with(&arena, "/dashboard/main.js", known, 2);
    assert_int_equal(again.status, 304);
    assert_int_equal(again.body.len, 0);
    assert_int_equal(ask_with(&arena, "/dashboard/duty.js", known, 2).status, 200);
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
        cmocka_unit_test(a_known_version_is_not_sent_again),
        cmocka_unit_test(charts_travel_compressed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
