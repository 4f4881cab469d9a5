#include "oracle/world.h"

#define PACKS_MAX 16

void sw_world_init(sw_world *world, sw_arena *arena) {
    *world = (sw_world){.arena = arena};
    sw_diags_init(&world->diags, arena, SW_SLICE_NONE, 20);
}

sw_err sw_world_catalogue(sw_world *world, sw_slice text) {
    return sw_catalogue_parse(world->arena, SW_S("catalogue.yaml"), text, &world->diags,
                              &world->catalogue);
}

sw_err sw_world_calendar(sw_world *world, sw_slice file, sw_slice text) {
    SW_ASSERT(world->calendar_count < SW_WORLD_CALENDARS_MAX);
    sw_err err = sw_calendar_parse(world->arena, file, text, &world->diags,
                                   &world->calendars[world->calendar_count]);
    if (!err) world->calendar_count++;
    return err;
}

sw_err sw_world_packs(sw_world *world, const sw_slice *texts, size_t count) {
    SW_ASSERT(world->catalogue && count <= PACKS_MAX);
    sw_pack_text packs[PACKS_MAX];
    for (size_t i = 0; i < count; i++) {
        packs[i].file = sw_arena_printf(world->arena, "pack-%zu.yaml", i);
        packs[i].text = texts[i];
    }
    sw_ruleset_options options = {.catalogue = world->catalogue,
                                  .calendars = world->calendars,
                                  .calendar_count = world->calendar_count};
    return sw_ruleset_parse(world->arena, &options, packs, count, &world->diags, &world->set);
}

sw_err sw_world_event(sw_world *world, sw_slice json) {
    if (world->event_count == world->event_cap) {
        uint32_t cap = world->event_cap ? 2 * world->event_cap : 64;
        const sw_event **more = sw_arena_zero(world->arena, cap, sizeof(*more));
        if (!more) return SW_E_LIMIT;
        if (world->event_count) memcpy(more, world->events, world->event_count * sizeof(*more));
        world->events = more, world->event_cap = cap;
    }
    sw_event *event;
    sw_err err = sw_event_from_json(world->arena, world->catalogue, json, &world->diags, &event);
    if (!err) world->events[world->event_count++] = event;
    return err;
}

sw_err sw_world_events(sw_world *world, sw_slice jsonl) {
    for (size_t from = 0; from < jsonl.len;) {
        const char *end = memchr(jsonl.ptr + from, '\n', jsonl.len - from);
        size_t to = end ? (size_t)(end - jsonl.ptr) : jsonl.len;
        if (to > from) {
            sw_err err = sw_world_event(world, sw_slice_sub(jsonl, from, to));
            if (err) return err;
        }
        from = to + 1;
    }
    return SW_OK;
}

sw_slice sw_world_findings(const sw_world *world) {
    sw_slice all = SW_SLICE_NONE;
    for (const sw_diag *diag = world->diags.first; diag; diag = diag->next) {
        sw_slice one = sw_diag_text(world->arena, diag);
        all = sw_arena_printf(world->arena, "%.*s%.*s\n", SW_FMT(all), SW_FMT(one));
    }
    return all;
}
