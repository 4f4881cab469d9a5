#include "report/http_view.h"

#include "evaluate/warning_json.h"
#include "report/http_ask.h"
#include "text/json.h"

#define ANSWER_BYTES_MAX ((size_t)16 << 20)
#define SCRATCH_BYTES    ((size_t)256 << 20)
#define CHECK_DIAGS_MAX  20u
#define EXPLAIN_KEYS_MAX 16u

sw_sight sw_sight_of(const sw_principal *principal) {
    return (sw_sight){.unit = sw_slice_cstr(principal->org),
                      .compartments = sw_principal_has(principal, SW_ROLE_ADMIN)};
}

/* ---- what is asked ---- */

static bool wrong(sw_http_exchange *x, const char *field, const char *detail, const char *hint) {
    sw_http_problem_answer(x, &(sw_http_problem){.status = 400,
                                                 .code = "invalid",
                                                 .field = sw_slice_cstr(field),
                                                 .detail = sw_slice_cstr(detail),
                                                 .hint = sw_slice_cstr(hint)});
    return false;
}

static bool ask_time(sw_http_exchange *x, const char *name, int64_t *ret_ms) {
    sw_slice text;
    if (!sw_http_query(x, name, &text)) return true;
    if (sw_time_parse_ms(text, ret_ms) == SW_OK) return true;
    return wrong(x, name, "this is no time",
                 "write it as 2026-03-01T09:00:00+08:00; in a URL the + is %2B");
}

static bool ask_page(sw_http_exchange *x, sw_page *ret) {
    sw_slice text;
    int64_t n = SW_PAGE_DEFAULT;
    if (sw_http_query(x, "limit", &text) &&
        (!sw_slice_int(text, &n) || n < 1 || n > (int64_t)SW_PAGE_MAX))
        return wrong(x, "limit", "a page has 1 to 1000 items", "leave it out for 100");
    ret->limit = (uint32_t)n;
    ret->cursor = SW_SLICE_NONE;
    (void)sw_http_query(x, "cursor", &ret->cursor);
    return true;
}

static bool ask_level(sw_http_exchange *x, int32_t *ret) {
    sw_slice text;
    sw_level level;
    *ret = -1;
    if (!sw_http_query(x, "level", &text)) return true;
    if (sw_level_parse(text, &level) != SW_OK)
        return wrong(x, "level", "there is no such level",
                     "green, blue, yellow, orange, red or breach");
    *ret = (int32_t)level;
    return true;
}

static bool ask_states(sw_http_exchange *x, uint32_t *ret) {
    static const struct {
        const char *name;
        uint32_t states;
    } words[] = {{"open", SW_ASK_OPEN},
                 {"resolved", SW_ASK_RESOLVED},
                 {"withdrawn", SW_ASK_WITHDRAWN},
                 {"all", SW_ASK_SET | SW_ASK_WITHDRAWN}};
    sw_slice text;
    *ret = SW_ASK_SET;
    if (!sw_http_query(x, "state", &text)) return true;
    for (size_t i = 0; i < SW_COUNT(words); i++)
        if (sw_slice_is(text, words[i].name)) return *ret = words[i].states, true;
    return wrong(x, "state", "there is no such state",
                 "open, resolved, withdrawn or all; left out: open and resolved");
}

/* A key as it stands on topics: "case_id=A1". */
static bool ask_key(sw_http_exchange *x, sw_slice *ret) {
    *ret = SW_SLICE_NONE;
    if (!sw_http_query(x, "key", ret)) return true;
    bool named = ret->len > 2 && memchr(ret->ptr, '=', ret->len) != NULL;
    return named || wrong(x, "key", "a key has a name and a value", "write it as case_id=A1");
}

/* ---- what is answered ---- */

static void begin(sw_buf *out, const sw_queries *queries) {
    sw_buf_init(out, ANSWER_BYTES_MAX);
    sw_buf_add_byte(out, '{');
    sw_queries_as_of((void *)(uintptr_t)queries, out);
}

static void end(sw_http_exchange *x, sw_buf *out, sw_err err, const char *what) {
    sw_buf_add_byte(out, '}');
    if (!err) err = out->err;
    if (err == SW_E_INVALID)
        (void)wrong(x, "cursor", "this cursor is of no page",
                    "take it from `next` of the page before, with the same filters");
    else if (err == SW_E_VERSION)
        sw_http_refuse(x, 503, "version",
                       "what explains it was written under a catalogue that has more than that of "
                       "this service: start it with the one that deadline and risk run with");
    else if (err)
        sw_http_refuse_err(x, err, what);
    else
        sw_http_answer(x, &(sw_http_reply){.status = 200, .take = out});
    sw_buf_done(out);
}

static void add_next(sw_buf *out, const char *next) {
    if (next[0]) sw_buf_printf(out, ",\"next\":\"%s\"", next);
}

/* ---- handlers ---- */

static void get_warnings(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org",   "level", "rule",  "state", "since",
                                        "until", "key",   "limit", "cursor"};
    const sw_queries *queries = arg;
    sw_warnings_ask ask = {.sight = sw_sight_of(sw_http_principal(x)),
                           .since_ms = SW_TIME_NONE,
                           .until_ms = SW_TIME_MAX};
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !sw_http_query_org(x, &ask.org) ||
        !ask_level(x, &ask.level) || !ask_states(x, &ask.states) ||
        !ask_time(x, "since", &ask.since_ms) || !ask_time(x, "until", &ask.until_ms) ||
        !ask_key(x, &ask.key) || !ask_page(x, &ask.page))
        return;
    (void)sw_http_query(x, "rule", &ask.rule);
    sw_buf out;
    char next[SW_CURSOR_TEXT];
    begin(&out, queries);
    sw_buf_add_cstr(&out, ",\"warnings\":");
    sw_err err = sw_queries_warnings(queries, &ask, &out, next);
    if (!err) add_next(&out, next);
    end(x, &out, err, "the warnings");
}

static void get_deadlines(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org",        "rule",  "key",   "due_from",
                                        "due_before", "limit", "cursor"};
    const sw_queries *queries = arg;
    sw_deadlines_ask ask = {.sight = sw_sight_of(sw_http_principal(x)),
                            .due_from_ms = SW_TIME_NONE,
                            .due_before_ms = SW_TIME_MAX};
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !sw_http_query_org(x, &ask.org) ||
        !ask_time(x, "due_from", &ask.due_from_ms) ||
        !ask_time(x, "due_before", &ask.due_before_ms) || !ask_key(x, &ask.key) ||
        !ask_page(x, &ask.page))
        return;
    (void)sw_http_query(x, "rule", &ask.rule);
    sw_buf out;
    char next[SW_CURSOR_TEXT];
    begin(&out, queries);
    sw_buf_add_cstr(&out, ",\"deadlines\":");
    sw_err err = sw_queries_deadlines(queries, &ask, &out, next);
    if (!err) add_next(&out, next);
    end(x, &out, err, "the deadlines");
}

static void get_warning(void *arg, sw_http_exchange *x) {
    const sw_queries *queries = arg;
    const sw_sight sight = sw_sight_of(sw_http_principal(x));
    sw_hash128 id;
    sw_told_warning told;
    if (!sw_http_query_only(x, NULL, 0)) return;
    sw_err err = sw_hash128_parse(sw_http_path(x, "id"), &id) ? SW_OK : SW_E_NOT_FOUND;
    if (!err) err = sw_queries_warning(queries, &sight, id, sw_http_arena(x), &told);
    if (err == SW_E_NOT_FOUND) {
        sw_http_refuse(x, 404, "unknown", "there is no such warning");
        return;
    }
    sw_buf out;
    begin(&out, queries);
    if (!err) {
        sw_arena scratch;
        sw_arena_init(&scratch, SCRATCH_BYTES);
        sw_buf_add_cstr(&out, ",\"warning\":");
        sw_told_to_json(&told, SW_SLICE_NONE, &out);
        sw_buf_add_cstr(&out, ",\"explanation\":");
        size_t before = out.len;
        err = sw_queries_explain(queries, &told, &scratch, &out);
        if (err == SW_E_NOT_FOUND && out.len == before) /* it is of no rule and book any more */
            err = sw_buf_add_cstr(&out, "null");
        sw_arena_done(&scratch);
    }
    end(x, &out, err, "the warning");
}

static void get_case(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"by", "limit", "cursor"};
    const sw_queries *queries = arg;
    sw_slice id = sw_http_path(x, "id"), by = SW_S("case_id");
    sw_case_ask ask = {.sight = sw_sight_of(sw_http_principal(x))};
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !ask_page(x, &ask.page)) return;
    (void)sw_http_query(x, "by", &by);
    uint32_t key_id;
    if (!sw_catalogue_key_find(queries->catalogue, by, &key_id)) {
        (void)wrong(x, "by", "the catalogue has no key field of this name", "left out: case_id");
        return;
    }
    ask.key = sw_keyed_key(sw_http_arena(x), by, id);
    sw_buf out;
    char next[SW_CURSOR_TEXT];
    bool any = false;
    begin(&out, queries);
    sw_buf_add_cstr(&out, ",\"key\":{");
    sw_json_write_string(&out, by);
    sw_buf_add_byte(&out, ':');
    sw_json_write_string(&out, id);
    sw_buf_add_cstr(&out, "},");
    sw_err err = ask.key.ptr ? sw_queries_case(queries, &ask, &out, next, &any) : SW_E_NOMEM;
    if (!err && !any && ask.page.cursor.len == 0) {
        sw_buf_done(&out);
        sw_http_refuse(x, 404, "unknown", "nothing is known of it, or nothing that you may see");
        return;
    }
    if (!err) add_next(&out, next);
    end(x, &out, err, "the case");
}

/* The rule's key, widest first, in order: key=case_id=A1&key=person_id=P1, or the values alone. */
static void get_explain(void *arg, sw_http_exchange *x) {
    const sw_queries *queries = arg;
    const sw_principal *principal = sw_http_principal(x);
    sw_slice rule = SW_SLICE_NONE, key[EXPLAIN_KEYS_MAX];
    uint32_t count, keys = 0;
    static const char *const names[] = {"rule", "key"};
    if (!sw_http_query_only(x, names, SW_COUNT(names))) return;
    const sw_http_field *fields = sw_http_queries(x, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (sw_slice_is(fields[i].name, "rule")) rule = fields[i].value;
        if (sw_slice_is(fields[i].name, "key") && keys < EXPLAIN_KEYS_MAX)
            key[keys++] = fields[i].value;
    }
    if (!rule.len || !keys) {
        (void)wrong(x, rule.len ? "key" : "rule", "a rule and a key are needed",
                    "?rule=cr.detain.request&key=case_id=A1");
        return;
    }
    if (principal->org[0]) { /* a book holds what other units did as well */
        sw_http_refuse(x, 403, "forbidden", "only a token without a unit explains a whole key");
        return;
    }
    sw_buf out;
    sw_arena scratch;
    sw_arena_init(&scratch, SCRATCH_BYTES);
    begin(&out, queries);
    sw_buf_add_cstr(&out, ",\"explanation\":");
    sw_err err = sw_queries_explain_rule(queries, rule, key, keys, &scratch, &out);
    sw_arena_done(&scratch);
    end(x, &out, err, "no such rule, or nothing is known of this key");
}

static void refuse_event(sw_http_exchange *x, sw_err err, const sw_diags *diags) {
    const sw_diag *first = diags->first;
    sw_http_problem_answer(x, &(sw_http_problem){
                                  .status = err == SW_E_LIMIT ? 413 : 400,
                                  .code = sw_reject_code(err),
                                  .detail = first ? first->message : SW_SLICE_NONE,
                                  .field = first ? first->field : SW_SLICE_NONE,
                                  .hint = first ? first->hint : SW_SLICE_NONE,
                              });
}

/* An event is received now; what it says of that itself does not count. */
static void post_checks(void *arg, sw_http_exchange *x) {
    const sw_queries *queries = arg;
    sw_arena *arena = sw_http_arena(x);
    sw_diags diags;
    sw_event *event;
    if (!sw_http_query_only(x, NULL, 0)) return;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, CHECK_DIAGS_MAX);
    sw_err err = sw_event_from_json(arena, queries->catalogue, sw_http_body(x), &diags, &event);
    if (sw_err_verdict(err) == SW_VERDICT_REJECT) {
        refuse_event(x, err, &diags);
        return;
    }
    if (!err && !sw_principal_may(sw_http_principal(x), event->orgcode)) {
        sw_http_refuse(x, 403, "forbidden", "the token is not good for this unit");
        return;
    }
    if (!err && event->correction) {
        (void)wrong(x, "type", "a correction can't be checked", "check the event as it would be");
        return;
    }
    sw_buf out;
    sw_arena scratch;
    sw_arena_init(&scratch, SCRATCH_BYTES);
    begin(&out, queries);
    sw_buf_add_byte(&out, ',');
    if (!err) event->received_ms = sw_clock_now_ms(queries->clock);
    sw_violation violation = {.violates = false};
    if (!err) err = sw_queries_check(queries, event, &scratch, &out, &violation);
    /* Whoever only reads tries things out; a publisher is about to do it. */
    bool meant = sw_principal_has(sw_http_principal(x), SW_ROLE_PUBLISHER);
    if (!err && violation.violates && meant && queries->refused)
        err = queries->refused(queries->refused_arg, event, &violation);
    sw_arena_done(&scratch);
    end(x, &out, err, "the check");
}

void sw_view_routes(const sw_queries *queries, sw_http_route ret[SW_VIEW_ROUTES]) {
    static const char *const event_types[] = {"application/cloudevents+json", "application/json",
                                              NULL};
    void *arg = (void *)(uintptr_t)queries;
    const sw_http_route routes[SW_VIEW_ROUTES] = {
        {SW_HTTP_GET, "/v1/warnings", SW_ROLE_READ, get_warnings, arg, .work = true},
        {SW_HTTP_GET, "/v1/warnings/{id}", SW_ROLE_READ, get_warning, arg, .work = true},
        {SW_HTTP_GET, "/v1/deadlines", SW_ROLE_READ, get_deadlines, arg, .work = true},
        {SW_HTTP_GET, "/v1/cases/{id}", SW_ROLE_READ, get_case, arg, .work = true},
        {SW_HTTP_GET, "/v1/explain", SW_ROLE_READ, get_explain, arg, .work = true},
        {SW_HTTP_POST, "/v1/checks", SW_ROLE_PUBLISHER | SW_ROLE_READ, post_checks, arg,
         .body_max = SW_EVENT_BYTES_MAX, .types = event_types, .work = true},
    };
    memcpy(ret, routes, sizeof routes);
}
