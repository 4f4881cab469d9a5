#include "report/figures/counted.h"

#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"
#include "report/figures/label.h"
#include "report/figures/rows.h"

#define LABEL_BYTES_MAX ((size_t)64 << 10)

/* The parts are left as they are: most items have few of so many. */
static void start(sw_item *ret, char kind, const sw_hash128 *id) {
    ret->id = *id;
    ret->kind = kind;
    ret->correction = false;
    ret->time_ms = 0;
    ret->part_count = 0;
    ret->order = 0;
    ret->until_day = SW_DAY_NEVER;
    ret->source = ret->from_id = ret->label = ret->officer = SW_S("");
}

static sw_err add(sw_item *ret, const sw_indicator *indicator, sw_slice org, int64_t day,
                  sw_slice split) {
    if (ret->part_count == SW_TALLIES_MAX) return SW_E_LIMIT;
    ret->parts[ret->part_count++] = (sw_tally){.indicator = indicator->number,
                                               .org = org,
                                               .day = (int32_t)day,
                                               .split = split,
                                               .total = indicator->kind == SW_INDICATOR_PERIODS};
    return SW_OK;
}

static void in_hand(sw_item *ret, sw_slice officer, uint64_t order) {
    if (officer.len == 0 || officer.len > SW_OFFICER_BYTES_MAX ||
        memchr(officer.ptr, '\0', officer.len))
        return;
    ret->officer = officer;
    ret->order = order;
}

/* ---- what a list shows ------------------------------------------------------------------ */

static sw_err keep_label(sw_buf *out, sw_arena *arena, sw_item *ret) {
    const bool kept = !out->err && sw_arena_copy(arena, sw_buf_slice(out), &ret->label);
    sw_buf_done(out);
    return kept ? SW_OK : SW_E_LIMIT;
}

/* What a rule with a compartment says is counted, but lists say no more of it than that it is
 * there: they are read by many. */
static sw_err keep_closed_label(sw_buf *out, sw_slice compartment, sw_arena *arena, sw_item *ret) {
    sw_label_text(out, SW_LABEL_COMPARTMENT, compartment);
    return keep_label(out, arena, ret);
}

/* ---- events ----------------------------------------------------------------------------- */

static sw_slice bounded(sw_slice split) {
    size_t len = split.len < SW_SPLIT_BYTES_MAX ? split.len : SW_SPLIT_BYTES_MAX;
    const char *nul = len ? memchr(split.ptr, '\0', len) : NULL;
    if (nul) len = (size_t)(nul - split.ptr);
    /* not in the middle of a character */
    while (len > 0 && len < split.len && ((unsigned char)split.ptr[len] & 0xc0) == 0x80) len--;
    return sw_slice_sub(split, 0, len);
}

static sw_err label_event(const sw_indicators *indicators, const sw_event *event, sw_arena *arena,
                          sw_item *ret) {
    sw_buf out;
    sw_buf_init(&out, LABEL_BYTES_MAX);
    sw_label_text(&out, SW_LABEL_TYPE, event->type->name);
    sw_label_text(&out, SW_LABEL_SOURCE, event->source);
    sw_label_text(&out, SW_LABEL_ID, event->id);
    sw_label_text(&out, SW_LABEL_SUBJECT, event->subject);
    sw_label_text(&out, SW_LABEL_OFFICER, event->officerid);
    sw_label_offset(&out, sw_zone_offset(indicators->zone, event->time_ms));
    sw_label_time(&out, SW_LABEL_TIME, event->time_ms);
    return keep_label(&out, arena, ret);
}

static bool has_indicator(const sw_item *item, uint64_t number) {
    for (uint32_t i = 0; i < item->part_count; i++)
        if (item->parts[i].indicator == number) return true;
    return false;
}

sw_err sw_counted_event(const sw_indicators *indicators, const sw_event *event, sw_arena *arena,
                        sw_item *ret) {
    const sw_event *content = event->correction ? event->correction->replacement : event;
    start(ret, SW_ITEM_EVENT, event->correction ? &event->correction->identity : &event->identity);
    if (event->correction) {
        ret->correction = true;
        ret->time_ms = event->time_ms;
        ret->source = event->source;
        ret->from_id = event->id;
    }
    if (!content) return SW_OK;
    uint32_t count;
    const sw_indicator_use *uses = sw_indicators_uses(indicators, content->type, &count);
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < count; i++) {
        sw_slice split;
        bool failed;
        /* of several entries of one indicator the first that holds */
        if (has_indicator(ret, uses[i].indicator->number) ||
            !sw_indicator_counts(uses[i].on, content, arena, &split, &failed))
            continue;
        err = add(ret, uses[i].indicator, content->orgcode,
                  sw_zone_day(indicators->zone, content->time_ms), bounded(split));
    }
    return err || ret->part_count == 0 ? err : label_event(indicators, content, arena, ret);
}

/* ---- warnings --------------------------------------------------------------------------- */

/* The worst first, of these the newest. */
static uint64_t hand_of_warning(sw_level level, int64_t fires_ms) {
    const uint64_t newest = ~(uint64_t)fires_ms & ((UINT64_C(1) << 56) - 1);
    return (uint64_t)(SW_BREACH - level) << 56 | newest;
}

sw_err sw_counted_warning(const sw_indicators *indicators, sw_slice bytes, sw_arena *arena,
                          sw_item *ret) {
    sw_told_warning told;
    sw_buf label;
    sw_err err = sw_told_from_pb(arena, bytes, &told);
    if (err) return err;
    start(ret, SW_ITEM_WARNING, &told.id);
    if (told.change == SW_WITHDRAWN) return SW_OK;
    const int64_t day = sw_zone_day(indicators->zone, told.fires_ms);
    const sw_slice level = sw_slice_cstr(sw_level_name(told.level));
    for (uint32_t i = 0; !err && i < indicators->count; i++) {
        const sw_indicator *indicator = &indicators->list[i];
        if (indicator->kind == SW_INDICATOR_WARNINGS && indicator->levels >> told.level & 1 &&
            sw_indicator_has_rule(indicator, told.rule))
            err = add(ret, indicator, told.orgcode, day, level);
    }
    if (!err && told.state == SW_STATE_OPEN && told.compartment.len == 0)
        in_hand(ret, told.officerid, hand_of_warning(told.level, told.fires_ms));
    if (err || (ret->part_count == 0 && ret->officer.len == 0)) return err;
    sw_buf_init(&label, LABEL_BYTES_MAX);
    sw_label_id(&label, SW_LABEL_WARNING, told.id);
    if (told.compartment.len) return keep_closed_label(&label, told.compartment, arena, ret);
    sw_label_text(&label, SW_LABEL_RULE, told.rule);
    sw_label_text(&label, SW_LABEL_NAME, told.rule_name);
    sw_label_text(&label, SW_LABEL_LEVEL, level);
    sw_label_text(&label, SW_LABEL_STATE,
                  told.state == SW_STATE_OPEN ? SW_S("open") : SW_S("resolved"));
    sw_label_text(&label, SW_LABEL_OFFICER, told.officerid);
    sw_label_key(&label, told.key, told.key_count);
    sw_label_offset(&label, told.offset_s);
    sw_label_time(&label, SW_LABEL_FIRES, told.fires_ms);
    sw_label_time(&label, SW_LABEL_DUE, told.due_ms);
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
    case SW_PERIODS_ENDED:
        return stopped ? told->stopped_ms : SW_TIME_NONE;
    case SW_PERIODS_RUNNING:
        return closed ? SW_TIME_NONE : told->due_ms;
    case SW_PERIODS_OVERDUE:
        return closed || told->level != SW_BREACH ? SW_TIME_NONE : told->due_ms;
    }
    return SW_TIME_NONE;
}

/* The next due first, those without a due time last. */
static uint64_t hand_of_period(const sw_told_period *told) {
    const int64_t due_ms = told->due_ms == SW_TIME_NONE ? SW_TIME_MAX : told->due_ms;
    return (uint64_t)due_ms ^ UINT64_C(1) << 63;
}

sw_err sw_counted_period(const sw_indicators *indicators, sw_slice bytes, sw_arena *arena,
                         sw_item *ret) {
    sw_told_period told;
    sw_buf label;
    sw_err err = sw_period_from_pb(arena, bytes, &told);
    if (err) return err;
    start(ret, SW_ITEM_PERIOD, &told.instance);
    const sw_slice level =
        told.level < 0 ? SW_S("none") : sw_slice_cstr(sw_level_name((sw_level)told.level));
    for (uint32_t i = 0; !err && i < indicators->count; i++) {
        const sw_indicator *indicator = &indicators->list[i];
        if (indicator->kind != SW_INDICATOR_PERIODS) continue;
        const int64_t moment_ms = moment_of(indicator, &told);
        if (moment_ms == SW_TIME_NONE || !sw_indicator_has_rule(indicator, told.rule)) continue;
        sw_slice split = SW_S("");
        if (indicator->periods == SW_PERIODS_RUNNING) split = level;
        if (indicator->periods == SW_PERIODS_ENDED && told.has_cause)
            split = bounded(told.cause.type);
        err = add(ret, indicator, told.orgcode, sw_zone_day(indicators->zone, moment_ms), split);
    }
    if (told.change != SW_PERIOD_CLOSED && told.compartment.len == 0)
        in_hand(ret, told.officerid, hand_of_period(&told));
    else if (told.stopped_ms != SW_TIME_NONE)
        ret->until_day = (int32_t)sw_zone_day(indicators->zone, told.stopped_ms);
    if (err || (ret->part_count == 0 && ret->officer.len == 0)) return err;
    sw_buf_init(&label, LABEL_BYTES_MAX);
    sw_label_id(&label, SW_LABEL_INSTANCE, told.instance);
    if (told.compartment.len) return keep_closed_label(&label, told.compartment, arena, ret);
    sw_label_text(&label, SW_LABEL_RULE, told.rule);
    sw_label_text(&label, SW_LABEL_NAME, told.rule_name);
    sw_label_text(&label, SW_LABEL_LEVEL, told.level < 0 ? SW_S("") : level);
    sw_label_text(&label, SW_LABEL_OFFICER, told.officerid);
    sw_label_key(&label, told.key, told.key_count);
    sw_label_offset(&label, told.offset_s);
    sw_label_time(&label, SW_LABEL_START, told.start_ms);
    sw_label_time(&label, SW_LABEL_DUE, told.due_ms);
    sw_label_time(&label, SW_LABEL_STOPPED, told.stopped_ms);
    return keep_label(&label, arena, ret);
}
