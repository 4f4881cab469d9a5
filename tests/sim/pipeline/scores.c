/* Scores: a function of what is on the topics of warnings and of tasks, summed up here by going
 * through all of it for each. */
#include <inttypes.h>
#include <stdio.h>

#include "codec/wire.h"
#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"
#include "risk/score/rows.h"
#include "risk/score/score.h"
#include "runtime/read.h"
#include "sim/pipeline/pipeline.h"

enum { WARNINGS_MAX = 20000, SUBJECTS_MAX = 200 };

static const char weights_text[] =
    "apiVersion: seawall/v1\nkind: Scores\nmetadata: {name: t, version: 1.0.0, timezone: "
    "Asia/Shanghai}\nsubjects: [case, officer, unit]\n"
    "severity: {info: 1, minor: 2, major: 3, critical: 5}\n"
    "level: {green: 1, blue: 2, yellow: 3, orange: 4, red: 7, breach: 10}\n"
    "of_instance: highest\nbands: {unit: [{score: 1, level: blue}]}\n"
    "rules: []\ndecay: {days: %d}\n";

/* Of some seeds all that is closed has faded in the end, of the others none of it has. */
void scores_build(world *w) {
    pipeline *p = pipeline_of(w);
    char text[sizeof weights_text + 16];
    sw_diags diags;
    sw_diags_init(&diags, &w->arena, SW_SLICE_NONE, 1);
    snprintf(text, sizeof text, weights_text, w->options.seed % 2 ? 10 : 3000);
    sw_err err =
        sw_weights_parse(&w->arena, SW_S("weights"), sw_slice_cstr(text), &diags, &p->weights);
    if (!err) err = sw_score_new(&w->arena, p->weights, NULL, &p->score);
    SW_ASSERT(err == SW_OK);
}

/* ---- people decide ---- */

/* Of some tasks, once there is a warning for them. */
void scores_observe(world *w, const sw_told_warning *told, sw_slice home) {
    static const char *const states[] = {"closed", "dismissed", "open", "verified"};
    pipeline *p = pipeline_of(w);
    if (w->healing || p->decision_count == PIPELINE_DECISIONS_MAX || !sw_rng_chance(&w->rng, 1, 4))
        return;
    decision *d = &p->decisions[p->decision_count++];
    SW_ASSERT(home.len < sizeof d->home);
    *d = (decision){.task = sw_task_of(told), .state = states[sw_rng_below(&w->rng, 4)]};
    memcpy(d->home, home.ptr, home.len);
}

/* As notify tells of it, by whatever instance is there; what is lost then was not decided. */
void scores_step(world *w) {
    pipeline *p = pipeline_of(w);
    instance *to = &w->instances[sw_rng_below(&w->rng, SIM_INSTANCES)];
    if (p->decided == p->decision_count || !to->runtime || !sw_rng_chance(&w->rng, 1, 8)) return;
    const decision *d = &p->decisions[p->decided++];
    char hex[SW_HASH128_TEXT];
    sw_buf task;
    sw_hash128_hex(d->task, hex);
    sw_buf_init(&task, 1 << 12);
    sw_wire_text(&task, 1, sw_slice_cstr(hex)); /* as seawall.v1.Task has them */
    sw_wire_text(&task, 2, sw_slice_cstr(d->state));
    sw_wire_text(&task, 3, SW_S("step"));
    sw_wire_int(&task, 4, sw_clock_now_ms(&to->clock.clock));
    sw_wire_text(&task, 20, sw_slice_cstr(d->home));
    sw_err err = sw_runtime_append(
        to->runtime,
        &(sw_append){.topic = p->tasks, .key = sw_slice_cstr(hex), .value = sw_buf_slice(&task)});
    if (err) sim_note(w, "a decision is lost: %s", sw_err_name(err));
    sw_buf_done(&task);
}

/* ---- what was told and decided ---- */

typedef struct scored {
    sw_told_warning last;
    sw_hash128 task;
    int64_t raised_ms, closed_ms; /* SW_TIME_NONE: open */
    bool gone;
} scored;

typedef struct settled {
    sw_hash128 task;
    int64_t at_ms; /* SW_TIME_NONE: open again */
    bool dismissed;
} settled;

/* What weighs on each subject, by whoever says so. */
typedef struct tally {
    struct {
        sw_scored of;
        sw_slice subject;
        sw_score_sum sum;
        uint32_t warnings;
    } all[SUBJECTS_MAX];
    uint32_t count;
} tally;

typedef struct judge {
    world *w;
    pipeline *p;
    int32_t today;
    scored warnings[WARNINGS_MAX];
    settled settled[PIPELINE_DECISIONS_MAX];
    uint32_t warning_count, settled_count;
    tally wanted, sums, told;
} judge;

static void take_warning(void *arg, const sw_record *record) {
    judge *j = arg;
    sw_told_warning t;
    uint32_t i = 0;
    if (sw_told_from_pb(&j->w->arena, record->value, &t)) return; /* the other judge says so */
    while (i < j->warning_count && !sw_hash128_eq(j->warnings[i].last.id, t.id)) i++;
    SW_ASSERT(i < WARNINGS_MAX);
    scored *s = &j->warnings[i];
    if (i == j->warning_count) {
        j->warning_count++;
        *s = (scored){.task = sw_task_of(&t), .gone = true};
    }
    if (t.change == SW_RAISED || s->gone) s->raised_ms = t.decided_ms;
    s->gone = t.change == SW_WITHDRAWN;
    s->closed_ms = t.change != SW_RESOLVED        ? SW_TIME_NONE
                   : t.stopped_ms == SW_TIME_NONE ? t.decided_ms
                                                  : t.stopped_ms;
    s->last = t;
}

static void take_task(void *arg, const sw_record *record) {
    judge *j = arg;
    sw_wire_reader r = sw_wire_read(record->value);
    sw_wire_field f;
    settled s = {.at_ms = SW_TIME_NONE};
    int64_t at_ms = 0;
    bool closed = false;
    uint32_t i = 0;
    while (sw_wire_next(&r, &f)) {
        if (f.number == 1 && !sw_hash128_parse(f.bytes, &s.task)) sim_fail(j->w, "a task's name");
        if (f.number == 2) s.dismissed = sw_slice_is(f.bytes, "dismissed");
        if (f.number == 2) closed = s.dismissed || sw_slice_is(f.bytes, "closed");
        if (f.number == 4) at_ms = (int64_t)f.n;
    }
    if (closed) s.at_ms = at_ms;
    while (i < j->settled_count && !sw_hash128_eq(j->settled[i].task, s.task)) i++;
    SW_ASSERT(i < PIPELINE_DECISIONS_MAX);
    j->settled_count += i == j->settled_count;
    j->settled[i] = s;
}

/* ---- what weighs ---- */

static uint32_t find(judge *j, tally *t, sw_scored of, sw_slice subject) {
    uint32_t i = 0;
    while (i < t->count && (t->all[i].of != of || !sw_slice_eq(t->all[i].subject, subject))) i++;
    if (i < t->count) return i;
    SW_ASSERT(t->count < SUBJECTS_MAX);
    t->all[i].of = of;
    if (!sw_arena_copy(&j->w->arena, subject, &t->all[i].subject)) SW_ASSERT(false);
    return t->count++;
}

typedef struct weight {
    int64_t points, order; /* order: the later it was closed the more it counts, open most */
    int32_t left;
} weight;

static weight weight_of(const judge *j, const scored *s) {
    int64_t closed_ms = s->closed_ms;
    const sw_weights *weights = j->p->weights;
    if (s->gone) return (weight){0};
    for (uint32_t i = 0; i < j->settled_count; i++) {
        const settled *by = &j->settled[i];
        if (!sw_hash128_eq(by->task, s->task) || by->at_ms == SW_TIME_NONE ||
            s->raised_ms > by->at_ms)
            continue;
        if (by->dismissed) return (weight){0};
        if (closed_ms == SW_TIME_NONE || by->at_ms < closed_ms) closed_ms = by->at_ms;
    }
    const bool open = closed_ms == SW_TIME_NONE;
    const int32_t day = open ? 0 : sw_weights_day(weights, closed_ms);
    const int32_t left = open ? sw_weights_days(weights) : sw_weights_left(weights, day, j->today);
    return (weight){
        .points =
            left ? sw_weights_points(weights, s->last.rule, s->last.severity, s->last.level) : 0,
        .order = open ? INT64_MAX : day,
        .left = left};
}

/* Of what one task puts right, the heaviest alone. */
static bool is_best(const judge *j, const scored *s, weight own) {
    for (uint32_t i = 0; i < j->warning_count; i++) {
        const scored *other = &j->warnings[i];
        if (other == s || !sw_hash128_eq(other->task, s->task)) continue;
        const weight its = weight_of(j, other);
        if (its.points == 0 || its.order < own.order) continue;
        if (its.order > own.order || its.points > own.points) return false;
        if (its.points == own.points && sw_hash128_cmp(other->last.id, s->last.id) < 0)
            return false;
    }
    return true;
}

static void sum_up(judge *j) {
    for (uint32_t i = 0; i < j->warning_count; i++) {
        const scored *s = &j->warnings[i];
        const weight own = weight_of(j, s);
        if (own.points == 0 || !is_best(j, s, own)) continue;
        sw_slice subjects[SW_SCORED_COUNT] = {
            [SW_SCORED_OFFICER] = s->last.officerid, [SW_SCORED_UNIT] = s->last.orgcode};
        for (uint32_t k = 0; k < s->last.key_count; k++)
            if (sw_slice_is(s->last.key[k].name, "case_id"))
                subjects[SW_SCORED_CASE] = s->last.key[k].value;
        for (int of = 0; of < SW_SCORED_COUNT; of++) {
            if (!subjects[of].len) continue;
            const uint32_t at = find(j, &j->wanted, (sw_scored)of, subjects[of]);
            sw_score_add(j->p->weights, &j->wanted.all[at].sum, own.points, own.left);
            j->wanted.all[at].warnings++;
        }
    }
}

/* ---- what is said of it ---- */

static void add_part(judge *j, tally *t, sw_scored of, sw_slice subject,
                     const sw_score_part *part) {
    const uint32_t at = find(j, t, of, subject);
    sw_score_part_sum(part, j->p->weights, j->today, &t->all[at].sum, &t->all[at].warnings);
}

static bool see_sum(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    judge *j = arg;
    sw_scored of;
    sw_slice subject;
    sw_sum_row row;
    (void)partition;
    if (!sw_sum_key_read(key, &of, &subject) || sw_sum_row_read(&j->w->arena, value, &row)) {
        sim_fail(j->w, "a sum that can't be read");
        return false;
    }
    if (row.waits) sim_fail(j->w, "a sum of %.*s is not at home", SW_FMT(subject));
    for (uint32_t i = 0; i < row.count; i++) add_part(j, &j->sums, of, subject, &row.parts[i]);
    return true;
}

/* The newest record of a subject takes the place of those before. */
static void take_score(void *arg, const sw_record *record) {
    judge *j = arg;
    sw_scored of;
    sw_slice subject;
    sw_wire_reader r = sw_wire_read(record->value);
    sw_wire_field f;
    if (!sw_score_topic_key_read(record->key, &of, &subject)) {
        sim_fail(j->w, "a score of nothing");
        return;
    }
    const uint32_t at = find(j, &j->told, of, subject);
    j->told.all[at].sum = (sw_score_sum){0};
    j->told.all[at].warnings = 0;
    while (sw_wire_next(&r, &f)) {
        sw_score_part part;
        if (f.number != 9) continue; /* seawall.v1.Score.parts */
        if (sw_score_part_read(&j->w->arena, f.bytes, &part))
            sim_fail(j->w, "a score that can't be read");
        else
            add_part(j, &j->told, of, subject, &part);
    }
}

/* What one says of each subject the other does too. */
static void compare(judge *j, const char *who, tally *said, tally *other) {
    for (uint32_t i = 0; i < said->count; i++) {
        const sw_scored of = said->all[i].of;
        const sw_slice subject = said->all[i].subject;
        const uint32_t at = find(j, other, of, subject);
        const int64_t own = sw_score_hundredths(j->p->weights, &said->all[i].sum),
                      its = sw_score_hundredths(j->p->weights, &other->all[at].sum);
        if (own != its || said->all[i].warnings != other->all[at].warnings)
            sim_fail(j->w, "%s of %s %.*s: %" PRId64 " of %u warnings and %" PRId64 " of %u", who,
                     sw_scored_name(of), SW_FMT(subject), own, said->all[i].warnings, its,
                     other->all[at].warnings);
    }
}

void scores_check(world *w, int64_t now_ms) {
    judge *j = sw_arena_zero(&w->arena, 1, sizeof *j);
    sw_read sums;
    SW_ASSERT(j);
    j->w = w;
    j->p = pipeline_of(w);
    j->today = sw_weights_day(j->p->weights, now_ms);
    sim_read_topic(w, j->p->warnings, take_warning, j);
    sim_read_topic(w, j->p->tasks, take_task, j);
    sim_read_topic(w, j->p->scores, take_score, j);
    sum_up(j);
    sw_err err = sw_read_open(sw_bus_db(w->bus.inner), &w->topology, "score.sums", &sums);
    if (!err) err = sw_read_scan(&sums, &(sw_read_range){.partition = SW_READ_ALL}, see_sum, j);
    if (err) sim_fail(w, "the sums can't be read: %s", sw_err_name(err));
    compare(j, "the sums", &j->sums, &j->wanted);
    compare(j, "the warnings", &j->wanted, &j->sums);
    compare(j, "the newest record", &j->told, &j->wanted);
    compare(j, "the warnings (and the newest record)", &j->wanted, &j->told);
}
