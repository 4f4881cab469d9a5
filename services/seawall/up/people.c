#include "seawall/up/people.h"

#include <unistd.h>

#include "ingest/http_events.h"
#include "seawall/up/record.h"

const char *sw_up_notify_dir(sw_arena *arena) {
    const char *packs = sw_packs_dir(arena);
    sw_slice path = packs ? sw_arena_printf(arena, "%s/../notify", packs) : SW_SLICE_NONE;
    return path.ptr && access(path.ptr, R_OK) == 0 ? path.ptr : NULL;
}

sw_err sw_up_people_open(sw_up *up, sw_diags *diags) {
    const char *settings = sw_config_cstr(up->config, "notify.settings");
    if (!settings) settings = sw_up_notify_dir(up->arena);
    if (!settings)
        return sw_diag_at(diags, SW_E_NOT_FOUND, 0, 0, "notify.settings",
                          "name the folder that holds notify.yaml, templates.yaml and loop.yaml",
                          "there is no folder with the settings of notify");
    static const char *const files[] = {"notify.yaml", "templates.yaml", "loop.yaml"};
    for (size_t i = 0; i < SW_COUNT(files); i++) {
        const sw_slice path = sw_arena_printf(up->arena, "%s/%s", settings, files[i]);
        if (!path.ptr) return SW_E_NOMEM;
        sw_up_note_file(up, path.ptr);
    }
    const sw_notify_options options = {.settings = settings,
                                       .channels = sw_config_cstr(up->config, "notify.channels"),
                                       .data_dir = sw_config_cstr(up->config, "data_dir"),
                                       .tier = sw_config_cstr(up->config, "tier"),
                                       .catalogue = up->load.catalogue,
                                       .partitions = up->partitions};
    return sw_notify_open(&options, diags, &up->notify);
}

void sw_up_people_add(sw_up *up,
                      void (*add)(sw_up *up, const sw_processor *processor, const void *shared)) {
    const sw_processor *processors[SW_NOTIFY_PROCESSORS];
    const void *shared[SW_NOTIFY_PROCESSORS];
    sw_notify_processors(up->notify, processors, shared);
    for (uint32_t i = 0; i < SW_NOTIFY_PROCESSORS; i++) add(up, processors[i], shared[i]);
}

/* A step of the loop is an event like any other. */
static void post(void *arg, sw_http_exchange *x, const char *type, sw_slice body) {
    sw_up *up = arg;
    sw_refusal whole = {0};
    const sw_post what = {
        .content_type = sw_slice_cstr(type), .body = body, .principal = sw_http_principal(x)};
    sw_busy busy = sw_ingest_busy(up->ingest, what.principal);
    if (busy.status) {
        sw_ingest_answer_busy(x, busy);
        return;
    }
    sw_err err = sw_ingest_post(up->ingest, &what, x, sw_http_arena(x), &whole);
    sw_ingest_answer_at_once(x, err, &whole);
}

static sw_err record(void *arg, sw_slice json) {
    return sw_up_record(arg, json);
}

sw_err sw_up_people_start(sw_up *up) {
    /* Rules of other law have no such periods. */
    const bool plans = sw_catalogue_find(up->load.catalogue, SW_S("clock.boundary")) != NULL;
    const sw_notify_home home = {.topology = &up->topology,
                                 .bus = up->bus,
                                 .runtime = up->runtime,
                                 .env = up->env,
                                 .post = post,
                                 .post_arg = up,
                                 .record = plans ? record : NULL};
    uint32_t count = sw_notify_routes(up->notify, up->notify_routes);
    sw_err err = sw_http_route_add(up->http, up->notify_routes, count);
    return err ? err : sw_notify_start(up->notify, &home);
}
