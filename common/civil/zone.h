/* zone.h - time zones: the offset of an instant, the instant of a local time.  Layer 2.  Thread: any, immutable. */
#ifndef SW_CIVIL_ZONE_H
#define SW_CIVIL_ZONE_H

#include "base/diag.h"
#include "text/time.h"

typedef struct sw_zone sw_zone;

/* By IANA name ("Asia/Shanghai", "UTC") or fixed offset ("+08:00"), with all transitions read in, so
 * that later calls touch no file. Lives in `arena`. SW_E_UNKNOWN. */
SW_NODISCARD sw_err sw_zone_load(sw_arena *arena, sw_slice name, const sw_zone **ret);
sw_slice sw_zone_name(const sw_zone *zone);
/* Seconds east of UTC at that instant. */
int32_t sw_zone_offset(const sw_zone *zone, int64_t ms);
/* Local milliseconds (as if the local clock were UTC) of an instant. */
int64_t sw_zone_to_local(const sw_zone *zone, int64_t ms);
/* The instant of local milliseconds. One that a change of clocks skips takes the offset before the
 * gap; one that it repeats is the first of the two (docs: contract 3, Counting). */
int64_t sw_zone_from_local(const sw_zone *zone, int64_t local_ms);

#endif
