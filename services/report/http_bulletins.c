#include "report/http_bulletins.h"

#include "report/bulletin/bulletin.h"
#include "report/http_ask.h"

#define ANSWER_BYTES_MAX ((size_t)64 << 20)
#define ARENA_BYTES_MAX  ((size_t)64 << 20)

/* Its own styles and nothing else: no script, nothing from elsewhere. */
#define POLICY                                                                                     \
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'"

typedef enum form { FORM_HTML, FORM_XLSX, FORM_CSV, FORM_JSON } form;

static const struct {
    const char *name, *type, *suffix;
} forms[] = {
    [FORM_HTML] = {"html", "text/html; charset=utf-8", "html"},
    [FORM_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                   "xlsx"},
    [FORM_CSV] = {"csv", "text/csv; charset=utf-8", "csv"},
    [FORM_JSON] = {"json", "application/json", "json"},
};

typedef struct wish {
    sw_bulletin_kind kind;
    sw_slice org;
    int32_t day;
    form form;
    sw_language language;
} wish;

static bool read_form(sw_http_exchange *x, form *ret) {
    sw_slice text;
    *ret = FORM_HTML;
    if (!sw_http_query(x, "format", &text)) return true;
    for (uint32_t i = 0; i < SW_COUNT(forms); i++) {
        if (!sw_slice_is(text, forms[i].name)) continue;
        *ret = (form)i;
        return true;
    }
    sw_http_refuse(x, 400, "invalid", "format takes html, xlsx, csv or json");
    return false;
}

static bool read_language(sw_http_exchange *x, sw_language *ret) {
    sw_slice text;
    *ret = SW_CHINESE;
    if (!sw_http_query(x, "lang", &text) || sw_slice_is(text, "zh")) return true;
    *ret = SW_ENGLISH;
    if (sw_slice_is(text, "en")) return true;
    sw_http_refuse(x, 400, "invalid", "lang takes zh or en");
    return false;
}

static bool read_wish(sw_http_exchange *x, wish *ret) {
    static const char *const names[] = {"org", "date", "format", "lang"};
    if (!sw_http_query_only(x, names, SW_COUNT(names))) return false;
    if (!sw_bulletin_kind_parse(sw_http_path(x, "kind"), &ret->kind)) {
        sw_http_refuse(x, 404, "unknown", "there are daily, weekly and monthly bulletins");
        return false;
    }
    return sw_http_query_org(x, &ret->org) && sw_ask_date(x, "date", &ret->day) &&
           read_form(x, &ret->form) && read_language(x, &ret->language);
}

static sw_err write(const sw_bulletins_api *api, const wish *w, const sw_bulletin *bulletin,
                    sw_buf *out) {
    switch (w->form) {
    case FORM_HTML:
        sw_bulletin_html(bulletin, w->language, out);
        return out->err;
    case FORM_XLSX:
        return sw_bulletin_xlsx(bulletin, w->language, api->tmp_dir, out);
    case FORM_CSV:
        sw_bulletin_csv(bulletin, w->language, out);
        return out->err;
    case FORM_JSON:
        sw_buf_add_byte(out, '{');
        api->figures->as_of(api->figures->ctx, out);
        sw_buf_add_byte(out, ',');
        sw_bulletin_json(bulletin, out);
        sw_buf_add_byte(out, '}');
        return out->err;
    }
    return SW_E_INTERNAL;
}

static void answer(sw_http_exchange *x, const wish *w, const sw_bulletin *bulletin, sw_buf *out) {
    char from[SW_DATE_TEXT];
    sw_date_text(bulletin->span.from, from);
    sw_http_reply reply = {.status = 200, .type = forms[w->form].type, .take = out};
    const sw_slice name =
        sw_arena_printf(sw_http_arena(x), "attachment; filename=\"seawall-%s-%s.%s\"",
                        sw_bulletin_kind_name(w->kind), from, forms[w->form].suffix);
    if (w->form == FORM_HTML)
        reply.fields[0] = (sw_http_field){SW_S("Content-Security-Policy"), SW_S(POLICY)};
    if (name.ptr && (w->form == FORM_XLSX || w->form == FORM_CSV))
        reply.fields[0] = (sw_http_field){SW_S("content-disposition"), name};
    sw_http_answer(x, &reply);
}

static void get_bulletin(void *arg, sw_http_exchange *x) {
    const sw_bulletins_api *api = arg;
    sw_bulletin bulletin;
    sw_arena arena;
    sw_buf out;
    wish w;
    if (!read_wish(x, &w)) return;
    sw_arena_init(&arena, ARENA_BYTES_MAX);
    sw_buf_init(&out, ANSWER_BYTES_MAX);
    sw_err err = sw_bulletin_make(&api->figures->figures, w.kind, w.org, w.day,
                                  sw_clock_now_ms(api->clock), &arena, &bulletin);
    if (!err) err = write(api, &w, &bulletin, &out);
    if (err)
        sw_http_refuse_err(x, err, "the bulletin");
    else
        answer(x, &w, &bulletin, &out);
    sw_buf_done(&out);
    sw_arena_done(&arena);
}

sw_http_route sw_bulletins_route(const sw_bulletins_api *api) {
    return (sw_http_route){SW_HTTP_GET,  "/v1/bulletins/{kind}", SW_ROLE_READ,
                           get_bulletin, (void *)(uintptr_t)api, .work = true};
}
