#include "seawall/cli/cli.h"

#include "seawall/cli/term.h"
#include "unit/test.h"

static const sw_cli_option options[] = {
    {"rules", "PACK", "packs", true},
    {"until", "TIME", "the end", false},
    {"final", NULL, "the set", false},
};
static const sw_cli_spec plain = {
    .command = "replay", .summary = "s", .options = options, .option_count = SW_COUNT(options)};
static const sw_cli_spec with_args = {.command = "rules check",
                                      .args = "PACK…",
                                      .args_min = 1,
                                      .args_max = 2,
                                      .summary = "s",
                                      .options = options,
                                      .option_count = SW_COUNT(options)};

typedef struct parsed {
    sw_arena arena;
    sw_cli cli;
    int exit_code;
    bool good;
} parsed;

static void parse(parsed *p, const sw_cli_spec *spec, const char *const *words, int count) {
    char *argv[16] = {0};
    sw_arena_init(&p->arena, 1 << 20);
    for (int i = 0; i < count; i++) argv[i] = (char *)(uintptr_t)words[i];
    p->good = sw_cli_parse(spec, count, argv, &p->arena, &p->cli, &p->exit_code);
}

#define PARSE(p, spec, ...)                                                                        \
    do {                                                                                           \
        static const char *const words_[] = {__VA_ARGS__};                                         \
        parse(p, spec, words_, SW_COUNT(words_));                                                  \
    } while (0)

static void a_repeated_option_takes_all_words_where_there_are_no_arguments(void **state) {
    (void)state;
    parsed p;
    uint32_t count;
    PARSE(&p, &plain, "replay", "--rules", "a", "b", "-", "--until", "2026", "--rules=c");
    assert_true(p.good);
    const char *const *rules = sw_cli_values(&p.cli, "rules", &count);
    assert_int_equal(count, 4);
    assert_string_equal(rules[1], "b");
    assert_string_equal(rules[2], "-");
    assert_string_equal(rules[3], "c");
    assert_string_equal(sw_cli_value(&p.cli, "until"), "2026");
    assert_false(sw_cli_has(&p.cli, "final"));
    sw_arena_done(&p.arena);
}

static void with_arguments_an_option_takes_one_word(void **state) {
    (void)state;
    parsed p;
    PARSE(&p, &with_args, "check", "--rules", "a", "b", "--json", "--", "--c");
    assert_true(p.good);
    assert_int_equal(p.cli.arg_count, 2);
    assert_string_equal(p.cli.args[0], "b");
    assert_string_equal(p.cli.args[1], "--c");
    assert_true(p.cli.json);
    sw_arena_done(&p.arena);
}

static void assert_usage(const sw_cli_spec *spec, const char *a, const char *b, const char *c) {
    parsed p;
    const char *const words[] = {"x", a, b, c};
    int count = 1 + (a != NULL) + (b != NULL) + (c != NULL);
    parse(&p, spec, words, count);
    assert_false(p.good);
    assert_int_equal(p.exit_code, SW_EXIT_USAGE);
    sw_arena_done(&p.arena);
}

static void wrong_usage_is_refused(void **state) {
    (void)state;
    assert_usage(&plain, "--nothing", NULL, NULL);
    assert_usage(&plain, "-x", NULL, NULL);
    assert_usage(&plain, "word", NULL, NULL);
    assert_usage(&plain, "--until", NULL, NULL);
    assert_usage(&plain, "--until", "--final", NULL);
    assert_usage(&plain, "--until=a", "--until=b", NULL);
    assert_usage(&plain, "--final=yes", NULL, NULL);
    assert_usage(&with_args, NULL, NULL, NULL);
    assert_usage(&with_args, "a", "b", "c");
}

static void help_is_printed_whatever_else_is_wrong_with_arguments(void **state) {
    (void)state;
    parsed p;
    PARSE(&p, &with_args, "check", "--help");
    assert_false(p.good);
    assert_int_equal(p.exit_code, SW_EXIT_OK);
    sw_arena_done(&p.arena);
}

static void chinese_characters_take_two_columns(void **state) {
    (void)state;
    assert_int_equal(sw_width(SW_S("abc")), 3);
    assert_int_equal(sw_width(SW_S("刑事拘留")), 8);
    assert_int_equal(sw_width(SW_S("3日（延长）")), 11);
    assert_int_equal(sw_width(SW_S("e\xcc\x81")), 1); /* a combining accent takes none */
    assert_int_equal(sw_pad(SW_S("拘留"), 6), 2);
    assert_int_equal(sw_pad(SW_S("too long"), 3), 1);
}

static void a_table_is_aligned_by_width_and_cut_with_a_mark(void **state) {
    (void)state;
    static const sw_column columns[] = {{"a", false, 6}, {"n", true, 0}, {"last", false, 0}};
    sw_arena arena;
    sw_table table;
    char text[512];
    sw_arena_init(&arena, 1 << 20);
    sw_table_init(&table, &arena, columns, SW_COUNT(columns));
    const sw_cell first[] = {
        {SW_S("拘留期限"), SW_TINT_RED}, {SW_S("7"), SW_TINT_NONE}, {SW_S("x"), 0}};
    const sw_cell second[] = {
        {SW_S("ab"), SW_TINT_NONE}, {SW_S("10"), SW_TINT_NONE}, {SW_S("y"), 0}};
    assert_true(sw_table_add(&table, first));
    assert_true(sw_table_add(&table, second));
    FILE *to = tmpfile();
    assert_non_null(to);
    sw_table_print(&table, to);
    rewind(to);
    text[fread(text, 1, sizeof text - 1, to)] = '\0';
    fclose(to);
    assert_string_equal(text, "a       n  last\n"
                              "拘留…   7  x\n"
                              "ab     10  y\n");
    sw_arena_done(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeated_option_takes_all_words_where_there_are_no_arguments),
        cmocka_unit_test(with_arguments_an_option_takes_one_word),
        cmocka_unit_test(wrong_usage_is_refused),
        cmocka_unit_test(help_is_printed_whatever_else_is_wrong_with_arguments),
        cmocka_unit_test(chinese_characters_take_two_columns),
        cmocka_unit_test(a_table_is_aligned_by_width_and_cut_with_a_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
