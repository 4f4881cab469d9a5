#include <malloc.h>

#include "base/assert.h"
#include "seawall/cli/cli.h"

static const sw_command *const commands[] = {
    &sw_cmd_act,       &sw_cmd_bench,  &sw_cmd_case,    &sw_cmd_config,  &sw_cmd_deadlines,
    &sw_cmd_directory, &sw_cmd_dlq,    &sw_cmd_explain, &sw_cmd_export,  &sw_cmd_generate,
    &sw_cmd_import,    &sw_cmd_replay, &sw_cmd_rules,   &sw_cmd_status,  &sw_cmd_tasks,
    &sw_cmd_token,     &sw_cmd_top,    &sw_cmd_up,      &sw_cmd_version, &sw_cmd_warnings,
};

/* The allocator keeps in each of its arenas what threads have freed: with few, a server stays as
 * small as its budgets say. */
enum { ARENAS_MAX = 2 };

int main(int argc, char **argv) {
    (void)mallopt(M_ARENA_MAX, ARENAS_MAX);
    return sw_command_dispatch(
        "seawall", "watches over the legality of police work, from case events to warnings",
        commands, SW_COUNT(commands), argc, argv);
}
