/* value.h - a typed value of an event or a condition.  Layer 2.  Thread: any. */
#ifndef SW_CODEC_VALUE_H
#define SW_CODEC_VALUE_H

#include "base/slice.h"
#include "text/time.h"

typedef enum sw_value_kind {
    SW_ABSENT, /* declared, but not carried (or null): not a value */
    SW_NULL,
    SW_BOOL,
    SW_INT,
    SW_UINT,
    SW_DOUBLE,
    SW_STRING,
    SW_BYTES,
    SW_LIST,
    SW_MAP,
    SW_TIMESTAMP,
    SW_DURATION,
    SW_TYPE /* CEL's type values: `s` is the type's name */
} sw_value_kind;

/* By value; strings, items and pairs are borrowed from the arena of the event or evaluation. */
typedef struct sw_value {
    sw_value_kind kind;
    uint32_t count; /* LIST: items; MAP: pairs */
    union {
        bool b;
        int64_t i;
        uint64_t u;
        double d;
        sw_slice s;                   /* STRING (valid UTF-8), BYTES, TYPE */
        const struct sw_value *items; /* LIST: count values; MAP: key, value, key, value, … */
        sw_instant t; /* TIMESTAMP; DURATION (seconds may be negative, nanos of the same sign) */
    };
} sw_value;

#endif
