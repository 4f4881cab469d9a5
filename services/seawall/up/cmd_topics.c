#include <stdio.h>

#include "seawall/cli/term.h"
#include "seawall/up/up.h"

static const sw_cli_option options[] = {
    {"config", "FILE", "settings (YAML); docs/configuration.md has all of them", false},
    {"set", "KEY=VALUE", "one setting; goes before the file's", true},
    {"services", NULL, "of separate services, not of the whole pipeline in one process", false},
};
#define NOTES                                                                                      \
    "Compares partitions, compaction, retention, copies and in-sync copies with what is needed.\n" \
    "Topics that are there are never changed: what is wrong is told with its remedy.\n"
static const sw_cli_spec apply_spec = {
    .command = "topics apply",
    .summary = "makes the topics that are missing on the Kafka cluster, and checks all",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = NOTES};
static const sw_cli_spec check_spec = {.command = "topics check",
                                       .summary = "checks the topics on the Kafka cluster",
                                       .options = options,
                                       .option_count = SW_COUNT(options),
                                       .notes = NOTES};

static int work(const sw_cli *cli, sw_arena *arena, bool make) {
    static const char *const split[] = {"ingest", "deadline", "risk", "notify", "report", NULL};
    static const char *const whole[] = {"all", NULL};
    uint32_t set_count;
    const char *const *sets = sw_cli_values(cli, "set", &set_count);
    sw_up *up = sw_arena_zero(arena, 1, sizeof *up);
    sw_diags diags;
    sw_kafka_topics_report one, sum = {0};
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 1000);
    if (!up) return SW_EXIT_FAILED;
    up->arena = arena;
    if (!sw_up_config(arena, sw_cli_value(cli, "config"), sets, set_count, &up->config))
        return SW_EXIT_USAGE;
    sw_clock_system(&up->clock);
    sw_metrics_init(&up->metrics, arena);
    up->env = (sw_env){.clock = &up->clock, .metrics = &up->metrics};
    sw_err err = sw_up_rules(&up->load, arena, up->config) ? SW_OK : SW_E_INVALID;
    if (err) sw_print_diags(stderr, &up->load.diags, "error", SW_TINT_RED);
    for (const char *const *s = sw_cli_has(cli, "services") ? split : whole;
         *s && (!err || err == SW_E_INVALID); s++) {
        sw_err found = sw_up_topics(up, *s, make, &diags, &one);
        if (found) err = found;
        if (found && found != SW_E_INVALID) break;
        sum.made += one.made;
        sum.checked += one.checked;
        sum.wrong += one.wrong;
    }
    sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
    if (cli->json)
        printf("{\"made\":%u,\"checked\":%u,\"wrong\":%u}\n", sum.made, sum.checked, sum.wrong);
    else if (sw_cli_has(cli, "services"))
        printf("%u topics made, %u wrong: compared with what each service needs\n", sum.made,
               sum.wrong);
    else
        printf("%u topics checked, %u made, %u wrong\n", sum.checked, sum.made, sum.wrong);
    sw_metrics_done(&up->metrics);
    return err ? SW_EXIT_FAILED : SW_EXIT_OK;
}

static int apply(const sw_cli *cli, sw_arena *arena) {
    return work(cli, arena, true);
}

static int check(const sw_cli *cli, sw_arena *arena) {
    return work(cli, arena, false);
}

static int run_apply(int argc, char **argv) {
    return sw_cli_run(&apply_spec, argc, argv, apply);
}

static int run_check(int argc, char **argv) {
    return sw_cli_run(&check_spec, argc, argv, check);
}

static const sw_command cmd_apply = {"apply", "make the topics that are missing", run_apply};
static const sw_command cmd_check = {"check", "compare the topics with what is needed", run_check};
static const sw_command *const commands[] = {&cmd_apply, &cmd_check};

static int run(int argc, char **argv) {
    return sw_command_dispatch("seawall topics", "the topics on the Kafka cluster", commands,
                               SW_COUNT(commands), argc, argv);
}

const sw_command sw_cmd_topics = {"topics", "the topics on a Kafka cluster", run};
