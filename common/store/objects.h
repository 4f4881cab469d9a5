/* objects.h - decoded values of one store before its overlay: a hot key is decoded once, and
 * written once a commit.  Layer 3.  Thread: owner's; a budget is any's. */
#ifndef SW_STORE_OBJECTS_H
#define SW_STORE_OBJECTS_H

#include "store/overlay.h"

/* The rows of one store, as a codec reads and writes them: with the batch's own changes. */
typedef struct sw_rows {
    sw_overlay *overlay;
    uint32_t store;
} sw_rows;

/* SW_E_NOT_FOUND; SW_E_LIMIT: the batch has no more room. A slice lives until the batch ends. */
SW_NODISCARD sw_err sw_rows_get(sw_rows rows, sw_slice key, sw_slice *ret_value);
SW_NODISCARD sw_err sw_rows_put(sw_rows rows, sw_slice key, sw_slice value);
SW_NODISCARD sw_err sw_rows_delete(sw_rows rows, sw_slice key);

#define SW_OBJECT_ROW_BYTES_MAX 2048u

/* How rows become an object and back. An object may be one row or several; which ones is the
 * codec's affair, as long as no two keys share any. It is freed by `free` alone. */
typedef struct sw_object_codec {
    /* SW_E_NOT_FOUND: the key has none. */
    sw_err (*load)(const void *arg, sw_rows rows, sw_slice key, void **ret_object);
    /* Once a commit, for each object that was changed; NULL: it was deleted, so all its rows go.
     * The object may remember what it wrote. */
    sw_err (*save)(const void *arg, sw_rows rows, sw_slice key, void *object);
    size_t (*bytes)(const void *arg, const void *object); /* of heap; asked often */
    void (*free)(const void *arg, void *object);
    /* The row that `load` reads first, in `room`; NULL: not known before. */
    sw_slice (*row)(sw_slice key, char room[SW_OBJECT_ROW_BYTES_MAX]);
    /* May be NULL. Asks the processor's cache for what an object that was wanted leads to
     * (__builtin_prefetch), and waits for nothing: in step 0, when the object itself has come, for
     * what that points to; in step 1, some objects later, for what is behind that. */
    void (*warm)(const void *arg, const void *object, int step);
} sw_object_codec;

/* What all object stores of a process may use together. Each may always have its share; more, while
 * others leave room. */
typedef struct sw_object_budget {
    size_t bytes_max;
    size_t bytes;     /* atomic: in use */
    uint32_t members; /* atomic */
} sw_object_budget;

typedef struct sw_objects sw_objects;

/* Keeps objects over commits while the budget allows, those used last. Overlay, budget and `arg`,
 * which every call of the codec gets, must outlive it. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_objects_new(sw_overlay *overlay, uint32_t store,
                                   const sw_object_codec *codec, const void *arg,
                                   sw_object_budget *budget, sw_objects **ret);
void sw_objects_free(sw_objects *objects); /* NULL is a no-op */

/* Names a key that will be asked for: sw_overlay_want of its row, if it is not decoded already. */
void sw_objects_want(sw_objects *objects, sw_slice key);
/* Objects live until the batch is settled, or an undo takes back what was done with them.
 * SW_E_NOT_FOUND; what overlay and codec say. */
SW_NODISCARD sw_err sw_objects_get(sw_objects *objects, sw_slice key, const void **ret);
/* The same, to be changed in place: it is written with the batch. */
SW_NODISCARD sw_err sw_objects_edit(sw_objects *objects, sw_slice key, void **ret);
/* Takes a new object over, on success only. The key's old one is freed. */
SW_NODISCARD sw_err sw_objects_put(sw_objects *objects, sw_slice key, void *object);
SW_NODISCARD sw_err sw_objects_delete(sw_objects *objects, sw_slice key);

/* A record (or timer) begins: what is changed from now on can be taken back. */
void sw_objects_begin(sw_objects *objects);
/* Takes back what was changed since the begin. SW_E_ABORTED: an object was changed by an earlier
 * record of this batch too, and what it was between them is not known: drop the batch and run it
 * again without this record. */
SW_NODISCARD sw_err sw_objects_undo(sw_objects *objects);

/* Saves what has changed into the overlay: before sw_overlay_seal. */
SW_NODISCARD sw_err sw_objects_flush(sw_objects *objects);
/* After the commit, or when the batch is dropped: then what it changed is forgotten. */
void sw_objects_settle(sw_objects *objects, bool committed);
/* The rows may have changed behind its back: nothing is kept. */
void sw_objects_forget(sw_objects *objects);

/* How many objects this batch has changed. */
uint32_t sw_objects_changed(const sw_objects *objects);
/* What is used; over the budget only by objects of the batch under way. */
size_t sw_objects_bytes(const sw_objects *objects);
/* The batch under way uses all there is: commit now. */
bool sw_objects_full(const sw_objects *objects);

#endif
