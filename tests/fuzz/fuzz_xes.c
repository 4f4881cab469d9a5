/* The XES reader over any bytes: rows or a clear refusal, never a crash. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "seawall/import/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static sw_err on_row(void *ctx, const sw_import_row *row) {
    size_t *bytes = ctx;
    for (uint32_t i = 0; i < row->attribute_count; i++)
        *bytes += row->attributes[i].name.len + row->attributes[i].value.len;
    return SW_OK;
}

static sw_err on_fault(void *ctx, uint64_t line, const char *message) {
    (void)ctx;
    (void)line;
    SW_ASSERT(message[0]);
    return SW_OK;
}

static void on_progress(void *ctx, uint64_t bytes) {
    (void)ctx;
    (void)bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t bytes = 0;
    char path[64];
    const sw_import_sink sink = {&bytes, on_row, on_fault, on_progress};
    sw_arena arena;
    sw_diags diags;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    SW_ASSERT(fd >= 0);
    if (write(fd, data, size) == (ssize_t)size) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        sw_arena_init(&arena, (size_t)1 << 20);
        sw_diags_init(&diags, &arena, SW_SLICE_NONE, 4);
        sw_err err = sw_import_xes(path, &sink, &diags);
        SW_ASSERT(err == SW_OK || diags.count > 0 || err == SW_E_NOMEM);
        sw_arena_done(&arena);
    }
    close(fd);
    return 0;
}
