/* web.h - the dashboard: files that are built into the program, and their routes.  Layer 9.
 * Thread: the server's. */
#ifndef SW_REPORT_WEB_H
#define SW_REPORT_WEB_H

#include "host/http.h"

enum { SW_WEB_ROUTES = 31 };

/* GET /dashboard/ and what it loads, compressed where the browser takes that, with an ETag: nothing
 * comes from elsewhere, and no script runs that is not one of these files
 * (Content-Security-Policy).
 * `/` leads to it. Open to everybody: what it shows comes from the API, which asks who one is. */
void sw_web_routes(sw_http_route ret[SW_WEB_ROUTES]);

#endif
