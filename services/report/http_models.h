/* http_models.h - GET /v1/models, what they say and the lists behind it (docs/openapi.yaml).
 * Layer 9.  Thread: the server's. */
#ifndef SW_REPORT_HTTP_MODELS_H
#define SW_REPORT_HTTP_MODELS_H

#include "report/http_ask.h"

enum { SW_MODELS_ROUTES = 3 };

/* Fills the routes; `api` is their argument and outlives them. */
void sw_models_routes(const sw_figures_api *api, sw_http_route ret[SW_MODELS_ROUTES]);

#endif
