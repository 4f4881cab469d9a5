/* attribute.h - the attributes of an event as conditions read them: event.id, event.time, …
 * Layer 5. Thread: any. */
#ifndef SW_RULES_ATTRIBUTE_H
#define SW_RULES_ATTRIBUTE_H

#include "rules/pack.h"

/* A root whose members are the attributes (docs/events.md), by the slots of sw_event_slot. */
sw_cel_root sw_attribute_root(const char *path);
/* One of them; SW_ABSENT where the event does not carry it. Borrows from the event. */
sw_value sw_attribute_of(const sw_event *event, uint32_t slot);
/* Milliseconds as a value; SW_ABSENT for SW_TIME_NONE. */
sw_value sw_attribute_time(int64_t ms);
/* A text as a value; SW_ABSENT if it is empty. */
sw_value sw_attribute_text(sw_slice text);

#endif
