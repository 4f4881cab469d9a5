#include "unit/ingest/rig.h"

#include "codec/wire.h"
#include "unit/test.h"

static void start(ingest_rig *rig) {
    sw_runtime_options options = {
        .topology = &rig->topology,
        .bus = rig->bus,
        .env = {.clock = &rig->clock.clock},
        .records_max = rig->records_max,
        .seed = 1,
        .committed = rig->committed,
        .committed_arg = rig->committed_arg,
    };
    assert_ok(sw_runtime_open(&options, &rig->runtime));
    assert_ok(sw_worker_open(rig->runtime, &rig->worker));
    for (uint32_t i = 0; i < rig->topology.task_count; i++)
        assert_ok(sw_worker_claim(rig->worker, &rig->topology.tasks[i]));
}

void ingest_rig_open(ingest_rig *rig, const sw_processor *const *processors, uint32_t count) {
    sw_arena_init(&rig->arena, (size_t)256 << 20);
    sw_clock_virtual_init(&rig->clock, 1772323200000);
    uint32_t topics = sw_topics_fill(RIG_PARTITIONS, rig->specs);
    for (uint32_t i = 0; i < topics; i++)
        rig->shapes[i] = (sw_topic_shape){rig->specs[i].name, rig->specs[i].partitions};
    assert_ok(sw_topology_build(&rig->arena, processors, NULL, count, rig->shapes, topics, NULL,
                                &rig->topology));
    sw_bus_options options = {
        .topics = rig->specs,
        .topic_count = topics,
        .stores = rig->topology.stores,
        .store_count = rig->topology.store_count,
        .task_count = rig->topology.task_numbers,
    };
    assert_ok(sw_bus_mem_open(&options, &rig->bus));
    start(rig);
}

static void stop(ingest_rig *rig) {
    sw_worker_close(rig->worker);
    sw_runtime_close(rig->runtime);
}

void ingest_rig_close(ingest_rig *rig) {
    stop(rig);
    sw_bus_close(rig->bus);
    sw_arena_done(&rig->arena);
}

void ingest_rig_restart(ingest_rig *rig) {
    stop(rig);
    start(rig);
}

void ingest_rig_run(ingest_rig *rig) {
    for (int idle = 0, turns = 0; idle < 12; turns++) {
        sw_turn turn;
        assert_true(turns < 100000);
        assert_ok(sw_worker_turn(rig->worker, &turn));
        idle = turn.commits || turn.retries ? 0 : idle + 1;
        sw_clock_virtual_advance(&rig->clock, 10);
    }
}

uint32_t ingest_rig_topic(const ingest_rig *rig, const char *name) {
    uint32_t topic;
    assert_ok(sw_topology_topic(&rig->topology, name, &topic));
    return topic;
}

const sw_record *ingest_rig_records(ingest_rig *rig, const char *topic, uint32_t *ret_count) {
    sw_record *records = sw_arena_zero(&rig->arena, RIG_RECORDS_MAX, sizeof *records);
    uint32_t total = 0, index = ingest_rig_topic(rig, topic);
    assert_non_null(records);
    for (uint32_t p = 0; p < RIG_PARTITIONS; p++) {
        uint32_t count;
        int64_t next, end;
        assert_ok(sw_bus_end(rig->bus, index, p, &next, &end));
        do {
            assert_ok(sw_bus_poll(rig->bus, (sw_position){index, p, next}, RIG_RECORDS_MAX - total,
                                  (size_t)64 << 20, &rig->arena, records + total, &count, &next));
            total += count;
        } while (count > 0);
    }
    *ret_count = total;
    return records;
}

sw_intake rig_intake(ingest_rig *rig, const char *id, const char *content, const char *keys,
                     const char *target) {
    sw_intake intake = {.content = sw_hash128_of(sw_slice_cstr(content)),
                        .client = SW_S("case system")};
    sw_buf event;
    sw_buf_init(&event, 1 << 16);
    sw_wire_text(&event, 1, sw_slice_cstr(id));
    sw_wire_text(&event, 2, SW_S("urn:test"));
    sw_wire_text(&event, 3, sw_slice_cstr(content));
    assert_true(sw_arena_copy(&rig->arena, sw_buf_slice(&event), &intake.event));
    sw_buf_done(&event);
    sw_slice *list = sw_arena_zero(&rig->arena, strlen(keys) + 1, sizeof *list);
    for (const char *at = keys; *at;) {
        size_t len = strcspn(at, " ");
        assert_true(sw_arena_copy(&rig->arena, sw_slice_of(at, len), &list[intake.key_count++]));
        at += len + (at[len] == ' ');
    }
    intake.keys = list;
    if (target) {
        intake.correction = true;
        intake.target = sw_event_identity(SW_S("urn:test"), sw_slice_cstr(target));
    }
    return intake;
}

void rig_send(ingest_rig *rig, const sw_intake *intake) {
    sw_slice source, id;
    sw_buf buf;
    sw_intake_names(intake->event, &source, &id);
    sw_hash128 identity = sw_event_identity(source, id);
    sw_buf_init(&buf, (size_t)2 << 20);
    sw_intake_write(intake, &buf);
    assert_ok(buf.err);
    assert_ok(sw_runtime_append(rig->runtime,
                                &(sw_append){.topic = ingest_rig_topic(rig, SW_TOPIC_IDENTITY),
                                             .key = sw_intake_key(&identity),
                                             .value = sw_buf_slice(&buf)}));
    sw_buf_done(&buf);
}
