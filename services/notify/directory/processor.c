#include <stdio.h>

#include "base/hash.h"
#include "env/limits.h"
#include "notify/processors.h"
#include "notify/shared.h"
#include "topics/topics.h"

static const char *const inputs[] = {SW_TOPIC_DIRECTORY, NULL};
static const char *const outputs[] = {SW_TOPIC_NOTIFY_DIRECTORY, NULL};
static const sw_processor_store stores[] = {{"entries", 1, SW_VALUE_BYTES_MAX, NULL}};

/* Partitions follow from keys, so each task's copy has a key that leads there: "id~n" with the
 * first n for which it does. The same id gives the same keys, so that the topic can be compacted.
 */
static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    const sw_notify_shared *s = shared;
    bool gone = input->tombstone || !input->value.len;
    sw_err err =
        gone ? sw_ctx_del(ctx, 0, input->key) : sw_ctx_put(ctx, 0, input->key, input->value);
    if (memchr(input->key.ptr, '~', input->key.len))
        return sw_ctx_fail(ctx, SW_E_INVALID, "an id of the directory has no ~");
    uint32_t found = 0;
    uint64_t seen[SW_PARTITIONS_MAX / 64] = {0};
    for (uint32_t n = 0; found < s->partitions && !err; n++) {
        sw_slice key = sw_arena_printf(sw_ctx_arena(ctx), "%.*s~%u", SW_FMT(input->key), n);
        if (!key.ptr) return SW_E_LIMIT;
        uint32_t p = sw_partition_of(key, s->partitions);
        if (seen[p / 64] >> (p % 64) & 1) continue;
        seen[p / 64] |= UINT64_C(1) << (p % 64);
        found++;
        err = sw_ctx_emit(ctx, SW_TOPIC_NOTIFY_DIRECTORY, key, gone ? SW_SLICE_NONE : input->value);
    }
    return err;
}

const sw_processor sw_processor_directory = {
    .name = "directory",
    .id = SW_PROCESSOR_DIRECTORY,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_COUNT(stores),
    .on_record = on_record,
};
