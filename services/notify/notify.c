#include "notify/notify.h"

#include <stdio.h>

#include "notify/http/http.h"
#include "notify/plan/plan.h"
#include "notify/processors.h"
#include "topics/topics.h"

#define SETTINGS_BYTES ((size_t)32 << 20)
#define DIRECTORY_BODY ((size_t)16 << 20)

static sw_err load(sw_notify *n, const sw_notify_options *o, sw_diags *diags) {
    sw_pb pb = {&n->arena, false};
    const char *policy = sw_pb_printf(&pb, "%s/notify.yaml", o->settings);
    const char *words = sw_pb_printf(&pb, "%s/templates.yaml", o->settings);
    const char *loop = sw_pb_printf(&pb, "%s/loop.yaml", o->settings);
    if (pb.full) return SW_E_NOMEM;
    /* All files are read, so that every fault is told at once. */
    sw_err errs[] = {sw_policy_load(&n->arena, policy, diags, &n->shared.policy),
                     sw_words_load(&n->arena, words, diags, &n->shared.words),
                     sw_loop_load(&n->arena, loop, diags, &n->shared.loop), SW_OK};
    if (!errs[0])
        errs[3] = sw_channels_load(&n->arena, o->channels, o->data_dir, n->shared.policy, diags,
                                   &n->channels);
    for (size_t i = 0; i < SW_COUNT(errs); i++)
        if (errs[i]) return errs[i];
    n->shared.unset = *n->channels->mail_url ? 0 : SW_CHANNEL_EMAIL;
    return SW_OK;
}

sw_err sw_notify_open(const sw_notify_options *options, sw_diags *diags, sw_notify **ret) {
    sw_notify *n = sw_heap_zero(1, sizeof *n);
    if (!n) return SW_E_NOMEM;
    sw_arena_init(&n->arena, SETTINGS_BYTES);
    n->shared.catalogue = options->catalogue;
    n->shared.partitions = options->partitions;
    n->data_dir = options->data_dir;
    n->shared.tier = options->tier ? options->tier : "";
    sw_err err = load(n, options, diags);
    if (err) {
        sw_notify_close(n);
        return err;
    }
    char token[SW_HASH128_TEXT];
    sw_channels_token(n->channels, SW_S("reply"), SW_SLICE_NONE, token);
    snprintf(n->reply_path, sizeof n->reply_path, "/v1/sms/reply/%s", token);
    *ret = n;
    return SW_OK;
}

void sw_notify_processors(const sw_notify *notify, const sw_processor **ret_processors,
                          const void **ret_shared) {
    static const sw_processor *const all[SW_NOTIFY_PROCESSORS] = {
        &sw_processor_directory, &sw_processor_notify, &sw_processor_outbox};
    for (uint32_t i = 0; i < SW_NOTIFY_PROCESSORS; i++) {
        ret_processors[i] = all[i];
        ret_shared[i] = notify ? &notify->shared : NULL;
    }
}

bool sw_notify_is_gate(const sw_notify *notify, const sw_event *event, int64_t *ret_again_ms) {
    const sw_policy *policy = notify->shared.policy;
    *ret_again_ms = policy->gate_again_ms;
    for (uint32_t i = 0; i < policy->gate_count; i++) {
        const sw_gate_policy *gate = &policy->gates[i];
        if (!sw_slice_is(event->type->name, gate->type)) continue;
        if (!*gate->field) return true;
        int32_t at = sw_event_type_field(event->type, sw_slice_cstr(gate->field));
        const sw_value *value = at < 0 ? NULL : &event->fields[at];
        for (uint32_t v = 0; value && value->kind == SW_STRING && v < gate->value_count; v++)
            if (sw_slice_is(value->s, gate->values[v])) return true;
    }
    return false;
}

static sw_err open_reads(sw_notify *n) {
    struct {
        const char *name;
        sw_read *read;
    } reads[] = {{"notify.tasks", &n->tasks},         {"notify.routes", &n->routes},
                 {"notify.directory", &n->directory}, {"directory.entries", &n->entries},
                 {"notify.patrols", &n->patrols},     {"outbox.people", &n->people},
                 {"outbox.notices", &n->notices},     {"outbox.inbox", &n->inbox}};
    sw_err err = SW_OK;
    for (size_t i = 0; i < SW_COUNT(reads) && !err; i++)
        err = sw_read_open(sw_bus_db(n->home.bus), n->home.topology, reads[i].name, reads[i].read);
    return err;
}

sw_err sw_notify_start(sw_notify *notify, const sw_notify_home *home) {
    notify->home = *home;
    sw_err err = open_reads(notify);
    if (err) return err;
    const sw_executor_options options = {.topology = home->topology,
                                         .bus = home->bus,
                                         .runtime = home->runtime,
                                         .env = home->env,
                                         .shared = &notify->shared,
                                         .channels = notify->channels};
    err = sw_executor_open(&options, &notify->executor);
    return err ? err : sw_executor_start(notify->executor);
}

uint32_t sw_notify_routes(sw_notify *notify, sw_http_route ret[SW_NOTIFY_ROUTES_MAX]) {
    static const char *const yaml[] = {"application/yaml", "text/yaml", "application/x-yaml", NULL};
    static const char *const any[] = {"*", NULL};
    const sw_http_route routes[] = {
        {.method = SW_HTTP_POST,
         .path = "/v1/warnings/{id}/actions",
         .roles = SW_ROLE_ACT,
         .handler = sw_notify_post_action,
         .action = "warnings.act"},
        {.method = SW_HTTP_GET,
         .path = "/v1/warnings/{id}/notices",
         .roles = SW_ROLE_READ,
         .handler = sw_notify_get_notices,
         .work = true},
        {.method = SW_HTTP_GET,
         .path = "/v1/warnings/{id}/task",
         .roles = SW_ROLE_READ,
         .handler = sw_notify_get_task,
         .work = true},
        {.method = SW_HTTP_GET,
         .path = "/v1/tasks",
         .roles = SW_ROLE_READ,
         .handler = sw_notify_get_tasks,
         .work = true},
        {.method = SW_HTTP_GET,
         .path = "/v1/patrols",
         .roles = SW_ROLE_READ,
         .handler = sw_notify_get_patrols,
         .work = true},
        {.method = SW_HTTP_GET,
         .path = "/v1/officers/{id}/inbox",
         .roles = SW_ROLE_READ,
         .handler = sw_notify_get_inbox,
         .work = true},
        {.method = SW_HTTP_POST,
         .path = "/v1/directory",
         .roles = SW_ROLE_ADMIN,
         .handler = sw_notify_post_directory,
         .body_max = DIRECTORY_BODY,
         .types = yaml,
         .work = true,
         .action = "directory.load"},
        {.method = SW_HTTP_GET,
         .path = "/v1/sms/report/{recipient}/{message}/{token}",
         .handler = sw_notify_get_report,
         .silent = true},
        {.method = SW_HTTP_GET,
         .path = "/v1/sms/reply/{token}",
         .handler = sw_notify_get_reply,
         .silent = true,
         .action = "warnings.act"},
    };
    for (size_t i = 0; i < SW_COUNT(routes); i++) {
        ret[i] = routes[i];
        ret[i].arg = notify;
        if (ret[i].method == SW_HTTP_GET) ret[i].types = any;
    }
    return SW_COUNT(routes);
}

sw_slice sw_notify_reply_path(const sw_notify *notify) {
    return sw_slice_cstr(notify->reply_path);
}

const char *sw_notify_degraded(sw_notify *notify) {
    bool down = notify->executor && sw_executor_gateway_down(notify->executor);
    return down ? "the SMS gateway can't be reached" : NULL;
}

void sw_notify_stop(sw_notify *notify) {
    if (notify->executor) sw_executor_stop(notify->executor);
}

void sw_notify_close(sw_notify *notify) {
    if (!notify) return;
    sw_executor_close(notify->executor);
    sw_arena_done(&notify->arena);
    sw_heap_free(notify);
}
