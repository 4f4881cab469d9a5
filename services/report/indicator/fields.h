/* fields.h - an event as the conditions of an indicator read it.  Layer 9, private to indicator.
 * Thread: any. */
#ifndef SW_REPORT_INDICATOR_FIELDS_H
#define SW_REPORT_INDICATOR_FIELDS_H

#include "rules/attribute.h"

/* Roots in the order in which conditions are compiled. */
enum { FIELDS_EVENT, FIELDS_DATA };

/* "data": the declared fields of a type, by their index. Personal ones can't be read. */
sw_cel_root sw_fields_root(const sw_event_type *type);
/* Values of one event for both roots; `event` must outlive it. */
sw_cel_bind sw_fields_of(const sw_event *event);

#endif
