#include "judge.h"

#include "compare.h"
#include "shelf.h"

#define SEEDS_PER_PACK 8
#define NOWS           3
#define REPLAYED_EVERY 4  /* of the cases that are told moment by moment */
#define ATTEMPTS_MAX   20 /* a random pack may contradict itself in a way that the loader refuses */

void judge_init(judge *on) {
    *on = (judge){.packs_seed = 0};
    sw_arena_init(&on->packs, (size_t)64 << 20);
    sw_arena_init(&on->events, (size_t)64 << 20);
    sw_arena_init(&on->work, (size_t)1 << 30);
}

void judge_done(judge *on) {
    sw_arena_done(&on->packs);
    sw_arena_done(&on->events);
    sw_arena_done(&on->work);
}

static sw_err load_calendars(sw_world *world, sw_arena *arena) {
    sw_slice text;
    sw_err err = sw_file_read(arena, SW_SOURCE_DIR "/deploy/packs/calendars/cn.yaml", 1u << 20,
                              &world->diags, &text);
    if (!err) err = sw_world_calendar(world, SW_S("cn.yaml"), text);
    if (!err) err = sw_world_calendar(world, SW_S("tiny.yaml"), sw_slice_cstr(gen_calendar_tiny));
    return err;
}

static bool load_texts(judge *on, const sw_slice *texts, size_t count, sw_buf *out) {
    sw_world_init(&on->world, &on->packs);
    sw_err err = sw_world_catalogue(&on->world, sw_slice_cstr(gen_catalogue));
    if (!err) err = load_calendars(&on->world, &on->packs);
    if (!err) err = sw_world_packs(&on->world, texts, count);
    if (!err) return true;
    sw_slice findings = sw_world_findings(&on->world);
    sw_buf_printf(out, "the packs don't load (%s):\n%.*s", sw_err_name(err), SW_FMT(findings));
    for (size_t i = 0; i < count; i++) sw_buf_printf(out, "%.*s", SW_FMT(texts[i]));
    return false;
}

static bool load_packs(judge *on, sw_buf *out) {
    sw_slice texts[GEN_PACKS_MAX];
    size_t count = 0;
    for (uint32_t i = 0; i < on->gen.pack_count; i++)
        if (!on->gen.packs[i].dropped)
            texts[count++] = gen_pack_yaml(&on->gen.packs[i], &on->packs);
    return load_texts(on, texts, count, out);
}

/* Events that the codec refuses are left out: refusing is the door's part. */
static void load_events(judge *on) {
    on->world.events = NULL;
    on->world.event_count = on->world.event_cap = 0;
    on->world.arena = &on->events;
    sw_diags_init(&on->world.diags, &on->events, SW_SLICE_NONE, 1);
    for (uint32_t i = 0; i < on->gen.event_count; i++) {
        if (on->gen.events[i].dropped) continue;
        if (sw_world_event(&on->world, on->gen.events[i].json)) on->refused++;
    }
}

bool judge_make(judge *on, uint64_t seed, sw_buf *out) {
    uint64_t packs_seed = seed / SEEDS_PER_PACK + 1;
    if (!on->packs_ready || packs_seed != on->packs_seed) {
        on->packs_seed = packs_seed;
        on->packs_ready = false;
        for (uint64_t attempt = 0; !on->packs_ready && attempt < ATTEMPTS_MAX; attempt++) {
            sw_arena_reset(&on->packs);
            sw_buf_clear(out);
            gen_packs(&on->gen, &on->packs, packs_seed * ATTEMPTS_MAX + attempt);
            on->packs_ready = load_packs(on, out);
            on->packs_tried++;
            if (!on->packs_ready) on->packs_refused++;
        }
        if (!on->packs_ready) return false;
    }
    sw_arena_reset(&on->events);
    gen_events(&on->gen, &on->events, seed);
    load_events(on);
    return true;
}

bool judge_load(judge *on, sw_buf *out) {
    on->packs_ready = false; /* the next seed makes them anew */
    bool loaded = load_packs(on, out);
    if (loaded) load_events(on);
    return loaded;
}

/* The next part of a case's file: its text, up to the next line that begins with "===". */
static bool next_part(sw_slice *rest, bool *ret_events, sw_slice *ret) {
    const char *mark = memmem(rest->ptr, rest->len, "=== ", 4);
    if (!mark) return false;
    sw_slice from = sw_slice_sub(*rest, (size_t)(mark - rest->ptr), rest->len);
    const char *line = memchr(from.ptr, '\n', from.len);
    if (!line) return false;
    *ret_events = sw_slice_starts(from, SW_S("=== events"));
    from = sw_slice_sub(from, (size_t)(line - from.ptr) + 1, from.len);
    const char *end = memmem(from.ptr, from.len, "=== ", 4);
    *ret = sw_slice_sub(from, 0, end ? (size_t)(end - from.ptr) : from.len);
    *rest = sw_slice_sub(from, ret->len, from.len);
    return true;
}

bool judge_read(judge *on, const char *path, sw_buf *out) {
    sw_slice rest, part, texts[GEN_PACKS_MAX], events = SW_SLICE_NONE;
    size_t count = 0;
    bool is_events;
    if (sw_file_read(&on->packs, path, 1u << 20, NULL, &rest)) {
        sw_buf_printf(out, "%s can't be read\n", path);
        return false;
    }
    while (next_part(&rest, &is_events, &part)) {
        if (is_events)
            events = part;
        else if (count < GEN_PACKS_MAX)
            texts[count++] = part;
    }
    on->packs_ready = false;
    on->gen.base_ms = sw_days_from_date(2026, 1, 1) * 86400000;
    on->gen.unit_ms = 15 * 86400000LL;
    if (!load_texts(on, texts, count, out)) return false;
    if (!sw_world_events(&on->world, events)) return true;
    sw_slice findings = sw_world_findings(&on->world);
    sw_buf_printf(out, "%.*s", SW_FMT(findings));
    return false;
}

static sw_oracle_case case_of(const judge *on, sw_bend bend) {
    return (sw_oracle_case){.set = on->world.set,
                            .events = on->world.events,
                            .event_count = on->world.event_count,
                            .bend = bend};
}

static int64_t end_of(const judge *on) {
    return on->gen.base_ms + 60 * on->gen.unit_ms + 3 * 366 * 86400000LL;
}

static int64_t some_now(const judge *on, sw_rng *rng, uint32_t which) {
    if (which == 0) return end_of(on);
    return on->gen.base_ms + sw_rng_between(rng, 0, 25) * on->gen.unit_ms +
           sw_rng_between(rng, -1, 1);
}

static const sw_warning **warnings_of(judge *on, const sw_found *set, uint32_t count) {
    const sw_warning **list = sw_arena_zero(&on->work, count + 1u, sizeof(*list));
    SW_ASSERT(list);
    for (uint32_t i = 0; i < count; i++) list[i] = &set[i].warning;
    return list;
}

static void must(sw_err err, const char *what, sw_buf *out) {
    if (err) sw_buf_printf(out, "  %s failed: %s\n", what, sw_err_name(err));
}

/* Events up to a moment in any order, then one tell: the same set as the oracle's. */
static sw_err shelf_in_any_order(judge *on, shelf *books, const sw_arrival *arrivals,
                                 uint32_t count, sw_rng *rng, int64_t now_ms) {
    uint32_t *order = sw_arena_zero(&on->work, count + 1u, sizeof *order);
    SW_ASSERT(order);
    uint32_t known = 0;
    for (uint32_t i = 0; i < count; i++)
        if (arrivals[i].at_ms <= now_ms) order[known++] = i;
    for (uint32_t i = known; i > 1; i--) {
        uint32_t k = (uint32_t)sw_rng_below(rng, i), swap = order[i - 1];
        order[i - 1] = order[k], order[k] = swap;
    }
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < known; i++) err = shelf_take(books, arrivals[order[i]].event);
    if (!err) err = shelf_tell(books, now_ms);
    if (!err && sw_rng_chance(rng, 1, 4)) err = shelf_reopen(books);
    return err;
}

static bool judge_set(judge *on, sw_rng *rng, int64_t now_ms, coverage *met, sw_buf *out) {
    sw_oracle_case given = case_of(on, SW_BEND_NONE);
    const sw_arrival *arrivals;
    uint32_t arrival_count, want_count, have_count;
    const sw_found *want;
    const sw_warning **have = NULL;
    shelf books = {0};
    sw_err err = sw_oracle_arrivals(&given, &on->work, &arrivals, &arrival_count);
    if (!err) err = sw_oracle_set(&given, now_ms, &on->work, &want, &want_count, NULL);
    must(err, "the oracle", out);
    if (!err) err = shelf_open(&books, on->world.set, on->world.event_count, &on->work);
    if (!err) err = shelf_in_any_order(on, &books, arrivals, arrival_count, rng, now_ms);
    if (!err) err = shelf_set(&books, now_ms, &have, &have_count);
    must(err, "the book", out);
    if (books.fault) sw_buf_printf(out, "  %s\n", books.fault);
    bool same = !err && !books.fault;
    if (!err) {
        if (met) coverage_set(met, want, want_count);
        same = compare_sets(warnings_of(on, want, want_count), want_count, have, have_count,
                            "oracle", "book  ", out) &&
               same;
    }
    if (!same) {
        sw_buf_add_cstr(out, "  in the set at ");
        sw_time_write(out, now_ms, 8 * 3600);
        sw_buf_add_cstr(out, ", events taken in any order\n");
    }
    shelf_close(&books);
    return same;
}

/* As a service would: each moment's events, then the moments that the books ask for. */
static sw_err run_live(judge *on, shelf *books, const sw_arrival *arrivals, uint32_t count,
                       sw_rng *rng) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && !books->fault && i < count;) {
        int64_t at_ms = arrivals[i].at_ms;
        if (books->clock_ms < at_ms - 1) err = shelf_run(books, at_ms - 1);
        for (; !err && i < count && arrivals[i].at_ms == at_ms; i++)
            err = shelf_take(books, arrivals[i].event);
        if (!err && !books->fault) err = shelf_run(books, at_ms);
        if (!err && sw_rng_chance(rng, 1, 8)) err = shelf_reopen(books);
    }
    if (!err && !books->fault) err = shelf_run(books, end_of(on));
    return err;
}

static bool judge_telling(judge *on, sw_rng *rng, coverage *met, sw_buf *out) {
    sw_oracle_case given = case_of(on, SW_BEND_NONE);
    const sw_arrival *arrivals;
    uint32_t arrival_count, want_count;
    const sw_transition *want;
    shelf books = {0};
    sw_err err = sw_oracle_arrivals(&given, &on->work, &arrivals, &arrival_count);
    if (!err) err = sw_oracle_transitions(&given, end_of(on), &on->work, &want, &want_count);
    must(err, "the oracle", out);
    if (!err) err = shelf_open(&books, on->world.set, on->world.event_count, &on->work);
    if (!err) err = run_live(on, &books, arrivals, arrival_count, rng);
    must(err, "the book", out);
    if (books.fault) sw_buf_printf(out, "  %s\n", books.fault);
    bool same = !err && !books.fault;
    if (!err) {
        if (met) coverage_told(met, want, want_count);
        compare_sort(books.told.all, books.told.count);
        same = compare_tellings(want, want_count, books.told.all, books.told.count, "oracle",
                                "book  ", out) &&
               same;
    }
    if (!same) sw_buf_add_cstr(out, "  in the telling, moment by moment\n");
    shelf_close(&books);
    return same;
}

bool judge_books(judge *on, uint64_t seed, bool telling, coverage *met, sw_buf *out) {
    sw_rng rng;
    sw_rng_init(&rng, seed ^ 0xb00cull);
    bool same = true;
    if (met) {
        sw_oracle_case given = case_of(on, SW_BEND_NONE);
        coverage_events(met, &given);
    }
    for (uint32_t i = 0; same && i < NOWS; i++) {
        sw_arena_reset(&on->work);
        same = judge_set(on, &rng, some_now(on, &rng, i), met, out);
    }
    sw_arena_reset(&on->work);
    if (same && telling) same = judge_telling(on, &rng, met, out);
    if (same && telling && seed % REPLAYED_EVERY == 0) same = judge_replay(on, seed, out);
    return same;
}

bool judge_bend(judge *on, uint64_t seed, sw_bend bend, bool telling) {
    sw_rng rng;
    sw_rng_init(&rng, seed ^ 0xb00cull);
    sw_oracle_case straight = case_of(on, SW_BEND_NONE), bent = case_of(on, bend);
    sw_buf out;
    sw_buf_init(&out, 1u << 20);
    bool same = true;
    for (uint32_t i = 0; same && i < NOWS; i++) {
        int64_t now_ms = some_now(on, &rng, i);
        const sw_found *a, *b;
        uint32_t a_count, b_count;
        sw_arena_reset(&on->work);
        sw_err err = sw_oracle_set(&straight, now_ms, &on->work, &a, &a_count, NULL);
        if (!err) err = sw_oracle_set(&bent, now_ms, &on->work, &b, &b_count, NULL);
        SW_ASSERT(!err);
        same = compare_sets(warnings_of(on, a, a_count), a_count, warnings_of(on, b, b_count),
                            b_count, "", "", &out);
    }
    if (same && telling) {
        const sw_transition *a, *b;
        uint32_t a_count, b_count;
        sw_arena_reset(&on->work);
        sw_err err = sw_oracle_transitions(&straight, end_of(on), &on->work, &a, &a_count);
        if (!err) err = sw_oracle_transitions(&bent, end_of(on), &on->work, &b, &b_count);
        SW_ASSERT(!err);
        same = compare_tellings(a, a_count, b, b_count, "", "", &out);
    }
    sw_buf_done(&out);
    return same;
}
