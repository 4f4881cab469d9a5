#include "seawall/up/record.h"

#include "ingest/intake.h"

#define ARENA_BYTES ((size_t)8 << 20)

static sw_err append(sw_up *up, const sw_event *event, sw_arena *arena) {
    sw_intake intake;
    sw_buf bytes, value;
    sw_append record = {.answer = NULL};
    sw_err err = sw_intake_of(event, up->load.catalogue, arena, &intake);
    if (!err) err = sw_topology_topic(&up->topology, SW_TOPIC_IDENTITY, &record.topic);
    if (err) return err;
    sw_buf_init(&bytes, SW_EVENT_BYTES_MAX);
    sw_buf_init(&value, SW_INTAKE_BYTES_MAX);
    err = sw_event_to_pb(event, &bytes);
    intake.event = sw_buf_slice(&bytes);
    intake.client = SW_S("seawall");
    sw_intake_write(&intake, &value);
    record.key = sw_intake_key(&event->identity);
    record.value = sw_buf_slice(&value);
    if (!err) err = value.err;
    if (!err) err = sw_runtime_append(up->runtime, &record);
    sw_buf_done(&value);
    sw_buf_done(&bytes);
    return err;
}

sw_err sw_up_record(sw_up *up, sw_slice json) {
    sw_arena arena;
    sw_event *event;
    sw_arena_init(&arena, ARENA_BYTES);
    sw_err err = sw_event_from_json(&arena, up->load.catalogue, json, NULL, &event);
    if (!err) event->received_ms = sw_clock_now_ms(&up->clock);
    if (!err) err = append(up, event, &arena);
    sw_arena_done(&arena);
    return err;
}
