#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "seawall/cli/cli.h"

static const sw_command *const commands[] = {
    &sw_cmd_act,       &sw_cmd_bench,  &sw_cmd_case,    &sw_cmd_config,  &sw_cmd_deadlines,
    &sw_cmd_directory, &sw_cmd_dlq,    &sw_cmd_explain, &sw_cmd_export,  &sw_cmd_generate,
    &sw_cmd_import,    &sw_cmd_move,   &sw_cmd_patrols, &sw_cmd_replay,  &sw_cmd_report,
    &sw_cmd_rules,     &sw_cmd_scores, &sw_cmd_status,  &sw_cmd_tasks,   &sw_cmd_token,
    &sw_cmd_top,       &sw_cmd_topics, &sw_cmd_up,      &sw_cmd_version, &sw_cmd_warnings,
};

/* The allocator keeps in each of its arenas what threads have freed: with few, a server stays as
 * small as its budgets say. And small pieces that are freed join their neighbours at once: kept in
 * lists they come back in the opposite order, so that what one batch makes lies scattered, and each
 * piece of it is a miss of cache and TLB. */
enum { ARENAS_MAX = 2, SERVICE_WORDS_MAX = 100 };
#define SERVICE "seawall-"

/* Started as seawall-deadline, the program is that service on a Kafka cluster: `seawall up` with
 * these settings before the others. Its name is what the settings say, if it is one of theirs. */
static int run_service(const char *service, int argc, char **argv) {
    char own[64];
    const char *words[SERVICE_WORDS_MAX + 6] = {"up", "--set", "bus=kafka", "--set", own};
    int count = 5;
    if (argc == 2 && strcmp(argv[1], "--version") == 0) return sw_cmd_version.run(1, argv);
    if (argc > SERVICE_WORDS_MAX) {
        fprintf(stderr, "%s: more than %d words\n", argv[0], SERVICE_WORDS_MAX);
        return SW_EXIT_USAGE;
    }
    snprintf(own, sizeof own, "service=%s", service);
    for (int i = 1; i < argc; i++) words[count++] = argv[i];
    return sw_cmd_up.run(count, (char **)(uintptr_t)words);
}

int main(int argc, char **argv) {
    (void)mallopt(M_ARENA_MAX, ARENAS_MAX);
    (void)mallopt(M_MXFAST, 0);
    const char *name = strrchr(argv[0], '/');
    name = name ? name + 1 : argv[0];
    if (strncmp(name, SERVICE, strlen(SERVICE)) == 0)
        return run_service(name + strlen(SERVICE), argc, argv);
    return sw_command_dispatch(
        "seawall", "watches over the legality of police work, from case events to warnings",
        commands, SW_COUNT(commands), argc, argv);
}
