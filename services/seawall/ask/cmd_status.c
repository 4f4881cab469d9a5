#include <inttypes.h>

#include "seawall/ask/sample.h"

static const sw_cli_option options[] = {SW_CLIENT_OPTIONS};

static const sw_cli_spec spec = {
    .command = "status",
    .summary = "whether a running instance is well: ready or why not, what it took in, what waits",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "Exit code 1: it is not ready, or nobody answers.\n",
};

typedef struct line {
    const char *name, *json; /* for people, for programs */
    double value;
    const char *unit;
} line;

#define LINES 13

static void fill(const sw_sample *s, line ret[LINES]) {
    const double started_s = sw_sample_sum(s, "seawall_start_time_seconds", "");
    const line lines[LINES] = {
        {"running since", "uptime_seconds", (double)s->at_ms / 1000 - started_s, "s"},
        {"events accepted", "accepted", sw_sample_sum(s, "seawall_ingest_events_total", "accepted"),
         ""},
        {"  known already", "duplicates",
         sw_sample_sum(s, "seawall_ingest_events_total", "duplicate"), ""},
        {"  refused", "refused", sw_sample_sum(s, "seawall_ingest_events_total", "refused"), ""},
        {"  waiting to be decided", "waiting", sw_sample_sum(s, "seawall_ingest_waiting", ""), ""},
        {"dead letters of processors", "dead_letters",
         sw_sample_sum(s, "seawall_dead_letters_total", ""), ""},
        {"conditions that failed", "conditions_failed",
         sw_sample_sum(s, "seawall_conditions_failed_total", ""), ""},
        {"levels fired by time", "timers_fired", sw_sample_sum(s, "seawall_timers_fired_total", ""),
         ""},
        {"retries of tasks", "retries", sw_sample_sum(s, "seawall_task_retries_total", ""), ""},
        {"connections", "connections", sw_sample_sum(s, "seawall_http_connections", ""), ""},
        {"  streams", "streams", sw_sample_sum(s, "seawall_http_streams", ""), ""},
        {"disk", "disk_bytes", sw_sample_sum(s, "seawall_disk_bytes", ""), "B"},
        {"caches", "cache_bytes", sw_sample_sum(s, "seawall_cache_bytes", ""), "B"},
    };
    memcpy(ret, lines, sizeof lines);
}

static void print_value(const line *l) {
    if (l->unit[0] == 'B')
        printf("%.1f MB\n", l->value / 1e6);
    else if (l->unit[0] == 's')
        printf("%" PRId64 " h %02d min\n", (int64_t)l->value / 3600, (int)l->value % 3600 / 60);
    else
        printf("%.0f\n", l->value);
}

static void print_reasons(const sw_json *ready) {
    for (const sw_json *r = sw_ask_list(ready, "reasons"); r; r = r->next)
        printf("  because %.*s\n", SW_FMT(r->text));
}

/* /readyz answers 503 where it is not ready: that is no failure of asking. */
static const sw_json *ask_ready(sw_ask *ask, sw_arena *arena, bool *ret_ready) {
    sw_client_reply reply;
    const sw_json *json;
    sw_slice body;
    if (sw_client_send(ask->client, "GET", "/readyz", NULL, SW_SLICE_NONE, &reply) != SW_OK ||
        !sw_arena_copy(arena, reply.body, &body) ||
        sw_json_parse(arena, body, (sw_json_limits){0}, NULL, &json) != SW_OK)
        return NULL;
    *ret_ready = reply.status == 200;
    return json;
}

static int show(sw_ask *ask, sw_arena *arena) {
    sw_sample sample;
    line lines[LINES];
    bool ready = false;
    if (!sw_sample_read(ask, arena, &sample)) return ask->code;
    const sw_json *state = ask_ready(ask, arena, &ready);
    fill(&sample, lines);
    const sw_slice version = sw_sample_label(&sample, "seawall_build_info", "version", 0);
    if (ask->cli->json) {
        printf("{\"ready\":%s,\"version\":\"%.*s\"", ready ? "true" : "false", SW_FMT(version));
        for (size_t i = 0; i < LINES; i++) printf(",\"%s\":%.0f", lines[i].json, lines[i].value);
        printf("}\n");
    } else {
        printf("Seawall %.*s: ", SW_FMT(version));
        sw_print_tinted(stdout, ready ? SW_TINT_GREEN : SW_TINT_RED,
                        ready ? SW_S("ready") : SW_S("not ready"));
        fputc('\n', stdout);
        if (state) print_reasons(state);
        for (size_t i = 0; i < LINES; i++) {
            printf("  %-28s", lines[i].name);
            print_value(&lines[i]);
        }
    }
    return ready ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_ask ask;
    int code = sw_ask_open(&ask, cli) ? show(&ask, arena) : ask.code;
    sw_ask_close(&ask);
    return code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_status = {"status", "whether a running instance is well", run};
