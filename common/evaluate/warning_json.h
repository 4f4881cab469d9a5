/* warning_json.h - tellings as CloudEvents JSON, contract 4, byte for byte as `seawall replay`
 * writes them (docs/warnings.md).  Layer 6.  Thread: any. */
#ifndef SW_EVALUATE_WARNING_JSON_H
#define SW_EVALUATE_WARNING_JSON_H

#include "base/diag.h"
#include "evaluate/told.h"
#include "text/json.h"

/* One event, no newline. `explanation` (JSON) is added to data where it is not empty. Times stand
 * in the offset of the pack's zone at the moment of the decision. Check out->err. */
void sw_told_to_json(const sw_told_warning *told, sw_slice explanation, sw_buf *out);
/* Reads what sw_told_to_json wrote, or any spelling of it; what JSON does not carry (rule_name,
 * element, domain, tier, compartment, liberty) is empty. Borrows from the tree. SW_E_MISSING,
 * SW_E_TYPE, SW_E_INVALID, SW_E_SYNTAX (a time); SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_told_from_json(sw_arena *arena, const sw_json *event, sw_told_warning *ret);

#endif
