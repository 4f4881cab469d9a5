/* Any bytes as YAML, and as a catalogue: read or refused with a place. */
#include "base/assert.h"
#include "codec/catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sw_arena arena;
    sw_diags diags;
    const sw_yaml *node = NULL;
    const sw_catalogue *cat = NULL;
    sw_slice text = sw_slice_of(data, size);
    sw_arena_init(&arena, 64 << 20);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 10);
    sw_err err = sw_yaml_parse(&arena, text, &diags, &node);
    SW_ASSERT((err == SW_OK) == (diags.count == 0));
    if (!err) {
        sw_buf buf;
        sw_buf_init(&buf, 64 << 20);
        sw_yaml_write_json(&buf, node);
        sw_buf_done(&buf);
        err = sw_catalogue_parse(&arena, SW_S("f"), text, &diags, &cat);
        SW_ASSERT((err == SW_OK) == (cat != NULL));
        SW_ASSERT((err == SW_OK) == (diags.count == 0));
    }
    sw_arena_done(&arena);
    return 0;
}
