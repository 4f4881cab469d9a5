#include <stdio.h>
#include <string.h>

#include "seawall/cli/term.h"
#include "seawall/up/up.h"

static const sw_cli_option options[] = {
    {"config", "FILE", "settings (YAML)", false},
    {"set", "KEY=VALUE", "one setting; goes before the file's", true},
};

static const sw_cli_spec check_spec = {
    .command = "config check",
    .summary = "tells everything that is wrong with the settings, the keys and the rules they name",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "Nothing is opened but the files that are named. Exit code 2: something is wrong.\n",
};

static int check(const sw_cli *cli, sw_arena *arena) {
    uint32_t set_count;
    const char *const *sets = sw_cli_values(cli, "set", &set_count);
    const sw_config *config;
    sw_load load;
    sw_clock clock;
    sw_auth *auth = NULL;
    sw_diags diags;
    sw_clock_system(&clock);
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 1000);
    if (!sw_up_config(arena, sw_cli_value(cli, "config"), sets, set_count, &config))
        return SW_EXIT_USAGE;
    bool good = sw_up_auth_open(arena, config, &clock, &diags, &auth) == SW_OK;
    if (!good) sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
    if (!sw_up_rules(&load, arena, config)) {
        sw_print_diags(stderr, &load.diags, "error", SW_TINT_RED);
        good = false;
    }
    if (good)
        printf("good: %u rules, listens on %s%s\n", sw_ruleset_rule_count(load.set),
               sw_config_cstr(config, "http.listen"),
               sw_auth_required(auth) ? "" : " (no keys: the loopback only)");
    sw_auth_close(auth);
    return good ? SW_EXIT_OK : SW_EXIT_USAGE;
}

static const sw_cli_option list_options[] = {
    {"markdown", NULL, "as the table of docs/configuration.md", false},
};

static const sw_cli_spec list_spec = {
    .command = "config list",
    .summary = "all settings, with their defaults and what they are for",
    .options = list_options,
    .option_count = SW_COUNT(list_options),
};

static int list(const sw_cli *cli, sw_arena *arena) {
    (void)arena;
    sw_buf text;
    sw_buf_init(&text, 1 << 20);
    if (sw_cli_has(cli, "markdown"))
        sw_config_write_markdown(&text, &sw_up_settings, 1);
    else
        sw_config_write_help(&text, &sw_up_settings, 1);
    bool good = !text.err && fwrite(text.ptr, 1, text.len, stdout) == text.len;
    sw_buf_done(&text);
    return good && fflush(stdout) == 0 ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run_check(int argc, char **argv) {
    return sw_cli_run(&check_spec, argc, argv, check);
}

static int run_list(int argc, char **argv) {
    return sw_cli_run(&list_spec, argc, argv, list);
}

static const sw_command check_command = {"check", "tell everything that is wrong with settings",
                                         run_check};
static const sw_command list_command = {"list", "all settings and what they are for", run_list};
static const sw_command *const commands[] = {&check_command, &list_command};

static int run(int argc, char **argv) {
    return sw_command_dispatch("seawall config", "settings of the services", commands,
                               SW_COUNT(commands), argc, argv);
}

const sw_command sw_cmd_config = {"config", "check and list settings", run};
