#include "risk/score/instance.h"

#include "codec/wire.h"
#include "risk/score/part.h"

enum { MARK = 1, CASE, SETTLED, DISMISSED, WARNING };
/* Rule, severity and compartment stand where they differ from those of the warning before. */
enum {
    W_ID = 1,
    W_LEVEL,
    W_DECIDED,
    W_CLOSED,
    W_ORG,
    W_OFFICER,
    W_RULE,
    W_SEVERITY,
    W_COMPARTMENT
};

void sw_score_instance_init(sw_score_instance *ret) {
    *ret = (sw_score_instance){.settled_ms = SW_TIME_NONE};
}

/* ---- rows ---- */

static bool read_warning(sw_slice bytes, const sw_scored_warning *before, sw_scored_warning *ret) {
    sw_wire_reader r = sw_wire_read(bytes);
    sw_wire_field f;
    *ret = (sw_scored_warning){.closed_ms = SW_TIME_NONE};
    if (before) ret->rule = before->rule;
    if (before) ret->severity = before->severity;
    if (before) ret->compartment = before->compartment;
    while (sw_wire_next(&r, &f)) {
        if (f.number == W_ID && f.bytes.len == sizeof ret->id.bytes)
            memcpy(ret->id.bytes, f.bytes.ptr, sizeof ret->id.bytes);
        if (f.number == W_LEVEL && f.n <= SW_BREACH) ret->level = (sw_level)f.n;
        if (f.number == W_DECIDED) ret->decided_ms = (int64_t)f.n;
        if (f.number == W_CLOSED) ret->closed_ms = (int64_t)f.n;
        if (f.number == W_ORG) ret->org = f.bytes;
        if (f.number == W_OFFICER) ret->officer = f.bytes;
        if (f.number == W_RULE) ret->rule = f.bytes;
        if (f.number == W_SEVERITY && f.n <= SW_CRITICAL) ret->severity = (sw_severity)f.n;
        if (f.number == W_COMPARTMENT) ret->compartment = f.bytes;
    }
    return !r.fault;
}

static uint32_t count_warnings(sw_slice row) {
    sw_wire_reader r = sw_wire_read(row);
    sw_wire_field f;
    uint32_t count = 0;
    while (sw_wire_next(&r, &f)) count += f.number == WARNING;
    return count;
}

sw_err sw_score_instance_read(sw_arena *arena, sw_slice row, sw_score_instance *ret) {
    sw_wire_reader r = sw_wire_read(row);
    sw_wire_field f;
    sw_score_instance made;
    sw_score_instance_init(&made);
    made.warnings = sw_arena_alloc(arena, (count_warnings(row) + 1) * sizeof *made.warnings);
    if (!made.warnings) return SW_E_LIMIT;
    while (sw_wire_next(&r, &f)) {
        if (f.number == MARK) made.mark = f.n;
        if (f.number == CASE) made.case_id = f.bytes;
        if (f.number == SETTLED) made.settled_ms = (int64_t)f.n;
        if (f.number == DISMISSED) made.dismissed = f.n != 0;
        if (f.number != WARNING) continue;
        const sw_scored_warning *before = made.count ? &made.warnings[made.count - 1] : NULL;
        if (!read_warning(f.bytes, before, &made.warnings[made.count++])) return SW_E_CORRUPT;
    }
    if (r.fault) return SW_E_CORRUPT;
    *ret = made;
    return SW_OK;
}

void sw_score_instance_write(const sw_score_instance *i, sw_buf *out) {
    static const sw_scored_warning none;
    sw_wire_varint(out, MARK, i->mark);
    sw_wire_text(out, CASE, i->case_id);
    if (i->settled_ms != SW_TIME_NONE) sw_wire_int(out, SETTLED, i->settled_ms);
    if (i->dismissed) sw_wire_varint(out, DISMISSED, 1);
    for (uint32_t n = 0; n < i->count; n++) {
        const sw_scored_warning *w = &i->warnings[n];
        const size_t mark = sw_wire_begin(out, WARNING);
        sw_wire_bytes(out, W_ID, sw_slice_of(w->id.bytes, sizeof w->id.bytes));
        sw_wire_varint(out, W_LEVEL, w->level);
        sw_wire_int(out, W_DECIDED, w->decided_ms);
        if (w->closed_ms != SW_TIME_NONE) sw_wire_int(out, W_CLOSED, w->closed_ms);
        sw_wire_text(out, W_ORG, w->org);
        sw_wire_text(out, W_OFFICER, w->officer);
        const sw_scored_warning *before = n ? w - 1 : &none;
        if (!sw_slice_eq(w->rule, before->rule)) sw_wire_bytes(out, W_RULE, w->rule);
        if (w->severity != before->severity) sw_wire_varint(out, W_SEVERITY, w->severity);
        if (!sw_slice_eq(w->compartment, before->compartment))
            sw_wire_bytes(out, W_COMPARTMENT, w->compartment);
        sw_wire_end(out, mark);
    }
}

/* ---- what is told ---- */

/* The place of a warning in the order of ids. */
static uint32_t place_of(const sw_score_instance *i, sw_hash128 id, bool *ret_there) {
    uint32_t at = 0;
    int c = 1;
    while (at < i->count && (c = sw_hash128_cmp(i->warnings[at].id, id)) < 0) at++;
    *ret_there = at < i->count && c == 0;
    return at;
}

static void take_out(sw_score_instance *i, uint32_t at) {
    i->count--;
    memmove(&i->warnings[at], &i->warnings[at + 1], (i->count - at) * sizeof *i->warnings);
}

static sw_err make_room(sw_score_instance *i, sw_arena *arena, uint32_t at) {
    if (i->count == SW_SCORE_WARNINGS_MAX) return SW_E_LIMIT;
    sw_scored_warning *more = sw_score_spread(arena, i->warnings, i->count, at, sizeof *more);
    if (!more) return SW_E_LIMIT;
    i->warnings = more;
    i->count++;
    return SW_OK;
}

sw_err sw_score_instance_tell(sw_score_instance *i, sw_arena *arena, const sw_told_warning *told) {
    bool there;
    const uint32_t at = place_of(i, told->id, &there);
    for (uint32_t k = 0; k < told->key_count; k++)
        if (sw_slice_is(told->key[k].name, "case_id")) i->case_id = told->key[k].value;
    if (told->change == SW_WITHDRAWN) {
        if (there) take_out(i, at);
        return SW_OK;
    }
    const bool closed = told->state != SW_STATE_OPEN;
    sw_err err = there ? SW_OK : make_room(i, arena, at);
    if (err) return err;
    sw_scored_warning *w = &i->warnings[at];
    const int64_t closed_ms =
        told->stopped_ms != SW_TIME_NONE ? told->stopped_ms : told->decided_ms;
    const int64_t decided_ms = there && closed ? w->decided_ms : told->decided_ms;
    *w = (sw_scored_warning){.id = told->id,
                             .rule = told->rule,
                             .compartment = told->compartment,
                             .severity = told->severity,
                             .level = told->level,
                             .decided_ms = decided_ms,
                             .closed_ms = closed ? closed_ms : SW_TIME_NONE,
                             .org = told->orgcode,
                             .officer = told->officerid};
    return SW_OK;
}

void sw_score_instance_settle(sw_score_instance *i, sw_slice state, int64_t at_ms) {
    i->dismissed = sw_slice_is(state, "dismissed");
    i->settled_ms = i->dismissed || sw_slice_is(state, "closed") ? at_ms : SW_TIME_NONE;
}

/* ---- what weighs ---- */

bool sw_scored_warning_weighs(const sw_score_instance *i, const sw_scored_warning *w,
                              int64_t *ret_closed_ms) {
    *ret_closed_ms = w->closed_ms;
    if (i->settled_ms == SW_TIME_NONE || w->decided_ms > i->settled_ms) return true;
    if (i->dismissed) return false;
    if (w->closed_ms == SW_TIME_NONE || i->settled_ms < w->closed_ms)
        *ret_closed_ms = i->settled_ms;
    return true;
}

static bool before(const sw_weighing *a, const sw_weighing *b) {
    if (a->open != b->open) return a->open;
    if (!a->open && a->day != b->day) return a->day > b->day;
    return a->points > b->points; /* of equal ones the first by id */
}

bool sw_score_instance_weigh(const sw_score_instance *i, const sw_weights *weights,
                             sw_weighing *ret) {
    bool found = false;
    for (uint32_t n = 0; n < i->count; n++) {
        const sw_scored_warning *w = &i->warnings[n];
        int64_t closed_ms;
        if (!sw_scored_warning_weighs(i, w, &closed_ms)) continue;
        sw_weighing one = {.warning = *w, .open = closed_ms == SW_TIME_NONE};
        if (!one.open) one.day = sw_weights_day(weights, closed_ms);
        one.points = sw_weights_points(weights, w->rule, w->severity, w->level);
        if (one.points == 0 || (found && !before(&one, ret))) continue;
        *ret = one;
        found = true;
    }
    return found;
}

/* What a person closed is kept while it is open by itself: when its period is stopped at last, that
 * is no news. */
void sw_score_instance_prune(sw_score_instance *i, const sw_weights *weights, int32_t today) {
    uint32_t kept = 0;
    bool covers = false;
    for (uint32_t n = 0; n < i->count; n++) {
        const int64_t closed_ms = i->warnings[n].closed_ms;
        if (closed_ms != SW_TIME_NONE &&
            sw_weights_left(weights, sw_weights_day(weights, closed_ms), today) == 0)
            continue;
        covers |= i->warnings[n].decided_ms <= i->settled_ms;
        i->warnings[kept++] = i->warnings[n];
    }
    i->count = kept;
    if (covers || i->settled_ms == SW_TIME_NONE ||
        sw_weights_left(weights, sw_weights_day(weights, i->settled_ms), today) > 0)
        return;
    i->settled_ms = SW_TIME_NONE;
    i->dismissed = false;
}
