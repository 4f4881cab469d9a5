#include "report/http_ask.h"

#include "report/figures/rows.h"
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

static bool all_digits(sw_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
    return true;
}

bool sw_ask_org(sw_http_exchange *x, sw_slice *ret_prefix) {
    const char *unit = sw_http_principal(x)->org;
    const sw_slice own = sw_org_prefix(sw_slice_cstr(unit));
    sw_slice org;
    if (!sw_http_query(x, "org", &org)) {
        *ret_prefix = own;
        return true;
    }
    if (org.len > SW_ORG_DIGITS || !all_digits(org)) {
        refuse(x, "invalid", "org", "this is no unit", "the beginning of a code: 0 to 12 digits");
        return false;
    }
    *ret_prefix = org.len == SW_ORG_DIGITS ? sw_org_prefix(org) : org;
    if (sw_slice_starts(*ret_prefix, own)) return true;
    sw_http_refuse(x, 403, "forbidden", "the token is good for unit %s only", unit);
    return false;
}
