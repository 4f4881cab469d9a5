#include "env/clock.h"
#include "seawall/ask/ask.h"
#include "text/time.h"

static const sw_cli_option options[] = {
    SW_CLIENT_OPTIONS,
    {"org", "UNIT", "units whose code begins so", false},
    {"rule", "RULE", "one rule", false},
    {"key", "NAME=VALUE", "of one group, such as case_id=A1", false},
    {"due-from", "TIME", "due at or after", false},
    {"due-before", "TIME", "due before; 24h or 7d from now will do", false},
    {"limit", "N", "how many at the most (default: 50, at most 1000)", false},
};

static const sw_cli_spec spec = {
    .command = "deadlines",
    .summary = "lists the periods that run, the next due first",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "  seawall deadlines --due-before 24h\n",
};

/* "24h" and "7d" are from now. */
static sw_slice before_text(sw_arena *arena, const char *text, int64_t now_ms) {
    const sw_slice s = sw_slice_cstr(text);
    int64_t n;
    if (s.len < 2 || !sw_slice_int(sw_slice_sub(s, 0, s.len - 1), &n) || n < 0 || n > 100000)
        return s;
    const char unit = s.ptr[s.len - 1];
    if (unit != 'h' && unit != 'd') return s;
    sw_buf out;
    sw_slice kept = s;
    sw_buf_init(&out, 64);
    sw_time_write(&out, now_ms + n * (unit == 'h' ? 3600000 : 86400000), 0);
    if (!sw_arena_copy(arena, sw_buf_slice(&out), &kept)) kept = s;
    sw_buf_done(&out);
    return kept;
}

static int list(sw_ask *ask, sw_arena *arena) {
    static const char *const names[] = {"org", "rule", "key", "due-from"};
    const char *before = sw_cli_value(ask->cli, "due-before");
    const char *limit = sw_cli_value(ask->cli, "limit");
    sw_clock clock;
    sw_ask_path path;
    sw_clock_system(&clock);
    const int64_t now_ms = sw_clock_now_ms(&clock);
    sw_ask_path_init(&path, "/v1/deadlines");
    sw_ask_path_options(&path, ask->cli, names, SW_COUNT(names));
    if (before) sw_ask_path_query(&path, "due_before", before_text(arena, before, now_ms));
    sw_ask_path_query(&path, "limit", sw_slice_cstr(limit ? limit : "50"));
    const sw_json *json = sw_ask_get(ask, &path);
    sw_ask_path_done(&path);
    if (!json) return ask->code;
    if (ask->cli->json) {
        sw_buf out;
        sw_buf_init(&out, (size_t)64 << 20);
        sw_json_write(&out, json);
        if (!out.err) printf("%.*s\n", SW_FMT(sw_buf_slice(&out)));
        sw_buf_done(&out);
    } else {
        sw_ask_periods(stdout, &ask->arena, sw_ask_list(json, "deadlines"), now_ms, 0);
        if (sw_ask_text(json, "next").len)
            fprintf(stderr, "there are more: --limit, --due-before\n");
    }
    return fflush(stdout) == 0 ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_ask ask;
    int code = sw_ask_open(&ask, cli) ? list(&ask, arena) : ask.code;
    sw_ask_close(&ask);
    return code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_deadlines = {"deadlines", "list the periods that run", run};
