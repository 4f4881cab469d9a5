#include "rules/book/explain_fire.h"

#include <stdlib.h>

#define REPEATS_SHOWN 100u
#define KEPT_BYTES    ((size_t)16 * 1024 * 1024)

/* Conditions that failed while the events were read; kept apart from the arena of the reading. */
typedef struct failures {
    sw_arena arena;
    struct failure {
        struct failure *next;
        const sw_rule *rule;
        uint32_t rec;
        const sw_cel *cel;
        sw_cel_failure why;
    } * first, *last;
    bool lost;
} failures;

static void keep_failure(void *ctx, const sw_rule *rule, const sw_view *view, const sw_cel *cel,
                         const sw_cel_failure *why) {
    failures *f = ctx;
    for (const struct failure *old = f->first; old; old = old->next)
        if (old->rec == view->at && old->cel == cel) return;
    struct failure *failure = sw_arena_zero(&f->arena, 1, sizeof *failure);
    sw_slice message, part;
    if (!failure || !sw_arena_copy(&f->arena, why->message, &message) ||
        !sw_arena_copy(&f->arena, why->part, &part)) {
        f->lost = true;
        return;
    }
    *failure = (struct failure){NULL, rule, view->at, cel, *why};
    failure->why.message = message;
    failure->why.part = part;
    if (f->last)
        f->last->next = failure;
    else
        f->first = failure;
    f->last = failure;
}

static void write_failures(sw_ledger *l, const failures *f, const sw_run *run) {
    const uint8_t *bytes = sw_book_records(l->book);
    int64_t from_ms = sw_record_time(bytes, run->rec);
    int64_t to_ms = run->stop_rec ? sw_record_time(bytes, run->stop_rec) : SW_TIME_MAX;
    sw_ledger_name(l, "failed");
    sw_ledger_open(l, '[');
    for (const struct failure *failure = f->first; failure; failure = failure->next) {
        int64_t time_ms = sw_record_time(bytes, failure->rec);
        if (failure->rule != sw_run_rule(l->book, run) || time_ms < from_ms || time_ms > to_ms)
            continue;
        sw_ledger_open(l, '{');
        sw_ledger_event(l, "event", failure->rec);
        sw_ledger_text(l, "condition", sw_cel_text(failure->cel));
        sw_ledger_text(l, "part", failure->why.part);
        sw_ledger_text(l, "code", sw_slice_cstr(sw_err_name(failure->why.code)));
        sw_ledger_text(l, "message", failure->why.message);
        sw_ledger_close(l, '}');
    }
    sw_ledger_close(l, ']');
}

/* --- the steps of counting ---------------------------------------------------------------- */

static void write_extension(sw_ledger *l, const sw_life *life, const sw_step *step) {
    static const char *const fates[] = {"taken", "late", "over-max", "none"};
    const sw_extension *extension = &life->extensions[step->index];
    const sw_extend *entry = &life->rule->extends[extension->entry];
    uint32_t rec = life->extension_recs[step->index];
    sw_ledger_event(l, "event", rec);
    sw_ledger_time(l, "at", extension->moment_ms);
    sw_ledger_span(l, extension->to ? "to" : "by", extension->span);
    sw_ledger_text(l, "fate", sw_slice_cstr(fates[step->fate]));
    if (entry->approver) {
        sw_view view;
        sw_value value;
        sw_book_read(l->book, rec, &view);
        sw_scope scope = sw_scope_of(l->book, l->arena, NULL, life->rule, &view, NULL);
        if (sw_scope_value(&scope, entry->approver, &value) && value.kind == SW_STRING)
            sw_ledger_text(l, "approver", value.s);
        if (scope.err) l->err = scope.err;
    }
    sw_ledger_basis(l, "basis", entry->basis, entry->basis_count);
}

/* Whether pauses count by their exact length: by the limit's unit, or that of the last `to` taken.
 */
static bool is_exact(const sw_life *life, const sw_due *due) {
    sw_unit unit = life->span.unit;
    for (uint32_t i = 0; i < life->extension_count; i++)
        if (life->extensions[i].to && due->fates[i] == SW_EXT_TAKEN)
            unit = life->extensions[i].span.unit;
    return unit == SW_UNIT_EXACT;
}

static void write_step(sw_ledger *l, const sw_standing *s, const sw_due *due, const sw_step *step) {
    static const char *const names[] = {"begin", "limit", "extension", "pause",
                                        "lead",  "end",   "rollover"};
    const sw_calendar *calendar = s->facts.calendar;
    sw_ledger_open(l, '{');
    sw_ledger_text(l, "step", sw_slice_cstr(names[step->kind]));
    if (step->kind == SW_STEP_LIMIT) sw_ledger_span(l, "limit", s->life.span);
    if (step->kind == SW_STEP_EXTENSION) write_extension(l, &s->life, step);
    if (step->kind == SW_STEP_PAUSE) {
        sw_ledger_time(l, "from", due->pauses[step->index].from_ms);
        sw_ledger_time(l, "to", due->pauses[step->index].to_ms);
        sw_ledger_int(l, is_exact(&s->life, due) ? "added_ms" : "added_days", step->amount);
    }
    if (step->kind == SW_STEP_LEAD) sw_ledger_int(l, "days", step->amount);
    if (step->kind == SW_STEP_ROLLOVER) {
        sw_slice reason = calendar ? sw_calendar_reason(calendar, step->reason_day) : SW_SLICE_NONE;
        sw_ledger_int(l, "days", step->amount);
        sw_ledger_day(l, "day", step->reason_day);
        if (step->amount && reason.len) sw_ledger_text(l, "reason", reason);
    }
    sw_ledger_time(l, step->kind == SW_STEP_BEGIN ? "at" : "due", step->due_ms);
    sw_ledger_close(l, '}');
}

static void write_due(sw_ledger *l, const sw_standing *s, const sw_due *due) {
    sw_ledger_time(l, "due", due->due_ms);
    sw_ledger_bool(l, "provisional", due->provisional);
    sw_ledger_name(l, "steps");
    sw_ledger_open(l, '[');
    for (uint32_t i = 0; i < due->step_count; i++) write_step(l, s, due, &due->steps[i]);
    sw_ledger_close(l, ']');
}

static void write_pauses(sw_ledger *l, const sw_life *life) {
    if (life->pause_count == 0) return;
    sw_ledger_name(l, "pauses");
    sw_ledger_open(l, '[');
    for (uint32_t i = 0; i < life->pause_count; i++) {
        sw_ledger_open(l, '{');
        sw_ledger_time(l, "from", life->pauses[i].from_ms);
        sw_ledger_event(l, "from_event", life->pause_recs[i].from_rec);
        sw_ledger_time(l, "to", life->pauses[i].to_ms);
        if (life->pause_recs[i].to_rec) sw_ledger_event(l, "to_event", life->pause_recs[i].to_rec);
        sw_ledger_close(l, '}');
    }
    sw_ledger_close(l, ']');
}

/* --- levels ------------------------------------------------------------------------------- */

static sw_err warning_id(const sw_ledger *l, const sw_run *run, uint32_t warn, uint32_t repeat,
                         sw_hash128 *ret) {
    sw_warning w;
    const sw_rule *rule = sw_run_rule(l->book, run);
    sw_arena_mark mark = sw_arena_save(l->arena);
    sw_err err = sw_run_warning(l->book, run, NULL, warn, repeat, sw_rule_warn(rule, warn)->level,
                                SW_TIME_FIRST_MS, l->arena, &w);
    sw_arena_rewind(l->arena, mark);
    if (!err) *ret = w.id;
    return err;
}

static bool has_open_pause(const sw_standing *s) {
    const sw_due *due = &s->due;
    return due->pause_count && due->pauses[due->pause_count - 1].to_ms == SW_TIME_MAX;
}

static sw_err write_time_of(sw_ledger *l, const sw_run *run, const sw_standing *s, uint32_t warn,
                            uint32_t repeat, uint32_t reached) {
    char hex[SW_HASH128_TEXT];
    sw_hash128 id;
    sw_err err = warning_id(l, run, warn, repeat, &id);
    if (err) return err;
    int64_t time_ms = sw_standing_time(s, warn, repeat);
    sw_hash128_hex(id, hex);
    sw_ledger_text(l, "warning_id", sw_slice_cstr(hex));
    sw_ledger_time(l, "time", time_ms);
    sw_ledger_bool(l, "reached", repeat < reached);
    bool deadline = s->life.rule->kind == SW_DEADLINE;
    if (deadline && time_ms == SW_TIME_MAX && s->counted)
        sw_ledger_bool(l, has_open_pause(s) ? "held_by_pause" : "skipped", true);
    if (s->life.stop_ms <= time_ms && time_ms != SW_TIME_MAX)
        sw_ledger_bool(l, "prevented_by_stop", true);
    return SW_OK;
}

static sw_err write_levels(sw_ledger *l, const sw_run *run, const sw_standing *s, int64_t now_ms) {
    const sw_rule *rule = s->life.rule;
    sw_ledger_name(l, "levels");
    sw_ledger_open(l, '[');
    for (uint32_t i = 0; i < sw_rule_warn_count(rule); i++) {
        const sw_warn *warn = sw_rule_warn(rule, i);
        int64_t next_ms;
        uint32_t reached = sw_standing_reached(s, i, now_ms, &next_ms);
        sw_ledger_open(l, '{');
        sw_ledger_text(l, "level", sw_slice_cstr(sw_level_name(warn->level)));
        if (warn->at_text.len) sw_ledger_text(l, "at", warn->at_text);
        if (rule->kind == SW_THRESHOLD) sw_explain_number(l, rule, i);
        sw_err err = write_time_of(l, run, s, i, 0, reached);
        uint32_t repeats = warn->repeat_every_ms > 0 ? warn->repeat_max : 0;
        if (repeats > REPEATS_SHOWN) repeats = REPEATS_SHOWN;
        if (repeats) sw_ledger_name(l, "repeats"), sw_ledger_open(l, '[');
        for (uint32_t k = 1; k <= repeats && !err; k++) {
            sw_ledger_open(l, '{');
            err = write_time_of(l, run, s, i, k, reached);
            sw_ledger_close(l, '}');
        }
        if (repeats) sw_ledger_close(l, ']');
        if (err) return err;
        sw_ledger_close(l, '}');
    }
    sw_ledger_close(l, ']');
    return SW_OK;
}

/* --- one run ------------------------------------------------------------------------------ */

static sw_err write_opening(sw_ledger *l, const sw_run *run, const sw_group *group) {
    const sw_rule *rule = sw_run_rule(l->book, run);
    const sw_on *on = &rule->starts[run->start];
    sw_view view;
    sw_book_read(l->book, run->rec, &view);
    sw_scope scope = sw_scope_of(l->book, l->arena, NULL, rule, &view, group);
    sw_ledger_event(l, "opened_by", run->rec);
    sw_ledger_condition(l, "when", on->when, &scope);
    sw_ledger_condition(l, "at", on->at, &scope);
    return scope.err;
}

static void write_period(sw_ledger *l, const sw_standing *s) {
    const sw_life *life = &s->life;
    int64_t late_s = sw_standing_late_s(s);
    bool closed = life->stop_rec != 0;
    sw_ledger_text(l, "state", closed ? SW_S("resolved") : SW_S("open"));
    sw_ledger_time(l, "start", life->start_ms);
    if (life->restart_rec) sw_ledger_event(l, "restarted_by", life->restart_rec);
    sw_ledger_bool(l, "counted", s->counted);
    if (s->counted) write_due(l, s, &s->due);
    if (s->counted && life->rule->caution) {
        sw_ledger_name(l, "caution");
        sw_ledger_open(l, '{');
        write_due(l, s, &s->caution);
        sw_ledger_close(l, '}');
    }
    write_pauses(l, life);
    if (closed) {
        sw_ledger_name(l, "stop");
        sw_ledger_open(l, '{');
        sw_ledger_event(l, "event", life->stop_rec);
        sw_ledger_time(l, "at", life->stop_ms);
        if (late_s >= 0) sw_ledger_int(l, "late_by", late_s);
        sw_ledger_close(l, '}');
    }
}

static sw_err explain_run(sw_ledger *l, const sw_run *run, int64_t now_ms) {
    const sw_rule *rule = sw_run_rule(l->book, run);
    failures f = {.first = NULL};
    sw_arena_init(&f.arena, KEPT_BYTES);
    sw_probe probe = {.ctx = &f, .failed = keep_failure};
    sw_group group;
    sw_standing s = {0};
    sw_life *lives;
    int64_t after_ms = sw_record_time(sw_book_records(l->book), run->rec) - 1;
    uint32_t strand = sw_run_strand(l->book, run);
    l->zone = rule->pack->zone;
    sw_err err = sw_run_group(l->book, run, l->arena, &group);
    if (!err && rule->kind == SW_DEADLINE)
        err = sw_life_replay(l->book, strand, &group, after_ms, &probe, l->arena, run, &lives);
    if (!err) err = sw_run_stand(l->book, run, now_ms, NULL, true, l->arena, &s);
    if (!err) {
        sw_ledger_open(l, '{');
        sw_ledger_rule(l, rule, &group);
        bool deadline = rule->kind == SW_DEADLINE;
        err = deadline ? write_opening(l, run, &group) : sw_explain_fired(l, run, &group);
        if (!err && deadline) write_period(l, &s);
        if (!err) err = write_levels(l, run, &s, now_ms);
        if (deadline)
            write_failures(l, &f, run);
        else if (!err)
            err = sw_explain_failed(l, run, &group);
        sw_ledger_close(l, '}');
    }
    if (!err && f.lost) err = SW_E_NOMEM;
    if (!err) err = l->err;
    sw_arena_done(&f.arena);
    return err;
}

/* --- which runs --------------------------------------------------------------------------- */

static sw_err has_warning(const sw_ledger *l, const sw_run *run, sw_hash128 id, bool *ret) {
    const sw_rule *rule = sw_run_rule(l->book, run);
    *ret = false;
    for (uint32_t i = 0; i < sw_rule_warn_count(rule) && !*ret; i++) {
        const sw_warn *warn = sw_rule_warn(rule, i);
        if (rule->kind == SW_THRESHOLD && !(run->limit & 1u << i)) continue;
        uint32_t repeats = warn->repeat_every_ms > 0 ? warn->repeat_max : 0;
        for (uint32_t k = 0; k <= repeats && !*ret; k++) {
            sw_hash128 other;
            sw_err err = warning_id(l, run, i, k, &other);
            if (err) return err;
            *ret = sw_hash128_eq(id, other);
        }
    }
    return SW_OK;
}

static sw_err fits(const sw_ledger *l, const sw_run *run, const sw_explain *what, bool *ret) {
    const sw_rule *rule = sw_run_rule(l->book, run);
    sw_group group;
    *ret = false;
    if (run->flags & SW_RUN_GONE) return SW_OK;
    if (what->rule_id.len && !sw_slice_eq(what->rule_id, rule->id)) return SW_OK;
    sw_err err = sw_run_group(l->book, run, l->arena, &group);
    if (err) return err;
    if (what->key) {
        if (what->key_count > rule->key_count) return SW_OK;
        for (uint32_t i = 0; i < what->key_count; i++) {
            sw_slice value = i ? group.values[i - 1] : sw_book_value(l->book);
            if (!sw_slice_eq(what->key[i], value)) return SW_OK;
        }
    }
    *ret = true;
    return what->warning_id ? has_warning(l, run, *what->warning_id, ret) : SW_OK;
}

/* An instance, or an event that opened none. */
typedef struct entry {
    sw_view view; /* of the event */
    const sw_run *run;
    const sw_unopened *unopened; /* NULL: `run` */
} entry;

static int by_order(const void *a, const void *b) {
    const entry *x = a, *y = b;
    int order = sw_view_cmp(&x->view, &y->view);
    if (!order) order = (x->run > y->run) - (x->run < y->run);
    return order ? order : (x->unopened > y->unopened) - (x->unopened < y->unopened);
}

static sw_err find_entries(const sw_ledger *l, const sw_explain *what, entry **ret,
                           uint32_t *ret_count) {
    const sw_unopened *unopened = NULL;
    uint32_t unopened_count = 0, count = 0;
    if (!what->opened_only && !what->warning_id) {
        sw_err err = sw_unopened_find(l, what, &unopened, &unopened_count);
        if (err) return err;
    }
    size_t most = (size_t)l->book->run_count + unopened_count;
    entry *found = sw_arena_zero(l->arena, most, sizeof *found);
    if (!found) return SW_E_NOMEM;
    for (uint32_t i = 0; i < l->book->run_count; i++) {
        const sw_run *run = &sw_book_runs(l->book)[i];
        bool fit;
        sw_err err = fits(l, run, what, &fit);
        if (err) return err;
        if (!fit) continue;
        found[count].run = run;
        sw_book_read(l->book, run->rec, &found[count++].view);
    }
    for (uint32_t i = 0; i < unopened_count; i++)
        found[count++] = (entry){.view = unopened[i].view, .unopened = &unopened[i]};
    if (count > 1) qsort(found, count, sizeof *found, by_order);
    *ret = found;
    *ret_count = count;
    return SW_OK;
}

static sw_err explain_entry(sw_ledger *l, const entry *e, int64_t now_ms) {
    if (e->run) return explain_run(l, e->run, now_ms);
    sw_unopened_write(l, e->unopened);
    return l->err;
}

sw_err sw_book_explain(const sw_book *book, const sw_explain *what, int64_t now_ms,
                       sw_arena *scratch, sw_buf *out) {
    SW_ASSERT(book && what && scratch && out);
    SW_ASSERT(now_ms >= book->done_ms);
    sw_arena_mark mark = sw_arena_save(scratch);
    sw_ledger l = {.arena = scratch, .out = out};
    sw_book *copy;
    entry *found;
    uint32_t count;
    size_t before = out->len;
    sw_err err = sw_book_at(book, now_ms, scratch, &l.book, &copy);
    if (err) return err;
    if (!copy) err = sw_book_clone(book, &copy);
    if (err) return err;
    l.book = l.own = copy;
    err = find_entries(&l, what, &found, &count);
    if (!err && count == 0) err = SW_E_NOT_FOUND;
    if (!err) {
        sw_buf_add_byte(out, '[');
        for (uint32_t i = 0; i < count && !err; i++) {
            sw_arena_mark one = sw_arena_save(scratch);
            if (i) sw_buf_add_byte(out, ',');
            err = explain_entry(&l, &found[i], now_ms);
            sw_arena_rewind(scratch, one);
        }
        sw_buf_add_byte(out, ']');
        if (!err) err = out->err;
    }
    if (err && !out->err) out->len = before;
    sw_book_close(copy);
    sw_arena_rewind(scratch, mark);
    return err;
}
