#include "store/slots.h"

#include <string.h>

#include "base/arena.h"

#define SIZE_MIN  256u
#define SIZE_KEPT 2048u /* larger ones are given back when they are cleared */

sw_err slots_init(slots *s) {
    *s = (slots){.at = sw_heap_zero(SIZE_MIN, sizeof s->at[0]), .size = SIZE_MIN};
    return s->at ? SW_OK : SW_E_NOMEM;
}

void slots_done(slots *s) {
    sw_heap_free(s->at);
    *s = (slots){0};
}

static void place(slots *s, uint64_t hash, void *entry) {
    const slot *at = slots_first(s, hash);
    while (at->entry) at = slots_next(s, at);
    s->at[at - s->at] = (slot){hash, entry};
}

/* A batch is about as large as the one before: it grows to that at once. */
static uint32_t larger(const slots *s) {
    uint32_t size = s->size * 2;
    while (size / 2 <= s->expected) size *= 2;
    return size;
}

sw_err slots_reserve(slots *s) {
    if (s->count < s->size / 2) return SW_OK;
    const uint32_t size = larger(s);
    slots more = {.at = sw_heap_zero(size, sizeof s->at[0]),
                  .size = size,
                  .count = s->count,
                  .expected = s->expected};
    if (!more.at) return SW_E_NOMEM;
    for (uint32_t i = 0; i < s->size; i++)
        if (s->at[i].entry) place(&more, s->at[i].hash, s->at[i].entry);
    sw_heap_free(s->at);
    *s = more;
    return SW_OK;
}

void slots_add(slots *s, uint64_t hash, void *entry) {
    SW_ASSERT(entry && s->count < s->size / 2);
    place(s, hash, entry);
    s->count++;
}

/* Those behind it move up, unless they would come before their hash. */
void slots_remove(slots *s, uint64_t hash, const void *entry) {
    uint32_t mask = s->size - 1, at = (uint32_t)hash & mask;
    while (s->at[at].entry != entry) {
        SW_ASSERT(s->at[at].entry);
        at = (at + 1) & mask;
    }
    for (uint32_t i = (at + 1) & mask; s->at[i].entry; i = (i + 1) & mask) {
        uint32_t home = (uint32_t)s->at[i].hash & mask;
        if (((i - home) & mask) < ((i - at) & mask)) continue;
        s->at[at] = s->at[i];
        at = i;
    }
    s->at[at].entry = NULL;
    s->count--;
}

void slots_clear(slots *s) {
    if (s->count == 0) return;
    s->expected = s->count;
    s->count = 0;
    slot *fresh = s->size > SIZE_KEPT ? sw_heap_zero(SIZE_MIN, sizeof fresh[0]) : NULL;
    if (!fresh) {
        memset(s->at, 0, s->size * sizeof s->at[0]);
        return;
    }
    sw_heap_free(s->at);
    s->at = fresh;
    s->size = SIZE_MIN;
}
