#include "unit/runtime/rig.h"

#include "unit/test.h"

static const sw_topic_shape shapes[RIG_TOPICS] = {
    {"toy.words", 3},    {"toy.counts", 1},          {"toy.periods", 2},
    {"toy.warnings", 2}, {SW_TOPIC_DEAD_LETTERS, 1},
};

static sw_bus *inner(sw_bus *bus) {
    return ((rig_bus *)bus)->inner;
}

static sw_err poll(sw_bus *bus, sw_position from, uint32_t records_max, size_t bytes_max,
                   sw_arena *arena, sw_record *ret_records, uint32_t *ret_count,
                   int64_t *ret_next_offset) {
    return sw_bus_poll(inner(bus), from, records_max, bytes_max, arena, ret_records, ret_count,
                       ret_next_offset);
}

static sw_err commit(sw_bus *bus, const sw_commit *commits, uint32_t count, int64_t *ret_offsets) {
    rig_bus *rb = (rig_bus *)bus;
    bool door = false;
    for (uint32_t i = 0; i < count; i++) door = door || commits[i].task < SW_PARTITIONS_MAX;
    sw_err err = rb->spare_doors && door ? SW_OK : rb->next_commit;
    if (err) rb->next_commit = SW_OK;
    if (err && !rb->applied) return err;
    sw_err done = sw_bus_commit(rb->inner, commits, count, ret_offsets);
    if (!done) {
        rb->commits++;
        for (uint32_t i = 0; i < count; i++) rb->records += commits[i].record_count;
    }
    return err ? err : done;
}

static sw_err position(sw_bus *bus, uint32_t task, uint32_t topic, uint32_t partition,
                       int64_t *ret) {
    return sw_bus_position(inner(bus), task, topic, partition, ret);
}

static sw_err last_commit(sw_bus *bus, uint32_t task, uint64_t *ret_epoch, int64_t *ret_now_ms,
                          uint64_t *ret_seq) {
    return sw_bus_last_commit(inner(bus), task, ret_epoch, ret_now_ms, ret_seq);
}

static sw_err claim(sw_bus *bus, uint32_t task, uint64_t *ret_epoch) {
    return sw_bus_claim(inner(bus), task, ret_epoch);
}

static sw_err end(sw_bus *bus, uint32_t topic, uint32_t partition, int64_t *ret_first,
                  int64_t *ret_end) {
    return sw_bus_end(inner(bus), topic, partition, ret_first, ret_end);
}

static sw_err fetch(sw_bus *bus, uint32_t task, sw_position from, uint32_t records_max,
                    size_t bytes_max, sw_arena *arena, sw_fetched *ret) {
    sw_err err = sw_bus_fetch(inner(bus), task, from, records_max, bytes_max, arena, ret);
    if (!err && ((rig_bus *)bus)->end_unknown && ret->count > 0) ret->to_end = false;
    return err;
}

static sw_err maintain(sw_bus *bus, int64_t now_ms, uint32_t chunks_max, bool *ret_more) {
    return sw_bus_maintain(inner(bus), now_ms, chunks_max, ret_more);
}

static sw_db *db(sw_bus *bus) {
    return sw_bus_db(inner(bus));
}

static const sw_bus_table table = {
    .poll = poll,
    .commit = commit,
    .position = position,
    .last_commit = last_commit,
    .claim = claim,
    .end = end,
    .fetch = fetch,
    .maintain = maintain,
    .db = db,
};

static void start(rig *r) {
    sw_runtime_options options = {
        .topology = &r->topology,
        .bus = &r->bus.bus,
        .env = {.clock = &r->clock.clock, .metrics = &r->metrics},
        .timers_max = r->timers_max,
        .records_max = r->records_max,
        .object_bytes = r->object_bytes,
        .seed = 1,
    };
    assert_ok(sw_runtime_open(&options, &r->runtime));
    assert_ok(sw_worker_open(r->runtime, &r->worker));
    for (uint32_t i = 0; i < r->topology.task_count; i++)
        assert_ok(sw_worker_claim(r->worker, &r->topology.tasks[i]));
}

void rig_open(rig *r, const sw_processor *const *processors, uint32_t count) {
    static const sw_processor *const toys[] = {&sw_toy_counter, &sw_toy_period, &sw_toy_ledger};
    sw_arena_init(&r->arena, (size_t)64 << 20);
    sw_metrics_init(&r->metrics, &r->arena);
    sw_clock_virtual_init(&r->clock, 1000000);
    if (!processors) {
        processors = toys;
        count = SW_COUNT(toys);
    }
    assert_ok(sw_topology_build(&r->arena, processors, NULL, count, shapes, RIG_TOPICS, NULL,
                                &r->topology));
    sw_topic_spec topics[RIG_TOPICS] = {0};
    for (uint32_t i = 0; i < RIG_TOPICS; i++)
        topics[i] = (sw_topic_spec){.name = shapes[i].name, .partitions = shapes[i].partitions};
    sw_bus_options options = {
        .topics = topics,
        .topic_count = RIG_TOPICS,
        .stores = r->topology.stores,
        .store_count = r->topology.store_count,
        .task_count = r->topology.task_numbers,
    };
    r->bus = (rig_bus){.bus = {.table = &table}};
    assert_ok(sw_bus_mem_open(&options, &r->bus.inner));
    start(r);
}

void rig_close(rig *r) {
    sw_worker_close(r->worker);
    sw_runtime_close(r->runtime);
    sw_bus_close(r->bus.inner);
    sw_metrics_done(&r->metrics);
    sw_arena_done(&r->arena);
}

void rig_restart(rig *r) {
    sw_worker_close(r->worker);
    sw_runtime_close(r->runtime);
    start(r);
}

void rig_append(rig *r, uint32_t topic, const char *key, const char *value) {
    sw_append append = {.topic = topic, .key = sw_slice_cstr(key), .value = sw_slice_cstr(value)};
    assert_ok(sw_runtime_append(r->runtime, &append));
}

void rig_run(rig *r) {
    for (int idle = 0, turns = 0; idle < 12; turns++) {
        sw_turn turn;
        assert_true(turns < 100000);
        assert_ok(sw_worker_turn(r->worker, &turn));
        idle = turn.commits || turn.retries ? 0 : idle + 1;
        sw_clock_virtual_advance(&r->clock, 10);
    }
}

const char *rig_texts(rig *r, uint32_t topic) {
    sw_buf buf;
    sw_buf_init(&buf, 1 << 20);
    sw_record *records = sw_arena_zero(&r->arena, 10000, sizeof *records);
    for (uint32_t p = 0; p < shapes[topic].partitions; p++) {
        uint32_t count;
        int64_t next;
        assert_ok(sw_bus_poll(r->bus.inner, (sw_position){topic, p, 0}, 10000, 1 << 20, &r->arena,
                              records, &count, &next));
        for (uint32_t i = 0; i < count; i++)
            assert_ok(sw_buf_printf(&buf, "%.*s;", SW_FMT(records[i].value)));
    }
    sw_slice text = sw_arena_printf(&r->arena, "%.*s", SW_FMT(sw_buf_slice(&buf)));
    sw_buf_done(&buf);
    return text.ptr;
}

const char *rig_state(rig *r, uint32_t store, uint32_t task, const char *key) {
    sw_buf row, value;
    sw_buf_init(&row, 1000);
    sw_buf_init(&value, 1000);
    for (int shift = 24; shift >= 0; shift -= 8)
        assert_ok(sw_buf_add_byte(&row, (char)(unsigned char)(task >> shift)));
    assert_ok(sw_buf_add_cstr(&row, key));
    sw_err err = sw_db_get(sw_bus_db(r->bus.inner), store, sw_buf_slice(&row), &value);
    assert_true(err == SW_OK || err == SW_E_NOT_FOUND);
    sw_slice text = sw_arena_printf(&r->arena, "%.*s", SW_FMT(sw_buf_slice(&value)));
    sw_buf_done(&row);
    sw_buf_done(&value);
    return text.ptr;
}
