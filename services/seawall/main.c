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

/* For jemalloc (docs/decisions/0036). Each arena keeps what threads have freed: with few, a server
 * stays as small as its budgets say. What stays free goes back to the kernel within that many ms,
 * by a thread of the allocator's. The environment's MALLOC_CONF goes before it. */
extern const char *const malloc_conf;
const char *const malloc_conf =
    "narenas:2,background_thread:true,dirty_decay_ms:100,muzzy_decay_ms:0";

enum { SERVICE_WORDS_MAX = 100 };
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
    const char *name = strrchr(argv[0], '/');
    name = name ? name + 1 : argv[0];
    if (strncmp(name, SERVICE, strlen(SERVICE)) == 0)
        return run_service(name + strlen(SERVICE), argc, argv);
    return sw_command_dispatch(
        "seawall", "watches over the legality of police work, from case events to warnings",
        commands, SW_COUNT(commands), argc, argv);
}
