#include "unit/test.h"

#include "base/rng.h"
#include "text/json.h"

static sw_arena arena;
static sw_buf buf;

static int setup(void **state) {
    (void)state;
    sw_arena_init(&arena, 64 << 20);
    sw_buf_init(&buf, 1 << 20);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    sw_arena_done(&arena);
    sw_buf_done(&buf);
    return 0;
}

static const sw_json *parse(sw_slice text) {
    const sw_json *node = NULL;
    assert_ok(sw_json_parse(&arena, text, (sw_json_limits){0}, NULL, &node));
    return node;
}

static sw_slice canonical(const char *text) {
    sw_buf_clear(&buf);
    assert_ok(sw_json_write_canonical(&buf, parse(sw_slice_cstr(text)), &arena));
    return sw_buf_slice(&buf);
}

/* RFC 8785, 3.2.2 and 3.2.3: the document and its canonical form. */
static void writes_the_examples_of_rfc_8785(void **state) {
    (void)state;
    assert_slice(
        canonical("{\n"
                  "  \"numbers\": [333333333.33333329, 1E30, 4.50,\n"
                  "              2e-3, 0.000000000000000000000000001],\n"
                  "  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
                  "  \"literals\": [null, true, false]\n"
                  "}"),
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
        "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    assert_slice(
        canonical("{\n"
                  "  \"\\u20ac\": \"Euro Sign\",\n"
                  "  \"\\r\": \"Carriage Return\",\n"
                  "  \"\\ufb33\": \"Hebrew Letter Dalet With Dagesh\",\n"
                  "  \"1\": \"One\",\n"
                  "  \"\\ud83d\\ude00\": \"Emoji: Grinning Face\",\n"
                  "  \"\\u0080\": \"Control\",\n"
                  "  \"\\u00f6\": \"Latin Small Letter O With Diaeresis\"\n"
                  "}"),
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
        "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
        "\"😀\":\"Emoji: Grinning Face\",\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

static void integers_that_a_double_cannot_hold_keep_their_digits(void **state) {
    (void)state;
    assert_slice(canonical("[9007199254740991,9007199254740992,9007199254740993,9007199254740994]"),
                 "[9007199254740991,9007199254740992,9007199254740993,9007199254740994]");
    assert_slice(canonical("[-0,-0.0,0e9,1.0,100000000000000000000,1000000000000000000000]"),
                 "[0,0,0,1,100000000000000000000,1e+21]");
    assert_slice(canonical("[123456789012345678901234567890,-9007199254740993,1e400]"),
                 "[123456789012345678901234567890,-9007199254740993,1e400]");
}

static void members_are_sorted_at_every_level(void **state) {
    (void)state;
    assert_slice(
        canonical("{\"b\":{\"z\":[{\"y\":1,\"x\":{}}],\"a\":[]},\"aa\":1,\"a\":{\"2\":2,\"10\":1},"
                  "\"\":0}"),
        "{\"\":0,\"a\":{\"10\":1,\"2\":2},\"aa\":1,\"b\":{\"a\":[],\"z\":[{\"x\":{},\"y\":1}]}}");
}

static void names_are_ordered_by_utf_16(void **state) {
    (void)state;
    assert_true(sw_json_name_cmp(SW_S("😀"), SW_S("\xef\xac\xb3")) < 0);
    assert_true(sw_json_name_cmp(SW_S("\xef\xac\xb3"), SW_S("😀")) > 0);
    assert_true(sw_json_name_cmp(SW_S("x😀"), SW_S("x\xe5\x88\x91")) > 0);
    assert_true(sw_json_name_cmp(SW_S("😀"), SW_S("😁")) < 0);
    assert_true(sw_json_name_cmp(SW_S("a"), SW_S("ab")) < 0);
    assert_int_equal(sw_json_name_cmp(SW_S("刑"), SW_S("刑")), 0);
}

static void writes_as_it_was_read(void **state) {
    (void)state;
    sw_buf_clear(&buf);
    sw_json_write(&buf,
                  parse(SW_S(" { \"b\" : [ 1.50 , \"\\u0041\\u0001\" , null ] , \"a\" : { } } ")));
    assert_slice(sw_buf_slice(&buf), "{\"b\":[1.50,\"A\\u0001\",null],\"a\":{}}");
}

static void random_value(sw_rng *rng, sw_buf *out, int depth) {
    static const char *const texts[] = {"", "刑拘", "a\"b", "\\", "\x01\x1f\n", "😀", "\x7f"};
    uint64_t kind = sw_rng_below(rng, depth > 3 ? 4 : 6);
    if (kind == 0) sw_buf_add_cstr(out, "null");
    if (kind == 1) sw_buf_add_cstr(out, sw_rng_chance(rng, 1, 2) ? "true" : "false");
    if (kind == 2) sw_buf_add_int(out, (int64_t)sw_rng_next(rng) >> sw_rng_below(rng, 60));
    if (kind == 3)
        sw_json_write_string(out, sw_slice_cstr(texts[sw_rng_below(rng, SW_COUNT(texts))]));
    if (kind < 4) return;
    uint64_t count = sw_rng_below(rng, 30);
    sw_buf_add_byte(out, kind == 4 ? '[' : '{');
    for (uint64_t i = 0; i < count && out->len < 20000; i++) {
        if (i) sw_buf_add_byte(out, ',');
        if (kind == 5)
            sw_buf_printf(out, "\"%s%d\":", texts[1 + 4 * (i % 2)], (int)(i * 7919 % 97));
        random_value(rng, out, depth + 1);
    }
    sw_buf_add_byte(out, kind == 4 ? ']' : '}');
}

static void canonical_form_is_a_fixed_point(void **state) {
    (void)state;
    sw_rng rng;
    sw_rng_init(&rng, 8785);
    sw_buf text, once;
    sw_buf_init(&text, 1 << 20);
    sw_buf_init(&once, 1 << 20);
    for (int i = 0; i < 300; i++) {
        sw_arena_reset(&arena);
        sw_buf_clear(&text);
        sw_buf_clear(&once);
        sw_buf_clear(&buf);
        random_value(&rng, &text, 0);
        assert_ok(sw_json_write_canonical(&once, parse(sw_buf_slice(&text)), &arena));
        assert_ok(sw_json_write_canonical(&buf, parse(sw_buf_slice(&once)), &arena));
        assert_true(sw_slice_eq(sw_buf_slice(&once), sw_buf_slice(&buf)));
    }
    sw_buf_done(&text);
    sw_buf_done(&once);
}

static void says_when_scratch_or_buffer_is_full(void **state) {
    (void)state;
    const sw_json *node = parse(SW_S("{\"b\":1,\"a\":2}"));
    for (int64_t n = 0; n < 2; n++) {
        sw_buf_clear(&buf);
        arena.fail_after = n;
        assert_int_equal(sw_json_write_canonical(&buf, node, &arena), SW_E_LIMIT);
    }
    arena.fail_after = -1;
    sw_buf small;
    sw_buf_init(&small, 5);
    assert_int_equal(sw_json_write_canonical(&small, node, &arena), SW_E_LIMIT);
    sw_buf_done(&small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_examples_of_rfc_8785),
        cmocka_unit_test(integers_that_a_double_cannot_hold_keep_their_digits),
        cmocka_unit_test(members_are_sorted_at_every_level),
        cmocka_unit_test(names_are_ordered_by_utf_16),
        cmocka_unit_test(writes_as_it_was_read),
        cmocka_unit_test(canonical_form_is_a_fixed_point),
        cmocka_unit_test(says_when_scratch_or_buffer_is_full),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
