#include <inttypes.h>

#include "evaluate/warning_pb.h"
#include "oracle/oracle.h"
#include "report/view/rows.h"
#include "report/view/view.h"
#include "rules/warning_json.h"
#include "runtime/read.h"
#include "sim/pipeline/pipeline.h"

enum { TOLD_MAX = 20000 };

/* A warning as the topic tells it. */
typedef struct told {
    sw_hash128 id;
    sw_state state;
} told;

typedef struct judge {
    world *w;
    pipeline *p;
    const sw_event **accepted;
    uint32_t accepted_count, accepted_cap, dead;
    told all[TOLD_MAX];
    uint32_t told_count;
} judge;

/* ---- while it happens ---- */

/* Of all instances: what one stamped with its clock another may read before its own says so. */
static int64_t latest_clock(const world *w) {
    int64_t latest = INT64_MIN;
    for (int i = 0; i < SIM_INSTANCES; i++)
        if (w->instances[i].clock.clock.floor_ms > latest)
            latest = w->instances[i].clock.clock.floor_ms;
    return latest;
}

/* Nothing is decided before its time, nor at a time that no clock has shown. */
static void observe_warning(world *w, const sw_commit *commit, const sw_record *record) {
    sw_arena arena;
    sw_told_warning t;
    sw_arena_init(&arena, 1 << 20);
    if (sw_told_from_pb(&arena, record->value, &t) != SW_OK)
        sim_fail(w, "a warning that can't be read");
    else if (t.fires_ms != SW_TIME_NONE && t.fires_ms > t.decided_ms)
        sim_fail(w, "%.*s was decided before its time", SW_FMT(t.rule));
    else if (t.decided_ms > latest_clock(w) && t.decided_ms > commit->now_ms)
        sim_fail(w, "%.*s was decided in the future", SW_FMT(t.rule));
    else
        scores_observe(w, &t, record->key);
    sw_arena_done(&arena);
}

void pipeline_observe(void *arg, const sw_commit *commits, uint32_t count) {
    world *w = arg;
    for (uint32_t i = 0; i < count; i++) {
        observe_time(w, &commits[i]);
        for (uint32_t r = 0; r < commits[i].record_count; r++)
            if (commits[i].records[r].topic == pipeline_of(w)->warnings)
                observe_warning(w, &commits[i], &commits[i].records[r]);
    }
}

/* ---- what the topics hold ---- */

static void take_accepted(void *arg, const sw_record *record) {
    judge *j = arg;
    sw_event *post;
    sw_err err = sw_event_from_pb(&j->w->arena, j->p->rules.catalogue, record->value, NULL, &post);
    if (err) {
        sim_fail(j->w, "an accepted event can't be read: %s", sw_err_name(err));
        return;
    }
    for (uint32_t i = 0; i < j->accepted_count; i++)
        if (sw_hash128_eq(j->accepted[i]->identity, post->identity))
            sim_fail(j->w, "%.*s/%.*s was accepted twice", SW_FMT(post->source), SW_FMT(post->id));
    SW_ASSERT(j->accepted_count < j->accepted_cap);
    j->accepted[j->accepted_count++] = post;
}

static told *find_told(judge *j, sw_hash128 id) {
    for (uint32_t i = 0; i < j->told_count; i++)
        if (sw_hash128_eq(j->all[i].id, id)) return &j->all[i];
    return NULL;
}

/* Each telling must be news: raised what was not open, resolved what was, withdrawn what was there.
 */
static void take_warning(void *arg, const sw_record *record) {
    judge *j = arg;
    sw_told_warning t;
    sw_err err = sw_told_from_pb(&j->w->arena, record->value, &t);
    if (err) {
        sim_fail(j->w, "a warning can't be read: %s", sw_err_name(err));
        return;
    }
    told *known = find_told(j, t.id);
    bool there = known && known->state != SW_STATE_WITHDRAWN;
    bool open = there && known->state == SW_STATE_OPEN;
    bool news = t.change == SW_RAISED ? !open : t.change == SW_RESOLVED ? open : there;
    if (!news)
        sim_fail(j->w, "%.*s %s was %s and is told that again", SW_FMT(t.rule),
                 sw_level_name(t.level), sw_change_name(t.change));
    if (!known) {
        SW_ASSERT(j->told_count < TOLD_MAX);
        known = &j->all[j->told_count++];
        known->id = t.id;
    }
    known->state = t.change == SW_RAISED     ? SW_STATE_OPEN
                   : t.change == SW_RESOLVED ? SW_STATE_RESOLVED
                                             : SW_STATE_WITHDRAWN;
}

static void count_dead(void *arg, const sw_record *record) {
    judge *j = arg;
    (void)record;
    j->dead++;
}

/* ---- what must hold ---- */

/* What was answered is accepted, or stands aside of something that is: the same again, a conflict,
 * or a correction of an event that never came. */
static void check_answers(judge *j) {
    for (uint32_t i = 0; i < j->p->posting_count; i++) {
        const sw_event *post = j->p->postings[i].event;
        bool found = post->correction != NULL;
        for (uint32_t a = 0; a < j->accepted_count && !found; a++)
            found = sw_hash128_eq(j->accepted[a]->identity, post->identity);
        if (!found)
            sim_fail(j->w, "%.*s/%.*s was answered, but is not accepted", SW_FMT(post->source),
                     SW_FMT(post->id));
    }
}

static void check_set(judge *j, int64_t now_ms) {
    const sw_oracle_case given = {
        .set = j->p->rules.set, .events = j->accepted, .event_count = j->accepted_count};
    const sw_found *set;
    uint32_t count, there = 0;
    sw_err err = sw_oracle_set(&given, now_ms, &j->w->arena, &set, &count, NULL);
    if (err) {
        sim_fail(j->w, "the naive evaluator fails: %s", sw_err_name(err));
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const sw_warning *expected = &set[i].warning;
        const told *known = find_told(j, expected->id);
        if (!known || known->state != expected->state)
            sim_fail(j->w, "%.*s %s is %s, and was told to be %s", SW_FMT(expected->rule->id),
                     sw_level_name(expected->level), sw_state_name(expected->state),
                     known ? sw_state_name(known->state) : "nothing");
    }
    for (uint32_t i = 0; i < j->told_count; i++) there += j->all[i].state != SW_STATE_WITHDRAWN;
    if (there != count) sim_fail(j->w, "%u warnings were told, %u there are", there, count);
}

typedef struct viewed {
    judge *judge;
    uint32_t warnings, open, listed, listed_open;
} viewed;

static bool see_warning(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    viewed *v = arg;
    sw_told_warning t;
    (void)partition, (void)key;
    if (sw_told_from_pb(&v->judge->w->arena, value, &t) != SW_OK) {
        sim_fail(v->judge->w, "the view has a warning that can't be read");
        return false;
    }
    const told *known = find_told(v->judge, t.id);
    if (!known || known->state != t.state)
        sim_fail(v->judge->w, "the view has %.*s as %s, the topic as %s", SW_FMT(t.rule),
                 sw_state_name(t.state), known ? sw_state_name(known->state) : "nothing");
    v->warnings++;
    v->open += t.state == SW_STATE_OPEN;
    return true;
}

static bool see_row(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    viewed *v = arg;
    (void)partition, (void)value;
    v->listed += key.ptr[0] == SW_DIM_ALL;
    v->listed_open += key.ptr[0] == SW_DIM_ALL - 32;
    return true;
}

static void check_view(judge *j) {
    world *w = j->w;
    viewed v = {.judge = j};
    sw_read warnings, index;
    const sw_read_range all = {.partition = SW_READ_ALL};
    sw_db *db = sw_bus_db(w->bus.inner);
    sw_err err = sw_read_open(db, &w->topology, "view.warnings", &warnings);
    if (!err) err = sw_read_open(db, &w->topology, "view.index", &index);
    if (!err) err = sw_read_scan(&warnings, &all, see_warning, &v);
    if (!err) err = sw_read_scan(&index, &all, see_row, &v);
    if (err) sim_fail(w, "the view can't be read: %s", sw_err_name(err));
    if (v.warnings != j->told_count)
        sim_fail(w, "the view has %u of %u warnings", v.warnings, j->told_count);
    if (v.listed != v.warnings || v.listed_open != v.open)
        sim_fail(w, "the view lists %u of %u warnings, %u of %u open ones", v.listed, v.warnings,
                 v.listed_open, v.open);
}

void pipeline_check(world *w) {
    judge *j = sw_arena_zero(&w->arena, 1, sizeof *j);
    SW_ASSERT(j);
    j->w = w;
    j->p = pipeline_of(w);
    j->accepted_cap = j->p->posting_count + 1;
    j->accepted = sw_arena_zero(&w->arena, j->accepted_cap, sizeof(*j->accepted));
    SW_ASSERT(j->accepted);
    int64_t now_ms = sim_wall(w) - 60 * w->speed; /* of the last turn */
    sim_read_topic(w, j->p->events, take_accepted, j);
    sim_read_topic(w, j->p->warnings, take_warning, j);
    sim_read_topic(w, j->p->dead, count_dead, j);
    check_answers(j);
    if (!w->result.failed) check_set(j, now_ms);
    if (!w->result.failed) check_view(j);
    if (!w->result.failed) scores_check(w, now_ms);
    if (!w->result.failed) check_state(w, now_ms);
}
