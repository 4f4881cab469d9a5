#include <inttypes.h>

#include "env/clock.h"
#include "seawall/ask/ask.h"

static const sw_cli_option options[] = {
    SW_CLIENT_OPTIONS,
    {"org", "UNIT", "units whose code begins so", false},
    {"level", "LEVEL", "green, blue, yellow, orange, red or breach", false},
    {"rule", "RULE", "one rule", false},
    {"key", "NAME=VALUE", "of one group, such as case_id=A1", false},
    {"state", "STATE", "open, resolved, withdrawn or all (default: open)", false},
    {"since", "TIME", "levels reached at or after", false},
    {"until", "TIME", "levels reached before", false},
    {"limit", "N", "how many at the most (default: 50; 0: all)", false},
};

static const sw_cli_spec spec = {
    .command = "warnings",
    .summary = "lists warnings of a running instance, the newest first",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "--json writes one CloudEvent a line, as seawall replay does.\n\n"
             "  seawall warnings --level breach\n"
             "  seawall warnings --org 320981 --since 2026-03-01T00:00:00+08:00 --limit 0 --json\n",
};

static bool read_limit(const sw_cli *cli, int64_t *ret) {
    const char *text = sw_cli_value(cli, "limit");
    *ret = 50;
    return !text || (sw_slice_int(sw_slice_cstr(text), ret) && *ret >= 0);
}

static void print_lines(const sw_json *first, uint64_t *left) {
    sw_buf line;
    sw_buf_init(&line, (size_t)16 << 20);
    for (const sw_json *item = first; item && *left > 0; item = item->next, (*left)--) {
        sw_buf_clear(&line);
        sw_json_write(&line, item);
        if (!line.err) printf("%.*s\n", SW_FMT(sw_buf_slice(&line)));
    }
    sw_buf_done(&line);
}

/* Page after page, in the answer's order. */
static int list(sw_ask *ask, int64_t limit) {
    static const char *const names[] = {"org", "level", "rule", "key", "since", "until"};
    const char *state = sw_cli_value(ask->cli, "state");
    char cursor[256] = "";
    uint64_t left = limit ? (uint64_t)limit : UINT64_MAX;
    sw_clock clock;
    sw_clock_system(&clock);
    do {
        char page[24];
        sw_ask_path path;
        (void)snprintf(page, sizeof page, "%" PRIu64, left < 1000 ? left : 1000);
        sw_ask_path_init(&path, "/v1/warnings");
        sw_ask_path_options(&path, ask->cli, names, SW_COUNT(names));
        sw_ask_path_query(&path, "state", sw_slice_cstr(state ? state : "open"));
        sw_ask_path_query(&path, "limit", sw_slice_cstr(page));
        sw_ask_path_query(&path, "cursor", sw_slice_cstr(cursor));
        const sw_json *json = sw_ask_get(ask, &path);
        sw_ask_path_done(&path);
        if (!json) return ask->code;
        const sw_json *first = sw_ask_list(json, "warnings");
        if (ask->cli->json) {
            print_lines(first, &left);
        } else {
            sw_ask_warnings(stdout, &ask->arena, first, sw_clock_now_ms(&clock), 0);
            for (const sw_json *item = first; item && left > 0; item = item->next) left--;
        }
        (void)snprintf(cursor, sizeof cursor, "%.*s", SW_FMT(sw_ask_text(json, "next")));
    } while (cursor[0] && left > 0);
    if (cursor[0] && !ask->cli->json)
        fprintf(stderr, "there are more: --limit 0 shows all, --level, --org and --rule choose\n");
    return fflush(stdout) == 0 ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_ask ask;
    int64_t limit;
    (void)arena;
    if (!read_limit(cli, &limit)) return sw_cli_usage(&spec, "--limit takes a number");
    int code = sw_ask_open(&ask, cli) ? list(&ask, limit) : ask.code;
    sw_ask_close(&ask);
    return code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_warnings = {"warnings", "list warnings of a running instance", run};
