#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ALIGN           alignof(max_align_t)
#define CHUNK_BYTES     ((size_t)64 * 1024)
#define SPARE_BYTES_MAX ((size_t)128 * 1024)

struct sw_arena_chunk {
    struct sw_arena_chunk *next;
    size_t size, used;
    alignas(max_align_t) char bytes[];
};

static bool heap_mode(void) {
    static int mode = -1; /* read once; a race writes the same value */
    int seen = __atomic_load_n(&mode, __ATOMIC_RELAXED);
    if (seen < 0) {
        const char *env = getenv("SW_ARENA_HEAP");
        seen = env && env[0] == '1';
        __atomic_store_n(&mode, seen, __ATOMIC_RELAXED);
    }
    return seen == 1;
}

void sw_arena_init(sw_arena *arena, size_t cap_bytes) {
    SW_ASSERT(arena && cap_bytes > 0);
    *arena = (sw_arena){.cap_bytes = cap_bytes, .fail_after = -1};
}

static void free_chunks(struct sw_arena_chunk *chunk, const struct sw_arena_chunk *until) {
    while (chunk != until) {
        struct sw_arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void sw_arena_done(sw_arena *arena) {
    free_chunks(arena->chunk, NULL);
    free(arena->spare);
    arena->chunk = arena->spare = NULL;
    arena->used_bytes = 0;
}

/* Gives back all chunks newer than `until`, keeping one of a common size for the next round. */
static void release(sw_arena *arena, struct sw_arena_chunk *until) {
    while (arena->chunk != until) {
        struct sw_arena_chunk *chunk = arena->chunk;
        arena->chunk = chunk->next;
        bool keep = !heap_mode() && chunk->size <= SPARE_BYTES_MAX &&
                    (!arena->spare || arena->spare->size < chunk->size);
        if (keep) {
            free(arena->spare);
            arena->spare = chunk;
        } else {
            free(chunk);
        }
    }
}

void sw_arena_reset(sw_arena *arena) {
    release(arena, NULL);
    arena->used_bytes = 0;
}

/* A chunk grows with what is in use, so that a large arena is made of few chunks. */
static bool grow(sw_arena *arena, size_t size) {
    size_t want = size;
    if (!heap_mode()) {
        size_t usual = arena->used_bytes / 4 + CHUNK_BYTES;
        if (want < usual) want = usual;
    }
    struct sw_arena_chunk *chunk = arena->spare;
    if (chunk && chunk->size >= size) {
        arena->spare = NULL;
    } else {
        if (want > SIZE_MAX - sizeof *chunk) return false;
        chunk = malloc(sizeof *chunk + want);
        if (!chunk) return false;
        chunk->size = want;
    }
    chunk->used = 0;
    chunk->next = arena->chunk;
    arena->chunk = chunk;
    return true;
}

/* The newest chunk has room for so many. */
static void *take(sw_arena *arena, size_t padded) {
    struct sw_arena_chunk *chunk = arena->chunk;
    void *ptr = chunk->bytes + chunk->used;
    chunk->used += padded;
    arena->used_bytes += padded;
    if (arena->used_bytes > arena->used_bytes_max) arena->used_bytes_max = arena->used_bytes;
    return ptr;
}

static void *alloc_slow(sw_arena *arena, size_t size) {
    if (arena->fail_after >= 0 && arena->fail_after-- == 0) return NULL;
    if (size > arena->cap_bytes) return NULL;
    size_t padded = (size + ALIGN - 1) & ~(ALIGN - 1);
    if (padded == 0) padded = ALIGN;
    if (padded > arena->cap_bytes - arena->used_bytes || arena->used_bytes > arena->cap_bytes)
        return NULL;
    struct sw_arena_chunk *chunk = arena->chunk;
    if (!chunk || heap_mode() || chunk->size - chunk->used < padded) {
        if (!grow(arena, heap_mode() ? (size ? size : 1) : padded)) return NULL;
        chunk = arena->chunk;
    }
    void *ptr = take(arena, padded);
    if (heap_mode()) chunk->used = chunk->size; /* nothing else comes into it */
    return ptr;
}

void *sw_arena_alloc(sw_arena *arena, size_t size) {
    const struct sw_arena_chunk *chunk = arena->chunk;
    const size_t padded = (size + ALIGN - 1) & ~(ALIGN - 1);
    const bool easy = chunk && arena->fail_after < 0 && padded >= size && size > 0 &&
                      padded <= chunk->size - chunk->used &&
                      padded + arena->used_bytes <= arena->cap_bytes;
    return easy ? take(arena, padded) : alloc_slow(arena, size);
}

void *sw_arena_zero(sw_arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
    void *ptr = sw_arena_alloc(arena, bytes);
    if (ptr && bytes) memset(ptr, 0, bytes);
    return ptr;
}

bool sw_arena_copy(sw_arena *arena, sw_slice s, sw_slice *ret) {
    char *ptr = sw_arena_alloc(arena, s.len);
    if (!ptr) return false;
    if (s.len) memcpy(ptr, s.ptr, s.len);
    *ret = sw_slice_of(ptr, s.len);
    return true;
}

sw_slice sw_arena_printf(sw_arena *arena, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    SW_ASSERT(len >= 0);
    char *ptr = sw_arena_alloc(arena, (size_t)len + 1);
    if (ptr) vsnprintf(ptr, (size_t)len + 1, fmt, again);
    va_end(again);
    return ptr ? sw_slice_of(ptr, (size_t)len) : SW_SLICE_NONE;
}

sw_arena_mark sw_arena_save(const sw_arena *arena) {
    return (sw_arena_mark){arena->chunk, arena->chunk ? arena->chunk->used : 0, arena->used_bytes};
}

void sw_arena_rewind(sw_arena *arena, sw_arena_mark mark) {
    if (arena->chunk != mark.chunk) release(arena, mark.chunk);
    if (arena->chunk) arena->chunk->used = mark.chunk_used;
    arena->used_bytes = mark.used_bytes;
}

void *sw_heap_alloc(size_t size) {
    return malloc(size ? size : 1);
}

void *sw_heap_zero(size_t count, size_t size) {
    return calloc(count ? count : 1, size ? size : 1);
}

void *sw_heap_resize(void *ptr, size_t size) {
    return realloc(ptr, size ? size : 1);
}

void sw_heap_free(void *ptr) {
    free(ptr);
}

size_t sw_heap_takes(size_t size) {
    size_t step = 16;
    if (size == 0) return step;
    while (size > 8 * step) step *= 2;
    return (size + step - 1) & ~(step - 1);
}
