/* GET /v1/patrols: which units have been patrolled in their period, and which have not. */
#include "notify/http/http.h"
#include "notify/plan/plan.h"
#include "text/json.h"
#include "text/time.h"

#define ANSWER_MAX ((size_t)16 << 20)

typedef struct covering {
    sw_notify_view *view;
    sw_buf *out;
    const sw_plan_policy *plan;
    sw_slice org;
    bool missing; /* only those that have not been */
    int64_t from_ms, until_ms;
    uint32_t units, covered, written;
    sw_err err;
} covering;

static bool counts(const covering *c, const Seawall__V1__Patrol *patrol) {
    if (patrol->time_ms < c->from_ms || patrol->time_ms >= c->until_ms) return false;
    for (uint32_t i = 0; i < c->plan->by_count; i++)
        if (strcmp(patrol->tier, c->plan->by[i]) == 0) return true;
    return false;
}

static void write_patrols(covering *c, const Seawall__V1__Patrols *row) {
    const sw_zone *zone = c->view->notify->shared.policy->zone;
    sw_buf_add(c->out, SW_S(",\"patrols\":["));
    bool first = true;
    for (size_t i = 0; row && i < row->n_patrols; i++) {
        const Seawall__V1__Patrol *p = row->patrols[i];
        if (!counts(c, p)) continue;
        sw_buf_add_cstr(c->out, first ? "{" : ",{");
        first = false;
        sw_json_member(c->out, "tier", p->tier);
        sw_json_member(c->out, "topic", p->topic);
        sw_json_member_time(c->out, "time", p->time_ms, sw_zone_offset(zone, p->time_ms));
        sw_buf_printf(c->out, ",\"findings\":%lld}", (long long)p->finding_count);
    }
    sw_buf_add_byte(c->out, ']');
}

static bool add_unit(void *arg, const Seawall__V1__Unit *unit) {
    covering *c = arg;
    sw_notify_view *view = c->view;
    if (strcmp(unit->tier, c->plan->of) != 0 || !sw_notify_view_may(view, unit->code)) return true;
    if (c->org.len && !sw_slice_starts(sw_slice_cstr(unit->code), c->org)) return true;
    Seawall__V1__Patrols *row;
    sw_slice key = sw_slice_cstr(sw_pb_printf(&view->pb, "unit_org=%s", unit->code));
    c->err = sw_notify_view_get(view, &view->notify->patrols, SW_READ_ALL, key,
                                &seawall__v1__patrols__descriptor, &row);
    if (c->err) return false;
    bool done = false;
    for (size_t i = 0; row && i < row->n_patrols && !done; i++) done = counts(c, row->patrols[i]);
    c->units++;
    c->covered += done;
    if (done && c->missing) return true;
    sw_buf_add_cstr(c->out, c->written++ ? ",{" : "{");
    sw_json_member(c->out, "unit", unit->code);
    sw_json_member(c->out, "name", *unit->short_name ? unit->short_name : unit->name);
    sw_buf_printf(c->out, ",\"patrolled\":%s", done ? "true" : "false");
    write_patrols(c, row);
    sw_buf_add_byte(c->out, '}');
    return !c->out->err;
}

static void write_plan(covering *c) {
    const sw_zone *zone = c->view->notify->shared.policy->zone;
    sw_arena units;
    sw_arena_init(&units, (size_t)1 << 20);
    sw_buf_add_byte(c->out, '{');
    sw_json_member(c->out, "plan", c->plan->name);
    sw_json_member(c->out, "each", sw_each_names[c->plan->each]);
    sw_json_member_time(c->out, "from", c->from_ms, sw_zone_offset(zone, c->from_ms));
    sw_json_member_time(c->out, "until", c->until_ms, sw_zone_offset(zone, c->until_ms));
    sw_buf_add(c->out, SW_S(",\"units\":["));
    sw_err err = sw_plan_units(c->view->notify, &units, c->view->now_ms, add_unit, c);
    if (!c->err) c->err = err;
    sw_buf_printf(c->out, "],\"of\":%u,\"covered\":%u}", c->units, c->covered);
    sw_arena_done(&units);
}

static bool asked(sw_http_exchange *x, covering *c, int64_t *ret_at_ms) {
    static const char *const names[] = {"org", "plan", "at", "missing"};
    sw_slice text;
    if (!sw_http_query_only(x, names, SW_COUNT(names))) return false;
    (void)!sw_http_query(x, "org", &c->org);
    c->missing = sw_http_query(x, "missing", &text) && sw_slice_is(text, "true");
    if (!sw_http_query(x, "at", &text) || !sw_time_parse_ms(text, ret_at_ms)) return true;
    sw_http_refuse(x, 400, "invalid", "'at' is no time: 2026-03-01T09:00:00%%2B08:00");
    return false;
}

void sw_notify_get_patrols(void *arg, sw_http_exchange *x) {
    sw_notify_view view;
    sw_notify_view_init(&view, arg, x);
    const sw_policy *policy = view.notify->shared.policy;
    covering asking = {.view = &view};
    int64_t at_ms = view.now_ms;
    sw_slice name = SW_SLICE_NONE;
    if (!asked(x, &asking, &at_ms)) return;
    (void)!sw_http_query(x, "plan", &name);
    sw_buf out;
    sw_buf_init(&out, ANSWER_MAX);
    sw_buf_add(&out, SW_S("{\"plans\":["));
    uint32_t count = 0;
    sw_err err = SW_OK;
    for (uint32_t i = 0; i < policy->plan_count && !err; i++) {
        covering c = asking;
        c.plan = &policy->plans[i];
        c.out = &out;
        if (name.len && !sw_slice_is(name, c.plan->name)) continue;
        if (count++) sw_buf_add_byte(&out, ',');
        sw_plan_period(policy->zone, c.plan->each, at_ms, &c.from_ms, &c.until_ms);
        write_plan(&c);
        err = c.err;
    }
    sw_buf_add(&out, SW_S("],\"as_of\":\""));
    sw_time_write(&out, view.now_ms, 0);
    sw_buf_add(&out, SW_S("\"}"));
    if (!err) err = out.err;
    if (err)
        sw_http_refuse_err(x, err, "the patrols can't be read");
    else if (name.len && !count)
        sw_http_refuse(x, 404, "not-found", "there is no such plan in notify.yaml");
    else
        sw_http_answer(x, &(sw_http_reply){.status = 200, .take = &out});
    sw_buf_done(&out);
}
