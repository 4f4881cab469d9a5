#include "toys/toys.h"

#include <inttypes.h>
#include <stdio.h>

enum { COUNTS };

static const char *const inputs[] = {"toy.words", NULL};
static const char *const outputs[] = {"toy.counts", NULL};

/* What a key is, decoded: its count. */
typedef struct tally {
    int64_t count;
} tally;

static sw_err load(const void *shared, sw_rows rows, sw_slice key, void **ret) {
    (void)shared;
    sw_slice text;
    sw_err err = sw_rows_get(rows, key, &text);
    if (err) return err;
    tally *t = sw_heap_zero(1, sizeof *t);
    if (!t) return SW_E_NOMEM;
    if (!sw_slice_int(text, &t->count)) {
        sw_heap_free(t);
        return SW_E_CORRUPT;
    }
    *ret = t;
    return SW_OK;
}

static sw_err save(const void *shared, sw_rows rows, sw_slice key, void *object) {
    (void)shared;
    const tally *t = object;
    char text[24];
    if (!t) return sw_rows_delete(rows, key);
    int len = snprintf(text, sizeof text, "%" PRId64, t->count);
    return sw_rows_put(rows, key, sw_slice_of(text, (size_t)len));
}

static size_t bytes(const void *shared, const void *object) {
    (void)shared;
    (void)object;
    return sizeof(tally);
}

static void free_tally(const void *shared, void *object) {
    (void)shared;
    sw_heap_free(object);
}

static sw_slice row_of(sw_slice key, char room[SW_OBJECT_ROW_BYTES_MAX]) {
    (void)room;
    return key;
}

static const sw_object_codec codec = {load, save, bytes, free_tally, row_of};
static const sw_processor_store stores[] = {{"counts", 1, .objects = &codec}};

static sw_err edit(sw_ctx *ctx, sw_slice key, tally **ret) {
    void *object;
    sw_err err = sw_ctx_object_edit(ctx, COUNTS, key, &object);
    if (err == SW_E_NOT_FOUND) {
        object = sw_heap_zero(1, sizeof **ret);
        if (!object) return SW_E_NOMEM;
        err = sw_ctx_object_put(ctx, COUNTS, key, object);
        if (err) sw_heap_free(object);
    }
    *ret = object;
    return err;
}

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    tally *t;
    sw_err err = edit(ctx, input->key, &t);
    if (err) return err;
    sw_slice text = sw_arena_printf(sw_ctx_arena(ctx), "%" PRId64, ++t->count);
    if (!text.ptr) return SW_E_LIMIT;
    err = sw_ctx_emit(ctx, "toy.counts", input->key, text);
    if (err) return err;
    if (sw_slice_is(input->value, "bad")) return sw_ctx_fail(ctx, SW_E_INVALID, "a bad word");
    return SW_OK;
}

static void wants(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    sw_ctx_want(ctx, COUNTS, input->key);
}

const sw_processor sw_toy_tally = {
    .name = "counter",
    .id = 1,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_COUNT(stores),
    .by_key = true,
    .on_record = on_record,
    .wants = wants,
};
