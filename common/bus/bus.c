#include "bus/bus.h"

#include <time.h>

#include "base/arena.h"

sw_err sw_bus_poll(sw_bus *bus, sw_position from, uint32_t records_max, size_t bytes_max,
                   sw_arena *arena, sw_record *ret_records, uint32_t *ret_count,
                   int64_t *ret_next_offset) {
    SW_ASSERT(bus && records_max > 0 && bytes_max > 0 && arena && ret_records && ret_count &&
              ret_next_offset);
    return bus->table->poll(bus, from, records_max, bytes_max, arena, ret_records, ret_count,
                            ret_next_offset);
}

sw_err sw_bus_read(sw_bus *bus, sw_position from, int64_t end, uint32_t records_max,
                   size_t bytes_max, sw_arena *arena, sw_record *ret_records, uint32_t *ret_count,
                   int64_t *ret_next_offset) {
    enum { ROUND_MS = 2, ROUNDS = 5000 };
    const struct timespec pause = {.tv_nsec = ROUND_MS * 1000000L};
    for (int i = 0; i < ROUNDS; i++) {
        sw_err err = sw_bus_poll(bus, from, records_max, bytes_max, arena, ret_records, ret_count,
                                 ret_next_offset);
        if (err || *ret_count > 0 || *ret_next_offset >= end || !bus->table->remote) return err;
        from.next_offset = *ret_next_offset;
        nanosleep(&pause, NULL);
    }
    return SW_E_AGAIN;
}

static sw_err fetch_by_poll(sw_bus *bus, sw_position from, uint32_t records_max, size_t bytes_max,
                            sw_arena *arena, sw_fetched *ret) {
    int64_t first, end;
    sw_err err = bus->table->end(bus, from.topic, from.partition, &first, &end);
    if (err) return err;
    sw_fetched got = {.next_offset = from.next_offset, .to_end = true, .drained = true};
    if (from.next_offset < end) {
        if (from.next_offset < first) from.next_offset = first;
        if (end - from.next_offset < records_max) records_max = (uint32_t)(end - from.next_offset);
        if (records_max == 0) records_max = 1;
        got.records = sw_arena_zero(arena, records_max, sizeof *got.records);
        if (!got.records) return SW_E_NOMEM;
        err = bus->table->poll(bus, from, records_max, bytes_max, arena, got.records, &got.count,
                               &got.next_offset);
        if (err) return err;
        got.to_end = got.drained = got.next_offset >= end;
    }
    *ret = got;
    return SW_OK;
}

sw_err sw_bus_fetch(sw_bus *bus, uint32_t task, sw_position from, uint32_t records_max,
                    size_t bytes_max, sw_arena *arena, sw_fetched *ret) {
    SW_ASSERT(bus && records_max > 0 && bytes_max > 0 && arena && ret);
    if (!bus->table->fetch) return fetch_by_poll(bus, from, records_max, bytes_max, arena, ret);
    return bus->table->fetch(bus, task, from, records_max, bytes_max, arena, ret);
}

uint32_t sw_bus_lanes(sw_bus *bus) {
    SW_ASSERT(bus);
    return bus->table->lanes ? bus->table->lanes(bus) : 1;
}

uint32_t sw_bus_lane(sw_bus *bus, uint32_t task) {
    SW_ASSERT(bus);
    return bus->table->lane ? bus->table->lane(bus, task) : 0;
}

bool sw_bus_ready(sw_bus *bus) {
    SW_ASSERT(bus);
    return bus->table->ready ? bus->table->ready(bus) : sw_db_has_room(bus->table->db(bus));
}

bool sw_bus_remote(const sw_bus *bus) {
    SW_ASSERT(bus);
    return bus->table->remote;
}

sw_err sw_bus_commit(sw_bus *bus, const sw_commit *commits, uint32_t count, int64_t *ret_offsets) {
    SW_ASSERT(bus && (commits || count == 0));
    return bus->table->commit(bus, commits, count, ret_offsets);
}

sw_err sw_bus_position(sw_bus *bus, uint32_t task, uint32_t topic, uint32_t partition,
                       int64_t *ret_next_offset) {
    SW_ASSERT(bus && ret_next_offset);
    return bus->table->position(bus, task, topic, partition, ret_next_offset);
}

sw_err sw_bus_last_commit(sw_bus *bus, uint32_t task, uint64_t *ret_epoch, int64_t *ret_now_ms,
                          uint64_t *ret_seq) {
    SW_ASSERT(bus && ret_epoch && ret_now_ms && ret_seq);
    return bus->table->last_commit(bus, task, ret_epoch, ret_now_ms, ret_seq);
}

sw_err sw_bus_claim(sw_bus *bus, uint32_t task, uint64_t *ret_epoch) {
    SW_ASSERT(bus && ret_epoch);
    return bus->table->claim(bus, task, ret_epoch);
}

sw_err sw_bus_end(sw_bus *bus, uint32_t topic, uint32_t partition, int64_t *ret_first,
                  int64_t *ret_end) {
    SW_ASSERT(bus && ret_first && ret_end);
    return bus->table->end(bus, topic, partition, ret_first, ret_end);
}

sw_err sw_bus_find_time(sw_bus *bus, uint32_t topic, uint32_t partition, int64_t ms,
                        int64_t *ret_offset) {
    SW_ASSERT(bus && ret_offset);
    return bus->table->find_time(bus, topic, partition, ms, ret_offset);
}

sw_err sw_bus_maintain(sw_bus *bus, int64_t now_ms, uint32_t chunks_max, bool *ret_more) {
    SW_ASSERT(bus && chunks_max > 0 && ret_more);
    return bus->table->maintain(bus, now_ms, chunks_max, ret_more);
}

sw_err sw_bus_verify(sw_bus *bus, sw_diags *diags, uint64_t *ret_records) {
    SW_ASSERT(bus && ret_records);
    return bus->table->verify(bus, diags, ret_records);
}

sw_db *sw_bus_db(sw_bus *bus) {
    SW_ASSERT(bus);
    return bus->table->db(bus);
}

int sw_bus_wake_fd(sw_bus *bus) {
    SW_ASSERT(bus);
    return bus->table->wake_fd(bus);
}

void sw_bus_close(sw_bus *bus) {
    if (bus) bus->table->close(bus);
}
