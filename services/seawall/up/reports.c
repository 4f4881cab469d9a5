#include "seawall/up/reports.h"

#include <unistd.h>

#include "report/figures/rollup.h"
#include "report/http_bulletins.h"
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
             SW_OFFICERS_ROUTES + SW_WEB_ROUTES + 2
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
    return path ? sw_indicators_load(up->arena, up->load.catalogue, path, diags, ret)
                : sw_indicators_parse(up->arena, up->load.catalogue, SW_S("indicators"),
                                      sw_slice_cstr(no_indicators), diags, ret);
}

sw_err sw_up_reports_add(sw_up *up,
                         void (*add)(sw_up *up, const sw_processor *processor, const void *shared),
                         sw_diags *diags) {
    up->reports = sw_arena_zero(up->arena, 1, sizeof *up->reports);
    if (!up->reports) return SW_E_NOMEM;
    sw_err err = load_indicators(up, diags);
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
                                      .tmp_dir = sw_config_cstr(up->config, "data_dir")};
    return SW_OK;
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
    *at++ = sw_bulletins_route(&r->bulletins);
    sw_feed_route(r->feed, at);
    return sw_http_route_add(up->http, r->routes, ROUTES);
}

void sw_up_reports_close(sw_up *up) {
    if (!up->reports) return;
    sw_feed_close(up->reports->feed);
    sw_units_close(up->reports->figures.units);
    up->reports->figures.units = NULL;
}
