#include "seawall/cli/report.h"
#include "seawall/input/load.h"
#include "seawall/rules/cmd_rules.h"
#include "seawall/rules/describe.h"
#include "seawall/rules/rule_json.h"

#define REPORT_BYTES ((size_t)256 << 20)

static const sw_cli_option options[] = {
    {"catalogue", "FILE", "event types, instead of those that belong to the packs", true},
    {"calendar", "FILE", "working-day calendar, instead of those that belong to the packs", true},
};

static const sw_cli_spec spec = {
    .command = "rules list",
    .args = "[PACK…]",
    .args_min = 0,
    .args_max = UINT32_MAX,
    .summary = "Lists the rules of rule packs; without PACK those of cn-police.",
    .options = options,
    .option_count = SW_COUNT(options),
};

static const sw_column columns[] = {
    {"rule", false, 0},   {"name", false, 40},  {"kind", false, 0},
    {"limit", false, 28}, {"levels", false, 0}, {"basis", false, 60},
};

static sw_slice version_of(sw_arena *arena, const sw_ruleset *set, const sw_rule *rule) {
    if (sw_ruleset_line_of(set, rule)->version_count < 2) return rule->id;
    return sw_arena_printf(arena, "%.*s@%.*s", SW_FMT(rule->id), SW_FMT(rule->pack->version));
}

static bool table(const sw_load *load, sw_arena *arena) {
    sw_table table;
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (uint32_t i = 0; i < sw_ruleset_rule_count(load->set); i++) {
        const sw_rule *rule = sw_ruleset_rule(load->set, i);
        const sw_cell cells[SW_COUNT(columns)] = {
            {version_of(arena, load->set, rule), SW_TINT_BOLD},
            {rule->name, SW_TINT_NONE},
            {sw_slice_cstr(sw_kind_name(rule->kind)), SW_TINT_NONE},
            {sw_describe_limit(arena, rule), SW_TINT_NONE},
            {sw_describe_levels(arena, rule), SW_TINT_LEVELS},
            {sw_describe_basis(arena, rule->basis, rule->basis_count), SW_TINT_NONE},
        };
        if (!sw_table_add(&table, cells)) return false;
    }
    sw_table_print(&table, stdout);
    printf("\n%u rules\n", sw_ruleset_rule_count(load->set));
    return true;
}

static bool report(const sw_load *load) {
    sw_buf buf;
    sw_buf_init(&buf, REPORT_BYTES);
    sw_buf_add_byte(&buf, '[');
    for (uint32_t i = 0; i < sw_ruleset_rule_count(load->set); i++) {
        if (i) sw_buf_add_byte(&buf, ',');
        sw_rule_json(&buf, sw_ruleset_rule(load->set, i), load->arena);
    }
    sw_buf_add_byte(&buf, ']');
    bool written = sw_report_print(&buf);
    sw_buf_done(&buf);
    return written;
}

static int list(const sw_cli *cli, sw_arena *arena) {
    sw_load load;
    bool loaded = cli->arg_count ? sw_load_rules_from(&load, arena, cli, cli->args, cli->arg_count)
                                 : sw_load_rules(&load, arena, cli, "cn-police");
    if (!loaded) return SW_EXIT_USAGE;
    bool done = cli->json ? report(&load) : table(&load, arena);
    return done ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, list);
}

const sw_command sw_cmd_rules_list = {"list", "the rules of packs: limit, levels, legal basis",
                                      run};
