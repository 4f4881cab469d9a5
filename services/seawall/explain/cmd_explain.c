#include <stdio.h>
#include <stdlib.h>

#include "seawall/cli/term.h"
#include "seawall/explain/ledger.h"
#include "seawall/input/event_reader.h"
#include "seawall/input/load.h"
#include "seawall/input/replay_options.h"

#define SCRATCH_BYTES ((size_t)256 << 20)
#define KEY_MAX       16u
#define BOOKS_MAX     20u

typedef struct explain_command {
    sw_explain what;
    sw_hash128 warning_id;
    sw_slice key[KEY_MAX];
    sw_arena scratch;
    sw_buf out; /* ledgers, as one JSON array */
    sw_replay *replay;
    sw_event_reader reader;
    uint64_t found, left_out; /* books */
} explain_command;

static const sw_cli_option options[] = {
    SW_LOAD_OPTIONS,
    {"events", "FILE", "events, one CloudEvent in JSON a line; - is standard input", true},
    {"warning", "ID", "the warning to explain", false},
    {"rule", "ID", "every period of this rule, also those that did not warn", false},
    {"key", "NAME=VALUE", "only of this case, person, …; all fields of the rule's key, or none",
     true},
    SW_REPLAY_TIME_OPTIONS,
};

static const sw_cli_spec spec = {
    .command = "explain",
    .summary = "tells why there is a warning, or why there is none: the count step by step, down "
               "to the article",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "Exit code 1: nothing fits.\n\n"
             "  seawall explain --rules deploy/packs/cn-police --events day.jsonl \\\n"
             "    --rule cr.detain.request-3d --key case_id=A1 --key person_id=P1\n",
};

/* Every ledger of a book goes into one array. */
static sw_err on_book(void *ctx, const sw_book *book, int64_t end_ms) {
    explain_command *cmd = ctx;
    size_t before = cmd->out.len;
    sw_err err = sw_book_explain(book, &cmd->what, end_ms, &cmd->scratch, &cmd->out);
    sw_arena_reset(&cmd->scratch);
    if (err == SW_E_NOT_FOUND) return SW_OK;
    if (err) return err;
    if (++cmd->found > BOOKS_MAX) {
        cmd->out.len = before;
        cmd->left_out++;
    } else if (before > 0) {
        cmd->out.ptr[before - 1] =
            ','; /* the end of the last array and the beginning of this one */
        memmove(cmd->out.ptr + before, cmd->out.ptr + before + 1, cmd->out.len - before - 1);
        cmd->out.len--;
    }
    return SW_OK;
}

static sw_err on_telling(void *ctx, const sw_telling *telling) {
    (void)ctx;
    (void)telling;
    return SW_OK;
}

static void refused(void *ctx, sw_origin origin, sw_err code, sw_slice source, sw_slice id) {
    sw_event_reader_conflict(&((explain_command *)ctx)->reader, origin, code, source, id);
}

static sw_err take(void *ctx, const sw_event *event, sw_origin origin) {
    return sw_replay_add(((explain_command *)ctx)->replay, event, origin);
}

/* The values of --key in the order of the rule's key. */
static bool read_key(const sw_cli *cli, const sw_rule *rule, explain_command *cmd, int *ret_exit) {
    uint32_t count, found = 0;
    const char *const *given = sw_cli_values(cli, "key", &count);
    if (count == 0) return true;
    for (uint32_t i = 0; rule && i < rule->key_count && i < KEY_MAX; i++) {
        for (uint32_t k = 0; k < count; k++) {
            sw_slice text = sw_slice_cstr(given[k]), name = rule->key_names[i];
            if (!sw_slice_starts(text, name) || text.len == name.len || text.ptr[name.len] != '=')
                continue;
            cmd->key[found++] = sw_slice_sub(text, name.len + 1, text.len);
            break;
        }
    }
    if (rule && found == rule->key_count && count == found) {
        cmd->what.key = cmd->key;
        cmd->what.key_count = found;
        return true;
    }
    *ret_exit =
        rule ? sw_cli_usage(&spec,
                            "--key is to be given for each field of the rule's key, as NAME=VALUE")
             : sw_cli_usage(&spec, "--key goes with --rule");
    return false;
}

static bool read_what(const sw_cli *cli, const sw_ruleset *set, explain_command *cmd,
                      int *ret_exit) {
    const char *warning = sw_cli_value(cli, "warning"), *rule_id = sw_cli_value(cli, "rule");
    const sw_rule *rule = NULL;
    if (!warning == !rule_id)
        return *ret_exit = sw_cli_usage(&spec, "name what to explain: --warning ID or --rule ID"),
               false;
    if (warning && !sw_hash128_parse(sw_slice_cstr(warning), &cmd->warning_id))
        return *ret_exit = sw_cli_usage(
                   &spec, "--warning takes the 32 digits of a warning_id, not '%s'", warning),
               false;
    if (warning) cmd->what.warning_id = &cmd->warning_id;
    for (uint32_t i = 0; rule_id && i < sw_ruleset_rule_count(set); i++)
        if (sw_slice_is(sw_ruleset_rule(set, i)->id, rule_id)) rule = sw_ruleset_rule(set, i);
    if (rule_id && !rule)
        return *ret_exit = sw_cli_usage(
                   &spec, "there is no rule '%s'; `seawall rules list` names them", rule_id),
               false;
    if (rule) cmd->what.rule_id = rule->id;
    return read_key(cli, rule, cmd, ret_exit);
}

static int print(const explain_command *cmd, bool json) {
    if (cmd->found == 0) {
        if (json) puts("[]");
        fprintf(stderr, "seawall explain: nothing fits: no such warning, or the rule opened "
                        "nothing for this key\n");
        return SW_EXIT_FAILED;
    }
    sw_err err = SW_OK;
    if (json)
        printf("%.*s\n", SW_FMT(sw_buf_slice(&cmd->out)));
    else
        err = sw_ledger_print(stdout, sw_buf_slice(&cmd->out));
    if (cmd->left_out)
        fprintf(stderr, "%llu more are left out: name one with --key\n",
                (unsigned long long)cmd->left_out);
    return err || fflush(stdout) != 0 ? SW_EXIT_FAILED : SW_EXIT_OK;
}

static int run_loaded(explain_command *cmd, const sw_replay_options *replay_options,
                      sw_diags *diags, bool json) {
    sw_err err = sw_replay_open(replay_options, diags, &cmd->replay);
    if (!err) err = sw_event_reader_run(&cmd->reader);
    if (!err) err = sw_replay_run(cmd->replay);
    if (err) {
        sw_print_diags(stderr, diags, "error", SW_TINT_RED);
        fprintf(stderr, "seawall explain: stopped: %s\n", sw_err_name(err));
        return SW_EXIT_FAILED;
    }
    int code = print(cmd, json);
    return code == SW_EXIT_OK && cmd->reader.rejected ? SW_EXIT_REJECTED : code;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    explain_command cmd = {.found = 0};
    sw_replay_options replay_options;
    sw_load load;
    int code;
    if (!sw_replay_options_read(&spec, cli, &replay_options, &code)) return code;
    if (!sw_load_rules(&load, arena, cli, NULL)) return SW_EXIT_USAGE;
    if (!read_what(cli, load.set, &cmd, &code)) return code;
    replay_options.set = load.set;
    replay_options.ctx = &cmd;
    replay_options.final = true;
    replay_options.tell = on_telling;
    replay_options.book_done = on_book;
    replay_options.refused = refused;
    cmd.reader = (sw_event_reader){.catalogue = load.catalogue, .take = take, .ctx = &cmd};
    cmd.reader.paths = sw_cli_values(cli, "events", &cmd.reader.path_count);
    if (cmd.reader.path_count == 0)
        return sw_cli_usage(&spec, "name the events with --events FILE (- is standard input)");
    sw_arena_init(&cmd.scratch, SCRATCH_BYTES);
    sw_buf_init(&cmd.out, SCRATCH_BYTES);
    code = run_loaded(&cmd, &replay_options, &load.diags, cli->json);
    sw_replay_close(cmd.replay);
    sw_buf_done(&cmd.out);
    sw_arena_done(&cmd.scratch);
    return code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_explain = {"explain", "tell why there is a warning, or why there is none",
                                   run};
