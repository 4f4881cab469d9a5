#include "unit/report/rig.h"

#include "report/figures/rollup.h"
#include "unit/test.h"

void report_rig_open(report_rig *rig, const char *catalogue, const char *indicators) {
    sw_diags diags;
    sw_arena_init(&rig->arena, (size_t)512 << 20);
    sw_diags_init(&diags, &rig->arena, SW_S("test"), 20);
    sw_clock_virtual_init(&rig->clock, 1772323200000);
    assert_ok(sw_catalogue_parse(&rig->arena, SW_S("catalogue"), sw_slice_cstr(catalogue), &diags,
                                 &rig->catalogue));
    sw_err err = sw_indicators_parse(&rig->arena, rig->catalogue, SW_S("indicators"),
                                     sw_slice_cstr(indicators), &diags, &rig->indicators);
    if (err) print_error("%.*s\n", SW_FMT(sw_diag_text(&rig->arena, diags.first)));
    assert_ok(err);
    const sw_processor *const processors[] = {&sw_rollup};
    const void *const shared[] = {rig->indicators};
    const uint32_t topics = sw_topics_fill(REPORT_RIG_PARTITIONS, rig->specs);
    for (uint32_t i = 0; i < topics; i++)
        rig->shapes[i] = (sw_topic_shape){rig->specs[i].name, rig->specs[i].partitions};
    assert_ok(sw_topology_build(&rig->arena, processors, shared, 1, rig->shapes, topics, &diags,
                                &rig->topology));
    const sw_bus_options bus = {.topics = rig->specs,
                                .topic_count = topics,
                                .stores = rig->topology.stores,
                                .store_count = rig->topology.store_count,
                                .task_count = rig->topology.task_numbers};
    assert_ok(sw_bus_mem_open(&bus, &rig->bus));
    const sw_runtime_options options = {.topology = &rig->topology,
                                        .bus = rig->bus,
                                        .env = {.clock = &rig->clock.clock},
                                        .seed = 1};
    assert_ok(sw_runtime_open(&options, &rig->runtime));
    assert_ok(sw_worker_open(rig->runtime, &rig->worker));
    for (uint32_t i = 0; i < rig->topology.task_count; i++)
        assert_ok(sw_worker_claim(rig->worker, &rig->topology.tasks[i]));
    assert_ok(sw_figures_open(sw_bus_db(rig->bus), &rig->topology, rig->indicators, &rig->figures));
}

void report_rig_close(report_rig *rig) {
    sw_worker_close(rig->worker);
    sw_runtime_close(rig->runtime);
    sw_bus_close(rig->bus);
    sw_arena_done(&rig->arena);
}

void report_rig_send(report_rig *rig, const char *topic, sw_slice key, sw_slice value) {
    uint32_t index;
    assert_ok(sw_topology_topic(&rig->topology, topic, &index));
    assert_ok(
        sw_runtime_append(rig->runtime, &(sw_append){.topic = index, .key = key, .value = value}));
}

void report_rig_event(report_rig *rig, const char *json) {
    report_rig_event_under(rig, json, SW_SLICE_NONE);
}

void report_rig_event_under(report_rig *rig, const char *json, sw_slice key) {
    sw_diags diags;
    sw_event *event;
    sw_buf bytes;
    sw_arena_mark mark = sw_arena_save(&rig->arena);
    sw_diags_init(&diags, &rig->arena, SW_S("event"), 4);
    sw_err err =
        sw_event_from_json(&rig->arena, rig->catalogue, sw_slice_cstr(json), &diags, &event);
    if (err) print_error("%s\n%.*s\n", json, SW_FMT(sw_diag_text(&rig->arena, diags.first)));
    assert_ok(err);
    sw_buf_init(&bytes, 1 << 20);
    assert_ok(sw_event_to_pb(event, &bytes));
    report_rig_send(rig, SW_TOPIC_EVENTS, key.ptr ? key : event->subject, sw_buf_slice(&bytes));
    sw_buf_done(&bytes);
    sw_arena_rewind(&rig->arena, mark);
}

void report_rig_run(report_rig *rig) {
    for (int idle = 0, turns = 0; idle < 12; turns++) {
        sw_turn turn;
        assert_true(turns < 100000);
        assert_ok(sw_worker_turn(rig->worker, &turn));
        idle = turn.commits || turn.retries ? 0 : idle + 1;
        sw_clock_virtual_advance(&rig->clock, 10);
    }
}

uint64_t report_rig_count(report_rig *rig, const char *indicator, const char *org, int32_t from,
                          int32_t to, const char *split) {
    const sw_indicator *which = sw_indicators_find(rig->indicators, sw_slice_cstr(indicator));
    const sw_figure_span span = {sw_slice_cstr(org), from, to};
    const sw_slice apart = split ? sw_slice_cstr(split) : SW_S("");
    sw_slice after = SW_S("");
    uint64_t count, listed = 0;
    assert_non_null(which);
    assert_ok(sw_figure_count(&rig->figures, which, &span, apart, &count));
    sw_arena_mark mark = sw_arena_save(&rig->arena);
    do { /* in small pages, so that the cursor is proved too */
        const sw_figure_entry *entries;
        uint32_t some;
        const sw_figure_list_ask ask = {
            .indicator = which, .span = span, .split = apart, .after = after, .max = 3};
        assert_ok(sw_figure_list(&rig->figures, &ask, &rig->arena, &entries, &some, &after));
        listed += some;
    } while (after.len);
    sw_arena_rewind(&rig->arena, mark);
    assert_int_equal(listed, count);
    return count;
}
