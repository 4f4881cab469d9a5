#include <stdio.h>

#include "seawall/cli/report.h"
#include "seawall/cli/term.h"
#include "seawall/client/client.h"
#include "seawall/input/event_reader.h"
#include "seawall/input/load.h"
#include "seawall/input/replay_options.h"
#include "seawall/scores/ask_scores.h"
#include "seawall/scores/tally.h"
#include "text/time.h"
#include "text/yaml.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

typedef struct scores_command {
    tally *tally;
    sw_replay *replay;
    sw_event_reader reader;
    int64_t last_ms;
} scores_command;

static const sw_cli_option options[] = {
    SW_LOAD_OPTIONS,
    {"events", "FILE", "events, one CloudEvent in JSON a line; - is standard input", true},
    {"weights", "FILE", "what warnings weigh (default: scores/cn-police.yaml of the packs)", false},
    SW_REPLAY_TIME_OPTIONS,
    {"of", "case|officer|unit", "only these", false},
    {"top", "N", "only so many of each (default: 10; 0: all)", false},
    SW_CLIENT_OPTIONS,
    {"org", "UNIT", "of an instance: what units whose code begins so account for", false},
    {"key", "NAME=VALUE", "of an instance: what one score is made of, such as case_id=A1", false},
};

static const sw_cli_spec spec = {
    .command = "scores",
    .summary = "risk scores of cases, officers and units: what their warnings weigh",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes =
        "Without --events a running instance is asked. Weights are data (docs/scores.md). Without "
        "--until the scores of the last event's time.\n\n"
        "  seawall scores --of unit\n"
        "  seawall scores --key orgcode=320981010000\n"
        "  seawall scores --rules deploy/packs/cn-police --events day.jsonl\n",
};

static sw_err take(void *ctx, const sw_event *event, sw_origin origin) {
    scores_command *cmd = ctx;
    int64_t clock_ms = sw_event_clock(event);
    if (clock_ms > cmd->last_ms) cmd->last_ms = clock_ms;
    return sw_replay_add(cmd->replay, event, origin);
}

static sw_err tell(void *ctx, const sw_telling *telling) {
    scores_command *cmd = ctx;
    if (telling->transition.at_ms > cmd->last_ms) return SW_OK; /* still to come */
    return tally_take(cmd->tally, &telling->transition);
}

static void refused(void *ctx, sw_origin origin, sw_err code, sw_slice source, sw_slice id) {
    sw_event_reader_conflict(&((scores_command *)ctx)->reader, origin, code, source, id);
}

static sw_slice points_text(sw_arena *arena, int64_t hundredths) {
    return sw_arena_printf(arena, "%lld.%02lld", (long long)(hundredths / 100),
                           (long long)(hundredths % 100));
}

static void print_json(const sw_weights *weights, const tally_line *line) {
    sw_level level;
    sw_buf buf;
    bool first = true;
    sw_buf_init(&buf, FILE_BYTES_MAX);
    sw_buf_add_byte(&buf, '{');
    sw_report_text(&buf, &first, "of", sw_slice_cstr(sw_scored_name(line->scored)));
    sw_report_text(&buf, &first, "subject", line->subject);
    sw_report_int(&buf, &first, "score_hundredths", line->hundredths);
    if (sw_weights_band(weights, line->scored, line->hundredths, &level))
        sw_report_text(&buf, &first, "band", sw_slice_cstr(sw_level_name(level)));
    sw_report_int(&buf, &first, "warnings", line->warnings);
    sw_report_text(&buf, &first, "heaviest", line->heaviest);
    sw_buf_add_byte(&buf, '}');
    (void)sw_report_print(&buf);
    sw_buf_done(&buf);
}

static bool add_row(sw_table *table, sw_arena *arena, const sw_weights *weights,
                    const tally_line *line) {
    sw_level level;
    bool banded = sw_weights_band(weights, line->scored, line->hundredths, &level);
    const char *band = banded ? sw_level_name(level) : "";
    const sw_cell cells[] = {
        {sw_slice_cstr(sw_scored_name(line->scored)), SW_TINT_NONE},
        {line->subject, SW_TINT_BOLD},
        {points_text(arena, line->hundredths), SW_TINT_NONE},
        {sw_slice_cstr(band), banded ? (sw_tint)(SW_TINT_GREEN + level) : SW_TINT_NONE},
        {sw_arena_printf(arena, "%u", line->warnings), SW_TINT_NONE},
        {line->heaviest, SW_TINT_NONE},
    };
    return sw_table_add(table, cells);
}

static int print(const sw_cli *cli, sw_arena *arena, const sw_weights *weights,
                 const tally_line *lines, size_t count, int64_t top) {
    static const sw_column columns[] = {{"of", false, 0},      {"subject", false, 0},
                                        {"score", true, 0},    {"band", false, 0},
                                        {"warnings", true, 0}, {"heaviest", false, 0}};
    const char *of = sw_cli_value(cli, "of");
    int64_t shown[SW_SCORED_COUNT] = {0};
    sw_table table;
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (size_t i = 0; i < count; i++) {
        const tally_line *line = &lines[i];
        if (of && !sw_slice_is(sw_slice_cstr(sw_scored_name(line->scored)), of)) continue;
        if (top && shown[line->scored]++ >= top) continue;
        if (cli->json)
            print_json(weights, line);
        else if (!add_row(&table, arena, weights, line))
            return SW_EXIT_FAILED;
    }
    if (!cli->json) sw_table_print(&table, stdout);
    return SW_EXIT_OK;
}

static const sw_weights *load_weights(const sw_cli *cli, sw_arena *arena) {
    const char *path = sw_cli_value(cli, "weights"), *packs = sw_packs_dir(arena);
    const sw_weights *weights = NULL;
    sw_slice text;
    sw_diags diags;
    if (!path && packs) path = sw_arena_printf(arena, "%s/scores/cn-police.yaml", packs).ptr;
    if (!path) return fprintf(stderr, "seawall scores: name the weights with --weights\n"), NULL;
    sw_diags_init(&diags, arena, sw_slice_cstr(path), 1000);
    sw_err err = sw_file_read(arena, path, FILE_BYTES_MAX, &diags, &text);
    if (!err) err = sw_weights_parse(arena, sw_slice_cstr(path), text, &diags, &weights);
    if (err) sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
    return err ? NULL : weights;
}

static int run_loaded(const sw_cli *cli, sw_arena *arena, scores_command *cmd,
                      sw_replay_options *replay_options, sw_diags *diags, int64_t top) {
    const sw_weights *weights = load_weights(cli, arena);
    const tally_line *lines;
    size_t count = 0;
    if (!weights) return SW_EXIT_USAGE;
    cmd->tally = tally_new(arena, weights);
    sw_err err = cmd->tally ? sw_replay_open(replay_options, diags, &cmd->replay) : SW_E_LIMIT;
    if (!err) err = sw_event_reader_run(&cmd->reader);
    if (replay_options->until_ms != SW_TIME_NONE) cmd->last_ms = replay_options->until_ms;
    if (!err) err = sw_replay_run(cmd->replay);
    if (!err) err = tally_lines(cmd->tally, cmd->last_ms, &lines, &count);
    if (err) {
        sw_print_diags(stderr, diags, "error", SW_TINT_RED);
        fprintf(stderr, "seawall scores: stopped: %s\n", sw_err_name(err));
        return SW_EXIT_FAILED;
    }
    int code = print(cli, arena, weights, lines, count, top);
    return code == SW_EXIT_OK && cmd->reader.rejected ? SW_EXIT_REJECTED : code;
}

static int ask_instance(const sw_cli *cli, int64_t top) {
    static const char *const of_events[] = {"rules", "weights", "until", "known-at"};
    for (size_t i = 0; i < SW_COUNT(of_events); i++)
        if (sw_cli_value(cli, of_events[i]))
            return sw_cli_usage(&spec, "--%s goes with --events FILE (- is standard input)",
                                of_events[i]);
    return scores_ask(cli, top);
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_replay_options replay_options;
    scores_command cmd = {.last_ms = INT64_MIN};
    const char *top_text = sw_cli_value(cli, "top"), *of = sw_cli_value(cli, "of");
    int64_t top = 10;
    sw_load load;
    int code;
    if (top_text && (!sw_slice_int(sw_slice_cstr(top_text), &top) || top < 0))
        return sw_cli_usage(&spec, "--top takes a number, not '%s'", top_text);
    if (of && strcmp(of, "case") != 0 && strcmp(of, "officer") != 0 && strcmp(of, "unit") != 0)
        return sw_cli_usage(&spec, "--of takes case, officer or unit, not '%s'", of);
    if (!sw_cli_value(cli, "events")) return ask_instance(cli, top);
    if (sw_cli_value(cli, "key") || sw_cli_value(cli, "org"))
        return sw_cli_usage(&spec, "--key and --org are of a running instance: leave out --events");
    if (!sw_replay_options_read(&spec, cli, &replay_options, &code)) return code;
    if (!sw_load_rules(&load, arena, cli, NULL)) return SW_EXIT_USAGE;
    replay_options.set = load.set;
    replay_options.ctx = &cmd;
    replay_options.tell = tell;
    replay_options.refused = refused;
    cmd.reader = (sw_event_reader){.catalogue = load.catalogue, .take = take, .ctx = &cmd};
    cmd.reader.paths = sw_cli_values(cli, "events", &cmd.reader.path_count);
    code = run_loaded(cli, arena, &cmd, &replay_options, &load.diags, top);
    sw_replay_close(cmd.replay);
    return code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_scores = {"scores", "risk scores of cases, officers and units", run};
