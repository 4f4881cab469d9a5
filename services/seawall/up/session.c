#include "seawall/up/up.h"
#include "text/json.h"

enum { TOKEN_MAX = 8192 };

static void cookie(sw_up *up, sw_http_exchange *x, sw_slice token, const char *age,
                   uint32_t status) {
    sw_slice value = sw_arena_printf(
        sw_http_arena(x), "seawall_session=%.*s; Path=/; HttpOnly; SameSite=Strict%s%s",
        SW_FMT(token), age, sw_config_bool(up->config, "http.cookie_secure") ? "; Secure" : "");
    if (!value.ptr) {
        sw_http_refuse_err(x, SW_E_AGAIN, "out of memory");
        return;
    }
    sw_http_answer(x, &(sw_http_reply){.status = status, .fields = {{SW_S("Set-Cookie"), value}}});
}

/* The page hands its token in once; from then on the browser keeps it where scripts can't read
 * it. */
static void post_session(void *arg, sw_http_exchange *x) {
    sw_up *up = arg;
    const sw_json *root;
    sw_principal who;
    const char *why = "the body is no JSON object with a member token";
    sw_json_limits limits = {.depth_max = 4, .nodes_max = 16};
    sw_err err = sw_json_parse(sw_http_arena(x), sw_http_body(x), limits, NULL, &root);
    const sw_json *token = err ? NULL : sw_json_get(root, SW_S("token"));
    if (!token || token->kind != SW_JSON_STRING) {
        sw_http_refuse(x, 400, "invalid-body", "%s", why);
    } else if (!sw_auth_required(up->auth)) {
        sw_http_answer(x, &(sw_http_reply){.status = 204});
    } else if (sw_auth_check(up->auth, token->text, &who, &why) != SW_OK) {
        sw_http_note(x, SW_SLICE_NONE, sw_slice_cstr(why));
        sw_http_refuse(x, 401, "unauthorized", "%s", why);
    } else {
        sw_http_note(x, sw_slice_cstr(who.sub), SW_SLICE_NONE);
        cookie(up, x, token->text, "", 204);
    }
}

static void delete_session(void *arg, sw_http_exchange *x) {
    cookie(arg, x, SW_SLICE_NONE, "; Max-Age=0", 204); /* nobody: the cookie is not looked at */
}

/* Who asks, as the server sees it. */
static void get_session(void *arg, sw_http_exchange *x) {
    (void)arg;
    char roles[SW_ROLES_TEXT];
    const sw_principal *who = sw_http_principal(x);
    sw_buf body;
    sw_buf_init(&body, 4096);
    sw_buf_add_cstr(&body, "{\"sub\":");
    sw_json_write_string(&body, sw_slice_cstr(who->sub));
    sw_buf_add_cstr(&body, ",\"org\":");
    sw_json_write_string(&body, sw_slice_cstr(who->org));
    sw_roles_text(who->roles, roles);
    sw_buf_printf(&body, ",\"roles\":\"%s\",\"local\":%s}", roles, who->local ? "true" : "false");
    sw_http_answer(x, &(sw_http_reply){.status = 200, .take = &body});
}

sw_err sw_up_session_routes(sw_up *up) {
    const sw_http_route table[] = {
        {SW_HTTP_POST, "/v1/session", 0, post_session, up, .body_max = TOKEN_MAX + 64,
         .action = "session.open"},
        {SW_HTTP_DELETE, "/v1/session", 0, delete_session, up},
        {SW_HTTP_GET, "/v1/session", SW_ROLE_ALL, get_session, up},
    };
    sw_http_route *routes = sw_arena_alloc(up->arena, sizeof table);
    if (!routes) return SW_E_NOMEM;
    memcpy(routes, table, sizeof table);
    return sw_http_route_add(up->http, routes, SW_COUNT(table));
}
