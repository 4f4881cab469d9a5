/* http_view.h - GET /v1/warnings, /v1/warnings/{id}, /v1/deadlines, /v1/cases/{id}, /v1/explain and
 * POST /v1/checks (docs/openapi.yaml).  Layer 9.  Thread: the server's. */
#ifndef SW_REPORT_HTTP_VIEW_H
#define SW_REPORT_HTTP_VIEW_H

#include "host/http.h"
#include "report/view/query.h"

enum { SW_VIEW_ROUTES = 6 };

/* Fills the routes; `queries` is their argument and outlives them. */
void sw_view_routes(const sw_queries *queries, sw_http_route ret[SW_VIEW_ROUTES]);

/* What the asker may see. */
sw_sight sw_sight_of(const sw_principal *principal);

#endif
