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

/* "a, b, c, …": enough to find the post by. */
static void first_ids(const sw_request *request, sw_buf *out) {
    enum { SHOWN = 3 };
    for (uint32_t i = 0; i < request->count && i < SHOWN; i++) {
        if (i) sw_buf_add_cstr(out, ", ");
        sw_buf_add(out, request->results[i].id);
    }
    if (request->count > SHOWN) sw_buf_add_cstr(out, ", …");
}

static void note(const sw_request *request) {
    uint32_t counts[SW_OUTCOME_REFUSED + 1] = {0};
    for (uint32_t i = 0; i < request->count; i++) counts[request->results[i].outcome]++;
    sw_buf ids, detail;
    sw_buf_init(&ids, 4096);
    sw_buf_init(&detail, 256);
    first_ids(request, &ids);
    sw_buf_printf(&detail, "events %u", request->count);
    for (size_t i = 0; i < SW_COUNT(counts); i++)
        if (counts[i]) sw_buf_printf(&detail, ", %s %u", sw_outcome_name((sw_outcome)i), counts[i]);
    sw_http_note(request->exchange, sw_buf_slice(&ids), sw_buf_slice(&detail));
    sw_buf_done(&ids);
    sw_buf_done(&detail);
}

void sw_ingest_answer_http(void *arg, const sw_request *request) {
    (void)arg;
    sw_http_problem problem;
    sw_buf out;
    sw_buf_init(&out, ANSWER_BYTES_MAX);
    sw_ingest_answer_write(request, &out, &problem);
    sw_http_exchange *x = request->exchange;
    note(request);
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
        .action = "events.post",
    };
}
