#include "seawall/cli/report.h"
#include "seawall/cli/term.h"
#include "seawall/input/load.h"
#include "seawall/rules/cmd_rules.h"
#include "seawall/rules/test/mutate.h"
#include "seawall/rules/test/test_run.h"

#define RUN_BYTES    ((size_t)256 << 20)
#define REPORT_BYTES ((size_t)64 << 20)
#define FINDINGS_MAX 10000u

static const sw_cli_option options[] = {
    {"rules", "PACK", "rule packs, instead of those that the test file names", true},
    {"catalogue", "FILE", "event types, instead of those that the test file names", true},
    {"calendar", "FILE", "working-day calendar, instead of that of the test file", true},
    {"mutate", NULL, "also change each tested rule a little, and see that the tests notice", false},
};

static const sw_cli_spec spec = {
    .command = "rules test",
    .args = "FILE…",
    .args_min = 1,
    .args_max = UINT32_MAX,
    .summary = "Runs tests of rules: events and a clock, and the warnings that must come of them.",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes =
        "docs/rules.md has the form of a test file. Exit codes: 0 all passed, 1 a test failed\n"
        "or a change went unnoticed, 2 a file could not be read.",
};

/* Rule ids, each once. */
typedef struct id_list {
    sw_slice *ids;
    uint32_t count, cap;
} id_list;

typedef struct session {
    const sw_cli *cli;
    sw_arena *arena; /* for all files */
    sw_arena *run;   /* for one run of a test */
    sw_buf json;
    uint32_t tests, failed, faults, survivors;
    id_list rules, tested; /* of all files: evaluated rules, and those that a test names */
    bool mutate, first_json, broken;
} session;

static int add_words(const char **words, int at, const char *option, const char *const *values,
                     uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (option) words[at++] = option;
        words[at++] = values[i];
    }
    return at;
}

/* What the command line names wins over what the file names. */
static int choose_words(const session *s, const char **words, int at, const char *name,
                        const char *option, const char *const *own, uint32_t own_count) {
    uint32_t given_count;
    const char *const *given = sw_cli_values(s->cli, name, &given_count);
    return given_count ? add_words(words, at, option, given, given_count)
                       : add_words(words, at, option, own, own_count);
}

/* Loads packs, catalogue and calendar as if they had been named on the command line. */
static bool load_packs(const session *s, const test_file *file, sw_load *load) {
    static const sw_cli_option load_options[] = {
        {"catalogue", "FILE", "", true},
        {"calendar", "FILE", "", true},
    };
    static const sw_cli_spec load_spec = {.command = "rules test",
                                          .args = "PACK…",
                                          .args_min = 1,
                                          .args_max = UINT32_MAX,
                                          .options = load_options,
                                          .option_count = SW_COUNT(load_options)};
    size_t room = 2 * (size_t)(s->cli->given_count + file->pack_count + file->catalogue_count +
                               file->calendar_count) +
                  2;
    const char **words = sw_arena_zero(s->arena, room, sizeof *words);
    sw_cli cli;
    int argc = 1, exit_code;
    if (!words) return false;
    words[0] = "rules test";
    argc = choose_words(s, words, argc, "catalogue", "--catalogue", file->catalogues,
                        file->catalogue_count);
    argc = choose_words(s, words, argc, "calendar", "--calendar", file->calendars,
                        file->calendar_count);
    argc = choose_words(s, words, argc, "rules", NULL, file->packs, file->pack_count);
    return sw_cli_parse(&load_spec, argc, (char **)(uintptr_t)words, s->arena, &cli, &exit_code) &&
           sw_load_rules_from(load, s->arena, &cli, cli.args, cli.arg_count);
}

static void tell_result(session *s, const test_file *file, const rule_test *test,
                        const test_result *result) {
    if (s->cli->json) {
        bool first = true;
        sw_buf_add_cstr(&s->json, s->first_json ? "{" : ",{");
        s->first_json = false;
        sw_report_text(&s->json, &first, "file", sw_slice_cstr(file->path));
        sw_report_int(&s->json, &first, "line", test->node->line);
        sw_report_text(&s->json, &first, "name", test->name);
        sw_report_bool(&s->json, &first, "passed", !result->problem_count);
        sw_report_name(&s->json, &first, "problems");
        sw_report_texts(&s->json, result->problems, result->problem_count);
        sw_buf_add_byte(&s->json, '}');
        return;
    }
    if (!result->problem_count) return;
    sw_print_tinted(stdout, SW_TINT_RED, SW_S("FAIL"));
    printf(" %s:%u %.*s\n", file->path, test->node->line, SW_FMT(test->name));
    for (uint32_t i = 0; i < result->problem_count; i++)
        printf("     %.*s\n", SW_FMT(result->problems[i]));
}

static void run_tests(session *s, const test_file *file, const sw_ruleset *set, sw_diags *diags) {
    for (uint32_t i = 0; i < file->test_count; i++) {
        const rule_test *test = &file->tests[i];
        test_result result;
        sw_arena_reset(s->run);
        sw_err err =
            test_run(&test_engine_running, set, test, file->zone, NULL, s->run, diags, &result);
        s->tests++;
        if (err) {
            (void)sw_diag_at(diags, err, test->node->line, test->node->col, NULL, NULL,
                             "the test '%.*s' could not be run: %s", SW_FMT(test->name),
                             sw_err_name(err));
            s->broken = true;
            continue;
        }
        s->failed += result.problem_count > 0;
        tell_result(s, file, test, &result);
    }
}

/* Does any test of the file notice the changed rules? A failing run is a notice too. */
static bool noticed(session *s, const test_file *file, const sw_ruleset *set, sw_slice rule) {
    for (uint32_t i = 0; i < file->test_count; i++) {
        test_result result;
        if (!test_looks_at(&file->tests[i], rule)) continue;
        sw_arena_mark mark = sw_arena_save(s->run);
        sw_err err = test_run(&test_engine_running, set, &file->tests[i], file->zone, &rule, s->run,
                              NULL, &result);
        bool differs = err || result.problem_count;
        sw_arena_rewind(s->run, mark);
        if (differs) return true;
    }
    return false;
}

static void tell_survivor(session *s, const test_file *file, const sw_rule *rule, sw_slice what) {
    s->survivors++;
    if (s->cli->json) return;
    sw_print_tinted(stdout, SW_TINT_ORANGE, SW_S("UNNOTICED"));
    printf(" %s: %.*s: %.*s\n", file->path, SW_FMT(rule->id), SW_FMT(what));
}

/* All faults of one version of a rule, the other versions as they are. */
static void mutate_version(session *s, const test_file *file, const sw_ruleset *set,
                           const sw_rule_line *line, uint32_t version) {
    const sw_rule *rule = line->versions[version];
    for (uint32_t n = 0; n < mutate_count(rule); n++) {
        const sw_ruleset *changed;
        sw_slice what;
        sw_arena_reset(s->run);
        sw_rule *rules = sw_arena_zero(s->run, line->version_count, sizeof *rules);
        for (uint32_t i = 0; rules && i < line->version_count; i++) rules[i] = *line->versions[i];
        if (!rules || !mutate_rule(s->run, rule, n, &rules[version], &what)) continue;
        if (sw_ruleset_of(s->run, set, rules, line->version_count, &changed) != SW_OK) continue;
        s->faults++;
        if (!noticed(s, file, changed, line->id)) tell_survivor(s, file, rule, what);
    }
}

static bool is_tested(const test_file *file, sw_slice rule) {
    for (uint32_t i = 0; i < file->test_count; i++) {
        const rule_test *test = &file->tests[i];
        if (test->only_count && test_looks_at(test, rule)) return true;
        for (uint32_t j = 0; j < test->expect_count; j++)
            if (sw_slice_eq(test->expects[j].rule, rule)) return true;
    }
    return false;
}

static bool has_id(const id_list *list, sw_slice id) {
    for (uint32_t i = 0; i < list->count; i++)
        if (sw_slice_eq(list->ids[i], id)) return true;
    return false;
}

static void add_id(session *s, id_list *list, sw_slice id) {
    if (has_id(list, id)) return;
    if (list->count == list->cap) {
        uint32_t cap = list->cap ? list->cap * 2 : 64;
        sw_slice *ids = sw_arena_zero(s->arena, cap, sizeof *ids);
        if (!ids) return;
        if (list->count) memcpy(ids, list->ids, list->count * sizeof *ids);
        list->ids = ids;
        list->cap = cap;
    }
    list->ids[list->count++] = id;
}

static void mutate(session *s, const test_file *file, const sw_ruleset *set) {
    sw_progress progress;
    sw_progress_init(&progress, "changing rules", sw_ruleset_line_count(set));
    for (uint32_t i = 0; i < sw_ruleset_line_count(set); i++) {
        const sw_rule_line *line = sw_ruleset_line(set, i);
        sw_progress_at(&progress, i);
        add_id(s, &s->rules, line->id);
        if (!is_tested(file, line->id)) continue;
        add_id(s, &s->tested, line->id);
        for (uint32_t v = 0; v < line->version_count; v++) mutate_version(s, file, set, line, v);
    }
    sw_progress_done(&progress);
}

static void test_one_file(session *s, const char *path) {
    test_file file;
    sw_load load;
    sw_diags diags;
    sw_diags_init(&diags, s->arena, SW_SLICE_NONE, FINDINGS_MAX);
    sw_err err = test_file_open(s->arena, path, &diags, &file);
    bool loaded = !err && load_packs(s, &file, &load);
    if (loaded) err = test_file_read(s->arena, &file, load.set, &diags);
    if (loaded && !err) {
        uint32_t failed = s->failed;
        run_tests(s, &file, load.set, &diags);
        bool good = s->failed == failed && !s->broken;
        if (s->mutate && good) mutate(s, &file, load.set);
        if (s->mutate && !good)
            fprintf(stderr, "%s: its rules are not changed while its tests fail\n", path);
    }
    if (err || !loaded) s->broken = true;
    sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
}

static bool finish_json(session *s) {
    bool first = false;
    sw_buf_add_byte(&s->json, ']');
    sw_report_int(&s->json, &first, "run", s->tests);
    sw_report_int(&s->json, &first, "failed", s->failed);
    if (s->mutate) {
        sw_report_int(&s->json, &first, "changes", s->faults);
        sw_report_int(&s->json, &first, "unnoticed", s->survivors);
        sw_report_int(&s->json, &first, "untested", s->rules.count - s->tested.count);
    }
    sw_buf_add_byte(&s->json, '}');
    return sw_report_print(&s->json);
}

static void tell_faults(const session *s) {
    for (uint32_t i = 0; i < s->rules.count; i++)
        if (!has_id(&s->tested, s->rules.ids[i]))
            printf("no test names %.*s\n", SW_FMT(s->rules.ids[i]));
    printf("%u changes of rules, %u unnoticed; %u of %u rules have tests\n", s->faults,
           s->survivors, s->tested.count, s->rules.count);
}

static int run_files(session *s) {
    sw_buf_init(&s->json, REPORT_BYTES);
    sw_buf_add_cstr(&s->json, "{\"tests\":[");
    for (uint32_t i = 0; i < s->cli->arg_count; i++) test_one_file(s, s->cli->args[i]);
    bool written = true;
    if (s->cli->json) {
        written = finish_json(s);
    } else {
        printf("%u tests, %u failed\n", s->tests, s->failed);
        if (s->mutate) tell_faults(s);
    }
    sw_buf_done(&s->json);
    if (s->broken) return SW_EXIT_USAGE;
    return s->failed || s->survivors || !written ? SW_EXIT_FAILED : SW_EXIT_OK;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_arena scratch;
    session s = {.cli = cli, .arena = arena, .run = &scratch, .first_json = true};
    s.mutate = sw_cli_has(cli, "mutate");
    sw_arena_init(&scratch, RUN_BYTES);
    int exit_code = run_files(&s);
    sw_arena_done(&scratch);
    return exit_code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_rules_test = {"test", "run tests of rules, written in YAML", run};
