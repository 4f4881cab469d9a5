#include <stdlib.h>

#include "base/arena.h"
#include "base/wire.h"
#include "store/rocks.h"

#define SORTED_MIN 16u

enum { FIRST_BYTES = 4, NEXT_BYTES = 8, PREFIX_BYTES = FIRST_BYTES + 2 * NEXT_BYTES };

/* A change by its place in the batch, and what its key goes on with behind what all keys of the
 * store begin with: most orders are known by that, without a look at keys that lie all over the
 * memory. */
typedef struct rocks_op {
    uint64_t first; /* store, then the first of those bytes */
    uint64_t next[2];
    size_t at;
} rocks_op;

/* The changes of a store. */
typedef struct rocks_share {
    bool any;
    bool ranged;     /* it has deleted ranges, so its changes must stay as they come */
    sw_slice common; /* what all keys begin with */
} rocks_share;

typedef struct sorting {
    const sw_batch *batch;
    const rocks_share *shares; /* by store */
} sorting;

static sw_op op_at(const sw_batch *batch, size_t at) {
    sw_op op = {.kind = SW_OP_PUT};
    bool there = sw_batch_next(batch, &at, &op);
    SW_ASSERT(there);
    return op;
}

static rocks_op rocks_op_of(const sw_op *op, size_t at, const rocks_share *share) {
    char prefix[PREFIX_BYTES] = {0};
    if (!share->ranged) {
        sw_slice rest = sw_slice_sub(op->key, share->common.len, op->key.len);
        memcpy(prefix, rest.ptr, rest.len < PREFIX_BYTES ? rest.len : PREFIX_BYTES);
    }
    return (rocks_op){
        .first = (uint64_t)op->store << 32 | sw_wire_get_be(prefix, FIRST_BYTES),
        .next = {sw_wire_get_be(prefix + FIRST_BYTES, NEXT_BYTES),
                 sw_wire_get_be(prefix + FIRST_BYTES + NEXT_BYTES, NEXT_BYTES)},
        .at = at,
    };
}

static int by_key(const void *a, const void *b, void *arg) {
    const rocks_op *x = a, *y = b;
    const sorting *s = arg;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    for (int i = 0; i < 2; i++)
        if (x->next[i] != y->next[i]) return x->next[i] < y->next[i] ? -1 : 1;
    const sw_op p = op_at(s->batch, x->at), q = op_at(s->batch, y->at);
    int order = s->shares[p.store].ranged ? 0 : sw_slice_cmp(p.key, q.key);
    return order ? order : (x->at > y->at) - (x->at < y->at);
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

static size_t common_len(sw_slice a, sw_slice b) {
    size_t most = a.len < b.len ? a.len : b.len, len = 0;
    if (most && memcmp(a.ptr, b.ptr, most) == 0) return most;
    while (len < most && a.ptr[len] == b.ptr[len]) len++;
    return len;
}

/* In `ret`, by store, which is zeroed: what each has in the batch. */
static void find_shares(const sw_batch *batch, rocks_share *ret) {
    sw_op op;
    for (size_t at = 0; sw_batch_next(batch, &at, &op);) {
        rocks_share *share = &ret[op.store];
        share->common.len = share->any ? common_len(share->common, op.key) : op.key.len;
        share->common.ptr = op.key.ptr;
        share->any = true;
        share->ranged = share->ranged || op.kind == SW_OP_DELETE_RANGE;
    }
}

/* Those of a store in order of key; NULL: there is no memory, or it is not worth it. */
static rocks_op *sorted(const rocks_db *db, const sw_batch *batch) {
    uint32_t count = sw_batch_count(batch), place = 0;
    if (count < SORTED_MIN) return NULL;
    rocks_op *ops = sw_heap_alloc(count * sizeof *ops);
    rocks_share *shares = sw_heap_zero(db->store_count, sizeof *shares);
    if (ops && shares) {
        sw_op op;
        find_shares(batch, shares);
        for (size_t at = 0, here = 0; sw_batch_next(batch, &at, &op); here = at)
            ops[place++] = rocks_op_of(&op, here, &shares[op.store]);
        qsort_r(ops, count, sizeof *ops, by_key, &(sorting){batch, shares});
    } else {
        sw_heap_free(ops);
        ops = NULL;
    }
    sw_heap_free(shares);
    return ops;
}

void rocks_fill_batch(rocks_db *db, const sw_batch *batch) {
    sw_op op;
    rocksdb_writebatch_clear(db->batch);
    rocks_op *ops = sorted(db, batch);
    for (uint32_t i = 0; ops && i < sw_batch_count(batch); i++) {
        op = op_at(batch, ops[i].at);
        put(db, &op);
    }
    for (size_t at = 0; !ops && sw_batch_next(batch, &at, &op);) put(db, &op);
    sw_heap_free(ops);
}
