/* zone.h - time zones: the offset of an instant, the instant of a local time.  Layer 2.  Thread:
 * any, immutable. */
#ifndef SW_CIVIL_ZONE_H
#define SW_CIVIL_ZONE_H

#include "base/diag.h"
#include "text/time.h"

#define SW_DAY_MS 86400000LL

typedef struct sw_zone sw_zone;

/* By IANA name ("Asia/Shanghai", "UTC") or fixed offset ("+08:00"), with all transitions of the
 * system's tz database read in, so that later calls touch no file. After the last one listed its
 * rule goes on for ever. Lives in `arena`. SW_E_UNKNOWN: no such zone; SW_E_CORRUPT: its file is
 * not RFC 9636; SW_E_LIMIT: arena full. */
SW_NODISCARD sw_err sw_zone_load(sw_arena *arena, sw_slice name, const sw_zone **ret);
/* From the bytes of a TZif file (RFC 9636, version 2 or later). SW_E_CORRUPT, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_zone_parse(sw_arena *arena, sw_slice name, sw_slice tzif,
                                  const sw_zone **ret);
/* Offset 0, named "UTC". */
const sw_zone *sw_zone_utc(void);
sw_slice sw_zone_name(const sw_zone *zone);
/* Seconds east of UTC at that instant. */
int32_t sw_zone_offset(const sw_zone *zone, int64_t ms);
/* Local milliseconds (as if the local clock were UTC) of an instant. */
int64_t sw_zone_to_local(const sw_zone *zone, int64_t ms);
/* The instant of local milliseconds. One that a change of clocks skips takes the offset before the
 * gap; one that it repeats is the first of the two (docs/counting.md). */
int64_t sw_zone_from_local(const sw_zone *zone, int64_t local_ms);

/* Days are days since 1970-01-01. The instant of a day's 00:00, which is 24:00 of the day before.
 */
int64_t sw_zone_day_start(const sw_zone *zone, int64_t day);
/* The local day in which an instant lies: the last one that has started. */
int64_t sw_zone_day(const sw_zone *zone, int64_t ms);
/* The number of local midnights m with from < m <= to. A day that the zone skipped has none. */
int64_t sw_zone_midnights(const sw_zone *zone, int64_t from_ms, int64_t to_ms);

/* The changes of clocks that are listed one by one, in order; for checks over all of them. */
uint32_t sw_zone_change_count(const sw_zone *zone);
int64_t sw_zone_change_at(const sw_zone *zone, uint32_t index);

#endif
