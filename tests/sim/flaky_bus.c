#include <string.h>

#include "sim/faults.h"

static flaky_bus *of(sw_bus *bus) {
    return (flaky_bus *)bus;
}

static const lag *lag_of(const flaky_bus *bus, uint32_t topic, uint32_t partition) {
    for (int i = 0; i < LAGS_MAX; i++) {
        const lag *l = &bus->lags[i];
        if (l->until_step > bus->step && l->topic == topic && l->partition == partition) return l;
    }
    return NULL;
}

static sw_err poll(sw_bus *base, sw_position from, uint32_t records_max, size_t bytes_max,
                   sw_arena *arena, sw_record *ret_records, uint32_t *ret_count,
                   int64_t *ret_next_offset) {
    flaky_bus *bus = of(base);
    const lag *l = lag_of(bus, from.topic, from.partition);
    if (l && l->end - from.next_offset < records_max) {
        if (l->end <= from.next_offset) {
            *ret_count = 0;
            *ret_next_offset = from.next_offset;
            return SW_OK;
        }
        records_max = (uint32_t)(l->end - from.next_offset);
    }
    return sw_bus_poll(bus->inner, from, records_max, bytes_max, arena, ret_records, ret_count,
                       ret_next_offset);
}

static void drop_zombie(flaky_bus *bus) {
    for (uint32_t i = 0; i < bus->zombie_count; i++) sw_batch_free(bus->zombie_state[i]);
    bus->zombie_count = 0;
    sw_arena_reset(&bus->zombie_memory);
}

static void copy_records(flaky_bus *bus, sw_commit *commit) {
    sw_record *records =
        sw_arena_zero(&bus->zombie_memory, commit->record_count + 1, sizeof *records);
    SW_ASSERT(records);
    for (uint32_t i = 0; i < commit->record_count; i++) {
        records[i] = commit->records[i];
        bool ok = sw_arena_copy(&bus->zombie_memory, commit->records[i].key, &records[i].key) &&
                  sw_arena_copy(&bus->zombie_memory, commit->records[i].value, &records[i].value);
        SW_ASSERT(ok);
    }
    commit->records = records;
}

static void keep_zombie(flaky_bus *bus, const sw_commit *commits, uint32_t count) {
    drop_zombie(bus);
    if (count > SW_COUNT(bus->zombie_state)) return;
    bus->zombie = sw_arena_zero(&bus->zombie_memory, count, sizeof *bus->zombie);
    SW_ASSERT(bus->zombie);
    for (uint32_t i = 0; i < count; i++) {
        sw_commit *commit = &bus->zombie[i];
        *commit = commits[i];
        copy_records(bus, commit);
        sw_position *positions =
            sw_arena_zero(&bus->zombie_memory, commit->position_count + 1, sizeof *positions);
        SW_ASSERT(positions);
        if (commit->position_count)
            memcpy(positions, commits[i].positions, commit->position_count * sizeof *positions);
        commit->positions = positions;
        sw_err err = sw_batch_new((size_t)256 << 20, &bus->zombie_state[i]);
        if (!err && commit->state) err = sw_batch_append(bus->zombie_state[i], commit->state);
        SW_ASSERT(err == SW_OK);
        commit->state = commit->state ? bus->zombie_state[i] : NULL;
    }
    bus->zombie_count = count;
}

static sw_err pass_on(flaky_bus *bus, const sw_commit *commits, uint32_t count,
                      int64_t *ret_offsets) {
    sw_err err = sw_bus_commit(bus->inner, commits, count, ret_offsets);
    if (!err && bus->observe) bus->observe(bus->arg, commits, count);
    return err;
}

sw_err flaky_bus_zombie(flaky_bus *bus) {
    SW_ASSERT(bus);
    if (bus->zombie_count == 0 || !bus->inner) return SW_E_NOT_FOUND;
    sw_err err = SW_OK;
    for (uint32_t i = 0; i < bus->zombie_count; i++) {
        sw_err one = pass_on(bus, &bus->zombie[i], 1, NULL);
        if (one) err = one;
    }
    drop_zombie(bus);
    return err;
}

static sw_err commit(sw_bus *base, const sw_commit *commits, uint32_t count, int64_t *ret_offsets) {
    flaky_bus *bus = of(base);
    sw_err planned = bus->next_commit;
    if (bus->next_count > 0) bus->next_count--;
    if (bus->next_count == 0) bus->next_commit = SW_OK;
    if (planned && bus->late) keep_zombie(bus, commits, count);
    bus->late = false;
    if (planned && !bus->applied) return planned;
    sw_err err = pass_on(bus, commits, count, ret_offsets);
    return planned ? planned : err;
}

static sw_err position(sw_bus *base, uint32_t task, uint32_t topic, uint32_t partition,
                       int64_t *ret) {
    return sw_bus_position(of(base)->inner, task, topic, partition, ret);
}

static sw_err last_commit(sw_bus *base, uint32_t task, uint64_t *ret_epoch, int64_t *ret_now_ms,
                          uint64_t *ret_seq) {
    return sw_bus_last_commit(of(base)->inner, task, ret_epoch, ret_now_ms, ret_seq);
}

static sw_err claim(sw_bus *base, uint32_t task, uint64_t *ret_epoch) {
    return sw_bus_claim(of(base)->inner, task, ret_epoch);
}

static sw_err end(sw_bus *base, uint32_t topic, uint32_t partition, int64_t *ret_first,
                  int64_t *ret_end) {
    flaky_bus *bus = of(base);
    const lag *l = lag_of(bus, topic, partition);
    sw_err err = sw_bus_end(bus->inner, topic, partition, ret_first, ret_end);
    if (!err && l && l->end < *ret_end) *ret_end = l->end;
    return err;
}

static sw_err maintain(sw_bus *base, int64_t now_ms, uint32_t chunks_max, bool *ret_more) {
    return sw_bus_maintain(of(base)->inner, now_ms, chunks_max, ret_more);
}

static sw_db *db(sw_bus *base) {
    return sw_bus_db(of(base)->inner);
}

static const sw_bus_table table = {
    .poll = poll,
    .commit = commit,
    .position = position,
    .last_commit = last_commit,
    .claim = claim,
    .end = end,
    .maintain = maintain,
    .db = db,
};

void flaky_bus_init(flaky_bus *bus) {
    SW_ASSERT(bus);
    memset(bus, 0, sizeof *bus);
    bus->bus.table = &table;
    sw_arena_init(&bus->zombie_memory, (size_t)256 << 20);
}

void flaky_bus_done(flaky_bus *bus) {
    drop_zombie(bus);
    sw_arena_done(&bus->zombie_memory);
}
