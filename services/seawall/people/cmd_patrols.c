#include <stdio.h>

#include "seawall/cli/term.h"
#include "seawall/people/remote.h"

static const sw_cli_option options[] = {
    {"org", "PREFIX", "units whose code begins so", false},
    {"plan", "NAME", "this plan only", false},
    {"at", "TIME", "of the period in which it lies (default: now)", false},
    {"missing", NULL, "only units that nobody has patrolled yet", false},
    SW_CLIENT_OPTIONS,
};

static const sw_cli_spec spec = {
    .command = "patrols",
    .summary = "Which units have been patrolled in their period, and which have not.",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "  seawall patrols --missing\n"
             "Exit codes: 0 all of them, 3 some have not been.\n",
};

static const sw_column columns[] = {{"unit", false, 0},      {"name", false, 24},
                                    {"patrolled", false, 0}, {"by", false, 0},
                                    {"topic", false, 0},     {"findings", true, 0}};

static bool add_unit(sw_table *table, const sw_json *unit) {
    const sw_json *patrols = sw_json_get(unit, SW_S("patrols"));
    const sw_json *one = patrols ? patrols->first : NULL;
    bool named = false;
    do {
        const sw_json *found = one ? sw_json_get(one, SW_S("findings")) : NULL;
        const sw_slice none = SW_SLICE_NONE;
        const sw_cell cells[SW_COUNT(columns)] = {
            {named ? none : sw_remote_text(unit, "unit"), SW_TINT_BOLD},
            {named ? none : sw_remote_text(unit, "name"), SW_TINT_NONE},
            {one ? sw_remote_text(one, "time") : SW_S("not yet"),
             one ? SW_TINT_NONE : SW_TINT_YELLOW},
            {one ? sw_remote_text(one, "tier") : none, SW_TINT_NONE},
            {one ? sw_remote_text(one, "topic") : none, SW_TINT_NONE},
            {found ? found->text : none, SW_TINT_NONE}};
        if (!sw_table_add(table, cells)) return false;
        named = true;
        one = one ? one->next : NULL;
    } while (one);
    return true;
}

static bool print_plan(sw_arena *arena, const sw_json *plan, bool *ret_all) {
    sw_table table;
    const sw_json *units = sw_json_get(plan, SW_S("units"));
    const sw_json *of = sw_json_get(plan, SW_S("of"));
    const sw_json *covered = sw_json_get(plan, SW_S("covered"));
    sw_slice all = of ? of->text : SW_S("?"), done = covered ? covered->text : SW_S("?");
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (const sw_json *unit = units ? units->first : NULL; unit; unit = unit->next)
        if (!add_unit(&table, unit)) return false;
    printf("%.*s: %.*s of %.*s units from %.*s until %.*s\n", SW_FMT(sw_remote_text(plan, "plan")),
           SW_FMT(done), SW_FMT(all), SW_FMT(sw_remote_text(plan, "from")),
           SW_FMT(sw_remote_text(plan, "until")));
    sw_table_print(&table, stdout);
    *ret_all = *ret_all && sw_slice_eq(done, all);
    return true;
}

static int patrols(const sw_cli *cli, sw_arena *arena) {
    static const char *const filters[] = {"org", "plan", "at"};
    sw_slice path = SW_S("/v1/patrols?missing="), text;
    const sw_json *root;
    int code;
    path = sw_arena_printf(arena, "%.*s%s", SW_FMT(path),
                           sw_cli_has(cli, "missing") ? "true" : "false");
    for (size_t i = 0; i < SW_COUNT(filters); i++) {
        const char *value = sw_cli_value(cli, filters[i]);
        const char *escaped = value ? sw_remote_escape(arena, value) : NULL;
        if (escaped) path = sw_arena_printf(arena, "%.*s&%s=%s", SW_FMT(path), filters[i], escaped);
    }
    const sw_remote_call call = {.path = path.ptr};
    if (!call.path) return SW_EXIT_FAILED;
    if (!sw_remote_ask(cli, arena, &call, &text, &root, &code)) return code;
    if (cli->json) {
        printf("%.*s\n", SW_FMT(text));
        return SW_EXIT_OK;
    }
    bool all = true;
    const sw_json *plans = sw_json_get(root, SW_S("plans"));
    for (const sw_json *plan = plans ? plans->first : NULL; plan; plan = plan->next)
        if (!print_plan(arena, plan, &all)) return SW_EXIT_FAILED;
    return all ? SW_EXIT_OK : SW_EXIT_REJECTED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, patrols);
}

const sw_command sw_cmd_patrols = {"patrols", "which units have been patrolled", run};
