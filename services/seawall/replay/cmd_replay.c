#include <stdio.h>
#include <unistd.h>

#include "rules/warning_json.h"
#include "seawall/cli/term.h"
#include "seawall/input/event_reader.h"
#include "seawall/input/load.h"
#include "seawall/input/replay_options.h"
#include "seawall/replay/text/replay_text.h"

#define SCRATCH_BYTES ((size_t)256 << 20)

typedef struct replay_command {
    const sw_replay_text_format *format;
    bool final;
    sw_arena scratch;
    sw_buf line;
    sw_replay *replay;
    sw_event_reader reader;
    sw_progress progress;
    uint64_t lines;
    FILE *to;
} replay_command;

static const sw_cli_option options[] = {
    SW_LOAD_OPTIONS,
    {"events", "FILE", "events, one CloudEvent in JSON a line; - is standard input", true},
    SW_REPLAY_TIME_OPTIONS,
    {"final", NULL, "the set of warnings at the end instead of what was told", false},
    {"explain", NULL, "add the ledger: how the due time was counted, and why", false},
    {"format", "jsonl|csv|table", "default: a table on a terminal, else jsonl", false},
};

static const sw_cli_spec spec = {
    .command = "replay",
    .summary = "runs the rules over recorded events with a virtual clock",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "The same events give the same bytes, in any order, doubled or split over files.\n"
             "Exit code 3: some events were rejected; the others were used.\n\n"
             "  seawall replay --rules deploy/packs/cn-police --events day.jsonl --final\n",
};

static sw_err explain(void *ctx, const sw_book *book, const sw_warning *warning, int64_t at_ms,
                      sw_buf *out) {
    replay_command *cmd = ctx;
    const sw_explain what = {.warning_id = &warning->id};
    sw_err err = sw_book_explain(book, &what, at_ms, &cmd->scratch, out);
    sw_arena_reset(&cmd->scratch);
    return err == SW_E_NOT_FOUND ? SW_OK : err; /* a withdrawn warning has no instance any more */
}

static sw_err tell(void *ctx, const sw_telling *telling) {
    replay_command *cmd = ctx;
    sw_buf_clear(&cmd->line);
    sw_err err = cmd->format->render(telling, &cmd->line);
    if (err) return err;
    cmd->lines++;
    return cmd->format->print(cmd->to, sw_buf_slice(&cmd->line)) ? SW_OK : SW_E_IO;
}

static void refused(void *ctx, sw_origin origin, sw_err code, sw_slice source, sw_slice id) {
    sw_event_reader_conflict(&((replay_command *)ctx)->reader, origin, code, source, id);
}

static void progressed(void *ctx, uint64_t done, uint64_t whole) {
    replay_command *cmd = ctx;
    cmd->progress.total = whole;
    sw_progress_at(&cmd->progress, done);
}

static sw_err take(void *ctx, const sw_event *event, sw_origin origin) {
    return sw_replay_add(((replay_command *)ctx)->replay, event, origin);
}

static bool read_options(const sw_cli *cli, replay_command *cmd, sw_replay_options *ret,
                         int *ret_exit) {
    const char *format = sw_cli_value(cli, "format");
    if (cli->json || !format) format = cli->json || !isatty(STDOUT_FILENO) ? "jsonl" : "table";
    cmd->format = sw_replay_text_format_find(format);
    cmd->final = sw_cli_has(cli, "final");
    if (!cmd->format)
        return *ret_exit =
                   sw_cli_usage(&spec, "--format takes jsonl, csv or table, not '%s'", format),
               false;
    if (!sw_replay_options_read(&spec, cli, ret, ret_exit)) return false;
    ret->final = cmd->final;
    ret->set_by_time = strcmp(format, "table") == 0;
    ret->ctx = cmd;
    ret->explain = sw_cli_has(cli, "explain") ? explain : NULL;
    ret->tell = tell;
    ret->refused = refused;
    ret->progress = progressed;
    return true;
}

/* What a person wants to know at the end; on stderr, so that the lines stay alone on stdout. */
static void summarise(const replay_command *cmd) {
    const sw_replay_stats *stats = sw_replay_stats_of(cmd->replay);
    if (cmd->reader.rejected || isatty(STDERR_FILENO))
        fprintf(stderr, "%llu events (%llu duplicates, %llu corrections), %llu rejected; %llu %s\n",
                (unsigned long long)cmd->reader.accepted, (unsigned long long)stats->duplicates,
                (unsigned long long)stats->corrections, (unsigned long long)cmd->reader.rejected,
                (unsigned long long)cmd->lines, cmd->final ? "warnings" : "transitions");
    if (stats->unknown_targets)
        fprintf(stderr, "note: %llu corrections wait for events that did not come\n",
                (unsigned long long)stats->unknown_targets);
    if (stats->failed_conditions)
        fprintf(stderr,
                "note: conditions failed %llu times and counted as false; --explain shows where\n",
                (unsigned long long)stats->failed_conditions);
    if (stats->too_dear)
        fprintf(stderr,
                "note: %llu of them cost a rule too much, which was left out of that event, the "
                "first %.*s\n",
                (unsigned long long)stats->too_dear, SW_FMT(stats->too_dear_by->id));
    if (stats->pairs_left_out)
        fprintf(stderr, "note: %llu pairs beyond max_pairs were left out, the first by %.*s\n",
                (unsigned long long)stats->pairs_left_out, SW_FMT(stats->left_out_by->id));
}

static int run_loaded(replay_command *cmd, sw_replay_options *replay_options, sw_diags *diags) {
    sw_err err = sw_replay_open(replay_options, diags, &cmd->replay);
    if (!err) err = sw_event_reader_run(&cmd->reader);
    sw_progress_init(&cmd->progress, "replaying", 0);
    if (!err && !cmd->format->begin(cmd->to, cmd->final)) err = SW_E_IO;
    if (!err) err = sw_replay_run(cmd->replay);
    sw_progress_done(&cmd->progress);
    if (!err && fflush(cmd->to) != 0) err = SW_E_IO;
    if (err) {
        sw_print_diags(stderr, diags, "error", SW_TINT_RED);
        fprintf(stderr, "seawall replay: stopped: %s\n", sw_err_name(err));
        return SW_EXIT_FAILED;
    }
    summarise(cmd);
    return cmd->reader.rejected ? SW_EXIT_REJECTED : SW_EXIT_OK;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_replay_options replay_options;
    replay_command cmd = {.to = stdout};
    sw_load load;
    int code;
    if (!read_options(cli, &cmd, &replay_options, &code)) return code;
    if (!sw_load_rules(&load, arena, cli, NULL)) return SW_EXIT_USAGE;
    replay_options.set = load.set;
    cmd.reader = (sw_event_reader){.catalogue = load.catalogue, .take = take, .ctx = &cmd};
    cmd.reader.paths = sw_cli_values(cli, "events", &cmd.reader.path_count);
    if (cmd.reader.path_count == 0)
        return sw_cli_usage(&spec, "name the events with --events FILE (- is standard input)");
    sw_arena_init(&cmd.scratch, SCRATCH_BYTES);
    sw_buf_init(&cmd.line, SCRATCH_BYTES);
    code = run_loaded(&cmd, &replay_options, &load.diags);
    sw_replay_close(cmd.replay);
    sw_buf_done(&cmd.line);
    sw_arena_done(&cmd.scratch);
    return code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_replay = {"replay", "run the rules over recorded events", run};
