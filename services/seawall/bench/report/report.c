#include <stdio.h>
#include <string.h>

#include "report/bulletin/bulletin.h"
#include "seawall/bench/report/report_bench.h"
#include "seawall/bench/resident.h"
#include "seawall/cli/cli.h"

#define STATIONS 2000u
#define DAYS     1095u /* three years */
#define CASES    2000u /* whose events are the pattern of all */

static const sw_cli_option cli_options[] = {
    {"events", "N", "counted for the first figure (200000)", false},
    {"city", "N", "events of 2,000 stations over three years (1000000)", false},
    {"seconds", "N", "of 500 requests a second (10)", false},
    {"dir", "FOLDER", "where to make the data directories ($TMPDIR)", false},
};
static const sw_cli_spec spec = {
    .command = "bench report",
    .summary = "Measures figures: events into them, requests of a city, a bulletin; each with its "
               "target.",
    .options = cli_options,
    .option_count = SW_COUNT(cli_options),
};

static bool bulletin(sw_bench_report *report, sw_bench_rollup *rollup, const char *dir) {
    sw_bulletin made;
    sw_arena arena;
    sw_buf out;
    sw_arena_init(&arena, (size_t)256 << 20);
    sw_buf_init(&out, (size_t)64 << 20);
    const sw_bench_meter start = sw_bench_now();
    sw_err err =
        sw_bulletin_make(&rollup->figures, SW_BULLETIN_MONTHLY, SW_S("320901"),
                         SW_BENCH_DAY_0 + 1080, sw_clock_now_ms(&rollup->clock), &arena, &made);
    if (!err) sw_bulletin_html(&made, SW_CHINESE, &out);
    if (!err) err = sw_bulletin_xlsx(&made, SW_CHINESE, dir, &out);
    const sw_bench_meter used = sw_bench_since(start);
    if (err) fprintf(stderr, "seawall bench report: the bulletin: %s\n", sw_err_name(err));
    sw_bench_line(report, "a county's monthly bulletin, HTML and XLSX", used.wall_s, "s", 2, true);
    sw_buf_done(&out);
    sw_arena_done(&arena);
    return !err;
}

static bool city(sw_bench_report *report, const char *dir, uint64_t events,
                 sw_bench_clients *clients) {
    sw_bench_rollup rollup;
    sw_bench_asked asked = {0};
    double cpu_s;
    bool ok = sw_bench_rollup_open(&rollup, dir, CASES) &&
              sw_bench_rollup_count(&rollup, events, STATIONS, DAYS, &cpu_s);
    if (ok)
        sw_bench_line(report, "events of a city into figures, a CPU second", (double)events / cpu_s,
                      "1/s", 0, false);
    ok = ok && sw_bench_rollup_reopen(&rollup, dir) && bulletin(report, &rollup, dir) &&
         sw_bench_rollup_reopen(&rollup, dir) && sw_bench_ask(&rollup, clients, &asked);
    if (ok) {
        sw_bench_line(report, "first view of the dashboard, nothing in memory",
                      asked.first_view_ms / 1e3, "s", 1, true);
        sw_bench_line(report, "requests, p50", asked.p50_ms, "ms", 0, true);
        sw_bench_line(report, "requests at 500 a second, p99", asked.p99_ms, "ms", 50, true);
        sw_bench_line(report, "requests, the slowest", asked.worst_ms, "ms", 0, true);
        sw_bench_line(report, "requests that were refused", (double)asked.refused, "", 0, true);
        sw_bench_line(report, "processor that they took", asked.server_cpu_share, "cores", 1, true);
        sw_bench_line(report, "memory of the process", (double)sw_resident_bytes(0) / 1e6, "MB",
                      500, true);
    }
    sw_bench_rollup_close(&rollup);
    return ok && asked.refused == 0;
}

static bool events_in(sw_bench_report *report, const char *dir, uint64_t events) {
    sw_bench_rollup rollup;
    double cpu_s;
    uint64_t tallies = 0;
    sw_bench_meter start = {0};
    bool ok = sw_bench_rollup_open(&rollup, dir, CASES);
    if (ok) start = sw_bench_now();
    ok = ok && sw_bench_rollup_count(&rollup, events, 0, 0, &cpu_s) &&
         sw_bench_rollup_tallies(&rollup, &tallies);
    if (ok)
        sw_bench_line(report, "indicators that an event counts for",
                      (double)tallies / (double)events, "", 0, false);
    if (ok)
        sw_bench_line(report, "bytes given to write(2), log and rows, an event",
                      (double)sw_bench_since(start).written_bytes / (double)events, "B", 0, true);
    if (ok)
        sw_bench_line(report, "events of a county into figures, a CPU second",
                      (double)events / cpu_s, "1/s", 50000, false);
    sw_bench_rollup_close(&rollup);
    return ok;
}

static bool measure(sw_bench_report *report, const char *dir, int64_t events, int64_t of_city,
                    int64_t seconds) {
    sw_bench_clients clients;
    char folder[600];
    /* before there are threads */
    if (!sw_bench_clients_start(&clients, STATIONS, 500, (double)seconds)) return false;
    bool ok =
        sw_bench_folder(dir, folder, sizeof folder) && events_in(report, folder, (uint64_t)events);
    if (ok) sw_bench_remove(folder);
    ok = ok && sw_bench_folder(dir, folder, sizeof folder) &&
         city(report, folder, (uint64_t)of_city, &clients);
    if (ok) sw_bench_remove(folder);
    sw_bench_clients_stop(&clients);
    return ok;
}

static int run(int argc, char **argv) {
    sw_arena arena;
    sw_cli cli;
    int exit_code = SW_EXIT_USAGE;
    int64_t events = 200000, of_city = 1000000, seconds = 10;
    sw_arena_init(&arena, 1 << 16);
    if (sw_cli_parse(&spec, argc, argv, &arena, &cli, &exit_code) &&
        sw_bench_number("events", sw_cli_value(&cli, "events"), 1000, 100000000, &events) &&
        sw_bench_number("city", sw_cli_value(&cli, "city"), 1000, 1000000000, &of_city) &&
        sw_bench_number("seconds", sw_cli_value(&cli, "seconds"), 1, 3600, &seconds)) {
        sw_bench_report report = {.json = cli.json};
        const bool ok = measure(&report, sw_cli_value(&cli, "dir"), events, of_city, seconds);
        exit_code = ok && report.failed == 0 ? SW_EXIT_OK : SW_EXIT_FAILED;
    }
    sw_arena_done(&arena);
    return exit_code;
}

const sw_command sw_bench_report_command = {
    "report", "figures: events into them, a city's requests, a bulletin", run};
