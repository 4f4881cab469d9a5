#include "report/http_ask.h"

#include "report/figures/span.h"
#include "text/time.h"

#define SPAN_DAYS_MAX (366 * 20)

static void refuse(sw_http_exchange *x, uint32_t status, const char *code, const char *field,
                   sw_slice detail, const char *hint) {
    sw_http_problem_answer(x, &(sw_http_problem){.status = status,
                                                 .code = code,
                                                 .field = sw_slice_cstr(field),
                                                 .detail = detail,
                                                 .hint = sw_slice_cstr(hint)});
}

bool sw_ask_date(sw_http_exchange *x, const char *name, int32_t *ret_day) {
    sw_slice text;
    int64_t day = 0;
    if (!sw_http_query(x, name, &text)) {
        refuse(x, 400, "missing", name, SW_S("the day is missing"), "write it as 2026-03-31");
        return false;
    }
    const sw_err err = sw_date_parse(text, &day);
    *ret_day = (int32_t)day;
    if (err)
        refuse(x, 400, "invalid", name,
               err == SW_E_RANGE ? SW_S("there is no such day") : SW_S("this is no date"),
               "write it as 2026-03-31");
    return !err;
}

bool sw_ask_span(sw_http_exchange *x, sw_figure_span *ret) {
    if (!sw_http_query_org(x, &ret->org) || !sw_ask_date(x, "from", &ret->from) ||
        !sw_ask_date(x, "to", &ret->to))
        return false;
    if (ret->from <= ret->to && ret->to - ret->from < SPAN_DAYS_MAX) return true;
    refuse(x, 400, "range", "from",
           ret->from > ret->to ? SW_S("the span ends before it begins")
                               : SW_S("a span is 20 years at most"),
           "from is the first day, to the last: both belong to it");
    return false;
}

bool sw_ask_number(sw_http_exchange *x, const char *name, uint32_t least, uint32_t most,
                   uint32_t *ret) {
    sw_slice text;
    int64_t n;
    if (!sw_http_query(x, name, &text)) return true;
    if (sw_slice_int(text, &n) && n >= least && n <= most) {
        *ret = (uint32_t)n;
        return true;
    }
    const sw_slice detail =
        sw_arena_printf(sw_http_arena(x), "%s takes a number from %u to %u", name, least, most);
    refuse(x, 400, "range", name, detail, "leave it out for the default");
    return false;
}

static int32_t hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void refuse_cursor(sw_http_exchange *x, sw_slice detail) {
    refuse(x, 400, "cursor", "cursor", detail, "take it from `next` of the page before");
}

bool sw_ask_cursor(sw_http_exchange *x, sw_slice *ret) {
    sw_slice text;
    *ret = SW_S("");
    if (!sw_http_query(x, "cursor", &text) || text.len == 0) return true;
    char *bytes = sw_arena_alloc(sw_http_arena(x), text.len);
    bool good = bytes && text.len % 2 == 0;
    for (size_t i = 0; good && i < text.len; i += 2) {
        const int32_t high = hex_digit(text.ptr[i]), low = hex_digit(text.ptr[i + 1]);
        good = high >= 0 && low >= 0;
        bytes[i / 2] = (char)(high * 16 + low);
    }
    if (good)
        *ret = sw_slice_of(bytes, text.len / 2);
    else
        refuse_cursor(x, SW_S("the cursor is none that this list gave"));
    return good;
}

void sw_ask_other_cursor(sw_http_exchange *x) {
    refuse_cursor(x, SW_S("the cursor is of another list"));
}

bool sw_ask_word(sw_http_exchange *x, const char *name, const char *const *words, uint32_t count,
                 int32_t *ret) {
    sw_slice text;
    *ret = -1;
    if (!sw_http_query(x, name, &text)) return true;
    for (uint32_t i = 0; i < count; i++)
        if (sw_slice_is(text, words[i])) *ret = (int32_t)i;
    if (*ret >= 0) return true;
    sw_buf detail;
    sw_buf_init(&detail, 512);
    sw_buf_printf(&detail, "%s takes ", name);
    for (uint32_t i = 0; i < count; i++)
        sw_buf_printf(&detail, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", words[i]);
    refuse(x, 400, "invalid", name, sw_buf_slice(&detail), "leave it out for the default");
    sw_buf_done(&detail);
    return false;
}

bool sw_ask_indicator(sw_http_exchange *x, const sw_indicators *all, sw_slice id,
                      const sw_indicator **ret) {
    *ret = sw_indicators_find(all, id);
    if (!*ret)
        refuse(x, 404, "unknown", "id", SW_S("there is no such indicator"),
               "GET /v1/indicators lists them");
    return *ret != NULL;
}

static bool too_many(sw_http_exchange *x, uint32_t max) {
    const sw_slice detail =
        sw_arena_printf(sw_http_arena(x), "indicators takes 1 to %u ids, by comma", max);
    refuse(x, 400, "range", "indicators", detail, "ask for the others in another request");
    return false;
}

bool sw_ask_indicators(sw_http_exchange *x, const sw_indicators *all, uint32_t max,
                       const sw_indicator ***ret, uint32_t *ret_count) {
    sw_slice text;
    const sw_indicator **list = sw_arena_zero(sw_http_arena(x), max + 1, sizeof *list);
    *ret = list;
    *ret_count = 0;
    if (!list) {
        sw_http_refuse_err(x, SW_E_LIMIT, "the request");
        return false;
    }
    if (!sw_http_query(x, "indicators", &text)) {
        for (uint32_t i = 0; i < all->count && *ret_count < max; i++)
            if (all->list[i].headline) list[(*ret_count)++] = &all->list[i];
        return true;
    }
    while (text.len) {
        const char *comma = memchr(text.ptr, ',', text.len);
        const size_t len = comma ? (size_t)(comma - text.ptr) : text.len;
        if (*ret_count == max) return too_many(x, max);
        if (!sw_ask_indicator(x, all, sw_slice_sub(text, 0, len), &list[*ret_count])) return false;
        (*ret_count)++;
        text = sw_slice_sub(text, comma ? len + 1 : len, text.len);
    }
    return *ret_count > 0 || too_many(x, max);
}
