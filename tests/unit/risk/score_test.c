/* Scores equal a naive sum over everything that was told, whatever happened in between. */
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "codec/wire.h"
#include "evaluate/period_pb.h"
#include "risk/score/rows.h"
#include "unit/risk/score_rig.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  INT64_C(86400000)

#define HEAD                                                                                       \
    "apiVersion: seawall/v1\nkind: Scores\nmetadata: {name: t, version: 1.0.0, timezone: "         \
    "Asia/Shanghai}\nsubjects: [case, officer, unit]\n"                                            \
    "severity: {info: 0, minor: 1, major: 2, critical: 5}\n"                                       \
    "level: {green: 0, blue: 1, yellow: 2, orange: 4, red: 7, breach: 10}\n"                       \
    "of_instance: highest\nbands: {unit: [{score: 1, level: blue}, {score: 60, level: red}]}\n"

static const char weights[] = HEAD "rules: [{prefix: cr., percent: 150}]\ndecay: {days: 10}\n";
static const char slower[] =
    HEAD "rules: [{prefix: cr., percent: 150}]\ndecay: {days: 10}\n# new\n";

static const char *const cases[] = {"A1", "A2", "A3", "A4"}, *const officers[] = {"", "011", "012"},
                         *const units[] = {"320981010000", "320981020000", "320982010000"};

typedef struct world {
    score_rig rig;
    sw_rng rng;
    naive naive;
    sw_told_key keys[24];
    sw_told_event events[24];
} world;

static sw_slice pick(world *w, const char *const *list, size_t count) {
    return sw_slice_cstr(list[sw_rng_below(&w->rng, count)]);
}

/* A warning of one of 24, of 12 rules and groups. */
static sw_told_warning some_warning(world *w) {
    static const char *const rules[] = {"cr.hold", "pp.paper", "th.place"};
    const uint32_t i = (uint32_t)sw_rng_below(&w->rng, 24);
    const sw_level level = (sw_level)sw_rng_below(&w->rng, 6);
    char text[40];
    snprintf(text, sizeof text, "%u/%d", i, (int)level);
    w->keys[i] = (sw_told_key){i % 12 % 5 ? SW_S("case_id") : SW_S("person_id"),
                               sw_slice_cstr(cases[i % 4])};
    w->events[i] = (sw_told_event){SW_S("s"), sw_slice_cstr(i & 8 ? "e1" : "e2"), SW_S("t")};
    return (sw_told_warning){.id = sw_hash128_of(sw_slice_cstr(text)),
                             .change = SW_RAISED,
                             .decided_ms = score_rig_now(&w->rig),
                             .rule = sw_slice_cstr(rules[i % 3]),
                             .kind = i % 3 == 2 ? SW_THRESHOLD : SW_DEADLINE,
                             .level = level,
                             .severity = (sw_severity)(i % 4),
                             .orgcode = pick(w, units, 3),
                             .officerid = pick(w, officers, 3),
                             .key = &w->keys[i],
                             .key_count = 1,
                             .start_ms = SW_TIME_NONE,
                             .due_ms = SW_TIME_NONE,
                             .fires_ms = score_rig_now(&w->rig),
                             .late_by_s = -1,
                             .stopped_ms = SW_TIME_NONE,
                             .events = &w->events[i],
                             .event_count = 1};
}

static bool is_open(const world *w, sw_hash128 id) {
    for (uint32_t i = 0; i < w->naive.warning_count; i++)
        if (sw_hash128_eq(w->naive.warnings[i].last.id, id))
            return w->naive.warnings[i].last.change == SW_RAISED;
    return false;
}

/* Only what is open ends. */
static void tell(world *w) {
    sw_told_warning told = some_warning(w);
    const uint64_t dice = is_open(w, told.id) ? sw_rng_below(&w->rng, 10) : 0;
    told.change = dice < 6 ? SW_RAISED : dice < 8 ? SW_RESOLVED : SW_WITHDRAWN;
    told.state = dice < 6 ? SW_STATE_OPEN : dice < 8 ? SW_STATE_RESOLVED : SW_STATE_WITHDRAWN;
    if (told.change == SW_RESOLVED && sw_rng_chance(&w->rng, 2, 3)) /* known late */
        told.stopped_ms = score_rig_now(&w->rig) - sw_rng_between(&w->rng, 0, 12) * DAY_MS;
    score_rig_tell(&w->rig, &told);
    naive_tell(&w->naive, &told);
}

static void step(world *w) {
    static const char *const states[] = {"closed", "dismissed", "open", "verified"};
    const sw_told_warning of = some_warning(w);
    const char *state = states[sw_rng_below(&w->rng, 4)];
    const sw_slice key = sw_keyed_key(&w->rig.arena, of.key[0].name, of.key[0].value);
    score_rig_step(&w->rig, sw_task_of(&of), "closed", "resolved", key); /* the system's own */
    score_rig_step(&w->rig, sw_task_of(&of), state, "step", key);
    naive_step(&w->naive, sw_task_of(&of), state, score_rig_now(&w->rig));
}

/* What a reader of the topic computes (docs/scores.md). */
static int64_t of_record(world *w, sw_scored of, const char *subject) {
    char key[64];
    sw_score_sum sum = {0};
    static const char *const names[] = {"case_id", "officerid", "orgcode"};
    snprintf(key, sizeof key, "%s=%s", names[of], subject);
    sw_wire_reader r = sw_wire_read(score_rig_record(&w->rig, key));
    sw_wire_field f;
    const int32_t today = sw_weights_day(w->rig.weights, score_rig_now(&w->rig));
    while (sw_wire_next(&r, &f)) {
        sw_score_part part;
        uint32_t warnings = 0;
        if (f.number != 9) continue;
        assert_ok(sw_score_part_read(&w->rig.arena, f.bytes, &part));
        sw_score_part_sum(&part, w->rig.weights, today, &sum, &warnings);
    }
    return sw_score_hundredths(w->rig.weights, &sum);
}

static void compare_one(world *w, sw_scored of, const char *subject, const char *org) {
    uint32_t wanted_warnings, listed = 0;
    const int64_t now_ms = score_rig_now(&w->rig);
    const int64_t wanted = naive_score(&w->naive, of, subject, org, now_ms, &wanted_warnings);
    const sw_scores_one one = {
        .sight = {.unit = SW_S(""), .org = sw_slice_cstr(org), .compartments = true},
        .of = of,
        .subject = sw_slice_cstr(subject),
        .limit = 1000};
    const sw_json *json = score_rig_one(&w->rig, &one), *parts = sw_json_get(json, SW_S("parts"));
    int64_t sum = 0;
    assert_int_equal(score_rig_int(json, "score_hundredths"), wanted);
    assert_int_equal(score_rig_int(json, "warnings"), wanted_warnings);
    for (const sw_json *p = parts->first; p; p = p->next, listed++)
        sum += score_rig_int(p, "score_hundredths");
    assert_int_equal(listed, wanted_warnings);
    assert_true(sum <= wanted && wanted <= sum + listed); /* each is rounded down for itself */
    if (!*org) assert_int_equal(of_record(w, of, subject), wanted);
}

static void compare_list(world *w, sw_scored of, const char *const *subjects, size_t count) {
    sw_scores_ask ask = {
        .sight = {.unit = SW_S(""), .org = SW_S(""), .compartments = true}, .of = of, .limit = 2};
    int64_t before = INT64_MAX;
    uint32_t seen = 0, wanted = 0, warnings;
    char cursor[64] = "";
    for (size_t i = 0; i < count; i++) {
        if (!*subjects[i]) continue;
        (void)naive_score(&w->naive, of, subjects[i], "", score_rig_now(&w->rig), &warnings);
        wanted += warnings > 0;
    }
    do { /* page after page */
        ask.cursor = sw_slice_cstr(cursor);
        const sw_json *json = score_rig_list(&w->rig, &ask);
        const sw_json *scores = sw_json_get(json, SW_S("scores"));
        assert_int_equal(score_rig_int(json, "total"), wanted);
        for (const sw_json *s = scores->first; s; s = s->next, seen++) {
            char subject[32];
            const sw_slice name = sw_json_get(s, SW_S("subject"))->text;
            const int64_t score = score_rig_int(s, "score_hundredths");
            snprintf(subject, sizeof subject, "%.*s", SW_FMT(name));
            assert_int_equal(
                score, naive_score(&w->naive, of, subject, "", score_rig_now(&w->rig), &warnings));
            assert_true(score <= before);
            before = score;
        }
        const sw_slice next = sw_json_get(json, SW_S("next"))->text;
        snprintf(cursor, sizeof cursor, "%.*s", SW_FMT(next));
    } while (cursor[0]);
    assert_int_equal(seen, wanted);
}

static void compare(world *w) {
    for (size_t i = 0; i < SW_COUNT(cases); i++) compare_one(w, SW_SCORED_CASE, cases[i], "");
    for (size_t i = 1; i < SW_COUNT(officers); i++) {
        compare_one(w, SW_SCORED_OFFICER, officers[i], "");
        compare_one(w, SW_SCORED_OFFICER, officers[i], "320981");
    }
    for (size_t i = 0; i < SW_COUNT(units); i++) compare_one(w, SW_SCORED_UNIT, units[i], "");
    compare_list(w, SW_SCORED_CASE, cases, SW_COUNT(cases));
    compare_list(w, SW_SCORED_OFFICER, officers, SW_COUNT(officers));
    compare_list(w, SW_SCORED_UNIT, units, SW_COUNT(units));
}

static void history(uint64_t seed) {
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    sw_rng_init(&w->rng, seed);
    score_rig_open(&w->rig, weights);
    for (int turn = 0; turn < 30; turn++) {
        for (uint64_t n = sw_rng_below(&w->rng, 12); n > 0; n--)
            if (sw_rng_chance(&w->rng, 1, 4))
                step(w);
            else
                tell(w);
        score_rig_run(&w->rig, 2000); /* until everything is at home */
        compare(w);
        score_rig_run(&w->rig, sw_rng_chance(&w->rng, 1, 3)
                                   ? sw_rng_between(&w->rng, 0, 13) * DAY_MS
                                   : sw_rng_between(&w->rng, 0, 30) * HOUR_MS);
        if (sw_rng_chance(&w->rng, 1, 8)) score_rig_restart(&w->rig, NULL);
        if (sw_rng_chance(&w->rng, 1, 12)) score_rig_restart(&w->rig, slower);
        score_rig_run(&w->rig, 2000);
        compare(w);
    }
    score_rig_close(&w->rig);
    free(w);
}

static void a_score_is_the_sum_of_what_weighs(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) history(seed);
}

static bool count_row(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition, (void)key, (void)value;
    ++*(uint32_t *)arg;
    return true;
}

static void what_has_faded_leaves_no_row_and_no_record(void **state) {
    static const char *const stores[] = {"score.instances", "score.sums", "score.totals"};
    world *w = calloc(1, sizeof *w);
    (void)state;
    assert_non_null(w);
    sw_rng_init(&w->rng, 7);
    score_rig_open(&w->rig, weights);
    sw_told_warning told = some_warning(w);
    told.level = SW_RED;
    told.severity = SW_CRITICAL;
    told.orgcode = SW_S("320981010000");
    told.officerid = SW_S("011");
    score_rig_tell(&w->rig, &told);
    score_rig_run(&w->rig, 2000);
    assert_true(score_rig_record(&w->rig, "orgcode=320981010000").len > 0);
    told.change = SW_RESOLVED;
    told.state = SW_STATE_RESOLVED;
    told.decided_ms = score_rig_now(&w->rig);
    score_rig_tell(&w->rig, &told);
    score_rig_run(&w->rig, 9 * DAY_MS);
    score_rig_run(&w->rig, 2000);
    assert_true(of_record(w, SW_SCORED_UNIT, "320981010000") > 0);
    score_rig_run(&w->rig, DAY_MS);
    score_rig_run(&w->rig, 2000);
    assert_int_equal(score_rig_record(&w->rig, "orgcode=320981010000").len, 0);
    assert_int_equal(score_rig_record(&w->rig, "officerid=011").len, 0);
    for (size_t i = 0; i < SW_COUNT(stores); i++) {
        sw_read read;
        uint32_t rows = 0;
        assert_ok(sw_read_open(sw_bus_db(w->rig.bus), &w->rig.topology, stores[i], &read));
        assert_ok(
            sw_read_scan(&read, &(sw_read_range){.partition = SW_READ_ALL}, count_row, &rows));
        assert_int_equal(rows, 0);
    }
    score_rig_close(&w->rig);
    free(w);
}

static void others_see_what_their_units_account_for(void **state) {
    world *w = calloc(1, sizeof *w);
    (void)state;
    assert_non_null(w);
    sw_rng_init(&w->rng, 3);
    score_rig_open(&w->rig, weights);
    sw_told_warning told = some_warning(w);
    told.severity = SW_MAJOR;
    told.level = SW_ORANGE;
    told.officerid = SW_S("011");
    told.orgcode = SW_S("320982010000");
    told.compartment = SW_S("discipline");
    score_rig_tell(&w->rig, &told);
    score_rig_run(&w->rig, 2000);
    sw_scores_one one = {.sight = {.unit = SW_S(""), .org = SW_S(""), .compartments = true},
                         .of = SW_SCORED_OFFICER,
                         .subject = SW_S("011"),
                         .limit = 10};
    assert_true(score_rig_int(score_rig_one(&w->rig, &one), "score_hundredths") > 0);
    one.sight.compartments = false;
    assert_int_equal(score_rig_int(score_rig_one(&w->rig, &one), "score_hundredths"), 0);
    one.sight.compartments = true;
    one.sight.unit = SW_S("320981000000");
    assert_int_equal(score_rig_int(score_rig_one(&w->rig, &one), "score_hundredths"), 0);
    one.sight.unit = SW_S("320900000000");
    assert_true(score_rig_int(score_rig_one(&w->rig, &one), "score_hundredths") > 0);
    score_rig_close(&w->rig);
    free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_score_is_the_sum_of_what_weighs),
        cmocka_unit_test(what_has_faded_leaves_no_row_and_no_record),
        cmocka_unit_test(others_see_what_their_units_account_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
