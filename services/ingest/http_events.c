#include "ingest/http_events.h"

#include "ingest/answer.h"

enum { ANSWER_BYTES_MAX = 4 << 20 };

static const char *const any_type[] = {"*", NULL};

static sw_http_problem problem_of(sw_refusal refusal) {
    return (sw_http_problem){.status = refusal.status,
                             .code = refusal.code,
                             .detail = refusal.message,
                             .field = refusal.field,
                             .hint = refusal.hint};
}

void sw_ingest_answer_http(void *arg, const sw_request *request) {
    (void)arg;
    sw_http_problem problem;
    sw_buf out;
    sw_buf_init(&out, ANSWER_BYTES_MAX);
    sw_ingest_answer_write(request, &out, &problem);
    sw_http_exchange *x = request->exchange;
    if (out.err)
        sw_http_refuse_err(x, out.err, "the answer can't be written");
    else if (problem.status)
        sw_http_problem_answer(x, &problem);
    else
        sw_http_answer(x, &(sw_http_reply){.status = 202, .take = &out});
    sw_buf_done(&out);
}

static uint32_t seconds_of(int64_t ms) {
    return (uint32_t)((ms + 999) / 1000);
}

void sw_ingest_answer_busy(sw_http_exchange *x, sw_busy busy) {
    sw_http_problem_answer(x, &(sw_http_problem){
                                  .status = busy.status,
                                  .code = busy.code,
                                  .detail = sw_slice_cstr(busy.message),
                                  .hint = SW_S("send the same again after the time in Retry-After"),
                                  .retry_after_s = seconds_of(busy.retry_ms),
                              });
}

void sw_ingest_answer_at_once(sw_http_exchange *x, sw_err err, const sw_refusal *whole) {
    if (sw_err_verdict(err) == SW_VERDICT_RETRY) {
        sw_ingest_answer_busy(x, (sw_busy){503, "behind", "too much waits to be decided", 1000});
    } else if (err) {
        sw_http_refuse_err(x, err, "it can't be taken in");
    } else if (whole->code) {
        sw_http_problem problem = problem_of(*whole);
        sw_http_problem_answer(x, &problem);
    }
}

static void post_events(void *arg, sw_http_exchange *x) {
    sw_ingest *ingest = arg;
    sw_refusal whole = {0};
    sw_post post = {.content_type = sw_http_header(x, "content-type"),
                    .body = sw_http_body(x),
                    .principal = sw_http_principal(x)};
    post.headers = sw_http_headers(x, &post.header_count);
    sw_busy busy = sw_ingest_busy(ingest, post.principal);
    if (busy.status) {
        sw_ingest_answer_busy(x, busy);
        return;
    }
    sw_err err = sw_ingest_post(ingest, &post, x, sw_http_arena(x), &whole);
    sw_ingest_answer_at_once(x, err, &whole);
}

void sw_ingest_route(sw_ingest *ingest, sw_http_route *ret) {
    *ret = (sw_http_route){
        .method = SW_HTTP_POST,
        .path = "/v1/events",
        .roles = SW_ROLE_PUBLISHER,
        .handler = post_events,
        .arg = ingest,
        .body_max = SW_BATCH_BYTES_MAX_HTTP,
        .types = any_type,
    };
}
