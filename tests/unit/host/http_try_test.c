#include "unit/test.h"

#include "host/http.h"

static sw_arena arena;

static void echo(void *arg, sw_http_exchange *x) {
    assert_string_equal(arg, "arg");
    sw_buf body;
    sw_slice color = SW_SLICE_NONE;
    sw_buf_init(&body, 1000);
    sw_http_query(x, "color", &color);
    sw_buf_printf(&body, "%.*s %.*s %.*s %.*s", SW_FMT(sw_http_path(x, "id")), SW_FMT(color),
                  SW_FMT(sw_http_header(x, "x-test")), SW_FMT(sw_http_body(x)));
    sw_http_answer(x, &(sw_http_reply){.status = 201,
                                       .type = "text/plain",
                                       .take = &body,
                                       .fields = {{SW_S("Location"), SW_S("/here")},
                                                  {SW_S("X-Bad"), SW_S("a\r\nSet-Cookie: b")}}});
    assert_null(body.ptr);
}

static void only_color(void *arg, sw_http_exchange *x) {
    (void)arg;
    static const char *const names[] = {"color"};
    if (sw_http_query_only(x, names, 1)) sw_http_answer(x, &(sw_http_reply){.status = 204});
}

static void stream(void *arg, sw_http_exchange *x) {
    (void)arg;
    sw_http_stream *s = sw_http_stream_open(x);
    assert_ok(sw_http_stream_send(s, SW_S("7"), SW_S("warning"), SW_S("one\ntwo")));
    sw_http_stream_close(s);
}

static void failing(void *arg, sw_http_exchange *x) {
    sw_http_refuse_err(x, *(sw_err *)arg, "why");
}

static sw_err given = SW_OK;
static const char *const texts[] = {"text/plain", "application/json", NULL};
static const sw_http_route routes[] = {
    {SW_HTTP_POST, "/things/{id}", SW_ROLE_PUBLISHER, echo, (void *)(uintptr_t) "arg",
     .body_max = 10, .types = texts},
    {SW_HTTP_GET, "/colors", 0, only_color, NULL},
    {SW_HTTP_GET, "/stream", 0, stream, NULL},
    {SW_HTTP_GET, "/fails", 0, failing, &given},
};

static sw_http_tried try_it(const char *method, const char *target, const char *type,
                            const char *body, const sw_principal *principal) {
    sw_http_field headers[] = {{SW_S("X-Test"), SW_S("yes")},
                               {SW_S("Content-TYPE"), sw_slice_cstr(type ? type : "")}};
    sw_http_try what = {.routes = routes,
                        .route_count = SW_COUNT(routes),
                        .method = method,
                        .target = sw_slice_cstr(target),
                        .headers = headers,
                        .header_count = type ? 2 : 1,
                        .body = sw_slice_cstr(body),
                        .principal = principal};
    sw_http_tried tried;
    assert_ok(sw_http_try_run(&what, &arena, &tried));
    return tried;
}

static void a_handler_sees_the_request_and_answers(void **state) {
    (void)state;
    sw_http_tried tried =
        try_it("POST", "/things/a%20b?color=red", "Text/Plain; charset=utf-8", "body", NULL);
    assert_int_equal(tried.status, 201);
    assert_slice(tried.type, "text/plain");
    assert_slice(tried.body, "a b red yes body");
    assert_int_equal(tried.field_count, 1); /* a line break would begin another header */
    assert_slice(tried.fields[0].value, "/here");
}

static void what_a_route_does_not_take_is_refused_before_its_handler(void **state) {
    (void)state;
    sw_principal viewer = {.sub = "v", .roles = SW_ROLE_VIEWER};
    assert_int_equal(try_it("POST", "/things/1", "text/plain", "", &viewer).status, 403);
    assert_int_equal(try_it("POST", "/things/1", "text/plain", "12345678901", NULL).status, 413);
    assert_int_equal(try_it("POST", "/things/1", "text/html", "1", NULL).status, 415);
    assert_int_equal(try_it("POST", "/things/1", NULL, "1", NULL).status, 415);
    assert_int_equal(try_it("GET", "/nothing", NULL, "", NULL).status, 404);
    assert_int_equal(try_it("GET", "/things/%zz", NULL, "", NULL).status, 400);
    assert_int_equal(try_it("GET", "/colors", NULL, "body", NULL).status, 400);
    sw_http_tried tried = try_it("GET", "/things/1", NULL, "", NULL);
    assert_int_equal(tried.status, 405);
    assert_slice(tried.type, "application/problem+json");
    assert_slice(tried.fields[0].name, "Allow");
    assert_slice(tried.fields[0].value, "POST, OPTIONS");
    assert_int_equal(try_it("OPTIONS", "/things/1", NULL, "", NULL).status, 204);
    assert_int_equal(try_it("BREW", "/things/1", NULL, "", NULL).status, 405);
}

static void an_unknown_parameter_is_named_with_the_known_ones(void **state) {
    (void)state;
    assert_int_equal(try_it("GET", "/colors?color=1", NULL, "", NULL).status, 204);
    sw_http_tried tried = try_it("GET", "/colors?colour=%22", NULL, "", NULL);
    assert_int_equal(tried.status, 400);
    assert_slice(tried.body, "{\"type\":\"urn:seawall:problem:unknown-parameter\",\"title\":\"Bad "
                             "Request\",\"status\":400,\"code\":\"unknown-parameter\",\"detail\":"
                             "\"there is no parameter 'colour'\",\"field\":\"colour\",\"hint\":"
                             "\"color\"}");
}

static void a_stream_s_events_have_their_lines(void **state) {
    (void)state;
    sw_http_tried tried = try_it("GET", "/stream", NULL, "", NULL);
    assert_int_equal(tried.status, 200);
    assert_slice(tried.type, "text/event-stream");
    assert_slice(tried.body, "retry: 2000\n\nid: 7\nevent: warning\ndata: one\ndata: two\n\n");
}

static void an_error_is_answered_by_its_verdict(void **state) {
    (void)state;
    static const struct {
        sw_err err;
        uint32_t status;
    } table[] = {{SW_E_NOT_FOUND, 404}, {SW_E_CONFLICT, 409}, {SW_E_LIMIT, 413},
                 {SW_E_AGAIN, 503},     {SW_E_FULL, 503},     {SW_E_TYPE, 400},
                 {SW_E_INTERNAL, 500},  {SW_E_IO, 500}};
    for (size_t i = 0; i < SW_COUNT(table); i++) {
        given = table[i].err;
        assert_int_equal(try_it("GET", "/fails", NULL, "", NULL).status, table[i].status);
    }
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
        cmocka_unit_test(a_handler_sees_the_request_and_answers),
        cmocka_unit_test(what_a_route_does_not_take_is_refused_before_its_handler),
        cmocka_unit_test(an_unknown_parameter_is_named_with_the_known_ones),
        cmocka_unit_test(a_stream_s_events_have_their_lines),
        cmocka_unit_test(an_error_is_answered_by_its_verdict),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
