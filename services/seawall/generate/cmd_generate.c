#include <errno.h>
#include <stdio.h>

#include "seawall/cli/report.h"
#include "seawall/cli/term.h"
#include "seawall/generate/coverage/coverage.h"
#include "seawall/generate/generate.h"
#include "seawall/generate/people.h"
#include "seawall/input/load.h"
#include "text/json.h"
#include "text/time.h"

#define PROCESS_BYTES    ((size_t)1 << 30)
#define OUTPUT_BYTES     ((size_t)1 << 20)
#define CASES_MAX        50000000
#define STATIONS_DEFAULT 25
#define ELEMENTS_MAX     16u

typedef struct generate_command {
    sw_generate_options options;
    sw_generate_stats stats;
    sw_coverage *coverage; /* NULL: not asked for */
    FILE *to;
    sw_progress progress;
    uint64_t bytes;
    struct {
        sw_slice element;
        uint64_t events;
    } elements[ELEMENTS_MAX];
    uint32_t element_count;
} generate_command;

static const sw_cli_option options[] = {
    {"seed", "N", "another number, another county (default: 1)", false},
    {"cases", "N", "how many lives begin, at the county's pace", false},
    {"span", "day|month|year", "or for how long they begin (default: day)", false},
    {"start", "DATE", "the first day (default: 2026-01-01)", false},
    {"stations", "N", "2 to 99 (default: 25)", false},
    {"org", "CODE", "six digits of the county (default: 320981)", false},
    {"late", "PCT", "events received hours or days after they were recorded (default: 3)", false},
    {"duplicates", "PCT", "events sent again (default: 1)", false},
    {"corrections", "PCT", "events corrected or retracted later (default: 1)", false},
    {"cut", NULL, "stop when the span is over, without what comes after it", false},
    {"coverage", NULL, "print which rules the events exercise, as the evaluator sees it", false},
    {"directory", NULL, "the county's units and officers instead of its events, as YAML", false},
    {"out", "FILE", "where the events go (default: standard output)", false},
    SW_LOAD_OPTIONS,
};

static const sw_cli_spec spec = {
    .command = "generate",
    .summary = "makes up the case events of a county from a seed, one CloudEvent in JSON a line",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "The same seed gives the same bytes. Lives that begin are followed to their end.\n"
             "--coverage prints on standard output, or on standard error where the events are.\n\n"
             "  seawall generate --span month --coverage --out month.jsonl\n",
};

static sw_err take(void *ctx, const sw_event_type *type, sw_slice line) {
    generate_command *cmd = ctx;
    uint32_t i = 0;
    while (i < cmd->element_count && !sw_slice_eq(cmd->elements[i].element, type->element)) i++;
    if (i == cmd->element_count && i < ELEMENTS_MAX)
        cmd->elements[cmd->element_count++].element = type->element;
    if (i < ELEMENTS_MAX) cmd->elements[i].events++;
    cmd->bytes += line.len;
    if (cmd->coverage) {
        sw_err err = sw_coverage_take(cmd->coverage, sw_slice_sub(line, 0, line.len - 1));
        if (err) return err;
    }
    return fwrite(line.ptr, 1, line.len, cmd->to) == line.len ? SW_OK : SW_E_IO;
}

static void progressed(void *ctx, uint64_t done, uint64_t whole) {
    generate_command *cmd = ctx;
    cmd->progress.total = whole;
    sw_progress_at(&cmd->progress, done);
}

static bool read_number(const sw_cli *cli, const char *name, int64_t low, int64_t high,
                        int64_t fallback, int64_t *ret, int *ret_exit) {
    const char *text = sw_cli_value(cli, name);
    *ret = fallback;
    if (!text) return true;
    if (sw_slice_int(sw_slice_cstr(text), ret) && *ret >= low && *ret <= high) return true;
    *ret_exit = sw_cli_usage(&spec, "--%s takes a number from %lld to %lld, not '%s'", name,
                             (long long)low, (long long)high, text);
    return false;
}

static bool read_start(const sw_cli *cli, int64_t *ret_day, int *ret_exit) {
    const char *text = sw_cli_value(cli, "start");
    char whole[32];
    int64_t ms;
    if (!text) text = "2026-01-01";
    int n = snprintf(whole, sizeof whole, "%sT00:00:00Z", text);
    if (strlen(text) == 10 && n > 0 && sw_time_parse_ms(sw_slice_cstr(whole), &ms) == SW_OK &&
        ms >= 946684800000 && ms < 4102444800000)
        return *ret_day = ms / 86400000, true;
    *ret_exit = sw_cli_usage(
        &spec, "--start takes a date of the years 2000 to 2099 like 2026-03-01, not '%s'", text);
    return false;
}

static bool read_span(const sw_cli *cli, sw_generate_options *ret, int *ret_exit) {
    static const struct {
        const char *name;
        int32_t months;
    } spans[] = {{"day", 0}, {"month", 1}, {"year", 12}};
    const char *text = sw_cli_value(cli, "span");
    if (text && sw_cli_has(cli, "cases"))
        return *ret_exit = sw_cli_usage(&spec, "--cases and --span exclude each other"), false;
    for (size_t i = 0; i < SW_COUNT(spans); i++) {
        if (strcmp(text ? text : "day", spans[i].name) != 0) continue;
        int64_t year, day = ret->county.start_day;
        int32_t month, of_month;
        sw_date_from_days(day, &year, &month, &of_month);
        int64_t index = year * 12 + month - 1 + spans[i].months;
        int64_t to_year = index / 12;
        int32_t to_month = (int32_t)(index % 12) + 1, last = sw_days_in_month(to_year, to_month);
        if (of_month > last) of_month = last;
        int64_t end = sw_days_from_date(to_year, to_month, of_month);
        return ret->days = spans[i].months ? end - day : 1, true;
    }
    *ret_exit = sw_cli_usage(&spec, "--span takes day, month or year, not '%s'", text);
    return false;
}

static bool read_org(const sw_cli *cli, char ret[7], int *ret_exit) {
    const char *text = sw_cli_value(cli, "org");
    if (!text) text = "320981";
    bool ok = strlen(text) == 6 && strspn(text, "0123456789") == 6;
    if (!ok)
        *ret_exit = sw_cli_usage(&spec, "--org takes the six digits of a county, not '%s'", text);
    else
        memcpy(ret, text, 7);
    return ok;
}

static bool read_options(const sw_cli *cli, sw_generate_options *ret, int *ret_exit) {
    int64_t seed, cases, stations, late, duplicates, corrections;
    if (!read_number(cli, "seed", 0, INT64_MAX, 1, &seed, ret_exit) ||
        !read_number(cli, "cases", 1, CASES_MAX, 0, &cases, ret_exit) ||
        !read_number(cli, "stations", 2, COUNTY_STATIONS_MAX, STATIONS_DEFAULT, &stations,
                     ret_exit) ||
        !read_number(cli, "late", 0, 100, 3, &late, ret_exit) ||
        !read_number(cli, "duplicates", 0, 100, 1, &duplicates, ret_exit) ||
        !read_number(cli, "corrections", 0, 100, 1, &corrections, ret_exit) ||
        !read_start(cli, &ret->county.start_day, ret_exit) ||
        !read_org(cli, ret->county.org, ret_exit) || !read_span(cli, ret, ret_exit))
        return false;
    ret->county.seed = (uint64_t)seed;
    ret->county.stations = (uint32_t)stations;
    ret->county.late_pct = (uint32_t)late;
    ret->county.duplicate_pct = (uint32_t)duplicates;
    ret->county.correction_pct = (uint32_t)corrections;
    ret->cases = (uint64_t)cases;
    ret->cut = sw_cli_has(cli, "cut");
    return true;
}

/* The days off of the county; without a calendar only its weekends. */
static bool load_calendar(const sw_cli *cli, sw_arena *arena, const sw_calendar **ret) {
    uint32_t count;
    const char *const *given = sw_cli_values(cli, "calendar", &count);
    const char *packs = sw_packs_dir(arena);
    const char *path = count ? given[0] : NULL;
    sw_diags diags;
    *ret = sw_calendar_plain();
    if (!path && packs) path = sw_arena_printf(arena, "%s/calendars/cn.yaml", packs).ptr;
    if (!path) return true;
    sw_diags_init(&diags, arena, sw_slice_cstr(path), 100);
    if (sw_calendar_load(arena, path, &diags, ret) == SW_OK) return true;
    sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
    return false;
}

/* Lives of one title, counted together; `i` is the first of them. */
static uint64_t begun_of(const generate_command *cmd, uint32_t i) {
    const sw_script *script = cmd->options.script;
    const char *title = sw_script_life(script, i)->title;
    uint64_t n = 0;
    for (uint32_t k = 0; k < sw_script_life_count(script); k++) {
        const char *other = sw_script_life(script, k)->title;
        if (!other || strcmp(other, title) != 0) continue;
        if (k < i) return 0;
        n += cmd->stats.begun[k];
    }
    return n;
}

static void summarise(const generate_command *cmd) {
    const sw_flow_stats *flow = &cmd->stats.flow;
    uint64_t written = 0;
    for (uint32_t i = 0; i < cmd->element_count; i++) written += cmd->elements[i].events;
    fprintf(stderr, "%llu lives began; %llu events, %.1f MB\n",
            (unsigned long long)cmd->stats.cases, (unsigned long long)written,
            (double)cmd->bytes / 1e6);
    fprintf(stderr, "events by element:");
    for (uint32_t i = 0; i < cmd->element_count; i++)
        fprintf(stderr, "%s %.*s %llu", i ? "," : "", SW_FMT(cmd->elements[i].element),
                (unsigned long long)cmd->elements[i].events);
    fprintf(stderr, "\nby kind:");
    bool first = true;
    for (uint32_t i = 0; i < sw_script_life_count(cmd->options.script); i++) {
        const char *title = sw_script_life(cmd->options.script, i)->title;
        uint64_t n = title ? begun_of(cmd, i) : 0;
        if (n) fprintf(stderr, "%s %s %llu", first ? "" : ",", title, (unsigned long long)n);
        if (n) first = false;
    }
    fprintf(stderr,
            "\nplanted: %llu late, %llu sent again, %llu corrected, %llu retracted, "
            "%llu transfers, %llu delays beyond the usual\n",
            (unsigned long long)flow->late, (unsigned long long)flow->duplicates,
            (unsigned long long)flow->corrected, (unsigned long long)flow->retracted,
            (unsigned long long)cmd->stats.moves, (unsigned long long)cmd->stats.overruns);
}

static void add_count(sw_buf *buf, bool *first, const char *name, uint64_t n) {
    sw_report_int(buf, first, name, (int64_t)n);
}

static void summarise_json(const generate_command *cmd) {
    const sw_flow_stats *flow = &cmd->stats.flow;
    sw_buf buf;
    bool first = true, inner = true;
    sw_buf_init(&buf, OUTPUT_BYTES);
    sw_buf_add_byte(&buf, '{');
    add_count(&buf, &first, "cases", cmd->stats.cases);
    add_count(&buf, &first, "bytes", cmd->bytes);
    add_count(&buf, &first, "told", flow->events);
    add_count(&buf, &first, "late", flow->late);
    add_count(&buf, &first, "duplicates", flow->duplicates);
    add_count(&buf, &first, "corrected", flow->corrected);
    add_count(&buf, &first, "retracted", flow->retracted);
    add_count(&buf, &first, "transfers", cmd->stats.moves);
    add_count(&buf, &first, "overruns", cmd->stats.overruns);
    add_count(&buf, &first, "waiting_max", cmd->stats.waiting_max);
    sw_report_name(&buf, &first, "elements");
    sw_buf_add_byte(&buf, '{');
    for (uint32_t i = 0; i < cmd->element_count; i++) {
        if (!inner) sw_buf_add_byte(&buf, ',');
        inner = false;
        sw_json_write_string(&buf, cmd->elements[i].element);
        sw_buf_add_byte(&buf, ':');
        sw_buf_add_int(&buf, (int64_t)cmd->elements[i].events);
    }
    sw_buf_add_cstr(&buf, "}}\n");
    fwrite(buf.ptr, 1, buf.len, stderr);
    sw_buf_done(&buf);
}

static int finish(generate_command *cmd, const sw_cli *cli, sw_err err, sw_diags *diags) {
    FILE *report = cmd->to == stdout ? stderr : stdout;
    sw_progress_done(&cmd->progress);
    if (!err && fflush(cmd->to) != 0) err = SW_E_IO;
    if (!err && cli->json)
        summarise_json(cmd);
    else if (!err)
        summarise(cmd);
    if (!err && cmd->coverage) err = sw_coverage_print(cmd->coverage, cli->json, report);
    if (!err) return SW_EXIT_OK;
    sw_print_diags(stderr, diags, "error", SW_TINT_RED);
    fprintf(stderr, "seawall generate: stopped: %s\n",
            err == SW_E_IO ? strerror(errno) : sw_err_name(err));
    return SW_EXIT_FAILED;
}

static int generate(generate_command *cmd, const sw_cli *cli, sw_load *load, sw_arena *arena) {
    const char *out = sw_cli_value(cli, "out");
    if (!load_calendar(cli, arena, &cmd->options.county.calendar)) return SW_EXIT_USAGE;
    if (sw_script_new(arena, load->catalogue, &load->diags, &cmd->options.script) != SW_OK) {
        sw_print_diags(stderr, &load->diags, "error", SW_TINT_RED);
        fprintf(stderr, "seawall generate: the lives need the catalogue of deploy/packs\n");
        return SW_EXIT_USAGE;
    }
    cmd->stats.begun =
        sw_arena_zero(arena, sw_script_life_count(cmd->options.script), sizeof(uint64_t));
    if (!cmd->stats.begun) return SW_EXIT_FAILED;
    if (out && !(cmd->to = fopen(out, "we"))) {
        fprintf(stderr, "seawall generate: %s can't be written: %s\n", out, strerror(errno));
        return SW_EXIT_FAILED;
    }
    setvbuf(cmd->to, NULL, _IOFBF, OUTPUT_BYTES);
    sw_err err = SW_OK;
    if (sw_cli_has(cli, "coverage"))
        err = sw_coverage_open(load->set, &load->diags, &cmd->coverage);
    sw_progress_init(&cmd->progress, "generating", 0);
    if (!err) err = sw_generate_run(&cmd->options, &cmd->stats);
    int code = finish(cmd, cli, err, &load->diags);
    sw_coverage_close(cmd->coverage);
    if (out && fclose(cmd->to) != 0) code = SW_EXIT_FAILED;
    return code;
}

static int write_people(const sw_county *county, const char *out) {
    FILE *to = out ? fopen(out, "we") : stdout;
    sw_buf text;
    sw_buf_init(&text, (size_t)16 << 20);
    sw_people_write(county, &text);
    bool good = to && !text.err && fwrite(text.ptr, 1, text.len, to) == text.len;
    sw_buf_done(&text);
    if (to) good = (out ? fclose(to) : fflush(to)) == 0 && good;
    if (!good) fprintf(stderr, "seawall generate: the directory can't be written\n");
    return good ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    generate_command cmd = {.to = stdout};
    sw_load load;
    int code;
    if (!read_options(cli, &cmd.options, &code)) return code;
    if (sw_cli_has(cli, "directory"))
        return write_people(&cmd.options.county, sw_cli_value(cli, "out"));
    cmd.options.ctx = &cmd;
    cmd.options.take = take;
    cmd.options.progress = progressed;
    bool loaded = sw_cli_has(cli, "coverage") ? sw_load_rules(&load, arena, cli, "cn-police")
                                              : sw_load_catalogue(&load, arena, cli);
    return loaded ? generate(&cmd, cli, &load, arena) : SW_EXIT_USAGE;
}

static int run(int argc, char **argv) {
    sw_arena arena;
    sw_cli cli;
    int code;
    sw_arena_init(&arena, PROCESS_BYTES);
    if (sw_cli_parse(&spec, argc, argv, &arena, &cli, &code)) code = run_parsed(&cli, &arena);
    sw_arena_done(&arena);
    return code;
}

const sw_command sw_cmd_generate = {"generate", "make up a county's case events from a seed", run};
