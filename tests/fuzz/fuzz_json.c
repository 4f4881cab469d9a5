/* Any bytes as JSON: read or refused, and what is read has one canonical form. */
#include "base/assert.h"
#include "text/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sw_arena arena;
    sw_diags diags;
    sw_buf once, twice;
    const sw_json *node = NULL, *again = NULL;
    sw_arena_init(&arena, 64 << 20);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 10);
    sw_buf_init(&once, 64 << 20);
    sw_buf_init(&twice, 64 << 20);
    sw_json_limits limits = {.depth_max = SW_JSON_DEPTH_MAX, .nodes_max = 100000};
    sw_err err = sw_json_parse(&arena, sw_slice_of(data, size), limits, &diags, &node);
    SW_ASSERT((err == SW_OK) == (diags.count == 0));
    if (!err) {
        err = sw_json_write_canonical(&once, node, &arena);
        if (!err) err = sw_json_parse(&arena, sw_buf_slice(&once), limits, NULL, &again);
        if (!err) err = sw_json_write_canonical(&twice, again, &arena);
        SW_ASSERT(err == SW_OK || err == SW_E_LIMIT);
        SW_ASSERT(err || sw_slice_eq(sw_buf_slice(&once), sw_buf_slice(&twice)));
    }
    sw_buf_done(&once);
    sw_buf_done(&twice);
    sw_arena_done(&arena);
    return 0;
}
