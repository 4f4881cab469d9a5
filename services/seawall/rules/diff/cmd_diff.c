#include "rules/derive.h"
#include "seawall/input/load.h"
#include "seawall/input/replay_options.h"
#include "seawall/rules/cmd_rules.h"
#include "seawall/rules/diff/list.h"
#include "seawall/rules/diff/summary.h"
#include "seawall/rules/diff/trial.h"

#define LINE_BYTES_MAX ((size_t)64 << 20)

static const sw_cli_option options[] = {
    {"events", "FILE", "events, one CloudEvent in JSON a line; - is standard input", true},
    {"list", NULL, "each warning that differs, before the summary", false},
    {"format", "jsonl|csv|table", "how the warnings are listed; jsonl and csv without a summary",
     false},
    {"always", NULL, "NEW as if what holds last in it had always held", false},
    {"catalogue", "FILE", "event types, instead of those that belong to the packs", true},
    {"calendar", "FILE", "working-day calendar, instead of those that belong to the packs", true},
    SW_REPLAY_TIME_OPTIONS,
};

static const sw_cli_spec spec = {
    .command = "rules diff",
    .args = "OLD NEW",
    .args_min = 2,
    .args_max = 2,
    .summary = "Tells which warnings a new pack would add, remove or move, over recorded events.",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes =
        "OLD and NEW are packs, each a file or a folder, whole: rules that NEW leaves out count "
        "as\n"
        "removed. Events are read once for each; --events may stand several times.\n"
        "A rule fires only from its `effective` on: --always tries one that is to hold later.\n"
        "earlier and later: the level's time moved; changed: something else (docs/rules.md).\n"
        "Exit codes: 0 compared, whether or not they differ; 1 failed; 2 wrong usage or a pack\n"
        "that can't be loaded; 3 compared, but some events were rejected.\n\n"
        "  seawall rules diff deploy/packs/cn-police draft --events year.jsonl --always --list\n",
};

typedef struct session {
    const sw_cli *cli;
    sw_arena *arena;
    sw_load loads[2];
    const sw_ruleset *sets[2];
    sw_trial trials[2];
    sw_differ *differ;
    sw_tally *tally;
    const sw_diff_format *format; /* NULL: no list */
    bool json, summary;
    sw_buf line;
    uint64_t listed;
} session;

static bool read_format(session *s, int *ret_exit) {
    const char *name = sw_cli_value(s->cli, "format");
    s->json = s->cli->json;
    s->summary = s->json || !name || strcmp(name, "table") == 0;
    if (s->json && name)
        return *ret_exit = sw_cli_usage(&spec, "--json and --format don't go together; with --json "
                                               "--list the object has \"warnings\""),
               false;
    if (!name && sw_cli_has(s->cli, "list")) name = s->json ? "jsonl" : "table";
    if (!name) return true;
    s->format = sw_diff_format_find(name);
    if (!s->format)
        *ret_exit = sw_cli_usage(&spec, "--format takes jsonl, csv or table, not '%s'", name);
    return s->format != NULL;
}

/* The rules that hold last, as if they had always held. */
static sw_err hold_always(sw_arena *arena, const sw_ruleset *set, const sw_ruleset **ret) {
    uint32_t lines = sw_ruleset_line_count(set), count = 0;
    sw_rule *rules = sw_arena_zero(arena, (size_t)lines + 1, sizeof *rules);
    int64_t last_ms = SW_TIME_FIRST_MS;
    if (!rules) return SW_E_LIMIT;
    for (uint32_t i = 0; i < lines; i++) {
        const sw_rule *rule = sw_ruleset_line(set, i)->versions[0];
        if (rule->until_ms > last_ms) last_ms = rule->until_ms;
    }
    for (uint32_t i = 0; i < lines; i++) {
        const sw_rule *rule = sw_ruleset_line(set, i)->versions[0];
        if (rule->until_ms < last_ms) continue;
        rules[count] = *rule;
        rules[count++].from_ms = SW_TIME_FIRST_MS;
    }
    return sw_ruleset_of(arena, set, rules, count, ret);
}

static bool load(session *s, sw_diags *diags) {
    for (int i = 0; i < 2; i++) {
        if (!sw_load_rules_from(&s->loads[i], s->arena, s->cli, &s->cli->args[i], 1)) return false;
        s->sets[i] = s->loads[i].set;
    }
    if (!sw_cli_has(s->cli, "always")) return true;
    sw_err err = hold_always(s->arena, s->loads[1].set, &s->sets[1]);
    if (err) (void)sw_diag_at(diags, err, 0, 0, NULL, NULL, "NEW has too many rules");
    return !err;
}

/* Both sides one after the other, so that they share the memory. */
static sw_err run_trials(session *s, const sw_replay_options *replay_options, sw_diags *diags) {
    uint32_t count;
    const char *const *paths = sw_cli_values(s->cli, "events", &count);
    int64_t offset;
    sw_err err = sw_trial_hold_input(paths, count, replay_options->tmp_dir, diags, &offset);
    for (int i = 0; !err && i < 2; i++) {
        sw_trial *trial = &s->trials[i];
        sw_replay_options own = *replay_options;
        own.set = s->sets[i];
        own.memory_bytes = replay_options->memory_bytes / 8 * 5;
        trial->is_after = i == 1;
        trial->differ = s->differ;
        trial->reader.paths = paths;
        trial->reader.path_count = count;
        trial->reader.quiet = i == 0; /* what is rejected is told once */
        err = sw_trial_rewind_input(paths, count, offset);
        if (!err) err = sw_trial_run(trial, &own, diags);
    }
    return err;
}

static sw_err on_diff(void *ctx, const sw_diff *diff) {
    session *s = ctx;
    sw_err err = sw_tally_add(s->tally, diff);
    if (err || !s->format || diff->kind == SW_DIFF_SAME) return err;
    sw_buf_clear(&s->line);
    err = s->format->render(diff, &s->line);
    if (err) return err;
    if (s->json && s->listed && putchar(',') == EOF) return SW_E_IO;
    s->listed++;
    return s->format->print(stdout, sw_buf_slice(&s->line)) ? SW_OK : SW_E_IO;
}

static sw_err write_json(session *s) {
    const sw_trial *trial = &s->trials[1];
    sw_err err = SW_OK;
    putchar('{');
    if (s->format) fputs("\"warnings\":[", stdout);
    err = sw_differ_run(s->differ, s, on_diff);
    if (s->format) fputs("],", stdout);
    if (!err) err = sw_diff_summary_json(stdout, s->tally);
    printf(",\"events\":{\"accepted\":%llu,\"rejected\":%llu}}\n",
           (unsigned long long)trial->reader.accepted, (unsigned long long)trial->reader.rejected);
    return err;
}

static sw_err write_text(session *s) {
    if (s->format && !s->format->begin(stdout)) return SW_E_IO;
    sw_err err = sw_differ_run(s->differ, s, on_diff);
    if (err || !s->summary) return err;
    if (s->format) putchar('\n');
    return sw_diff_summary_print(stdout, s->tally, s->arena);
}

/* Rules of NEW that could not fire because they hold later than the last event. */
static uint32_t count_later(const session *s) {
    uint32_t later = 0;
    for (uint32_t i = 0; i < sw_ruleset_line_count(s->sets[1]); i++) {
        const sw_rule_line *line = sw_ruleset_line(s->sets[1], i);
        const sw_rule *first = line->versions[line->version_count - 1];
        later += first->from_ms > s->trials[1].last_ms;
    }
    return later;
}

static void tell_notes(const session *s) {
    const sw_event_reader *before = &s->trials[0].reader, *after = &s->trials[1].reader;
    if (s->trials[1].last_ms != SW_TIME_NONE && count_later(s))
        fprintf(stderr,
                "note: %u rules of NEW hold only from after the last event on; --always tries "
                "them as if they had always held\n",
                count_later(s));
    uint64_t failed[2] = {s->trials[0].stats.failed_conditions,
                          s->trials[1].stats.failed_conditions};
    if (failed[0] || failed[1])
        fprintf(
            stderr,
            "note: conditions failed and counted as false %llu times under OLD, %llu under NEW; "
            "`seawall explain` shows where\n",
            (unsigned long long)failed[0], (unsigned long long)failed[1]);
    if (before->rejected != after->rejected)
        fprintf(stderr,
                "note: by the catalogue of OLD %llu events are rejected, by that of NEW %llu\n",
                (unsigned long long)before->rejected, (unsigned long long)after->rejected);
    else if (after->rejected)
        fprintf(stderr, "%llu events, %llu rejected\n", (unsigned long long)after->accepted,
                (unsigned long long)after->rejected);
}

static int compare(session *s, const sw_replay_options *replay_options, sw_diags *diags) {
    size_t memory = replay_options->memory_bytes;
    sw_err err = sw_differ_open(s->sets[0], s->sets[1], memory / 4, replay_options->tmp_dir, diags,
                                &s->differ);
    if (!err)
        err = sw_tally_open(s->sets[0], s->sets[1], memory / 8, replay_options->tmp_dir, diags,
                            &s->tally);
    if (!err) err = run_trials(s, replay_options, diags);
    if (!err) err = s->json ? write_json(s) : write_text(s);
    if (!err && fflush(stdout) != 0) err = SW_E_IO;
    if (err) {
        sw_print_diags(stderr, diags, "error", SW_TINT_RED);
        fprintf(stderr, "seawall rules diff: stopped: %s\n", sw_err_name(err));
        return SW_EXIT_FAILED;
    }
    tell_notes(s);
    bool rejected = s->trials[0].reader.rejected || s->trials[1].reader.rejected;
    return rejected ? SW_EXIT_REJECTED : SW_EXIT_OK;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    session s = {.cli = cli, .arena = arena};
    sw_replay_options replay_options;
    sw_diags diags;
    int code;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 100);
    if (!read_format(&s, &code) || !sw_replay_options_read(&spec, cli, &replay_options, &code))
        return code;
    if (!sw_cli_has(cli, "events"))
        return sw_cli_usage(&spec, "name the events with --events FILE (- is standard input)");
    if (!load(&s, &diags)) {
        sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
        return SW_EXIT_USAGE;
    }
    sw_buf_init(&s.line, LINE_BYTES_MAX);
    code = compare(&s, &replay_options, &diags);
    sw_buf_done(&s.line);
    sw_tally_close(s.tally);
    sw_differ_close(s.differ);
    return code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_rules_diff = {"diff", "which warnings a new pack would add, remove or move",
                                      run};
