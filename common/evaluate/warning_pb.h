/* warning_pb.h - seawall.v1.Warning, the values of seawall.warnings.  Layer 6.  Thread: any. */
#ifndef SW_EVALUATE_WARNING_PB_H
#define SW_EVALUATE_WARNING_PB_H

#include "evaluate/told.h"

/* The message (proto/seawall/v1/warning.proto), where there is room for as many bytes as the first
 * says: its length. */
size_t sw_told_pb_max(const sw_told_warning *told);
size_t sw_told_write_pb(const sw_told_warning *told, char *to);
/* Appends it. Check out->err. */
void sw_told_to_pb(const sw_told_warning *told, sw_buf *out);
/* Reads it, checking everything: texts are valid UTF-8 and names are known. Texts borrow from
 * `bytes`, lists lie in the arena. SW_E_SYNTAX: no such message; SW_E_INVALID: words that no
 * telling has; SW_E_MISSING: id, rule or key; SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_told_from_pb(sw_arena *arena, sw_slice bytes, sw_told_warning *ret);
/* Its id alone; false: it has none that can be read. */
bool sw_told_id(sw_slice bytes, sw_hash128 *ret);

#endif
