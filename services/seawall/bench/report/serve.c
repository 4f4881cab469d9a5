/* A server with the routes of figures in this process. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "report/http_figures.h"
#include "report/http_models.h"
#include "report/http_units.h"
#include "report/web/web.h"
#include "seawall/bench/report/report_bench.h"

enum { ROUTES = SW_FIGURES_ROUTES + SW_MODELS_ROUTES + SW_UNITS_ROUTES };

static void as_of(void *ctx, sw_buf *out) {
    (void)ctx;
    sw_buf_add_cstr(out, "\"as_of\":{\"time\":\"2027-12-31T00:00:00Z\",\"positions\":{}}");
}

typedef struct server {
    sw_loop *loop;
    sw_http *http;
    sw_auth *auth;
    sw_figures_api api;
    sw_http_route routes[ROUTES + SW_WEB_ROUTES];
} server;

static void *run_loop(void *arg) {
    sw_loop_run(arg);
    return NULL;
}

static bool open_server(sw_bench_rollup *rollup, server *s) {
    sw_diags diags;
    sw_diags_init(&diags, &rollup->arena, SW_SLICE_NONE, 4);
    s->api = (sw_figures_api){.figures = rollup->figures, .as_of = as_of, .clock = &rollup->clock};
    sw_http_route *at = s->routes;
    sw_figures_routes(&s->api, at);
    sw_models_routes(&s->api, at += SW_FIGURES_ROUTES);
    sw_units_routes(&s->api, at += SW_MODELS_ROUTES);
    sw_web_routes(at += SW_UNITS_ROUTES);
    const sw_http_options options = {.listen = "127.0.0.1:0",
                                     .env = {.clock = &rollup->clock, .metrics = &rollup->metrics}};
    sw_err err = sw_units_open(&s->api.figures, &rollup->clock, &s->api.units);
    if (!err) err = sw_loop_open(&s->loop);
    sw_http_options with = options;
    with.loop = s->loop;
    const sw_auth_options nobody = {.clock = &rollup->clock};
    if (!err) err = sw_auth_open(&nobody, &diags, &s->auth);
    with.auth = s->auth;
    if (!err) err = sw_http_open(&with, &diags, &s->http);
    if (!err) err = sw_http_route_add(s->http, s->routes, SW_COUNT(s->routes));
    if (err) fprintf(stderr, "seawall bench report: the server: %s\n", sw_err_name(err));
    return !err;
}

bool sw_bench_ask(sw_bench_rollup *rollup, sw_bench_clients *clients, sw_bench_asked *ret) {
    static server s;
    pthread_t thread;
    if (!open_server(rollup, &s) || pthread_create(&thread, NULL, run_loop, s.loop) != 0)
        return false;
    const uint16_t port = sw_http_port(s.http);
    const sw_bench_meter start = sw_bench_now();
    bool ok = write(clients->to, &port, sizeof port) == sizeof port &&
              read(clients->from, ret, sizeof *ret) == sizeof *ret;
    const sw_bench_meter used = sw_bench_since(start);
    ret->server_cpu_share = used.cpu_s / used.wall_s;
    sw_loop_stop(s.loop);
    (void)pthread_join(thread, NULL);
    sw_http_close(s.http);
    sw_loop_close(s.loop);
    sw_auth_close(s.auth);
    sw_units_close(s.api.units);
    return ok;
}
