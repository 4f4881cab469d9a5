/* seawall report: bulletins that were issued, and what models say, from a running instance. */
#include <stdio.h>

#include "seawall/cli/term.h"
#include "seawall/people/remote.h"

/* PATH?name=value&… of the options that are given. NULL: the arena is full. */
static const char *path_of(const sw_cli *cli, sw_arena *arena, const char *path,
                           const char *const *names, size_t count) {
    sw_slice text = sw_slice_cstr(path);
    char sign = '?';
    for (size_t i = 0; i < count; i++) {
        const char *value = sw_cli_value(cli, names[i]);
        const char *escaped = value ? sw_remote_escape(arena, value) : NULL;
        if (value && !escaped) return NULL;
        if (!value) continue;
        text = sw_arena_printf(arena, "%.*s%c%s=%s", SW_FMT(text), sign, names[i], escaped);
        if (!text.ptr) return NULL;
        sign = '&';
    }
    return sw_arena_printf(arena, "%.*s", SW_FMT(text)).ptr;
}

static sw_slice number_of(sw_arena *arena, const sw_json *object, const char *name) {
    const sw_json *m = sw_json_get(object, sw_slice_cstr(name));
    if (m && m->kind == SW_JSON_OBJECT) m = sw_json_get(m, SW_S("value"));
    if (!m || m->kind == SW_JSON_NULL) return SW_S("-");
    return m->text.len ? m->text : sw_arena_printf(arena, "%s", "-");
}

static int print_json(sw_slice text) {
    printf("%.*s\n", SW_FMT(text));
    return SW_EXIT_OK;
}

/* ---- bulletins ---- */

static const sw_cli_option bulletin_options[] = {
    {"org", "PREFIX", "of units whose code begins so", false},
    {"kind", "KIND", "daily, weekly or monthly", false},
    {"limit", "N", "at most so many (default: 100)", false},
    SW_CLIENT_OPTIONS,
};

static const sw_cli_spec bulletin_spec = {
    .command = "report bulletins",
    .summary = "Lists the bulletins that were issued, the newest period first.",
    .options = bulletin_options,
    .option_count = SW_COUNT(bulletin_options),
    .notes = "  seawall report bulletins --org 320981 --kind monthly\n",
};

static bool add_issue(sw_arena *arena, sw_table *table, const sw_json *one) {
    const sw_cell cells[] = {{sw_remote_text(one, "id"), SW_TINT_BOLD},
                             {sw_remote_text(one, "from"), SW_TINT_NONE},
                             {sw_remote_text(one, "to"), SW_TINT_NONE},
                             {number_of(arena, one, "edition"), SW_TINT_NONE},
                             {sw_remote_text(one, "issued_at"), SW_TINT_DIM},
                             {sw_remote_text(one, "by"), SW_TINT_NONE}};
    return sw_table_add(table, cells);
}

static int bulletins(const sw_cli *cli, sw_arena *arena) {
    static const char *const names[] = {"org", "kind", "limit"};
    static const sw_column columns[] = {{"bulletin", false, 0}, {"from", false, 0},
                                        {"to", false, 0},       {"edition", true, 0},
                                        {"issued", false, 0},   {"by", false, 0}};
    const sw_remote_call call = {.path =
                                     path_of(cli, arena, "/v1/bulletins", names, SW_COUNT(names))};
    sw_table table;
    sw_slice text;
    const sw_json *root;
    int code;
    if (!call.path) return SW_EXIT_FAILED;
    if (!sw_remote_ask(cli, arena, &call, &text, &root, &code)) return code;
    if (cli->json) return print_json(text);
    const sw_json *list = sw_json_get(root, SW_S("bulletins"));
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (const sw_json *one = list ? list->first : NULL; one; one = one->next)
        if (!add_issue(arena, &table, one)) return SW_EXIT_FAILED;
    sw_table_print(&table, stdout);
    printf("%u bulletins\n", list ? list->count : 0);
    return SW_EXIT_OK;
}

static int run_bulletins(int argc, char **argv) {
    return sw_cli_run(&bulletin_spec, argc, argv, bulletins);
}

/* ---- issue ---- */

static const sw_cli_option issue_options[] = {
    {"org", "PREFIX", "of this unit", false},
    {"date", "DAY", "a day of the period: 2026-03-31", false},
    SW_CLIENT_OPTIONS,
};

static const sw_cli_spec issue_spec = {
    .command = "report issue",
    .args = "daily|weekly|monthly",
    .args_min = 1,
    .args_max = 1,
    .summary = "Issues a bulletin now, as a further edition: what it says is kept as it is.",
    .options = issue_options,
    .option_count = SW_COUNT(issue_options),
    .notes = "  seawall report issue monthly --org 320981 --date 2026-03-31\n",
};

static int issue(const sw_cli *cli, sw_arena *arena) {
    static const char *const names[] = {"org", "date"};
    const char *kind = sw_remote_escape(arena, cli->args[0]);
    const char *path = kind ? sw_arena_printf(arena, "/v1/bulletins/%s", kind).ptr : NULL;
    const sw_remote_call call = {.path = path ? path_of(cli, arena, path, names, 2) : NULL,
                                 .type = "application/json",
                                 .body = SW_S("{}")};
    sw_slice text;
    const sw_json *root;
    int code;
    if (!call.path) return SW_EXIT_FAILED;
    if (!sw_remote_ask(cli, arena, &call, &text, &root, &code)) return code;
    if (cli->json) return print_json(text);
    const sw_slice id = sw_remote_text(root, "id"), at = sw_remote_text(root, "issued_at");
    printf("%.*s, issued at %.*s\n", SW_FMT(id), SW_FMT(at));
    return SW_EXIT_OK;
}

static int run_issue(int argc, char **argv) {
    return sw_cli_run(&issue_spec, argc, argv, issue);
}

/* ---- models ---- */

static const sw_cli_option model_options[] = {
    {"org", "PREFIX", "of units whose code begins so", false},
    {"from", "DAY", "the first day: 2026-03-01", false},
    {"to", "DAY", "the last day", false},
    SW_CLIENT_OPTIONS,
};

static const sw_cli_spec model_spec = {
    .command = "report model",
    .args = "[ID]",
    .args_min = 0,
    .args_max = 1,
    .summary = "What a model says of each unit: backlog or colour. Without an id: which there are.",
    .options = model_options,
    .option_count = SW_COUNT(model_options),
    .notes = "  seawall report model plates --org 320981 --from 2026-03-01 --to 2026-03-31\n"
             "  seawall report model complaints … --json gives all of it.\n",
};

static int list_models(const sw_json *root, sw_arena *arena) {
    static const sw_column columns[] = {
        {"model", false, 0}, {"kind", false, 0}, {"name", false, 0}, {"note", false, 60}};
    const sw_json *list = sw_json_get(root, SW_S("models"));
    sw_table table;
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (const sw_json *m = list ? list->first : NULL; m; m = m->next) {
        const sw_cell cells[] = {{sw_remote_text(m, "id"), SW_TINT_BOLD},
                                 {sw_remote_text(m, "kind"), SW_TINT_NONE},
                                 {sw_remote_text(m, "name"), SW_TINT_NONE},
                                 {sw_remote_text(m, "note"), SW_TINT_DIM}};
        if (!sw_table_add(&table, cells)) return SW_EXIT_FAILED;
    }
    sw_table_print(&table, stdout);
    return SW_EXIT_OK;
}

static sw_tint tint_of(sw_slice colour) {
    if (sw_slice_is(colour, "red")) return SW_TINT_RED;
    if (sw_slice_is(colour, "yellow")) return SW_TINT_YELLOW;
    return sw_slice_is(colour, "blue") ? SW_TINT_BLUE : SW_TINT_NONE;
}

/* The rules that put a unit where it is, or how it works off what is open. */
static sw_slice reasons_of(sw_arena *arena, const sw_json *unit) {
    const sw_json *reasons = sw_json_get(unit, SW_S("reasons"));
    sw_slice text = SW_S("");
    for (const sw_json *r = reasons ? reasons->first : NULL; r; r = r->next) {
        const sw_slice name = sw_remote_text(r, "name"), n = number_of(arena, r, "value");
        text = sw_arena_printf(arena, "%.*s%s%.*s (%.*s)", SW_FMT(text), text.len ? "; " : "",
                               SW_FMT(name), SW_FMT(n));
    }
    if (reasons) return text;
    const sw_slice opened = number_of(arena, unit, "opened"), late = number_of(arena, unit, "late");
    return sw_arena_printf(arena, "opened %.*s, late %.*s", SW_FMT(opened), SW_FMT(late));
}

static int units_of(const sw_json *root, sw_arena *arena, sw_slice text) {
    static const sw_column columns[] = {
        {"unit", false, 0}, {"name", false, 30}, {"is", false, 0}, {"by", false, 60}};
    const sw_json *list = sw_json_get(root, SW_S("units"));
    sw_table table;
    if (!list) return print_json(text); /* of a kind without units */
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (const sw_json *unit = list->first; unit; unit = unit->next) {
        const sw_slice colour = sw_remote_text(unit, "colour");
        const sw_cell cells[] = {
            {sw_remote_text(unit, "org"), SW_TINT_BOLD},
            {sw_remote_text(unit, "name"), SW_TINT_NONE},
            {colour.len ? colour : number_of(arena, unit, "backlog"), tint_of(colour)},
            {reasons_of(arena, unit), SW_TINT_DIM}};
        if (!sw_table_add(&table, cells)) return SW_EXIT_FAILED;
    }
    sw_table_print(&table, stdout);
    return SW_EXIT_OK;
}

static int model(const sw_cli *cli, sw_arena *arena) {
    static const char *const names[] = {"org", "from", "to"};
    const bool one = cli->arg_count > 0;
    const char *id = one ? sw_remote_escape(arena, cli->args[0]) : "";
    const char *path = id ? sw_arena_printf(arena, "/v1/models%s%s", one ? "/" : "", id).ptr : NULL;
    const sw_remote_call call = {
        .path = path ? path_of(cli, arena, path, names, one ? SW_COUNT(names) : 0) : NULL};
    sw_slice text;
    const sw_json *root;
    int code;
    if (!call.path) return SW_EXIT_FAILED;
    if (!sw_remote_ask(cli, arena, &call, &text, &root, &code)) return code;
    if (cli->json) return print_json(text);
    return one ? units_of(root, arena, text) : list_models(root, arena);
}

static int run_model(int argc, char **argv) {
    return sw_cli_run(&model_spec, argc, argv, model);
}

static const sw_command command_bulletins = {"bulletins", "bulletins that were issued",
                                             run_bulletins};
static const sw_command command_issue = {"issue", "issue a bulletin now", run_issue};
static const sw_command command_model = {"model", "what a model says of each unit", run_model};
static const sw_command *const commands[] = {&command_bulletins, &command_issue, &command_model};

static int run(int argc, char **argv) {
    return sw_command_dispatch("seawall report", "bulletins and models of a running instance",
                               commands, SW_COUNT(commands), argc, argv);
}

const sw_command sw_cmd_report = {"report", "bulletins and models, from a running instance", run};
