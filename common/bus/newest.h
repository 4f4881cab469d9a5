/* newest.h - where the newest record of each key is, in a section of a partition: what compaction
 * goes by.  Layer 6.  Thread: owner's. */
#ifndef SW_BUS_NEWEST_H
#define SW_BUS_NEWEST_H

#include "base/err.h"
#include "base/slice.h"

/* A table in memory, made when a pass begins and freed when it ends: appending costs nothing. Keys
 * are compared whole, so what it says is exact. Accepts zeroed memory. */
typedef struct sw_newest {
    uint32_t *slots; /* 1 + the place of an entry; open addressing, a power of two */
    uint32_t slot_count, count;
    char *entries;
    size_t len, cap;
} sw_newest;

/* The newest record of the key noted so far is at `offset`; offsets of a key grow. SW_E_NOMEM,
 * SW_E_LIMIT (4 GB): the table is as it was. */
SW_NODISCARD sw_err sw_newest_note(sw_newest *newest, sw_slice key, int64_t offset);
/* -1: the key was not noted. */
int64_t sw_newest_of(const sw_newest *newest, sw_slice key);
/* What the table takes of the heap. */
size_t sw_newest_bytes(const sw_newest *newest);
/* Empty again, and nothing is held. */
void sw_newest_done(sw_newest *newest);

#endif
