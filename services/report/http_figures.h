/* http_figures.h - GET /v1/indicators, /v1/figures and the lists behind them (docs/openapi.yaml).
 * Layer 9.  Thread: the server's. */
#ifndef SW_REPORT_HTTP_FIGURES_H
#define SW_REPORT_HTTP_FIGURES_H

#include "report/http_ask.h"

enum { SW_FIGURES_ROUTES = 4 };

/* Fills the routes; `api` is their argument and outlives them. */
void sw_figures_routes(const sw_figures_api *api, sw_http_route ret[SW_FIGURES_ROUTES]);

#endif
