#include "seawall/bench/machine.h"

#include <stdio.h>
#include <string.h>

#include "seawall/bench/bench.h"
#include "text/json.h"

enum { LINES = 500, ROUNDS = 40 };
#define FILE_BYTES ((size_t)2 << 20)

/* The first lines of the file, one after the other. */
static sw_slice first_lines(const char *path, sw_arena *arena) {
    FILE *file = fopen(path, "r");
    char *bytes = sw_arena_alloc(arena, FILE_BYTES);
    size_t len = file && bytes ? fread(bytes, 1, FILE_BYTES, file) : 0;
    if (file) fclose(file);
    return sw_slice_of(bytes, len);
}

/* Reads up to LINES lines; how many. */
static uint32_t read_lines(sw_slice text, sw_arena *arena) {
    uint32_t count = 0;
    const sw_json *tree;
    for (; count < LINES; count++) {
        const char *end = text.len ? memchr(text.ptr, '\n', text.len) : NULL;
        if (!end) break;
        const size_t len = (size_t)(end - text.ptr);
        const sw_arena_mark mark = sw_arena_save(arena);
        const sw_slice line = sw_slice_sub(text, 0, len);
        if (sw_json_parse(arena, line, (sw_json_limits){0}, NULL, &tree) != SW_OK) return 0;
        sw_arena_rewind(arena, mark);
        text = sw_slice_sub(text, len + 1, text.len);
    }
    return count;
}

double sw_bench_reading_ns(const char *path) {
    sw_arena arena;
    uint32_t count = 1, read = 0;
    sw_arena_init(&arena, 4 * FILE_BYTES);
    const sw_slice text = first_lines(path, &arena);
    const sw_bench_meter start = sw_bench_now();
    for (int round = 0; round < ROUNDS && count; round++) read += count = read_lines(text, &arena);
    const double took_s = sw_bench_since(start).cpu_s;
    sw_arena_done(&arena);
    if (count) return took_s * 1e9 / read;
    fprintf(stderr, "seawall bench: %s holds no events that can be read\n", path);
    return 0;
}
