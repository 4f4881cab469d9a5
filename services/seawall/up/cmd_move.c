#include <stdio.h>

#include "seawall/cli/term.h"
#include "seawall/up/up.h"

static const sw_cli_option options[] = {
    {"from", "DIR", "data directory of the `seawall up` that is to be moved; it must be stopped",
     false},
    {"config", "FILE", "settings (YAML) of the services on Kafka", false},
    {"set", "KEY=VALUE", "one setting; goes before the file's", true},
    {"services", NULL, "for separate services, not for the whole pipeline in one process", false},
};
static const sw_cli_spec spec = {
    .command = "move",
    .summary = "moves log and state of a stopped `seawall up` onto a Kafka cluster",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "Every record keeps its offset, every task goes on where it stood: no warning is lost "
             "or told twice.\n"
             "At the end all of it is read back and compared; then the directory is closed for "
             "`seawall up`.\n"
             "Broken off, it goes on where it ended when it is started again. "
             "docs/operations.md has the whole course.\n"};

static int move(const sw_cli *cli, sw_arena *arena) {
    uint32_t set_count;
    const char *const *sets = sw_cli_values(cli, "set", &set_count);
    const char *from = sw_cli_value(cli, "from");
    sw_up *up = sw_arena_zero(arena, 1, sizeof *up);
    sw_diags diags;
    sw_kafka_move_report report = {0};
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 100);
    if (!from) return sw_cli_usage(&spec, "--from is needed");
    if (!up) return SW_EXIT_FAILED;
    up->arena = arena;
    up->dir.lock_fd = -1;
    if (!sw_up_config(arena, sw_cli_value(cli, "config"), sets, set_count, &up->config))
        return SW_EXIT_USAGE;
    sw_clock_system(&up->clock);
    sw_metrics_init(&up->metrics, arena);
    up->env = (sw_env){.clock = &up->clock, .metrics = &up->metrics};
    sw_err err = sw_up_rules(&up->load, arena, up->config) ? SW_OK : SW_E_INVALID;
    if (err) sw_print_diags(stderr, &up->load.diags, "error", SW_TINT_RED);
    if (!err) err = sw_up_move(up, from, sw_cli_has(cli, "services"), &diags, &report);
    sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
    if (err && !diags.first) fprintf(stderr, "seawall move: %s\n", sw_err_name(err));
    if (cli->json)
        printf("{\"moved\":%s,\"records\":%llu,\"rows\":%llu,\"tasks\":%llu}\n",
               err ? "false" : "true", (unsigned long long)report.records,
               (unsigned long long)report.rows, (unsigned long long)report.tasks);
    else if (!err)
        printf("moved, and compared: %llu records, %llu rows of state, %llu tasks\n"
               "%s stays as it is and can't be started any more. Give its master.key to the "
               "services (seal.key).\n",
               (unsigned long long)report.records, (unsigned long long)report.rows,
               (unsigned long long)report.tasks, from);
    sw_metrics_done(&up->metrics);
    return err ? SW_EXIT_FAILED : SW_EXIT_OK;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, move);
}

const sw_command sw_cmd_move = {"move", "from one process onto a Kafka cluster", run};
