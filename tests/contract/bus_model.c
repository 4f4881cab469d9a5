#include "contract/bus_model.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "contract/bus_contract.h"
#include "unit/test.h"

#define KEYS       8u
#define GROUP_MAX  4u
#define RECORD_MAX 30u
#define POLL_MAX   100u

typedef struct entry {
    int64_t offset, ms;
    uint32_t key, fill, len; /* value: `len` bytes of `fill` */
    bool tombstone;
} entry;

typedef struct part {
    uint32_t topic, partition;
    entry *entries;
    size_t count, cap;
} part;

struct bus_model {
    sw_rng rng;
    part parts[BUS_PLAIN_PARTITIONS + 3];
    uint64_t epochs[BUS_TASKS], seqs[BUS_TASKS];
    int64_t positions[BUS_TASKS][BUS_PLAIN_PARTITIONS];
    uint64_t counters[BUS_TASKS]; /* state: one key a task */
    int64_t now_ms;
};

typedef struct group {
    sw_commit commits[GROUP_MAX];
    sw_record records[GROUP_MAX][RECORD_MAX];
    char values[GROUP_MAX][RECORD_MAX][400];
    char keys[KEYS][8];
    sw_position positions[GROUP_MAX];
    entry entries[GROUP_MAX * RECORD_MAX];
    part *targets[GROUP_MAX * RECORD_MAX];
    size_t count;
} group;

static uint64_t below(bus_model *model, uint64_t bound) {
    return sw_rng_below(&model->rng, bound);
}

void bus_model_claim(bus_model *model, sw_bus *bus) {
    for (uint32_t task = 0; task < BUS_TASKS; task++) {
        uint64_t epoch;
        assert_ok(sw_bus_claim(bus, task, &epoch));
        assert_true(epoch > model->epochs[task]);
        model->epochs[task] = epoch;
    }
}

bus_model *bus_model_new(sw_bus *bus, uint64_t seed) {
    bus_model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    sw_rng_init(&model->rng, seed);
    model->now_ms = 1000;
    for (uint32_t i = 0; i < SW_COUNT(model->parts); i++) {
        bool plain = i < BUS_PLAIN_PARTITIONS;
        model->parts[i].topic = plain ? BUS_PLAIN : i - BUS_PLAIN_PARTITIONS + 1;
        model->parts[i].partition = plain ? i : 0;
    }
    bus_model_claim(model, bus);
    return model;
}

void bus_model_free(bus_model *model) {
    for (size_t i = 0; i < SW_COUNT(model->parts); i++) free(model->parts[i].entries);
    free(model);
}

static void keep(part *p, entry e) {
    if (p->count == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 64;
        p->entries = realloc(p->entries, p->cap * sizeof e);
        assert_non_null(p->entries);
    }
    assert_true(p->count == 0 || p->entries[p->count - 1].offset < e.offset);
    p->entries[p->count++] = e;
}

static void random_record(bus_model *model, group *g, uint32_t commit, uint32_t index) {
    part *p = &model->parts[below(model, SW_COUNT(model->parts))];
    entry e = {.ms = model->now_ms,
               .key = (uint32_t)below(model, KEYS),
               .fill = (uint32_t)below(model, 256),
               .len = (uint32_t)below(model, sizeof g->values[0][0]),
               .tombstone = below(model, 6) == 0};
    char *value = g->values[commit][index];
    memset(value, (int)e.fill, e.len);
    snprintf(g->keys[e.key], sizeof g->keys[0], "key%u", e.key);
    g->records[commit][index] =
        (sw_record){.topic = p->topic,
                    .partition = p->partition,
                    .timestamp_ms = e.ms,
                    .key = sw_slice_cstr(g->keys[e.key]),
                    .value = e.tombstone ? SW_SLICE_NONE : sw_slice_of(value, e.len),
                    .tombstone = e.tombstone};
    g->entries[g->count] = e;
    g->targets[g->count++] = p;
}

static void random_commit(bus_model *model, group *g, uint32_t i, sw_batch *batch) {
    uint32_t task = (uint32_t)below(model, BUS_TASKS);
    uint32_t partition = (uint32_t)below(model, BUS_PLAIN_PARTITIONS);
    char key[16], value[32];
    snprintf(key, sizeof key, "task%u", task);
    snprintf(value, sizeof value, "%llu", (unsigned long long)++model->counters[task]);
    assert_ok(sw_batch_put(batch, 0, sw_slice_cstr(key), sw_slice_cstr(value)));
    g->positions[i] = (sw_position){BUS_PLAIN, partition, ++model->positions[task][partition]};
    g->commits[i] = (sw_commit){.task = task,
                                .epoch = model->epochs[task],
                                .now_ms = model->now_ms,
                                .positions = &g->positions[i],
                                .position_count = 1,
                                .records = g->records[i],
                                .record_count = (uint32_t)below(model, RECORD_MAX),
                                .state = batch};
    for (uint32_t r = 0; r < g->commits[i].record_count; r++) random_record(model, g, i, r);
    model->seqs[task]++;
}

void bus_model_commit(bus_model *model, sw_bus *bus) {
    group *g = calloc(1, sizeof *g);
    assert_non_null(g);
    uint32_t count = 1 + (uint32_t)below(model, GROUP_MAX);
    sw_batch *batches[GROUP_MAX];
    int64_t offsets[GROUP_MAX * RECORD_MAX];
    model->now_ms += (int64_t)below(model, 100);
    for (uint32_t i = 0; i < count; i++) {
        assert_ok(sw_batch_new(1000, &batches[i]));
        random_commit(model, g, i, batches[i]);
    }
    assert_ok(sw_bus_commit(bus, g->commits, count, offsets));
    for (size_t i = 0; i < g->count; i++) {
        g->entries[i].offset = offsets[i];
        keep(g->targets[i], g->entries[i]);
    }
    for (uint32_t i = 0; i < count; i++) sw_batch_free(batches[i]);
    free(g);
}

void bus_model_maintain(bus_model *model, sw_bus *bus) {
    bool more;
    assert_ok(sw_bus_maintain(bus, model->now_ms, 1 + (uint32_t)below(model, 20), &more));
}

static bool is_newest(const part *p, size_t at) {
    for (size_t i = at + 1; i < p->count; i++)
        if (p->entries[i].key == p->entries[at].key) return false;
    return true;
}

static void assert_entry(const entry *e, const sw_record *record) {
    char key[8];
    snprintf(key, sizeof key, "key%u", e->key);
    assert_int_equal(record->offset, e->offset);
    assert_int_equal(record->timestamp_ms, e->ms);
    assert_int_equal(record->tombstone, e->tombstone);
    assert_slice(record->key, key);
    assert_int_equal(record->value.len, e->tombstone ? 0 : e->len);
    for (size_t i = 0; i < record->value.len; i++)
        assert_int_equal((uint8_t)record->value.ptr[i], e->fill);
}

/* Reads from `from` to the end: each entry must come, but for those that a compacted topic has
 * newer ones of. */
static void read_on(const part *p, sw_bus *bus, int64_t from, uint32_t records_max, bool once) {
    sw_arena arena;
    sw_record records[POLL_MAX];
    sw_arena_init(&arena, 1 << 20);
    int64_t first, end, next = from;
    size_t at = 0;
    while (at < p->count && p->entries[at].offset < from) at++;
    assert_ok(sw_bus_end(bus, p->topic, p->partition, &first, &end));
    do {
        uint32_t count;
        sw_arena_reset(&arena);
        assert_ok(sw_bus_poll(bus, (sw_position){p->topic, p->partition, next}, records_max, 20000,
                              &arena, records, &count, &next));
        for (uint32_t i = 0; i < count; i++, at++) {
            while (at < p->count && p->entries[at].offset < records[i].offset) {
                assert_true(p->topic == BUS_COMPACTED && !is_newest(p, at));
                at++;
            }
            assert_true(at < p->count);
            assert_entry(&p->entries[at], &records[i]);
        }
        assert_true(count > 0 || next == end);
    } while (!once && next < end);
    if (!once)
        for (; at < p->count; at++) assert_true(p->topic == BUS_COMPACTED && !is_newest(p, at));
    sw_arena_done(&arena);
}

void bus_model_read(bus_model *model, sw_bus *bus) {
    for (size_t i = 0; i < SW_COUNT(model->parts); i++) {
        int64_t first, end;
        const part *p = &model->parts[i];
        assert_ok(sw_bus_end(bus, p->topic, p->partition, &first, &end));
        int64_t from = first + (int64_t)below(model, (uint64_t)(end - first) + 1);
        read_on(p, bus, from, 1 + (uint32_t)below(model, POLL_MAX), true);
    }
}

void bus_model_compare(bus_model *model, sw_bus *bus) {
    for (size_t i = 0; i < SW_COUNT(model->parts); i++) {
        int64_t first, end;
        const part *p = &model->parts[i];
        assert_ok(sw_bus_end(bus, p->topic, p->partition, &first, &end));
        bool limited = p->topic == BUS_SHORT || p->topic == BUS_SMALL;
        assert_true(limited || p->count == 0 || first <= p->entries[0].offset);
        read_on(p, bus, first, POLL_MAX, false);
    }
    for (uint32_t task = 0; task < BUS_TASKS; task++) {
        int64_t next, now;
        uint64_t epoch, seq;
        for (uint32_t p = 0; p < BUS_PLAIN_PARTITIONS; p++) {
            assert_ok(sw_bus_position(bus, task, BUS_PLAIN, p, &next));
            assert_int_equal(next, model->positions[task][p]);
        }
        if (model->seqs[task] == 0) continue;
        assert_ok(sw_bus_last_commit(bus, task, &epoch, &now, &seq));
        assert_int_equal(seq, model->seqs[task]);
        char key[16], value[32];
        snprintf(key, sizeof key, "task%u", task);
        snprintf(value, sizeof value, "%llu", (unsigned long long)model->counters[task]);
        sw_buf buf;
        sw_buf_init(&buf, 100);
        assert_ok(sw_db_get(sw_bus_db(bus), 0, sw_slice_cstr(key), &buf));
        assert_slice(sw_buf_slice(&buf), value);
        sw_buf_done(&buf);
    }
}
