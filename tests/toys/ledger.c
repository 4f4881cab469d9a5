#include "toys/toys.h"

#include "base/hash.h"

enum { LEDGERS };

static const char *const inputs[] = {"toy.warnings", NULL};
static const sw_processor_store stores[] = {{"ledgers", 1, 24}};

typedef struct ledger {
    uint64_t count;
    sw_hash128 digest;
} ledger;

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    ledger l = {0};
    sw_slice row;
    sw_err err = sw_ctx_get(ctx, LEDGERS, input->key, &row);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err && row.len != sizeof l) return SW_E_CORRUPT;
    if (!err) memcpy(&l, row.ptr, sizeof l);
    const sw_slice parts[] = {sw_slice_of(&l, sizeof l), input->value};
    l.digest = sw_hash128_parts(parts, SW_COUNT(parts));
    l.count++;
    return sw_ctx_put(ctx, LEDGERS, input->key, sw_slice_of(&l, sizeof l));
}

const sw_processor sw_toy_ledger = {
    .name = "ledger",
    .id = 3,
    .inputs = inputs,
    .stores = stores,
    .store_count = SW_COUNT(stores),
    .on_record = on_record,
};
