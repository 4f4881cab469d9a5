#include "env/clock.h"
#include "seawall/ask/ask.h"

static const sw_cli_option options[] = {
    SW_CLIENT_OPTIONS,
    {"by", "NAME", "the key field that the id is of (default: case_id)", false},
};

static const sw_cli_spec spec = {
    .command = "case",
    .args = "ID",
    .args_min = 1,
    .args_max = 1,
    .summary = "what happened in a case, which periods run in it, and its warnings",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "  seawall case A3209812026000123\n"
             "  seawall case --by incident_id J320981202603010042\n",
};

static void print_events(const sw_json *first, sw_arena *arena) {
    static const sw_column columns[] = {{"TIME", false, 0},
                                        {"EVENT", false, 0},
                                        {"", false, 40},
                                        {"UNIT", false, 0},
                                        {"OFFICER", false, 0}};
    sw_table table;
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (const sw_json *item = first; item; item = item->next) {
        const sw_cell cells[] = {{sw_ask_minute(arena, sw_ask_text(item, "time")), SW_TINT_NONE},
                                 {sw_ask_text(item, "type"), SW_TINT_BOLD},
                                 {sw_ask_text(item, "title"), SW_TINT_NONE},
                                 {sw_ask_text(item, "orgcode"), SW_TINT_DIM},
                                 {sw_ask_text(item, "officerid"), SW_TINT_DIM}};
        if (!sw_table_add(&table, cells)) break;
    }
    sw_table_print(&table, stdout);
}

static void heading(const char *text) {
    fputc('\n', stdout);
    sw_print_tinted(stdout, SW_TINT_BOLD, sw_slice_cstr(text));
    fputc('\n', stdout);
}

static int show(sw_ask *ask) {
    const char *by = sw_cli_value(ask->cli, "by");
    sw_clock clock;
    sw_ask_path path;
    sw_clock_system(&clock);
    sw_ask_path_init(&path, "/v1/cases");
    sw_ask_path_segment(&path, sw_slice_cstr(ask->cli->args[0]));
    if (by) sw_ask_path_query(&path, "by", sw_slice_cstr(by));
    sw_ask_path_query(&path, "limit", SW_S("1000"));
    const sw_json *json = sw_ask_get(ask, &path);
    sw_ask_path_done(&path);
    if (!json) return ask->code;
    if (ask->cli->json) {
        sw_buf out;
        sw_buf_init(&out, (size_t)64 << 20);
        sw_json_write(&out, json);
        if (!out.err) printf("%.*s\n", SW_FMT(sw_buf_slice(&out)));
        sw_buf_done(&out);
        return SW_EXIT_OK;
    }
    heading("What happened");
    print_events(sw_ask_list(json, "events"), &ask->arena);
    if (sw_ask_list(json, "periods")) {
        heading("What runs");
        sw_ask_periods(stdout, &ask->arena, sw_ask_list(json, "periods"), sw_clock_now_ms(&clock),
                       0);
    }
    if (sw_ask_list(json, "warnings")) {
        heading("Warnings");
        sw_ask_warnings(stdout, &ask->arena, sw_ask_list(json, "warnings"), sw_clock_now_ms(&clock),
                        0);
    }
    return fflush(stdout) == 0 ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_ask ask;
    (void)arena;
    int code = sw_ask_open(&ask, cli) ? show(&ask) : ask.code;
    sw_ask_close(&ask);
    return code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_case = {"case", "what happened in a case, its periods and warnings", run};
