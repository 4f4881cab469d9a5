/* label.h - what a list shows of one thing: kept short with it, and made a JSON object when
 * somebody asks.  Layer 9.  Thread: any. */
#ifndef SW_REPORT_LABEL_H
#define SW_REPORT_LABEL_H

#include "evaluate/told.h"

/* Fields of seawall.v1.Label (proto/seawall/v1/rollup.proto). The object has its members in the
 * order in which they were put. */
typedef enum sw_label_member {
    SW_LABEL_TYPE = 1,
    SW_LABEL_SOURCE,
    SW_LABEL_ID,
    SW_LABEL_SUBJECT,
    SW_LABEL_OFFICER,
    SW_LABEL_RULE,
    SW_LABEL_NAME,
    SW_LABEL_LEVEL,
    SW_LABEL_STATE,
    SW_LABEL_COMPARTMENT,
    SW_LABEL_KEY,
    SW_LABEL_WARNING,
    SW_LABEL_INSTANCE,
    SW_LABEL_OFFSET, /* seconds east of UTC, of the times behind it; no member */
    SW_LABEL_TIME,
    SW_LABEL_START,
    SW_LABEL_FIRES,
    SW_LABEL_DUE,
    SW_LABEL_STOPPED,
    SW_LABEL_MEMBERS
} sw_label_member;

/* These append; what is empty, or SW_TIME_NONE, is left out. Check label->err. */
void sw_label_text(sw_buf *label, sw_label_member member, sw_slice text);
void sw_label_id(sw_buf *label, sw_label_member member, sw_hash128 id);
void sw_label_key(sw_buf *label, const sw_told_key *key, uint32_t count);
void sw_label_offset(sw_buf *label, int32_t offset_s);
void sw_label_time(sw_buf *label, sw_label_member member, int64_t ms);

/* The object, in the arena; an empty label is an empty text. SW_E_CORRUPT: no such label.
 * SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_label_read(sw_slice label, sw_arena *arena, sw_slice *ret);

#endif
