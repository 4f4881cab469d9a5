/* Rules and events made for measuring. */
#include <stdio.h>

#include "seawall/bench/rules_bench.h"

#define WORLD_BYTES   ((size_t)4 << 30)
#define SCRATCH_BYTES ((size_t)256 << 20)

bool sw_bench_world_open(sw_bench_world *w, sw_slice catalogue, sw_slice pack) {
    sw_diags diags;
    uint32_t key_id;
    *w = (sw_bench_world){.set = NULL};
    sw_arena_init(&w->arena, WORLD_BYTES);
    sw_arena_init(&w->scratch, SCRATCH_BYTES);
    sw_diags_init(&diags, &w->arena, SW_SLICE_NONE, 5);
    sw_err err =
        sw_catalogue_parse(&w->arena, SW_S("bench.yaml"), catalogue, &diags, &w->catalogue);
    const sw_pack_text text = {SW_S("bench.yaml"), pack};
    const sw_ruleset_options options = {.catalogue = w->catalogue};
    if (!err) err = sw_ruleset_parse(&w->arena, &options, &text, 1, &diags, &w->set);
    bool known = !err && sw_catalogue_key_find(w->catalogue, SW_S("place_id"), &key_id);
    if (known) err = sw_plan_new(&w->arena, w->set, key_id, &w->plan);
    if (known && !err) return true;
    sw_slice finding = diags.first ? diags.first->message : SW_SLICE_NONE;
    fprintf(stderr, "seawall bench rules: %s %.*s\n", sw_err_name(err), SW_FMT(finding));
    return false;
}

void sw_bench_world_close(sw_bench_world *w) {
    sw_arena_done(&w->arena);
    sw_arena_done(&w->scratch);
}

const sw_event *sw_bench_event(sw_bench_world *w, const char *type, int64_t time_ms,
                               uint64_t number, int64_t n) {
    sw_event *event = sw_arena_zero(&w->arena, 1, sizeof *event);
    if (!event) return NULL;
    event->type = sw_catalogue_find(w->catalogue, sw_slice_cstr(type));
    SW_ASSERT(event->type);
    event->id = sw_arena_printf(&w->arena, "%llu", (unsigned long long)number);
    event->source = SW_S("urn:bench");
    event->time_ms = time_ms;
    event->received_ms = event->recorded_ms = SW_TIME_NONE;
    event->orgcode = SW_S("320981010000");
    event->identity = sw_event_identity(event->source, event->id);
    sw_value *fields = sw_arena_zero(&w->arena, event->type->field_count, sizeof *fields);
    if (!fields || !event->id.ptr) return NULL;
    for (uint32_t i = 0; i < event->type->field_count; i++) {
        const sw_field *field = &event->type->fields[i];
        fields[i] = sw_slice_is(field->name, "place_id")
                        ? (sw_value){.kind = SW_STRING, .s = SW_S("P1")}
                        : (sw_value){.kind = SW_INT, .i = n};
    }
    event->fields = fields;
    return event;
}

static sw_err count_told(void *ctx, const sw_transition *transition) {
    (void)transition;
    (*(uint64_t *)ctx)++;
    return SW_OK;
}

sw_err sw_bench_give(sw_bench_world *w, sw_book *book, const sw_event *event, int64_t now_ms,
                     uint64_t *told) {
    const sw_sink sink = {.ctx = told, .tell = count_told};
    if (!event) return SW_E_NOMEM;
    sw_err err = sw_book_take(book, event, &w->scratch);
    if (!err) err = sw_book_tell(book, now_ms, &w->scratch, &sink);
    sw_arena_reset(&w->scratch);
    return err;
}
