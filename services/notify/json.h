/* json.h - messages of seawall.v1 as members of JSON objects.  Layer 9.  Thread: any; pure. */
#ifndef SW_NOTIFY_JSON_H
#define SW_NOTIFY_JSON_H

#include <seawall/v1/notice.pb-c.h>

#include "base/buf.h"

/* `,"name":"value"`, where the value is not empty; without the comma at the begin of an object. */
void sw_json_member(sw_buf *out, const char *name, const char *value);
/* The same of a time; 0 is none. Never the first of its object. */
void sw_json_member_time(sw_buf *out, const char *name, int64_t ms, int32_t offset_s);
/* `,"key":{…}`. */
void sw_json_member_key(sw_buf *out, Seawall__V1__KeyValue *const *key, size_t count);
/* What is told: of which warning, what it says, when it was decided and when it is due. */
void sw_json_telling(sw_buf *out, const Seawall__V1__Telling *telling);

#endif
