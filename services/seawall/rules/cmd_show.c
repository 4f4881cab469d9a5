#include "seawall/cli/report.h"
#include "seawall/input/load.h"
#include "seawall/rules/cmd_rules.h"
#include "seawall/rules/describe.h"
#include "seawall/rules/rule_json.h"

#define REPORT_BYTES ((size_t)64 << 20)
#define LABEL_WIDTH  14

static const sw_cli_option options[] = {SW_LOAD_OPTIONS};

static const sw_cli_spec spec = {
    .command = "rules show",
    .args = "ID",
    .args_min = 1,
    .args_max = 1,
    .summary = "Tells a rule in words: what starts and ends it, how it is counted, each level, the "
               "legal basis.",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes =
        "Without --rules the rules of cn-police are meant. All versions of the rule are shown.",
};

static void line(const char *label, sw_slice text) {
    if (!text.len) return;
    printf("  ");
    sw_print_tinted(stdout, SW_TINT_DIM, sw_slice_cstr(label));
    printf("%*s%.*s\n", sw_pad(sw_slice_cstr(label), LABEL_WIDTH), "", SW_FMT(text));
}

/* One label for a list; the rest stands below the first. */
static void on_lines(sw_arena *arena, const char *label, const sw_on *ons, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) line(i ? "" : label, sw_describe_on(arena, &ons[i]));
}

static void limit_lines(sw_arena *arena, const sw_rule *rule) {
    for (uint32_t i = 0; i < rule->limit_count; i++) {
        const sw_limit *limit = &rule->limits[i];
        sw_slice span =
            limit->n ? sw_cel_text(limit->n[0]) : sw_describe_span_words(arena, limit->span);
        static const char *const units[] = {" hours", " natural days", " working days", " months",
                                            "",       ", a moment"};
        static const char *const ends[] = {"day", "week", "month", "quarter", "year"};
        bool on = limit->span.to_end;
        line(i ? "" : "limit",
             sw_arena_printf(arena, "%.*s%s%s%s%s%.*s", SW_FMT(span),
                             limit->n ? units[limit->span.unit] : "",
                             on ? ", then to the end of the " : "",
                             on ? ends[limit->span.period] : "", limit->when ? ", if " : "",
                             SW_FMT(limit->when ? sw_cel_text(limit->when[0]) : SW_SLICE_NONE)));
    }
}

static void extend_lines(sw_arena *arena, const sw_rule *rule) {
    for (uint32_t i = 0; i < rule->extend_count; i++) {
        const sw_extend *extend = &rule->extends[i];
        sw_slice span = extend->amount.n ? sw_cel_text(extend->amount.n)
                                         : sw_describe_span_words(arena, extend->amount.span);
        sw_slice basis = sw_describe_basis(arena, extend->basis, extend->basis_count);
        line(i ? "" : "extended",
             sw_arena_printf(arena, "%s %.*s by %.*s%s%.*s", extend->to ? "to" : "by another",
                             SW_FMT(span), SW_FMT(sw_describe_on(arena, &extend->on)),
                             basis.len ? " · " : "", SW_FMT(basis)));
    }
}

static void pause_lines(sw_arena *arena, const sw_rule *rule) {
    for (uint32_t i = 0; i < rule->pause_count; i++)
        line(i ? "" : "paused",
             sw_arena_printf(arena, "from %.*s to %.*s",
                             SW_FMT(sw_describe_on(arena, &rule->pauses[i].from)),
                             SW_FMT(sw_describe_on(arena, &rule->pauses[i].to))));
}

static void count_lines(sw_arena *arena, const sw_rule *rule) {
    for (uint32_t i = 0; i < rule->count_count; i++) {
        const sw_count_choice *choice = &rule->counts[i];
        sw_slice how = sw_describe_count(arena, &choice->count);
        line(i ? "" : "counted",
             sw_arena_printf(arena, "%.*s%s%.*s", SW_FMT(how.len ? how : SW_S("plainly")),
                             choice->when ? ", if " : "",
                             SW_FMT(choice->when ? sw_cel_text(choice->when[0]) : SW_SLICE_NONE)));
    }
    if (rule->caution) {
        sw_slice how = sw_describe_count(arena, rule->caution);
        line("caution", how.len ? how : SW_S("counted plainly"));
    }
    if (rule->liberty) line("liberty", SW_S("a person's liberty: it never rolls forward"));
}

static void fact_lines(sw_arena *arena, const sw_rule *rule) {
    for (uint32_t i = 0; i < rule->fact_count; i++)
        for (uint32_t j = 0; j < rule->facts[i].from_count; j++) {
            const sw_fact_source *from = &rule->facts[i].from[j];
            line(i || j ? "" : "facts",
                 sw_arena_printf(arena, "%.*s is %.*s by %.*s", SW_FMT(rule->facts[i].name),
                                 SW_FMT(sw_cel_text(from->value)), SW_FMT(from->type->name)));
        }
}

static void before_lines(sw_arena *arena, const sw_rule *rule) {
    for (uint32_t i = 0; i < rule->before_count; i++) {
        const sw_before *before = &rule->befores[i];
        bool ever = before->within.form == SW_WINDOW_NONE;
        line(i               ? ""
             : rule->forbids ? "forbids"
                             : "requires",
             sw_arena_printf(
                 arena, "%.*s%s%.*s%s", SW_FMT(sw_describe_on(arena, &before->on)),
                 ever ? "" : ", within ",
                 SW_FMT(ever ? SW_SLICE_NONE : sw_describe_window(arena, before->within)),
                 before->or_same ? ", or at the same time" : ""));
    }
}

static sw_slice field_names(sw_arena *arena, const sw_rule *rule, const sw_fields *fields) {
    sw_slice names[16];
    uint32_t count = 0;
    for (; count < fields->count && count < SW_COUNT(names); count++)
        names[count] = rule->ons[0].type->fields[fields->slots[count]].name;
    return sw_describe_list(arena, names, count, ", ");
}

static void count_of_lines(sw_arena *arena, const sw_rule *rule) {
    if (rule->distinct.count) line("distinct", field_names(arena, rule, &rule->distinct));
    if (rule->once.count)
        line("once per", sw_arena_printf(arena, "%.*s within %.*s",
                                         SW_FMT(field_names(arena, rule, &rule->once)),
                                         SW_FMT(sw_describe_length(arena, rule->once_ms))));
    for (uint32_t i = 0; i < rule->except_count; i++)
        line(i ? "" : "except",
             sw_arena_printf(arena, "%.*s of the same %.*s",
                             SW_FMT(sw_describe_on(arena, &rule->excepts[i].on)),
                             SW_FMT(field_names(arena, rule, &rule->excepts[i].by))));
    if (rule->weights) line("weight", sw_cel_text(rule->weights[0]));
}

static void other_lines(sw_arena *arena, const sw_rule *rule) {
    on_lines(arena, "on", rule->ons, rule->on_count);
    before_lines(arena, rule);
    if (rule->left.type) on_lines(arena, "left", &rule->left, 1);
    if (rule->right.type) on_lines(arena, "right", &rule->right, 1);
    if (rule->where) line("where", sw_cel_text(rule->where));
    if (rule->kind == SW_THRESHOLD || rule->kind == SW_MATCH)
        line("within", sw_describe_window(arena, rule->within));
    if (rule->baseline)
        line("baseline", sw_arena_printf(arena, "%u windows before", rule->baseline));
    count_of_lines(arena, rule);
    if (rule->kind == SW_MATCH)
        line("at most", sw_arena_printf(arena, "%u pairs of one key", rule->max_pairs));
    if (rule->settle_ms) line("settles", sw_describe_length(arena, rule->settle_ms));
}

static void basis_lines(sw_arena *arena, const sw_rule *rule) {
    for (uint32_t i = 0; i < rule->basis_count; i++) {
        const sw_basis *basis = &rule->basis[i];
        line(i ? "" : "basis", sw_describe_basis(arena, basis, 1));
        line("", basis->text);
    }
    if (rule->local_default)
        line("number", SW_S("a local default: a bureau may change it"));
    else
        line("number", rule->number_source);
}

static const sw_column columns[] = {
    {"  level", false, 0}, {"等级", false, 0},  {"at", false, 0},
    {"to", false, 0},      {"again", false, 0},
};

static bool level_row(sw_table *table, sw_arena *arena, const sw_warn *warn, sw_slice at) {
    sw_slice repeat = SW_SLICE_NONE;
    if (warn->repeat_every_ms)
        repeat = sw_arena_printf(arena, "every %.*s, %u times",
                                 SW_FMT(sw_describe_length(arena, warn->repeat_every_ms)),
                                 warn->repeat_max);
    sw_tint tint = (sw_tint)(SW_TINT_GREEN + (int)warn->level);
    const sw_cell cells[SW_COUNT(columns)] = {
        {sw_arena_printf(arena, "  %s", sw_level_name(warn->level)), tint},
        {sw_slice_cstr(sw_level_name_zh(warn->level)), tint},
        {at, SW_TINT_NONE},
        {sw_describe_list(arena, warn->to, warn->to_count, ", "), SW_TINT_NONE},
        {repeat, SW_TINT_NONE},
    };
    return sw_table_add(table, cells);
}

static void level_table(sw_arena *arena, const sw_rule *rule) {
    sw_table table;
    bool whole = true;
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (uint32_t i = 0; i < rule->warn_count; i++)
        whole &= level_row(&table, arena, &rule->warns[i], rule->warns[i].at_text);
    for (uint32_t i = 0; i < rule->level_count; i++)
        whole &=
            level_row(&table, arena, &rule->levels[i].warn, sw_describe_number(arena, rule, i));
    if (!rule->warn_count && !rule->level_count)
        whole &= level_row(&table, arena, &rule->warn, SW_S("at once"));
    putchar('\n');
    if (whole) sw_table_print(&table, stdout);
}

static sw_slice key_text(sw_arena *arena, const sw_ruleset *set, const sw_rule *rule) {
    sw_slice names[16];
    uint32_t count = 0;
    for (; count < rule->key_count && count < SW_COUNT(names); count++)
        names[count] = sw_catalogue_key_name(sw_ruleset_catalogue(set), rule->key_ids[count]);
    return sw_describe_list(arena, names, count, ", ");
}

static void head(sw_arena *arena, const sw_ruleset *set, const sw_rule *rule) {
    sw_print_tinted(stdout, SW_TINT_BOLD, rule->id);
    printf("  %.*s\n", SW_FMT(rule->name));
    line("", rule->name_en);
    line("", rule->text);
    line("kind", sw_slice_cstr(sw_kind_name(rule->kind)));
    line("severity", sw_slice_cstr(sw_severity_name(rule->severity)));
    line("domain", rule->domain);
    line("element", rule->element);
    line("tier", rule->tier);
    line("compartment", rule->compartment);
    line("pack", sw_arena_printf(arena, "%.*s@%.*s", SW_FMT(rule->pack->name),
                                 SW_FMT(rule->pack->version)));
    line("in force",
         sw_arena_printf(
             arena, "%.*s – %.*s",
             SW_FMT(sw_describe_time(arena, rule->pack->zone, rule->from_ms, "always")),
             SW_FMT(sw_describe_time(arena, rule->pack->zone, rule->until_ms, "further on"))));
    line("key", key_text(arena, set, rule));
}

static void show(sw_arena *arena, const sw_ruleset *set, const sw_rule *rule) {
    head(arena, set, rule);
    fact_lines(arena, rule);
    on_lines(arena, "starts by", rule->starts, rule->start_count);
    on_lines(arena, "ends by", rule->stops, rule->stop_count);
    on_lines(arena, "cancelled by", rule->cancels, rule->cancel_count);
    on_lines(arena, "restarted by", rule->restarts, rule->restart_count);
    pause_lines(arena, rule);
    limit_lines(arena, rule);
    extend_lines(arena, rule);
    count_lines(arena, rule);
    other_lines(arena, rule);
    basis_lines(arena, rule);
    line("note", rule->note);
    line("stands at", sw_arena_printf(arena, "%.*s:%u", SW_FMT(rule->file), rule->line));
    level_table(arena, rule);
}

static bool report(sw_arena *arena, const sw_rule_line *versions) {
    sw_buf buf;
    sw_buf_init(&buf, REPORT_BYTES);
    sw_buf_add_byte(&buf, '[');
    for (uint32_t i = 0; i < versions->version_count; i++) {
        if (i) sw_buf_add_byte(&buf, ',');
        sw_rule_json(&buf, versions->versions[i], arena);
    }
    sw_buf_add_byte(&buf, ']');
    bool written = sw_report_print(&buf);
    sw_buf_done(&buf);
    return written;
}

static const sw_rule_line *find_line(const sw_ruleset *set, sw_slice id) {
    for (uint32_t i = 0; i < sw_ruleset_line_count(set); i++)
        if (sw_slice_eq(sw_ruleset_line(set, i)->id, id)) return sw_ruleset_line(set, i);
    return NULL;
}

static int no_rule(sw_arena *arena, const sw_ruleset *set, const char *id) {
    uint32_t count = sw_ruleset_line_count(set);
    const char **ids = sw_arena_zero(arena, count + 1, sizeof *ids);
    const char *nearest = NULL;
    for (uint32_t i = 0; ids && i < count; i++)
        ids[i] = sw_arena_printf(arena, "%.*s", SW_FMT(sw_ruleset_line(set, i)->id)).ptr;
    if (ids) nearest = sw_nearest(sw_slice_cstr(id), ids, count);
    fprintf(stderr, "seawall rules show: there is no rule '%s'%s%s%s\n", id,
            nearest ? "; did you mean '" : "; `seawall rules list` names them",
            nearest ? nearest : "", nearest ? "'?" : "");
    return SW_EXIT_FAILED;
}

static int show_rule(const sw_cli *cli, sw_arena *arena) {
    sw_load load;
    if (!sw_load_rules(&load, arena, cli, "cn-police")) return SW_EXIT_USAGE;
    const sw_rule_line *versions = find_line(load.set, sw_slice_cstr(cli->args[0]));
    if (!versions) return no_rule(arena, load.set, cli->args[0]);
    if (cli->json) return report(arena, versions) ? SW_EXIT_OK : SW_EXIT_FAILED;
    for (uint32_t i = 0; i < versions->version_count; i++) {
        if (i) putchar('\n');
        show(arena, load.set, versions->versions[i]);
    }
    return SW_EXIT_OK;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, show_rule);
}

const sw_command sw_cmd_rules_show = {"show", "one rule in words", run};
