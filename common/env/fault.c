#include "env/fault.h"

#include <string.h>

#include "base/assert.h"

void sw_faults_init(sw_faults *faults, uint64_t seed, uint32_t enable_percent,
                    uint32_t fire_percent) {
    SW_ASSERT(faults && enable_percent <= 100 && fire_percent <= 100);
    *faults = (sw_faults){.enable_percent = enable_percent, .fire_percent = fire_percent};
    sw_rng_init(&faults->rng, seed);
}

static sw_fault_point *find(sw_faults *faults, const char *name) {
    for (uint32_t i = 0; i < faults->count; i++)
        if (strcmp(faults->points[i].name, name) == 0) return &faults->points[i];
    SW_ASSERT(faults->count < SW_FAULT_POINTS_MAX);
    sw_fault_point *point = &faults->points[faults->count++];
    *point = (sw_fault_point){
        .name = name,
        .enabled = sw_rng_chance(&faults->rng, faults->enable_percent, 100),
    };
    return point;
}

bool sw_fault_hit(sw_faults *faults, const char *name) {
    SW_ASSERT(faults && name);
    sw_fault_point *point = find(faults, name);
    point->asked++;
    if (!point->enabled || !sw_rng_chance(&faults->rng, faults->fire_percent, 100)) return false;
    point->fired++;
    return true;
}

bool sw_fault_is_planted(const sw_faults *faults, const char *name) {
    return faults && faults->planted && strcmp(faults->planted, name) == 0;
}
