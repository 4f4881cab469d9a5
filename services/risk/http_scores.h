/* http_scores.h - GET /v1/scores and /v1/scores/{key} (docs/openapi.yaml).  Layer 9.  Thread: the
 * server's. */
#ifndef SW_RISK_HTTP_SCORES_H
#define SW_RISK_HTTP_SCORES_H

#include "host/http.h"
#include "risk/score/query.h"

enum { SW_SCORES_ROUTES = 2 };

/* Fills the routes; `scores` is their argument and outlives them. */
void sw_scores_routes(const sw_scores *scores, sw_http_route ret[SW_SCORES_ROUTES]);

#endif
