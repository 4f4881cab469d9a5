/* What codes are called: rules and event types, for whoever shows them to people. */
#include "seawall/up/up.h"
#include "text/json.h"

enum { BYTES_MAX = 4 << 20 };

static void member(sw_buf *out, const char *name, sw_slice text) {
    if (!text.len) return;
    sw_buf_printf(out, ",\"%s\":", name);
    sw_json_write_string(out, text);
}

/* A rule stands once, as its last version has it. */
static bool is_last(const sw_ruleset *set, uint32_t index) {
    const sw_slice id = sw_ruleset_rule(set, index)->id;
    for (uint32_t i = index + 1; i < sw_ruleset_rule_count(set); i++)
        if (sw_slice_eq(sw_ruleset_rule(set, i)->id, id)) return false;
    return true;
}

static void add_rules(const sw_ruleset *set, sw_buf *out) {
    bool first = true;
    for (uint32_t i = 0; i < sw_ruleset_rule_count(set); i++) {
        const sw_rule *rule = sw_ruleset_rule(set, i);
        if (!is_last(set, i)) continue;
        sw_buf_add_cstr(out, first ? "{\"id\":" : ",{\"id\":");
        first = false;
        sw_json_write_string(out, rule->id);
        member(out, "name", rule->name);
        member(out, "name_en", rule->name_en);
        member(out, "domain", rule->domain);
        sw_buf_add_byte(out, '}');
    }
}

static void add_events(const sw_catalogue *catalogue, sw_buf *out) {
    for (uint32_t i = 0; i < sw_catalogue_type_count(catalogue); i++) {
        const sw_event_type *type = sw_catalogue_type(catalogue, i);
        sw_buf_add_cstr(out, i ? ",{\"type\":" : "{\"type\":");
        sw_json_write_string(out, type->name);
        member(out, "name", type->title);
        member(out, "name_en", type->title_en);
        sw_buf_add_byte(out, '}');
    }
}

static void get_names(void *arg, sw_http_exchange *x) {
    const sw_up *up = arg;
    sw_buf out;
    if (!sw_http_query_only(x, NULL, 0)) return;
    sw_buf_init(&out, BYTES_MAX);
    sw_buf_add_cstr(&out, "{\"rules\":[");
    add_rules(up->load.set, &out);
    sw_buf_add_cstr(&out, "],\"events\":[");
    add_events(up->load.catalogue, &out);
    sw_buf_add_cstr(&out, "]}");
    if (out.err)
        sw_http_refuse_err(x, out.err, "the names");
    else
        sw_http_answer(x, &(sw_http_reply){.status = 200, .take = &out});
    sw_buf_done(&out);
}

sw_err sw_up_names_route(sw_up *up) {
    up->names_route = (sw_http_route){SW_HTTP_GET, "/v1/names", SW_ROLE_READ, get_names, up};
    return sw_http_route_add(up->http, &up->names_route, 1);
}
