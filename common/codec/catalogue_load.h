/* catalogue_load.h - the inside of a catalogue, while it is built.  Layer 2, of catalogue*.c only.
 * Thread: owner's. */
#ifndef SW_CODEC_CATALOGUE_LOAD_H
#define SW_CODEC_CATALOGUE_LOAD_H

#include "codec/catalogue.h"

struct sw_catalogue {
    sw_event_type *types;
    uint32_t type_count;
    uint32_t *slots;     /* open addressing by name: index of a type + 1; 0 is free */
    uint32_t slot_count; /* a power of two */
    sw_slice *keys;      /* names by key_id */
    uint32_t key_count, key_max;
};

/* One file, read. */
typedef struct sw_catalogue_file {
    sw_slice name;
    const sw_yaml *root;
} sw_catalogue_file;

/* Builds the catalogue of several files. SW_E_INVALID after any finding; SW_E_LIMIT: arena full. */
SW_NODISCARD sw_err sw_catalogue_build(sw_arena *arena, const sw_catalogue_file *files,
                                       size_t count, sw_diags *diags, const sw_catalogue **ret);

/* The slot of `name`: that of the type, or the free one where it would go. */
uint32_t *sw_catalogue_slot(const sw_catalogue *cat, sw_slice name);

#endif
