#include <stdarg.h>
#include <stdio.h>

#include "host/http/exchange.h"
#include "text/json.h"
#include "text/utf8.h"

#define PROBLEM_MAX ((size_t)4 << 20)

static const struct {
    uint32_t status;
    const char *title;
} titles[] = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
};

static const char *title_of(uint32_t status) {
    for (size_t i = 0; i < SW_COUNT(titles); i++)
        if (titles[i].status == status) return titles[i].title;
    return "Error";
}

/* Text of clients may be no UTF-8; the document must be. */
static void member(sw_buf *buf, const char *name, sw_slice text) {
    if (text.len == 0) return;
    sw_buf_printf(buf, ",\"%s\":", name);
    sw_json_write_string(buf, sw_slice_sub(text, 0, sw_utf8_valid_bytes(text)));
}

void sw_http_problem_write(sw_buf *buf, const sw_http_problem *problem) {
    sw_buf_printf(buf, "{\"type\":\"urn:seawall:problem:%s\",\"title\":\"%s\",\"status\":%u",
                  problem->code, title_of(problem->status), problem->status);
    sw_buf_printf(buf, ",\"code\":\"%s\"", problem->code);
    member(buf, "detail", problem->detail);
    member(buf, "field", problem->field);
    member(buf, "hint", problem->hint);
    if (problem->more.len) {
        sw_buf_add_byte(buf, ',');
        sw_buf_add(buf, problem->more);
    }
    sw_buf_add_byte(buf, '}');
}

void sw_http_problem_answer(sw_http_exchange *x, const sw_http_problem *problem) {
    sw_buf body;
    sw_buf_init(&body, PROBLEM_MAX);
    sw_http_problem_write(&body, problem);
    sw_http_reply reply = {.status = problem->status,
                           .type = "application/problem+json",
                           .take = &body,
                           .retry_after_s = problem->retry_after_s};
    if (problem->status == 401) /* RFC 6750, 3 */
        reply.fields[0] =
            (sw_http_field){SW_S("WWW-Authenticate"), SW_S("Bearer realm=\"seawall\"")};
    x->reply.code = problem->code;
    sw_http_answer(x, &reply);
}

void sw_http_refuse(sw_http_exchange *x, uint32_t status, const char *code, const char *fmt, ...) {
    char text[512];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    size_t size = len < 0 ? 0 : (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    sw_http_problem problem = {.status = status, .code = code, .detail = sw_slice_of(text, size)};
    if (status == 503 || status == 429) problem.retry_after_s = 1;
    sw_http_problem_answer(x, &problem);
}

void sw_http_refuse_err(sw_http_exchange *x, sw_err err, const char *what) {
    uint32_t status = 500;
    if (err == SW_E_NOT_FOUND)
        status = 404;
    else if (err == SW_E_CONFLICT)
        status = 409;
    else if (err == SW_E_LIMIT)
        status = 413;
    else if (err == SW_E_FULL || sw_err_verdict(err) == SW_VERDICT_RETRY)
        status = 503;
    else if (sw_err_verdict(err) == SW_VERDICT_REJECT)
        status = 400;
    sw_http_refuse(x, status, sw_err_name(err), "%s", what);
}
