/* http_bulletins.h - bulletins: made as asked for, as they were issued, what was issued
 * (docs/openapi.yaml).  Layer 9.  Thread: the server's. */
#ifndef SW_REPORT_HTTP_BULLETINS_H
#define SW_REPORT_HTTP_BULLETINS_H

#include "report/http_ask.h"

/* Handed to the handlers. */
typedef struct sw_bulletins_api {
    const sw_figures_api *figures;
    sw_clock *clock;
    const char *tmp_dir;    /* where a workbook may be while it is made */
    const char *issues_dir; /* where issued ones are kept (bulletin/issue.h) */
} sw_bulletins_api;

enum { SW_BULLETINS_ROUTES = 3 };

/* Fills the routes; `api` is their argument and outlives them. */
void sw_bulletins_routes(const sw_bulletins_api *api, sw_http_route ret[SW_BULLETINS_ROUTES]);

#endif
