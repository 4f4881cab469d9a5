/* meta.h - the head of a pack file: which pack it belongs to.  Layer 5, private to rules.  Thread:
 * owner's. */
#ifndef SW_RULES_LOAD_META_H
#define SW_RULES_LOAD_META_H

#include "rules/load/draft.h"

typedef struct pack_list {
    pack_draft *first;
    uint32_t count;
} pack_list;

/* Reads apiVersion, kind and metadata of the current file and joins it to its pack. Returns the
 * node of `rules`, or NULL. */
const sw_yaml *meta_read(loader *l, pack_list *packs);
/* When all files are read: zone, calendar, interval, hash of each pack; packs in order of name,
 * then version. False: the arena is full. */
bool meta_finish(loader *l, pack_list *packs, const pack_file *files, size_t file_count,
                 pack_draft ***ret);

#endif
