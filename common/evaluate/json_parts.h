/* json_parts.h - what the JSON of warnings and of periods has in common.  Layer 6, private to
 * evaluate.  Thread: any. */
#ifndef SW_EVALUATE_JSON_PARTS_H
#define SW_EVALUATE_JSON_PARTS_H

#include "evaluate/told.h"

/* All append; check out->err. `name` is the member as it stands, with what comes before its value:
 * `,"level":"`. */

/* A word that needs no escape; closes its quotes. */
void sw_json_part_word(sw_buf *out, sw_slice name, const char *word);
/* A time, or nothing for SW_TIME_NONE; closes its quotes. */
void sw_json_part_time(sw_buf *out, sw_slice name, int64_t ms, int32_t offset_s);
/* {"source":…,"id":…,"type":…} */
void sw_json_part_event(sw_buf *out, const sw_told_event *event);

#endif
