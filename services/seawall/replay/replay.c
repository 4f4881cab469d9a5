#include "seawall/replay/replay.h"

#include "seawall/replay/replay_route.h"
#include "seawall/replay/sort_key.h"

/* The contract's "until nothing more can fire within 10 years of the last event". */
#define HORIZON_MS     (3653LL * 24 * 3600 * 1000)
#define SCRATCH_BYTES  ((size_t)256 << 20)
#define LINE_BYTES_MAX ((size_t)16 << 20)
#define PROGRESS_EVERY 4096u

struct sw_replay {
    sw_replay_options options;
    sw_replay_stats stats;
    sw_diags *diags;
    sw_replay_route *route; /* accepted events by book */
    sw_sorter *tellings;
    sw_arena event_arena, scratch, set_arena;
    sw_buf line, key, explanation;
    int64_t last_ms; /* of any event: clock or time */
    sw_arena plan_arena;
    const sw_plan **plans; /* by key id; NULL until a book of the key comes */
    /* of the book that is being played */
    sw_book *book;
    uint64_t told;
};

sw_err sw_replay_open(const sw_replay_options *options, sw_diags *diags, sw_replay **ret) {
    SW_ASSERT(options->set && options->tell && options->refused);
    SW_ASSERT(options->memory_bytes > 0 && options->tmp_dir);
    sw_replay *replay = sw_heap_zero(1, sizeof *replay);
    if (!replay) return SW_E_NOMEM;
    replay->options = *options;
    replay->diags = diags;
    replay->last_ms = SW_TIME_NONE;
    sw_arena_init(&replay->event_arena, SCRATCH_BYTES);
    sw_arena_init(&replay->scratch, SCRATCH_BYTES);
    sw_arena_init(&replay->set_arena, SCRATCH_BYTES);
    sw_buf_init(&replay->line, LINE_BYTES_MAX);
    sw_buf_init(&replay->key, LINE_BYTES_MAX);
    sw_buf_init(&replay->explanation, LINE_BYTES_MAX);
    sw_arena_init(&replay->plan_arena, SCRATCH_BYTES);
    uint32_t keys = sw_catalogue_key_count(sw_ruleset_catalogue(options->set));
    replay->plans = sw_arena_zero(&replay->plan_arena, keys, sizeof(const sw_plan *));
    sw_err err = replay->plans ? SW_OK : SW_E_NOMEM;
    if (!err) err = sw_replay_route_open(options, diags, &replay->stats, &replay->route);
    if (!err) err = sw_sorter_open(options->memory_bytes / 2, options->tmp_dir, &replay->tellings);
    if (err) {
        sw_replay_close(replay);
        return err;
    }
    *ret = replay;
    return SW_OK;
}

void sw_replay_close(sw_replay *replay) {
    if (!replay) return;
    sw_replay_route_close(replay->route);
    sw_sorter_close(replay->tellings);
    sw_book_close(replay->book);
    sw_arena_done(&replay->event_arena);
    sw_arena_done(&replay->scratch);
    sw_arena_done(&replay->set_arena);
    sw_arena_done(&replay->plan_arena);
    sw_buf_done(&replay->line);
    sw_buf_done(&replay->key);
    sw_buf_done(&replay->explanation);
    sw_heap_free(replay);
}

const sw_replay_stats *sw_replay_stats_of(const sw_replay *replay) {
    return &replay->stats;
}

int64_t sw_event_clock(const sw_event *event) {
    if (event->received_ms != SW_TIME_NONE) return event->received_ms;
    return event->recorded_ms != SW_TIME_NONE ? event->recorded_ms : event->time_ms;
}

sw_err sw_replay_add(sw_replay *replay, const sw_event *event, sw_origin origin) {
    int64_t clock_ms = sw_event_clock(event);
    bool later =
        replay->options.known_at_ms != SW_TIME_NONE && clock_ms > replay->options.known_at_ms;
    replay->stats.events++;
    if (later) {
        replay->stats.later++;
        return SW_OK;
    }
    if (clock_ms > replay->last_ms) replay->last_ms = clock_ms;
    if (event->time_ms > replay->last_ms) replay->last_ms = event->time_ms;
    return sw_replay_route_add(replay->route, event, clock_ms, origin);
}

static int64_t end_of(const sw_replay *replay) {
    if (replay->options.until_ms != SW_TIME_NONE) return replay->options.until_ms;
    if (replay->last_ms == SW_TIME_NONE || replay->last_ms > SW_TIME_LAST_MS - HORIZON_MS)
        return SW_TIME_LAST_MS;
    return replay->last_ms + HORIZON_MS;
}

/* Encodes what is told, with its explanation, into replay->line. */
static sw_err encode(sw_replay *replay, const sw_transition *transition, const sw_warning *warning,
                     int64_t at_ms) {
    sw_err err = SW_OK;
    sw_buf_clear(&replay->line);
    sw_buf_clear(&replay->explanation);
    if (replay->options.explain)
        err = replay->options.explain(replay->options.ctx, replay->book, warning, at_ms,
                                      &replay->explanation);
    sw_telling_encode(transition, warning, sw_buf_slice(&replay->explanation), &replay->line);
    return err ? err : replay->line.err;
}

static sw_err keep(sw_replay *replay) {
    if (replay->key.err) return replay->key.err;
    replay->stats.told++;
    return sw_sorter_add(replay->tellings, sw_buf_slice(&replay->key), sw_buf_slice(&replay->line),
                         replay->diags);
}

/* Order-preserving bytes of a text of a list: a shorter list ends in 00 00, before any text goes
 * on. */
static void add_text(sw_buf *key, sw_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        sw_buf_add_byte(key, text.ptr[i]);
        if (text.ptr[i] == '\0') sw_buf_add_byte(key, '\2');
    }
    sw_buf_add(key, SW_S("\0\1"));
}

/* Tellings of one moment stand in the order of rule and key, those of one group in the order of
 * telling. */
static sw_err tell(void *ctx, const sw_transition *transition) {
    sw_replay *replay = ctx;
    if (replay->options.final) return SW_OK;
    sw_err err = encode(replay, transition, transition->warning, transition->at_ms);
    if (err) return err;
    sw_buf_clear(&replay->key);
    sw_sort_key_i64(&replay->key, transition->at_ms);
    const sw_warning *warning = transition->warning;
    add_text(&replay->key, warning->rule->id);
    for (uint32_t i = 0; i < warning->rule->key_count; i++) add_text(&replay->key, warning->key[i]);
    sw_buf_add(&replay->key, SW_S("\0\0"));
    sw_sort_key_i64(&replay->key, (int64_t)replay->told++);
    return keep(replay);
}

static void condition_failed(void *ctx, const sw_rule *rule, sw_err code) {
    sw_replay *replay = ctx;
    replay->stats.failed_conditions++;
    if (code != SW_E_LIMIT) return;
    if (!replay->stats.too_dear_by) replay->stats.too_dear_by = rule;
    replay->stats.too_dear++;
}

static void pair_left_out(void *ctx, const sw_rule *rule, const sw_slice *key) {
    sw_replay *replay = ctx;
    (void)key;
    if (!replay->stats.left_out_by) replay->stats.left_out_by = rule;
    replay->stats.pairs_left_out++;
}

static sw_err tell_until(sw_replay *replay, int64_t now_ms) {
    const sw_sink sink = {
        .ctx = replay, .tell = tell, .failed = condition_failed, .left_out = pair_left_out};
    if (sw_book_next(replay->book) > now_ms) return SW_OK;
    sw_err err = sw_book_tell(replay->book, now_ms, &replay->scratch, &sink);
    sw_arena_reset(&replay->scratch);
    return err;
}

static sw_err keep_set(sw_replay *replay, int64_t end_ms) {
    const sw_warning *set;
    uint32_t count;
    sw_err err = sw_book_set(replay->book, end_ms, &replay->set_arena, &set, &count);
    for (uint32_t i = 0; !err && i < count; i++) {
        sw_buf_clear(&replay->key);
        if (replay->options.set_by_time) sw_sort_key_i64(&replay->key, set[i].fires_ms);
        sw_buf_add(&replay->key, sw_slice_of(set[i].id.bytes, sizeof set[i].id.bytes));
        err = encode(replay, NULL, &set[i], end_ms);
        if (!err) err = keep(replay);
    }
    sw_arena_reset(&replay->set_arena);
    return err;
}

/* "until nothing more can fire": without --until the clock stops at the last event or firing, which
 * is what a pause that is still open counts up to. */
static sw_err tell_rest(sw_replay *replay, int64_t *end_ms) {
    if (replay->options.until_ms != SW_TIME_NONE) return tell_until(replay, *end_ms);
    int64_t stop_ms = replay->last_ms, next_ms;
    sw_err err = SW_OK;
    while (!err && (next_ms = sw_book_next(replay->book)) <= *end_ms) {
        if (next_ms > stop_ms) stop_ms = next_ms;
        err = tell_until(replay, next_ms);
    }
    *end_ms = stop_ms;
    return err;
}

static sw_err finish_book(sw_replay *replay, int64_t moment_ms, int64_t end_ms) {
    if (!replay->book) return SW_OK;
    sw_err err = moment_ms != INT64_MIN ? tell_until(replay, moment_ms) : SW_OK;
    if (!err) err = tell_rest(replay, &end_ms);
    if (!err && replay->options.final) err = keep_set(replay, end_ms);
    if (!err && replay->options.book_done)
        err = replay->options.book_done(replay->options.ctx, replay->book, end_ms);
    replay->stats.open_periods += sw_book_is_open(replay->book);
    sw_book_close(replay->book);
    replay->book = NULL;
    return err;
}

static sw_err begin_book(sw_replay *replay, const sw_delivery *delivery) {
    replay->stats.books++;
    replay->told = 0;
    const sw_plan **plan = &replay->plans[delivery->key_id];
    sw_err err =
        *plan ? SW_OK
              : sw_plan_new(&replay->plan_arena, replay->options.set, delivery->key_id, plan);
    return err ? err : sw_book_open(*plan, delivery->key_value, &replay->book);
}

/* All records of one moment of the clock are taken before anything of that moment fires. */
static sw_err take(sw_replay *replay, const sw_delivery *delivery, int64_t *moment_ms) {
    sw_err err = SW_OK;
    if (delivery->clock_ms > *moment_ms) {
        if (*moment_ms != INT64_MIN) err = tell_until(replay, *moment_ms);
        if (!err && *moment_ms != INT64_MIN) err = tell_until(replay, delivery->clock_ms - 1);
        *moment_ms = delivery->clock_ms;
    }
    sw_event *event = NULL;
    if (!err)
        err = sw_event_from_pb(&replay->event_arena, sw_ruleset_catalogue(replay->options.set),
                               delivery->event, replay->diags, &event);
    if (!err) err = sw_book_take(replay->book, event, &replay->scratch);
    sw_arena_reset(&replay->event_arena);
    sw_arena_reset(&replay->scratch);
    return err;
}

static sw_err play(sw_replay *replay) {
    int64_t end_ms = end_of(replay), moment_ms = INT64_MIN;
    uint64_t done = 0;
    sw_delivery delivery;
    sw_err err;
    while (!(err = sw_replay_route_next(replay->route, &delivery))) {
        if (delivery.first) err = finish_book(replay, moment_ms, end_ms);
        if (!err && delivery.first) {
            moment_ms = INT64_MIN;
            err = begin_book(replay, &delivery);
        }
        if (!err && delivery.clock_ms <= end_ms) err = take(replay, &delivery, &moment_ms);
        if (err) return err;
        if (replay->options.progress && ++done % PROGRESS_EVERY == 0)
            replay->options.progress(replay->options.ctx, done, replay->stats.routed);
    }
    if (err != SW_E_END) return err;
    return finish_book(replay, moment_ms, end_ms);
}

static sw_err give(sw_replay *replay) {
    sw_slice key, bytes;
    sw_err err = sw_sorter_sort(replay->tellings, replay->diags);
    while (!err && !(err = sw_sorter_next(replay->tellings, &key, &bytes, replay->diags))) {
        sw_telling telling;
        err = sw_telling_decode(replay->options.set, bytes, &replay->scratch, &telling);
        if (!err) err = replay->options.tell(replay->options.ctx, &telling);
        sw_arena_reset(&replay->scratch);
    }
    return err == SW_E_END ? SW_OK : err;
}

sw_err sw_replay_run(sw_replay *replay) {
    sw_err err = sw_replay_route_sort(replay->route);
    if (!err) err = play(replay);
    return err ? err : give(replay);
}
