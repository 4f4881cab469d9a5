/* http_ask.h - what the routes of figures and bulletins are asked by: days.  Layer 9.
 * Thread: the server's. */
#ifndef SW_REPORT_HTTP_ASK_H
#define SW_REPORT_HTTP_ASK_H

#include "host/http.h"

/* A day that must be there, "2026-03-31", as days since 1970-01-01. False: what is wrong has been
 * answered. */
bool sw_ask_date(sw_http_exchange *x, const char *name, int32_t *ret_day);

#endif
