#include "base/arena.h"
#include "store/store.h"

#define KEPT_BYTES_MAX ((size_t)256 << 10)

#define BORROWED 0x100u /* with the kind: not key and value follow, but where they are */

/* One change in the bytes of a batch; key and value follow it. */
typedef struct op_head {
    uint32_t kind, store, key_bytes, value_bytes;
} op_head;

typedef struct op_place {
    const char *key, *value;
} op_place;

struct sw_batch {
    sw_buf ops;
    size_t bytes, bytes_max; /* of all changes, borrowed ones too */
    uint32_t count;
};

sw_err sw_batch_new(size_t bytes_max, sw_batch **ret) {
    SW_ASSERT(bytes_max > 0 && ret);
    sw_batch *batch = sw_heap_zero(1, sizeof *batch);
    if (!batch) return SW_E_NOMEM;
    sw_buf_init(&batch->ops, 2 * bytes_max); /* a place is larger than a short key */
    batch->bytes_max = bytes_max;
    *ret = batch;
    return SW_OK;
}

void sw_batch_free(sw_batch *batch) {
    if (!batch) return;
    sw_buf_done(&batch->ops);
    sw_heap_free(batch);
}

/* There are many batches and few that are large: those give their memory back. */
void sw_batch_clear(sw_batch *batch) {
    if (batch->ops.cap > KEPT_BYTES_MAX) sw_buf_done(&batch->ops);
    sw_buf_clear(&batch->ops);
    batch->bytes = 0;
    batch->count = 0;
}

size_t sw_batch_bytes(const sw_batch *batch) {
    return batch->bytes;
}

uint32_t sw_batch_count(const sw_batch *batch) {
    return batch->count;
}

/* Adds the change's head with room for what follows it, or leaves the batch as it was. */
static sw_err add_head(sw_batch *batch, op_head head, size_t follows, char **ret) {
    size_t bytes = sizeof head + head.key_bytes + head.value_bytes;
    if (bytes > batch->bytes_max - batch->bytes) return SW_E_LIMIT;
    char *to = sw_buf_room(&batch->ops, sizeof head + follows);
    if (!to) {
        sw_err err = batch->ops.err;
        batch->ops.err = SW_OK;
        return err;
    }
    memcpy(to, &head, sizeof head);
    sw_buf_wrote(&batch->ops, sizeof head + follows);
    batch->bytes += bytes;
    batch->count++;
    *ret = to + sizeof head;
    return SW_OK;
}

static bool fits(const sw_op *op) {
    SW_ASSERT(op->key.len > 0 || op->kind == SW_OP_DELETE_RANGE);
    return op->key.len <= UINT32_MAX && op->value.len <= UINT32_MAX;
}

static op_head head_of(const sw_op *op) {
    return (op_head){(uint32_t)op->kind, op->store, (uint32_t)op->key.len, (uint32_t)op->value.len};
}

static sw_err add(sw_batch *batch, const sw_op *op) {
    SW_ASSERT(batch && op);
    char *to;
    if (!fits(op)) return SW_E_LIMIT;
    sw_err err = add_head(batch, head_of(op), op->key.len + op->value.len, &to);
    if (err) return err;
    if (op->key.len) memcpy(to, op->key.ptr, op->key.len);
    if (op->value.len) memcpy(to + op->key.len, op->value.ptr, op->value.len);
    return SW_OK;
}

sw_err sw_batch_borrow(sw_batch *batch, const sw_op *op) {
    SW_ASSERT(batch && op);
    op_head head = head_of(op);
    op_place place = {op->key.ptr, op->value.ptr};
    char *to;
    if (!fits(op)) return SW_E_LIMIT;
    head.kind |= BORROWED;
    sw_err err = add_head(batch, head, sizeof place, &to);
    if (!err) memcpy(to, &place, sizeof place);
    return err;
}

sw_err sw_batch_put(sw_batch *batch, uint32_t store, sw_slice key, sw_slice value) {
    return add(batch, &(sw_op){SW_OP_PUT, store, key, value});
}

sw_err sw_batch_delete(sw_batch *batch, uint32_t store, sw_slice key) {
    return add(batch, &(sw_op){SW_OP_DELETE, store, key, SW_SLICE_NONE});
}

sw_err sw_batch_delete_range(sw_batch *batch, uint32_t store, sw_slice from, sw_slice to) {
    SW_ASSERT(to.len > 0 && sw_slice_cmp(from, to) <= 0);
    return add(batch, &(sw_op){SW_OP_DELETE_RANGE, store, from, to});
}

/* All changes of `more`, each by `take`; all or none. */
static sw_err take_all(sw_batch *batch, const sw_batch *more,
                       sw_err (*take)(sw_batch *batch, const sw_op *op)) {
    SW_ASSERT(batch && more && batch != more);
    size_t len = batch->ops.len, bytes = batch->bytes;
    uint32_t count = batch->count;
    sw_err err = SW_OK;
    sw_op op;
    for (size_t at = 0; !err && sw_batch_next(more, &at, &op);) err = take(batch, &op);
    if (!err) return SW_OK;
    batch->ops.len = len;
    batch->bytes = bytes;
    batch->count = count;
    return err;
}

sw_err sw_batch_append(sw_batch *batch, const sw_batch *more) {
    return take_all(batch, more, add);
}

sw_err sw_batch_borrow_all(sw_batch *batch, const sw_batch *more) {
    return take_all(batch, more, sw_batch_borrow);
}

bool sw_batch_next(const sw_batch *batch, size_t *at, sw_op *ret) {
    SW_ASSERT(batch && at && ret && *at <= batch->ops.len);
    if (*at == batch->ops.len) return false;
    op_head head;
    memcpy(&head, batch->ops.ptr + *at, sizeof head);
    const char *follows = batch->ops.ptr + *at + sizeof head;
    size_t bytes = (size_t)head.key_bytes + head.value_bytes;
    op_place place = {follows, follows + head.key_bytes};
    if (head.kind & BORROWED) {
        memcpy(&place, follows, sizeof place);
        bytes = sizeof place;
    }
    *ret = (sw_op){.kind = (sw_op_kind)(head.kind & ~BORROWED),
                   .store = head.store,
                   .key = sw_slice_of(place.key, head.key_bytes),
                   .value = sw_slice_of(place.value, head.value_bytes)};
    *at += sizeof head + bytes;
    SW_ASSERT(*at <= batch->ops.len);
    return true;
}
