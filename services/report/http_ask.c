#include "report/http_ask.h"

#include "report/figures/span.h"

static void refuse(sw_http_exchange *x, const char *code, const char *field, const char *detail,
                   const char *hint) {
    sw_http_problem_answer(x, &(sw_http_problem){.status = 400,
                                                 .code = code,
                                                 .field = sw_slice_cstr(field),
                                                 .detail = sw_slice_cstr(detail),
                                                 .hint = sw_slice_cstr(hint)});
}

bool sw_ask_date(sw_http_exchange *x, const char *name, int32_t *ret_day) {
    sw_slice text;
    if (!sw_http_query(x, name, &text)) {
        refuse(x, "missing", name, "the day is missing", "write it as 2026-03-31");
        return false;
    }
    const sw_err err = sw_date_parse(text, ret_day);
    if (err)
        refuse(x, "invalid", name, err == SW_E_RANGE ? "there is no such day" : "this is no date",
               "write it as 2026-03-31");
    return !err;
}
