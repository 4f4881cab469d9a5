/* Chunks of the log from bytes that anyone could have written: the checksum is made right first, so
 * that what is behind it is reached. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/wire.h"
#include "bus/chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sw_chunk_head head;
    char key_bytes[SW_CHUNK_KEY_BYTES];
    if (size < SW_CHUNK_HEAD_BYTES) return 0;
    char *bytes = malloc(size);
    if (!bytes) return 0;
    memcpy(bytes, data, size);
    int64_t last = (int64_t)(sw_wire_get_le(bytes + 32, 8) & INT64_MAX);
    sw_chunk_key(1, 2, last, key_bytes);
    sw_slice key = sw_slice_of(key_bytes, sizeof key_bytes), value = sw_slice_of(bytes, size);
    sw_wire_put_le(bytes + 20, size - SW_CHUNK_HEAD_BYTES, 4);
    sw_wire_put_le(bytes, sw_crc32c(sw_crc32c(0, key), sw_slice_sub(value, 4, size)), 4);
    if (sw_chunk_open(key, value, &head) == SW_OK) {
        sw_chunk_reader reader;
        sw_chunk_record record;
        sw_record copy;
        sw_arena arena;
        sw_buf room = {0};
        sw_arena_init(&arena, 1 << 20);
        const bool whole = sw_chunk_read(value, &head, &room, &reader) == SW_OK;
        int64_t before = -1;
        while (whole && sw_chunk_next(&reader, &record) == SW_OK) {
            SW_ASSERT(record.record.offset > before);
            before = record.record.offset;
            if (sw_chunk_copy(&record, &arena, &copy)) break;
        }
        sw_arena_done(&arena);
        sw_buf_done(&room);
    }
    free(bytes);
    return 0;
}
