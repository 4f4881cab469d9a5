#include <stdlib.h>

#include "base/arena.h"
#include "store/rocks.h"

#define SORTED_MIN 16u

/* A change and its place among all. */
typedef struct rocks_op {
    sw_op op;
    uint32_t place;
    bool fixed; /* its store has deleted ranges: these must stay where they are among the others */
} rocks_op;

static int by_key(const void *a, const void *b) {
    const rocks_op *x = a, *y = b;
    if (x->op.store != y->op.store) return x->op.store < y->op.store ? -1 : 1;
    int order = x->fixed ? 0 : sw_slice_cmp(x->op.key, y->op.key);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

static void put(rocks_db *db, const sw_op *op) {
    SW_ASSERT(op->store < db->store_count);
    rocksdb_column_family_handle_t *family = db->families[op->store];
    if (op->kind == SW_OP_PUT)
        rocksdb_writebatch_put_cf(db->batch, family, op->key.ptr, op->key.len, op->value.ptr,
                                  op->value.len);
    else if (op->kind == SW_OP_DELETE)
        rocksdb_writebatch_delete_cf(db->batch, family, op->key.ptr, op->key.len);
    else
        rocksdb_writebatch_delete_range_cf(db->batch, family, op->key.ptr, op->key.len,
                                           op->value.ptr, op->value.len);
    db->ranges[op->store] += op->kind == SW_OP_DELETE_RANGE;
}

/* In `ret`: which stores have ranges deleted. */
static void find_ranges(const sw_batch *batch, bool *ret) {
    sw_op op;
    for (size_t at = 0; sw_batch_next(batch, &at, &op);)
        if (op.kind == SW_OP_DELETE_RANGE) ret[op.store] = true;
}

/* Those of a store in order of key; NULL: there is no memory, or it is not worth it. */
static rocks_op *sorted(const rocks_db *db, const sw_batch *batch) {
    uint32_t count = sw_batch_count(batch), place = 0;
    if (count < SORTED_MIN) return NULL;
    rocks_op *ops = sw_heap_alloc(count * sizeof *ops);
    bool *ranged = sw_heap_zero(db->store_count, sizeof *ranged);
    if (ops && ranged) {
        find_ranges(batch, ranged);
        for (size_t at = 0; sw_batch_next(batch, &at, &ops[place].op); place++) {
            ops[place].place = place;
            ops[place].fixed = ranged[ops[place].op.store];
        }
        qsort(ops, count, sizeof *ops, by_key);
    } else {
        sw_heap_free(ops);
        ops = NULL;
    }
    sw_heap_free(ranged);
    return ops;
}

void rocks_fill_batch(rocks_db *db, const sw_batch *batch) {
    sw_op op;
    rocksdb_writebatch_clear(db->batch);
    rocks_op *ops = sorted(db, batch);
    for (uint32_t i = 0; ops && i < sw_batch_count(batch); i++) put(db, &ops[i].op);
    for (size_t at = 0; !ops && sw_batch_next(batch, &at, &op);) put(db, &op);
    sw_heap_free(ops);
}
