/* overlay.h - packs that say only what they change of another pack.  Layer 5, private to rules.
 * Thread: owner's. */
#ifndef SW_RULES_LOAD_OVERLAY_H
#define SW_RULES_LOAD_OVERLAY_H

#include "rules/load/meta.h"

/* Overlays count as their base does: time zone and calendar are taken over from it. Told: a base
 * that is not loaded or is an overlay itself, and an own zone or calendar. After all heads are
 * read, before meta_finish. */
void overlay_join(loader *l, const pack_list *packs, const pack_file *files, size_t count);
/* Their hash covers that of each version of the base. After meta_finish. */
void overlay_hash(loader *l, pack_draft *const *packs, uint32_t count);

/* The map of a rule of the base with the entry's members in place of its own; null takes one away.
 * Members of the base stand at the place of the entry. NULL if the entry may not change it (told),
 * or the arena is full. */
const sw_yaml *overlay_merge(loader *l, const sw_yaml *base, const sw_yaml *entry);

/* Does the entry switch its rule off? Told if it says anything else besides. */
bool overlay_is_off(loader *l, const sw_yaml *entry);

#endif
