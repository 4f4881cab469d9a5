#include "seawall/up/reports.h"

#include <unistd.h>

#include "report/bulletin/schedule.h"
#include "report/figures/rollup.h"
#include "report/http_bulletins.h"
#include "report/http_figures.h"
#include "report/http_models.h"
#include "report/http_officers.h"
#include "report/http_stream.h"
#include "report/http_units.h"
#include "report/http_view.h"
#include "report/view/view.h"
#include "report/web/web.h"
#include "seawall/up/gate.h"

enum {
    ROUTES = SW_VIEW_ROUTES + SW_FIGURES_ROUTES + SW_MODELS_ROUTES + SW_UNITS_ROUTES +
             SW_OFFICERS_ROUTES + SW_BULLETINS_ROUTES + SW_WEB_ROUTES + 1
};

/* Rules of other law have no indicators of ours: then nothing is counted. */
static const char no_indicators[] = "apiVersion: seawall/v1\n"
                                    "kind: IndicatorPack\n"
                                    "metadata: {name: none, version: 1.0.0}\n"
                                    "indicators: []\n";

typedef struct sw_up_reports {
    const sw_indicators *indicators;
    sw_queries queries;
    sw_feed *feed;
    sw_figures_api figures;
    sw_bulletins_api bulletins;
    sw_schedule_options plan;
    sw_schedule *schedule; /* NULL: nothing issues itself */
    sw_http_route routes[ROUTES];
} sw_up_reports;

static const char *default_path(sw_up *up) {
    uint32_t packs;
    (void)sw_config_paths(up->config, "packs", &packs);
    const char *dir = packs == 0 ? sw_packs_dir(up->arena) : NULL;
    const sw_slice path =
        dir ? sw_arena_printf(up->arena, "%s/../indicators/cn-police.yaml", dir) : SW_SLICE_NONE;
    return path.ptr && access(path.ptr, R_OK) == 0 ? path.ptr : NULL;
}

static sw_err load_indicators(sw_up *up, sw_diags *diags) {
    const char *path = sw_config_cstr(up->config, "indicators");
    const sw_indicators **ret = &up->reports->indicators;
    if (!path) path = default_path(up);
    if (path) sw_up_note_file(up, path);
    return path ? sw_indicators_load(up->arena, up->load.catalogue, path, diags, ret)
                : sw_indicators_parse(up->arena, up->load.catalogue, SW_S("indicators"),
                                      sw_slice_cstr(no_indicators), diags, ret);
}

/* ---- bulletins that issue themselves ---- */

enum { SCHEDULE_UNITS_MAX = 200 };

static bool read_times(sw_up *up, int32_t minute[], sw_diags *diags) {
    static const char *const keys[] = {"bulletins.daily", "bulletins.weekly", "bulletins.monthly"};
    bool good = true;
    for (size_t i = 0; i < SW_COUNT(keys); i++) {
        const char *text = sw_config_cstr(up->config, keys[i]);
        if (sw_schedule_time(sw_slice_cstr(text ? text : "off"), &minute[i])) continue;
        good = false;
        (void)sw_diag_at(diags, SW_E_INVALID, 0, 0, keys[i], "07:30, or off",
                         "'%s' is no time of day", text);
    }
    return good;
}

/* A bulletin is of the beginning of codes, as it is asked for. */
static bool read_units(sw_up *up, sw_schedule_options *o, sw_diags *diags) {
    const char *text = sw_config_cstr(up->config, "bulletins.units");
    if (!text) text = sw_config_cstr(up->config, "org");
    sw_slice rest = sw_slice_cstr(text ? text : "");
    sw_slice *list = sw_arena_zero(up->arena, SCHEDULE_UNITS_MAX, sizeof *list);
    if (!list) return false;
    o->orgs = list;
    do {
        const char *comma = rest.len ? memchr(rest.ptr, ',', rest.len) : NULL;
        const size_t len = comma ? (size_t)(comma - rest.ptr) : rest.len;
        const sw_slice unit = sw_slice_sub(rest, 0, len);
        bool good = unit.len <= SW_ORG_DIGITS && o->org_count < SCHEDULE_UNITS_MAX;
        for (size_t i = 0; good && i < unit.len; i++)
            good = unit.ptr[i] >= '0' && unit.ptr[i] <= '9';
        if (!good) {
            (void)sw_diag_at(diags, SW_E_INVALID, 0, 0, "bulletins.units", "320981,32098101",
                             "at most %d beginnings of unit codes, by comma", SCHEDULE_UNITS_MAX);
            return false;
        }
        list[o->org_count++] = unit.len == SW_ORG_DIGITS ? sw_org_prefix(unit) : unit;
        rest = sw_slice_sub(rest, comma ? len + 1 : len, rest.len);
    } while (rest.len);
    return true;
}

/* That of the first pack: working days of the place where its rules hold. */
static const sw_calendar *calendar_of(const sw_up *up) {
    if (up->load.set)
        for (uint32_t i = 0; i < sw_ruleset_pack_count(up->load.set); i++) {
            const sw_pack *pack = sw_ruleset_pack(up->load.set, i);
            if (pack->calendar) return pack->calendar;
        }
    return sw_calendar_plain();
}

static sw_err read_schedule(sw_up *up, sw_diags *diags) {
    sw_up_reports *r = up->reports;
    const char *dir = sw_config_cstr(up->config, "data_dir");
    r->plan = (sw_schedule_options){.figures = &r->figures.figures,
                                    .clock = &up->clock,
                                    .workdays = sw_config_bool(up->config, "bulletins.workdays"),
                                    .calendar = calendar_of(up),
                                    .as_of = sw_queries_as_of,
                                    .ctx = &r->queries};
    r->plan.dir = sw_arena_printf(up->arena, "%s/bulletins", dir).ptr;
    if (!r->plan.dir) return SW_E_NOMEM;
    const bool times = read_times(up, r->plan.minute, diags);
    return read_units(up, &r->plan, diags) && times ? SW_OK : SW_E_INVALID;
}

sw_err sw_up_reports_add(sw_up *up,
                         void (*add)(sw_up *up, const sw_processor *processor, const void *shared),
                         sw_diags *diags) {
    up->reports = sw_arena_zero(up->arena, 1, sizeof *up->reports);
    if (!up->reports) return SW_E_NOMEM;
    sw_err err = load_indicators(up, diags);
    if (err) return err;
    err = read_schedule(up, diags);
    if (err) return err;
    add(up, &sw_view, NULL);
    add(up, &sw_rollup, up->reports->indicators);
    return SW_OK;
}

sw_err sw_up_reports_open(sw_up *up) {
    sw_up_reports *r = up->reports;
    sw_err err = sw_queries_open(up->bus, &up->topology, &up->clock, up->load.catalogue,
                                 up->deadline, up->risk, &r->queries);
    if (!err)
        err =
            sw_figures_open(sw_bus_db(up->bus), &up->topology, r->indicators, &r->figures.figures);
    if (!err) err = sw_feed_open(&r->queries, &r->feed);
    if (err) return err;
    r->queries.refused = sw_up_gate_refused;
    r->queries.refused_arg = up;
    r->figures.as_of = sw_queries_as_of;
    r->figures.ctx = &r->queries;
    r->figures.clock = &up->clock;
    err = sw_units_open(&r->figures.figures, &up->clock, &r->figures.units);
    if (err) return err;
    r->bulletins = (sw_bulletins_api){.figures = &r->figures,
                                      .clock = &up->clock,
                                      .tmp_dir = sw_config_cstr(up->config, "data_dir"),
                                      .issues_dir = r->plan.dir};
    err = sw_issues_open(r->plan.dir);
    return err ? err
               : sw_schedule_since(r->plan.dir, sw_clock_now_ms(&up->clock), &r->plan.since_ms);
}

sw_err sw_up_reports_start(sw_up *up) {
    sw_up_reports *r = up->reports;
    sw_http_route *at = r->routes;
    sw_view_routes(&r->queries, at);
    at += SW_VIEW_ROUTES;
    sw_figures_routes(&r->figures, at);
    at += SW_FIGURES_ROUTES;
    sw_models_routes(&r->figures, at);
    at += SW_MODELS_ROUTES;
    sw_units_routes(&r->figures, at);
    at += SW_UNITS_ROUTES;
    sw_officers_routes(&r->figures, at);
    at += SW_OFFICERS_ROUTES;
    sw_web_routes(at);
    at += SW_WEB_ROUTES;
    sw_bulletins_routes(&r->bulletins, at);
    at += SW_BULLETINS_ROUTES;
    sw_feed_route(r->feed, at);
    sw_err err = sw_http_route_add(up->http, r->routes, ROUTES);
    /* of several processes of a service the first one issues */
    if (!err && sw_config_int(up->config, "instance") == 0)
        err = sw_schedule_open(&r->plan, &r->schedule);
    return err;
}

void sw_up_reports_close(sw_up *up) {
    if (!up->reports) return;
    sw_schedule_close(up->reports->schedule);
    sw_feed_close(up->reports->feed);
    sw_units_close(up->reports->figures.units);
    up->reports->figures.units = NULL;
}
