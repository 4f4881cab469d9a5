#include "civil/due.h"

#include "civil/span.h"

enum { PERCENT_MAX = 10000 };

/* A time inside a pause is at its end: SW_TIME_MAX while that is open. */
static int64_t out_of_pauses(const sw_due *due, int64_t ms) {
    uint32_t low = 0, count = due->pause_count;
    while (count > 0) {
        uint32_t half = count / 2;
        bool begun = due->pauses[low + half].from_ms <= ms;
        low = begun ? low + half + 1 : low;
        count = begun ? count - half - 1 : half;
    }
    return low > 0 && ms < due->pauses[low - 1].to_ms ? due->pauses[low - 1].to_ms : ms;
}

/* A sum that leaves the years has no moment: never. */
static int64_t plus(int64_t ms, int64_t more_ms) {
    int64_t sum;
    if (__builtin_add_overflow(ms, more_ms, &sum) || sum > SW_TIME_LAST_MS) return SW_TIME_MAX;
    return sum;
}

/* What of a pause lies before the due time. An open one holds the levels back, it does not stretch
 * them: they stay as they were when it began. */
static int64_t paused_before_due(const sw_due *due, const sw_pause *p) {
    if (p->to_ms == SW_TIME_MAX || p->from_ms >= due->levels_due_ms) return 0;
    int64_t to_ms = p->to_ms < due->levels_due_ms ? p->to_ms : due->levels_due_ms;
    return to_ms - p->from_ms;
}

/* The earliest moment at which the unpaused time since the begin reaches its share. */
static int64_t percent_time(const sw_due *due, uint32_t percent) {
    SW_ASSERT(percent <= PERCENT_MAX);
    int64_t whole = due->levels_due_ms - due->begin_ms;
    for (uint32_t i = 0; i < due->pause_count; i++)
        whole -= paused_before_due(due, &due->pauses[i]);
    if (whole <= 0) return due->begin_ms;
    int64_t at_ms = due->begin_ms + whole / 100 * percent + whole % 100 * percent / 100;
    for (uint32_t i = 0; i < due->pause_count && due->pauses[i].from_ms < at_ms; i++) {
        if (due->pauses[i].to_ms == SW_TIME_MAX) return SW_TIME_MAX;
        at_ms += due->pauses[i].to_ms - due->pauses[i].from_ms;
    }
    return at_ms;
}

static int64_t after_start(const sw_period_facts *facts, sw_moment at) {
    int64_t ms = facts->start_ms;
    if (at.offset_months) {
        sw_ground g = {.zone = facts->zone, .month_end_last = facts->count.month_end_last};
        ms = sw_clock_months_on(&g, ms, at.offset_months);
    }
    return plus(ms, at.offset_ms);
}

int64_t sw_level_time(const sw_period_facts *facts, const sw_due *due, const sw_due *caution,
                      sw_moment at) {
    SW_ASSERT(facts && due);
    SW_ASSERT(at.anchor != SW_AT_CAUTION || caution);
    int64_t ms = due->begin_ms;
    switch (at.anchor) {
    case SW_AT_START:
        ms = after_start(facts, at);
        break;
    case SW_AT_DUE:
        ms = plus(due->levels_due_ms, at.offset_ms);
        break;
    case SW_AT_CAUTION:
        ms = plus(caution->levels_due_ms, at.offset_ms);
        break;
    case SW_AT_PERCENT:
        ms = percent_time(due, at.percent);
        break;
    }
    if (at.skip_past && ms < due->begin_ms) return SW_TIME_MAX;
    return out_of_pauses(due, ms < due->begin_ms ? due->begin_ms : ms);
}

int64_t sw_repeat_time(const sw_due *due, int64_t first_ms, int64_t every_ms, uint32_t k) {
    SW_ASSERT(due && every_ms > 0);
    int64_t later_ms;
    if (first_ms == SW_TIME_MAX) return SW_TIME_MAX;
    if (__builtin_mul_overflow(every_ms, (int64_t)k, &later_ms)) return SW_TIME_MAX;
    return out_of_pauses(due, plus(first_ms, later_ms));
}
