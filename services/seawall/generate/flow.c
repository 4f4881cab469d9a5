#include "seawall/generate/flow.h"

#define SECOND_MS 1000LL
#define HOUR_S    3600
#define DAY_S     86400

typedef struct flow_entry {
    int64_t received_ms;
    uint64_t order; /* of two told at once, the one that was decided first */
    uint32_t slot;
} flow_entry;

void sw_flow_init(sw_flow *flow, const sw_county *county) {
    *flow = (sw_flow){.county = county};
}

void sw_flow_done(sw_flow *flow) {
    sw_heap_free(flow->heap);
    sw_heap_free(flow->slots);
    sw_heap_free(flow->spare);
    *flow = (sw_flow){0};
}

static bool before(const flow_entry *a, const flow_entry *b) {
    return a->received_ms != b->received_ms ? a->received_ms < b->received_ms : a->order < b->order;
}

static sw_err grow(sw_flow *flow) {
    if (flow->count < flow->cap) return SW_OK;
    uint32_t cap = flow->cap ? flow->cap + flow->cap / 2 : 1024;
    void *heap = sw_heap_resize(flow->heap, cap * sizeof *flow->heap);
    if (!heap) return SW_E_NOMEM;
    flow->heap = heap;
    void *slots = sw_heap_resize(flow->slots, cap * sizeof *flow->slots);
    if (!slots) return SW_E_NOMEM;
    flow->slots = slots;
    void *spare = sw_heap_resize(flow->spare, cap * sizeof *flow->spare);
    if (!spare) return SW_E_NOMEM;
    flow->spare = spare;
    for (uint32_t slot = flow->cap; slot < cap; slot++) flow->spare[flow->spare_count++] = slot;
    flow->cap = cap;
    return SW_OK;
}

static sw_err push(sw_flow *flow, const sw_happening *what) {
    sw_err err = grow(flow);
    if (err) return err;
    uint32_t slot = flow->spare[--flow->spare_count];
    flow->slots[slot] = *what;
    flow_entry entry = {what->received_ms, flow->order++, slot};
    uint32_t at = flow->count++;
    while (at > 0 && before(&entry, &flow->heap[(at - 1) / 2])) {
        flow->heap[at] = flow->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    flow->heap[at] = entry;
    return SW_OK;
}

bool sw_flow_next(sw_flow *flow, int64_t before_ms, sw_happening *ret) {
    if (flow->count == 0 || flow->heap[0].received_ms >= before_ms) return false;
    uint32_t slot = flow->heap[0].slot;
    *ret = flow->slots[slot];
    flow->spare[flow->spare_count++] = slot;
    flow_entry last = flow->heap[--flow->count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= flow->count) break;
        if (child + 1 < flow->count && before(&flow->heap[child + 1], &flow->heap[child])) child++;
        if (!before(&flow->heap[child], &last)) break;
        flow->heap[at] = flow->heap[child];
        at = child;
    }
    if (flow->count) flow->heap[at] = last;
    return true;
}

/* Recorded some minutes after it happened, received at once, or hours and days later. */
static void lag(sw_flow *flow, sw_rng *rng, sw_happening *what, int64_t from_ms) {
    what->recorded_ms = from_ms + sw_rng_between(rng, 20, 900) * SECOND_MS;
    what->received_ms = what->recorded_ms + sw_rng_between(rng, 1, 90) * SECOND_MS;
    if (sw_rng_chance(rng, flow->county->late_pct, 100)) {
        what->received_ms =
            what->recorded_ms + sw_rng_between(rng, 2 * HOUR_S, 3 * DAY_S) * SECOND_MS;
        flow->stats.late++;
    }
}

static sw_err tell(sw_flow *flow, const sw_happening *what) {
    flow->stats.events++;
    return push(flow, what);
}

static sw_err correct(sw_flow *flow, sw_rng *rng, const sw_happening *what, bool copy) {
    sw_happening told = *what;
    if (copy) { /* somebody typed it in a second time */
        told.told = TOLD_COPY;
        lag(flow, rng, &told, what->recorded_ms);
        sw_err err = tell(flow, &told);
        if (err) return err;
        flow->stats.retracted++;
    } else {
        flow->stats.corrected++;
    }
    told.told = copy ? TOLD_RETRACTED : TOLD_CORRECTED;
    told.made_ms = told.recorded_ms + sw_rng_between(rng, HOUR_S, 2 * DAY_S) * SECOND_MS;
    lag(flow, rng, &told, told.made_ms);
    return tell(flow, &told);
}

sw_err sw_flow_add(sw_flow *flow, sw_rng *rng, const sw_happening *what, int64_t told_from_ms) {
    sw_happening told = *what;
    bool corrects = sw_rng_chance(rng, flow->county->correction_pct, 100);
    bool copy = corrects && sw_rng_chance(rng, 1, 4);
    lag(flow, rng, &told, what->time_ms > told_from_ms ? what->time_ms : told_from_ms);
    if (corrects && !copy) /* a slip of the clock, never into the time to come */
        told.time_ms -= sw_rng_between(rng, 1, 50) * 60 * SECOND_MS;
    sw_err err = tell(flow, &told);
    if (!err && sw_rng_chance(rng, flow->county->duplicate_pct, 100)) {
        sw_happening again = told;
        again.received_ms += sw_rng_between(rng, 30, DAY_S) * SECOND_MS;
        flow->stats.duplicates++;
        err = tell(flow, &again);
    }
    return err || !corrects ? err : correct(flow, rng, &told, copy);
}
