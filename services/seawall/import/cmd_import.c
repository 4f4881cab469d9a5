#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "seawall/cli/term.h"
#include "seawall/import/import.h"
#include "seawall/import/send.h"
#include "seawall/input/load.h"
#include "text/json.h"

#define ROW_BYTES ((size_t)64 << 20)
#define TOLD_MAX  20u

typedef struct import_command {
    const char *path, *refused_path;
    const sw_import_map *map;
    sw_arena row_arena;
    sw_buf line;
    FILE *to, *refused_to;
    sw_progress progress;
    uint64_t rows, events, skipped, refused;
} import_command;

static const sw_cli_option options[] = {
    {"format", "xes|csv|jsonl", "what the log is written in", false},
    {"map", "FILE", "how its rows become events (docs/import.md)", false},
    {"catalogue", "FILE", "event types, instead of those that belong to the packs", true},
    {"out", "FILE", "where the events go (default: standard output)", false},
    {"refused", "FILE", "where what was refused goes, with the reason, as JSON lines", false},
    {"to", "URL", "sends files of events (JSON lines) to a running instance instead", false},
    {"token-file", "FILE", "with --to: a bearer token (default: $SEAWALL_TOKEN)", false},
    {"batch", "N", "with --to: events in one request, 1 to 1,000 (default: 500)", false},
    {"state", "FILE", "with --to: remembers how far it has come, and goes on from there", false},
    {"patience", "SECONDS", "with --to: gives up when busy or silent for so long (600)", false},
};

static const sw_cli_spec spec = {
    .command = "import",
    .args = "FILE…",
    .args_min = 1,
    .args_max = 1000,
    .summary = "turns an event log into case events, one CloudEvent in JSON a line; or sends such "
               "events to a running instance",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "Exit code 3: the log was read to its end, but some rows were refused.\n\n"
             "  seawall import --format xes --map deploy/packs/it-road-fines/import/xes.yaml \\\n"
             "    --catalogue deploy/packs/it-road-fines/catalogue log.xes > events.jsonl\n"
             "  seawall import --to http://127.0.0.1:8080 --state import.state events.jsonl\n",
};

static void tell_refused(import_command *cmd, uint64_t line, sw_slice text) {
    cmd->refused++;
    if (cmd->refused <= TOLD_MAX)
        fprintf(stderr, "%s:%llu: %.*s\n", cmd->path, (unsigned long long)line, SW_FMT(text));
    else if (cmd->refused == TOLD_MAX + 1)
        fprintf(stderr, "more is refused; %s\n",
                cmd->refused_path ? "all of it is in the file" : "--refused FILE keeps all of it");
}

static sw_err keep_refused(import_command *cmd, uint64_t line, sw_slice field, sw_slice message) {
    if (!cmd->refused_to) return SW_OK;
    sw_buf_clear(&cmd->line);
    sw_buf_printf(&cmd->line, "{\"line\":%llu,\"field\":", (unsigned long long)line);
    sw_json_write_string(&cmd->line, field);
    sw_buf_add_cstr(&cmd->line, ",\"message\":");
    sw_json_write_string(&cmd->line, message);
    sw_buf_add_cstr(&cmd->line, "}\n");
    if (cmd->line.err) return cmd->line.err;
    return fwrite(cmd->line.ptr, 1, cmd->line.len, cmd->refused_to) == cmd->line.len ? SW_OK
                                                                                     : SW_E_IO;
}

static sw_err on_fault(void *ctx, uint64_t line, const char *message) {
    import_command *cmd = ctx;
    cmd->rows++;
    tell_refused(cmd, line, sw_slice_cstr(message));
    return keep_refused(cmd, line, SW_SLICE_NONE, sw_slice_cstr(message));
}

static sw_err on_row(void *ctx, const sw_import_row *row) {
    import_command *cmd = ctx;
    sw_diags diags;
    sw_event *event = NULL;
    cmd->rows++;
    sw_diags_init(&diags, &cmd->row_arena, SW_SLICE_NONE, 4);
    sw_err err = sw_import_convert(cmd->map, row, &cmd->row_arena, &diags, &event);
    if (err) {
        const sw_diag none = {.message = SW_S("the row can't be made an event")};
        sw_diag first = diags.first ? *diags.first : none;
        first.line = 0; /* of the event that was made, which nobody sees */
        tell_refused(cmd, row->line, sw_diag_text(&cmd->row_arena, &first));
        err = keep_refused(cmd, row->line, first.field, first.message);
    } else if (!event) {
        cmd->skipped++;
    } else {
        cmd->events++;
        sw_buf_clear(&cmd->line);
        err = sw_event_to_json(event, &cmd->line);
        if (!err) err = sw_buf_add_byte(&cmd->line, '\n');
        if (!err && fwrite(cmd->line.ptr, 1, cmd->line.len, cmd->to) != cmd->line.len)
            err = SW_E_IO;
    }
    sw_arena_reset(&cmd->row_arena);
    return err;
}

static void on_progress(void *ctx, uint64_t bytes) {
    sw_progress_at(&((import_command *)ctx)->progress, bytes);
}

static sw_import_reader *find_reader(const char *format) {
    static const struct {
        const char *name;
        sw_import_reader *read;
    } readers[] = {{"xes", sw_import_xes}, {"csv", sw_import_csv}, {"jsonl", sw_import_jsonl}};
    for (size_t i = 0; format && i < SW_COUNT(readers); i++)
        if (strcmp(readers[i].name, format) == 0) return readers[i].read;
    return NULL;
}

static int read_log(import_command *cmd, sw_import_reader *reader, sw_diags *diags) {
    const sw_import_sink sink = {cmd, on_row, on_fault, on_progress};
    struct stat st;
    diags->file = sw_slice_cstr(cmd->path);
    sw_progress_init(&cmd->progress, "importing",
                     stat(cmd->path, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0);
    sw_err err = reader(cmd->path, &sink, diags);
    sw_progress_done(&cmd->progress);
    if (!err && (fflush(cmd->to) != 0 || (cmd->refused_to && fflush(cmd->refused_to) != 0)))
        err = SW_E_IO;
    fprintf(stderr, "%llu rows: %llu events, %llu skipped by the map, %llu refused\n",
            (unsigned long long)cmd->rows, (unsigned long long)cmd->events,
            (unsigned long long)cmd->skipped, (unsigned long long)cmd->refused);
    if (err) {
        sw_print_diags(stderr, diags, "error", SW_TINT_RED);
        fprintf(stderr, "seawall import: stopped there (%s); what is above was written\n",
                sw_err_name(err));
        return SW_EXIT_FAILED;
    }
    return cmd->refused ? SW_EXIT_REJECTED : SW_EXIT_OK;
}

static FILE *open_output(const char *path) {
    FILE *file = fopen(path, "we");
    if (!file) fprintf(stderr, "seawall import: %s can't be written: %s\n", path, strerror(errno));
    return file;
}

static bool number_of(const sw_cli *cli, const char *option, int64_t low, int64_t high,
                      int64_t *ret) {
    const char *text = sw_cli_value(cli, option);
    return !text || (sw_slice_int(sw_slice_cstr(text), ret) && *ret >= low && *ret <= high);
}

static int send_parsed(const sw_cli *cli) {
    int64_t batch = 500, patience = 600;
    sw_send_totals totals = {0};
    sw_send_options what = {
        .paths = cli->args,
        .path_count = cli->arg_count,
        .state_path = sw_cli_value(cli, "state"),
        .refused_path = sw_cli_value(cli, "refused"),
    };
    if (!number_of(cli, "batch", 1, 1000, &batch))
        return sw_cli_usage(&spec, "--batch takes a number from 1 to 1000");
    if (!number_of(cli, "patience", 0, 1000000, &patience))
        return sw_cli_usage(&spec, "--patience takes a number of seconds");
    if (!sw_client_options_read_as(cli, "to", &what.client)) return SW_EXIT_USAGE;
    what.batch_events = (uint32_t)batch;
    what.patience_s = patience;
    int code = sw_send_files(&what, &totals);
    const unsigned long long n[] = {totals.accepted, totals.duplicates, totals.refused,
                                    totals.skipped};
    if (cli->json)
        printf("{\"accepted\":%llu,\"duplicates\":%llu,\"refused\":%llu,\"skipped\":%llu}\n", n[0],
               n[1], n[2], n[3]);
    else
        fprintf(stderr,
                "%llu accepted, %llu known already, %llu refused, %llu lines sent by an earlier "
                "run\n",
                n[0], n[1], n[2], n[3]);
    return code;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    if (sw_cli_has(cli, "to")) return send_parsed(cli);
    if (cli->arg_count > 1) return sw_cli_usage(&spec, "one log at a time is turned into events");
    import_command cmd = {.to = stdout, .path = cli->args[0]};
    const char *out = sw_cli_value(cli, "out"), *map = sw_cli_value(cli, "map");
    sw_import_reader *reader = find_reader(sw_cli_value(cli, "format"));
    sw_load load;
    if (!reader) return sw_cli_usage(&spec, "--format takes xes, csv or jsonl");
    if (!map)
        return sw_cli_usage(&spec,
                            "name the map with --map FILE (docs/import.md says how to write one)");
    if (!sw_load_catalogue(&load, arena, cli)) return SW_EXIT_USAGE;
    if (sw_import_map_load(arena, load.catalogue, map, &load.diags, &cmd.map) != SW_OK) {
        sw_print_diags(stderr, &load.diags, "error", SW_TINT_RED);
        return SW_EXIT_USAGE;
    }
    cmd.refused_path = sw_cli_value(cli, "refused");
    if (out && !(cmd.to = open_output(out))) return SW_EXIT_FAILED;
    if (cmd.refused_path && !(cmd.refused_to = open_output(cmd.refused_path)))
        return SW_EXIT_FAILED;
    sw_arena_init(&cmd.row_arena, ROW_BYTES);
    sw_buf_init(&cmd.line, ROW_BYTES);
    int code = read_log(&cmd, reader, &load.diags);
    sw_arena_done(&cmd.row_arena);
    sw_buf_done(&cmd.line);
    if (out) fclose(cmd.to);
    if (cmd.refused_to) fclose(cmd.refused_to);
    return code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_import = {"import", "turn an event log (XES, CSV, JSONL) into case events",
                                  run};
