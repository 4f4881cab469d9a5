/* http_ask.h - what the routes of figures and bulletins are asked by: units and days.  Layer 9.
 * Thread: the server's. */
#ifndef SW_REPORT_HTTP_ASK_H
#define SW_REPORT_HTTP_ASK_H

#include "host/http.h"

/* All answer the exchange with what is wrong, and return false then. */

/* `org`: the beginning of unit codes that is asked for, within the subtree of the principal; left
 * out: that subtree. A whole code is the unit with all that is under it. */
bool sw_ask_org(sw_http_exchange *x, sw_slice *ret_prefix);
/* A day that must be there, "2026-03-31", as days since 1970-01-01. */
bool sw_ask_date(sw_http_exchange *x, const char *name, int32_t *ret_day);

#endif
