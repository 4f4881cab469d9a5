#include <stdio.h>

#include "host/expose.h"
#include "host/logger.h"
#include "runtime/watch.h"
#include "seawall/up/page.h"
#include "seawall/up/up.h"

enum { METRICS_TEXT_MAX = 8 << 20 };

static void answer_text(sw_http_exchange *x, uint32_t status, const char *type, sw_buf *body) {
    sw_http_answer(x, &(sw_http_reply){.status = status, .type = type, .take = body});
}

/* The process runs and its loop turns. */
static void get_healthz(void *arg, sw_http_exchange *x) {
    (void)arg;
    sw_http_answer(x, &(sw_http_reply){.status = 200, .body = SW_S("{\"status\":\"ok\"}")});
}

static void reason(sw_buf *buf, uint32_t *count, bool holds, const char *text) {
    if (!holds) return;
    sw_buf_printf(buf, "%s\"%s\"", (*count)++ ? "," : "", text);
}

/* Whether events can be taken in now, and if not, why not. */
static void get_readyz(void *arg, sw_http_exchange *x) {
    sw_up *up = arg;
    sw_buf list, body;
    uint32_t count = 0;
    sw_buf_init(&list, 4096);
    sw_buf_init(&body, 8192);
    reason(&list, &count, up->stopping, "stopping");
    reason(&list, &count, !up->ready && !up->stopping, "starting");
    reason(&list, &count, sw_runtime_error(up->runtime) != SW_OK, "a write failed");
    reason(&list, &count, sw_bus_kafka_held(up->bus), "another instance runs other rules");
    reason(&list, &count, !sw_db_has_room(sw_bus_db(up->bus)), "the disk is nearly full");
    sw_buf_printf(&body, "{\"status\":\"%s\",\"reasons\":[%.*s]", count ? "not-ready" : "ready",
                  SW_FMT(sw_buf_slice(&list)));
    const char *degraded = up->notify ? sw_notify_degraded(up->notify) : NULL;
    if (degraded) sw_buf_printf(&body, ",\"degraded\":[\"%s\"]", degraded);
    sw_buf_add_byte(&body, '}');
    sw_buf_done(&list);
    answer_text(x, count ? 503 : 200, "application/json", &body);
}

static void gauge(sw_up *up, const char *name, const char *help, int64_t value) {
    sw_metric *metric;
    if (sw_metrics_get(&up->metrics, SW_METRIC_GAUGE, name, "", help, &metric) == SW_OK)
        sw_metric_set(metric, value);
}

static bool takes_in(sw_up *up) {
    return up->ready && sw_db_has_room(sw_bus_db(up->bus)) && !sw_bus_kafka_held(up->bus);
}

static void refresh(sw_up *up) {
    sw_db_usage usage;
    sw_metric *build;
    sw_db_usage_read(sw_bus_db(up->bus), &usage);
    gauge(up, "seawall_disk_bytes", "Bytes of the data directory's log and state.",
          (int64_t)usage.disk_bytes);
    gauge(up, "seawall_cache_bytes", "Bytes of blocks, tables and filters in memory.",
          (int64_t)(usage.block_cache_bytes + usage.memtable_bytes + usage.filter_bytes));
    gauge(up, "seawall_ready", "1 where events are taken in.", takes_in(up));
    gauge(up, "seawall_start_time_ms", "When the process was started.", up->started_ms);
    if (sw_metrics_get(&up->metrics, SW_METRIC_GAUGE, "seawall_build_info",
                       "version=\"" SW_VERSION "\"", "The version that runs.", &build) == SW_OK)
        sw_metric_set(build, 1);
}

static void get_metrics(void *arg, sw_http_exchange *x) {
    sw_up *up = arg;
    sw_buf body;
    sw_buf_init(&body, METRICS_TEXT_MAX);
    refresh(up);
    sw_expose_write(&up->metrics, &body);
    answer_text(x, 200, "text/plain; version=0.0.4; charset=utf-8", &body);
}

static void get_openapi(void *arg, sw_http_exchange *x) {
    (void)arg;
    sw_http_answer(x,
                   &(sw_http_reply){.status = 200,
                                    .type = "application/yaml",
                                    .body = sw_slice_of(sw_openapi_yaml, sw_openapi_yaml_bytes)});
}

sw_err sw_up_status_routes(sw_up *up) {
    const sw_http_route table[] = {
        {SW_HTTP_GET, "/healthz", 0, get_healthz, up, .silent = true},
        {SW_HTTP_GET, "/readyz", 0, get_readyz, up, .silent = true},
        {SW_HTTP_GET, "/metrics", 0, get_metrics, up, .silent = true},
        {SW_HTTP_GET, "/openapi.yaml", 0, get_openapi, up, .silent = true},
    };
    sw_http_route *routes = sw_arena_alloc(up->arena, sizeof table);
    if (!routes) return SW_E_NOMEM;
    memcpy(routes, table, sizeof table);
    return sw_http_route_add(up->http, routes, SW_COUNT(table));
}
