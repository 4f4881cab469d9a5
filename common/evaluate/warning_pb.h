/* warning_pb.h - seawall.v1.Warning, the values of seawall.warnings.  Layer 6.  Thread: any. */
#ifndef SW_EVALUATE_WARNING_PB_H
#define SW_EVALUATE_WARNING_PB_H

#include "evaluate/told.h"

/* Appends the message (proto/seawall/v1/warning.proto). Check out->err. */
void sw_told_to_pb(const sw_told_warning *told, sw_buf *out);
/* Reads it, checking everything: texts are valid UTF-8 and names are known. Texts borrow from
 * `bytes`, lists lie in the arena. SW_E_SYNTAX: no such message; SW_E_INVALID: words that no
 * telling has; SW_E_MISSING: id, rule or key; SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_told_from_pb(sw_arena *arena, sw_slice bytes, sw_told_warning *ret);

#endif
