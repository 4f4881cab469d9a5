#include <stdio.h>

#include "env/clock.h"
#include "notify/directory/lookup.h"
#include "seawall/cli/report.h"
#include "seawall/cli/term.h"
#include "seawall/people/remote.h"
#include "text/time.h"

#define FINDINGS_MAX 2000u
#define FILE_MAX     ((size_t)32 << 20)

static const sw_cli_option no_options[] = {{NULL, NULL, NULL, false}};

static const sw_cli_spec check_spec = {
    .command = "directory check",
    .args = "FILE",
    .args_min = 1,
    .args_max = 1,
    .summary = "Finds every fault of a directory: a YAML file, or a folder of CSV files.",
    .options = no_options,
    .option_count = 0,
    .notes = "Exit codes: 0 no faults, 2 faults. Notes say which roles nobody holds.\n",
};

/* Reads it and tells what is wrong with it. */
static bool read_directory(const sw_cli *cli, sw_arena *arena, const char *path, bool notes_too,
                           sw_directory *ret) {
    sw_diags diags, notes;
    sw_diags_init(&diags, arena, sw_slice_cstr(path), FINDINGS_MAX);
    sw_diags_init(&notes, arena, sw_slice_cstr(path), FINDINGS_MAX);
    sw_err err = sw_directory_read(arena, path, 0, &diags, &notes, ret);
    if (cli->json && notes_too) {
        sw_buf buf;
        sw_buf_init(&buf, FILE_MAX);
        sw_buf_add(&buf, SW_S("{\"faults\":"));
        sw_report_diags(&buf, &diags);
        sw_buf_add(&buf, SW_S(",\"notes\":"));
        sw_report_diags(&buf, &notes);
        sw_buf_add_byte(&buf, '}');
        (void)sw_report_print(&buf);
        sw_buf_done(&buf);
        return !err;
    }
    sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
    if (notes_too) sw_print_diags(stderr, &notes, "note", SW_TINT_DIM);
    if (err && !diags.count)
        fprintf(stderr, "seawall %s: %s: %s\n", cli->spec->command, path, sw_err_name(err));
    return !err;
}

static int check(const sw_cli *cli, sw_arena *arena) {
    sw_directory directory;
    if (!read_directory(cli, arena, cli->args[0], true, &directory)) return SW_EXIT_USAGE;
    uint32_t units = 0;
    for (uint32_t i = 0; i < directory.count; i++) units += directory.entries[i]->unit != NULL;
    if (!cli->json) printf("%u units, %u officers\n", units, directory.count - units);
    return SW_EXIT_OK;
}

static int run_check(int argc, char **argv) {
    return sw_cli_run(&check_spec, argc, argv, check);
}

const sw_command sw_cmd_directory_check = {"check", "every fault of a directory, with its place",
                                           run_check};

/* ---- show: who would be told ---- */

static const sw_cli_option show_options[] = {
    {"role", "ROLE", "who is told for this role", false},
    {"unit", "CODE", "of this unit", false},
    {"officer", "ID", "the officer in charge, for the role handler", false},
    {"at", "TIME", "at this time (default: now)", false},
};

static const sw_cli_spec show_spec = {
    .command = "directory show",
    .args = "FILE",
    .args_min = 1,
    .args_max = 1,
    .summary = "Shows a directory, or who would be told: --role with --unit.",
    .options = show_options,
    .option_count = SW_COUNT(show_options),
    .notes = "  seawall directory show county.yaml --role legal_officer --unit 320981510000\n",
};

static bool time_of(const sw_cli *cli, int64_t *ret_ms) {
    const char *text = sw_cli_value(cli, "at");
    sw_clock clock;
    sw_clock_system(&clock);
    *ret_ms = sw_clock_now_ms(&clock);
    return !text || sw_time_parse_ms(sw_slice_cstr(text), ret_ms) == SW_OK;
}

static void people_json(const sw_people *people) {
    sw_buf buf;
    sw_buf_init(&buf, 1 << 20);
    sw_buf_add_byte(&buf, '[');
    for (uint32_t i = 0; i < people->count; i++) {
        const sw_person *p = &people->list[i];
        bool first = true;
        sw_buf_add_cstr(&buf, i ? ",{" : "{");
        sw_report_text(&buf, &first, "officer", sw_slice_cstr(p->officer->id));
        sw_report_text(&buf, &first, "name", sw_slice_cstr(p->officer->name));
        sw_report_text(&buf, &first, "phone", p->phone);
        sw_report_text(&buf, &first, "why", p->why);
        sw_buf_add_byte(&buf, '}');
    }
    sw_buf_add_byte(&buf, ']');
    (void)sw_report_print(&buf);
    sw_buf_done(&buf);
}

static const sw_column people_columns[] = {
    {"officer", false, 0}, {"name", false, 20}, {"phone", false, 0}, {"why", false, 60}};

static int show_people(const sw_cli *cli, sw_arena *arena, const sw_directory *directory,
                       int64_t at_ms) {
    static const char *const names[] = {"role", "unit", "officer"};
    sw_slice values[SW_COUNT(names)];
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        const char *text = sw_cli_value(cli, names[i]);
        values[i] = text ? sw_slice_cstr(text) : SW_SLICE_NONE;
    }
    sw_pb pb = {arena, false};
    sw_people people = {.count = 0};
    sw_directory_source source = sw_directory_source_of(directory);
    if (sw_directory_lookup(&source, &pb, values[0], values[1], values[2], at_ms, &people))
        return SW_EXIT_FAILED;
    if (cli->json) {
        people_json(&people);
        return SW_EXIT_OK;
    }
    sw_table table;
    sw_table_init(&table, arena, people_columns, SW_COUNT(people_columns));
    for (uint32_t i = 0; i < people.count; i++) {
        const sw_person *p = &people.list[i];
        const sw_cell cells[] = {{sw_slice_cstr(p->officer->id), SW_TINT_BOLD},
                                 {sw_slice_cstr(p->officer->name), SW_TINT_NONE},
                                 {p->phone, SW_TINT_NONE},
                                 {p->why, SW_TINT_DIM}};
        if (!sw_table_add(&table, cells)) return SW_EXIT_FAILED;
    }
    sw_table_print(&table, stdout);
    if (!people.count) printf("nobody: no level up holds anybody either\n");
    return SW_EXIT_OK;
}

static const sw_column unit_columns[] = {
    {"unit", false, 0},    {"name", false, 30}, {"tier", false, 0}, {"role", false, 0},
    {"officer", false, 0}, {"name", false, 12}, {"phone", false, 0}};

static bool add_unit(sw_table *table, sw_arena *arena, const sw_directory *directory,
                     const Seawall__V1__Unit *unit, int64_t at_ms) {
    sw_pb pb = {arena, false};
    sw_directory_source source = sw_directory_source_of(directory);
    bool named = false;
    for (size_t i = 0; i <= unit->n_posts; i++) {
        const Seawall__V1__Post *post = i < unit->n_posts ? unit->posts[i] : NULL;
        const Seawall__V1__Officer *officer = NULL;
        if (!post && named) break;
        if (post && !sw_directory_holds(post->from_ms, post->until_ms, at_ms)) continue;
        if (post &&
            sw_directory_officer(&source, &pb, sw_slice_cstr(post->officer), at_ms, &officer))
            return false;
        sw_slice none = SW_SLICE_NONE;
        const sw_cell cells[] = {{named ? none : sw_slice_cstr(unit->code), SW_TINT_BOLD},
                                 {named ? none : sw_slice_cstr(unit->name), SW_TINT_NONE},
                                 {named ? none : sw_slice_cstr(unit->tier), SW_TINT_NONE},
                                 {post ? sw_slice_cstr(post->role) : none, SW_TINT_NONE},
                                 {post ? sw_slice_cstr(post->officer) : none, SW_TINT_NONE},
                                 {officer ? sw_slice_cstr(officer->name) : none, SW_TINT_NONE},
                                 {officer ? sw_officer_phone(officer, at_ms) : none, SW_TINT_NONE}};
        if (!sw_table_add(table, cells)) return false;
        named = true;
    }
    return true;
}

static int show(const sw_cli *cli, sw_arena *arena) {
    sw_directory directory;
    int64_t at_ms;
    if (!time_of(cli, &at_ms))
        return sw_cli_usage(&show_spec, "--at takes a time like 2026-03-01T09:00:00+08:00");
    if (!sw_cli_value(cli, "role") != !sw_cli_value(cli, "unit"))
        return sw_cli_usage(&show_spec, "--role and --unit belong together");
    if (!read_directory(cli, arena, cli->args[0], false, &directory)) return SW_EXIT_USAGE;
    if (sw_cli_value(cli, "role")) return show_people(cli, arena, &directory, at_ms);
    sw_table table;
    sw_table_init(&table, arena, unit_columns, SW_COUNT(unit_columns));
    for (uint32_t i = 0; i < directory.count; i++)
        if (directory.entries[i]->unit &&
            !add_unit(&table, arena, &directory, directory.entries[i]->unit, at_ms))
            return SW_EXIT_FAILED;
    sw_table_print(&table, stdout);
    return SW_EXIT_OK;
}

static int run_show(int argc, char **argv) {
    return sw_cli_run(&show_spec, argc, argv, show);
}

const sw_command sw_cmd_directory_show = {"show", "units and posts, or who would be told",
                                          run_show};

/* ---- load: into a running instance ---- */

static const sw_cli_option load_options[] = {SW_CLIENT_OPTIONS};

static const sw_cli_spec load_spec = {
    .command = "directory load",
    .args = "FILE",
    .args_min = 1,
    .args_max = 1,
    .summary = "Gives a running instance its directory: what has changed is taken over.",
    .options = load_options,
    .option_count = SW_COUNT(load_options),
    .notes =
        "FILE is YAML, or a folder of CSV files. With metadata.from in it (metadata.csv: from)\n"
        "the change takes effect on that date.\n",
};

static int load(const sw_cli *cli, sw_arena *arena) {
    sw_directory directory;
    sw_slice text, answer;
    const sw_json *root;
    int code;
    sw_diags diags;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 10);
    if (!read_directory(cli, arena, cli->args[0], false, &directory)) return SW_EXIT_USAGE;
    if (sw_directory_as_yaml(arena, cli->args[0], &diags, &text) != SW_OK) {
        sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
        return SW_EXIT_USAGE;
    }
    const sw_remote_call call = {.path = "/v1/directory", .type = "application/yaml", .body = text};
    if (!sw_remote_ask(cli, arena, &call, &answer, &root, &code)) return code;
    if (cli->json) {
        printf("%.*s\n", SW_FMT(answer));
        return SW_EXIT_OK;
    }
    static const char *const names[] = {"entries", "changed", "removed"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        const sw_json *n = sw_json_get(root, sw_slice_cstr(names[i]));
        printf("%s%.*s %s", i ? ", " : "", SW_FMT(n ? n->text : SW_S("?")), names[i]);
    }
    printf("\n");
    return SW_EXIT_OK;
}

static int run_load(int argc, char **argv) {
    return sw_cli_run(&load_spec, argc, argv, load);
}

const sw_command sw_cmd_directory_load = {"load", "give a running instance its directory",
                                          run_load};

static const sw_command *const commands[] = {&sw_cmd_directory_check, &sw_cmd_directory_show,
                                             &sw_cmd_directory_load};

static int run(int argc, char **argv) {
    return sw_command_dispatch("seawall directory",
                               "units, officers and who is told for what: checked, shown, loaded",
                               commands, SW_COUNT(commands), argc, argv);
}

const sw_command sw_cmd_directory = {"directory", "check, show and load who is told", run};
