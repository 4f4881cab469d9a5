#include "runtime/by_key.h"

#include "base/arena.h"
#include "base/wire.h"
#include "env/limits.h"
#include "store/sorter.h"

#define SORT_BYTES  ((size_t)32 << 20)
#define CHUNK_BYTES ((size_t)2 << 20)
#define ARENA_BYTES ((size_t)4 * SW_BATCH_POLL_BYTES)

enum { CHUNK_RECORDS = 4096, HEAD_BYTES = 17 }; /* offset, time, tombstone; then the value */

struct sw_by_key {
    sw_bus *bus;
    uint32_t task;
    sw_position from; /* of what is still to be gathered */
    sw_sorter *sorter;
    sw_buf value;
    bool sorted, ended;
    /* What is given out: the records that were sorted next, and the first of the next key. */
    sw_arena arena;
    sw_record records[CHUNK_RECORDS];
    uint32_t count, at;
    bool whole;                /* the last record of the chunk is the last of its key */
    sw_slice ahead_key, ahead; /* the sorter's; NULL: none */
};

sw_err sw_by_key_open(sw_bus *bus, uint32_t task, sw_position from, const char *dir,
                      sw_by_key **ret) {
    SW_ASSERT(bus && dir && ret);
    sw_by_key *b = sw_heap_zero(1, sizeof *b);
    if (!b) return SW_E_NOMEM;
    *b = (sw_by_key){.bus = bus, .task = task, .from = from};
    sw_arena_init(&b->arena, ARENA_BYTES);
    sw_buf_init(&b->value, HEAD_BYTES + SW_VALUE_BYTES_MAX);
    sw_err err = sw_sorter_open(SORT_BYTES, dir, &b->sorter);
    if (err) {
        sw_by_key_close(b);
        return err;
    }
    *ret = b;
    return SW_OK;
}

void sw_by_key_close(sw_by_key *by_key) {
    if (!by_key) return;
    sw_sorter_close(by_key->sorter);
    sw_buf_done(&by_key->value);
    sw_arena_done(&by_key->arena);
    sw_heap_free(by_key);
}

/* ---- gathering ---- */

static sw_err add(sw_by_key *b, const sw_record *record) {
    char head[HEAD_BYTES];
    sw_wire_put_le(head, (uint64_t)record->offset, 8);
    sw_wire_put_le(head + 8, (uint64_t)record->timestamp_ms, 8);
    head[16] = (char)record->tombstone;
    sw_buf_clear(&b->value);
    sw_buf_add(&b->value, sw_slice_of(head, sizeof head));
    sw_buf_add(&b->value, record->value);
    if (b->value.err) return b->value.err;
    return sw_sorter_add(b->sorter, record->key, sw_buf_slice(&b->value), NULL);
}

static sw_err gather_some(sw_by_key *b, int64_t until, uint32_t *ret_count) {
    sw_fetched got;
    sw_arena_reset(&b->arena);
    sw_err err =
        sw_bus_fetch(b->bus, b->task, b->from, CHUNK_RECORDS, SW_BATCH_POLL_BYTES, &b->arena, &got);
    for (uint32_t i = 0; !err && i < got.count; i++) {
        if (got.records[i].offset >= until) {
            got.next_offset = until;
            break;
        }
        err = add(b, &got.records[i]);
    }
    if (err) return err;
    *ret_count = got.count;
    b->from.next_offset = got.next_offset;
    return SW_OK;
}

sw_err sw_by_key_gather(sw_by_key *by_key, int64_t until) {
    SW_ASSERT(by_key && !by_key->sorted);
    uint32_t count = 1;
    sw_err err = SW_OK;
    while (!err && count > 0 && by_key->from.next_offset < until)
        err = gather_some(by_key, until, &count);
    if (!err && by_key->from.next_offset < until) err = SW_E_AGAIN;
    if (!err) err = sw_sorter_sort(by_key->sorter, NULL);
    if (!err) err = sw_sorter_next(by_key->sorter, &by_key->ahead_key, &by_key->ahead, NULL);
    if (err == SW_E_END) by_key->ended = true;
    by_key->sorted = !err || err == SW_E_END;
    sw_arena_reset(&by_key->arena);
    return err == SW_E_END ? SW_OK : err;
}

/* ---- giving out ---- */

static sw_err keep_ahead(sw_by_key *b, sw_record *ret) {
    sw_slice head = b->ahead;
    *ret = (sw_record){.topic = b->from.topic,
                       .partition = b->from.partition,
                       .offset = (int64_t)sw_wire_get_le(head.ptr, 8),
                       .timestamp_ms = (int64_t)sw_wire_get_le(head.ptr + 8, 8),
                       .tombstone = head.ptr[16] != 0};
    if (!sw_arena_copy(&b->arena, b->ahead_key, &ret->key) ||
        !sw_arena_copy(&b->arena, sw_slice_sub(head, HEAD_BYTES, head.len), &ret->value))
        return SW_E_NOMEM;
    return SW_OK;
}

static sw_err fill(sw_by_key *b) {
    sw_arena_reset(&b->arena);
    b->count = b->at = 0;
    size_t bytes = 0;
    sw_err err = SW_OK;
    while (!b->ended && b->count < CHUNK_RECORDS && bytes < CHUNK_BYTES) {
        err = keep_ahead(b, &b->records[b->count]);
        if (err) return err;
        bytes += b->ahead_key.len + b->ahead.len;
        b->count++;
        err = sw_sorter_next(b->sorter, &b->ahead_key, &b->ahead, NULL);
        if (err && err != SW_E_END) return err;
        b->ended = err == SW_E_END;
    }
    b->whole =
        b->ended || b->count == 0 || !sw_slice_eq(b->records[b->count - 1].key, b->ahead_key);
    return SW_OK;
}

sw_err sw_by_key_fetch(sw_by_key *by_key, uint32_t records_max, sw_fetched *ret) {
    SW_ASSERT(by_key && by_key->sorted && records_max > 0 && ret);
    sw_err err = by_key->at == by_key->count ? fill(by_key) : SW_OK;
    if (err) return err;
    uint32_t left = by_key->count - by_key->at;
    bool all = left <= records_max;
    *ret = (sw_fetched){.records = by_key->records + by_key->at,
                        .count = all ? left : records_max,
                        .to_end = all && by_key->whole,
                        .drained = true};
    return SW_OK;
}

void sw_by_key_taken(sw_by_key *by_key, uint32_t count) {
    SW_ASSERT(by_key && count <= by_key->count - by_key->at);
    by_key->at += count;
}

bool sw_by_key_ended(const sw_by_key *by_key) {
    SW_ASSERT(by_key);
    return by_key->ended && by_key->at == by_key->count;
}
