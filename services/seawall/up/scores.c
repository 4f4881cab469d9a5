#include "seawall/up/scores.h"

#include <unistd.h>

#include "risk/score/score.h"
#include "text/yaml.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

static const char *default_path(sw_up *up) {
    const char *dir = sw_packs_dir(up->arena);
    const sw_slice path =
        dir ? sw_arena_printf(up->arena, "%s/scores/cn-police.yaml", dir) : SW_SLICE_NONE;
    return path.ptr && access(path.ptr, R_OK) == 0 ? path.ptr : NULL;
}

sw_err sw_up_scores_add(sw_up *up,
                        void (*add)(sw_up *up, const sw_processor *processor, const void *shared),
                        sw_diags *diags) {
    const char *path = sw_config_cstr(up->config, "scores");
    const sw_score_shared *shared;
    sw_slice text;
    if (!path) path = default_path(up);
    if (!path) return SW_OK;
    const sw_slice file = diags->file;
    diags->file = sw_slice_cstr(path);
    sw_err err = sw_file_read(up->arena, path, FILE_BYTES_MAX, diags, &text);
    if (!err) err = sw_weights_parse(up->arena, sw_slice_cstr(path), text, diags, &up->weights);
    diags->file = file;
    sw_up_note_file(up, path);
    if (!err) err = sw_score_new(up->arena, up->weights, &up->metrics, &shared);
    if (!err) add(up, &sw_score, shared);
    return err;
}

sw_err sw_up_scores_open(sw_up *up) {
    if (!up->weights) return SW_OK;
    return sw_scores_open(up->bus, &up->topology, &up->clock, up->weights, &up->scores);
}

sw_err sw_up_scores_start(sw_up *up) {
    if (!up->weights) return SW_OK;
    sw_scores_routes(&up->scores, up->score_routes);
    return sw_http_route_add(up->http, up->score_routes, SW_SCORES_ROUTES);
}
