/* sms.h - how long a text is as an SMS in UCS-2: 70 units, 67 in a part of several (3GPP TS 23.040,
 * 9.2.3.24.1).  Layer 9.  Thread: any. */
#ifndef SW_NOTIFY_SMS_H
#define SW_NOTIFY_SMS_H

#include "base/slice.h"

/* UTF-16 code units of a valid UTF-8 text. */
uint32_t sw_sms_units(sw_slice text);
/* Parts that it takes; a character of two units is never split. 0 for an empty text. */
uint32_t sw_sms_parts(sw_slice text);
/* The longest beginning of the text with at most `units` units. */
size_t sw_sms_cut(sw_slice text, uint32_t units);

#endif
