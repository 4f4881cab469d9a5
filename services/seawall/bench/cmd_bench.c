#include "base/assert.h"
#include "seawall/bench/bench.h"
#include "seawall/cli/cli.h"

static const sw_command *const benches[] = {
    &sw_bench_append,         &sw_bench_kafka, &sw_bench_notify,  &sw_bench_plain, &sw_bench_replay,
    &sw_bench_report_command, &sw_bench_rules, &sw_bench_runtime, &sw_bench_store, &sw_bench_up,
};

static int run(int argc, char **argv) {
    return sw_command_dispatch("seawall bench", "measures Seawall on this machine", benches,
                               SW_COUNT(benches), argc, argv);
}

const sw_command sw_cmd_bench = {"bench", "measure Seawall on this machine", run};
