/* arena.h - memory with one lifetime: many allocations, one release.  Layer 0.  Thread: owner's. */
#ifndef SW_BASE_ARENA_H
#define SW_BASE_ARENA_H

#include "base/assert.h"
#include "base/slice.h"

/* Allocations are aligned for any type and live until sw_arena_reset, sw_arena_rewind to a mark
 * from before them, or sw_arena_done. Only this module calls malloc. With the environment variable
 * SW_ARENA_HEAP=1 each allocation is a malloc of its own, so that sanitizers see each stale use. */
typedef struct sw_arena {
    struct sw_arena_chunk *chunk; /* newest first */
    struct sw_arena_chunk *spare; /* kept over a reset */
    size_t used_bytes;            /* by callers, with padding */
    size_t used_bytes_max;        /* the most so far */
    size_t cap_bytes;             /* the limit; an allocation past it returns NULL */
    int64_t fail_after;           /* test hook: the n-th allocation from now fails; -1 never */
} sw_arena;

typedef struct sw_arena_mark {
    struct sw_arena_chunk *chunk;
    size_t chunk_used, used_bytes;
} sw_arena_mark;

/* Nothing is allocated yet; can't fail. `cap_bytes` must be greater than 0. */
void sw_arena_init(sw_arena *arena, size_t cap_bytes);
/* Releases everything. Accepts zeroed memory. */
void sw_arena_done(sw_arena *arena);
/* Everything allocated becomes invalid; one chunk is kept for the next round. */
void sw_arena_reset(sw_arena *arena);

/* `size` bytes, uninitialised; NULL if the cap or the heap is exhausted. `size` 0 gives a valid
 * pointer. */
SW_NODISCARD void *sw_arena_alloc(sw_arena *arena, size_t size);
/* `count` × `size` bytes of zeros; NULL as above and on overflow. */
SW_NODISCARD void *sw_arena_zero(sw_arena *arena, size_t count, size_t size);
/* A copy. With an empty `s`, an empty slice with a valid pointer. False if exhausted. */
SW_NODISCARD bool sw_arena_copy(sw_arena *arena, sw_slice s, sw_slice *ret);
/* printf into the arena; SW_SLICE_NONE if exhausted. NUL-terminated after its length. */
sw_slice sw_arena_printf(sw_arena *arena, const char *fmt, ...) SW_PRINTF(2, 3);

/* What is allocated after the mark can be given back alone. Marks nest. */
sw_arena_mark sw_arena_save(const sw_arena *arena);
void sw_arena_rewind(sw_arena *arena, sw_arena_mark mark);

/* The heap, for what outlives every arena and frees piece by piece (caches, buffers). NULL on
 * exhaustion. sw_heap_free(NULL) is a no-op. */
SW_NODISCARD void *sw_heap_alloc(size_t size);
SW_NODISCARD void *sw_heap_zero(size_t count, size_t size);
SW_NODISCARD void *sw_heap_resize(void *ptr, size_t size);
void sw_heap_free(void *ptr);
/* Bytes that the heap takes for an allocation of `size`, for whoever keeps to a budget: it has
 * sizes by 16 up to 128, and four to each doubling above (jemalloc's; docs/decisions/0036). */
size_t sw_heap_takes(size_t size);

#endif
