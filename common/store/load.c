#include "store/load.h"

#include <stdlib.h>

#include "base/arena.h"

#define BLOCK_BYTES ((size_t)1 << 20)
#define BATCH_BYTES ((size_t)8 << 20)

/* Key, then value, are at `at`. */
typedef struct load_row {
    uint64_t head; /* the key's bytes after those that all have in common: most comparisons end
                      with it */
    const char *at;
    uint32_t key_len, value_len, seq;
    bool deleted;
} load_row;

typedef struct load_block {
    struct load_block *next;
    char bytes[];
} load_block;

struct sw_load {
    sw_db *db;
    uint32_t store;
    bool flushed; /* rows of this load are in the database: a deletion must go there too */
    load_row *rows;
    uint32_t count, cap;
    load_block *blocks; /* the newest first */
    size_t used, room, bytes;
};

sw_err sw_load_new(sw_db *db, uint32_t store, sw_load **ret) {
    SW_ASSERT(db && ret);
    sw_load *load = sw_heap_zero(1, sizeof *load);
    if (!load) return SW_E_NOMEM;
    load->db = db;
    load->store = store;
    *ret = load;
    return SW_OK;
}

static void drop(sw_load *load) {
    for (load_block *next; load->blocks; load->blocks = next) {
        next = load->blocks->next;
        sw_heap_free(load->blocks);
    }
    load->count = 0;
    load->used = load->room = load->bytes = 0;
}

void sw_load_free(sw_load *load) {
    if (!load) return;
    drop(load);
    sw_heap_free(load->rows);
    sw_heap_free(load);
}

static char *room_for(sw_load *load, size_t bytes) {
    if (load->room - load->used < bytes) {
        size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        load_block *block = sw_heap_alloc(sizeof *block + size);
        if (!block) return NULL;
        block->next = load->blocks;
        load->blocks = block;
        load->room = size;
        load->used = 0;
    }
    char *at = load->blocks->bytes + load->used;
    load->used += bytes;
    return at;
}

static sw_err add(sw_load *load, sw_slice key, sw_slice value, bool deleted) {
    SW_ASSERT(load && key.len > 0 && key.len <= UINT32_MAX && value.len <= UINT32_MAX);
    if (load->count == load->cap) {
        uint32_t cap = load->cap ? load->cap * 2 : 1024;
        load_row *rows = sw_heap_resize(load->rows, cap * sizeof *rows);
        if (!rows) return SW_E_NOMEM;
        load->rows = rows;
        load->cap = cap;
    }
    char *at = room_for(load, key.len + value.len);
    if (!at) return SW_E_NOMEM;
    memcpy(at, key.ptr, key.len);
    if (value.len) memcpy(at + key.len, value.ptr, value.len);
    load->rows[load->count] = (load_row){.at = at,
                                         .key_len = (uint32_t)key.len,
                                         .value_len = (uint32_t)value.len,
                                         .seq = load->count,
                                         .deleted = deleted};
    load->count++;
    load->bytes += key.len + value.len + sizeof(load_row);
    return SW_OK;
}

sw_err sw_load_put(sw_load *load, sw_slice key, sw_slice value) {
    return add(load, key, value, false);
}

sw_err sw_load_delete(sw_load *load, sw_slice key) {
    return add(load, key, SW_SLICE_NONE, true);
}

size_t sw_load_bytes(const sw_load *load) {
    SW_ASSERT(load);
    return load->bytes;
}

/* ---- sorting ---- */

static int by_key(const void *left, const void *right) {
    const load_row *a = left, *b = right;
    if (a->head != b->head) return a->head < b->head ? -1 : 1;
    uint32_t len = a->key_len < b->key_len ? a->key_len : b->key_len;
    int order = memcmp(a->at, b->at, len);
    if (order) return order;
    if (a->key_len != b->key_len) return a->key_len < b->key_len ? -1 : 1;
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static uint32_t common(const sw_load *load) {
    const load_row *first = &load->rows[0];
    uint32_t len = first->key_len;
    for (uint32_t i = 1; i < load->count && len > 0; i++) {
        const load_row *row = &load->rows[i];
        if (row->key_len < len) len = row->key_len;
        uint32_t at = 0;
        while (at < len && row->at[at] == first->at[at]) at++;
        len = at;
    }
    return len;
}

/* Bytes past the end count as 0, which is not more than any: the whole keys decide then. */
static uint64_t head_of(const load_row *row, uint32_t from) {
    uint64_t head = 0;
    for (uint32_t i = from; i < from + 8; i++)
        head = head << 8 | (i < row->key_len ? (unsigned char)row->at[i] : 0);
    return head;
}

static bool same_key(const load_row *a, const load_row *b) {
    return a->head == b->head && a->key_len == b->key_len && memcmp(a->at, b->at, a->key_len) == 0;
}

/* Of each key the last row; deletions only where there may be something to delete. */
static void sort(sw_load *load) {
    uint32_t from = common(load), kept = 0;
    for (uint32_t i = 0; i < load->count; i++) load->rows[i].head = head_of(&load->rows[i], from);
    qsort(load->rows, load->count, sizeof *load->rows, by_key);
    for (uint32_t i = 0; i < load->count; i++) {
        bool last = i + 1 == load->count || !same_key(&load->rows[i], &load->rows[i + 1]);
        if (last && (load->flushed || !load->rows[i].deleted)) load->rows[kept++] = load->rows[i];
    }
    load->count = kept;
}

/* ---- into the database ---- */

static bool next(void *arg, uint64_t at, sw_op *ret) {
    const sw_load *load = arg;
    if (at >= load->count) return false;
    const load_row *row = &load->rows[at];
    *ret = (sw_op){.kind = row->deleted ? SW_OP_DELETE : SW_OP_PUT,
                   .store = load->store,
                   .key = sw_slice_of(row->at, row->key_len),
                   .value = sw_slice_of(row->at + row->key_len, row->value_len)};
    return true;
}

static sw_err write_batches(sw_load *load) {
    sw_batch *batch;
    sw_op op;
    sw_err err = sw_batch_new(BATCH_BYTES * 2, &batch);
    for (uint64_t i = 0; !err && next(load, i, &op); i++) {
        err = op.kind == SW_OP_PUT ? sw_batch_put(batch, op.store, op.key, op.value)
                                   : sw_batch_delete(batch, op.store, op.key);
        if (err || sw_batch_bytes(batch) < BATCH_BYTES) continue;
        err = sw_db_write(load->db, batch, false);
        sw_batch_clear(batch);
    }
    if (!err && sw_batch_count(batch)) err = sw_db_write(load->db, batch, false);
    sw_batch_free(batch);
    return err;
}

sw_err sw_load_flush(sw_load *load) {
    SW_ASSERT(load);
    if (load->count == 0) return SW_OK;
    sort(load);
    sw_err err = SW_OK;
    if (load->count > 0)
        err = load->db->table->load ? load->db->table->load(load->db, load->store, next, load)
                                    : write_batches(load);
    load->flushed = true;
    drop(load);
    return err;
}
