#include "unit/test.h"

#include <math.h>

#include "base/rng.h"
#include "text/yaml.h"

static sw_arena arena;
static sw_diags diags;

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

static sw_err parse(sw_slice text, const sw_yaml **ret) {
    sw_diags_init(&diags, &arena, SW_S("f.yaml"), 10);
    return sw_yaml_parse(&arena, text, &diags, ret);
}

static const sw_yaml *must_parse(const char *text) {
    const sw_yaml *node = NULL;
    sw_err err = parse(sw_slice_cstr(text), &node);
    if (err) fail_msg("%s: %.*s", text, SW_FMT(sw_diag_text(&arena, diags.first)));
    assert_int_equal(diags.count, 0);
    return node;
}

static void reads_a_tree_with_places(void **state) {
    (void)state;
    const sw_yaml *node = must_parse("# note\nrules:\n  - {on: 刑拘, at: 50%}\n  - x\n名: 'yes'\n");
    assert_int_equal(node->kind, SW_YAML_MAP);
    assert_int_equal(node->count, 2);
    const sw_yaml *rules = sw_yaml_get(node, "rules");
    assert_int_equal(rules->kind, SW_YAML_SEQ);
    assert_int_equal(rules->key_line, 2);
    assert_int_equal(rules->key_col, 1);
    const sw_yaml *at = sw_yaml_get(rules->first, "at");
    assert_slice(at->text, "50%");
    assert_int_equal(at->line, 3);
    assert_int_equal(at->col, 18);
    assert_int_equal(at->key_col, 14);
    assert_int_equal(rules->first->next->line, 4);
    assert_int_equal(rules->first->next->col, 5);
    assert_slice(sw_yaml_get(node, "名")->text, "yes");
    assert_true(sw_yaml_get(node, "名")->quoted);
    assert_null(sw_yaml_get(node, "none"));
    assert_null(sw_yaml_get(rules, "none"));
    assert_null(sw_yaml_get(NULL, "none"));
}

static void plain_scalars_follow_the_core_schema(void **state) {
    (void)state;
    static const struct {
        const char *text;
        sw_yaml_kind kind;
        double real;
    } cases[] = {
        {"", SW_YAML_NULL, 0},
        {"~", SW_YAML_NULL, 0},
        {"null", SW_YAML_NULL, 0},
        {"NULL", SW_YAML_NULL, 0},
        {"nULL", SW_YAML_STRING, 0},
        {"true", SW_YAML_BOOL, 0},
        {"FALSE", SW_YAML_BOOL, 0},
        {"on", SW_YAML_STRING, 0},
        {"off", SW_YAML_STRING, 0},
        {"yes", SW_YAML_STRING, 0},
        {"No", SW_YAML_STRING, 0},
        {"n", SW_YAML_STRING, 0},
        {"0", SW_YAML_INT, 0},
        {"-12", SW_YAML_INT, -12},
        {"+3", SW_YAML_INT, 3},
        {"012", SW_YAML_INT, 12},
        {"0o17", SW_YAML_INT, 15},
        {"0x1f", SW_YAML_INT, 31},
        {"0b1", SW_YAML_STRING, 0},
        {"0o8", SW_YAML_STRING, 0},
        {"0xg", SW_YAML_STRING, 0},
        {"1_000", SW_YAML_STRING, 0},
        {"12:30", SW_YAML_STRING, 0},
        {"1.5", SW_YAML_FLOAT, 1.5},
        {"-.5", SW_YAML_FLOAT, -0.5},
        {"1.", SW_YAML_FLOAT, 1},
        {"1e3", SW_YAML_FLOAT, 1000},
        {".inf", SW_YAML_FLOAT, (double)INFINITY},
        {"-.INF", SW_YAML_FLOAT, -(double)INFINITY},
        {"inf", SW_YAML_STRING, 0},
        {".", SW_YAML_STRING, 0},
        {"-", SW_YAML_STRING, 0},
        {"3d", SW_YAML_STRING, 0},
        {"2026-01-01", SW_YAML_STRING, 0},
        {"2026-01-01T00:00:00Z", SW_YAML_STRING, 0},
        {"9223372036854775807", SW_YAML_INT, 9223372036854775807.0},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        if (strcmp(cases[i].text, "-") == 0) continue; /* alone it opens a list */
        const sw_yaml *node =
            must_parse(sw_arena_printf(&arena, "k: %s", cases[i].text).ptr)->first;
        if (node->kind != cases[i].kind || !(node->real == cases[i].real))
            fail_msg("%s is %s", cases[i].text, sw_yaml_kind_names[node->kind]);
    }
    assert_true(isnan(must_parse("k: .nan")->first->real));
    assert_true(must_parse("k: True")->first->truth);
    assert_int_equal(must_parse("k: '12'")->first->kind, SW_YAML_STRING);
    assert_int_equal(must_parse("k: |\n  12\n")->first->kind, SW_YAML_STRING);
}

static void refuses_with_place(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t line, col;
        const char *says;
    } cases[] = {
        {"a: 1\nb: 2\na: 3\n", 3, 1, "'a' stands twice"},
        {"名: {刑: 1, 刑: 2}\n", 1, 11, "'刑' stands twice"},
        {"a: &x 1\n", 1, 4, "anchors"},
        {"a: &x [1]\n", 1, 4, "anchors"},
        {"a: *x\n", 1, 4, "aliases"},
        {"a: !!str 1\n", 1, 4, "tags"},
        {"a: !x {b: 1}\n", 1, 4, "tags"},
        {"a: 1\n---\nb: 2\n", 2, 1, "second document"},
        {"? [a, b]\n: 1\n", 1, 3, "can't be a key"},
        {"a:\n\tb: 1\n", 2, 1, "spaces"},
        {"a: [1, 2\n", 2, 1, "bracket"},
        {"a: 'x\n", 2, 1, "quote"},
        {"a: b: c\n", 1, 5, "quote a text"},
        {"a: @x\n", 1, 4, "quote"},
        {"a: \xff\n", 1, 4, "UTF-8"},
        {"a: 刑\x01\n", 1, 5, "control"},
        {"a: 99999999999999999999\n", 1, 4, "too great"},
        {"  a: 1\n b: 2\n", 2, 2, ""},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        const sw_yaml *node = NULL;
        assert_int_equal(parse(sw_slice_cstr(cases[i].text), &node), SW_E_SYNTAX);
        assert_null(node);
        sw_slice said = sw_diag_text(&arena, diags.first);
        if (diags.first->line != cases[i].line || diags.first->col != cases[i].col ||
            !strstr(said.ptr, cases[i].says))
            fail_msg("%s: %s", cases[i].text, said.ptr);
    }
}

static void finds_all_faults_in_one_run(void **state) {
    (void)state;
    const sw_yaml *node = NULL;
    assert_int_equal(parse(SW_S("a: &x 1\nb: *x\na: 2\nc: !!int 3\nd: {e: 1, e: 2}\n"), &node),
                     SW_E_SYNTAX);
    assert_int_equal(diags.count, 5);
}

static void finds_a_repeated_key_among_many(void **state) {
    (void)state;
    sw_buf buf;
    sw_buf_init(&buf, 1 << 20);
    for (int i = 0; i < 500; i++) sw_buf_printf(&buf, "k%d: %d\n", i * 7 % 500, i);
    sw_buf_add_cstr(&buf, "k7: again\n");
    const sw_yaml *node = NULL;
    assert_int_equal(parse(sw_buf_slice(&buf), &node), SW_E_SYNTAX);
    assert_int_equal(diags.count, 1);
    assert_int_equal(diags.first->line, 501);
    assert_non_null(strstr(sw_diag_text(&arena, diags.first).ptr, "first in line 2"));
    sw_buf_done(&buf);
}

static void holds_its_depth(void **state) {
    (void)state;
    char deep[400];
    memset(deep, '[', 200);
    memset(deep + 200, ']', 200);
    const sw_yaml *node = NULL;
    assert_int_equal(parse(sw_slice_of(deep, 400), &node), SW_E_LIMIT);
    assert_int_equal(diags.first->col, 65);
    assert_ok(parse(sw_slice_of(deep + 136, 128), &node));
}

static void an_empty_text_is_null(void **state) {
    (void)state;
    assert_int_equal(must_parse("")->kind, SW_YAML_NULL);
    assert_int_equal(must_parse("# only a remark\n")->kind, SW_YAML_NULL);
    assert_int_equal(must_parse("---\n...\n")->kind, SW_YAML_NULL);
}

static void writes_json(void **state) {
    (void)state;
    sw_buf buf;
    sw_buf_init(&buf, 1000);
    sw_yaml_write_json(
        &buf, must_parse("a: [1, 2.5, true, ~, on]\nt: 2026-01-01\ninf: .inf\n'\"': {}\n"));
    assert_slice(sw_buf_slice(&buf),
                 "{\"a\":[1,2.5,true,null,\"on\"],\"t\":\"2026-01-01\",\"inf\":null,\"\\\"\":{}}");
    sw_buf_done(&buf);
}

static void survives_a_full_arena_at_every_allocation(void **state) {
    (void)state;
    sw_slice text =
        SW_S("a: [x, {b: 1}]\nc: {d1: 1, d2: 1, d3: 1, d4: 1, d5: 1, d6: 1, d7: 1, d8: 1, d9: 1,"
             " e1: 1, e2: 1, e3: 1, e4: 1, e5: 1, e6: 1, e7: 1, e8: 1, e9: 1}\n");
    int64_t n = 0;
    for (sw_err err = SW_E_LIMIT; err; n++) {
        const sw_yaml *node = NULL;
        sw_arena_reset(&arena);
        arena.fail_after = n;
        err = sw_yaml_parse(&arena, text, NULL, &node);
        assert_true(err == SW_OK || err == SW_E_LIMIT);
        assert_true((node == NULL) == (err != SW_OK));
    }
    arena.fail_after = -1;
    assert_true(n > 20);
}

static void any_bytes_are_read_or_refused(void **state) {
    (void)state;
    static const char alphabet[] = "{}[]:,'\"-? &*!|>%#\n\n  ab1.\t刑";
    sw_rng rng;
    sw_rng_init(&rng, 12);
    for (int i = 0; i < 10000; i++) {
        char text[32];
        size_t len = sw_rng_below(&rng, sizeof text);
        sw_arena_reset(&arena);
        for (size_t k = 0; k < len; k++)
            text[k] = alphabet[sw_rng_below(&rng, sizeof alphabet - 1)];
        const sw_yaml *node = NULL;
        sw_err err = parse(sw_slice_of(text, len), &node);
        assert_true((err == SW_OK) == (node != NULL));
        assert_true((err == SW_OK) == (diags.count == 0));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_tree_with_places),
        cmocka_unit_test(plain_scalars_follow_the_core_schema),
        cmocka_unit_test(refuses_with_place),
        cmocka_unit_test(finds_all_faults_in_one_run),
        cmocka_unit_test(finds_a_repeated_key_among_many),
        cmocka_unit_test(holds_its_depth),
        cmocka_unit_test(an_empty_text_is_null),
        cmocka_unit_test(writes_json),
        cmocka_unit_test(survives_a_full_arena_at_every_allocation),
        cmocka_unit_test(any_bytes_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
