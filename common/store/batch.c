#include "base/arena.h"
#include "store/store.h"

/* One change in the bytes of a batch; key and value follow it. */
typedef struct op_head {
    uint32_t kind, store, key_bytes, value_bytes;
} op_head;

struct sw_batch {
    sw_buf ops;
    uint32_t count;
};

sw_err sw_batch_new(size_t bytes_max, sw_batch **ret) {
    SW_ASSERT(bytes_max > 0 && ret);
    sw_batch *batch = sw_heap_zero(1, sizeof *batch);
    if (!batch) return SW_E_NOMEM;
    sw_buf_init(&batch->ops, bytes_max);
    *ret = batch;
    return SW_OK;
}

void sw_batch_free(sw_batch *batch) {
    if (!batch) return;
    sw_buf_done(&batch->ops);
    sw_heap_free(batch);
}

void sw_batch_clear(sw_batch *batch) {
    sw_buf_clear(&batch->ops);
    batch->count = 0;
}

size_t sw_batch_bytes(const sw_batch *batch) {
    return batch->ops.len;
}

uint32_t sw_batch_count(const sw_batch *batch) {
    return batch->count;
}

/* Room for `bytes`, or the batch as it was. */
static sw_err make_room(sw_batch *batch, size_t bytes, char **ret) {
    char *to = sw_buf_room(&batch->ops, bytes);
    if (!to) {
        sw_err err = batch->ops.err;
        batch->ops.err = SW_OK;
        return err;
    }
    *ret = to;
    return SW_OK;
}

static sw_err add(sw_batch *batch, sw_op_kind kind, uint32_t store, sw_slice key, sw_slice value) {
    SW_ASSERT(batch && (key.len > 0 || kind == SW_OP_DELETE_RANGE));
    if (key.len > UINT32_MAX || value.len > UINT32_MAX) return SW_E_LIMIT;
    op_head head = {(uint32_t)kind, store, (uint32_t)key.len, (uint32_t)value.len};
    char *to = NULL;
    sw_err err = make_room(batch, sizeof head + key.len + value.len, &to);
    if (err) return err;
    memcpy(to, &head, sizeof head);
    if (key.len) memcpy(to + sizeof head, key.ptr, key.len);
    if (value.len) memcpy(to + sizeof head + key.len, value.ptr, value.len);
    sw_buf_wrote(&batch->ops, sizeof head + key.len + value.len);
    batch->count++;
    return SW_OK;
}

sw_err sw_batch_put(sw_batch *batch, uint32_t store, sw_slice key, sw_slice value) {
    return add(batch, SW_OP_PUT, store, key, value);
}

sw_err sw_batch_delete(sw_batch *batch, uint32_t store, sw_slice key) {
    return add(batch, SW_OP_DELETE, store, key, SW_SLICE_NONE);
}

sw_err sw_batch_delete_range(sw_batch *batch, uint32_t store, sw_slice from, sw_slice to) {
    SW_ASSERT(to.len > 0 && sw_slice_cmp(from, to) <= 0);
    return add(batch, SW_OP_DELETE_RANGE, store, from, to);
}

sw_err sw_batch_append(sw_batch *batch, const sw_batch *more) {
    SW_ASSERT(batch && more && batch != more);
    char *to = NULL;
    sw_err err = make_room(batch, more->ops.len, &to);
    if (err) return err;
    if (more->ops.len) memcpy(to, more->ops.ptr, more->ops.len);
    sw_buf_wrote(&batch->ops, more->ops.len);
    batch->count += more->count;
    return SW_OK;
}

bool sw_batch_next(const sw_batch *batch, size_t *at, sw_op *ret) {
    SW_ASSERT(batch && at && ret && *at <= batch->ops.len);
    if (*at == batch->ops.len) return false;
    op_head head;
    memcpy(&head, batch->ops.ptr + *at, sizeof head);
    const char *key = batch->ops.ptr + *at + sizeof head;
    *ret = (sw_op){.kind = (sw_op_kind)head.kind,
                   .store = head.store,
                   .key = sw_slice_of(key, head.key_bytes),
                   .value = sw_slice_of(key + head.key_bytes, head.value_bytes)};
    *at += sizeof head + head.key_bytes + head.value_bytes;
    SW_ASSERT(*at <= batch->ops.len);
    return true;
}
