/* overlay.h - one batch's view of a database: it reads its own writes, and can take them back.
 * Layer 3. Thread: owner's. */
#ifndef SW_STORE_OVERLAY_H
#define SW_STORE_OVERLAY_H

#include "store/store.h"

/* Changes are kept in memory until sw_overlay_seal puts them into a batch: a key that is written
 * many times is in there once, with its last value. Reads are kept too, so that a hot key is
 * fetched once a batch. Every key is prefixed with the overlay's prefix on its way to the database,
 * and freed of it on its way back. */
typedef struct sw_overlay sw_overlay;

/* A moment to go back to. Marks nest; an undo makes the younger ones invalid, a reset all. */
typedef struct sw_overlay_mark {
    size_t changes;
} sw_overlay_mark;

/* `bytes_max` is for everything that one batch reads and writes: SW_E_LIMIT past it. The prefix is
 * copied; it may be empty. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_overlay_new(sw_db *db, sw_slice prefix, size_t bytes_max, sw_overlay **ret);
void sw_overlay_free(sw_overlay *overlay); /* NULL is a no-op */
/* Forgets everything: after a commit, or to drop the batch. Slices from before become invalid. */
void sw_overlay_reset(sw_overlay *overlay);

/* SW_E_NOT_FOUND; SW_E_LIMIT, SW_E_NOMEM; what the database says. The slice lives until the reset.
 */
SW_NODISCARD sw_err sw_overlay_get(sw_overlay *overlay, uint32_t store, sw_slice key,
                                   sw_slice *ret_value);
/* Names a key that will be got; sw_overlay_read looks up all that were named since, at once. A
 * hint: what they have no room for is looked up when it is got. */
void sw_overlay_want(sw_overlay *overlay, uint32_t store, sw_slice key);
/* What the database says. */
SW_NODISCARD sw_err sw_overlay_read(sw_overlay *overlay);
/* Both copy. On a failure nothing has changed. */
SW_NODISCARD sw_err sw_overlay_put(sw_overlay *overlay, uint32_t store, sw_slice key,
                                   sw_slice value);
/* The same where the caller knows that the key has no value now: deleted again before the batch
 * ends, it leaves no tombstone. */
SW_NODISCARD sw_err sw_overlay_put_new(sw_overlay *overlay, uint32_t store, sw_slice key,
                                       sw_slice value);
SW_NODISCARD sw_err sw_overlay_delete(sw_overlay *overlay, uint32_t store, sw_slice key);
/* Visits the keys from <= k < to (`to` empty: to the end) in order, pending changes among them,
 * until `each` returns false. `each` must not change the overlay. Slices live for the visit. */
SW_NODISCARD sw_err sw_overlay_scan(sw_overlay *overlay, uint32_t store, sw_slice from, sw_slice to,
                                    bool (*each)(void *arg, sw_slice key, sw_slice value),
                                    void *arg);

sw_overlay_mark sw_overlay_save(const sw_overlay *overlay);
/* Takes back every change since the mark: a refused record leaves no trace. */
void sw_overlay_undo(sw_overlay *overlay, sw_overlay_mark mark);

/* Whether the batch gives the key a new value. */
bool sw_overlay_pending(const sw_overlay *overlay, uint32_t store, sw_slice key);
/* What the batch holds so far: its keys and values, read and written. */
size_t sw_overlay_bytes(const sw_overlay *overlay);
/* How many keys have changed. */
uint32_t sw_overlay_changed(const sw_overlay *overlay);
/* Adds the changes to the batch, each key once, in the order of first change; what the batch has
 * made and deleted again is none. The batch borrows them: it is not read after a reset. SW_E_LIMIT,
 * SW_E_NOMEM: the batch may hold a part, clear it. The overlay stays as it is. */
SW_NODISCARD sw_err sw_overlay_seal(const sw_overlay *overlay, sw_batch *batch);

#endif
