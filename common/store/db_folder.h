/* db_folder.h - the files that Seawall itself keeps beside RocksDB's.  Layer 3.  Thread: owner's.
 */
#ifndef SW_STORE_DB_FOLDER_H
#define SW_STORE_DB_FOLDER_H

#include "base/buf.h"
#include "base/diag.h"

/* A database's folder: `lock` (held while it is open), `FORMAT` (version of the layout), `MARK`
 * (the number of the last write that was synced, so that opening can tell a torn tail from lost
 * commits) and `db/`, which is RocksDB's. docs/log-format.md. */
#define SW_FOLDER_FORMAT 1u
#define SW_PATH_MAX      4096u

typedef struct sw_db_folder {
    char path[SW_PATH_MAX];
    char db_path[SW_PATH_MAX];
    int lock_fd, mark_fd;
    uint64_t marked;     /* what MARK says */
    uint64_t generation; /* of its newest slot */
} sw_db_folder;

/* Makes the folder if it is not there, locks it and checks its files. SW_E_BUSY, SW_E_VERSION,
 * SW_E_CORRUPT, SW_E_FULL, SW_E_IO, SW_E_LIMIT (path too long), each with a finding. On failure
 * nothing is held. */
SW_NODISCARD sw_err sw_db_folder_open(const char *path, sw_diags *diags, sw_db_folder *ret);
void sw_db_folder_close(sw_db_folder *folder);
/* Remembers that the write of this number is on the disk. Not synced itself: after a power cut it
 * may be older, never newer, than the log. */
SW_NODISCARD sw_err sw_db_folder_mark(sw_db_folder *folder, uint64_t number);
/* FORMAT and MARK for a copy that stands at this number, synced. */
SW_NODISCARD sw_err sw_db_folder_write(const char *path, uint64_t number);
/* Free bytes on the disk; 0 if it can't be told. */
uint64_t sw_db_folder_free_bytes(const sw_db_folder *folder);
/* The bytes of all its files. */
uint64_t sw_db_folder_bytes(const sw_db_folder *folder);
/* What a failed system call means: SW_E_FULL or SW_E_IO. */
sw_err sw_db_folder_errno(int error);

#endif
