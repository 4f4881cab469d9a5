#include "seawall/bench/runtime/runtime.h"

#include <stdio.h>
#include <string.h>

#include "seawall/cli/cli.h"

void sw_bench_line(sw_bench_report *report, const char *name, double value, const char *unit,
                   double target, bool at_most) {
    bool pass = target == 0 || (at_most ? value <= target : value >= target);
    report->lines++;
    report->failed += !pass;
    if (report->json) {
        printf("{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"%s\"", name, value, unit);
        if (target != 0)
            printf(",\"target\":%.3f,\"bound\":\"%s\",\"pass\":%s", target, at_most ? "max" : "min",
                   pass ? "true" : "false");
        printf("}\n");
    } else {
        printf("%-48s %12.2f %-14s", name, value, unit);
        if (target != 0)
            printf(" %s %-8g %s", at_most ? "at most " : "at least", target,
                   pass ? "pass" : "FAIL");
        printf("\n");
    }
    fflush(stdout);
}

static const sw_cli_option cli_options[] = {
    {"only", "PART", "store, timers or latency (all)", false},
    {"operations", "N", "of the get-and-put processor (1000000)", false},
    {"timers", "N", "how many are many (10000000)", false},
    {"look-up", NULL, "timers of which the processor doesn't know when they were due", false},
    {"storm", "N", "timers due at one moment (50000)", false},
    {"seconds", "N", "of half load (5)", false},
    {"dir", "FOLDER", "where to make the databases ($TMPDIR)", false},
};
static const sw_cli_spec spec = {
    .command = "bench runtime",
    .summary = "Measures processors, timers and latency on the embedded bus, each with its target.",
    .options = cli_options,
    .option_count = SW_COUNT(cli_options),
};

static bool wanted(const char *only, const char *part) {
    return !only || strcmp(only, part) == 0;
}

static bool measure(sw_bench_report *report, const sw_cli *cli, const char *dir, int64_t operations,
                    int64_t timers, int64_t storm, int64_t seconds) {
    const char *only = sw_cli_value(cli, "only");
    bool ok = true;
    if (wanted(only, "store"))
        ok = sw_bench_runtime_store(report, dir, 100000, (uint64_t)operations) &&
             sw_bench_runtime_store(report, dir, 1000000, (uint64_t)operations);
    if (ok && wanted(only, "timers"))
        ok = sw_bench_runtime_timers(report, dir, 100000, (uint64_t)timers,
                                     sw_cli_value(cli, "look-up") != NULL);
    if (ok && wanted(only, "latency"))
        ok = sw_bench_runtime_latency(report, dir, (uint32_t)storm, (uint32_t)seconds);
    if (report->lines == 0)
        fprintf(stderr, "seawall bench: --only takes store, timers or latency, not '%s'\n",
                only ? only : "");
    return ok && report->lines > 0;
}

static int run(int argc, char **argv) {
    sw_arena arena;
    sw_cli cli;
    int exit_code = SW_EXIT_USAGE;
    char dir[512];
    int64_t operations = 1000000, timers = 10000000, storm = 50000, seconds = 5;
    sw_arena_init(&arena, 1 << 16);
    if (sw_cli_parse(&spec, argc, argv, &arena, &cli, &exit_code) &&
        sw_bench_number("operations", sw_cli_value(&cli, "operations"), 1, 1000000000,
                        &operations) &&
        sw_bench_number("timers", sw_cli_value(&cli, "timers"), 100000, 100000000, &timers) &&
        sw_bench_number("storm", sw_cli_value(&cli, "storm"), 1, 1000000, &storm) &&
        sw_bench_number("seconds", sw_cli_value(&cli, "seconds"), 1, 3600, &seconds)) {
        exit_code = SW_EXIT_FAILED;
        if (sw_bench_folder(sw_cli_value(&cli, "dir"), dir, sizeof dir)) {
            sw_bench_report report = {.json = cli.json};
            bool ok = measure(&report, &cli, dir, operations, timers, storm, seconds);
            if (ok && report.failed == 0) exit_code = SW_EXIT_OK;
            sw_bench_remove(dir);
        }
    }
    sw_arena_done(&arena);
    return exit_code;
}

const sw_command sw_bench_runtime = {"runtime",
                                     "processors, timers and latency, each with its target", run};
