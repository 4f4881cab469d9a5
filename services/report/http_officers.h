/* http_officers.h - GET /v1/officers/{id}/…: what an officer has in hand (docs/openapi.yaml).
 * Layer 9.  Thread: the server's. */
#ifndef SW_REPORT_HTTP_OFFICERS_H
#define SW_REPORT_HTTP_OFFICERS_H

#include "report/http_ask.h"

enum { SW_OFFICERS_ROUTES = 4 };

/* Fills the routes; `api` is their argument and outlives them. */
void sw_officers_routes(const sw_figures_api *api, sw_http_route ret[SW_OFFICERS_ROUTES]);

#endif
