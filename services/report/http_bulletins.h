/* http_bulletins.h - GET /v1/bulletins/{kind} (docs/openapi.yaml).  Layer 9.  Thread: the server's.
 */
#ifndef SW_REPORT_HTTP_BULLETINS_H
#define SW_REPORT_HTTP_BULLETINS_H

#include "report/http_figures.h"

/* Handed to the handler. */
typedef struct sw_bulletins_api {
    const sw_figures_api *figures;
    sw_clock *clock;
    const char *tmp_dir; /* where a workbook may be while it is made */
} sw_bulletins_api;

/* The route; `api` is its argument and outlives it. */
sw_http_route sw_bulletins_route(const sw_bulletins_api *api);

#endif
