/* rule_json.h - a rule as JSON, for programs.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_RULE_JSON_H
#define SW_SEAWALL_RULE_JSON_H

#include "base/buf.h"
#include "rules/pack.h"

/* An object with all that `rules show` tells. `arena` for texts on the way. */
void sw_rule_json(sw_buf *buf, const sw_rule *rule, sw_arena *arena);

#endif
