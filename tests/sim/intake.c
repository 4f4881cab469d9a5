#include "sim/sim.h"

#include <stdio.h>

/* The pipeline's first processor: takes each event once, whatever clients repeat, and passes it on.
 * "<number> word|bad" goes to toy.words, "<number> open …|close …" to toy.periods. */
enum { LAST };

static const char *const inputs[] = {"sim.inbox", NULL};
static const char *const outputs[] = {"toy.words", "toy.periods", NULL};
static const sw_processor_store stores[] = {{"last", 1, 32}};

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    int64_t last = 0, number;
    size_t space = 0;
    while (space < input->value.len && input->value.ptr[space] != ' ') space++;
    if (!sw_slice_int(sw_slice_sub(input->value, 0, space), &number) || space == input->value.len)
        return sw_ctx_fail(ctx, SW_E_SYNTAX, "no number");
    sw_slice old;
    sw_err err = sw_ctx_get(ctx, LAST, input->key, &old);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err && !sw_slice_int(old, &last)) return SW_E_CORRUPT;
    if (number <= last) return SW_OK; /* a repetition */
    err = sw_ctx_put(ctx, LAST, input->key, sw_slice_sub(input->value, 0, space));
    if (err) return err;
    sw_slice rest = sw_slice_sub(input->value, space + 1, input->value.len);
    bool word = sw_slice_is(rest, "word") || sw_slice_is(rest, "bad");
    return sw_ctx_emit(ctx, word ? "toy.words" : "toy.periods", input->key, rest);
}

const sw_processor sim_intake = {
    .name = "intake",
    .id = 4,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_COUNT(stores),
    .on_record = on_record,
};
