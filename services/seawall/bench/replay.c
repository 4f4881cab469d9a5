/* seawall bench replay: what recorded events cost, step by step, in events per CPU second. */
#include <stdio.h>
#include <stdlib.h>

#include "rules/use.h"
#include "seawall/bench/bench.h"
#include "seawall/cli/term.h"
#include "seawall/input/event_reader.h"
#include "seawall/input/load.h"
#include "seawall/input/replay_options.h"
#include "seawall/replay/text/replay_text.h"

#define PROCESS_BYTES   ((size_t)8 << 30)
#define SCRATCH_BYTES   ((size_t)256 << 20)
#define KEYS_MAX        1024u
#define EVALUATE_TARGET 150000.0
#define REPLAY_TARGET   80000.0

/* One event on its way to one book. */
typedef struct delivery {
    uint32_t key_id;
    sw_slice value;
    int64_t clock_ms;
    const sw_event *event;
} delivery;

typedef struct replay_bench {
    sw_arena arena, scratch; /* arena: decoded events */
    const sw_catalogue *catalogue;
    const sw_ruleset *set;
    sw_event **events;
    delivery *deliveries;
    uint64_t event_count, event_cap, delivery_count, delivery_cap, books, told;
    sw_buf line;
    FILE *sink;
    sw_replay *replay;
} replay_bench;

static const sw_cli_option options[] = {
    SW_LOAD_OPTIONS,
    {"events", "FILE", "events, one CloudEvent in JSON a line", true},
    SW_REPLAY_TIME_OPTIONS,
};

static const sw_cli_spec spec = {
    .command = "bench replay",
    .summary = "measures reading, evaluating and replaying of recorded events, each by itself",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "  seawall generate --cases 20000 --seed 1 --out year.jsonl\n"
             "  seawall bench replay --rules deploy/packs/cn-police --events year.jsonl\n",
};

static bool grow(void *list, uint64_t count, uint64_t *cap, size_t size) {
    void **ptr = list;
    if (count < *cap) return true;
    uint64_t more = *cap ? *cap * 2 : 1024;
    void *bigger = sw_heap_resize(*ptr, more * size);
    if (!bigger) return false;
    *ptr = bigger;
    *cap = more;
    return true;
}

/* ---- reading: JSON to checked events, which are thrown away */

static sw_err count_event(void *ctx, const sw_event *event, sw_origin origin) {
    (void)event;
    (void)origin;
    ((replay_bench *)ctx)->event_count++;
    return SW_OK;
}

/* ---- evaluating: decoded events to books, as replay orders them */

static sw_err keep_event(void *ctx, const sw_event *event, sw_origin origin) {
    replay_bench *b = ctx;
    sw_event *kept;
    (void)origin;
    sw_buf_clear(&b->line);
    sw_err err = sw_event_to_pb(event, &b->line);
    sw_slice bytes;
    if (err || !sw_arena_copy(&b->arena, sw_buf_slice(&b->line), &bytes))
        return err ? err : SW_E_NOMEM;
    err = sw_event_from_pb(&b->arena, b->catalogue, bytes, NULL, &kept);
    if (err || !grow(&b->events, b->event_count, &b->event_cap, sizeof *b->events))
        return err ? err : SW_E_NOMEM;
    b->events[b->event_count++] = kept;
    return SW_OK;
}

static sw_err deliver(replay_bench *b, const sw_event *event, uint32_t key_id) {
    sw_slice values[KEYS_MAX];
    uint32_t uses;
    (void)sw_ruleset_uses_by_key(b->set, event->type, key_id, &uses);
    uint32_t count = uses ? sw_event_key_values(event, key_id, values, KEYS_MAX, &b->arena) : 0;
    if (count > KEYS_MAX) return SW_E_LIMIT;
    for (uint32_t i = 0; i < count; i++) {
        if (!grow(&b->deliveries, b->delivery_count, &b->delivery_cap, sizeof *b->deliveries))
            return SW_E_NOMEM;
        b->deliveries[b->delivery_count++] =
            (delivery){key_id, values[i], sw_event_clock(event), event};
    }
    return SW_OK;
}

static int compare_deliveries(const void *left, const void *right) {
    const delivery *a = left, *b = right;
    if (a->key_id != b->key_id) return a->key_id < b->key_id ? -1 : 1;
    int c = sw_slice_cmp(a->value, b->value);
    if (c != 0) return c;
    if (a->clock_ms != b->clock_ms) return a->clock_ms < b->clock_ms ? -1 : 1;
    return sw_hash128_cmp(a->event->identity, b->event->identity);
}

static sw_err count_telling(void *ctx, const sw_transition *transition) {
    (void)transition;
    ((replay_bench *)ctx)->told++;
    return SW_OK;
}

/* All of one book, from deliveries[from] to before [to]. */
static sw_err play_book(replay_bench *b, const sw_plan *plan, uint64_t from, uint64_t to) {
    const sw_sink sink = {b, count_telling, NULL};
    sw_book *book;
    sw_err err = sw_book_open(plan, b->deliveries[from].value, &book);
    if (err) return err;
    for (uint64_t i = from; !err && i < to; i++) {
        const delivery *d = &b->deliveries[i];
        bool new_moment = i == from || d->clock_ms > d[-1].clock_ms;
        bool last_of_moment = i + 1 == to || d[1].clock_ms > d->clock_ms;
        if (new_moment && i > from && sw_book_next(book) < d->clock_ms)
            err = sw_book_tell(book, d->clock_ms - 1, &b->scratch, &sink);
        if (!err) err = sw_book_take(book, d->event, &b->scratch);
        if (!err && last_of_moment) err = sw_book_tell(book, d->clock_ms, &b->scratch, &sink);
        sw_arena_reset(&b->scratch);
    }
    if (!err) err = sw_book_tell(book, SW_TIME_LAST_MS, &b->scratch, &sink);
    sw_arena_reset(&b->scratch);
    sw_book_close(book);
    b->books++;
    return err;
}

static sw_err evaluate(replay_bench *b) {
    const sw_plan *plan = NULL;
    sw_err err = SW_OK;
    for (uint64_t from = 0, to; !err && from < b->delivery_count; from = to) {
        const delivery *first = &b->deliveries[from];
        for (to = from + 1; to < b->delivery_count; to++)
            if (b->deliveries[to].key_id != first->key_id ||
                !sw_slice_eq(b->deliveries[to].value, first->value))
                break;
        if (!plan || sw_plan_key(plan) != first->key_id)
            err = sw_plan_new(&b->arena, b->set, first->key_id, &plan);
        if (!err) err = play_book(b, plan, from, to);
    }
    return err;
}

/* ---- replaying: the whole command, its lines to nowhere */

static sw_err add_event(void *ctx, const sw_event *event, sw_origin origin) {
    return sw_replay_add(((replay_bench *)ctx)->replay, event, origin);
}

static sw_err print_telling(void *ctx, const sw_telling *telling) {
    replay_bench *b = ctx;
    const sw_replay_text_format *format = sw_replay_text_format_find("jsonl");
    sw_buf_clear(&b->line);
    sw_err err = format->render(telling, &b->line);
    return err || format->print(b->sink, sw_buf_slice(&b->line)) ? err : SW_E_IO;
}

static void ignore_refused(void *ctx, sw_origin origin, sw_err code, sw_slice source, sw_slice id) {
    (void)ctx, (void)origin, (void)code, (void)source, (void)id;
}

static sw_err replay_all(replay_bench *b, sw_event_reader *reader,
                         sw_replay_options *replay_options, sw_diags *diags) {
    replay_options->set = b->set;
    replay_options->ctx = b;
    replay_options->tell = print_telling;
    replay_options->refused = ignore_refused;
    reader->take = add_event;
    sw_err err = sw_replay_open(replay_options, diags, &b->replay);
    if (!err) err = sw_event_reader_run(reader);
    return err ? err : sw_replay_run(b->replay);
}

/* ---- the report */

typedef struct step {
    const char *name, *what;
    double target; /* events per CPU second; 0: none */
    double cpu_s;
} step;

static void print_steps(const step *steps, size_t count, double events, bool json) {
    for (size_t i = 0; i < count; i++) {
        double rate = steps[i].cpu_s > 0 ? events / steps[i].cpu_s : 0;
        bool met = rate >= steps[i].target;
        if (json)
            printf("{\"step\":\"%s\",\"events\":%.0f,\"cpu_s\":%.3f,\"events_per_cpu_s\":%.0f,"
                   "\"target\":%.0f,\"met\":%s}\n",
                   steps[i].name, events, steps[i].cpu_s, rate, steps[i].target,
                   met ? "true" : "false");
        else
            printf("%-9s %10.0f events per CPU second  %6.2f us each  %s%s\n", steps[i].name, rate,
                   steps[i].cpu_s * 1e6 / events, steps[i].what,
                   steps[i].target == 0 ? ""
                   : met                ? " (target met)"
                                        : " (TARGET MISSED)");
    }
}

static sw_err measure(replay_bench *b, sw_event_reader *reader, sw_replay_options *replay_options,
                      sw_diags *diags, bool json) {
    step steps[] = {
        {"read", "JSON lines to checked events", 0, 0},
        {"evaluate", "decoded events to warnings, target 150,000", EVALUATE_TARGET, 0},
        {"replay", "the whole command, lines to /dev/null, target 80,000", REPLAY_TARGET, 0}};
    sw_bench_meter start = sw_bench_now();
    reader->take = count_event;
    sw_err err = sw_event_reader_run(reader);
    steps[0].cpu_s = sw_bench_since(start).cpu_s;
    b->event_count = 0;
    reader->take = keep_event;
    if (!err) err = sw_event_reader_run(reader);
    for (uint64_t i = 0; !err && i < b->event_count; i++)
        for (uint32_t k = 0; !err && k < b->events[i]->type->key_count; k++)
            err = deliver(b, b->events[i], b->events[i]->type->keys[k].key_id);
    if (b->delivery_count)
        qsort(b->deliveries, b->delivery_count, sizeof *b->deliveries, compare_deliveries);
    start = sw_bench_now();
    if (!err) err = evaluate(b);
    steps[1].cpu_s = sw_bench_since(start).cpu_s;
    start = sw_bench_now();
    if (!err) err = replay_all(b, reader, replay_options, diags);
    steps[2].cpu_s = sw_bench_since(start).cpu_s;
    if (err) return err;
    if (!json)
        printf("%llu events, %llu deliveries to %llu books, %llu transitions, %u rules\n",
               (unsigned long long)b->event_count, (unsigned long long)b->delivery_count,
               (unsigned long long)b->books, (unsigned long long)b->told,
               sw_ruleset_rule_count(b->set));
    print_steps(steps, SW_COUNT(steps), (double)b->event_count, json);
    return SW_OK;
}

static int run_loaded(replay_bench *b, sw_event_reader *reader, sw_replay_options *replay_options,
                      sw_diags *diags, bool json) {
    b->sink = fopen("/dev/null", "we");
    sw_arena_init(&b->arena, PROCESS_BYTES);
    sw_arena_init(&b->scratch, SCRATCH_BYTES);
    sw_buf_init(&b->line, SCRATCH_BYTES);
    sw_err err = b->sink ? measure(b, reader, replay_options, diags, json) : SW_E_IO;
    if (err) {
        sw_print_diags(stderr, diags, "error", SW_TINT_RED);
        fprintf(stderr, "seawall bench replay: stopped: %s\n", sw_err_name(err));
    }
    if (b->sink) fclose(b->sink);
    sw_replay_close(b->replay);
    sw_heap_free(b->events);
    sw_heap_free(b->deliveries);
    sw_buf_done(&b->line);
    sw_arena_done(&b->scratch);
    sw_arena_done(&b->arena);
    return err ? SW_EXIT_FAILED : SW_EXIT_OK;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_load load;
    replay_bench b = {.event_count = 0};
    sw_replay_options replay_options;
    sw_event_reader reader = {.ctx = &b, .quiet = true};
    int code;
    if (!sw_replay_options_read(&spec, cli, &replay_options, &code)) return code;
    reader.paths = sw_cli_values(cli, "events", &reader.path_count);
    if (reader.path_count == 0)
        return sw_cli_usage(&spec, "name recorded events with --events FILE");
    if (!sw_load_rules(&load, arena, cli, "cn-police")) return SW_EXIT_USAGE;
    b.set = load.set;
    b.catalogue = reader.catalogue = load.catalogue;
    return run_loaded(&b, &reader, &replay_options, &load.diags, cli->json);
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_bench_replay = {"replay", "recorded events: reading, evaluating, the whole",
                                    run};
