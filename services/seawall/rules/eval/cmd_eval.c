#include <ctype.h>
#include <stdio.h>

#include "seawall/cli/report.h"
#include "seawall/cli/term.h"
#include "seawall/input/load.h"
#include "seawall/rules/cmd_rules.h"
#include "seawall/rules/eval/eval_env.h"
#include "seawall/rules/eval/infer.h"
#include "seawall/rules/eval/value_json.h"
#include "text/utf8.h"

#define ARENA_BYTES  ((size_t)256 << 20)
#define EVENT_BYTES  ((size_t)16 << 20)
#define REPORT_BYTES ((size_t)64 << 20)

static const sw_cli_option options[] = {
    {"event", "FILE", "an event (CloudEvents JSON): event.* and data.* as the catalogue declares",
     false},
    {"bind", "NAME=JSON", "a variable, or facts.*, left.data.*, …", true},
    {"catalogue", "FILE", "event types, instead of those that belong to the packs", true},
};

static const sw_cli_spec spec = {
    .command = "rules eval",
    .args = "EXPRESSION",
    .args_min = 1,
    .args_max = 1,
    .summary = "Prints the value of a condition and its type as JSON, or what is wrong and where.",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes =
        "Whole JSON numbers are int, others double; an object whose members have one type is a "
        "map.\n"
        "An event of a type that the packs' catalogue lacks is typed by its own values; with "
        "--catalogue\nit is refused.\n"
        "The language: docs/conditions.md. Exit codes: 0 a value, 1 an error, 2 wrong usage.\n\n"
        "  seawall rules eval 'size(\"案件\") + 1'\n"
        "  seawall rules eval --bind 'data={\"kind\":\"criminal\",\"to_days\":7}' \\\n"
        "    'data.kind == \"criminal\" && data.to_days <= 7'\n",
};

typedef struct eval_command {
    const sw_cli *cli;
    sw_arena *arena;
    sw_diags diags;
    eval_env env;
} eval_command;

/* Wrong usage: an event or a binding that can't be read. */
static bool read_event(eval_command *cmd, const char *path) {
    sw_load load;
    sw_slice text;
    sw_event *event;
    if (!sw_load_catalogue(&load, cmd->arena, cmd->cli)) return false;
    cmd->diags.file = sw_slice_cstr(path);
    bool good = sw_file_read(cmd->arena, path, EVENT_BYTES, &cmd->diags, &text) == SW_OK;
    const sw_catalogue *catalogue = load.catalogue;
    if (good && !sw_cli_value(cmd->cli, "catalogue") &&
        !eval_knows_type(cmd->arena, catalogue, text))
        catalogue = eval_infer_catalogue(cmd->arena, text, &cmd->diags);
    good = good && catalogue &&
           sw_event_from_json(cmd->arena, catalogue, text, &cmd->diags, &event) == SW_OK &&
           eval_env_event(&cmd->env, event);
    if (!good) sw_print_diags(stderr, &cmd->diags, "error", SW_TINT_RED);
    return good;
}

/* a, a.b, left.data */
static bool is_path(sw_slice name) {
    bool first = true;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (c == '.' ? first : !(isalpha(c) || c == '_' || (!first && isdigit(c)))) return false;
        first = c == '.';
    }
    return !first;
}

static bool read_binding(eval_command *cmd, const char *word) {
    const char *equals = strchr(word, '=');
    sw_slice name = sw_slice_of(word, equals ? (size_t)(equals - word) : 0);
    if (!is_path(name)) return sw_cli_usage(&spec, "--bind takes NAME=JSON, not '%s'", word), false;
    const char *path = sw_arena_printf(cmd->arena, "%.*s", SW_FMT(name)).ptr;
    const sw_json *json;
    cmd->diags.file = sw_arena_printf(cmd->arena, "--bind %.*s", SW_FMT(name));
    bool good = path &&
                sw_json_parse(cmd->arena, sw_slice_cstr(equals + 1), (sw_json_limits){0},
                              &cmd->diags, &json) == SW_OK &&
                eval_env_bind(&cmd->env, path, json);
    if (!good) sw_print_diags(stderr, &cmd->diags, "error", SW_TINT_RED);
    return good;
}

static bool read_environment(eval_command *cmd) {
    uint32_t count;
    const char *path = sw_cli_value(cmd->cli, "event");
    if (path && !read_event(cmd, path)) return false;
    const char *const *words = sw_cli_values(cmd->cli, "bind", &count);
    for (uint32_t i = 0; i < count; i++)
        if (!read_binding(cmd, words[i])) return false;
    return true;
}

static int report_errors(const eval_command *cmd) {
    if (!cmd->cli->json) {
        sw_print_diags(stderr, &cmd->diags, "error", SW_TINT_RED);
        return SW_EXIT_FAILED;
    }
    sw_buf buf;
    sw_buf_init(&buf, REPORT_BYTES);
    sw_buf_add_cstr(&buf, "{\"errors\":");
    sw_report_diags(&buf, &cmd->diags);
    sw_buf_add_byte(&buf, '}');
    sw_report_print(&buf);
    sw_buf_done(&buf);
    return SW_EXIT_FAILED;
}

static int report_value(const sw_value *value) {
    sw_buf buf;
    sw_buf_init(&buf, REPORT_BYTES);
    sw_buf_printf(&buf, "{\"type\":\"%s\",\"value\":", sw_value_type_name(value));
    sw_value_json(&buf, value);
    sw_buf_add_byte(&buf, '}');
    bool written = sw_report_print(&buf);
    sw_buf_done(&buf);
    return written ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int evaluate(eval_command *cmd, sw_slice text) {
    const sw_cel *cel;
    sw_value value;
    sw_cel_failure failure;
    sw_cel_env env = eval_env_cel(&cmd->env);
    sw_cel_bind values = eval_env_values(&cmd->env);
    cmd->diags.file = SW_S("expression");
    if (sw_cel_compile(cmd->arena, &env, text, NULL, (sw_cel_place){1, 1, NULL}, &cmd->diags, &cel))
        return report_errors(cmd);
    sw_err err = sw_cel_eval(cel, &values, cmd->arena, SW_CEL_COST_MAX, &value, &failure);
    if (err == SW_OK) return report_value(&value);
    uint32_t line, col;
    sw_utf8_place(sw_cel_text(cel), (size_t)(failure.part.ptr - sw_cel_text(cel).ptr), &line, &col);
    sw_diag_at(&cmd->diags, err, line, col, NULL, NULL, "%.*s", SW_FMT(failure.message));
    return report_errors(cmd);
}

/* "-5 + 3" is an expression, not options: a space before it says so. */
static bool hide_minus(sw_arena *arena, int argc, char **argv, char **to) {
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        bool minus = i > 0 && word[0] == '-' && word[1] && strcmp(word, "-h") != 0 &&
                     strcmp(word, "--") != 0 &&
                     !(word[1] == '-' && isalpha((unsigned char)word[2]));
        to[i] = argv[i];
        if (minus && !(to[i] = (char *)(uintptr_t)sw_arena_printf(arena, " %s", word).ptr))
            return false;
    }
    to[argc] = NULL;
    return true;
}

static int run(int argc, char **argv) {
    sw_arena arena;
    sw_cli cli;
    int exit_code = SW_EXIT_FAILED;
    sw_arena_init(&arena, ARENA_BYTES);
    eval_command *cmd = sw_arena_zero(&arena, 1, sizeof *cmd);
    char **words = sw_arena_zero(&arena, (size_t)argc + 1, sizeof *words);
    if (cmd && words && hide_minus(&arena, argc, argv, words) &&
        sw_cli_parse(&spec, argc, words, &arena, &cli, &exit_code)) {
        cmd->cli = &cli;
        cmd->arena = &arena;
        sw_diags_init(&cmd->diags, &arena, SW_SLICE_NONE, 100);
        eval_env_init(&cmd->env, &arena, &cmd->diags);
        const char *text = cli.args[0];
        if (text[0] == ' ' && text[1] == '-') text++;
        exit_code = read_environment(cmd) ? evaluate(cmd, sw_slice_cstr(text)) : SW_EXIT_USAGE;
    }
    sw_arena_done(&arena);
    return exit_code;
}

const sw_command sw_cmd_rules_eval = {"eval", "print the value of a condition", run};
