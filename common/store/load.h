/* load.h - filling one store with many rows at once, which come in any order.  Layer 3.  Thread:
 * owner's; several may load one database. */
#ifndef SW_STORE_LOAD_H
#define SW_STORE_LOAD_H

#include "store/store.h"

/* Gathers rows, sorts them, and hands them to the database as whole files where it can take them:
 * they pass by memtables and by compaction. Of a key that comes again, the last row is it. Nothing
 * is visible before a flush, and a crash between flushes leaves a part: whoever loads has to know
 * of it and begin again. */
typedef struct sw_load sw_load;

SW_NODISCARD sw_err sw_load_new(sw_db *db, uint32_t store, sw_load **ret);
void sw_load_free(sw_load *load); /* drops what is not flushed; NULL is a no-op */
/* Copies. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_load_put(sw_load *load, sw_slice key, sw_slice value);
SW_NODISCARD sw_err sw_load_delete(sw_load *load, sw_slice key);
/* What it holds: flush when it is enough. */
size_t sw_load_bytes(const sw_load *load);
/* Into the database. What the database says. */
SW_NODISCARD sw_err sw_load_flush(sw_load *load);

#endif
