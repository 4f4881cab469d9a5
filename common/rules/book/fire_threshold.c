/* Which events of a group fire: thresholds over their tallies. */
#include "rules/book/fire.h"

/* The last item before `at` that counts, not before `first`; UINT32_MAX: there is none. */
static uint32_t counts_before(const sw_lane *lane, uint32_t first, uint32_t at) {
    while (at > first)
        if (lane->items[--at].counts) return at;
    return UINT32_MAX;
}

/* --- levels that are reached -------------------------------------------------------------- */

static sw_err judge_reached(sw_fire *f, sw_tally *tally, uint32_t at) {
    const sw_lane *lane = &tally->lanes[0];
    const uint32_t last = counts_before(lane, 0, at);
    uint8_t before = 0;
    sw_err err = last == UINT32_MAX ? SW_OK : sw_tally_levels(f->book, tally, last, &before);
    for (; at < lane->count && !err; at++) {
        const sw_item *item = &lane->items[at];
        uint8_t levels;
        if (!item->counts) continue;
        err = sw_tally_levels(f->book, tally, at, &levels);
        if (err) break;
        const uint8_t new = levels &(uint8_t)~before;
        before = levels;
        if (!new || !sw_fire_is_version(f, item->time_ms)) continue;
        const sw_firing firing = {.at_ms = item->time_ms, .rec = item->rec, .levels = new};
        err = sw_fire_found(f, &firing);
    }
    return err;
}

/* --- levels below a number ---------------------------------------------------------------- */

/* One period, whose items are [first, end): its first event that counts opens the warning, at the
 * period's end. */
static sw_err judge_period(sw_fire *f, sw_tally *tally, uint32_t first, uint32_t end,
                           int64_t end_ms) {
    const sw_lane *lane = &tally->lanes[0];
    const uint32_t last = counts_before(lane, first, end);
    uint8_t levels;
    if (last == UINT32_MAX) return SW_OK;
    while (!lane->items[first].counts) first++;
    const sw_item *opens = &lane->items[first];
    sw_err err = sw_tally_levels(f->book, tally, last, &levels);
    if (err || !levels || !sw_fire_is_version(f, opens->time_ms)) return err;
    const sw_firing firing = {.at_ms = end_ms, .rec = opens->rec, .levels = levels};
    return sw_fire_found(f, &firing);
}

/* An event behind all others changes what its period fires only if it opens it, or takes the number
 * over a level: in the latter case what stood is looked at too. */
static sw_err judge_step(sw_fire *f, sw_tally *tally, uint32_t first, int64_t end_ms) {
    const sw_lane *lane = &tally->lanes[0];
    const uint32_t at = lane->count - 1;
    uint8_t levels, before;
    if (!lane->items[at].counts) return SW_OK;
    const uint32_t last = counts_before(lane, first, at);
    if (last == UINT32_MAX) return judge_period(f, tally, first, lane->count, end_ms);
    sw_err err = sw_tally_levels(f->book, tally, last, &before);
    if (!err) err = sw_tally_levels(f->book, tally, at, &levels);
    if (err || levels == before) return err;
    f->step = false;
    return judge_period(f, tally, first, lane->count, end_ms);
}

/* From the period that holds `from_ms` on: what has gone may have been the last of it. */
static sw_err judge_below(sw_fire *f, sw_tally *tally, int64_t from_ms) {
    const sw_rule *rule = f->rule;
    const sw_lane *lane = &tally->lanes[0];
    const sw_zone *zone = rule->pack->zone;
    const sw_period period = rule->within.period;
    uint32_t first = 0;
    sw_err err = SW_OK;
    if (from_ms != SW_TIME_NONE)
        first = sw_lane_find(lane, sw_period_start(zone, period, from_ms), false);
    if (f->step && first < lane->count)
        return judge_step(f, tally, first, sw_period_end(zone, period, from_ms));
    while (first < lane->count && !err) {
        const int64_t end_ms = sw_period_end(zone, period, lane->items[first].time_ms);
        const uint32_t end = sw_lane_find(lane, end_ms, false);
        err = judge_period(f, tally, first, end, end_ms);
        first = end;
    }
    return err;
}

int64_t sw_fire_part_from(const sw_rule *rule, int64_t from_ms) {
    if (!rule->below || from_ms == SW_TIME_NONE) return from_ms;
    return sw_period_start(rule->pack->zone, rule->within.period, from_ms) + 1;
}

sw_err sw_fire_judge_threshold(sw_fire *f, sw_tally *tally, int64_t from_ms) {
    const uint32_t at = sw_lane_find(&tally->lanes[0], from_ms, false);
    sw_cursor_retreat(tally, at);
    sw_tally_mark(tally, at);
    if (!f->tell) return SW_OK;
    return f->rule->below ? judge_below(f, tally, from_ms) : judge_reached(f, tally, at);
}
