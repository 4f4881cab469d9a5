#include "seawall/rules/test/test_run.h"

#include <stdlib.h>

#include "seawall/replay/replay.h"
#include "seawall/rules/describe.h"

#define MEMORY_BYTES ((size_t)16 << 20)

typedef struct taken {
    sw_arena *arena;
    sw_diags *diags;
    const rule_test *test;
    sw_warning *warnings;
    uint32_t count, cap;
    bool refused;
} taken;

static bool copy_text(sw_arena *arena, sw_slice *text) {
    return text->len == 0 || sw_arena_copy(arena, *text, text);
}

static bool copy_warning(sw_arena *arena, const sw_warning *from, sw_warning *to) {
    *to = *from;
    sw_slice *key = sw_arena_zero(arena, from->rule->key_count + 1, sizeof *key);
    if (!key) return false;
    for (uint32_t i = 0; i < from->rule->key_count; i++) {
        key[i] = from->key[i];
        if (!copy_text(arena, &key[i])) return false;
    }
    to->key = key;
    to->events = NULL;
    to->event_count = 0;
    return copy_text(arena, &to->orgcode) && copy_text(arena, &to->officerid);
}

static sw_err take(void *ctx, const sw_telling *telling) {
    taken *t = ctx;
    const sw_warning *warning = telling->transition.warning;
    if (t->count == t->cap) {
        uint32_t cap = t->cap ? t->cap * 2 : 16;
        sw_warning *more = sw_arena_zero(t->arena, cap, sizeof *more);
        if (!more) return SW_E_LIMIT;
        if (t->count) memcpy(more, t->warnings, t->count * sizeof *more);
        t->warnings = more;
        t->cap = cap;
    }
    return copy_warning(t->arena, warning, &t->warnings[t->count++]) ? SW_OK : SW_E_LIMIT;
}

static void refused(void *ctx, sw_origin origin, sw_err code, sw_slice source, sw_slice id) {
    taken *t = ctx;
    t->refused = true;
    (void)origin;
    (void)sw_diag_at(t->diags, code, t->test->node->line, t->test->node->col, NULL,
                     "two events with one source and id", "the event %.*s of %.*s is refused: %s",
                     SW_FMT(id), SW_FMT(source), sw_err_name(code));
}

static sw_err add_events(sw_replay *replay, const rule_test *test) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < test->event_count; i++) {
        sw_origin origin = {0, i + 1};
        err = sw_replay_add(replay, test->events[i], origin);
    }
    return err;
}

static sw_err running_set(const sw_ruleset *rules, const rule_test *test, sw_arena *arena,
                          sw_diags *diags, const sw_warning **ret, uint32_t *ret_count) {
    const char *tmp = getenv("TMPDIR");
    taken t = {.arena = arena, .diags = diags, .test = test};
    const sw_replay_options options = {
        .set = rules,
        .until_ms = test->until_ms,
        .known_at_ms = SW_TIME_NONE,
        .final = true,
        .memory_bytes = MEMORY_BYTES,
        .tmp_dir = tmp && *tmp ? tmp : "/tmp",
        .ctx = &t,
        .tell = take,
        .refused = refused,
    };
    sw_replay *replay = NULL;
    sw_err err = sw_replay_open(&options, diags, &replay);
    if (err) return err;
    err = add_events(replay, test);
    if (!err) err = sw_replay_run(replay);
    sw_replay_close(replay);
    if (!err && t.refused) err = SW_E_CONFLICT;
    if (err) return err;
    *ret = t.warnings;
    *ret_count = t.count;
    return SW_OK;
}

const test_engine test_engine_running = {running_set};

bool test_looks_at(const rule_test *test, sw_slice rule) {
    for (uint32_t i = 0; i < test->only_count; i++)
        if (sw_slice_eq(test->only[i], rule)) return true;
    return test->only_count == 0;
}

typedef struct comparer {
    sw_arena *arena;
    const sw_ruleset *rules;
    const sw_zone *zone;
    sw_slice *problems;
    uint32_t count, max;
} comparer;

static void problem(comparer *c, sw_slice text) {
    if (c->count < c->max) c->problems[c->count++] = text;
}

static sw_slice time_text(const comparer *c, int64_t ms) {
    return sw_describe_time(c->arena, c->zone, ms, "none");
}

/* Of the same rule, level, repeat and, where said, key. */
static bool same_place(const comparer *c, const test_expect *expect, const sw_warning *got) {
    if (!sw_slice_eq(expect->rule, got->rule->id) || expect->level != (int)got->level ||
        expect->repeat != got->repeat)
        return false;
    for (const sw_yaml *field = expect->key ? expect->key->first : NULL; field;
         field = field->next) {
        bool equal = false;
        for (uint32_t i = 0; i < got->rule->key_count; i++)
            equal |= sw_slice_eq(sw_catalogue_key_name(sw_ruleset_catalogue(c->rules),
                                                       got->rule->key_ids[i]),
                                 field->key) &&
                     sw_slice_eq(got->key[i], field->text);
        if (!equal) return false;
    }
    return true;
}

static void differ(const comparer *c, sw_slice *all, const char *name, sw_slice is, sw_slice want) {
    *all = sw_arena_printf(c->arena, "%.*s%s%s is %.*s, expected %.*s", SW_FMT(*all),
                           all->len ? "; " : "", name, SW_FMT(is), SW_FMT(want));
}

static void compare_time(const comparer *c, sw_slice *all, const char *name, int64_t is,
                         int64_t want) {
    if (want != SW_TIME_NONE && is != want)
        differ(c, all, name, time_text(c, is), time_text(c, want));
}

static void compare_text(const comparer *c, sw_slice *all, const char *name, sw_slice is,
                         sw_slice want) {
    if (want.len && !sw_slice_eq(is, want)) differ(c, all, name, is, want);
}

/* What differs; empty if nothing. */
static sw_slice differences(const comparer *c, const test_expect *expect, const sw_warning *got) {
    static const char *const states[] = {"open", "resolved", "withdrawn"};
    sw_slice all = SW_SLICE_NONE;
    compare_time(c, &all, "fires_at", got->fires_ms, expect->fires_ms);
    compare_time(c, &all, "due", got->due_ms, expect->due_ms);
    compare_time(c, &all, "start", got->start_ms, expect->start_ms);
    if (expect->state >= 0 && expect->state != (int)got->state)
        differ(c, &all, "state", sw_slice_cstr(states[got->state]),
               sw_slice_cstr(states[expect->state]));
    int64_t late_s = got->late_by_s < 0 ? 0 : got->late_by_s;
    if (expect->late_by_s >= 0 && expect->late_by_s != late_s)
        differ(c, &all, "late_by", sw_arena_printf(c->arena, "%lld", (long long)late_s),
               sw_arena_printf(c->arena, "%lld", (long long)expect->late_by_s));
    if (expect->provisional >= 0 && expect->provisional != (int)got->provisional)
        differ(c, &all, "provisional", got->provisional ? SW_S("true") : SW_S("false"),
               expect->provisional ? SW_S("true") : SW_S("false"));
    compare_text(c, &all, "orgcode", got->orgcode, expect->orgcode);
    compare_text(c, &all, "officerid", got->officerid, expect->officerid);
    return all;
}

static sw_slice got_text(const comparer *c, const sw_warning *got) {
    sw_slice due = got->due_ms == SW_TIME_NONE
                       ? SW_SLICE_NONE
                       : sw_arena_printf(c->arena, ", due %.*s", SW_FMT(time_text(c, got->due_ms)));
    sw_slice repeat =
        got->repeat ? sw_arena_printf(c->arena, " repeat %u", got->repeat) : SW_SLICE_NONE;
    return sw_arena_printf(
        c->arena, "%.*s %s%.*s fires_at %.*s%.*s (%.*s)", SW_FMT(got->rule->id),
        sw_level_name(got->level), SW_FMT(repeat), SW_FMT(time_text(c, got->fires_ms)), SW_FMT(due),
        SW_FMT(sw_describe_list(c->arena, got->key, got->rule->key_count, ", ")));
}

/* First those that agree in all that is said, then those that differ. */
static void match(comparer *c, const test_expect *expect, const sw_warning *got, uint32_t got_count,
                  bool *used, bool exact, bool *ret_done) {
    for (uint32_t i = 0; i < got_count; i++) {
        if (used[i] || !same_place(c, expect, &got[i])) continue;
        sw_slice diff = differences(c, expect, &got[i]);
        if (exact && diff.len) continue;
        used[i] = *ret_done = true;
        if (diff.len)
            problem(c, sw_arena_printf(c->arena, "line %u: %.*s %s: %.*s", expect->node->line,
                                       SW_FMT(expect->rule), sw_level_name(got[i].level),
                                       SW_FMT(diff)));
        return;
    }
}

static bool concerns(const rule_test *test, const sw_slice *rule, sw_slice id) {
    return rule ? sw_slice_eq(*rule, id) : test_looks_at(test, id);
}

static bool compare(comparer *c, const rule_test *test, const sw_slice *rule, const sw_warning *got,
                    uint32_t got_count) {
    bool *used = sw_arena_zero(c->arena, got_count + 1, sizeof *used);
    bool *done = sw_arena_zero(c->arena, test->expect_count + 1, sizeof *done);
    c->max = got_count + test->expect_count;
    c->problems = sw_arena_zero(c->arena, c->max + 1, sizeof *c->problems);
    if (!used || !done || !c->problems) return false;
    for (int exact = 1; exact >= 0; exact--)
        for (uint32_t i = 0; i < test->expect_count; i++)
            if (!done[i] && concerns(test, rule, test->expects[i].rule))
                match(c, &test->expects[i], got, got_count, used, exact, &done[i]);
    for (uint32_t i = 0; i < test->expect_count; i++) {
        const test_expect *expect = &test->expects[i];
        if (done[i] || !concerns(test, rule, expect->rule)) continue;
        problem(c, sw_arena_printf(c->arena, "line %u: missing: %.*s %s", expect->node->line,
                                   SW_FMT(expect->rule), sw_level_name((sw_level)expect->level)));
    }
    for (uint32_t i = 0; i < got_count; i++)
        if (!used[i] && concerns(test, rule, got[i].rule->id))
            problem(c,
                    sw_arena_printf(c->arena, "not expected: %.*s", SW_FMT(got_text(c, &got[i]))));
    return true;
}

sw_err test_run(const test_engine *engine, const sw_ruleset *rules, const rule_test *test,
                const sw_zone *zone, const sw_slice *rule, sw_arena *arena, sw_diags *diags,
                test_result *ret) {
    const sw_warning *got = NULL;
    uint32_t count = 0;
    comparer c = {.arena = arena, .rules = rules, .zone = zone};
    sw_err err = engine->set(rules, test, arena, diags, &got, &count);
    if (err) return err;
    if (!compare(&c, test, rule, got, count)) return SW_E_LIMIT;
    *ret = (test_result){c.problems, c.count};
    return SW_OK;
}
