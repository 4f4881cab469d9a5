/* Any bytes as an event in CloudEvents JSON: refused with a finding, or the same after each round
 * trip. */
#include "event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sw_arena arena;
    sw_diags diags;
    sw_event *event = NULL;
    sw_arena_init(&arena, 64 << 20);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 10);
    const sw_catalogue *cat = fuzz_load(&arena);
    sw_err err = sw_event_from_json(&arena, cat, sw_slice_of(data, size), &diags, &event);
    SW_ASSERT((err == SW_OK) == (event != NULL));
    SW_ASSERT((err == SW_OK) == (diags.count == 0));
    if (event) fuzz_round_trip(&arena, cat, event, true);
    sw_arena_done(&arena);
    return 0;
}
