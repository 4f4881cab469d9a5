#include "rules/book/turn.h"

static const sw_count no_count;

static void fill_facts(const sw_life *life, int64_t now_ms, sw_period_facts *ret) {
    const sw_rule *rule = life->rule;
    *ret = (sw_period_facts){.zone = rule->pack->zone,
                             .calendar = rule->pack->calendar,
                             .start_ms = life->start_ms,
                             .limit = life->span,
                             .count = life->count == SW_NO_ENTRY ? no_count
                                                                 : rule->counts[life->count].count,
                             .extensions = life->extensions,
                             .extension_count = life->extension_count,
                             .pauses = life->pauses,
                             .pause_count = life->pause_count,
                             .now_ms = life->stop_ms == SW_TIME_MAX ? now_ms : life->stop_ms};
}

/* Due times: SW_E_RANGE is a period that can't be counted, anything else a failure. */
static sw_err count_both(sw_standing *s, bool ledger, sw_arena *arena) {
    sw_err err = sw_due_compute(&s->facts, ledger, arena, &s->due);
    if (err || !s->life.rule->caution) return err;
    sw_period_facts caution = s->facts;
    caution.count = *s->life.rule->caution;
    return sw_due_compute(&caution, ledger, arena, &s->caution);
}

sw_err sw_run_stand(const sw_book *book, const sw_run *run, int64_t now_ms, const sw_probe *probe,
                    bool ledger, sw_arena *arena, sw_standing *ret) {
    sw_life life;
    sw_err err = sw_life_of_run(book, run, probe, arena, &life);
    return err ? err : sw_life_stand(&life, now_ms, ledger, arena, ret);
}

sw_err sw_life_stand(const sw_life *life, int64_t now_ms, bool ledger, sw_arena *arena,
                     sw_standing *ret) {
    ret->life = *life;
    ret->counted = true;
    if (ret->life.rule->kind != SW_DEADLINE) return SW_OK;
    fill_facts(&ret->life, now_ms, &ret->facts);
    sw_err err = count_both(ret, ledger, arena);
    ret->counted = err == SW_OK;
    if (err == SW_E_LIMIT) return SW_E_NOMEM;
    return err == SW_E_RANGE ? SW_OK : err;
}

int64_t sw_standing_time(const sw_standing *s, uint32_t warn, uint32_t repeat) {
    if (!s->counted) return SW_TIME_MAX;
    if (s->life.rule->kind != SW_DEADLINE) {
        bool fires = s->life.rule->kind != SW_THRESHOLD || (s->life.limit & 1u << warn);
        if (!fires) return SW_TIME_MAX;
        int64_t settled_ms = s->life.start_ms + s->life.rule->settle_ms;
        return settled_ms > SW_TIME_LAST_MS ? SW_TIME_MAX : settled_ms;
    }
    const sw_warn *w = &s->life.rule->warns[warn];
    const sw_due *caution = s->life.rule->caution ? &s->caution : NULL;
    int64_t first_ms = sw_level_time(&s->facts, &s->due, caution, w->at);
    if (repeat == 0 || first_ms == SW_TIME_MAX) return first_ms;
    return sw_repeat_time(&s->due, first_ms, w->repeat_every_ms, repeat);
}

uint32_t sw_standing_reached(const sw_standing *s, uint32_t warn, int64_t now_ms,
                             int64_t *ret_next_ms) {
    const sw_warn *w = sw_rule_warn(s->life.rule, warn);
    uint32_t most = w->repeat_every_ms > 0 ? w->repeat_max + 1 : 1, count = 0;
    int64_t first_ms = sw_standing_time(s, warn, 0), time_ms = first_ms;
    while (count < most && time_ms <= now_ms && time_ms < s->life.stop_ms) {
        count++;
        if (count < most) time_ms = sw_repeat_time(&s->due, first_ms, w->repeat_every_ms, count);
    }
    bool more = count < most && time_ms < s->life.stop_ms && time_ms != SW_TIME_MAX;
    *ret_next_ms = more ? time_ms : SW_TIME_MAX;
    return count;
}

void sw_standing_measure(sw_standing *s, int64_t now_ms) {
    const sw_rule *rule = s->life.rule;
    memset(s->reached, 0, sizeof s->reached);
    s->next_ms = SW_TIME_MAX;
    s->next_level = -1;
    for (uint32_t i = 0; i < sw_rule_warn_count(rule); i++) {
        int64_t next_ms;
        sw_level level = sw_rule_warn(rule, i)->level;
        s->reached[level] = (uint16_t)sw_standing_reached(s, i, now_ms, &next_ms);
        if (next_ms >= s->next_ms) continue;
        s->next_ms = next_ms;
        s->next_level = (int32_t)level;
    }
}

int64_t sw_standing_late_s(const sw_standing *s) {
    bool late = s->counted && s->life.rule->kind == SW_DEADLINE && s->life.stop_ms != SW_TIME_MAX &&
                s->life.stop_ms > s->due.due_ms;
    return late ? (s->life.stop_ms - s->due.due_ms) / 1000 : -1;
}

uint32_t sw_rule_warn_of(const sw_rule *rule, sw_level level) {
    for (uint32_t i = 0; i < sw_rule_warn_count(rule); i++)
        if (sw_rule_warn(rule, i)->level == level) return i;
    return UINT32_MAX;
}

sw_err sw_run_owner(const sw_book *book, const sw_run *run, const sw_group *group, int64_t time_ms,
                    uint32_t without, sw_arena *arena, sw_slice *ret_org, sw_slice *ret_officer) {
    const sw_rule *rule = sw_run_rule(book, run);
    uint32_t strand_index = sw_run_strand(book, run);
    const sw_strand *strand = &book->plan->strands[strand_index];
    const uint8_t *bytes = sw_book_records(book);
    sw_slice org = SW_SLICE_NONE, officer = SW_SLICE_NONE;
    for (uint32_t i = sw_book_find_time(book, time_ms, true);
         i-- > 0 && !(org.len && officer.len);) {
        uint32_t rec = sw_book_list(book)[i];
        if (rec == without) continue;
        const sw_touch *touch = sw_plan_touch(book->plan, sw_record_type(bytes, rec), strand_index);
        bool named = false;
        for (uint32_t u = 0; touch && u < touch->use_count && !named; u++)
            named = touch->uses[u].rule == rule;
        if (!named) continue;
        sw_view view;
        sw_record_read(bytes, rec, &view);
        if ((org.len || !view.orgcode.len) && (officer.len || !view.officerid.len)) continue;
        bool has = true;
        if (strand->key_count > 1) {
            sw_arena_mark mark = sw_arena_save(arena);
            sw_err err = sw_group_has(book, strand, &view, group, arena, &has);
            sw_arena_rewind(arena, mark);
            if (err) return err;
        }
        if (has && !org.len) org = view.orgcode;
        if (has && !officer.len) officer = view.officerid;
    }
    *ret_org = org;
    *ret_officer = officer;
    if (org.len && officer.len) return SW_OK;
    sw_view opening;
    sw_book_read(book, run->rec, &opening);
    if (!org.len) *ret_org = opening.orgcode;
    if (!officer.len) *ret_officer = opening.officerid;
    return SW_OK;
}

static sw_err fill_key(const sw_book *book, const sw_run *run, const sw_group *group,
                       sw_arena *arena, sw_warning *ret) {
    uint32_t count = sw_run_rule(book, run)->key_count;
    sw_slice *key = sw_arena_zero(arena, count, sizeof *key);
    if (!key) return SW_E_NOMEM;
    key[0] = sw_book_value(book);
    for (uint32_t i = 1; i < count; i++) key[i] = group->values[i - 1];
    ret->key = key;
    return SW_OK;
}

static sw_err fill_opening(const sw_book *book, const sw_run *run, sw_arena *arena,
                           sw_warning *ret) {
    bool pair = ret->rule->kind == SW_MATCH;
    sw_event_ref *refs = sw_arena_zero(arena, 2, sizeof *refs);
    if (!refs) return SW_E_NOMEM;
    sw_view view;
    sw_hash128 second;
    sw_book_read(book, run->rec, &view);
    sw_hash128 first = sw_event_identity(view.source, view.id);
    refs[0] = (sw_event_ref){view.source, view.id, sw_book_type(book, &view)};
    if (pair) {
        sw_book_read(book, run->stop_rec, &view);
        second = sw_event_identity(view.source, view.id);
        refs[1] = (sw_event_ref){view.source, view.id, sw_book_type(book, &view)};
    }
    ret->events = refs;
    ret->event_count = pair ? 2 : 1;
    ret->id =
        sw_warning_id(ret->rule, ret->key, first, pair ? &second : NULL, ret->level, ret->repeat);
    return SW_OK;
}

sw_err sw_run_warning(const sw_book *book, const sw_run *run, const sw_standing *standing,
                      uint32_t warn, uint32_t repeat, sw_level level, int64_t now_ms,
                      sw_arena *arena, sw_warning *ret) {
    const sw_rule *rule = sw_run_rule(book, run);
    bool deadline = rule->kind == SW_DEADLINE;
    sw_group group;
    sw_warning w = {.rule = rule,
                    .warn = warn,
                    .repeat = repeat,
                    .level = level,
                    .state = deadline && (run->flags & SW_RUN_CLOSED) ? SW_STATE_RESOLVED
                                                                      : SW_STATE_OPEN,
                    .start_ms = deadline ? run->start_ms : SW_TIME_NONE,
                    .due_ms = deadline ? run->due_ms : SW_TIME_NONE,
                    .fires_ms = SW_TIME_NONE,
                    .stopped_ms = SW_TIME_NONE,
                    .late_by_s = -1};
    if (standing) {
        if (w.state == SW_STATE_RESOLVED) w.stopped_ms = run->stop_ms;
        w.fires_ms = sw_standing_time(standing, warn, repeat);
        w.late_by_s = sw_standing_late_s(standing);
        if (deadline) {
            w.due_ms = standing->due.due_ms;
            w.provisional = standing->due.provisional;
        }
    }
    sw_err err = sw_run_group(book, run, arena, &group);
    if (!err) err = fill_key(book, run, &group, arena, &w);
    if (!err) err = fill_opening(book, run, arena, &w);
    int64_t at_ms = standing ? w.fires_ms : now_ms;
    if (!err) err = sw_run_owner(book, run, &group, at_ms, 0, arena, &w.orgcode, &w.officerid);
    if (!err) *ret = w;
    return err;
}
