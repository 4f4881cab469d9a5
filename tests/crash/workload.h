/* workload.h - commits that a number makes, so that anyone can say later what must be there. */
#ifndef SW_TESTS_CRASH_WORKLOAD_H
#define SW_TESTS_CRASH_WORKLOAD_H

#include "bus/bus.h"

/* What the world was told, in memory that is shared with whoever checks, outside of the database.
 */
typedef struct expected {
    uint64_t attempted; /* the last commit that was begun */
    uint64_t acknowledged;
} expected;

/* NULL with a text on stderr. Made with zeros if it is not there. */
expected *expected_map(const char *path);

enum { PLAIN, COMPACTED, WORK_TOPICS };
#define WORK_PARTITIONS 3u
#define WORK_TASKS      2u
#define WORK_KEYS       40u

const sw_bus_options *work_options(void);

/* Commit number `n` of this seed: one batch a task. */
typedef struct work work;
work *work_new(uint64_t seed);
void work_free(work *work);
/* Builds it; lives until the next call. Epochs are left to the caller. */
sw_commit *work_make(work *work, uint64_t n);

/* The last commit of the database. */
uint64_t work_reached(sw_bus *bus);

typedef enum work_verdict {
    WORK_RIGHT,
    WORK_REFUSED, /* a read failed: said, not hidden */
    WORK_WRONG    /* something is missing, twice, or not what was written */
} work_verdict;

/* Compares all of log, positions and state with commits 1..n. What is wrong goes to stderr. */
work_verdict work_check(work *work, sw_bus *bus, uint64_t n);

#endif
