/* infer.h - the types of an event that no catalogue declares, from its own values.  Layer 9.
 * Thread: main. */
#ifndef SW_SEAWALL_INFER_H
#define SW_SEAWALL_INFER_H

#include "codec/catalogue.h"

/* A catalogue of the event's one type: texts (those of RFC 3339 are timestamps), whole numbers
 * (int), other numbers, booleans and lists of one of them. What else data holds can't be read.
 * NULL: the JSON is no event with a type, or `diags` tells why not. */
const sw_catalogue *eval_infer_catalogue(sw_arena *arena, sw_slice event_json, sw_diags *diags);

/* Is the event's type in the catalogue? Also true of what is no event: reading it tells more. */
bool eval_knows_type(sw_arena *arena, const sw_catalogue *catalogue, sw_slice event_json);

#endif
