/* fault.h - places where a test may make the rare thing happen.  Layer 1.  Thread: owner's. */
#ifndef SW_ENV_FAULT_H
#define SW_ENV_FAULT_H

#include "base/rng.h"

/* A named point in the code asks whether to take its rare path: a small batch, a back-off, an early
 * end. Each run enables a part of the points by its seed, and an enabled point fires now and then,
 * so that runs differ in kind. In production `faults` is NULL and a point costs one comparison. */
#define SW_FAULT_POINTS_MAX 64

typedef struct sw_fault_point {
    const char *name;
    bool enabled;
    uint64_t asked, fired;
} sw_fault_point;

typedef struct sw_faults {
    sw_rng rng;
    uint32_t enable_percent; /* of the points, per run */
    uint32_t fire_percent;   /* of the times that an enabled point is asked */
    const char *planted;     /* the one planted bug of this run; NULL: none */
    sw_fault_point points[SW_FAULT_POINTS_MAX];
    uint32_t count;
} sw_faults;

void sw_faults_init(sw_faults *faults, uint64_t seed, uint32_t enable_percent,
                    uint32_t fire_percent);
/* True if the rare path is to be taken now. `name` must be a literal. */
bool sw_fault_hit(sw_faults *faults, const char *name);
/* True if `name` is the bug that this run plants on purpose. */
bool sw_fault_is_planted(const sw_faults *faults, const char *name);

#define SW_FAULT(faults, name)                                                                     \
    (__builtin_expect((faults) != NULL, 0) && sw_fault_hit((faults), (name)))

/* A bug that is there only in the simulator's build, to prove that the simulator finds its kind. */
#ifdef SW_SIM
#define SW_PLANTED(faults, name) sw_fault_is_planted((faults), (name))
#else
#define SW_PLANTED(faults, name) false
#endif

#endif
