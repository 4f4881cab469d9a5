#include "bus/log_tail.h"

#include "base/arena.h"

/* A chunk with its bytes; in the list of all chunks, the oldest first, and in its partition's. */
typedef struct kept {
    sw_tail_chunk chunk;
    struct kept *newer;  /* of all */
    uint32_t part, uses; /* `uses`: readers, and one for the tail itself */
    bool gone;           /* not its partition's any more */
    size_t bytes;
    char data[];
} kept;

/* A partition's chunks in order, in a ring. */
typedef struct ring {
    kept **at;
    uint32_t cap, first, count; /* cap: a power of two */
} ring;

struct sw_log_tail {
    ring *rings;
    uint32_t part_count;
    kept *oldest, *newest; /* published */
    kept *draft, *draft_last;
    size_t bytes; /* published */
    pthread_mutex_t lock;
};

sw_log_tail *sw_log_tail_new(uint32_t part_count) {
    sw_log_tail *tail = sw_heap_zero(1, sizeof *tail);
    ring *rings = sw_heap_zero(part_count, sizeof rings[0]);
    if (!tail || !rings) {
        sw_heap_free(tail);
        sw_heap_free(rings);
        return NULL;
    }
    tail->rings = rings;
    tail->part_count = part_count;
    pthread_mutex_init(&tail->lock, NULL);
    return tail;
}

const sw_tail_chunk *sw_log_tail_keep(sw_log_tail *tail, uint32_t part, int64_t first_offset,
                                      int64_t last_offset, sw_slice key, sw_slice value) {
    SW_ASSERT(part < tail->part_count && first_offset <= last_offset);
    size_t bytes = sizeof(kept) + key.len + value.len;
    if (bytes > SW_LOG_TAIL_BYTES) return NULL;
    kept *k = sw_heap_alloc(bytes);
    if (!k) return NULL;
    *k = (kept){.part = part, .uses = 1, .bytes = bytes};
    memcpy(k->data, key.ptr, key.len);
    memcpy(k->data + key.len, value.ptr, value.len);
    k->chunk = (sw_tail_chunk){.first_offset = first_offset,
                               .last_offset = last_offset,
                               .key = sw_slice_of(k->data, key.len),
                               .value = sw_slice_of(k->data + key.len, value.len)};
    if (tail->draft_last)
        tail->draft_last->newer = k;
    else
        tail->draft = k;
    tail->draft_last = k;
    return &k->chunk;
}

static void release(kept *k) {
    if (--k->uses == 0) sw_heap_free(k);
}

static kept **slot(const ring *r, uint32_t i) {
    return &r->at[(r->first + i) & (r->cap - 1)];
}

static void forget_first(ring *r) {
    (*slot(r, 0))->gone = true;
    r->first = (r->first + 1) & (r->cap - 1);
    r->count--;
}

/* The oldest of all is the oldest of its partition. */
static void forget_oldest(sw_log_tail *tail) {
    kept *k = tail->oldest;
    if (!k->gone) forget_first(&tail->rings[k->part]);
    tail->oldest = k->newer;
    if (!tail->oldest) tail->newest = NULL;
    tail->bytes -= k->bytes;
    release(k);
}

static bool grow(ring *r) {
    uint32_t cap = r->cap ? r->cap * 2 : 8;
    kept **at = sw_heap_zero(cap, sizeof at[0]);
    if (!at) return false;
    for (uint32_t i = 0; i < r->count; i++) at[i] = *slot(r, i);
    sw_heap_free(r->at);
    *r = (ring){.at = at, .cap = cap, .count = r->count};
    return true;
}

static void publish_one(sw_log_tail *tail, kept *k) {
    ring *r = &tail->rings[k->part];
    k->newer = NULL;
    if (r->count == r->cap && !grow(r)) {
        release(k);
        return;
    }
    *slot(r, r->count) = k;
    r->count++;
    if (tail->newest)
        tail->newest->newer = k;
    else
        tail->oldest = k;
    tail->newest = k;
    tail->bytes += k->bytes;
    while (tail->bytes > SW_LOG_TAIL_BYTES) forget_oldest(tail);
}

void sw_log_tail_publish(sw_log_tail *tail) {
    pthread_mutex_lock(&tail->lock);
    for (kept *k = tail->draft, *next; k; k = next) {
        next = k->newer;
        publish_one(tail, k);
    }
    pthread_mutex_unlock(&tail->lock);
    tail->draft = tail->draft_last = NULL;
}

void sw_log_tail_drop(sw_log_tail *tail) {
    for (kept *k = tail->draft, *next; k; k = next) {
        next = k->newer;
        sw_heap_free(k);
    }
    tail->draft = tail->draft_last = NULL;
}

void sw_log_tail_forget(sw_log_tail *tail, uint32_t part) {
    SW_ASSERT(part < tail->part_count);
    pthread_mutex_lock(&tail->lock);
    while (tail->rings[part].count > 0) forget_first(&tail->rings[part]);
    pthread_mutex_unlock(&tail->lock);
}

void sw_log_tail_free(sw_log_tail *tail) {
    if (!tail) return;
    sw_log_tail_drop(tail);
    while (tail->oldest) forget_oldest(tail);
    for (uint32_t i = 0; i < tail->part_count; i++) sw_heap_free(tail->rings[i].at);
    pthread_mutex_destroy(&tail->lock);
    sw_heap_free(tail->rings);
    sw_heap_free(tail);
}

const sw_tail_chunk *sw_log_tail_get(sw_log_tail *tail, uint32_t part, int64_t offset) {
    SW_ASSERT(part < tail->part_count);
    const ring *r = &tail->rings[part];
    kept *found = NULL;
    pthread_mutex_lock(&tail->lock);
    uint32_t low = 0, count = r->count;
    while (count > 0) { /* the first that ends at the offset or behind it */
        uint32_t half = count / 2;
        if ((*slot(r, low + half))->chunk.last_offset < offset) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    if (low < r->count) found = *slot(r, low);
    if (found && found->chunk.first_offset > offset) found = NULL;
    if (found) found->uses++;
    pthread_mutex_unlock(&tail->lock);
    return found ? &found->chunk : NULL;
}

void sw_log_tail_put(sw_log_tail *tail, const sw_tail_chunk *chunk) {
    kept *k = (kept *)(uintptr_t)chunk; /* it is its first member */
    pthread_mutex_lock(&tail->lock);
    release(k);
    pthread_mutex_unlock(&tail->lock);
}
