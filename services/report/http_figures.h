/* http_figures.h - GET /v1/indicators, /v1/figures and the lists behind them (docs/openapi.yaml).
 * Layer 9.  Thread: the server's. */
#ifndef SW_REPORT_HTTP_FIGURES_H
#define SW_REPORT_HTTP_FIGURES_H

#include "host/http.h"
#include "report/figures/figures.h"

/* Handed to every handler. */
typedef struct sw_figures_api {
    sw_figures figures;
    /* Appends `"as_of":{…}`: the positions of the log and the time that an answer holds for. */
    void (*as_of)(void *ctx, sw_buf *out);
    void *ctx;
} sw_figures_api;

enum { SW_FIGURES_ROUTES = 4 };

/* Fills the routes; `api` is their argument and outlives them. */
void sw_figures_routes(const sw_figures_api *api, sw_http_route ret[SW_FIGURES_ROUTES]);

#endif
