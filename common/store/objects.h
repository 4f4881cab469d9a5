/* objects.h - decoded values of one store before its overlay: a hot key is decoded once, and
 * written once a commit.  Layer 3.  Thread: owner's. */
#ifndef SW_STORE_OBJECTS_H
#define SW_STORE_OBJECTS_H

#include "store/overlay.h"

/* How bytes become an object and back. An object is freed by `free` alone. */
typedef struct sw_object_codec {
    sw_err (*decode)(void *arg, sw_slice key, sw_slice value, void **ret_object);
    sw_err (*encode)(void *arg, const void *object, sw_buf *ret_value); /* appends */
    size_t (*bytes)(void *arg, const void *object);                     /* of heap */
    void (*free)(void *arg, void *object);
    void *arg;
} sw_object_codec;

typedef struct sw_objects sw_objects;

/* Keeps objects over commits while they are within `bytes_max`, those used last. The overlay must
 * outlive it. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_objects_new(sw_overlay *overlay, uint32_t store, sw_object_codec codec,
                                   size_t bytes_max, sw_objects **ret);
void sw_objects_free(sw_objects *objects); /* NULL is a no-op */

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
 * again record by record. */
SW_NODISCARD sw_err sw_objects_undo(sw_objects *objects);

/* Encodes what has changed into the overlay: before sw_overlay_seal. */
SW_NODISCARD sw_err sw_objects_flush(sw_objects *objects);
/* After the commit, or when the batch is dropped: then what it changed is forgotten. */
void sw_objects_settle(sw_objects *objects, bool committed);

/* What is used; more than bytes_max only by objects of the batch under way. */
size_t sw_objects_bytes(const sw_objects *objects);
/* The batch under way uses all there is: commit now. */
bool sw_objects_full(const sw_objects *objects);

#endif
