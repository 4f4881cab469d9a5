#include "unit/risk/score_rig.h"

#include "codec/wire.h"
#include "evaluate/warning_pb.h"

static void load(score_rig *rig, const char *weights) {
    sw_diags diags;
    const sw_score_shared *shared;
    sw_diags_init(&diags, &rig->arena, SW_S("weights"), 20);
    sw_err err = sw_weights_parse(&rig->arena, SW_S("weights"), sw_slice_cstr(weights), &diags,
                                  &rig->weights);
    if (err) print_error("%.*s\n", SW_FMT(sw_diag_text(&rig->arena, diags.first)));
    assert_ok(err);
    assert_ok(sw_score_new(&rig->arena, rig->weights, &rig->metrics, &shared));
    static const sw_processor *const processors[] = {&sw_score};
    const void **all = sw_arena_zero(&rig->arena, 1, sizeof *all);
    all[0] = shared;
    const uint32_t topics = sw_topics_fill(RIG_PARTITIONS, rig->specs);
    for (uint32_t i = 0; i < topics; i++)
        rig->shapes[i] = (sw_topic_shape){rig->specs[i].name, rig->specs[i].partitions};
    assert_ok(sw_topology_build(&rig->arena, processors, all, 1, rig->shapes, topics, &diags,
                                &rig->topology));
}

static void start(score_rig *rig) {
    const sw_runtime_options options = {.topology = &rig->topology,
                                        .bus = rig->bus,
                                        .env = {.clock = &rig->clock.clock},
                                        .seed = 1};
    assert_ok(sw_runtime_open(&options, &rig->runtime));
    assert_ok(sw_worker_open(rig->runtime, &rig->worker));
    for (uint32_t i = 0; i < rig->topology.task_count; i++)
        assert_ok(sw_worker_claim(rig->worker, &rig->topology.tasks[i]));
    assert_ok(
        sw_scores_open(rig->bus, &rig->topology, &rig->clock.clock, rig->weights, &rig->scores));
}

void score_rig_open(score_rig *rig, const char *weights) {
    memset(rig, 0, sizeof *rig);
    sw_arena_init(&rig->arena, (size_t)512 << 20);
    sw_arena_init(&rig->json, (size_t)64 << 20);
    sw_metrics_init(&rig->metrics, &rig->arena);
    sw_clock_virtual_init(&rig->clock, 1772323200000); /* 2026-03-01 08:00 in China */
    load(rig, weights);
    const sw_bus_options bus = {.topics = rig->specs,
                                .topic_count = sw_topics_fill(RIG_PARTITIONS, rig->specs),
                                .stores = rig->topology.stores,
                                .store_count = rig->topology.store_count,
                                .task_count = rig->topology.task_numbers};
    assert_ok(sw_bus_mem_open(&bus, &rig->bus));
    start(rig);
}

void score_rig_restart(score_rig *rig, const char *weights) {
    sw_worker_close(rig->worker);
    sw_runtime_close(rig->runtime);
    if (weights) load(rig, weights);
    start(rig);
}

void score_rig_close(score_rig *rig) {
    sw_worker_close(rig->worker);
    sw_runtime_close(rig->runtime);
    sw_bus_close(rig->bus);
    sw_metrics_done(&rig->metrics);
    sw_arena_done(&rig->json);
    sw_arena_done(&rig->arena);
}

int64_t score_rig_now(const score_rig *rig) {
    return sw_clock_now_ms((sw_clock *)(uintptr_t)&rig->clock.clock);
}

static void settle(score_rig *rig) {
    for (int idle = 0, turns = 0; idle < 12; turns++) {
        sw_turn turn;
        assert_true(turns < 100000);
        assert_ok(sw_worker_turn(rig->worker, &turn));
        idle = turn.commits || turn.retries ? 0 : idle + 1;
        rig->clock.mono_us += 10000;
    }
}

void score_rig_run(score_rig *rig, int64_t by_ms) {
    settle(rig);
    sw_clock_virtual_advance(&rig->clock, by_ms);
    settle(rig);
}

static void append(score_rig *rig, const char *topic, sw_slice key, sw_slice value) {
    uint32_t index;
    assert_ok(sw_topology_topic(&rig->topology, topic, &index));
    assert_ok(
        sw_runtime_append(rig->runtime, &(sw_append){.topic = index, .key = key, .value = value}));
}

void score_rig_tell(score_rig *rig, const sw_told_warning *told) {
    sw_buf bytes;
    const sw_slice key = sw_keyed_key(&rig->arena, told->key[0].name, told->key[0].value);
    sw_buf_init(&bytes, 1 << 16);
    sw_told_to_pb(told, &bytes);
    append(rig, SW_TOPIC_WARNINGS, key, sw_buf_slice(&bytes));
    sw_buf_done(&bytes);
}

void score_rig_step(score_rig *rig, sw_hash128 task, const char *state, const char *change,
                    sw_slice key) {
    char hex[SW_HASH128_TEXT];
    sw_buf bytes;
    sw_hash128_hex(task, hex);
    sw_buf_init(&bytes, 1 << 16); /* as seawall.v1.Task has them */
    sw_wire_text(&bytes, 1, sw_slice_cstr(hex));
    sw_wire_text(&bytes, 2, sw_slice_cstr(state));
    sw_wire_text(&bytes, 3, sw_slice_cstr(change));
    sw_wire_int(&bytes, 4, score_rig_now(rig));
    sw_wire_text(&bytes, 20, key);
    append(rig, SW_TOPIC_TASKS, sw_slice_cstr(hex), sw_buf_slice(&bytes));
    sw_buf_done(&bytes);
}

/* ---- answers ---- */

static const sw_json *parse(score_rig *rig, sw_buf *out, sw_err err) {
    const sw_json *json;
    sw_slice text;
    assert_ok(err);
    sw_buf_add_byte(out, '}');
    assert_ok(out->err);
    assert_true(sw_arena_copy(&rig->json, sw_buf_slice(out), &text));
    assert_ok(sw_json_parse(&rig->json, text, (sw_json_limits){.nodes_max = 1000000}, NULL, &json));
    sw_buf_done(out);
    return json;
}

const sw_json *score_rig_list(score_rig *rig, const sw_scores_ask *ask) {
    sw_buf out, next;
    uint64_t total = 0;
    sw_arena_reset(&rig->json);
    sw_buf_init(&out, 1 << 24);
    sw_buf_init(&next, 4096);
    sw_buf_add_cstr(&out, "{\"scores\":");
    sw_err err = sw_scores_list(&rig->scores, ask, &rig->json, &out, &total, &next);
    sw_buf_printf(&out, ",\"total\":%llu,\"next\":", (unsigned long long)total);
    sw_json_write_string(&out, sw_buf_slice(&next));
    sw_buf_done(&next);
    return parse(rig, &out, err);
}

const sw_json *score_rig_one(score_rig *rig, const sw_scores_one *one) {
    sw_buf out;
    sw_arena_reset(&rig->json);
    sw_buf_init(&out, 1 << 24);
    sw_buf_add_byte(&out, '{');
    sw_err err = sw_scores_explain(&rig->scores, one, &rig->json, &out);
    return parse(rig, &out, err);
}

int64_t score_rig_int(const sw_json *object, const char *name) {
    const sw_json *node = sw_json_get(object, sw_slice_cstr(name));
    int64_t n = 0;
    assert_non_null(node);
    assert_true(sw_slice_int(node->text, &n));
    return n;
}

sw_slice score_rig_record(score_rig *rig, const char *key) {
    enum { RECORDS_MAX = 4096 };
    static char kept[1 << 16];
    static sw_record records[RECORDS_MAX];
    uint32_t index, count = 1;
    size_t len = 0;
    const uint32_t partition = sw_partition_of(sw_slice_cstr(key), RIG_PARTITIONS);
    assert_ok(sw_topology_topic(&rig->topology, SW_TOPIC_SCORES, &index));
    for (int64_t next = 0; count > 0;) {
        sw_arena_mark mark = sw_arena_save(&rig->json);
        assert_ok(sw_bus_poll(rig->bus, (sw_position){index, partition, next}, RECORDS_MAX,
                              (size_t)8 << 20, &rig->json, records, &count, &next));
        for (uint32_t i = 0; i < count; i++) {
            if (!sw_slice_is(records[i].key, key)) continue;
            len = records[i].value.len;
            assert_true(len <= sizeof kept);
            if (len) memcpy(kept, records[i].value.ptr, len);
        }
        sw_arena_rewind(&rig->json, mark);
    }
    return sw_slice_of(kept, len);
}
