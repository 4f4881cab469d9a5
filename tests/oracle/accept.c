/* accept.c - which events there are at a time: duplicates, conflicts, corrections, waiting. */
#include "view.h"

#include <stdlib.h>

/* Contract 5: "The clock follows `receivedtime` (else `recordedtime`, else `time`)". */
int64_t sw_oracle_clock(const sw_event *event) {
    if (event->received_ms != SW_TIME_NONE) return event->received_ms;
    if (event->recorded_ms != SW_TIME_NONE) return event->recorded_ms;
    return event->time_ms;
}

static int int_cmp(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

/* docs/semantics.md 2: of two copies of one identity, the one that stands comes first. */
static int copy_cmp(const sw_event *a, const sw_event *b) {
    int by_clock = int_cmp(sw_oracle_clock(a), sw_oracle_clock(b));
    if (by_clock) return by_clock;
    int by_content = sw_hash128_cmp(a->content, b->content);
    if (by_content) return by_content;
    int by_recorded = int_cmp(a->recorded_ms, b->recorded_ms);
    return by_recorded ? by_recorded : int_cmp(a->received_ms, b->received_ms);
}

/* Contract 2: "the same pair with the same content again is a duplicate and changes nothing; with
 * other content it is rejected as `conflict` (the first accepted stands, in replay the first by its
 * clock)". */
static bool stands(const sw_oracle_case *given, uint32_t at, int64_t now_ms) {
    const sw_event *event = given->events[at];
    if (sw_oracle_clock(event) > now_ms) return false;
    for (uint32_t i = 0; i < given->event_count; i++) {
        const sw_event *other = given->events[i];
        if (i == at || !sw_hash128_eq(other->identity, event->identity)) continue;
        if (sw_oracle_clock(other) > now_ms) continue;
        int order = copy_cmp(other, event);
        if (given->bend == SW_BEND_LAST_COPY_STANDS) order = -order;
        if (order < 0 || (order == 0 && i < at)) return false;
    }
    return true;
}

/* Contract 2: "One that comes before what it corrects waits for it"; "corrections themselves are
 * not corrected". Whether this one is in force at a time. */
static bool corrects(const sw_oracle_case *given, uint32_t at, const sw_event *target,
                     int64_t now_ms) {
    const sw_event *event = given->events[at];
    if (!event->correction || !stands(given, at, now_ms)) return false;
    if (!sw_hash128_eq(event->correction->identity, target->identity)) return false;
    if (given->bend == SW_BEND_EARLY_CORRECTION_LOST &&
        sw_oracle_clock(event) < sw_oracle_clock(target))
        return false;
    return event->time_ms <= now_ms;
}

sw_err sw_oracle_corrections(const sw_oracle_case *given, const sw_event *target, int64_t now_ms,
                             sw_arena *arena, const sw_event ***ret, uint32_t *ret_count) {
    const sw_event **list = sw_arena_zero(arena, given->event_count + 1u, sizeof(*list));
    if (!list) return SW_E_LIMIT;
    uint32_t count = 0;
    for (uint32_t i = 0; i < given->event_count; i++)
        if (corrects(given, i, target, now_ms)) list[count++] = given->events[i];
    *ret = list, *ret_count = count;
    return SW_OK;
}

/* Contract 2: "of several the last by (time, source, id) holds". */
const sw_event *sw_oracle_holding(const sw_oracle_case *given, const sw_event *one,
                                  const sw_event *other) {
    if (!one || !other) return one ? one : other;
    bool last = sw_event_cmp(one, other) > 0;
    if (given->bend == SW_BEND_FIRST_CORRECTION_HOLDS) last = !last;
    return last ? one : other;
}

/* Contract 5: "an event whose `time` is still to come waits for it". */
const sw_event *sw_oracle_content(const sw_oracle_case *given, const sw_event *original,
                                  const sw_event *correction, int64_t now_ms) {
    const sw_event *content = correction ? correction->correction->replacement : original;
    if (!content || given->bend == SW_BEND_WAITING_IS_SEEN) return content;
    return content->time_ms > now_ms ? NULL : content;
}

sw_err sw_oracle_standing(const sw_oracle_case *given, int64_t now_ms, sw_arena *arena,
                          sw_standing **ret, uint32_t *ret_count) {
    sw_standing *list = sw_arena_zero(arena, given->event_count + 1u, sizeof *list);
    if (!list) return SW_E_LIMIT;
    uint32_t count = 0;
    for (uint32_t i = 0; i < given->event_count; i++) {
        const sw_event *event = given->events[i], *holding = NULL;
        if (event->correction || !stands(given, i, now_ms)) continue;
        for (uint32_t k = 0; k < given->event_count; k++)
            if (corrects(given, k, event, now_ms))
                holding = sw_oracle_holding(given, holding, given->events[k]);
        list[count++] = (sw_standing){
            .original = event,
            .correction = holding,
            .content = sw_oracle_content(given, event, holding, now_ms),
        };
    }
    *ret = list, *ret_count = count;
    return SW_OK;
}

static int arrival_cmp(const void *a, const void *b) {
    const sw_arrival *x = a, *y = b;
    int by_clock = int_cmp(x->at_ms, y->at_ms);
    return by_clock ? by_clock : sw_event_cmp(x->event, y->event);
}

sw_err sw_oracle_arrivals(const sw_oracle_case *given, sw_arena *arena, const sw_arrival **ret,
                          uint32_t *ret_count) {
    sw_arrival *list = sw_arena_zero(arena, given->event_count + 1u, sizeof *list);
    if (!list) return SW_E_LIMIT;
    uint32_t count = 0;
    for (uint32_t i = 0; i < given->event_count; i++)
        if (stands(given, i, SW_TIME_MAX))
            list[count++] = (sw_arrival){sw_oracle_clock(given->events[i]), given->events[i]};
    qsort(list, count, sizeof *list, arrival_cmp);
    *ret = list, *ret_count = count;
    return SW_OK;
}
