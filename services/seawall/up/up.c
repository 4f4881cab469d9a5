#include "seawall/up/up.h"

#include <stdio.h>
#include <unistd.h>

enum { TICK_MS = 200, METRICS_BYTES = 64 << 20 };

static void say(sw_up *up, sw_trace_level level, const char *name, sw_err err, const char *field,
                sw_slice text) {
    sw_logger_write(
        up->log,
        &(sw_trace_event){.level = level, .name = name, .err = err, .fields = {{field, 0, text}}});
}

static sw_err open_log(sw_up *up, sw_diags *diags) {
    sw_trace_level level = SW_TRACE_INFO;
    sw_slice audit =
        sw_arena_printf(up->arena, "%s/audit.jsonl", sw_config_cstr(up->config, "data_dir"));
    if (!audit.ptr) return SW_E_NOMEM;
    if (!sw_logger_level_parse(sw_config_text(up->config, "log.level"), &level))
        return SW_E_INTERNAL;
    const sw_logger_options options = {.fd = 2,
                                       .level = level,
                                       .audit_path = audit.ptr,
                                       .clock = &up->clock,
                                       .metrics = &up->metrics};
    sw_err err = sw_logger_open(&options, diags, &up->log);
    if (!err) up->env.trace = sw_logger_sink(up->log);
    return err;
}

static sw_err open_http(sw_up *up, sw_diags *diags) {
    const sw_http_options options = {
        .loop = up->loop,
        .listen = sw_config_cstr(up->config, "http.listen"),
        .auth = up->auth,
        .env = up->env,
        .log = up->log,
        .connections_max = (uint32_t)sw_config_int(up->config, "http.connections"),
        .memory_max = (size_t)sw_config_int(up->config, "http.memory"),
        .header_ms = sw_config_int(up->config, "http.header_time"),
        .body_ms = sw_config_int(up->config, "http.body_time"),
        .idle_ms = sw_config_int(up->config, "http.idle_time"),
    };
    return sw_http_open(&options, diags, &up->http);
}

static void end(void *arg) {
    sw_up *up = arg;
    sw_loop_stop(up->loop);
}

static void drained(void *arg) {
    sw_up *up = arg;
    sw_err err = sw_up_pipeline_stop(up);
    if (err && !up->failed) up->failed = err;
    sw_loop_stop(up->loop);
}

/* What was taken in is answered first, then the threads end. */
static void on_stop(void *arg) {
    sw_up *up = arg;
    if (up->stopping) return;
    up->stopping = true;
    up->ready = false;
    say(up, SW_TRACE_INFO, "up.stopping", SW_OK, NULL, SW_SLICE_NONE);
    sw_http_drain(up->http, sw_config_int(up->config, "http.stop_time"), drained, up);
}

static void on_reload(void *arg) {
    sw_up *up = arg;
    sw_diags diags;
    sw_arena scratch;
    sw_auth *auth = NULL, *former = up->auth;
    sw_arena_init(&scratch, 4 << 20);
    sw_diags_init(&diags, &scratch, SW_SLICE_NONE, 10);
    sw_err err = sw_logger_reopen(up->log);
    if (!err) err = sw_up_auth_open(&scratch, up->config, &up->clock, &diags, &auth);
    if (!err && !sw_auth_required(auth) && sw_auth_required(former)) err = SW_E_INVALID;
    if (err) {
        sw_slice text = diags.first ? sw_diag_text(&scratch, diags.first) : SW_SLICE_NONE;
        say(up, SW_TRACE_ERROR, "up.reload-failed", err, text.ptr ? "why" : NULL, text);
        sw_auth_close(auth);
    } else {
        sw_http_set_auth(up->http, auth);
        up->auth = auth;
        sw_auth_close(former);
        say(up, SW_TRACE_INFO, "up.reloaded", SW_OK, NULL, SW_SLICE_NONE);
    }
    sw_arena_done(&scratch);
}

/* The runtime's threads end on a fatal error: then the process ends too, and recovers by its next
 * start. */
static void on_tick(void *arg) {
    sw_up *up = arg;
    sw_ingest_tick(up->ingest);
    if (up->ready && sw_up_runs(up, "notify")) sw_notify_tick(up->notify);
    sw_err err = up->runtime ? sw_runtime_error(up->runtime) : SW_OK;
    if (!err || up->failed) return;
    sw_buf text;
    sw_buf_init(&text, 4096);
    sw_db_error_text(sw_bus_db(up->bus), &text);
    up->failed = err;
    up->ready = false;
    say(up, SW_TRACE_ERROR, "up.failed", err, text.len ? "why" : NULL, sw_buf_slice(&text));
    sw_buf_done(&text);
    if (!up->stopping) end(up);
}

static sw_err write_port(sw_up *up) {
    const char *path = sw_config_cstr(up->config, "http.port_file");
    char part[4096];
    if (!path) return SW_OK;
    snprintf(part, sizeof part, "%s.part", path);
    FILE *file = fopen(part, "w");
    if (!file) return SW_E_IO;
    bool good = fprintf(file, "%u\n", sw_http_port(up->http)) > 0;
    good = fclose(file) == 0 && good && rename(part, path) == 0;
    return good ? SW_OK : SW_E_IO;
}

static void tell_start(sw_up *up) {
    sw_logger_write(up->log,
                    &(sw_trace_event){
                        .level = SW_TRACE_INFO,
                        .name = "up.ready",
                        .fields = {{"port", sw_http_port(up->http), SW_SLICE_NONE},
                                   {"data_dir", 0, sw_config_text(up->config, "data_dir")},
                                   {"rules", sw_ruleset_rule_count(up->load.set), SW_SLICE_NONE}}});
    if (!sw_auth_required(up->auth))
        say(up, SW_TRACE_WARN, "auth.none", SW_OK, "meaning",
            SW_S("no keys are configured: whoever reaches the loopback address may do everything"));
    if (!up->keyring)
        say(up, SW_TRACE_WARN, "seal.none", SW_OK, "meaning",
            SW_S("seal.personal is false: personal fields are stored as they come"));
}

sw_err sw_up_open(sw_up *up, sw_arena *arena, const sw_config *config, sw_diags *diags) {
    up->arena = arena;
    up->config = config;
    up->dir.lock_fd = -1;
    sw_clock_system(&up->clock);
    up->started_ms = sw_clock_now_ms(&up->clock);
    sw_metrics_init(&up->metrics, arena);
    up->env = (sw_env){.clock = &up->clock, .metrics = &up->metrics};
    if (!sw_up_rules(&up->load, arena, config)) {
        *diags = up->load.diags;
        return SW_E_INVALID;
    }
    sw_err err = sw_data_dir_open(sw_config_cstr(config, "data_dir"), diags, &up->dir);
    if (!err) err = open_log(up, diags);
    if (!err) err = sw_loop_open(&up->loop);
    if (!err) err = sw_loop_signals(up->loop, on_stop, on_reload, up);
    if (!err) err = sw_up_auth_open(arena, config, &up->clock, diags, &up->auth);
    if (!err) err = open_http(up, diags);
    if (!err) err = sw_up_pipeline_open(up, diags);
    if (!err) err = sw_up_status_routes(up);
    if (!err) err = sw_up_session_routes(up);
    if (!err) err = sw_up_names_route(up);
    if (!err) err = sw_up_pipeline_start(up);
    if (!err) err = sw_loop_timer_open(up->loop, TICK_MS, TICK_MS, on_tick, up, &up->tick);
    if (!err) err = write_port(up);
    return err;
}

sw_err sw_up_run(sw_up *up) {
    up->ready = true;
    tell_start(up);
    sw_loop_run(up->loop);
    say(up, up->failed ? SW_TRACE_ERROR : SW_TRACE_INFO, "up.stopped", up->failed, NULL,
        SW_SLICE_NONE);
    return up->failed;
}

void sw_up_close(sw_up *up) {
    sw_err err = sw_up_pipeline_stop(up);
    (void)err; /* told by sw_up_run; on a failed start there is another */
    sw_loop_timer_close(up->tick);
    sw_http_close(up->http);
    sw_loop_close(up->loop); /* runs what was posted: the pipeline is still there */
    sw_up_pipeline_close(up);
    sw_auth_close(up->auth);
    sw_logger_close(up->log);
    sw_data_dir_close(&up->dir);
    sw_metrics_done(&up->metrics);
}
