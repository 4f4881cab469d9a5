#include <stdio.h>

#include "seawall/dlq/cmd_dlq.h"

static const sw_cli_option options[] = {SW_CLIENT_OPTIONS};

static const sw_cli_spec spec = {
    .command = "dlq show",
    .args = "PARTITION/OFFSET",
    .args_min = 1,
    .args_max = 1,
    .summary = "shows one dead letter whole, as JSON",
    .options = options,
    .option_count = SW_COUNT(options),
};

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    (void)arena;
    char path[128];
    sw_client_options where;
    sw_client *client;
    sw_client_reply reply;
    if (!sw_dlq_path(cli->args[0], "", path, sizeof path))
        return sw_cli_usage(&spec, "'%s' is no PARTITION/OFFSET, such as 3/120", cli->args[0]);
    if (!sw_client_options_read(cli, &where)) return SW_EXIT_USAGE;
    if (sw_client_open(&where, &client) != SW_OK) return SW_EXIT_FAILED;
    bool good = sw_dlq_ask(cli, client, "GET", path, &reply);
    if (good) printf("%.*s\n", SW_FMT(reply.body));
    sw_client_close(client);
    return good ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_dlq_show = {"show", "one of them, whole", run};
