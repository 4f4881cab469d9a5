#include <time.h>
#include <unistd.h>

#include "seawall/ask/sample.h"

static const sw_cli_option options[] = {
    SW_CLIENT_OPTIONS,
    {"every", "SECONDS", "how often it looks (default: 2)", false},
    {"times", "N", "how often in all (default: until it is stopped)", false},
};

static const sw_cli_spec spec = {
    .command = "top",
    .summary = "what a running instance is doing, by processor, again and again",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "Rates are of the time between two looks.\n",
};

typedef struct pair {
    const sw_sample *now, *then;
    double seconds;
} pair;

static double rate(const pair *p, const char *name, const char *label) {
    const double by = sw_sample_sum(p->now, name, label) - sw_sample_sum(p->then, name, label);
    return p->seconds > 0 && by > 0 ? by / p->seconds : 0;
}

/* Milliseconds on average, of what happened in between. */
static double mean_ms(const pair *p, const char *sum, const char *count, const char *label) {
    const double n = sw_sample_sum(p->now, count, label) - sw_sample_sum(p->then, count, label);
    const double s = sw_sample_sum(p->now, sum, label) - sw_sample_sum(p->then, sum, label);
    return n > 0 ? s / n * 1000 : 0;
}

static sw_slice number(sw_arena *arena, double n) {
    const sw_slice text = sw_arena_printf(arena, n >= 100 || n == 0 ? "%.0f" : "%.1f", n);
    return text.ptr ? text : SW_S("?");
}

static void print_processors(const pair *p, sw_arena *arena) {
    static const sw_column columns[] = {{"PROCESSOR", false, 0}, {"RECORDS/S", true, 0},
                                        {"EMITTED/S", true, 0},  {"FIRED/S", true, 0},
                                        {"LATE MS", true, 0},    {"REFUSED", true, 0},
                                        {"RETRIES", true, 0}};
    sw_table table;
    sw_slice name;
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (uint32_t n = 0;
         (name = sw_sample_label(p->now, "seawall_records_total", "processor", n)).len; n++) {
        const sw_slice label = sw_arena_printf(arena, "processor=\"%.*s\"", SW_FMT(name));
        if (!label.ptr) return;
        const sw_cell cells[] = {
            {name, SW_TINT_BOLD},
            {number(arena, rate(p, "seawall_records_total", label.ptr)), SW_TINT_NONE},
            {number(arena, rate(p, "seawall_emitted_records_total", label.ptr)), SW_TINT_NONE},
            {number(arena, rate(p, "seawall_timers_fired_total", label.ptr)), SW_TINT_NONE},
            {number(arena, mean_ms(p, "seawall_timer_lateness_seconds_sum",
                                   "seawall_timer_lateness_seconds_count", label.ptr)),
             SW_TINT_NONE},
            {number(arena, sw_sample_sum(p->now, "seawall_dead_letters_total", label.ptr)),
             SW_TINT_NONE},
            {number(arena, sw_sample_sum(p->now, "seawall_task_retries_total", label.ptr)),
             SW_TINT_NONE}};
        if (!sw_table_add(&table, cells)) return;
    }
    sw_table_print(&table, stdout);
}

static void print(const pair *p, sw_arena *arena) {
    if (isatty(STDOUT_FILENO)) fputs("\033[H\033[2J", stdout);
    printf(
        "events %.0f/s   answered in %.1f ms   commits %.1f/s in %.1f ms   waiting %.0f   disk "
        "%.1f "
        "MB\n\n",
        rate(p, "seawall_ingest_events_total", "accepted"),
        mean_ms(p, "seawall_ingest_answer_seconds_sum", "seawall_ingest_answer_seconds_count", ""),
        rate(p, "seawall_commit_seconds_count", ""),
        mean_ms(p, "seawall_commit_seconds_sum", "seawall_commit_seconds_count", ""),
        sw_sample_sum(p->now, "seawall_ingest_waiting", ""),
        sw_sample_sum(p->now, "seawall_disk_bytes", "") / 1e6);
    print_processors(p, arena);
    fflush(stdout);
}

static bool read_number(const sw_cli *cli, const char *option, int64_t least, int64_t most,
                        int64_t *ret) {
    const char *text = sw_cli_value(cli, option);
    return !text || (sw_slice_int(sw_slice_cstr(text), ret) && *ret >= least && *ret <= most);
}

/* Two arenas by turns: the last sample is compared with. */
static int watch(sw_ask *ask, int64_t every_s, int64_t times) {
    sw_arena arenas[2], scratch;
    sw_sample samples[2];
    int code = SW_EXIT_OK;
    sw_arena_init(&arenas[0], (size_t)64 << 20);
    sw_arena_init(&arenas[1], (size_t)64 << 20);
    sw_arena_init(&scratch, (size_t)64 << 20);
    bool good = sw_sample_read(ask, &arenas[0], &samples[0]);
    for (int64_t n = 1; good && n <= times; n++) {
        const struct timespec pause = {.tv_sec = every_s};
        (void)nanosleep(&pause, NULL);
        sw_arena_reset(&arenas[n % 2]);
        sw_arena_reset(&scratch);
        good = sw_sample_read(ask, &arenas[n % 2], &samples[n % 2]);
        const pair p = {&samples[n % 2], &samples[1 - n % 2],
                        (double)(samples[n % 2].at_ms - samples[1 - n % 2].at_ms) / 1000};
        if (good) print(&p, &scratch);
    }
    if (!good) code = ask->code;
    sw_arena_done(&arenas[0]);
    sw_arena_done(&arenas[1]);
    sw_arena_done(&scratch);
    return code;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_ask ask;
    int64_t every_s = 2, times = INT64_MAX;
    (void)arena;
    if (!read_number(cli, "every", 1, 3600, &every_s) ||
        !read_number(cli, "times", 1, 1000000, &times))
        return sw_cli_usage(&spec, "--every takes 1 to 3600 seconds, --times a number");
    int code = sw_ask_open(&ask, cli) ? watch(&ask, every_s, times) : ask.code;
    sw_ask_close(&ask);
    return code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_top = {"top", "what a running instance is doing", run};
