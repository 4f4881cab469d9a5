#include "report/http_bulletins.h"

#include "report/bulletin/issue.h"
#include "text/json.h"
#include "text/time.h"

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

typedef enum as { AS_CORRECTED, AS_ISSUED, AS_COMPARED } as;
static const char *const as_words[] = {"corrected", "issued", "compared"};

typedef struct wish {
    sw_bulletin_kind kind;
    sw_slice org;
    int32_t day;
    form form;
    sw_language language;
    as as;
    int64_t known_ms;
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

static bool read_kind(sw_http_exchange *x, sw_slice text, sw_bulletin_kind *ret) {
    if (sw_bulletin_kind_parse(text, ret)) return true;
    sw_http_problem_answer(
        x, &(sw_http_problem){.status = 404,
                              .code = "unknown",
                              .field = SW_S("kind"),
                              .detail = SW_S("there are daily, weekly and monthly bulletins"),
                              .hint = SW_S("/v1/bulletins/monthly?org=320981&date=2026-03-01")});
    return false;
}

/* As known at a moment means: as it was issued by then. */
static bool read_as(sw_http_exchange *x, wish *ret) {
    sw_slice text;
    int32_t word;
    if (!sw_ask_word(x, "as", as_words, SW_COUNT(as_words), &word)) return false;
    const bool known = sw_http_query(x, "known_at", &text);
    ret->known_ms = SW_TIME_MAX;
    ret->as = word >= 0 ? (as)word : known ? AS_ISSUED : AS_CORRECTED;
    if (!known) return true;
    if (ret->as != AS_CORRECTED && sw_time_parse_ms(text, &ret->known_ms) == SW_OK) return true;
    sw_http_problem_answer(
        x, &(sw_http_problem){.status = 400,
                              .code = "invalid",
                              .field = SW_S("known_at"),
                              .detail = ret->as == AS_CORRECTED
                                            ? SW_S("what is corrected is as known now")
                                            : SW_S("this is no time"),
                              .hint = SW_S("2026-03-01T09:00:00+08:00 with as=issued; in a URL "
                                           "the + is %2B")});
    return false;
}

static bool read_wish(sw_http_exchange *x, wish *ret) {
    static const char *const names[] = {"org", "date", "format", "lang", "as", "known_at"};
    if (!sw_http_query_only(x, names, SW_COUNT(names)) ||
        !read_kind(x, sw_http_path(x, "kind"), &ret->kind) || !sw_http_query_org(x, &ret->org) ||
        !sw_ask_date(x, "date", &ret->day) || !read_form(x, &ret->form) ||
        !read_language(x, &ret->language) || !read_as(x, ret))
        return false;
    if (ret->as != AS_COMPARED || ret->form != FORM_XLSX) return true;
    sw_http_refuse(x, 400, "invalid", "a comparison is html, csv or json");
    return false;
}

/* ---- writing ---------------------------------------------------------------------------- */

typedef struct made {
    sw_bulletin bulletin, issued; /* issued: of AS_COMPARED */
    sw_issue issue;               /* not of AS_CORRECTED */
} made;

static void write_json(const sw_bulletins_api *api, const wish *w, const made *m, sw_buf *out) {
    sw_buf_add_byte(out, '{');
    api->figures->as_of(api->figures->ctx, out);
    sw_buf_add_byte(out, ',');
    if (w->as != AS_CORRECTED) {
        sw_buf_add_cstr(out, "\"issue\":{");
        sw_issue_json(&m->issue, api->figures->figures.indicators->zone, out);
        sw_buf_add_cstr(out, "},");
    }
    if (w->as == AS_COMPARED)
        sw_bulletin_compare_json(&m->issued, &m->bulletin, out);
    else
        sw_bulletin_json(&m->bulletin, out);
    sw_buf_add_byte(out, '}');
}

static sw_err write(const sw_bulletins_api *api, const wish *w, const made *m, sw_buf *out) {
    const bool compared = w->as == AS_COMPARED;
    switch (w->form) {
    case FORM_HTML:
        if (compared)
            sw_bulletin_compare_html(&m->issued, &m->bulletin, w->language, out);
        else
            sw_bulletin_html(&m->bulletin, w->language, out);
        return out->err;
    case FORM_XLSX:
        return sw_bulletin_xlsx(&m->bulletin, w->language, api->tmp_dir, out);
    case FORM_CSV:
        if (compared)
            sw_bulletin_compare_csv(&m->issued, &m->bulletin, w->language, out);
        else
            sw_bulletin_csv(&m->bulletin, w->language, out);
        return out->err;
    case FORM_JSON:
        write_json(api, w, m, out);
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

/* ---- handlers --------------------------------------------------------------------------- */

static sw_err make(const sw_bulletins_api *api, const wish *w, sw_arena *arena, made *ret) {
    const sw_figures *figures = &api->figures->figures;
    const sw_span_days span = sw_bulletin_span(w->kind, w->day);
    const sw_issue_wish issue = {w->kind, w->org, span.from, w->known_ms};
    sw_err err = SW_OK;
    if (w->as != AS_CORRECTED)
        err = sw_issue_read(api->issues_dir, &issue, figures->indicators, arena, &ret->issue,
                            w->as == AS_ISSUED ? &ret->bulletin : &ret->issued);
    if (!err && w->as != AS_ISSUED)
        err = sw_bulletin_make(figures, w->kind, w->org, w->day, sw_clock_now_ms(api->clock), arena,
                               &ret->bulletin);
    return err;
}

static void not_issued(sw_http_exchange *x) {
    sw_http_problem_answer(
        x, &(sw_http_problem){
               .status = 404,
               .code = "not-issued",
               .field = SW_S("as"),
               .detail = SW_S("no bulletin of this unit and period had been issued then"),
               .hint = SW_S("GET /v1/bulletins lists what was issued; as=corrected makes it now")});
}

static void get_bulletin(void *arg, sw_http_exchange *x) {
    const sw_bulletins_api *api = arg;
    sw_arena arena;
    sw_buf out;
    made m;
    wish w;
    if (!read_wish(x, &w)) return;
    sw_arena_init(&arena, ARENA_BYTES_MAX);
    sw_buf_init(&out, ANSWER_BYTES_MAX);
    sw_err err = make(api, &w, &arena, &m);
    if (!err) err = write(api, &w, &m, &out);
    if (err == SW_E_NOT_FOUND)
        not_issued(x);
    else if (err)
        sw_http_refuse_err(x, err, "the bulletin");
    else
        answer(x, &w, &m.bulletin, &out);
    sw_buf_done(&out);
    sw_arena_done(&arena);
}

static void add_issue(const sw_bulletins_api *api, const sw_issue *issue, sw_buf *out) {
    char from[SW_DATE_TEXT];
    sw_date_text(issue->from, from);
    sw_buf_add_byte(out, '{');
    sw_issue_json(issue, api->figures->figures.indicators->zone, out);
    sw_buf_printf(out, ",\"url\":\"/v1/bulletins/%s?org=%s&date=%s&as=issued\"}",
                  sw_bulletin_kind_name(issue->kind), issue->org, from);
}

/* Whoever issues by hand makes a further edition. */
static void post_bulletin(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "date"};
    const sw_bulletins_api *api = arg;
    sw_bulletin bulletin;
    sw_issue issue;
    sw_arena arena;
    sw_buf as_of, out;
    wish w;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) ||
        !read_kind(x, sw_http_path(x, "kind"), &w.kind) || !sw_http_query_org(x, &w.org) ||
        !sw_ask_date(x, "date", &w.day))
        return;
    sw_http_note(x, sw_slice_cstr(sw_bulletin_kind_name(w.kind)), w.org);
    sw_arena_init(&arena, ARENA_BYTES_MAX);
    sw_buf_init(&as_of, ANSWER_BYTES_MAX);
    sw_buf_add_byte(&as_of, '{');
    api->figures->as_of(api->figures->ctx, &as_of);
    sw_buf_add_byte(&as_of, '}');
    sw_err err = sw_bulletin_make(&api->figures->figures, w.kind, w.org, w.day,
                                  sw_clock_now_ms(api->clock), &arena, &bulletin);
    if (!err)
        err =
            sw_issue_write(api->issues_dir, &bulletin, 0, sw_slice_cstr(sw_http_principal(x)->sub),
                           sw_buf_slice(&as_of), &issue);
    sw_buf_done(&as_of);
    sw_arena_done(&arena);
    if (err) {
        sw_http_refuse_err(x, err, "the bulletin");
        return;
    }
    sw_buf_init(&out, 4096);
    add_issue(api, &issue, &out);
    sw_http_answer(x, &(sw_http_reply){.status = 201, .take = &out});
    sw_buf_done(&out);
}

/* A cursor is the last entry's id: what was issued is never taken away. */
static bool behind(const sw_issue *issues, uint32_t count, sw_slice cursor, uint32_t *at) {
    char id[SW_ISSUE_ID_BYTES];
    if (cursor.len == 0) return true;
    while (*at < count) {
        sw_issue_id(&issues[(*at)++], id);
        if (sw_slice_eq(sw_slice_cstr(id), cursor)) return true;
    }
    return false;
}

static void get_issues(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "kind", "limit", "cursor"};
    static const char *const kinds[] = {"daily", "weekly", "monthly"};
    const sw_bulletins_api *api = arg;
    sw_slice org, cursor;
    sw_issue *issues = NULL;
    uint32_t count = 0, limit = SW_PAGE_ENTRIES_DEFAULT, at = 0, shown = 0;
    int32_t kind;
    sw_buf out;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !sw_http_query_org(x, &org) ||
        !sw_ask_word(x, "kind", kinds, SW_COUNT(kinds), &kind) ||
        !sw_ask_number(x, "limit", 1, SW_PAGE_ENTRIES_MAX, &limit) || !sw_ask_cursor(x, &cursor))
        return;
    sw_err err = sw_issues_list(api->issues_dir, kind, org, sw_http_arena(x), &issues, &count);
    if (!err && !behind(issues, count, cursor, &at)) {
        sw_ask_other_cursor(x);
        return;
    }
    sw_answer_begin(api->figures, &out);
    sw_buf_add_cstr(&out, ",\"bulletins\":[");
    for (; !err && at < count && shown < limit; at++) {
        if (!sw_issue_head(api->issues_dir, &issues[at])) continue;
        if (shown++) sw_buf_add_byte(&out, ',');
        add_issue(api, &issues[at], &out);
    }
    sw_buf_add_byte(&out, ']');
    char last[SW_ISSUE_ID_BYTES] = "";
    if (!err && at < count && at > 0) sw_issue_id(&issues[at - 1], last);
    sw_answer_next(&out, sw_slice_cstr(last));
    sw_answer_end(x, &out, err, "the bulletins");
}

void sw_bulletins_routes(const sw_bulletins_api *api, sw_http_route ret[SW_BULLETINS_ROUTES]) {
    void *arg = (void *)(uintptr_t)api;
    const sw_http_route routes[] = {
        {SW_HTTP_GET, "/v1/bulletins", SW_ROLE_READ, get_issues, arg, .work = true},
        {SW_HTTP_GET, "/v1/bulletins/{kind}", SW_ROLE_READ, get_bulletin, arg, .work = true},
        {SW_HTTP_POST, "/v1/bulletins/{kind}", SW_ROLE_SUPERVISOR | SW_ROLE_ADMIN, post_bulletin,
         arg, .work = true, .action = "bulletin.issue"},
    };
    _Static_assert(SW_COUNT(routes) == SW_BULLETINS_ROUTES, "the header says how many there are");
    memcpy(ret, routes, sizeof routes);
}
