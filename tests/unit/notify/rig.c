#include "unit/notify/rig.h"

#include <stdio.h>

#include "codec/event.h"
#include "evaluate/warning_pb.h"
#include "notify/outbox/outbox.h"
#include "notify/processors.h"
#include "text/time.h"
#include "unit/test.h"

#define PARTITIONS 4u
#define SHIPPED    SW_SOURCE_DIR "/deploy/notify/"

static void start(nrig *r) {
    sw_runtime_options options = {
        .topology = &r->topology,
        .bus = r->bus,
        .env = {.clock = &r->clock.clock, .metrics = &r->metrics},
        .seed = 1,
    };
    assert_ok(sw_runtime_open(&options, &r->runtime));
    assert_ok(sw_worker_open(r->runtime, &r->worker));
    for (uint32_t i = 0; i < r->topology.task_count; i++)
        assert_ok(sw_worker_claim(r->worker, &r->topology.tasks[i]));
}

static void load_shared(nrig *r) {
    static const char *const files[] = {SW_SOURCE_DIR "/deploy/packs/catalogue/loop.yaml",
                                        SW_SOURCE_DIR "/deploy/packs/catalogue/file.yaml",
                                        SW_SOURCE_DIR "/deploy/packs/catalogue/case.yaml"};
    sw_diags diags;
    const sw_policy *policy;
    sw_diags_init(&diags, &r->arena, SW_SLICE_NONE, 100);
    sw_err err = sw_policy_load(&r->arena, SHIPPED "notify.yaml", &diags, &policy);
    if (!err) err = sw_words_load(&r->arena, SHIPPED "templates.yaml", &diags, &r->shared.words);
    if (!err) err = sw_loop_load(&r->arena, SHIPPED "loop.yaml", &diags, &r->shared.loop);
    if (!err)
        err = sw_catalogue_load(&r->arena, files, SW_COUNT(files), &diags, &r->shared.catalogue);
    if (err) fail_msg("%.*s", SW_FMT(sw_diag_text(&r->arena, diags.first)));
    r->policy = *policy;
    r->shared.policy = &r->policy;
    r->shared.tier = "";
    r->shared.partitions = PARTITIONS;
}

static void put_directory(nrig *r) {
    sw_directory directory;
    sw_pb pb = {&r->arena, false};
    assert_ok(sw_directory_read(&r->arena, SW_SOURCE_DIR "/tests/unit/notify/county.yaml", 0, NULL,
                                NULL, &directory));
    for (uint32_t i = 0; i < directory.count; i++) {
        sw_slice bytes;
        assert_ok(sw_pb_write(&pb, directory.entries[i], &bytes));
        nrig_put(r, SW_TOPIC_DIRECTORY, sw_directory_key(&pb, directory.entries[i]), bytes);
    }
    nrig_run(r);
}

void nrig_open(nrig *r, const char *time) {
    static const sw_processor *const processors[] = {&sw_processor_directory, &sw_processor_notify,
                                                     &sw_processor_outbox};
    memset(r, 0, sizeof *r);
    sw_arena_init(&r->arena, (size_t)256 << 20);
    sw_metrics_init(&r->metrics, &r->arena);
    sw_clock_virtual_init(&r->clock, nrig_time(time));
    load_shared(r);
    const void *shared[] = {&r->shared, &r->shared, &r->shared};
    sw_topic_spec topics[SW_PIPELINE_TOPICS_MAX];
    uint32_t count = sw_topics_fill(PARTITIONS, topics);
    sw_topic_shape *kept = sw_arena_zero(&r->arena, count, sizeof *kept);
    for (uint32_t i = 0; i < count; i++)
        kept[i] = (sw_topic_shape){topics[i].name, topics[i].partitions};
    assert_ok(sw_topology_build(&r->arena, processors, shared, SW_COUNT(processors), kept, count,
                                NULL, &r->topology));
    sw_bus_options options = {
        .topics = topics,
        .topic_count = count,
        .stores = r->topology.stores,
        .store_count = r->topology.store_count,
        .task_count = r->topology.task_numbers,
    };
    assert_ok(sw_bus_mem_open(&options, &r->bus));
    start(r);
    put_directory(r);
}

void nrig_close(nrig *r) {
    sw_worker_close(r->worker);
    sw_runtime_close(r->runtime);
    sw_bus_close(r->bus);
    sw_metrics_done(&r->metrics);
    sw_arena_done(&r->arena);
}

void nrig_restart(nrig *r) {
    sw_worker_close(r->worker);
    sw_runtime_close(r->runtime);
    start(r);
}

void nrig_put(nrig *r, const char *topic, sw_slice key, sw_slice value) {
    sw_append append = {.key = key, .value = value};
    assert_ok(sw_topology_topic(&r->topology, topic, &append.topic));
    assert_ok(sw_runtime_append(r->runtime, &append));
}

void nrig_run(nrig *r) {
    for (int idle = 0, turns = 0; idle < 12; turns++) {
        sw_turn turn;
        assert_true(turns < 100000);
        assert_ok(sw_worker_turn(r->worker, &turn));
        idle = turn.commits || turn.retries ? 0 : idle + 1;
        sw_clock_virtual_advance(&r->clock, 10);
    }
}

void nrig_pass(nrig *r, int64_t ms) {
    sw_clock_virtual_advance(&r->clock, ms);
    nrig_run(r);
}

int64_t nrig_time(const char *time) {
    int64_t ms;
    assert_ok(sw_time_parse_ms(sw_slice_cstr(time), &ms));
    return ms;
}

sw_hash128 nrig_id(const char *c, sw_level level) {
    const sw_slice parts[] = {sw_slice_cstr(c), sw_slice_cstr(sw_level_name(level))};
    return sw_hash128_parts(parts, SW_COUNT(parts));
}

sw_told_warning nrig_warning(nrig *r, const char *c, sw_level level) {
    sw_told_key *key = sw_arena_zero(&r->arena, 1, sizeof *key);
    sw_told_event *event = sw_arena_zero(&r->arena, 1, sizeof *event);
    sw_slice *to = sw_arena_zero(&r->arena, 2, sizeof *to);
    int64_t now = sw_clock_now_ms(&r->clock.clock);
    *key = (sw_told_key){SW_S("case_id"), sw_slice_cstr(c)};
    *event = (sw_told_event){SW_S("x"), sw_slice_cstr(c), SW_S("case.filed")};
    to[0] = SW_S("handler");
    to[1] = SW_S("legal_officer");
    return (sw_told_warning){.change = SW_RAISED,
                             .id = nrig_id(c, level),
                             .decided_ms = now,
                             .rule = SW_S("fl.review"),
                             .rule_name = SW_S("受案审查"),
                             .pack = SW_S("p@1"),
                             .kind = SW_DEADLINE,
                             .level = level,
                             .severity = SW_MAJOR,
                             .tier = SW_S("county"),
                             .orgcode = SW_S(RIG_STATION),
                             .officerid = SW_S("S3"),
                             .text = SW_S("三日内审查。"),
                             .key = key,
                             .key_count = 1,
                             .to = to,
                             .to_count = 2,
                             .start_ms = now - 3600000,
                             .due_ms = now + 5 * 3600000,
                             .fires_ms = now,
                             .late_by_s = -1,
                             .stopped_ms = SW_TIME_NONE,
                             .offset_s = 28800,
                             .events = event,
                             .event_count = 1};
}

void nrig_tell(nrig *r, const sw_told_warning *told) {
    sw_buf out;
    sw_buf_init(&out, 1 << 16);
    sw_told_to_pb(told, &out);
    assert_ok(out.err);
    sw_slice key = sw_keyed_key(&r->arena, told->key[0].name, told->key[0].value);
    nrig_put(r, SW_TOPIC_WARNINGS, key, sw_buf_slice(&out));
    sw_buf_done(&out);
}

void nrig_raise(nrig *r, const char *c, sw_level level) {
    sw_told_warning told = nrig_warning(r, c, level);
    nrig_tell(r, &told);
    nrig_run(r);
}

void nrig_event(nrig *r, const char *json) {
    sw_event *event;
    sw_diags diags;
    sw_diags_init(&diags, &r->arena, SW_SLICE_NONE, 10);
    if (sw_event_from_json(&r->arena, r->shared.catalogue, sw_slice_cstr(json), &diags, &event))
        fail_msg("%.*s", SW_FMT(sw_diag_text(&r->arena, diags.first)));
    sw_buf out;
    sw_buf_init(&out, 1 << 16);
    assert_ok(sw_event_to_pb(event, &out));
    for (uint32_t k = 0; k < sw_catalogue_key_count(r->shared.catalogue); k++) {
        sw_slice values[16];
        uint32_t count = sw_event_key_values(event, k, values, 16, &r->arena);
        for (uint32_t i = 0; i < count; i++)
            nrig_put(
                r, SW_TOPIC_KEYED,
                sw_keyed_key(&r->arena, sw_catalogue_key_name(r->shared.catalogue, k), values[i]),
                sw_buf_slice(&out));
    }
    sw_buf_done(&out);
    nrig_run(r);
}

void nrig_act(nrig *r, const char *type, const char *more, const char *actor, sw_hash128 warning) {
    static int number;
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(warning, hex);
    sw_slice json = sw_arena_printf(
        &r->arena,
        "{\"specversion\":\"1.0\",\"type\":\"%s\",\"id\":\"act-%d\",\"source\":\"test\","
        "\"time\":\"2026-03-02T10:00:00+08:00\",\"data\":{\"warning_id\":\"%s\",\"unit_org\":\"%"
        "s\","
        "\"actor_id\":\"%s\"%s}}",
        type, ++number, hex, RIG_STATION, actor, more);
    nrig_event(r, json.ptr);
}

typedef bool (*each_fn)(nrig *r, const sw_record *record, void *arg);

static void each_record(nrig *r, const char *topic, each_fn each, void *arg) {
    uint32_t index;
    assert_ok(sw_topology_topic(&r->topology, topic, &index));
    sw_record *records = sw_arena_zero(&r->arena, 1000, sizeof *records);
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        int64_t next = 0;
        for (uint32_t count = 1; count;) {
            assert_ok(sw_bus_poll(r->bus, (sw_position){index, p, next}, 1000, 16 << 20, &r->arena,
                                  records, &count, &next));
            for (uint32_t i = 0; i < count; i++)
                if (!each(r, &records[i], arg)) return;
        }
    }
}

typedef struct seen {
    sw_buf text;
    int64_t since_ms;
} seen;

static bool add_message(nrig *r, const sw_record *record, void *arg) {
    seen *s = arg;
    sw_pb pb = {&r->arena, false};
    sw_notice *notice;
    if (sw_pb_read(&pb, &seawall__v1__notice__descriptor, record->value, &notice)) return true;
    const sw_message *m = notice->intent;
    if (!m || record->timestamp_ms <= s->since_ms) return true;
    sw_buf_printf(&s->text, "%s %s %s %s\n", m->recipient, m->level, m->kind, m->text);
    return true;
}

const char *nrig_messages(nrig *r) {
    static int64_t since;
    static nrig *of;
    if (of != r || since > sw_clock_now_ms(&r->clock.clock)) since = 0;
    of = r;
    seen s = {.since_ms = since};
    sw_buf_init(&s.text, 1 << 20);
    each_record(r, SW_TOPIC_NOTICES, add_message, &s);
    since = sw_clock_now_ms(&r->clock.clock);
    sw_slice copy = sw_arena_printf(&r->arena, "%.*s", SW_FMT(sw_buf_slice(&s.text)));
    sw_buf_done(&s.text);
    return copy.ptr;
}

const char *nrig_notice(nrig *r, const char *recipient, const char *subject) {
    sw_read read;
    sw_buf value;
    char key[200];
    int len = snprintf(key, sizeof key, "%s%c%s", recipient, 0, subject);
    sw_buf_init(&value, 1 << 20);
    assert_ok(sw_read_open(sw_bus_db(r->bus), &r->topology, "outbox.notices", &read));
    sw_err err = sw_read_get_in(&read, sw_partition_of(sw_slice_cstr(recipient), PARTITIONS),
                                sw_slice_of(key, (size_t)len), &value);
    const char *text = "";
    if (!err) {
        sw_pb pb = {&r->arena, false};
        sw_notice *notice;
        assert_ok(sw_pb_read(&pb, &seawall__v1__notice__descriptor, sw_buf_slice(&value), &notice));
        text = sw_pb_printf(&pb, "%s %s", notice->state, notice->reason);
    }
    sw_buf_done(&value);
    return text;
}

typedef struct wanted_task {
    char id[SW_HASH128_TEXT];
    Seawall__V1__Task *found;
} wanted_task;

static bool find_task(nrig *r, const sw_record *record, void *arg) {
    wanted_task *w = arg;
    sw_pb pb = {&r->arena, false};
    if (!sw_slice_is(record->key, w->id)) return true;
    assert_ok(sw_pb_read(&pb, &seawall__v1__task__descriptor, record->value, &w->found));
    return true;
}

const Seawall__V1__Task *nrig_task(nrig *r, sw_hash128 warning) {
    wanted_task w = {.found = NULL};
    sw_hash128_hex(warning, w.id);
    each_record(r, SW_TOPIC_TASKS, find_task, &w);
    assert_non_null(w.found);
    return w.found;
}

typedef struct wanted_message {
    const char *recipient;
    sw_message *found;
    nrig *r;
} wanted_message;

static bool find_message(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition;
    (void)key;
    wanted_message *w = arg;
    sw_pb pb = {&w->r->arena, false};
    sw_message *m;
    assert_ok(sw_pb_read(&pb, &seawall__v1__message__descriptor, value, &m));
    if (strcmp(m->recipient, w->recipient) == 0 &&
        (!w->found || w->found->attempt_count < m->attempt_count))
        w->found = m;
    return true;
}

const Seawall__V1__Message *nrig_message(nrig *r, const char *recipient) {
    sw_read read;
    sw_read_range all = {.partition = SW_READ_ALL};
    wanted_message w = {recipient, NULL, r};
    assert_ok(sw_read_open(sw_bus_db(r->bus), &r->topology, "outbox.messages", &read));
    assert_ok(sw_read_scan(&read, &all, find_message, &w));
    return w.found;
}

void nrig_outcome(nrig *r, const Seawall__V1__Message *message, const char *state) {
    sw_pb pb = {&r->arena, false};
    sw_notice notice;
    sw_slice bytes;
    seawall__v1__notice__init(&notice);
    notice.state = (char *)(uintptr_t)state;
    notice.recipient = message->recipient;
    notice.message = message->id;
    notice.attempt_count = message->attempt_count;
    assert_ok(sw_pb_write(&pb, &notice, &bytes));
    nrig_put(r, SW_TOPIC_NOTICES, sw_slice_cstr(message->recipient), bytes);
    nrig_run(r);
}

bool nrig_count_row(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition;
    (void)key;
    (void)value;
    ++*(uint32_t *)arg;
    return true;
}

static bool count_one(nrig *r, const sw_record *record, void *arg) {
    (void)r;
    (void)record;
    ++*(uint32_t *)arg;
    return true;
}

uint32_t nrig_count(nrig *r, const char *topic) {
    uint32_t count = 0;
    each_record(r, topic, count_one, &count);
    return count;
}
