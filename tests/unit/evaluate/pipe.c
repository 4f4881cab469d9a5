#include "unit/evaluate/pipe.h"

#include <stdio.h>

#include "bus/bus.h"
#include "topics/topics.h"

#define FIELDS                                                                                     \
    "{fields: {case_id: {type: string, key: true}, person_id: {type: string, key: true}, "         \
    "n: int}}\n"

static const char catalogue[] =
    "types:\n  start: " FIELDS "  stop: " FIELDS "  cancel: " FIELDS "  seen: " FIELDS;
static const char head[] = "apiVersion: seawall/v1\nkind: RulePack\n"
                           "metadata: {name: p, version: 1.0.0, timezone: UTC}\nrules:\n";

static const sw_processor *const processors[] = {&sw_deadline, &sw_risk, &sw_view};

static void note(void *arg, const sw_trace_event *event) {
    pipe_rig *p = arg;
    sw_slice text = sw_arena_printf(&p->arena, "%s %.*s %.*s %.*s\n", event->name,
                                    SW_FMT(event->fields[0].text), SW_FMT(event->fields[1].text),
                                    SW_FMT(event->fields[2].text));
    p->traced = sw_arena_printf(&p->arena, "%.*s%.*s", SW_FMT(p->traced), SW_FMT(text));
}

static void load(pipe_rig *p, const char *rules) {
    sw_world_init(&p->world, &p->arena);
    assert_ok(sw_world_catalogue(&p->world, sw_slice_cstr(p->types ? p->types : catalogue)));
    sw_slice text = sw_arena_printf(&p->arena, "%s%s", head, rules);
    sw_err err = sw_world_packs(&p->world, &text, 1);
    if (err) print_error("%.*s\n", SW_FMT(sw_world_findings(&p->world)));
    assert_ok(err);
    const sw_evaluator *deadline, *risk;
    p->sink = (sw_trace_sink){.take = note, .arg = p};
    const sw_env env = {.metrics = &p->metrics, .trace = &p->sink};
    assert_ok(sw_deadline_new(&p->arena, p->world.set, &env, &deadline));
    assert_ok(sw_risk_new(&p->arena, p->world.set, &env, &risk));
    p->shared[0] = deadline;
    p->shared[1] = risk;
    sw_topic_shape shapes[32];
    p->topic_count = sw_topics_fill(2, p->topics);
    for (uint32_t i = 0; i < p->topic_count; i++)
        shapes[i] = (sw_topic_shape){p->topics[i].name, p->topics[i].partitions};
    sw_topic_shape *kept = sw_arena_zero(&p->arena, p->topic_count, sizeof *kept);
    memcpy(kept, shapes, p->topic_count * sizeof *kept);
    assert_ok(sw_topology_build(&p->arena, processors, p->shared, SW_COUNT(processors), kept,
                                p->topic_count, &p->world.diags, &p->topology));
}

static void start(pipe_rig *p) {
    sw_runtime_options options = {.topology = &p->topology,
                                  .bus = p->bus,
                                  .env = {.clock = &p->clock.clock, .metrics = &p->metrics},
                                  .object_bytes = p->object_bytes,
                                  .seed = 1};
    assert_ok(sw_runtime_open(&options, &p->runtime));
    assert_ok(sw_worker_open(p->runtime, &p->worker));
    for (uint32_t i = 0; i < p->topology.task_count; i++)
        assert_ok(sw_worker_claim(p->worker, &p->topology.tasks[i]));
}

void pipe_open(pipe_rig *p, const char *rules) {
    memset(p, 0, sizeof *p);
    sw_arena_init(&p->arena, (size_t)256 << 20);
    sw_metrics_init(&p->metrics, &p->arena);
    sw_clock_virtual_init(&p->clock, pipe_time("1"));
    load(p, rules);
    sw_bus_options options = {.topics = p->topics,
                              .topic_count = p->topic_count,
                              .stores = p->topology.stores,
                              .store_count = p->topology.store_count,
                              .task_count = p->topology.task_numbers};
    assert_ok(sw_bus_mem_open(&options, &p->bus));
    start(p);
}

void pipe_close(pipe_rig *p) {
    sw_worker_close(p->worker);
    sw_runtime_close(p->runtime);
    sw_bus_close(p->bus);
    sw_metrics_done(&p->metrics);
    sw_arena_done(&p->arena);
}

void pipe_restart(pipe_rig *p, const char *rules) {
    sw_worker_close(p->worker);
    sw_runtime_close(p->runtime);
    if (rules) load(p, rules);
    start(p);
}

void pipe_restart_under(pipe_rig *p, const char *types, const char *rules) {
    p->types = types;
    pipe_restart(p, rules);
}

int64_t pipe_time(const char *time) {
    int day, hour = 0, minute = 0;
    assert_true(sscanf(time, "%d %d:%d", &day, &hour, &minute) >= 1);
    return (sw_days_from_date(2026, 3, 1) + day - 1) * 86400000LL + (hour * 60 + minute) * 60000LL;
}

static void settle(pipe_rig *p) {
    for (int idle = 0, turns = 0; idle < 12; turns++) {
        sw_turn turn;
        assert_true(turns < 100000);
        assert_ok(sw_worker_turn(p->worker, &turn));
        idle = turn.commits || turn.retries ? 0 : idle + 1;
        p->clock.mono_us += 10000;
    }
}

void pipe_run(pipe_rig *p, const char *time) {
    settle(p);
    sw_clock_virtual_set(&p->clock, pipe_time(time));
    settle(p);
}

static uint32_t topic(pipe_rig *p, const char *name) {
    uint32_t ret = 0;
    assert_ok(sw_topology_topic(&p->topology, name, &ret));
    return ret;
}

static void rfc3339(char out[40], const char *time) {
    sw_buf text;
    sw_buf_init(&text, 64);
    sw_time_write(&text, pipe_time(time), 0);
    snprintf(out, 40, "%.*s", (int)text.len, text.ptr);
    sw_buf_done(&text);
}

static void add(pipe_rig *p, const char *org, const char *key, const char *type, const char *id,
                const char *at, const char *received, const char *data) {
    char time[40], known[40];
    rfc3339(time, at);
    rfc3339(known, received);
    sw_slice json = sw_arena_printf(
        &p->arena,
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"%s\","
        "\"receivedtime\":\"%s\",\"orgcode\":\"%s\",\"data\":{%s}}",
        id, type, time, known, org, data);
    sw_event *event;
    sw_buf bytes;
    sw_buf_init(&bytes, 1 << 16);
    assert_ok(sw_event_from_json(&p->arena, p->world.catalogue, json, &p->world.diags, &event));
    assert_ok(sw_event_to_pb(event, &bytes));
    sw_append append = {.topic = topic(p, SW_TOPIC_KEYED),
                        .key = sw_slice_cstr(key),
                        .value = sw_buf_slice(&bytes)};
    assert_ok(sw_runtime_append(p->runtime, &append));
    sw_buf_done(&bytes);
}

void pipe_add(pipe_rig *p, const char *key, const char *type, const char *id, const char *at,
              const char *data) {
    add(p, "320981010000", key, type, id, at, at, data);
}

void pipe_send(pipe_rig *p, const char *key, const char *type, const char *id, const char *at,
               const char *received, const char *data) {
    add(p, "320981010000", key, type, id, at, received ? received : at, data);
    settle(p);
}

void pipe_send_of(pipe_rig *p, const char *org, const char *key, const char *type, const char *id,
                  const char *at, const char *data) {
    add(p, org, key, type, id, at, at, data);
    settle(p);
}

void pipe_send_bytes(pipe_rig *p, const char *key, const char *bytes) {
    sw_append append = {.topic = topic(p, SW_TOPIC_KEYED),
                        .key = sw_slice_cstr(key),
                        .value = sw_slice_cstr(bytes)};
    assert_ok(sw_runtime_append(p->runtime, &append));
    settle(p);
}

static void day(sw_buf *out, const char *name, int64_t ms) {
    if (ms == SW_TIME_NONE) return;
    int64_t minutes = (ms - pipe_time("1")) / 60000;
    sw_buf_printf(out, " %s=%d|%02d:%02d", name, (int)(minutes / 1440) + 1,
                  (int)(minutes % 1440 / 60), (int)(minutes % 60));
}

static void write_warning(pipe_rig *p, sw_buf *out, const sw_record *record) {
    sw_told_warning told;
    assert_ok(sw_told_from_pb(&p->arena, record->value, &told));
    sw_buf_printf(out, "%.*s: %s %.*s %s", SW_FMT(record->key),
                  told.change == SW_RAISED      ? "raised"
                  : told.change == SW_WITHDRAWN ? "withdrawn"
                                                : "resolved",
                  SW_FMT(told.rule), sw_level_name(told.level));
    day(out, "decided", told.decided_ms);
    sw_buf_add_byte(out, '\n');
}

static void write_period(pipe_rig *p, sw_buf *out, const sw_record *record) {
    sw_told_period period;
    assert_ok(sw_period_from_pb(&p->arena, record->value, &period));
    sw_buf_printf(out, "%s %.*s", sw_period_change_name(period.change), SW_FMT(period.rule));
    day(out, "due", period.due_ms);
    sw_buf_add_byte(out, '\n');
}

static uint32_t each(pipe_rig *p, const char *name, sw_buf *out,
                     void (*write)(pipe_rig *p, sw_buf *out, const sw_record *record)) {
    uint32_t all = 0;
    for (uint32_t part = 0; part < 2; part++) {
        sw_record *records = sw_arena_zero(&p->arena, 10000, sizeof *records);
        uint32_t count;
        int64_t next;
        assert_ok(sw_bus_poll(p->bus, (sw_position){topic(p, name), part, 0}, 10000,
                              (size_t)64 << 20, &p->arena, records, &count, &next));
        for (uint32_t i = 0; i < count && write; i++) write(p, out, &records[i]);
        all += count;
    }
    return all;
}

static const char *text_of(pipe_rig *p, const char *name,
                           void (*write)(pipe_rig *p, sw_buf *out, const sw_record *record)) {
    sw_buf out;
    sw_slice kept;
    sw_buf_init(&out, 1 << 20);
    each(p, name, &out, write);
    sw_buf_add_byte(&out, '\0');
    assert_true(sw_arena_copy(&p->arena, sw_buf_slice(&out), &kept));
    sw_buf_done(&out);
    return kept.ptr;
}

const char *pipe_warnings(pipe_rig *p) {
    return text_of(p, SW_TOPIC_WARNINGS, write_warning);
}

const char *pipe_periods(pipe_rig *p) {
    return text_of(p, SW_TOPIC_PERIODS, write_period);
}

uint32_t pipe_count(pipe_rig *p, const char *name) {
    return each(p, name, NULL, NULL);
}
