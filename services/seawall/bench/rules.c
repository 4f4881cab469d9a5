/* seawall bench rules: what rules cost, by their number and by the number of events of a place. */
#include "seawall/bench/bench.h"
#include "seawall/bench/rules_bench.h"
#include "seawall/cli/cli.h"

#define MOST_DEFAULT 100000

static const sw_cli_option options[] = {
    {"hot", "N", "the most events of one place, in steps of ten times (default: 100000)", false},
};

static const sw_cli_spec spec = {
    .command = "bench rules",
    .summary = "measures what an event costs by the number of rules, and in a place that has many",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes =
        "What a whole pack costs over generated events: seawall bench replay, line 'evaluate'\n",
};

static int measure(const sw_cli *cli, sw_arena *arena) {
    int64_t most;
    (void)arena;
    if (!sw_bench_number("hot", sw_cli_value(cli, "hot"), 0, 10000000, &most)) return SW_EXIT_USAGE;
    if (!sw_cli_value(cli, "hot")) most = MOST_DEFAULT;
    bool done = sw_bench_many(cli->json) && sw_bench_hot((uint32_t)most, cli->json) &&
                sw_bench_commits((uint32_t)most, cli->json);
    return done ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, measure);
}

const sw_command sw_bench_rules = {"rules", "rules by their number, hot places", run};
