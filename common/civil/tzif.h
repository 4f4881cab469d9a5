/* tzif.h - the time zone file format, RFC 9636: bytes to a table of changes.  Layer 2, inner.
 * Thread: any. */
#ifndef SW_CIVIL_TZIF_H
#define SW_CIVIL_TZIF_H

#include "base/arena.h"
#include "base/err.h"

/* One change of clocks: from `at_s` (seconds since 1970) on, `offset_s` seconds east of UTC. */
typedef struct sw_tz_change {
    int64_t at_s;
    int32_t offset_s;
} sw_tz_change;

typedef struct sw_tz_table {
    int32_t first_offset_s; /* before the first change */
    sw_tz_change *changes;  /* ascending, in the arena */
    uint32_t count;
    bool repeats; /* the last 400 years of `changes` repeat for ever (the Gregorian cycle) */
} sw_tz_table;

/* The changes listed in the file, then those that its rule makes in 400 years after the last one.
 * SW_E_CORRUPT: not a TZif file of version 2 or later; SW_E_LIMIT: arena full. */
SW_NODISCARD sw_err sw_tzif_read(sw_arena *arena, sw_slice tzif, sw_tz_table *ret);

#endif
