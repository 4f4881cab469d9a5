/* slots.h - where entries are by the hash of their key, for overlay and objects: an entry is
 * touched only where its hash is right.  Layer 3, private to store.  Thread: owner's. */
#ifndef SW_STORE_SLOTS_H
#define SW_STORE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

typedef struct slot {
    uint64_t hash;
    void *entry; /* NULL: free */
} slot;

/* Open addressing: an entry lies at its hash or behind it, with no free slot between. */
typedef struct slots {
    slot *at;
    uint32_t size, count; /* size: a power of two, count: at most half of it */
    uint32_t expected;    /* so many were there when it was cleared last */
} slots;

/* SW_E_NOMEM. */
SW_NODISCARD sw_err slots_init(slots *s);
void slots_done(slots *s);
/* Room for one more. SW_E_NOMEM: all is as it was. */
SW_NODISCARD sw_err slots_reserve(slots *s);
/* The entry must not be there. Reserve first. */
void slots_add(slots *s, uint64_t hash, void *entry);
/* The entry must be there. */
void slots_remove(slots *s, uint64_t hash, const void *entry);
/* Forgets all; what many took is given back. */
void slots_clear(slots *s);

/* Walks over those that may be it:
 * for (const slot *at = slots_first(s, hash); at->entry; at = slots_next(s, at)) */
static inline const slot *slots_first(const slots *s, uint64_t hash) {
    return &s->at[hash & (s->size - 1)];
}
static inline const slot *slots_next(const slots *s, const slot *at) {
    return at + 1 == s->at + s->size ? s->at : at + 1;
}

#endif
