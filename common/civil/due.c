#include "civil/due.h"

#include "civil/span.h"

#define HOUR_MS 3600000LL

/* One computation, from its facts to its ledger. */
typedef struct run {
    const sw_period_facts *facts;
    sw_ground ground;
    sw_origin origin;
    sw_span base;   /* the limit, or the last `to`, with what was added in its own unit */
    uint32_t first; /* the extensions before it no longer matter */
    bool added;     /* one since then was in another unit */
    int64_t nominal_ms;
    sw_extension_fate *fates;
    sw_pause *pauses;
    uint32_t pause_count;
    sw_step *steps;
    uint32_t step_count;
} run;

static bool in_years(int64_t ms) {
    return ms >= SW_TIME_FIRST_MS && ms <= SW_TIME_LAST_MS;
}

static void note(run *r, sw_step step) {
    if (r->steps) r->steps[r->step_count++] = step;
}

static void set_origin(run *r) {
    const sw_period_facts *f = r->facts;
    sw_origin *o = &r->origin;
    o->start_ms = o->begin_ms = f->start_ms;
    o->start_day = sw_zone_day(f->zone, f->start_ms);
    if (f->count.begin == SW_BEGIN_NEXT_HOUR) {
        int64_t local = sw_zone_to_local(f->zone, f->start_ms);
        o->begin_ms += HOUR_MS - (local - sw_floor_div(local, HOUR_MS) * HOUR_MS);
    } else if (f->count.begin == SW_BEGIN_NEXT_DAY) {
        o->next_day = true;
        o->begin_ms = sw_day_end(&r->ground, o->start_day);
    }
    note(r, (sw_step){.kind = SW_STEP_BEGIN, .due_ms = o->begin_ms});
}

/* Shell sort: pauses come nearly in order, and the C library's sort may allocate. */
static void sort_pauses(sw_pause *p, uint32_t count) {
    for (uint32_t gap = count / 2; gap > 0; gap /= 2) {
        for (uint32_t i = gap; i < count; i++) {
            sw_pause moved = p[i];
            uint32_t j = i;
            for (; j >= gap && p[j - gap].from_ms > moved.from_ms; j -= gap) p[j] = p[j - gap];
            p[j] = moved;
        }
    }
}

/* The union of the pauses from the begin on. Those that touch are one, as half-open intervals are.
 */
static sw_err merge_pauses(run *r, sw_arena *arena) {
    const sw_period_facts *f = r->facts;
    if (f->pause_count == 0) return SW_OK;
    sw_pause *p = sw_arena_zero(arena, f->pause_count, sizeof *p);
    if (!p) return SW_E_LIMIT;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->pause_count; i++) {
        sw_pause one = f->pauses[i];
        if (one.from_ms < r->origin.begin_ms) one.from_ms = r->origin.begin_ms;
        if (one.to_ms > one.from_ms) p[kept++] = one;
    }
    sort_pauses(p, kept);
    uint32_t last = 0;
    for (uint32_t i = 1; i < kept; i++) {
        if (p[i].from_ms > p[last].to_ms)
            p[++last] = p[i];
        else if (p[i].to_ms > p[last].to_ms)
            p[last].to_ms = p[i].to_ms;
    }
    r->pauses = p;
    r->pause_count = kept ? last + 1 : 0;
    return SW_OK;
}

static const sw_pause *open_pause(const run *r) {
    const sw_pause *last = r->pause_count ? &r->pauses[r->pause_count - 1] : NULL;
    return last && last->to_ms == SW_TIME_MAX ? last : NULL;
}

/* Pauses as they are known at `known_ms`. Tells how many were counted. */
static int64_t add_pauses(run *r, int64_t due_ms, int64_t known_ms, bool final,
                          uint32_t *ret_counted) {
    bool exact = r->base.unit == SW_UNIT_EXACT || r->base.unit == SW_UNIT_UNTIL;
    if (known_ms > SW_TIME_LAST_MS) known_ms = SW_TIME_LAST_MS;
    uint32_t i = 0;
    for (; i < r->pause_count && r->pauses[i].from_ms <= due_ms; i++) {
        sw_pause p = r->pauses[i];
        if (p.to_ms > known_ms && (!final || p.to_ms == SW_TIME_MAX)) p.to_ms = known_ms;
        if (p.to_ms < p.from_ms) p.to_ms = p.from_ms;
        int64_t more =
            exact ? p.to_ms - p.from_ms : sw_zone_midnights(r->ground.zone, p.from_ms, p.to_ms);
        due_ms = exact ? due_ms + more : sw_days_on(&r->ground, due_ms, more);
        if (final)
            note(r, (sw_step){.kind = SW_STEP_PAUSE, .due_ms = due_ms, .index = i, .amount = more});
    }
    return *ret_counted = i, due_ms;
}

static int64_t lead_back(run *r, int64_t due_ms) {
    sw_ground *g = &r->ground;
    sw_span lead = r->facts->count.lead;
    if (lead.n == 0) return due_ms;
    if (lead.unit == SW_UNIT_DAYS) {
        due_ms = sw_days_on(g, due_ms, -lead.n);
    } else {
        int64_t last = sw_last_day(g, due_ms);
        due_ms = sw_days_on(g, due_ms, sw_ground_workday(g, last, -lead.n) - last);
    }
    note(r, (sw_step){.kind = SW_STEP_LEAD, .due_ms = due_ms, .amount = lead.n});
    return due_ms;
}

static int64_t end_and_roll(run *r, int64_t due_ms, bool final) {
    sw_ground *g = &r->ground;
    const sw_count *c = &r->facts->count;
    if (c->end_of_day) {
        due_ms = sw_day_end(g, sw_last_day(g, due_ms));
        if (final) note(r, (sw_step){.kind = SW_STEP_END, .due_ms = due_ms});
    }
    if (c->rollover == SW_ROLL_NONE) return due_ms;
    int64_t last = sw_last_day(g, due_ms), moved = last;
    if (!sw_ground_works(g, last)) {
        moved = sw_ground_workday(g, last, c->rollover == SW_ROLL_WORKDAY ? 1 : -1);
        due_ms = sw_day_end(g, moved);
    }
    if (final)
        note(r, (sw_step){.kind = SW_STEP_ROLLOVER,
                          .due_ms = due_ms,
                          .amount = moved - last,
                          .reason_day = last});
    return due_ms;
}

/* The due time by which an extension would have to come: without lead. */
static int64_t due_of_before(run *r, int64_t moment_ms) {
    uint32_t counted;
    return end_and_roll(r, add_pauses(r, r->nominal_ms, moment_ms, false, &counted), false);
}

static bool same_unit(const run *r, const sw_extension *e) {
    return e->span.unit == r->base.unit && e->span.unit < SW_UNIT_END_OF;
}

/* Takes one more: what is of the limit's own unit is counted from the start, and what was added in
 * other units follows it in order. False, and nothing changed: it leads out of the years. */
static bool extend(run *r, uint32_t index, int64_t before_ms) {
    const sw_extension *e = &r->facts->extensions[index];
    run next = *r;
    if (e->to) {
        next.base = e->span, next.first = index + 1, next.added = false;
    } else if (same_unit(r, e)) {
        next.base.n += e->span.n;
    } else {
        next.added = true;
    }
    if (!sw_span_sane(next.base)) return false;
    if (e->to || same_unit(r, e)) {
        next.nominal_ms = sw_span_from(&next.ground, &r->origin, next.base);
        for (uint32_t j = next.first; next.added && j < index; j++) {
            const sw_extension *old = &r->facts->extensions[j];
            if (r->fates[j] != SW_EXT_TAKEN || old->moment_ms >= before_ms) continue;
            if (!in_years(next.nominal_ms)) return false;
            if (!same_unit(&next, old))
                next.nominal_ms = sw_span_on(&next.ground, next.nominal_ms, old->span);
        }
    } else {
        next.nominal_ms = sw_span_on(&next.ground, r->nominal_ms, e->span);
    }
    if (!in_years(next.nominal_ms)) return false;
    *r = next;
    return true;
}

static sw_extension_fate judge(run *r, uint32_t index) {
    const sw_extension *e = &r->facts->extensions[index];
    if (!sw_span_sane(e->span)) return SW_EXT_NONE;
    if (e->moment_ms > due_of_before(r, e->moment_ms)) return SW_EXT_LATE;
    uint32_t taken = 0;
    for (uint32_t j = 0; e->max && j < index; j++)
        taken += r->fates[j] == SW_EXT_TAKEN && r->facts->extensions[j].entry == e->entry;
    if (e->max && taken >= e->max) return SW_EXT_OVER_MAX;
    return extend(r, index, SW_TIME_MAX) ? SW_EXT_TAKEN : SW_EXT_NONE;
}

static sw_err set_limit(run *r) {
    if (!sw_span_sane(r->facts->limit)) return SW_E_RANGE;
    r->base = r->facts->limit, r->first = 0, r->added = false;
    r->nominal_ms = sw_span_from(&r->ground, &r->origin, r->base);
    return in_years(r->nominal_ms) ? SW_OK : SW_E_RANGE;
}

static sw_err take_extensions(run *r, sw_arena *arena) {
    uint32_t count = r->facts->extension_count;
    if (count == 0) return SW_OK;
    r->fates = sw_arena_zero(arena, count, sizeof *r->fates);
    if (!r->fates) return SW_E_LIMIT;
    for (uint32_t i = 0; i < count; i++) {
        r->fates[i] = judge(r, i);
        note(r, (sw_step){.kind = SW_STEP_EXTENSION,
                          .due_ms = r->nominal_ms,
                          .index = i,
                          .fate = r->fates[i]});
    }
    return SW_OK;
}

/* The due time as it was when the open pause began: what the levels stand by until it ends. */
static sw_err levels_due(const run *done, const sw_pause *open, int64_t *ret_ms) {
    run r = *done;
    r.steps = NULL;
    r.pause_count--;
    sw_err err = set_limit(&r);
    if (err) return err;
    for (uint32_t i = 0; i < r.facts->extension_count; i++) {
        if (r.fates[i] != SW_EXT_TAKEN || r.facts->extensions[i].moment_ms >= open->from_ms)
            continue;
        if (!extend(&r, i, open->from_ms)) return SW_E_RANGE;
    }
    uint32_t counted;
    int64_t due_ms = add_pauses(&r, r.nominal_ms, r.facts->now_ms, true, &counted);
    due_ms = end_and_roll(&r, lead_back(&r, due_ms), true);
    return in_years(due_ms) ? (*ret_ms = due_ms, SW_OK) : SW_E_RANGE;
}

static sw_err finish(run *r, sw_due *ret) {
    sw_due due = {.begin_ms = r->origin.begin_ms};
    due.due_ms = add_pauses(r, r->nominal_ms, r->facts->now_ms, true, &due.pauses_counted);
    due.due_ms = end_and_roll(r, lead_back(r, due.due_ms), true);
    if (!in_years(due.due_ms)) return SW_E_RANGE;
    due.levels_due_ms = due.due_ms;
    const sw_pause *open = open_pause(r);
    sw_err err = open ? levels_due(r, open, &due.levels_due_ms) : SW_OK;
    if (err) return err;
    due.provisional = r->ground.looked_past || (open && due.pauses_counted == r->pause_count);
    due.steps = r->steps, due.step_count = r->step_count;
    due.fates = r->fates;
    due.pauses = r->pauses, due.pause_count = r->pause_count;
    return *ret = due, SW_OK;
}

sw_err sw_due_compute(const sw_period_facts *facts, bool ledger, sw_arena *arena, sw_due *ret) {
    SW_ASSERT(facts && facts->zone && facts->calendar && arena && ret);
    SW_ASSERT(facts->count.lead.n == 0 || facts->count.lead.unit == SW_UNIT_DAYS ||
              facts->count.lead.unit == SW_UNIT_WORKDAYS);
    if (!in_years(facts->start_ms)) return SW_E_RANGE;
    if (facts->count.lead.n && !sw_span_sane(facts->count.lead)) return SW_E_RANGE;
    run r = {.facts = facts,
             .ground = {.zone = facts->zone,
                        .calendar = facts->calendar,
                        .month_end_last = facts->count.month_end_last}};
    if (ledger) {
        size_t steps = 5 + (size_t)facts->extension_count + facts->pause_count;
        r.steps = sw_arena_zero(arena, steps, sizeof *r.steps);
        if (!r.steps) return SW_E_LIMIT;
    }
    set_origin(&r);
    sw_err err = merge_pauses(&r, arena);
    if (!err) err = set_limit(&r);
    if (err) return err;
    note(&r, (sw_step){.kind = SW_STEP_LIMIT, .due_ms = r.nominal_ms});
    err = take_extensions(&r, arena);
    return err ? err : finish(&r, ret);
}
