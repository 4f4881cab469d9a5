#include "unit/test.h"

#include "base/rng.h"
#include "text/json.h"

static sw_arena arena;

static int setup(void **state) {
    (void)state;
    sw_arena_init(&arena, 64 << 20);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    sw_arena_done(&arena);
    return 0;
}

static sw_err parse(sw_slice text, sw_diags *diags, const sw_json **ret) {
    sw_diags_init(diags, &arena, SW_SLICE_NONE, 10);
    return sw_json_parse(&arena, text, (sw_json_limits){0}, diags, ret);
}

static const sw_json *must_parse(const char *text) {
    sw_diags diags;
    const sw_json *node = NULL;
    assert_ok(parse(sw_slice_cstr(text), &diags, &node));
    assert_int_equal(diags.count, 0);
    return node;
}

static void reads_a_tree_in_order_of_the_text(void **state) {
    (void)state;
    const sw_json *node =
        must_parse(" {\"b\": [1, -2.5e3, {}], \"a\":\ttrue,\r\n\"\": null, \"t\":\"x\"} ");
    assert_int_equal(node->kind, SW_JSON_OBJECT);
    assert_int_equal(node->count, 4);
    const sw_json *b = node->first;
    assert_slice(b->name, "b");
    assert_int_equal(b->kind, SW_JSON_ARRAY);
    assert_int_equal(b->count, 3);
    assert_slice(b->first->next->text, "-2.5e3");
    assert_int_equal(b->first->next->next->kind, SW_JSON_OBJECT);
    assert_null(b->first->next->next->first);
    assert_true(sw_json_get(node, SW_S("a"))->truth);
    assert_int_equal(sw_json_get(node, SW_S(""))->kind, SW_JSON_NULL);
    assert_slice(sw_json_get(node, SW_S("t"))->text, "x");
    assert_null(sw_json_get(node, SW_S("c")));
    assert_null(sw_json_get(b, SW_S("c")));
    assert_null(sw_json_get(NULL, SW_S("c")));
    uint32_t line, col;
    sw_json_place(SW_S(" {\"b\": [1"), b->first, &line, &col);
    assert_int_equal(col, 9);
}

static void unescapes_texts(void **state) {
    (void)state;
    assert_slice(must_parse("\"plain \xe5\x88\x91\xe4\xba\x8b\"")->text, "plain 刑事");
    assert_slice(must_parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")->text, "\"\\/\b\f\n\r\t");
    assert_slice(must_parse("\"\\u0041\\u00e9\\u5211\\uD83D\\ude00!\"")->text, "A\xc3\xa9刑😀!");
    const sw_json *nul = must_parse("\"a\\u0000b\"");
    assert_int_equal(nul->text.len, 3);
    assert_memory_equal(nul->text.ptr, "a\0b", 3);
    assert_slice(must_parse("{\"\\u0061\":1}")->first->name, "a");
}

static void reads_numbers_exactly(void **state) {
    (void)state;
    int64_t n = 0;
    double d = 0;
    assert_ok(sw_json_int(must_parse("-9223372036854775808"), &n));
    assert_true(n == INT64_MIN);
    assert_int_equal(sw_json_int(must_parse("9223372036854775808"), &n), SW_E_RANGE);
    assert_int_equal(sw_json_int(must_parse("1.0"), &n), SW_E_TYPE);
    assert_int_equal(sw_json_int(must_parse("1e2"), &n), SW_E_TYPE);
    assert_int_equal(sw_json_int(must_parse("\"1\""), &n), SW_E_TYPE);
    assert_ok(sw_json_integral(must_parse("12.50e1"), &n));
    assert_int_equal(n, 125);
    assert_ok(sw_json_integral(must_parse("9007199254740993.0"), &n));
    assert_true(n == 9007199254740993);
    assert_int_equal(sw_json_integral(must_parse("1.5"), &n), SW_E_TYPE);
    assert_int_equal(sw_json_integral(must_parse("1e19"), &n), SW_E_RANGE);
    assert_ok(sw_json_double(must_parse("0.1"), &d));
    assert_true(d == 0.1);
    assert_int_equal(sw_json_double(must_parse("1e400"), &d), SW_E_RANGE);
    assert_int_equal(sw_json_double(must_parse("null"), &d), SW_E_TYPE);
}

/* What RFC 8259 does not allow, each with its place. */
static const struct {
    const char *text;
    uint32_t line, col;
    const char *says;
} refused[] = {
    {"", 1, 1, "ends"},
    {"  ", 1, 3, "ends"},
    {"[1,]", 1, 4, "']'"},
    {"[1 2]", 1, 4, "'2'"},
    {"[1", 1, 3, "ends"},
    {"[", 1, 2, "ends"},
    {"]", 1, 1, "']'"},
    {"{\"a\" 1}", 1, 6, "':'"},
    {"{\"a\":}", 1, 6, "'}'"},
    {"{\"a\":1,}", 1, 8, "'}'"},
    {"{a:1}", 1, 2, "'a'"},
    {"{1:1}", 1, 2, "'1'"},
    {"{\"a\":1 \"b\":2}", 1, 8, "','"},
    {"[1}", 1, 3, "'}'"},
    {"{\"a\":1]", 1, 7, "']'"},
    {"1 2", 1, 3, "the end"},
    {"{}x", 1, 3, "'x'"},
    {"'a'", 1, 1, "'''"},
    {"tru", 1, 1, "'t'"},
    {"nulls", 1, 5, "'s'"},
    {"True", 1, 1, "'T'"},
    {"NaN", 1, 1, "'N'"},
    {"+1", 1, 1, "'+'"},
    {"-", 1, 2, "digit"},
    {"-a", 1, 2, "digit"},
    {"01", 1, 1, "zero"},
    {"-012", 1, 2, "zero"},
    {".5", 1, 1, "'.'"},
    {"1.", 1, 3, "digit"},
    {"1e", 1, 3, "digit"},
    {"1e+", 1, 4, "digit"},
    {"0x1f", 1, 2, "'x'"},
    {"\"a", 1, 3, "closing"},
    {"\"a\\", 1, 3, "backslash"},
    {"\"\\x41\"", 1, 2, "backslash"},
    {"\"\\u12g4\"", 1, 2, "hexadecimal"},
    {"\"\\u12", 1, 2, "hexadecimal"},
    {"\"\\ud800\"", 1, 2, "surrogate"},
    {"\"\\ud800\\u0041\"", 1, 2, "surrogate"},
    {"\"\\ude00\\ud83d\"", 1, 2, "surrogate"},
    {"\"a\nb\"", 1, 3, "control"},
    {"\"a\tb\"", 1, 3, "control"},
    {"[\n  1,\n  \"刑\", x]", 3, 8, "'x'"},
    {"\"\xc3\x28\"", 1, 2, "UTF-8"},
    {"\"\xed\xa0\x80\"", 1, 2, "UTF-8"},
    {"\"\xc0\xaf\"", 1, 2, "UTF-8"},
    {"\"\xf4\x90\x80\x80\"", 1, 2, "UTF-8"},
    {"\xff", 1, 1, "UTF-8"},
    {"\xef\xbb\xbf{}", 1, 1, "byte order mark"},
    {"\f1", 1, 1, "control"},
    {"\xc2\xa0"
     "1",
     1, 1, "value"},
    {"{\"a\":1,\"b\":2,\"a\":3}", 1, 14, "\"a\""},
    {"{\"a\":1,\"\\u0061\":3}", 1, 17, "\"a\""},
    {"[{\"x\":{\"刑\":1, \"刑\":2}}]", 1, 15, "\"刑\""},
    {"/* no */ 1", 1, 1, "'/'"},
};

static void refuses_with_place_and_reason(void **state) {
    (void)state;
    for (size_t i = 0; i < SW_COUNT(refused); i++) {
        sw_diags diags;
        const sw_json *node = NULL;
        assert_int_equal(parse(sw_slice_cstr(refused[i].text), &diags, &node), SW_E_SYNTAX);
        assert_null(node);
        assert_int_equal(diags.count, 1);
        sw_slice said = sw_diag_text(&arena, diags.first);
        if (diags.first->line != refused[i].line || diags.first->col != refused[i].col ||
            !strstr(sw_arena_printf(&arena, "%.*s", SW_FMT(said)).ptr, refused[i].says))
            fail_msg("%s: %.*s", refused[i].text, SW_FMT(said));
    }
}

static void finds_a_repeated_name_in_a_large_object(void **state) {
    (void)state;
    sw_buf buf;
    sw_buf_init(&buf, 1 << 20);
    sw_buf_add_byte(&buf, '{');
    for (int i = 0; i < 1000; i++) sw_buf_printf(&buf, "\"n%d\":%d,\n", i * 7 % 1000, i);
    size_t at = buf.len;
    sw_buf_add_cstr(&buf, "\"n500\":1}");
    sw_diags diags;
    const sw_json *node = NULL;
    assert_int_equal(parse(sw_buf_slice(&buf), &diags, &node), SW_E_SYNTAX);
    assert_int_equal(diags.first->line, 1001);
    assert_int_equal(diags.first->col, 1);
    buf.ptr[at + 1] = 'm';
    assert_ok(parse(sw_buf_slice(&buf), &diags, &node));
    assert_int_equal(node->count, 1001);
    sw_buf_done(&buf);
}

static void holds_its_limits(void **state) {
    (void)state;
    char deep[512];
    const sw_json *node = NULL;
    sw_diags diags;
    memset(deep, '[', 128);
    memset(deep + 128, ']', 128);
    assert_int_equal(parse(sw_slice_of(deep, 256), &diags, &node), SW_E_LIMIT);
    assert_int_equal(diags.first->col, 65);
    assert_ok(parse(sw_slice_of(deep + 64, 128), &diags, &node));
    sw_json_limits deeper = {.depth_max = SW_JSON_DEPTH_MAX};
    assert_ok(sw_json_parse(&arena, sw_slice_of(deep, 256), deeper, NULL, &node));
    sw_json_limits few = {.nodes_max = 3};
    assert_ok(sw_json_parse(&arena, SW_S("[1,2]"), few, NULL, &node));
    assert_int_equal(sw_json_parse(&arena, SW_S("[1,2,3]"), few, NULL, &node), SW_E_LIMIT);
}

static void survives_a_full_arena_at_every_allocation(void **state) {
    (void)state;
    sw_slice text =
        SW_S("{\"a\":\"\\u5211\",\"l\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18],"
             "\"o\":{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,"
             "\"j\":1,\"k\":1,\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1,\"r\":\"\\n\"}}");
    int64_t n = 0;
    for (sw_err err = SW_E_LIMIT; err; n++) {
        const sw_json *node = NULL;
        sw_arena_reset(&arena);
        arena.fail_after = n;
        err = sw_json_parse(&arena, text, (sw_json_limits){0}, NULL, &node);
        assert_true(err == SW_OK || err == SW_E_LIMIT);
        assert_true((node == NULL) == (err != SW_OK));
    }
    arena.fail_after = -1;
    assert_true(n > 4);
}

static void any_bytes_are_read_or_refused_in_bounds(void **state) {
    (void)state;
    static const char alphabet[] = "{}[]:,\"\\u0d8e1-+.5 tfn\n\xe5\x88\x91\xf0";
    sw_rng rng;
    sw_rng_init(&rng, 8259);
    for (int i = 0; i < 20000; i++) {
        size_t len = sw_rng_below(&rng, 24);
        sw_arena_reset(&arena);
        char *text = sw_heap_alloc(len); /* its end is watched by the sanitizer */
        for (size_t k = 0; k < len; k++)
            text[k] = alphabet[sw_rng_below(&rng, sizeof alphabet - 1)];
        sw_diags diags;
        const sw_json *node = NULL;
        sw_err err = parse(sw_slice_of(text, len), &diags, &node);
        assert_true((err == SW_OK) == (node != NULL));
        assert_int_equal(diags.count, err ? 1 : 0);
        sw_heap_free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_tree_in_order_of_the_text),
        cmocka_unit_test(unescapes_texts),
        cmocka_unit_test(reads_numbers_exactly),
        cmocka_unit_test(refuses_with_place_and_reason),
        cmocka_unit_test(finds_a_repeated_name_in_a_large_object),
        cmocka_unit_test(holds_its_limits),
        cmocka_unit_test(survives_a_full_arena_at_every_allocation),
        cmocka_unit_test(any_bytes_are_read_or_refused_in_bounds),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
