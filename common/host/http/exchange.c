#include "host/http/exchange.h"

#include <stdio.h>

#include "host/logger.h"

#define BODY_MAX        ((size_t)64 << 10)
#define REPLY_MAX       ((size_t)64 << 20)
#define HTTP_NO_CONTENT 204

static const char *const json_only[] = {"application/json", NULL};

sw_err sw_exchange_open(sw_http_exchange **ret) {
    sw_http_exchange *x = sw_heap_zero(1, sizeof *x);
    if (!x) return SW_E_NOMEM;
    sw_arena_init(&x->arena, SW_EXCHANGE_ARENA_BYTES);
    sw_buf_init(&x->reply.body, REPLY_MAX);
    *ret = x;
    return SW_OK;
}

void sw_exchange_reset(sw_http_exchange *x) {
    sw_arena arena = x->arena;
    sw_arena_reset(&arena);
    arena.cap_bytes = SW_EXCHANGE_ARENA_BYTES;
    sw_buf_done(&x->body);
    sw_buf_done(&x->reply.body);
    *x = (sw_http_exchange){.arena = arena};
    sw_buf_init(&x->reply.body, REPLY_MAX);
}

void sw_exchange_close(sw_http_exchange *x) {
    if (!x) return;
    sw_buf_done(&x->body);
    sw_buf_done(&x->reply.body);
    sw_arena_done(&x->arena);
    sw_heap_free(x);
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool copy_lower(sw_arena *arena, sw_slice from, sw_slice *ret) {
    char *to = sw_arena_alloc(arena, from.len);
    if (!to) return false;
    for (size_t i = 0; i < from.len; i++) to[i] = lower(from.ptr[i]);
    *ret = sw_slice_of(to, from.len);
    return true;
}

static bool copy_headers(sw_http_exchange *x, const sw_exchange_head *head) {
    sw_http_field *to = sw_arena_zero(&x->arena, head->header_count, sizeof *to);
    if (!to) return false;
    for (uint32_t i = 0; i < head->header_count; i++)
        if (!copy_lower(&x->arena, head->headers[i].name, &to[i].name) ||
            !sw_arena_copy(&x->arena, head->headers[i].value, &to[i].value))
            return false;
    x->headers = to;
    x->header_count = head->header_count;
    return true;
}

/* "Application/JSON; charset=utf-8" is "application/json". */
static bool read_content_type(sw_http_exchange *x) {
    sw_slice type = sw_http_header(x, "content-type");
    size_t end = 0;
    while (end < type.len && type.ptr[end] != ';') end++;
    while (end > 0 && (type.ptr[end - 1] == ' ' || type.ptr[end - 1] == '\t')) end--;
    return copy_lower(&x->arena, sw_slice_sub(type, 0, end), &x->content_type);
}

void sw_exchange_allow(sw_http_exchange *x, uint32_t status) {
    char space[64];
    sw_slice allow = SW_SLICE_NONE;
    if (!sw_arena_copy(&x->arena, sw_routes_allow(x->match.allowed, space), &allow))
        allow = SW_S("OPTIONS");
    if (status == HTTP_NO_CONTENT) {
        sw_http_answer(x, &(sw_http_reply){.status = status, .fields = {{SW_S("Allow"), allow}}});
        return;
    }
    sw_buf body;
    sw_buf_init(&body, 4096);
    sw_http_problem_write(&body, &(sw_http_problem){.status = status,
                                                    .code = "method-not-allowed",
                                                    .detail = SW_S("this path takes other methods"),
                                                    .hint = allow});
    sw_http_answer(x, &(sw_http_reply){.status = status,
                                       .type = "application/problem+json",
                                       .take = &body,
                                       .fields = {{SW_S("Allow"), allow}}});
}

bool sw_exchange_begin(sw_http_exchange *x, const sw_routes *routes, const sw_exchange_head *head) {
    const char *why = NULL;
    bool copied = sw_arena_copy(&x->arena, head->target, &x->target) &&
                  sw_arena_copy(&x->arena, head->method, &x->method_name) &&
                  copy_headers(x, head) && read_content_type(x);
    if (!copied)
        return sw_http_refuse(x, 431, "header-too-large", "the header is too large"), false;
    x->method = sw_http_method_parse(head->method);
    sw_err err = sw_uri_read(&x->arena, x->target, &x->uri, &why);
    if (err) {
        bool long_one = err == SW_E_LIMIT;
        sw_http_refuse(x, long_one ? 414 : 400, long_one ? "target-too-long" : "invalid-target",
                       "%s", why);
        return false;
    }
    sw_routes_find(routes, x->method, &x->uri, &x->match);
    if (x->match.allowed == 0)
        return sw_http_refuse(x, 404, "not-found", "there is nothing at this path"), false;
    if (sw_slice_is(head->method, "OPTIONS")) return sw_exchange_allow(x, HTTP_NO_CONTENT), false;
    if (!x->match.route) return sw_exchange_allow(x, 405), false;
    return true;
}

size_t sw_exchange_body_max(const sw_http_exchange *x) {
    return x->match.route->body_max ? x->match.route->body_max : BODY_MAX;
}

static bool takes_type(const sw_http_exchange *x) {
    const char *const *types = x->match.route->types ? x->match.route->types : json_only;
    for (; *types; types++)
        if (strcmp(*types, "*") == 0 || sw_slice_is(x->content_type, *types)) return true;
    return false;
}

static void refuse_type(sw_http_exchange *x) {
    const char *const *types = x->match.route->types ? x->match.route->types : json_only;
    sw_buf list;
    sw_buf_init(&list, 512);
    for (size_t i = 0; types[i]; i++) sw_buf_printf(&list, "%s%s", i ? ", " : "", types[i]);
    sw_http_problem problem = {.status = 415,
                               .code = "unsupported-content-type",
                               .detail = SW_S("this path takes other content types"),
                               .hint = sw_buf_slice(&list)};
    sw_http_problem_answer(x, &problem);
    sw_buf_done(&list);
}

bool sw_exchange_admit(sw_http_exchange *x, const sw_exchange_head *head) {
    const sw_http_route *route = x->match.route;
    if (route->roles && !sw_principal_has(&x->principal, route->roles)) {
        char roles[SW_ROLES_TEXT];
        sw_roles_text(route->roles, roles);
        sw_http_refuse(x, 403, "role-missing", "this path needs one of the roles: %s", roles);
        return false;
    }
    if (route->method == SW_HTTP_GET || route->method == SW_HTTP_DELETE) {
        sw_buf_init(&x->body, 1);
        if (!head->has_body) return true;
        sw_http_refuse(x, 400, "body-not-expected", "this method takes no body");
        return false;
    }
    size_t max = sw_exchange_body_max(x);
    sw_buf_init(&x->body, max);
    x->arena.cap_bytes = SW_EXCHANGE_ARENA_BYTES + max;
    if (head->content_length > (int64_t)max) {
        sw_http_refuse(x, 413, "body-too-large", "the body may have %zu bytes", max);
        return false;
    }
    if (head->has_body && !takes_type(x)) return refuse_type(x), false;
    return true;
}

/* ---- what was asked ---- */

sw_http_method sw_http_method_of(const sw_http_exchange *x) {
    return x->method;
}

sw_slice sw_http_target(const sw_http_exchange *x) {
    return x->uri.path;
}

sw_slice sw_http_path(const sw_http_exchange *x, const char *name) {
    for (uint32_t i = 0; i < x->match.value_count; i++)
        if (sw_slice_is(x->match.values[i].name, name)) return x->match.values[i].value;
    bool known = false;
    SW_ASSERT(known); /* the route has no such name */
    return SW_SLICE_NONE;
}

bool sw_http_query(const sw_http_exchange *x, const char *name, sw_slice *ret) {
    for (uint32_t i = 0; i < x->uri.query_count; i++) {
        if (!sw_slice_is(x->uri.queries[i].name, name)) continue;
        *ret = x->uri.queries[i].value;
        return true;
    }
    return false;
}

const sw_http_field *sw_http_queries(const sw_http_exchange *x, uint32_t *ret_count) {
    *ret_count = x->uri.query_count;
    return x->uri.queries;
}

bool sw_http_query_only(sw_http_exchange *x, const char *const *names, size_t count) {
    for (uint32_t i = 0; i < x->uri.query_count; i++) {
        sw_slice name = x->uri.queries[i].name;
        size_t k = 0;
        while (k < count && !sw_slice_is(name, names[k])) k++;
        if (k < count) continue;
        sw_buf list;
        sw_buf_init(&list, 1024);
        for (k = 0; k < count; k++) sw_buf_printf(&list, "%s%s", k ? ", " : "", names[k]);
        sw_slice detail = sw_arena_printf(&x->arena, "there is no parameter '%.*s'", SW_FMT(name));
        sw_http_problem_answer(x, &(sw_http_problem){.status = 400,
                                                     .code = "unknown-parameter",
                                                     .detail = detail,
                                                     .field = name,
                                                     .hint = sw_buf_slice(&list)});
        sw_buf_done(&list);
        return false;
    }
    return true;
}

static bool all_digits(sw_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
    return true;
}

bool sw_http_org_of(sw_http_exchange *x, sw_slice org, sw_slice *ret_prefix) {
    enum { CODE_DIGITS = 12 };
    const char *unit = sw_http_principal(x)->org;
    const sw_slice own = sw_org_prefix(sw_slice_cstr(unit));
    if (org.len > CODE_DIGITS || !all_digits(org)) {
        sw_http_problem_answer(
            x, &(sw_http_problem){.status = 400,
                                  .code = "invalid",
                                  .field = SW_S("org"),
                                  .detail = SW_S("this is no unit"),
                                  .hint = SW_S("the beginning of a code: 0 to 12 digits")});
        return false;
    }
    *ret_prefix = org.len == CODE_DIGITS ? sw_org_prefix(org) : org;
    if (sw_slice_starts(*ret_prefix, own)) return true;
    sw_http_refuse(x, 403, "forbidden", "the token is good for unit %s only", unit);
    return false;
}

bool sw_http_query_org(sw_http_exchange *x, sw_slice *ret_prefix) {
    sw_slice org;
    if (sw_http_query(x, "org", &org)) return sw_http_org_of(x, org, ret_prefix);
    *ret_prefix = sw_org_prefix(sw_slice_cstr(sw_http_principal(x)->org));
    return true;
}

sw_slice sw_http_header(const sw_http_exchange *x, const char *name) {
    for (uint32_t i = 0; i < x->header_count; i++)
        if (sw_slice_is(x->headers[i].name, name)) return x->headers[i].value;
    return SW_SLICE_NONE;
}

const sw_http_field *sw_http_headers(const sw_http_exchange *x, uint32_t *ret_count) {
    *ret_count = x->header_count;
    return x->headers;
}

sw_slice sw_http_body(const sw_http_exchange *x) {
    return sw_buf_slice(&x->body);
}

sw_slice sw_http_content_type(const sw_http_exchange *x) {
    return x->content_type;
}

const sw_principal *sw_http_principal(const sw_http_exchange *x) {
    return &x->principal;
}

sw_slice sw_http_client(const sw_http_exchange *x) {
    return x->client;
}

sw_arena *sw_http_arena(sw_http_exchange *x) {
    return &x->arena;
}

int64_t sw_http_arrived_ms(const sw_http_exchange *x) {
    return x->arrived_ms;
}

sw_slice sw_http_last_event_id(const sw_http_exchange *x) {
    sw_slice id = sw_http_header(x, "last-event-id");
    if (id.len == 0 && !sw_http_query(x, "last_event_id", &id)) id = SW_SLICE_NONE;
    return id;
}

/* ---- answers ---- */

/* A value with a line break would begin another header. */
static bool is_field_value(sw_slice s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 && s.ptr[i] != '\t') return false;
    return true;
}

static void copy_fields(sw_http_exchange *x, const sw_http_reply *reply) {
    uint32_t count = 0;
    while (count < SW_HTTP_REPLY_FIELDS_MAX && reply->fields[count].name.len) count++;
    sw_http_field *to = count ? sw_arena_zero(&x->arena, count, sizeof *to) : NULL;
    x->reply.fields = to;
    for (uint32_t i = 0; to && i < count; i++) {
        sw_http_field *field = &to[x->reply.field_count];
        if (!is_field_value(reply->fields[i].value)) continue;
        if (sw_arena_copy(&x->arena, reply->fields[i].name, &field->name) &&
            sw_arena_copy(&x->arena, reply->fields[i].value, &field->value))
            x->reply.field_count++;
    }
}

static void no_memory_reply(sw_http_exchange *x) {
    sw_buf_done(&x->reply.body);
    x->reply.status = 503;
    x->reply.retry_after_s = 1;
    x->reply.field_count = 0;
    x->reply.type = "application/problem+json";
}

/* A line for each action of somebody known. Refused tokens are nobody's action: the log tells of
 * them, where lines that repeat are counted only. */
static void audit(const sw_http_exchange *x) {
    const sw_http_route *route = x->match.route;
    if (!route || !route->action || !(x->noted || (x->known && route->roles))) return;
    const sw_audit line = {.principal = &x->principal,
                           .client = x->client,
                           .action = route->action,
                           .object = x->object.len || !route->roles ? x->object : x->uri.path,
                           .status = x->reply.status,
                           .code = x->reply.code,
                           .detail = x->detail};
    sw_logger_audit(x->log, &line);
}

void sw_http_answer(sw_http_exchange *x, const sw_http_reply *reply) {
    SW_ASSERT(x && !x->done && reply->status >= 200 && reply->status < 600);
    sw_err err = SW_OK;
    if (reply->take) {
        err = reply->take->err;
        x->reply.body = *reply->take;
        *reply->take = (sw_buf){.max = x->reply.body.max};
    } else {
        err = sw_buf_add(&x->reply.body, reply->body);
    }
    x->reply.status = reply->status;
    x->reply.type = reply->type ? reply->type : "application/json";
    x->reply.retry_after_s = reply->retry_after_s;
    x->reply.cache = reply->cache;
    copy_fields(x, reply);
    if (err) no_memory_reply(x);
    audit(x);
    x->done = true;
    x->answered(x);
}

void sw_http_note(sw_http_exchange *x, sw_slice object, sw_slice detail) {
    x->noted = true;
    if (!x->object.len && !sw_arena_copy(&x->arena, object, &x->object)) x->object = SW_SLICE_NONE;
    if (!detail.len) return;
    sw_slice all = sw_arena_printf(&x->arena, "%.*s%s%.*s", SW_FMT(x->detail),
                                   x->detail.len ? "; " : "", SW_FMT(detail));
    if (all.ptr) x->detail = all;
}
