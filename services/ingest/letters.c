#include "ingest/letters.h"

#include <stdio.h>

#include "base/wire.h"
#include "codec/wire.h"
#include "topics/topics.h"

enum { RETRIED, ROW_BYTES_MAX = 256 };

static const char *const inputs[] = {SW_TOPIC_DEAD_LETTERS, NULL};
static const char *const outputs[] = {NULL};
static const sw_processor_store stores[] = {[RETRIED] = {"retried", 1, ROW_BYTES_MAX}};

sw_slice sw_letter_key(int64_t offset, char to[8]) {
    sw_wire_put_be(to, (uint64_t)offset, 8);
    return sw_slice_of(to, 8);
}

/* at_ms, times, by: little-endian numbers and the rest. */
bool sw_letter_mark_read(sw_slice row, sw_letter_mark *ret) {
    if (row.len < 12) return false;
    *ret = (sw_letter_mark){.at_ms = (int64_t)sw_wire_get_le(row.ptr, 8),
                            .times = (uint32_t)sw_wire_get_le(row.ptr + 8, 4),
                            .by = sw_slice_sub(row, 12, row.len)};
    return true;
}

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    sw_dead_letter letter;
    if (sw_dead_letter_read(input->value, &letter) != SW_OK || !letter.retried) return SW_OK;
    char key[8], row[ROW_BYTES_MAX];
    sw_slice old;
    sw_letter_mark mark = {0};
    sw_err err = sw_ctx_get(ctx, RETRIED, sw_letter_key(letter.offset, key), &old);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err && !sw_letter_mark_read(old, &mark)) return SW_E_CORRUPT;
    size_t by = letter.client.len < sizeof row - 12 ? letter.client.len : sizeof row - 12;
    sw_wire_put_le(row, (uint64_t)letter.timestamp_ms, 8);
    sw_wire_put_le(row + 8, mark.times + 1, 4);
    if (by) memcpy(row + 12, letter.client.ptr, by);
    return sw_ctx_put(ctx, RETRIED, sw_slice_of(key, sizeof key), sw_slice_of(row, 12 + by));
}

const sw_processor sw_letters = {
    .name = "letters",
    .id = SW_PROCESSOR_LETTERS,
    .renewable = true,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_COUNT(stores),
    .on_record = on_record,
};

/* ---- cursors ---- */

bool sw_letter_cursor_parse(sw_slice text, uint32_t partitions, sw_letter_cursor *ret) {
    SW_ASSERT(partitions <= SW_PARTITIONS_MAX);
    ret->partitions = partitions;
    for (uint32_t p = 0; p < partitions; p++) ret->before[p] = -1;
    if (text.len == 0) return true;
    for (uint32_t p = 0; p < partitions; p++) {
        const char *dot = text.len ? memchr(text.ptr, '.', text.len) : NULL;
        size_t len = dot ? (size_t)(dot - text.ptr) : text.len;
        if (!sw_slice_int(sw_slice_sub(text, 0, len), &ret->before[p]) || ret->before[p] < 0)
            return false;
        if ((dot != NULL) != (p + 1 < partitions)) return false;
        text = dot ? sw_slice_sub(text, len + 1, text.len) : SW_SLICE_NONE;
    }
    return true;
}

void sw_letter_cursor_write(const sw_letter_cursor *cursor, sw_buf *out) {
    for (uint32_t p = 0; p < cursor->partitions; p++) {
        if (p) sw_buf_add_byte(out, '.');
        sw_buf_add_int(out, cursor->before[p]);
    }
}

/* ---- reading backward ---- */

enum { WINDOW = 64, WINDOW_BYTES = 4 << 20 };

/* The records of one partition before its cursor, as many as fit. */
typedef struct window {
    sw_arena arena;
    sw_record records[WINDOW];
    uint32_t count; /* not yet visited; the last one is the next */
    int64_t first;  /* kept offset of the partition */
} window;

/* All of [from, before), which may come in pieces; `*ret_whole`: it did fit. */
static sw_err read_window(window *w, sw_bus *bus, sw_position from, int64_t before,
                          bool *ret_whole) {
    sw_arena_reset(&w->arena);
    w->count = 0;
    while (from.next_offset < before && w->count < WINDOW && w->arena.used_bytes < WINDOW_BYTES) {
        uint32_t got;
        int64_t at = from.next_offset;
        sw_err err = sw_bus_read(bus, from, before, WINDOW - w->count, WINDOW_BYTES, &w->arena,
                                 w->records + w->count, &got, &from.next_offset);
        if (err) return err;
        w->count += got;
        if (from.next_offset == at) break;
    }
    *ret_whole = from.next_offset >= before;
    while (w->count && w->records[w->count - 1].offset >= before) w->count--;
    return SW_OK;
}

/* Fills it with what stands right before `before`. Reading goes forward only, so that a window
 * whose bytes do not fit is tried again with half as many; offsets without a record are passed
 * over. */
static sw_err fill(window *w, sw_bus *bus, uint32_t topic, uint32_t partition, int64_t before) {
    int64_t size = WINDOW;
    w->count = 0;
    while (before > w->first) {
        int64_t from = before - size > w->first ? before - size : w->first;
        bool whole;
        sw_err err = read_window(w, bus, (sw_position){topic, partition, from}, before, &whole);
        if (err || (w->count > 0 && (whole || size == 1))) return err;
        if (w->count > 0) {
            size /= 2;
        } else {
            before = from;
            size = WINDOW;
        }
    }
    return SW_OK;
}

static sw_err open_windows(window **ret, sw_bus *bus, uint32_t topic, sw_letter_cursor *cursor) {
    window *windows = sw_heap_zero(cursor->partitions, sizeof *windows);
    if (!windows) return SW_E_NOMEM;
    *ret = windows;
    sw_err err = SW_OK;
    for (uint32_t p = 0; !err && p < cursor->partitions; p++) {
        int64_t end;
        sw_arena_init(&windows[p].arena, 4 * WINDOW_BYTES);
        err = sw_bus_end(bus, topic, p, &windows[p].first, &end);
        if (!err && (cursor->before[p] < 0 || cursor->before[p] > end)) cursor->before[p] = end;
        if (!err) err = fill(&windows[p], bus, topic, p, cursor->before[p]);
    }
    return err;
}

/* The partition whose next record is the newest; -1: there is none. */
static int64_t newest(const window *windows, uint32_t partitions) {
    int64_t best = -1;
    for (uint32_t p = 0; p < partitions; p++) {
        const window *w = &windows[p];
        if (w->count == 0) continue;
        if (best < 0 || w->records[w->count - 1].timestamp_ms >
                            windows[best].records[windows[best].count - 1].timestamp_ms)
            best = p;
    }
    return best;
}

static sw_err visit_all(window *windows, sw_bus *bus, uint32_t topic, sw_letter_cursor *cursor,
                        const sw_letter_visit *visit, bool *ret_end) {
    for (uint32_t read = 0; read < visit->records_max; read++) {
        int64_t p = newest(windows, cursor->partitions);
        *ret_end = p < 0;
        if (p < 0) return SW_OK;
        window *w = &windows[p];
        const sw_record *record = &w->records[w->count - 1];
        sw_dead_letter letter;
        if (sw_dead_letter_read(record->value, &letter) == SW_OK && !letter.retried &&
            !visit->each(visit->arg, (uint32_t)p, record->offset, record->timestamp_ms, &letter))
            return SW_OK;
        cursor->before[p] = record->offset;
        w->count--;
        sw_err err = w->count ? SW_OK : fill(w, bus, topic, (uint32_t)p, cursor->before[p]);
        if (err) return err;
    }
    return SW_OK;
}

sw_err sw_letters_visit(sw_bus *bus, uint32_t topic, sw_letter_cursor *cursor,
                        const sw_letter_visit *visit, bool *ret_end) {
    SW_ASSERT(bus && cursor && visit && visit->each && ret_end);
    window *windows = NULL;
    *ret_end = false;
    sw_err err = open_windows(&windows, bus, topic, cursor);
    if (!err) err = visit_all(windows, bus, topic, cursor, visit, ret_end);
    for (uint32_t p = 0; windows && p < cursor->partitions; p++) sw_arena_done(&windows[p].arena);
    sw_heap_free(windows);
    return err;
}

sw_err sw_letters_get(sw_bus *bus, uint32_t topic, uint32_t partition, int64_t offset,
                      sw_arena *arena, sw_record *ret) {
    int64_t next, first, end;
    uint32_t count = 0;
    sw_err err = sw_bus_end(bus, topic, partition, &first, &end);
    if (!err && (offset < first || offset >= end)) return SW_E_NOT_FOUND;
    if (!err)
        err = sw_bus_read(bus, (sw_position){topic, partition, offset}, end, 1, WINDOW_BYTES, arena,
                          ret, &count, &next);
    if (err) return err;
    return count == 1 && ret->offset == offset ? SW_OK : SW_E_NOT_FOUND;
}
