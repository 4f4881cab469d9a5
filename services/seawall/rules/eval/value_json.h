/* value_json.h - a value of a condition as JSON.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_VALUE_JSON_H
#define SW_SEAWALL_VALUE_JSON_H

#include "base/buf.h"
#include "codec/value.h"

/* Numbers as numbers (NaN and the infinities as texts), bytes in base64, times of RFC 3339 in UTC,
 * durations in seconds ("90.5s"), keys of maps as texts, null for what is absent. */
void sw_value_json(sw_buf *buf, const sw_value *value);
/* "int", "timestamp", "list": the name of a value's type. */
const char *sw_value_type_name(const sw_value *value);

#endif
