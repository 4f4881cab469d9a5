#include "report/figures/counted.h"

#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"
#include "report/figures/label.h"

#define LABEL_BYTES_MAX ((size_t)64 << 10)

static void start(sw_contribution *ret, const sw_hash128 *item) {
    *ret = (sw_contribution){.item = *item};
    ret->source = ret->id = ret->label = SW_S("");
}

static sw_err add(sw_contribution *ret, const sw_indicator *indicator, sw_slice org, int64_t day,
                  sw_slice split) {
    if (ret->part_count == SW_TALLIES_MAX) return SW_E_LIMIT;
    ret->parts[ret->part_count++] =
        (sw_tally){.indicator = indicator->number, .org = org, .day = (int32_t)day, .split = split};
    return SW_OK;
}

/* ---- what a list shows ------------------------------------------------------------------ */

static void time_member(sw_buf *out, const char *name, int64_t ms, int32_t offset_s) {
    if (ms == SW_TIME_NONE) return;
    sw_buf_printf(out, ",\"%s\":\"", name);
    sw_time_write(out, ms, offset_s);
    sw_buf_add_byte(out, '"');
}

static void id_member(sw_buf *out, const char *name, sw_hash128 id) {
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(id, hex);
    sw_label_text(out, name, sw_slice_cstr(hex));
}

static void key_member(sw_buf *out, const sw_told_key *key, uint32_t count) {
    sw_buf_add_cstr(out, ",\"key\":");
    sw_told_key_to_json(key, count, out);
}

static sw_err keep_label(sw_buf *out, sw_arena *arena, sw_contribution *ret) {
    sw_buf_add_byte(out, '}');
    const bool kept = !out->err && sw_arena_copy(arena, sw_buf_slice(out), &ret->label);
    sw_buf_done(out);
    return kept ? SW_OK : SW_E_LIMIT;
}

/* ---- warnings --------------------------------------------------------------------------- */

sw_err sw_counted_warning(const sw_indicators *indicators, sw_slice bytes, sw_arena *arena,
                          sw_contribution *ret) {
    sw_told_warning told;
    sw_buf label;
    sw_err err = sw_told_from_pb(arena, bytes, &told);
    if (err) return err;
    start(ret, &told.id);
    if (told.change == SW_WITHDRAWN) return SW_OK;
    const int64_t day = sw_zone_day(indicators->zone, told.fires_ms);
    const sw_slice level = sw_slice_cstr(sw_level_name(told.level));
    for (uint32_t i = 0; !err && i < indicators->count; i++) {
        const sw_indicator *indicator = &indicators->list[i];
        if (indicator->kind == SW_INDICATOR_WARNINGS && indicator->levels >> told.level & 1 &&
            sw_indicator_has_rule(indicator, told.rule))
            err = add(ret, indicator, told.orgcode, day, level);
    }
    if (err || ret->part_count == 0) return err;
    sw_buf_init(&label, LABEL_BYTES_MAX);
    sw_buf_add_byte(&label, '{');
    id_member(&label, "warning_id", told.id);
    sw_label_text(&label, "rule", told.rule);
    sw_label_text(&label, "name", told.rule_name);
    sw_label_text(&label, "level", level);
    sw_label_text(&label, "state", told.state == SW_STATE_OPEN ? SW_S("open") : SW_S("resolved"));
    sw_label_text(&label, "officerid", told.officerid);
    key_member(&label, told.key, told.key_count);
    time_member(&label, "fires_at", told.fires_ms, told.offset_s);
    time_member(&label, "due", told.due_ms, told.offset_s);
    return keep_label(&label, arena, ret);
}

/* ---- periods ---------------------------------------------------------------------------- */

/* Does the period count for it, and on the day of which moment? SW_TIME_NONE: it does not. */
static int64_t moment_of(const sw_indicator *indicator, const sw_told_period *told) {
    const bool closed = told->change == SW_PERIOD_CLOSED;
    const bool stopped = closed && told->stopped_ms != SW_TIME_NONE;
    switch (indicator->periods) {
    case SW_PERIODS_OPENED:
        return closed && !stopped ? SW_TIME_NONE : told->start_ms;
    case SW_PERIODS_IN_TIME:
        return stopped && told->late_by_s < 0 ? told->stopped_ms : SW_TIME_NONE;
    case SW_PERIODS_LATE:
        return stopped && told->late_by_s >= 0 ? told->stopped_ms : SW_TIME_NONE;
    case SW_PERIODS_RUNNING:
        return closed ? SW_TIME_NONE : told->due_ms;
    case SW_PERIODS_OVERDUE:
        return closed || told->level != SW_BREACH ? SW_TIME_NONE : told->due_ms;
    }
    return SW_TIME_NONE;
}

sw_err sw_counted_period(const sw_indicators *indicators, sw_slice bytes, sw_arena *arena,
                         sw_contribution *ret) {
    sw_told_period told;
    sw_buf label;
    sw_err err = sw_period_from_pb(arena, bytes, &told);
    if (err) return err;
    start(ret, &told.instance);
    const sw_slice level =
        told.level < 0 ? SW_S("none") : sw_slice_cstr(sw_level_name((sw_level)told.level));
    for (uint32_t i = 0; !err && i < indicators->count; i++) {
        const sw_indicator *indicator = &indicators->list[i];
        if (indicator->kind != SW_INDICATOR_PERIODS) continue;
        const int64_t moment_ms = moment_of(indicator, &told);
        if (moment_ms == SW_TIME_NONE || !sw_indicator_has_rule(indicator, told.rule)) continue;
        err = add(ret, indicator, told.orgcode, sw_zone_day(indicators->zone, moment_ms),
                  indicator->periods == SW_PERIODS_RUNNING ? level : SW_S(""));
    }
    if (err || ret->part_count == 0) return err;
    sw_buf_init(&label, LABEL_BYTES_MAX);
    sw_buf_add_byte(&label, '{');
    id_member(&label, "instance", told.instance);
    sw_label_text(&label, "rule", told.rule);
    sw_label_text(&label, "name", told.rule_name);
    sw_label_text(&label, "level", told.level < 0 ? SW_S("") : level);
    sw_label_text(&label, "officerid", told.officerid);
    key_member(&label, told.key, told.key_count);
    time_member(&label, "start", told.start_ms, told.offset_s);
    time_member(&label, "due", told.due_ms, told.offset_s);
    time_member(&label, "stopped", told.stopped_ms, told.offset_s);
    return keep_label(&label, arena, ret);
}
