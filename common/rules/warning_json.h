/* warning_json.h - warnings as CloudEvents JSON (docs/warnings.md).  Layer 5.  Thread: any. */
#ifndef SW_RULES_WARNING_JSON_H
#define SW_RULES_WARNING_JSON_H

#include "base/buf.h"
#include "rules/book.h"

/* One transition as it is told: `warning.raised`, `warning.withdrawn` or `warning.resolved`, `time`
 * the moment of the decision, no newline. Times are written with the offset of the pack's time
 * zone. `explanation` (JSON) is added to data where it is not empty. */
sw_err sw_transition_to_json(const sw_transition *transition, int64_t decided_ms,
                             sw_slice explanation, sw_buf *out);

/* A warning of the set: as raised or resolved, `time` the level's time, since the set does not
 * depend on when it was decided. */
sw_err sw_warning_to_json(const sw_warning *warning, sw_slice explanation, sw_buf *out);

const char *sw_state_name(sw_state state);    /* "open", "resolved", "withdrawn" */
const char *sw_change_name(sw_change change); /* "raised", "withdrawn", "resolved" */

#endif
