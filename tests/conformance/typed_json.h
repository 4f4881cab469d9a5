/* typed_json.h - values with their types as JSON, for the tables: {"int":1},
 * {"list":[{"string":"a"}]}. */
#ifndef SW_TESTS_TYPED_JSON_H
#define SW_TESTS_TYPED_JSON_H

#include "cel/cel.h"
#include "text/json.h"

/* {"null":null} {"bool":true} {"int":1} {"uint":1} {"double":"-0.0"} {"string":"s"} {"bytes":"hex"}
 * {"type":"int"} {"duration":[seconds,nanos]} {"timestamp":[seconds,nanos]} {"list":[…]}
 * {"map":[[key,value],…]}. False if it is none of these, or the arena is full. */
bool typed_json_read(sw_arena *arena, const sw_json *json, sw_value *ret);
/* The static type of a value; NULL if its items are of several types. */
const sw_cel_type *typed_json_type(sw_arena *arena, const sw_value *value);
/* The same kind and content; doubles by their bits, but every NaN is the same; maps in any order.
 */
bool typed_json_same(const sw_value *a, const sw_value *b);

#endif
