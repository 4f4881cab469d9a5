#include "ingest/answer.h"

/* "field":"text" after a comma, where there is text. */
static void put_text(sw_buf *out, const char *name, sw_slice text) {
    if (text.len == 0) return;
    sw_buf_printf(out, ",\"%s\":", name);
    sw_json_write_string(out, text);
}

static void put_receipt(sw_buf *out, uint32_t index, const sw_result *result) {
    sw_buf_add_cstr(out, "{\"index\":");
    sw_buf_add_int(out, index);
    sw_buf_add_cstr(out, ",\"partition\":");
    sw_buf_add_int(out, result->partition);
    sw_buf_add_cstr(out, ",\"offset\":");
    sw_buf_add_int(out, result->offset);
    if (result->outcome == SW_OUTCOME_DUPLICATE) sw_buf_add_cstr(out, ",\"duplicate\":true");
    if (result->outcome == SW_OUTCOME_WAITING) sw_buf_add_cstr(out, ",\"waiting\":true");
    sw_buf_add_byte(out, '}');
}

static void put_rejected(sw_buf *out, uint32_t index, const sw_result *result) {
    sw_buf_printf(out, "{\"index\":%u", index);
    put_text(out, "id", result->id);
    put_text(out, "code", sw_slice_cstr(result->refusal.code));
    put_text(out, "field", result->refusal.field);
    put_text(out, "message", result->refusal.message);
    put_text(out, "hint", result->refusal.hint);
    sw_buf_add_byte(out, '}');
}

static void put_list(sw_buf *out, const sw_request *request, bool refused) {
    bool first = true;
    for (uint32_t i = 0; i < request->count; i++) {
        const sw_result *result = &request->results[i];
        if ((result->outcome == SW_OUTCOME_REFUSED) != refused) continue;
        if (!first) sw_buf_add_byte(out, ',');
        first = false;
        if (refused)
            put_rejected(out, i, result);
        else
            put_receipt(out, i, result);
    }
}

static void write_accepted(const sw_request *request, sw_buf *out) {
    uint32_t counts[SW_OUTCOME_REFUSED + 1] = {0};
    for (uint32_t i = 0; i < request->count; i++) counts[request->results[i].outcome]++;
    sw_buf_printf(out, "{\"accepted\":%u,\"duplicates\":%u,\"receipts\":[",
                  counts[SW_OUTCOME_ACCEPTED] + counts[SW_OUTCOME_WAITING],
                  counts[SW_OUTCOME_DUPLICATE]);
    put_list(out, request, false);
    sw_buf_add_cstr(out, "],\"rejected\":[");
    put_list(out, request, true);
    sw_buf_add_cstr(out, "]}");
}

static sw_http_problem problem_of(sw_refusal refusal) {
    return (sw_http_problem){.status = refusal.status,
                             .code = refusal.code,
                             .detail = refusal.message,
                             .field = refusal.field,
                             .hint = refusal.hint};
}

void sw_ingest_answer_write(const sw_request *request, sw_buf *out, sw_http_problem *ret_problem) {
    SW_ASSERT(request && out && ret_problem);
    const sw_result *first = request->count ? &request->results[0] : NULL;
    *ret_problem = (sw_http_problem){0};
    if (request->late || request->err) {
        *ret_problem = (sw_http_problem){
            .status = 503,
            .code = request->late ? "late" : "aborted",
            .detail = SW_S("it was not decided in time what becomes of the events"),
            .hint = SW_S("send all of them again: what was accepted is told apart"),
            .retry_after_s = 1,
        };
    } else if (request->whole.code) {
        *ret_problem = problem_of(request->whole);
    } else if (request->mode != SW_POST_BATCH && first && first->outcome == SW_OUTCOME_REFUSED) {
        *ret_problem = problem_of(first->refusal);
        put_text(out, "id", first->id);
        if (out->len) ret_problem->more = sw_slice_sub(sw_buf_slice(out), 1, out->len);
    } else if (request->mode == SW_POST_NONE && !first) {
        sw_buf_add_cstr(out, "{\"sent\":true}"); /* a record of another topic, sent again */
    } else {
        write_accepted(request, out);
    }
}
