/* http_units.h - GET /v1/units, /v1/rankings, /v1/trends: the tree of units with figures
 * (docs/openapi.yaml).  Layer 9.  Thread: the server's. */
#ifndef SW_REPORT_HTTP_UNITS_H
#define SW_REPORT_HTTP_UNITS_H

#include "report/http_ask.h"

enum { SW_UNITS_ROUTES = 4 };

/* Fills the routes; `api` is their argument and outlives them. */
void sw_units_routes(const sw_figures_api *api, sw_http_route ret[SW_UNITS_ROUTES]);

#endif
