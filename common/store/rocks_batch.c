#include "base/arena.h"
#include "base/wire.h"
#include "store/rocks.h"

#define SORTED_MIN   16u
#define INSERTED_MAX 8u /* so few are not divided further */

enum { WORD_BYTES = 8, WORDS = 3, PREFIX_BYTES = WORDS * WORD_BYTES };

/* A change by its place in the batch, and what its key goes on with behind what all keys of the
 * store begin with: most orders are known by that, without a look at keys that lie all over the
 * memory. */
typedef struct rocks_op {
    uint64_t next[WORDS];
    size_t at;
} rocks_op;

/* The changes of a store. */
typedef struct rocks_share {
    uint32_t count;
    uint32_t next;   /* where its next change goes among all; in the end, where they end */
    bool ranged;     /* it has deleted ranges, so its changes must stay as they come */
    sw_slice common; /* what all keys begin with */
} rocks_share;

static sw_op op_at(const sw_batch *batch, size_t at) {
    sw_op op = {.kind = SW_OP_PUT};
    bool there = sw_batch_next(batch, &at, &op);
    SW_ASSERT(there);
    return op;
}

static rocks_op rocks_op_of(const sw_op *op, size_t at, const rocks_share *share) {
    char prefix[PREFIX_BYTES] = {0};
    rocks_op ret = {.at = at};
    sw_slice rest = sw_slice_sub(op->key, share->common.len, op->key.len);
    if (rest.len) memcpy(prefix, rest.ptr, rest.len < PREFIX_BYTES ? rest.len : PREFIX_BYTES);
    for (int i = 0; i < WORDS; i++)
        ret.next[i] = sw_wire_get_be(prefix + (size_t)i * WORD_BYTES, WORD_BYTES);
    return ret;
}

/* Whether `b` comes before `a`, which came first. */
static inline bool after(const sw_batch *batch, const rocks_op *a, const rocks_op *b) {
    for (int i = 0; i < WORDS; i++)
        if (a->next[i] != b->next[i]) return a->next[i] > b->next[i];
    return sw_slice_cmp(op_at(batch, a->at).key, op_at(batch, b->at).key) > 0;
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
static void find_shares(const sw_batch *batch, rocks_share *ret, uint32_t store_count) {
    sw_op op;
    uint32_t next = 0;
    for (size_t at = 0; sw_batch_next(batch, &at, &op);) {
        SW_ASSERT(op.store < store_count);
        rocks_share *share = &ret[op.store];
        share->common.len = share->count ? common_len(share->common, op.key) : op.key.len;
        share->common.ptr = op.key.ptr;
        share->count++;
        share->ranged = share->ranged || op.kind == SW_OP_DELETE_RANGE;
    }
    for (uint32_t i = 0; i < store_count; i++) {
        ret[i].next = next;
        next += ret[i].count;
    }
}

/* A few, each put in its place among those before it. */
static void insert_sort(const sw_batch *batch, rocks_op *ops, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        rocks_op op = ops[i];
        uint32_t at = i;
        for (; at > 0 && after(batch, &ops[at - 1], &op); at--) ops[at] = ops[at - 1];
        ops[at] = op;
    }
}

/* The C library's qsort_r calls for each comparison and copies for each move, which is most of what
 * sorting costs here. Equal keys stay as they came. `room`: for half as many. */
static void merge_sort(const sw_batch *batch, rocks_op *ops, rocks_op *room, uint32_t count) {
    if (count <= INSERTED_MAX) {
        insert_sort(batch, ops, count);
        return;
    }
    const uint32_t half = count / 2;
    merge_sort(batch, ops, room, half);
    merge_sort(batch, ops + half, room, count - half);
    if (!after(batch, &ops[half - 1], &ops[half])) return;
    memcpy(room, ops, half * sizeof ops[0]);
    const rocks_op *low = room, *low_end = room + half, *high = ops + half, *end = ops + count;
    while (low < low_end) *ops++ = high < end && after(batch, low, high) ? *high++ : *low++;
}

/* All changes, those of each store beside one another, as they came. */
static void gather(const sw_batch *batch, rocks_share *shares, rocks_op *ret) {
    sw_op op;
    for (size_t at = 0, here = 0; sw_batch_next(batch, &at, &op); here = at) {
        rocks_share *share = &shares[op.store];
        ret[share->next++] = rocks_op_of(&op, here, share);
    }
}

/* Those of a store in order of key; NULL: there is no memory, or it is not worth it. */
static rocks_op *sorted(const rocks_db *db, const sw_batch *batch) {
    uint32_t count = sw_batch_count(batch);
    if (count < SORTED_MIN) return NULL;
    rocks_op *ops = sw_heap_alloc(((size_t)count + count / 2) * sizeof *ops);
    rocks_share *shares = sw_heap_zero(db->store_count, sizeof *shares);
    if (ops && shares) {
        find_shares(batch, shares, db->store_count);
        gather(batch, shares, ops);
        for (uint32_t i = 0; i < db->store_count; i++) {
            const rocks_share *share = &shares[i];
            rocks_op *first = ops + share->next - share->count;
            if (!share->ranged) merge_sort(batch, first, ops + count, share->count);
        }
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
