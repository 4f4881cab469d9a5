#include <stdio.h>
#include <stdlib.h>

#include "seawall/cli/term.h"
#include "seawall/client/client.h"
#include "seawall/explain/explain_asked.h"
#include "seawall/explain/ledger.h"
#include "seawall/input/event_reader.h"
#include "seawall/input/load.h"
#include "seawall/input/replay_options.h"

#define SCRATCH_BYTES ((size_t)256 << 20)
#define KEY_MAX       16u
#define BOOKS_MAX     20u

/* Ledgers of several books, as one JSON array. */
typedef struct ledgers {
    sw_buf out;
    uint64_t found, left_out; /* books */
} ledgers;

typedef struct explain_command {
    sw_explain what;
    const sw_rule *rule; /* NULL: by warning */
    sw_hash128 warning_id;
    sw_slice key[KEY_MAX];
    sw_arena scratch;
    sw_buf one;             /* of one book */
    ledgers opened, silent; /* silent: of books in which nothing opened */
    sw_replay *replay;
    sw_event_reader reader;
} explain_command;

static const sw_cli_option options[] = {
    SW_LOAD_OPTIONS,
    {"events", "FILE",
     "events, one CloudEvent in JSON a line; - is standard input; without any a running instance "
     "is "
     "asked",
     true},
    SW_CLIENT_OPTIONS,
    {"warning", "ID", "the warning to explain", false},
    {"rule", "ID", "every period of this rule, and every event that opened none, with the reason",
     false},
    {"key", "NAME=VALUE",
     "only of this case, person, …: fields of the rule's key, from the first on", true},
    SW_REPLAY_TIME_OPTIONS,
};

static const sw_cli_spec spec = {
    .command = "explain",
    .summary = "tells why there is a warning, or why there is none: the count step by step, down "
               "to the article",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes =
        "With --events it tells what the rules make of recorded events; without, what a running\n"
        "instance holds, which has its own rules and clock: there a rule needs --key.\n\n"
        "Why there is none: name the rule and the key. Each event that could have begun the\n"
        "rule and did not is listed with the reason: its condition and the values that it\n"
        "read, no limit or version that held, a period that ran already, a cancel, a\n"
        "correction, a key field that it lacks.\n\n"
        "Exit code 1: nothing fits, not even such an event.\n\n"
        "  seawall explain --rules deploy/packs/cn-police --events day.jsonl \\\n"
        "    --rule cr.detain.request-3d --key case_id=A1 --key person_id=P1\n"
        "  seawall explain --url http://127.0.0.1:8080 --warning ID\n",
};

static bool one_thing_named(const sw_cli *cli) {
    return !sw_cli_has(cli, "warning") != !sw_cli_has(cli, "rule");
}

/* Every ledger of a book goes into one array. */
static sw_err put(ledgers *to, sw_slice array) {
    sw_buf *out = &to->out;
    if (to->found >= BOOKS_MAX) {
        to->left_out++;
        return SW_OK;
    }
    to->found++;
    if (out->len == 0) return sw_buf_add(out, array);
    out->ptr[out->len - 1] = ','; /* the end of the last array and the beginning of this one */
    return sw_buf_add(out, sw_slice_sub(array, 1, array.len));
}

static sw_err explain_one(explain_command *cmd, const sw_book *book, const sw_explain *what,
                          int64_t end_ms) {
    sw_buf_clear(&cmd->one);
    sw_err err = sw_book_explain(book, what, end_ms, &cmd->scratch, &cmd->one);
    sw_arena_reset(&cmd->scratch);
    return err;
}

/* Books in which something opened go before the others, which are many where no key is named. */
static sw_err on_book(void *ctx, const sw_book *book, int64_t end_ms) {
    explain_command *cmd = ctx;
    sw_explain opened = cmd->what;
    opened.opened_only = true;
    sw_err err = explain_one(cmd, book, &opened, end_ms);
    if (err && err != SW_E_NOT_FOUND) return err;
    ledgers *to = err ? &cmd->silent : &cmd->opened;
    if (!cmd->what.warning_id) err = explain_one(cmd, book, &cmd->what, end_ms);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    return put(to, sw_buf_slice(&cmd->one));
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

/* The value that --key gives a field, or an empty slice. */
static sw_slice key_value(const char *const *given, uint32_t count, sw_slice name) {
    for (uint32_t i = 0; i < count; i++) {
        sw_slice text = sw_slice_cstr(given[i]);
        if (sw_slice_starts(text, name) && text.len > name.len && text.ptr[name.len] == '=')
            return sw_slice_sub(text, name.len + 1, text.len);
    }
    return SW_SLICE_NONE;
}

/* The values of --key in the order of the rule's key, of which any first part may be given. */
static bool read_key(const sw_cli *cli, explain_command *cmd, int *ret_exit) {
    uint32_t count, found = 0;
    const char *const *given = sw_cli_values(cli, "key", &count);
    const sw_rule *rule = cmd->rule;
    if (count == 0) return true;
    for (; rule && found < rule->key_count && found < KEY_MAX; found++) {
        cmd->key[found] = key_value(given, count, rule->key_names[found]);
        if (!cmd->key[found].ptr) break;
    }
    if (found == count) {
        cmd->what.key = cmd->key;
        cmd->what.key_count = found;
        return true;
    }
    *ret_exit = rule ? sw_cli_usage(&spec,
                                    "--key takes NAME=VALUE, for fields of the rule's key from the "
                                    "first on: %.*s%s",
                                    SW_FMT(rule->key_names[0]), rule->key_count > 1 ? ", …" : "")
                     : sw_cli_usage(&spec, "--key goes with --rule");
    return false;
}

static bool read_what(const sw_cli *cli, const sw_ruleset *set, explain_command *cmd,
                      int *ret_exit) {
    const char *warning = sw_cli_value(cli, "warning"), *rule_id = sw_cli_value(cli, "rule");
    if (warning && !sw_hash128_parse(sw_slice_cstr(warning), &cmd->warning_id))
        return *ret_exit = sw_cli_usage(
                   &spec, "--warning takes the 32 digits of a warning_id, not '%s'", warning),
               false;
    if (warning) cmd->what.warning_id = &cmd->warning_id;
    for (uint32_t i = 0; rule_id && i < sw_ruleset_rule_count(set); i++)
        if (sw_slice_is(sw_ruleset_rule(set, i)->id, rule_id)) cmd->rule = sw_ruleset_rule(set, i);
    if (rule_id && !cmd->rule)
        return *ret_exit = sw_cli_usage(
                   &spec, "there is no rule '%s'; `seawall rules list` names them", rule_id),
               false;
    if (cmd->rule) cmd->what.rule_id = cmd->rule->id;
    return read_key(cli, cmd, ret_exit);
}

/* What to do where there is not even an event that opened nothing. */
static void print_nothing(const explain_command *cmd) {
    const sw_rule *rule = cmd->rule;
    if (!rule) {
        fputs("seawall explain: there is no such warning now. It may never have been raised, or it "
              "was withdrawn;\nwith its rule and key, --rule ID --key NAME=VALUE tells why there "
              "is none\n",
              stderr);
        return;
    }
    fprintf(stderr, "seawall explain: nothing fits: no event of the input can begin %.*s",
            SW_FMT(rule->id));
    for (uint32_t i = 0; i < cmd->what.key_count; i++)
        fprintf(stderr, "%s %.*s=%.*s", i ? "," : " for", SW_FMT(rule->key_names[i]),
                SW_FMT(cmd->key[i]));
    const sw_on *ons = rule->kind == SW_DEADLINE ? rule->starts
                       : rule->kind == SW_MATCH  ? &rule->left
                                                 : rule->ons;
    uint32_t count = rule->kind == SW_DEADLINE ? rule->start_count
                     : rule->kind == SW_MATCH  ? 1
                                               : rule->on_count;
    for (uint32_t i = 0; i < count; i++)
        fprintf(stderr, "%s%.*s", i ? ", " : "\nit begins with: ", SW_FMT(ons[i].type->name));
    uint64_t later = sw_replay_stats_of(cmd->replay)->later;
    if (later)
        fprintf(stderr, "\n%llu events that came after --known-at were left out",
                (unsigned long long)later);
    fputc('\n', stderr);
}

static int print(const explain_command *cmd, bool json) {
    const ledgers *shown = cmd->opened.found ? &cmd->opened : &cmd->silent;
    uint64_t silent = cmd->opened.found ? cmd->silent.found + cmd->silent.left_out : 0;
    if (shown->found == 0) {
        if (json) puts("[]");
        print_nothing(cmd);
        return SW_EXIT_FAILED;
    }
    sw_err err = SW_OK;
    if (json)
        printf("%.*s\n", SW_FMT(sw_buf_slice(&shown->out)));
    else
        err = sw_ledger_print(stdout, sw_buf_slice(&shown->out));
    if (shown->left_out)
        fprintf(stderr, "%llu more are left out: name one with --key\n",
                (unsigned long long)shown->left_out);
    if (silent)
        fprintf(stderr, "%llu more opened nothing: name one with --key to see why\n",
                (unsigned long long)silent);
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
    explain_command cmd = {.rule = NULL};
    sw_replay_options replay_options;
    sw_load load;
    int code;
    if (!one_thing_named(cli))
        return sw_cli_usage(&spec, "name what to explain: --warning ID or --rule ID");
    if (!sw_cli_has(cli, "events")) return sw_explain_asked(&spec, cli);
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
    sw_arena_init(&cmd.scratch, SCRATCH_BYTES);
    sw_buf_init(&cmd.one, SCRATCH_BYTES);
    sw_buf_init(&cmd.opened.out, SCRATCH_BYTES);
    sw_buf_init(&cmd.silent.out, SCRATCH_BYTES);
    code = run_loaded(&cmd, &replay_options, &load.diags, cli->json);
    sw_replay_close(cmd.replay);
    sw_buf_done(&cmd.one);
    sw_buf_done(&cmd.opened.out);
    sw_buf_done(&cmd.silent.out);
    sw_arena_done(&cmd.scratch);
    return code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_explain = {"explain", "tell why there is a warning, or why there is none",
                                   run};
