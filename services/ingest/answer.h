/* answer.h - what is said to a client about its events (contract: Events in).  Layer 9.  Thread:
 * any; pure. */
#ifndef SW_INGEST_ANSWER_H
#define SW_INGEST_ANSWER_H

#include "ingest/pending.h"

/* 202 with its body in `out`: then `ret_problem->status` is 0. Or a problem, whose `more` lies in
 * `out`. Check out->err. */
void sw_ingest_answer_write(const sw_request *request, sw_buf *out, sw_http_problem *ret_problem);

#endif
