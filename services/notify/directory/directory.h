/* directory.h - units, officers, posts and telephones as entries with versions, in order of id.
 * Layer 9.  Thread: any, immutable after reading. */
#ifndef SW_NOTIFY_DIRECTORY_H
#define SW_NOTIFY_DIRECTORY_H

#include <seawall/v1/directory.pb-c.h>

#include "base/diag.h"
#include "notify/pb.h"

typedef Seawall__V1__DirectoryEntry sw_directory_entry;

/* Entries in order of (id, from_ms); one of each. */
typedef struct sw_directory {
    sw_directory_entry **entries;
    uint32_t count;
    int64_t from_ms; /* what was read holds from then on */
} sw_directory;

/* Reads a directory: a YAML file, or a folder of CSV files units.csv, officers.csv, posts.csv, …,
 * each with a line of names (docs/directory.md). All faults are found in one run, each with file,
 * line, column and hint, and what is only to be minded (a role that
 * nobody holds) goes into `notes`, which may be NULL. `from_ms`: the content holds from then on,
 * unless the file says `metadata.from`. SW_E_INVALID, SW_E_SYNTAX, SW_E_NOT_FOUND, SW_E_IO,
 * SW_E_LIMIT. */
SW_NODISCARD sw_err sw_directory_read(sw_arena *arena, const char *path, int64_t from_ms,
                                      sw_diags *diags, sw_diags *notes, sw_directory *ret);
/* The same from the text of a YAML file that people know as `file`. */
SW_NODISCARD sw_err sw_directory_parse(sw_arena *arena, sw_slice file, sw_slice text,
                                       int64_t from_ms, sw_diags *diags, sw_diags *notes,
                                       sw_directory *ret);

/* The text that POST /v1/directory takes: the file's own, or that of the folder's CSV files as one.
 * As sw_directory_read, but only what is wrong with the files as CSV is found. */
SW_NODISCARD sw_err sw_directory_as_yaml(sw_arena *arena, const char *path, sw_diags *diags,
                                         sw_slice *ret);

/* The key of an entry's record: id, and "@" with from_ms where that is not 0. */
sw_slice sw_directory_key(sw_pb *pb, const sw_directory_entry *entry);
/* The version of an entry that holds at `at_ms`; NULL if there is none, or it is removed. */
const sw_directory_entry *sw_directory_find(const sw_directory *directory, sw_slice id,
                                            int64_t at_ms);

/* Whether [from, until) holds at `at_ms`; until 0 is for ever. */
static inline bool sw_directory_holds(int64_t from_ms, int64_t until_ms, int64_t at_ms) {
    return from_ms <= at_ms && (until_ms == 0 || at_ms < until_ms);
}

/* "138****0001": a number as logs and findings show it. */
sw_slice sw_phone_masked(sw_arena *arena, sw_slice number);
/* Digits, 5 to 15 of them, with a + before or not. */
bool sw_phone_valid(sw_slice number);

#endif
