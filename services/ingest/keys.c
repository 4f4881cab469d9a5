#include "ingest/keys.h"

#include "seal/keyring.h"
#include "topics/topics.h"

enum { KEYS, ROW_BYTES_MAX = SW_SUBJECT_KEYS_MAX * SW_LOCKED_KEY_BYTES };

static const char *const inputs[] = {SW_TOPIC_KEYS, NULL};
static const char *const outputs[] = {NULL};
static const sw_processor_store stores[] = {[KEYS] = {"keys", 1, ROW_BYTES_MAX}};

static bool holds(sw_slice row, sw_slice key) {
    for (size_t at = 0; at + key.len <= row.len; at += key.len)
        if (memcmp(row.ptr + at, key.ptr, key.len) == 0) return true;
    return false;
}

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    sw_slice row = SW_SLICE_NONE;
    if (input->tombstone) return sw_ctx_del(ctx, KEYS, input->key);
    if (input->value.len != SW_LOCKED_KEY_BYTES || input->key.len != sizeof(sw_hash128))
        return sw_ctx_fail(ctx, SW_E_INVALID, "the record is no locked key");
    sw_err err = sw_ctx_get(ctx, KEYS, input->key, &row);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (holds(row, input->value)) return SW_OK;
    if (row.len + input->value.len > ROW_BYTES_MAX)
        return sw_ctx_fail(ctx, SW_E_LIMIT, "the subject has %d keys already", SW_SUBJECT_KEYS_MAX);
    char *all = sw_arena_alloc(sw_ctx_arena(ctx), row.len + input->value.len);
    if (!all) return SW_E_LIMIT;
    if (row.len) memcpy(all, row.ptr, row.len);
    memcpy(all + row.len, input->value.ptr, input->value.len);
    return sw_ctx_put(ctx, KEYS, input->key, sw_slice_of(all, row.len + input->value.len));
}

static void wants(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    if (!input->tombstone) sw_ctx_want(ctx, KEYS, input->key);
}

const sw_processor sw_keys = {
    .name = "keys",
    .id = SW_PROCESSOR_KEYS,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_COUNT(stores),
    .on_record = on_record,
    .wants = wants,
};
