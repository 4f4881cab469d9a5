/* span.h - lengths, moments and dates as a pack writes them: "3d", "caution-2h", "2026-01-01".
 * Layer 5, private to rules.  Thread: owner's. */
#ifndef SW_RULES_LOAD_SPAN_H
#define SW_RULES_LOAD_SPAN_H

#include "rules/load/loader.h"

/* "90s" "15m" "24h" "3d" "5wd" "2mo" "1y", and "end-of-day" … where `end_of` is set. False, and
 * told. */
bool load_span(loader *l, const sw_yaml *node, bool end_of, sw_span *ret);
/* A duration: s m h, and d as 24 hours. */
bool load_length(loader *l, const sw_yaml *node, int64_t *ret_ms);
/* The same as a reader for tables: int64_t, more than 0. */
void load_length_key(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
/* `within`: a length more than 0, or day week month quarter year, or ever → sw_window. */
void load_window(loader *l, const sw_yaml *node, void *into, const key_spec *spec);
/* `at:` of a level. */
bool load_moment(loader *l, const sw_yaml *node, sw_moment *ret);
/* A date (its 00:00 in the zone) or an RFC 3339 time. */
bool load_time(loader *l, const sw_yaml *node, const sw_zone *zone, int64_t *ret_ms);

#endif
