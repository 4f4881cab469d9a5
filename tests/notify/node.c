/* A process with the processors of notify, its executor and its routes over an embedded bus: what
 * the tests with a real gateway start, kill and ask. Usage: notify_node DIR SETTINGS CHANNELS|- On
 * standard output: "port N reply PATH". One route is its own: POST /test/warnings takes a JSON
 * object {case, level, count} and raises warnings; */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/event.h"
#include "evaluate/warning_pb.h"
#include "host/logger.h"
#include "notify/http/http.h"
#include "topics/topics.h"

#define PARTITIONS 4u
#define CATALOGUE  SW_SOURCE_DIR "/deploy/packs/catalogue/"

typedef struct node {
    sw_arena arena;
    sw_metrics metrics;
    sw_clock clock;
    sw_env env;
    const sw_catalogue *catalogue;
    sw_notify *notify;
    sw_topology topology;
    sw_bus *bus;
    sw_runtime *runtime;
    sw_loop *loop;
    sw_http *http;
    sw_auth *auth;
    sw_logger *log;
} node;

static node self;

static void check(sw_err err, const sw_diags *diags, const char *what) {
    if (!err) return;
    fprintf(stderr, "notify_node: %s: %s\n", what, sw_err_name(err));
    for (const sw_diag *d = diags ? diags->first : NULL; d; d = d->next)
        fprintf(stderr, "  %.*s\n", SW_FMT(sw_diag_text(&self.arena, d)));
    exit(1);
}

static void stop(void *arg) {
    sw_loop_stop(arg);
}

static sw_err put(const char *topic, sw_slice key, sw_slice value, sw_answer_fn answer, void *arg) {
    sw_append append = {.key = key, .value = value, .answer = answer, .arg = arg};
    sw_err err = sw_topology_topic(&self.topology, topic, &append.topic);
    return err ? err : sw_runtime_append(self.runtime, &append);
}

static void durable(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    (void)partition;
    (void)offset;
    if (!arg) return;
    if (err)
        sw_http_refuse_err(arg, err, "not taken");
    else
        sw_http_answer(arg, &(sw_http_reply){.status = 202, .body = SW_S("{\"accepted\":1}")});
}

/* One event under each of its keys, as the identity processor does. */
static sw_err publish(const sw_event *event, sw_arena *arena, void *x) {
    sw_buf out;
    sw_buf_init(&out, 1 << 20);
    sw_err err = sw_event_to_pb(event, &out);
    uint32_t sent = 0;
    for (uint32_t k = 0; k < sw_catalogue_key_count(self.catalogue) && !err; k++) {
        sw_slice values[16];
        uint32_t count = sw_event_key_values(event, k, values, 16, arena);
        for (uint32_t i = 0; i < count && !err; i++) {
            sw_slice key = sw_keyed_key(arena, sw_catalogue_key_name(self.catalogue, k), values[i]);
            err = put(SW_TOPIC_KEYED, key, sw_buf_slice(&out), sent ? NULL : durable,
                      sent ? NULL : x);
            sent++;
        }
    }
    sw_buf_done(&out);
    return err ? err : sent ? SW_OK : SW_E_MISSING;
}

static void post(void *arg, sw_http_exchange *x, const char *type, sw_slice body) {
    (void)arg;
    (void)type;
    const sw_json *root;
    sw_arena *arena = sw_http_arena(x);
    sw_err err = sw_json_parse(arena, body, (sw_json_limits){0}, NULL, &root);
    bool first = true, batch = !err && root->kind == SW_JSON_ARRAY;
    for (const sw_json *one = err     ? NULL
                              : batch ? root->first
                                      : root;
         one && !err; one = batch ? one->next : NULL) {
        sw_event *event;
        sw_diags diags;
        sw_diags_init(&diags, arena, SW_SLICE_NONE, 10);
        err = sw_event_from_node(arena, self.catalogue, body, one, &diags, &event);
        if (err) fprintf(stderr, "%.*s\n", SW_FMT(sw_diag_text(arena, diags.first)));
        if (!err) err = publish(event, arena, first ? x : NULL);
        first = false;
    }
    if (err) sw_http_refuse_err(x, err, "not taken");
}

static sw_err raise_one(const char *c, sw_level level, int64_t now, sw_answer_fn answer, void *x) {
    const sw_told_key key = {SW_S("case_id"), sw_slice_cstr(c)};
    const sw_told_event event = {SW_S("x"), sw_slice_cstr(c), SW_S("case.filed")};
    const sw_slice to[] = {SW_S("handler")};
    const sw_slice parts[] = {sw_slice_cstr(c), sw_slice_cstr(sw_level_name(level))};
    const sw_told_warning told = {.change = SW_RAISED,
                                  .id = sw_hash128_parts(parts, SW_COUNT(parts)),
                                  .decided_ms = now,
                                  .rule = SW_S("cr.detain.request"),
                                  .rule_name = SW_S("提请批准逮捕期限"),
                                  .pack = SW_S("cn-police@1"),
                                  .kind = SW_DEADLINE,
                                  .level = level,
                                  .severity = SW_CRITICAL,
                                  .orgcode = SW_S("320981510000"),
                                  .officerid = SW_S("S3"),
                                  .text = SW_S("三日内提请审查批准逮捕。"),
                                  .key = &key,
                                  .key_count = 1,
                                  .to = to,
                                  .to_count = 1,
                                  .start_ms = now,
                                  .due_ms = now + 5 * 3600000,
                                  .fires_ms = now,
                                  .late_by_s = -1,
                                  .offset_s = 28800,
                                  .events = &event,
                                  .event_count = 1};
    char topic_key[200];
    snprintf(topic_key, sizeof topic_key, "case_id=%s", c);
    sw_buf out;
    sw_buf_init(&out, 1 << 16);
    sw_told_to_pb(&told, &out);
    sw_err err =
        out.err ? out.err
                : put(SW_TOPIC_WARNINGS, sw_slice_cstr(topic_key), sw_buf_slice(&out), answer, x);
    sw_buf_done(&out);
    return err;
}

static void post_warnings(void *arg, sw_http_exchange *x) {
    (void)arg;
    const sw_json *root;
    sw_pb pb = {sw_http_arena(x), false};
    sw_err err = sw_json_parse(pb.arena, sw_http_body(x), (sw_json_limits){0}, NULL, &root);
    const sw_json *c = err ? NULL : sw_json_get(root, SW_S("case"));
    const sw_json *level_name = err ? NULL : sw_json_get(root, SW_S("level"));
    const sw_json *count_node = err ? NULL : sw_json_get(root, SW_S("count"));
    int64_t count = 1;
    sw_level level = SW_RED;
    if (count_node) err = sw_json_int(count_node, &count);
    if (!err && level_name) err = sw_level_parse(level_name->text, &level);
    for (int64_t i = 0; i < count && !err && c; i++) {
        const char *name =
            sw_pb_printf(&pb, "%.*s%s%.0lld", SW_FMT(c->text), count > 1 ? "-" : "", (long long)i);
        bool last = i == count - 1;
        err = raise_one(name, level, sw_clock_now_ms(&self.clock), last ? durable : NULL,
                        last ? x : NULL);
    }
    if (err || !c) sw_http_refuse_err(x, err ? err : SW_E_MISSING, "no warning");
}

static void open_pipeline(const char *dir) {
    const sw_processor *processors[SW_NOTIFY_PROCESSORS];
    const void *shared[SW_NOTIFY_PROCESSORS];
    sw_topic_spec *topics = sw_arena_zero(&self.arena, SW_PIPELINE_TOPICS_MAX, sizeof *topics);
    sw_topic_shape *shapes = sw_arena_zero(&self.arena, SW_PIPELINE_TOPICS_MAX, sizeof *shapes);
    uint32_t count = sw_topics_fill(PARTITIONS, topics);
    for (uint32_t i = 0; i < count; i++)
        shapes[i] = (sw_topic_shape){topics[i].name, topics[i].partitions};
    sw_notify_processors(self.notify, processors, shared);
    check(sw_topology_build(&self.arena, processors, shared, SW_NOTIFY_PROCESSORS, shapes, count,
                            NULL, &self.topology),
          NULL, "topology");
    const sw_bus_options options = {.topics = topics,
                                    .topic_count = count,
                                    .stores = self.topology.stores,
                                    .store_count = self.topology.store_count,
                                    .task_count = self.topology.task_numbers};
    sw_diags diags;
    sw_diags_init(&diags, &self.arena, SW_SLICE_NONE, 10);
    check(sw_bus_embedded_open(dir, &options, &diags, &self.bus), &diags, "bus");
    const sw_runtime_options runtime = {
        .topology = &self.topology, .bus = self.bus, .env = self.env, .seed = 1};
    check(sw_runtime_open(&runtime, &self.runtime), NULL, "runtime");
    check(sw_runtime_start(self.runtime, 1), NULL, "threads");
    const sw_notify_home home = {.topology = &self.topology,
                                 .bus = self.bus,
                                 .runtime = self.runtime,
                                 .env = self.env,
                                 .post = post};
    check(sw_notify_start(self.notify, &home), NULL, "notify");
}

static void open_server(void) {
    static sw_http_route routes[SW_NOTIFY_ROUTES_MAX];
    static const sw_http_route own[] = {{.method = SW_HTTP_POST,
                                         .path = "/test/warnings",
                                         .roles = SW_ROLE_ADMIN,
                                         .handler = post_warnings}};
    const sw_auth_options auth = {.clock = &self.clock};
    sw_diags diags;
    sw_diags_init(&diags, &self.arena, SW_SLICE_NONE, 10);
    check(sw_loop_open(&self.loop), NULL, "loop");
    check(sw_auth_open(&auth, &diags, &self.auth), &diags, "auth");
    const sw_http_options options = {.loop = self.loop,
                                     .listen = "127.0.0.1:0",
                                     .auth = self.auth,
                                     .env = self.env,
                                     .log = self.log};
    check(sw_http_open(&options, &diags, &self.http), &diags, "http");
    uint32_t count = sw_notify_routes(self.notify, routes);
    check(sw_http_route_add(self.http, routes, count), NULL, "routes");
    check(sw_http_route_add(self.http, own, SW_COUNT(own)), NULL, "routes");
    check(sw_loop_signals(self.loop, stop, NULL, self.loop), NULL, "signals");
}

int main(int argc, char **argv) {
    static const char *const files[] = {CATALOGUE "loop.yaml", CATALOGUE "file.yaml",
                                        CATALOGUE "case.yaml"};
    if (argc != 4) return 2;
    sw_arena_init(&self.arena, (size_t)512 << 20);
    sw_metrics_init(&self.metrics, &self.arena);
    sw_clock_system(&self.clock);
    sw_diags diags;
    sw_diags_init(&diags, &self.arena, SW_SLICE_NONE, 100);
    const sw_logger_options log = {.fd = 2, .level = SW_TRACE_INFO, .clock = &self.clock};
    check(sw_logger_open(&log, &diags, &self.log), &diags, "log");
    self.env =
        (sw_env){.clock = &self.clock, .metrics = &self.metrics, .trace = sw_logger_sink(self.log)};
    check(sw_catalogue_load(&self.arena, files, SW_COUNT(files), &diags, &self.catalogue), &diags,
          "catalogue");
    const sw_notify_options options = {.settings = argv[2],
                                       .channels = strcmp(argv[3], "-") ? argv[3] : NULL,
                                       .data_dir = argv[1],
                                       .catalogue = self.catalogue,
                                       .partitions = PARTITIONS};
    check(sw_notify_open(&options, &diags, &self.notify), &diags, "settings");
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/bus", argv[1]);
    open_pipeline(dir);
    open_server();
    printf("port %u reply %.*s\n", sw_http_port(self.http),
           SW_FMT(sw_notify_reply_path(self.notify)));
    fflush(stdout);
    sw_loop_run(self.loop);
    sw_notify_stop(self.notify);
    sw_http_close(self.http);
    sw_loop_close(self.loop);
    sw_err err = sw_runtime_stop(self.runtime);
    sw_runtime_close(self.runtime);
    sw_notify_close(self.notify);
    sw_bus_close(self.bus);
    sw_auth_close(self.auth);
    sw_logger_close(self.log);
    sw_metrics_done(&self.metrics);
    sw_arena_done(&self.arena);
    return err ? 1 : 0;
}
