#include <stdio.h>

#include "seawall/cli/term.h"
#include "seawall/people/remote.h"

static const sw_cli_option options[] = {
    {"org", "PREFIX", "units whose code begins so", false},
    {"state", "STATE", "open, verified, ordered, submitted, rechecked, closed, …", false},
    {"level", "LEVEL", "green, blue, yellow, orange, red, breach", false},
    {"officer", "ID", "of this officer in charge", false},
    {"limit", "N", "at most so many (default: 50)", false},
    SW_CLIENT_OPTIONS,
};

static const sw_cli_spec spec = {
    .command = "tasks",
    .summary = "Lists what is to be put right, from a running instance.",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "  seawall tasks --org 320981 --state open\n",
};

static const sw_column columns[] = {{"warning", false, 0}, {"level", false, 0}, {"state", false, 0},
                                    {"signed", false, 0},  {"case", false, 22}, {"rule", false, 30},
                                    {"unit", false, 0},    {"due", false, 0}};

static sw_tint tint_of(sw_slice level) {
    static const char *const levels[] = {"green", "blue", "yellow", "orange", "red", "breach"};
    for (size_t i = 0; i < SW_COUNT(levels); i++)
        if (sw_slice_is(level, levels[i])) return (sw_tint)(SW_TINT_GREEN + (int)i);
    return SW_TINT_NONE;
}

static bool table_of(sw_arena *arena, const sw_json *list) {
    sw_table table;
    uint32_t count = 0;
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (const sw_json *t = list ? list->first : NULL; t; t = t->next) {
        const sw_json *key = sw_json_get(t, SW_S("key"));
        sw_slice level = sw_remote_text(t, "level"), state = sw_remote_text(t, "state_name");
        const sw_cell cells[SW_COUNT(columns)] = {
            {sw_remote_text(t, "warning_id"), SW_TINT_BOLD},
            {level, tint_of(level)},
            {state.len ? state : sw_remote_text(t, "state"), SW_TINT_NONE},
            {sw_remote_text(t, "acknowledged"), SW_TINT_NONE},
            {key && key->first ? key->first->text : SW_SLICE_NONE, SW_TINT_NONE},
            {sw_remote_text(t, "rule_name"), SW_TINT_NONE},
            {sw_remote_text(t, "orgcode"), SW_TINT_NONE},
            {sw_remote_text(t, "due"), SW_TINT_DIM}};
        if (!sw_table_add(&table, cells)) return false;
        count++;
    }
    sw_table_print(&table, stdout);
    printf("%u tasks\n", count);
    return true;
}

static int tasks(const sw_cli *cli, sw_arena *arena) {
    static const char *const filters[] = {"org", "state", "level", "officer", "limit"};
    sw_slice path = SW_S("/v1/tasks"), text;
    const sw_json *root;
    int code;
    char sign = '?';
    for (size_t i = 0; i < SW_COUNT(filters); i++) {
        const char *value = sw_cli_value(cli, filters[i]);
        if (!value) continue;
        const char *escaped = sw_remote_escape(arena, value);
        if (!escaped) return SW_EXIT_FAILED;
        path = sw_arena_printf(arena, "%.*s%c%s=%s", SW_FMT(path), sign, filters[i], escaped);
        sign = '&';
    }
    const sw_remote_call call = {.path = sw_arena_printf(arena, "%.*s", SW_FMT(path)).ptr};
    if (!call.path) return SW_EXIT_FAILED;
    if (!sw_remote_ask(cli, arena, &call, &text, &root, &code)) return code;
    if (cli->json) {
        printf("%.*s\n", SW_FMT(text));
        return SW_EXIT_OK;
    }
    return table_of(arena, sw_json_get(root, SW_S("tasks"))) ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, tasks);
}

const sw_command sw_cmd_tasks = {"tasks", "list what is to be put right", run};
