/* sorter.h - sorts any number of records by key in bounded memory, with runs on disk.  Layer 3.
 * Thread: owner's. */
#ifndef SW_STORE_SORTER_H
#define SW_STORE_SORTER_H

#include "base/diag.h"

/* Records are byte strings: a key, compared by memcmp (a prefix first), and a value. Those of equal
 * keys come back in the order in which they were added. */
typedef struct sw_sorter sw_sorter;

/* `memory_bytes`: what may be held before a sorted run goes to an unnamed file in `dir` (it
 * vanishes with the process). SW_E_NOMEM. */
SW_NODISCARD sw_err sw_sorter_open(size_t memory_bytes, const char *dir, sw_sorter **ret);
void sw_sorter_close(sw_sorter *sorter); /* NULL is a no-op */

/* Copies both. SW_E_FULL, SW_E_IO: `dir` could not be written, said in `diags`; SW_E_NOMEM;
 * SW_E_LIMIT: over 256 MiB. */
SW_NODISCARD sw_err sw_sorter_add(sw_sorter *sorter, sw_slice key, sw_slice value, sw_diags *diags);

/* Ends the adding. */
SW_NODISCARD sw_err sw_sorter_sort(sw_sorter *sorter, sw_diags *diags);
/* The next record in order; SW_E_END after the last. Slices live until the next call. */
SW_NODISCARD sw_err sw_sorter_next(sw_sorter *sorter, sw_slice *ret_key, sw_slice *ret_value,
                                   sw_diags *diags);

uint32_t sw_sorter_runs(const sw_sorter *sorter); /* runs that went to disk */

/* A file without a name in `dir`, for reading and writing: it vanishes when it is closed. -1: see
 * errno. */
int sw_unnamed_file(const char *dir);

#endif
