#include "seawall/bench/up/up.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "seawall/cli/cli.h"

static const sw_cli_option cli_options[] = {
    {"only", "PART", "events, backlog or periods (events and periods)", false},
    {"events", "N", "generated ones, of which as many are sent as the time allows (500000)", false},
    {"seconds", "N", "of each load (8)", false},
    {"periods", "N", "how many are many (1000000)", false},
    {"memory", "SIZE", "the server's setting of that name, for --only periods", false},
    {"decoded", "SIZE", "the same", false},
    {"dir", "FOLDER", "where to make the data directories ($TMPDIR)", false},
};
static const sw_cli_spec spec = {
    .command = "bench up",
    .summary = "Measures a child process of `seawall up` over HTTP, its processor time alone, each "
               "figure with its target.",
    .options = cli_options,
    .option_count = SW_COUNT(cli_options),
};

bool sw_bench_up_part(const char *dir, const char *name, char *ret, size_t size) {
    snprintf(ret, size, "%s/%s", dir, name);
    if (mkdir(ret, 0755) == 0) return true;
    fprintf(stderr, "seawall bench: can't make %s\n", ret);
    return false;
}

static bool measure(sw_bench_report *report, const sw_cli *cli, const char *dir, int64_t events,
                    int64_t seconds, int64_t periods) {
    const char *only = sw_cli_value(cli, "only");
    char folder[600];
    bool ok = true;
    bool backlog = only && strcmp(only, "backlog") == 0;
    if (only && !backlog && strcmp(only, "events") != 0 && strcmp(only, "periods") != 0) {
        fprintf(stderr, "seawall bench: --only takes events, backlog or periods, not '%s'\n", only);
        return false;
    }
    if (!only || backlog || strcmp(only, "events") == 0)
        ok = sw_bench_up_part(dir, "events", folder, sizeof folder) &&
             sw_bench_up_events(report, folder, backlog ? SW_MIX_BACKLOG : SW_MIX_LIVE,
                                (uint64_t)events, (double)seconds);
    if (ok && (!only || strcmp(only, "periods") == 0))
        ok = sw_bench_up_part(dir, "periods", folder, sizeof folder) &&
             sw_bench_up_periods(report, folder, 100000, (uint64_t)periods,
                                 sw_cli_value(cli, "memory"), sw_cli_value(cli, "decoded"));
    return ok;
}

static int run(int argc, char **argv) {
    sw_arena arena;
    sw_cli cli;
    int exit_code = SW_EXIT_USAGE;
    char dir[512];
    int64_t events = 500000, seconds = 8, periods = 1000000;
    sw_arena_init(&arena, 1 << 16);
    if (sw_cli_parse(&spec, argc, argv, &arena, &cli, &exit_code) &&
        sw_bench_number("events", sw_cli_value(&cli, "events"), 1000, 100000000, &events) &&
        sw_bench_number("seconds", sw_cli_value(&cli, "seconds"), 1, 3600, &seconds) &&
        sw_bench_number("periods", sw_cli_value(&cli, "periods"), 200000, 100000000, &periods)) {
        exit_code = SW_EXIT_FAILED;
        if (sw_bench_folder(sw_cli_value(&cli, "dir"), dir, sizeof dir)) {
            sw_bench_report report = {.json = cli.json};
            bool ok = measure(&report, &cli, dir, events, seconds, periods);
            if (ok && report.failed == 0) exit_code = SW_EXIT_OK;
            if (ok) sw_bench_remove(dir); /* what failed is to be looked at */
        }
    }
    sw_arena_done(&arena);
    return exit_code;
}

const sw_command sw_bench_up = {"up", "the whole pipeline over HTTP, each figure with its target",
                                run};
