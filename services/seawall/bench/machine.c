#include "seawall/bench/machine.h"

#include <stdio.h>

#include "seawall/bench/bench.h"
#include "seawall/input/lines.h"
#include "text/json.h"

enum { LINES = 500, ROUNDS = 40, LINE_BYTES_MAX = 1 << 20 };

/* The first lines of the file; how many. */
static uint32_t first_lines(const char *path, sw_arena *arena, sw_slice ret[LINES]) {
    sw_lines *lines;
    sw_slice line;
    uint32_t count = 0;
    if (sw_lines_open(path, LINE_BYTES_MAX, NULL, &lines) != SW_OK) return 0;
    while (count < LINES && sw_lines_next(lines, &line) == SW_OK &&
           sw_arena_copy(arena, line, &ret[count]))
        count++;
    sw_lines_close(lines);
    return count;
}

static bool read_all(const sw_slice *lines, uint32_t count, sw_arena *arena) {
    const sw_json *tree;
    for (uint32_t i = 0; i < count; i++) {
        const sw_arena_mark mark = sw_arena_save(arena);
        if (sw_json_parse(arena, lines[i], (sw_json_limits){0}, NULL, &tree) != SW_OK) return false;
        sw_arena_rewind(arena, mark);
    }
    return count > 0;
}

double sw_bench_reading_ns(const char *path) {
    sw_arena arena;
    sw_slice lines[LINES];
    sw_arena_init(&arena, (size_t)16 << 20);
    const uint32_t count = first_lines(path, &arena, lines);
    const sw_bench_meter start = sw_bench_now();
    bool good = true;
    for (int round = 0; round < ROUNDS && good; round++) good = read_all(lines, count, &arena);
    const double took_s = sw_bench_since(start).cpu_s;
    sw_arena_done(&arena);
    if (good) return took_s * 1e9 / (ROUNDS * count);
    fprintf(stderr, "seawall bench: %s holds no events that can be read\n", path);
    return 0;
}
