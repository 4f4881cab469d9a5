#include "report/http_models.h"

#include "report/models/models.h"
#include "text/json.h"

/* What a city's units have is more than a request's own arena holds. */
#define ARENA_BYTES_MAX ((size_t)64 << 20)

static void add_names(sw_buf *out, const sw_model *model) {
    sw_buf_add_cstr(out, "\"id\":");
    sw_json_write_string(out, model->id);
    sw_buf_printf(out, ",\"kind\":\"%s\"", sw_model_kind_name(model->kind));
    sw_answer_text(out, "name", model->name);
    sw_answer_text(out, "name_en", model->name_en);
    sw_answer_text(out, "note", model->note);
    if (model->kind == SW_MODEL_BACKLOG) sw_answer_text(out, "period", model->period);
}

static void get_models(void *arg, sw_http_exchange *x) {
    const sw_figures_api *api = arg;
    const sw_indicators *all = api->figures.indicators;
    sw_buf out;
    if (!sw_http_query_only(x, NULL, 0)) return;
    sw_answer_begin(api, &out);
    sw_buf_printf(&out, ",\"pack\":\"%.*s@%.*s\",\"models\":[", SW_FMT(all->name),
                  SW_FMT(all->version));
    for (uint32_t i = 0; i < all->models->count; i++) {
        sw_buf_add_cstr(&out, i ? ",{" : "{");
        add_names(&out, &all->models->list[i]);
        sw_buf_add_byte(&out, '}');
    }
    sw_buf_add_byte(&out, ']');
    sw_answer_end(x, &out, SW_OK, "the models");
}

static bool read_model(sw_http_exchange *x, const sw_figures_api *api, const sw_model **ret) {
    *ret = sw_models_find(api->figures.indicators->models, sw_http_path(x, "id"));
    if (!*ret)
        sw_http_problem_answer(x, &(sw_http_problem){.status = 404,
                                                     .code = "unknown",
                                                     .field = SW_S("id"),
                                                     .detail = SW_S("there is no such model"),
                                                     .hint = SW_S("GET /v1/models lists them")});
    return *ret != NULL;
}

static void get_model(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "from", "to"};
    const sw_figures_api *api = arg;
    sw_arena arena;
    sw_model_ask ask = {.api = api, .arena = &arena};
    sw_buf out;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !read_model(x, api, &ask.model) ||
        !sw_ask_span(x, &ask.span))
        return;
    ask.today = (int32_t)sw_zone_day(api->figures.indicators->zone, sw_clock_now_ms(api->clock));
    sw_err err = api->units ? sw_units_take(api->units, &ask.names) : SW_OK;
    sw_arena_init(&arena, ARENA_BYTES_MAX);
    sw_answer_begin(api, &out);
    sw_buf_add_byte(&out, ',');
    add_names(&out, ask.model);
    sw_answer_span(&out, &ask.span);
    if (!err) err = sw_model_answer(&ask, &out);
    sw_units_give(ask.names);
    sw_arena_done(&arena);
    sw_answer_end(x, &out, err, "the model");
}

static void get_list(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"part", "org", "from", "to", "cursor", "limit"};
    const sw_figures_api *api = arg;
    sw_figure_span span;
    sw_figure_list_ask wanted;
    const sw_model *model;
    sw_slice part = SW_S("");
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !read_model(x, api, &model) ||
        !sw_ask_span(x, &span))
        return;
    (void)sw_http_query(x, "part", &part);
    if (!sw_model_list(model, part, &span, &wanted)) {
        sw_http_problem_answer(
            x, &(sw_http_problem){.status = 400,
                                  .code = "invalid",
                                  .field = SW_S("part"),
                                  .detail = SW_S("the model has no list of this part"),
                                  .hint = SW_S("take the `list` of a number that it answers")});
        return;
    }
    sw_answer_list(x, api, &span, &wanted);
}

void sw_models_routes(const sw_figures_api *api, sw_http_route ret[SW_MODELS_ROUTES]) {
    void *arg = (void *)(uintptr_t)api;
    const sw_http_route routes[] = {
        {SW_HTTP_GET, "/v1/models", SW_ROLE_READ, get_models, arg},
        {SW_HTTP_GET, "/v1/models/{id}", SW_ROLE_READ, get_model, arg, .work = true},
        {SW_HTTP_GET, "/v1/models/{id}/list", SW_ROLE_READ, get_list, arg, .work = true},
    };
    _Static_assert(SW_COUNT(routes) == SW_MODELS_ROUTES, "the header says how many there are");
    memcpy(ret, routes, sizeof routes);
}
