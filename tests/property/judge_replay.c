/* judge_replay.c - the replay engine of the command line (identity, corrections' ways, the clock,
 * the order of lines) against the oracle: the same events shuffled, doubled, some left out by
 * --known-at. */
#include "judge.h"

#include "compare.h"
#include "keep.h"
#include "seawall/replay/replay.h"

typedef struct listener {
    sw_arena *arena;
    kept told;
    uint64_t refused;
} listener;

static sw_err on_tell(void *ctx, const sw_telling *telling) {
    listener *into = ctx;
    sw_transition told = telling->transition;
    keep_in(into->arena, &into->told, &told);
    return SW_OK;
}

static void on_refused(void *ctx, sw_origin origin, sw_err code, sw_slice source, sw_slice id) {
    (void)origin, (void)source, (void)id;
    SW_ASSERT(code == SW_E_CONFLICT);
    ((listener *)ctx)->refused++;
}

/* Every event once, some twice, in any order. */
static sw_err add_events(sw_replay *replay, const sw_oracle_case *given, sw_rng *rng,
                         sw_arena *arena) {
    uint32_t count = 0, most = 2 * given->event_count + 1;
    const sw_event **all = sw_arena_zero(arena, most, sizeof(*all));
    SW_ASSERT(all);
    for (uint32_t i = 0; i < given->event_count; i++) {
        all[count++] = given->events[i];
        if (sw_rng_chance(rng, 1, 5)) all[count++] = given->events[i];
    }
    for (uint32_t i = count; i > 1; i--) {
        uint32_t k = (uint32_t)sw_rng_below(rng, i);
        const sw_event *swap = all[i - 1];
        all[i - 1] = all[k], all[k] = swap;
    }
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < count; i++)
        err = sw_replay_add(replay, all[i], (sw_origin){0, i + 1});
    return err;
}

static sw_err run(const sw_replay_options *options, const sw_oracle_case *given, sw_rng *rng,
                  sw_arena *arena) {
    sw_diags diags;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 5);
    sw_replay *replay;
    sw_err err = sw_replay_open(options, &diags, &replay);
    if (err) return err;
    err = add_events(replay, given, rng, arena);
    if (!err) err = sw_replay_run(replay);
    sw_replay_close(replay);
    return err;
}

static bool same_set(const sw_found *want, uint32_t want_count, const kept *told, sw_arena *arena,
                     sw_buf *out) {
    const sw_warning **a = sw_arena_zero(arena, want_count + 1u, sizeof(*a));
    const sw_warning **b = sw_arena_zero(arena, told->count + 1u, sizeof(*b));
    SW_ASSERT(a && b);
    for (uint32_t i = 0; i < want_count; i++) a[i] = &want[i].warning;
    for (uint32_t i = 0; i < told->count; i++) b[i] = told->all[i].warning;
    return compare_sets(a, want_count, b, told->count, "oracle", "replay", out);
}

/* Only what was received by then. */
static sw_oracle_case known_at(const sw_oracle_case *given, int64_t known_at_ms, sw_arena *arena) {
    sw_oracle_case known = *given;
    const sw_event **events = sw_arena_zero(arena, given->event_count + 1u, sizeof(*events));
    SW_ASSERT(events);
    known.events = events;
    known.event_count = 0;
    for (uint32_t i = 0; i < given->event_count; i++) {
        const sw_event *event = given->events[i];
        int64_t clock_ms = event->received_ms != SW_TIME_NONE   ? event->received_ms
                           : event->recorded_ms != SW_TIME_NONE ? event->recorded_ms
                                                                : event->time_ms;
        if (clock_ms <= known_at_ms) events[known.event_count++] = event;
    }
    return known;
}

bool judge_replay(judge *on, uint64_t seed, sw_buf *out) {
    sw_arena *arena = &on->work;
    sw_arena_reset(arena);
    sw_rng rng;
    sw_rng_init(&rng, seed ^ 0x4e91a7ull);
    sw_oracle_case given = {
        .set = on->world.set, .events = on->world.events, .event_count = on->world.event_count};
    listener into = {.arena = arena};
    int64_t span_ms = 25 * on->gen.unit_ms;
    sw_replay_options options = {
        .set = on->world.set,
        .until_ms = on->gen.base_ms +
                    (sw_rng_chance(&rng, 1, 2) ? 8 * span_ms : sw_rng_between(&rng, 0, span_ms)),
        .known_at_ms = SW_TIME_NONE,
        .final = sw_rng_chance(&rng, 1, 2),
        .memory_bytes = sw_rng_chance(&rng, 1, 2) ? (size_t)1 << 20 : 4096,
        .tmp_dir = "/tmp",
        .ctx = &into,
        .tell = on_tell,
        .refused = on_refused,
    };
    sw_oracle_case known = given;
    if (sw_rng_chance(&rng, 1, 4)) {
        options.known_at_ms = on->gen.base_ms + sw_rng_between(&rng, 0, span_ms);
        known = known_at(&given, options.known_at_ms, arena);
    }
    sw_err err = run(&options, &given, &rng, arena);
    bool same = !err;
    if (err) sw_buf_printf(out, "  the replay failed: %s\n", sw_err_name(err));
    const sw_found *set = NULL;
    const sw_transition *told = NULL;
    uint32_t count = 0;
    if (!err && options.final) {
        err = sw_oracle_set(&known, options.until_ms, arena, &set, &count, NULL);
        same = !err && same_set(set, count, &into.told, arena, out);
    } else if (!err) {
        err = sw_oracle_transitions(&known, options.until_ms, arena, &told, &count);
        same = !err && compare_tellings(told, count, into.told.all, into.told.count, "oracle",
                                        "replay", out);
    }
    if (!same) {
        sw_buf_printf(out, "  in the %s of a replay until ", options.final ? "set" : "telling");
        sw_time_write(out, options.until_ms, 8 * 3600);
        if (options.known_at_ms != SW_TIME_NONE) {
            sw_buf_add_cstr(out, ", known at ");
            sw_time_write(out, options.known_at_ms, 8 * 3600);
        }
        sw_buf_add_byte(out, '\n');
    }
    return same;
}
