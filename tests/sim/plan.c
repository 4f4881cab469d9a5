#include "sim/faults.h"

#include <stdlib.h>

const char *fault_name(fault_kind kind) {
    static const char *const names[FAULT_KINDS] = {
        [FAULT_COMMIT_RETRY] = "commit-retry",
        [FAULT_COMMIT_ABORT] = "commit-abort",
        [FAULT_COMMIT_LOST] = "commit-lost",
        [FAULT_COMMIT_DONE] = "commit-done",
        [FAULT_COMMIT_LATE] = "commit-late",
        [FAULT_CRASH] = "crash",
        [FAULT_POWER] = "power",
        [FAULT_TORN_LOST] = "torn-lost",
        [FAULT_TORN_DONE] = "torn-done",
        [FAULT_DISK_FULL] = "disk-full",
        [FAULT_NO_ROOM] = "no-room",
        [FAULT_MOVE] = "move",
        [FAULT_STEAL] = "steal",
        [FAULT_CLOCK_FORWARD] = "clock-forward",
        [FAULT_CLOCK_BACK] = "clock-back",
        [FAULT_LAG] = "lag",
        [FAULT_LOSE_SEND] = "lose-send",
        [FAULT_LOSE_ANSWER] = "lose-answer",
        [FAULT_REPEAT_SEND] = "repeat-send",
        [FAULT_CUT_OVER] = "cut-over",
    };
    SW_ASSERT((unsigned)kind < FAULT_KINDS);
    return names[kind];
}

static int by_step(const void *a, const void *b) {
    const fault *x = a, *y = b;
    return x->step != y->step ? (x->step > y->step) - (x->step < y->step)
                              : (x->chance > y->chance) - (x->chance < y->chance);
}

/* A swarm: each seed has about half of the kinds, so that some runs are all crashes and some all
 * clocks. */
void fault_plan_make(fault_plan *plan, sw_arena *arena, uint64_t seed, uint32_t count,
                     uint32_t steps) {
    SW_ASSERT(plan && arena && steps > 0);
    sw_rng rng;
    sw_rng_init(&rng, seed ^ UINT64_C(0xfa17));
    fault_kind kinds[FAULT_KINDS];
    uint32_t kind_count = 0;
    for (int i = 0; i < FAULT_KINDS; i++)
        if (sw_rng_chance(&rng, 1, 2)) kinds[kind_count++] = (fault_kind)i;
    if (kind_count == 0) kinds[kind_count++] = FAULT_CRASH;
    plan->faults = sw_arena_zero(arena, count + 1, sizeof *plan->faults);
    SW_ASSERT(plan->faults);
    plan->count = count;
    plan->at = plan->happened = 0;
    for (uint32_t i = 0; i < count; i++)
        plan->faults[i] = (fault){
            .kind = kinds[sw_rng_below(&rng, kind_count)],
            .step = (uint32_t)sw_rng_below(&rng, steps),
            .chance = (uint32_t)sw_rng_next(&rng),
        };
    qsort(plan->faults, count, sizeof *plan->faults, by_step);
}
