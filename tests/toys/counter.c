#include "toys/toys.h"

#include <inttypes.h>

enum { COUNTS };

static const char *const inputs[] = {"toy.words", NULL};
static const char *const outputs[] = {"toy.counts", NULL};
static const sw_processor_store stores[] = {{"counts", 1, 32}};

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    int64_t count = 0;
    sw_slice old;
    sw_err err = sw_ctx_get(ctx, COUNTS, input->key, &old);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err && !sw_slice_int(old, &count)) return SW_E_CORRUPT;
    sw_slice text = sw_arena_printf(sw_ctx_arena(ctx), "%" PRId64, count + 1);
    if (!text.ptr) return SW_E_LIMIT;
    err = sw_ctx_put(ctx, COUNTS, input->key, text);
    if (err) return err;
    err = sw_ctx_emit(ctx, "toy.counts", input->key, text);
    if (err) return err;
    if (sw_slice_is(input->value, "bad")) return sw_ctx_fail(ctx, SW_E_INVALID, "a bad word");
    return SW_OK;
}

static void wants(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    sw_ctx_want(ctx, COUNTS, input->key);
}

const sw_processor sw_toy_counter = {
    .name = "counter",
    .id = 1,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_COUNT(stores),
    .on_record = on_record,
    .wants = wants,
};
