/* How many of a threshold's events lie in the window of one. Without `distinct` a difference of two
 * places or sums; with it the cursor's number of values, which moves along with the windows. */
#include "rules/book/tally.h"

#define CURSOR_FIRST 16u

int64_t sw_window_from(const sw_rule *rule, sw_window window, int64_t time_ms, bool closed) {
    if (window.form == SW_WINDOW_NONE) return SW_TIME_NONE;
    if (window.form == SW_WINDOW_LENGTH) return time_ms - window.ms + (closed ? 0 : 1);
    return sw_period_start(rule->pack->zone, window.period, time_ms);
}

/* --- the cursor --------------------------------------------------------------------------- */

static struct sw_cursor_slot *slot_of(sw_cursor *c, uint64_t value) {
    uint32_t i = (uint32_t)(value ^ value >> 32) & (c->slot_cap - 1);
    while (c->slots[i].count && c->slots[i].value != value) i = (i + 1) & (c->slot_cap - 1);
    return &c->slots[i];
}

/* An emptied slot is closed up by those behind it, so that none is hidden. */
static void close_up(sw_cursor *c, struct sw_cursor_slot *gone) {
    uint32_t hole = (uint32_t)(gone - c->slots), mask = c->slot_cap - 1;
    for (uint32_t i = (hole + 1) & mask; c->slots[i].count; i = (i + 1) & mask) {
        uint64_t value = c->slots[i].value;
        uint32_t home = (uint32_t)(value ^ value >> 32) & mask;
        if (((i - home) & mask) < ((i - hole) & mask)) continue;
        c->slots[hole] = c->slots[i];
        c->slots[i].count = 0;
        hole = i;
    }
    c->slot_count--;
}

static sw_err grow_cursor(sw_cursor *c, size_t *bytes) {
    if (2 * (c->slot_count + 1) <= c->slot_cap) return SW_OK;
    sw_cursor new = *c;
    new.slot_cap = c->slot_cap ? 2 * c->slot_cap : CURSOR_FIRST;
    new.slots = sw_heap_zero(new.slot_cap, sizeof *new.slots);
    if (!new.slots) return SW_E_NOMEM;
    for (uint32_t i = 0; i < c->slot_cap; i++)
        if (c->slots[i].count) *slot_of(&new, c->slots[i].value) = c->slots[i];
    *bytes += (new.slot_cap - c->slot_cap) * sizeof *new.slots;
    sw_heap_free(c->slots);
    *c = new;
    return SW_OK;
}

/* An item comes in at the end (`last`) or at the beginning of the window. */
static sw_err come_in(sw_cursor *c, const sw_lane *lane, uint32_t at, bool last, size_t *bytes) {
    if (!lane->items[at].counts) return SW_OK;
    sw_err err = grow_cursor(c, bytes);
    if (err) return err;
    struct sw_cursor_slot *slot = slot_of(c, lane->marks[at].value);
    if (slot->count == 0) {
        *slot = (struct sw_cursor_slot){.value = lane->marks[at].value};
        c->slot_count++;
    }
    if (slot->count == 0 || last) {
        c->n += (int64_t)lane->items[at].weight - slot->weight;
        slot->weight = lane->items[at].weight;
    }
    slot->count++;
    return SW_OK;
}

/* An item leaves; from the end the one before it of its value weighs again. */
static void go_out(sw_tally *tally, uint32_t at, bool last) {
    sw_cursor *c = &tally->cursor;
    const sw_lane *lane = &tally->lanes[0];
    if (!lane->items[at].counts) return;
    uint64_t value = lane->marks[at].value;
    struct sw_cursor_slot *slot = slot_of(c, value);
    SW_ASSERT(slot->count > 0);
    if (--slot->count == 0) {
        c->n -= slot->weight;
        close_up(c, slot);
        return;
    }
    if (!last || !tally->rule->weights) return;
    uint32_t i = at;
    do i--;
    while (!lane->items[i].counts || lane->marks[i].value != value);
    c->n += (int64_t)lane->items[i].weight - slot->weight;
    slot->weight = lane->items[i].weight;
}

static void forget(sw_cursor *c, uint32_t at) {
    if (c->slot_count) memset(c->slots, 0, c->slot_cap * sizeof *c->slots);
    c->slot_count = 0;
    c->n = 0;
    c->lo = c->hi = at;
}

static sw_err seek(sw_tally *tally, uint32_t lo, uint32_t hi, size_t *bytes) {
    sw_cursor *c = &tally->cursor;
    const sw_lane *lane = &tally->lanes[0];
    sw_err err = SW_OK;
    if (lo >= c->hi || hi <= c->lo) forget(c, lo);
    while (c->lo > lo && !err) {
        err = come_in(c, lane, c->lo - 1, false, bytes);
        if (!err) c->lo--;
    }
    while (c->hi < hi && !err) {
        err = come_in(c, lane, c->hi, true, bytes);
        if (!err) c->hi++;
    }
    while (c->hi > hi) go_out(tally, c->hi - 1, true), c->hi--;
    while (c->lo < lo && !err) go_out(tally, c->lo, false), c->lo++;
    return err;
}

void sw_cursor_retreat(sw_tally *tally, uint32_t at) {
    sw_cursor *c = &tally->cursor;
    if (c->hi <= at) return;
    if (c->lo >= at) {
        forget(c, at);
        return;
    }
    while (c->hi > at) go_out(tally, c->hi - 1, true), c->hi--;
}

/* --- what counts -------------------------------------------------------------------------- */

static bool is_again(const sw_tally *tally, uint32_t at) {
    const sw_lane *lane = &tally->lanes[0];
    uint64_t like = lane->marks[at].like;
    int64_t from_ms = lane->items[at].time_ms - tally->rule->once_ms;
    if (!like) return false;
    for (uint32_t i = at; i-- > 0 && lane->items[i].time_ms >= from_ms;)
        if (lane->marks[i].like == like) return true;
    return false;
}

static bool is_excepted(sw_tally *tally, uint32_t at) {
    uint64_t value = tally->lanes[0].marks[at].except;
    sw_cursor *excepts = &tally->excepts;
    return value && excepts->slot_count && slot_of(excepts, value)->count > 0;
}

sw_err sw_tally_add_except(sw_tally *tally, uint64_t value, size_t *bytes) {
    sw_cursor *excepts = &tally->excepts;
    sw_err err = grow_cursor(excepts, bytes);
    if (err) return err;
    struct sw_cursor_slot *slot = slot_of(excepts, value);
    if (slot->count == 0) excepts->slot_count++;
    *slot = (struct sw_cursor_slot){.value = value, .count = slot->count + 1};
    return SW_OK;
}

void sw_tally_drop_except(sw_tally *tally, uint64_t value) {
    struct sw_cursor_slot *slot = slot_of(&tally->excepts, value);
    SW_ASSERT(slot->count > 0);
    if (--slot->count == 0) close_up(&tally->excepts, slot);
}

static struct sw_earliest_slot *earliest_of(const sw_earliest *e, uint64_t value) {
    uint32_t i = (uint32_t)(value ^ value >> 32) & (e->slot_cap - 1);
    while (e->slots[i].value && e->slots[i].value != value) i = (i + 1) & (e->slot_cap - 1);
    return &e->slots[i];
}

static sw_err grow_earliest(sw_earliest *e, size_t *bytes) {
    if (2 * (e->slot_count + 1) <= e->slot_cap) return SW_OK;
    sw_earliest new = {.slot_count = e->slot_count};
    new.slot_cap = e->slot_cap ? 2 * e->slot_cap : CURSOR_FIRST;
    new.slots = sw_heap_zero(new.slot_cap, sizeof *new.slots);
    if (!new.slots) return SW_E_NOMEM;
    for (uint32_t i = 0; i < e->slot_cap; i++)
        if (e->slots[i].value) *earliest_of(&new, e->slots[i].value) = e->slots[i];
    *bytes += (new.slot_cap - e->slot_cap) * sizeof *new.slots;
    sw_heap_free(e->slots);
    *e = new;
    return SW_OK;
}

sw_err sw_tally_note_value(sw_tally *tally, uint64_t value, int64_t time_ms, size_t *bytes) {
    sw_earliest *e = &tally->earliest;
    sw_err err = grow_earliest(e, bytes);
    if (err) return err;
    struct sw_earliest_slot *slot = earliest_of(e, value);
    if (!slot->value) *slot = (struct sw_earliest_slot){value, time_ms}, e->slot_count++;
    if (time_ms < slot->time_ms) slot->time_ms = time_ms;
    return SW_OK;
}

int64_t sw_tally_excepted_from(const sw_tally *tally, uint64_t value) {
    const sw_earliest *e = &tally->earliest;
    if (!e->slot_count) return SW_TIME_MAX;
    const struct sw_earliest_slot *slot = earliest_of(e, value);
    return slot->value ? slot->time_ms : SW_TIME_MAX;
}

void sw_tally_mark(sw_tally *tally, uint32_t at) {
    if (!tally->marked) return;
    sw_lane *lane = &tally->lanes[0];
    const sw_rule *rule = tally->rule;
    int64_t sum = at ? lane->marks[at - 1].sum : 0;
    for (; at < lane->count; at++) {
        bool again = rule->once.count && is_again(tally, at);
        lane->items[at].counts = !again && !(rule->except_count && is_excepted(tally, at));
        if (lane->items[at].counts) sum += lane->items[at].weight;
        lane->marks[at].sum = sum;
    }
}

sw_err sw_tally_number(sw_book *book, sw_tally *tally, uint32_t at, int64_t *ret,
                       uint32_t *ret_lo) {
    const sw_lane *lane = &tally->lanes[0];
    int64_t time_ms = lane->items[at].time_ms;
    int64_t from_ms = sw_window_from(tally->rule, tally->rule->within, time_ms, false);
    uint32_t lo = sw_lane_find(lane, from_ms, false);
    *ret_lo = lo;
    if (!tally->marked) {
        *ret = (int64_t)at - lo + 1;
    } else if (tally->rule->distinct.count == 0) {
        *ret = lane->marks[at].sum - (lo ? lane->marks[lo - 1].sum : 0);
    } else {
        sw_err err = seek(tally, lo, at + 1, &book->tallies->bytes);
        if (err) return err;
        *ret = tally->cursor.n;
    }
    return SW_OK;
}

static int64_t sum_between(const sw_tally *tally, uint32_t lo, uint32_t hi) {
    const sw_lane *lane = &tally->lanes[0];
    if (!tally->marked) return (int64_t)hi - lo;
    return (hi ? lane->marks[hi - 1].sum : 0) - (lo ? lane->marks[lo - 1].sum : 0);
}

int64_t sw_tally_baseline(const sw_tally *tally, uint32_t at, int64_t *ret_from_ms) {
    const sw_rule *rule = tally->rule;
    const sw_lane *lane = &tally->lanes[0];
    int64_t to_ms = sw_window_from(rule, rule->within, lane->items[at].time_ms, false);
    int64_t from_ms = to_ms - rule->within.ms * rule->baseline;
    if (rule->within.form == SW_WINDOW_CALENDAR) {
        from_ms = to_ms;
        for (uint32_t i = 0; i < rule->baseline; i++)
            from_ms = sw_period_start(rule->pack->zone, rule->within.period, from_ms - 1);
    }
    *ret_from_ms = from_ms;
    return sum_between(tally, sw_lane_find(lane, from_ms, false), sw_lane_find(lane, to_ms, false));
}

/* n is at least so many percent of the mean: of none there is no ratio. */
static bool is_ratio(const sw_rule *rule, uint32_t percent, int64_t n, int64_t baseline) {
    return baseline > 0 && n * rule->baseline * 100 >= (int64_t)percent * baseline;
}

sw_err sw_tally_levels(sw_book *book, sw_tally *tally, uint32_t at, uint8_t *ret) {
    const sw_rule *rule = tally->rule;
    int64_t n, from_ms, baseline = 0;
    uint32_t lo;
    sw_err err = sw_tally_number(book, tally, at, &n, &lo);
    if (err) return err;
    if (rule->baseline) baseline = sw_tally_baseline(tally, at, &from_ms);
    *ret = 0;
    for (uint32_t i = 0; i < rule->level_count; i++) {
        const sw_threshold_level *level = &rule->levels[i];
        bool holds = rule->below ? n < level->count : n >= level->count;
        if (holds && level->ratio) holds = is_ratio(rule, level->ratio, n, baseline);
        if (holds) *ret |= (uint8_t)(1u << i);
    }
    return SW_OK;
}
