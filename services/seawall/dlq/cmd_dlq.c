#include "seawall/dlq/cmd_dlq.h"

#include <stdio.h>
#include <stdlib.h>

static const sw_command *const commands[] = {&sw_cmd_dlq_list, &sw_cmd_dlq_show, &sw_cmd_dlq_retry};

bool sw_dlq_path(const char *name, const char *suffix, char *ret, size_t size) {
    char *end;
    unsigned long partition = strtoul(name, &end, 10);
    if (end == name || *end != '/' || end[1] < '0' || end[1] > '9') return false;
    const char *rest = end + 1;
    unsigned long long offset = strtoull(rest, &end, 10);
    if (*end != '\0') return false;
    return (size_t)snprintf(ret, size, "/v1/dead-letters/%lu/%llu%s", partition, offset, suffix) <
           size;
}

bool sw_dlq_ask(const sw_cli *cli, sw_client *client, const char *method, const char *path,
                sw_client_reply *ret) {
    sw_err err = sw_client_send(client, method, path, NULL, SW_SLICE_NONE, ret);
    if (err) {
        fprintf(stderr, "seawall %s: %s\n", cli->spec->command, sw_client_why(client));
        return false;
    }
    if (ret->status == 200 || ret->status == 202) return true;
    (void)sw_client_tell(cli->spec->command, ret, cli->arena);
    return false;
}

static int run(int argc, char **argv) {
    return sw_command_dispatch("seawall dlq", "what a running instance has refused, and why",
                               commands, SW_COUNT(commands), argc, argv);
}

const sw_command sw_cmd_dlq = {"dlq", "list, show and send again what was refused", run};
