#include <stdio.h>

#include "seawall/dlq/cmd_dlq.h"

static const sw_cli_option options[] = {SW_CLIENT_OPTIONS};

static const sw_cli_spec spec = {
    .command = "dlq retry",
    .args = "PARTITION/OFFSET…",
    .args_min = 1,
    .args_max = 1000,
    .summary = "sends dead letters again, in the name of whose token it is",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes =
        "Once the cause is mended: the catalogue has the type, or the token has the right to the "
        "unit.\nA letter stays where it is and is marked; what is refused again is a new one. "
        "Exit code 3: some were.",
};

static bool retry_one(const sw_cli *cli, sw_client *client, const char *name, bool *ret_refused) {
    char path[128];
    sw_client_reply reply;
    if (!sw_dlq_path(name, "/retry", path, sizeof path)) {
        fprintf(stderr, "seawall dlq retry: '%s' is no PARTITION/OFFSET, such as 3/120\n", name);
        return false;
    }
    sw_err err = sw_client_send(client, "POST", path, NULL, SW_SLICE_NONE, &reply);
    if (err) {
        fprintf(stderr, "seawall dlq retry: %s\n", sw_client_why(client));
        return false;
    }
    *ret_refused = reply.status == 400 || reply.status == 403 || reply.status == 409;
    if (reply.status == 202) {
        printf("%s: %.*s\n", name, SW_FMT(reply.body));
        return true;
    }
    fprintf(stderr, "%s: ", name);
    (void)sw_client_tell("dlq retry", &reply, cli->arena);
    return *ret_refused;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    (void)arena;
    sw_client_options where;
    sw_client *client;
    bool good = true, any = false;
    if (!sw_client_options_read(cli, &where)) return SW_EXIT_USAGE;
    if (sw_client_open(&where, &client) != SW_OK) return SW_EXIT_FAILED;
    for (uint32_t i = 0; i < cli->arg_count; i++) {
        bool refused = false;
        good = retry_one(cli, client, cli->args[i], &refused) && good;
        any |= refused;
    }
    sw_client_close(client);
    return !good ? SW_EXIT_FAILED : any ? SW_EXIT_REJECTED : SW_EXIT_OK;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_dlq_retry = {"retry", "send them again", run};
