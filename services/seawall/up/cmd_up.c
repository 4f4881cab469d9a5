#include <stdio.h>
#include <stdlib.h>

#include "seawall/cli/term.h"
#include "seawall/up/up.h"

static const sw_cli_option options[] = {
    {"config", "FILE", "settings (YAML); docs/configuration.md has all of them", false},
    {"set", "KEY=VALUE", "one setting; goes before the file's", true},
};

static const sw_cli_spec spec = {
    .command = "up",
    .summary = "takes events in over HTTP, counts every period and tells the warnings: the whole "
               "pipeline in one process",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "Logs are JSON lines on stderr. SIGTERM and SIGINT stop it once what was taken in is\n"
             "answered; SIGHUP reads the keys of tokens again and opens the audit file anew.\n"
             "`seawall config check --config FILE` tells everything that is wrong with a file,\n"
             "`seawall config list` all settings.\n\n"
             "  seawall up --set data_dir=/var/lib/seawall --set http.listen=127.0.0.1:8080\n",
};

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    uint32_t set_count;
    const char *const *sets = sw_cli_values(cli, "set", &set_count);
    const sw_config *config;
    if (!sw_up_config(arena, sw_cli_value(cli, "config"), sets, set_count, &config))
        return SW_EXIT_USAGE;
    sw_up *up = sw_arena_zero(arena, 1, sizeof *up);
    sw_diags diags;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 1000);
    if (!up) return SW_EXIT_FAILED;
    sw_err err = sw_up_open(up, arena, config, &diags);
    bool opened = !err;
    if (opened) {
        err = sw_up_run(up);
    } else {
        sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
        fprintf(stderr, "seawall up: could not start: %s\n", sw_err_name(err));
    }
    sw_up_close(up);
    if (!err) return SW_EXIT_OK;
    bool usage = !opened && (sw_err_verdict(err) == SW_VERDICT_REJECT || err == SW_E_BUSY ||
                             err == SW_E_VERSION);
    return usage ? SW_EXIT_USAGE : SW_EXIT_FAILED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_up = {"up", "run the whole pipeline in one process", run};
