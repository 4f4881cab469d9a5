#include "risk/http_scores.h"

#include "risk/score/rows.h"
#include "text/json.h"

#define ANSWER_BYTES_MAX ((size_t)16 << 20)
#define SCRATCH_BYTES    ((size_t)256 << 20)
#define LIMIT_DEFAULT    100u

static bool wrong(sw_http_exchange *x, const char *field, const char *detail, const char *hint) {
    sw_http_problem_answer(x, &(sw_http_problem){.status = 400,
                                                 .code = "invalid",
                                                 .field = sw_slice_cstr(field),
                                                 .detail = sw_slice_cstr(detail),
                                                 .hint = sw_slice_cstr(hint)});
    return false;
}

static bool ask_sight(sw_http_exchange *x, sw_scores_sight *ret) {
    const sw_principal *principal = sw_http_principal(x);
    ret->unit = sw_slice_cstr(principal->org);
    ret->compartments = sw_principal_has(principal, SW_ROLE_ADMIN);
    return sw_http_query_org(x, &ret->org);
}

static bool ask_of(sw_http_exchange *x, sw_scored *ret) {
    sw_slice text;
    *ret = SW_SCORED_UNIT;
    if (!sw_http_query(x, "of", &text)) return true;
    for (int i = 0; i < SW_SCORED_COUNT; i++)
        if (sw_slice_is(text, sw_scored_name((sw_scored)i))) return *ret = (sw_scored)i, true;
    return wrong(x, "of", "nothing has a score as this", "case, officer or unit; left out: unit");
}

static bool ask_limit(sw_http_exchange *x, uint32_t *ret) {
    sw_slice text;
    int64_t n = LIMIT_DEFAULT;
    if (sw_http_query(x, "limit", &text) &&
        (!sw_slice_int(text, &n) || n < 1 || n > (int64_t)SW_SCORES_LINES_MAX))
        return wrong(x, "limit", "a page has 1 to 1000 items", "leave it out for 100");
    *ret = (uint32_t)n;
    return true;
}

static void end(sw_http_exchange *x, sw_buf *out, sw_err err) {
    sw_buf_add_byte(out, '}');
    if (!err) err = out->err;
    if (err == SW_E_INVALID)
        (void)wrong(x, "cursor", "this cursor is of no page",
                    "take it from `next` of the page before, with the same filters");
    else if (err)
        sw_http_refuse_err(x, err, "the scores");
    else
        sw_http_answer(x, &(sw_http_reply){.status = 200, .take = out});
    sw_buf_done(out);
}

static void get_scores(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"of", "org", "limit", "cursor"};
    const sw_scores *scores = arg;
    sw_scores_ask ask = {.cursor = SW_SLICE_NONE};
    sw_arena scratch;
    sw_buf out, next;
    uint64_t total = 0;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !ask_sight(x, &ask.sight) ||
        !ask_of(x, &ask.of) || !ask_limit(x, &ask.limit))
        return;
    (void)sw_http_query(x, "cursor", &ask.cursor);
    sw_arena_init(&scratch, SCRATCH_BYTES);
    sw_buf_init(&out, ANSWER_BYTES_MAX);
    sw_buf_init(&next, 2 * SW_KEY_BYTES_MAX);
    sw_buf_add_byte(&out, '{');
    sw_scores_as_of(scores, &out);
    sw_buf_add_cstr(&out, ",\"scores\":");
    sw_err err = sw_scores_list(scores, &ask, &scratch, &out, &total, &next);
    sw_buf_printf(&out, ",\"total\":%llu", (unsigned long long)total);
    if (next.len) {
        sw_buf_add_cstr(&out, ",\"next\":");
        sw_json_write_string(&out, sw_buf_slice(&next));
    }
    end(x, &out, err);
    sw_buf_done(&next);
    sw_arena_done(&scratch);
}

static void get_score(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "limit"};
    const sw_scores *scores = arg;
    sw_scores_one one = {.limit = 0};
    sw_arena scratch;
    sw_buf out;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !ask_sight(x, &one.sight) ||
        !ask_limit(x, &one.limit))
        return;
    if (!sw_score_topic_key_read(sw_http_path(x, "key"), &one.of, &one.subject)) {
        (void)wrong(x, "key", "nothing has a score under this key",
                    "case_id=A1, officerid=012345 or orgcode=320981010000");
        return;
    }
    sw_arena_init(&scratch, SCRATCH_BYTES);
    sw_buf_init(&out, ANSWER_BYTES_MAX);
    sw_buf_add_byte(&out, '{');
    sw_scores_as_of(scores, &out);
    sw_buf_add_byte(&out, ',');
    sw_err err = sw_scores_explain(scores, &one, &scratch, &out);
    end(x, &out, err);
    sw_arena_done(&scratch);
}

void sw_scores_routes(const sw_scores *scores, sw_http_route ret[SW_SCORES_ROUTES]) {
    void *arg = (void *)(uintptr_t)scores;
    const sw_http_route routes[SW_SCORES_ROUTES] = {
        {SW_HTTP_GET, "/v1/scores", SW_ROLE_READ, get_scores, arg, .work = true},
        {SW_HTTP_GET, "/v1/scores/{key}", SW_ROLE_READ, get_score, arg, .work = true},
    };
    memcpy(ret, routes, sizeof routes);
}
