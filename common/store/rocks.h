/* rocks.h - RocksDB as the parts of store_rocks share it.  Layer 3, private to store.  Thread: any.
 */
#ifndef SW_STORE_ROCKS_H
#define SW_STORE_ROCKS_H

#include <pthread.h>

#include "store/db_folder.h"
#include "store/store.h"
#include <rocksdb/c.h>

#define ROCKS_ADVICE_RESTORE "stop, keep a copy of the data directory, restore from the last backup"
#define ROCKS_NUMBER_KEY     "/number" /* no store is named so */
#define ROCKS_NUMBER_BYTES   12u       /* and its checksum */

/* RocksDB's property: what readers of tables take beside the cache. */
#define ROCKS_FILTERS_OUTSIDE "rocksdb.estimate-table-readers-mem"

#define ROCKS_VALUES         "rocksdb.live-blob-file-size"
#define ROCKS_VALUES_GARBAGE "rocksdb.live-blob-file-garbage-size"

typedef struct rocks_db {
    sw_db db;
    sw_db_folder folder;
    sw_db_budget budget;
    rocksdb_t *rocks;
    rocksdb_cache_t *cache;                    /* blocks, indexes and filters of all stores */
    rocksdb_column_family_handle_t **families; /* the stores in order of the specs, then the rest */
    rocksdb_options_t **family_options;
    char **names;                        /* of families */
    rocksdb_column_family_handle_t *own; /* `default`: the stores' versions, the last number */
    uint64_t number;      /* of the last synced write; kept with it, and in MARK after its sync */
    bool *scans;          /* by store: read in order, not worth the cache */
    bool *collects;       /* by store: values that are not wanted any more are being cleared out */
    uint32_t *ranges;     /* by store: deleted ranges in its memtable, about */
    uint32_t *versions;   /* by store: the format of this program */
    uint32_t *stale;      /* by store: sw_db_stale */
    uint32_t store_count; /* of the specs */
    uint32_t
        family_count; /* of the database: the stores, `default`, and stores of other versions */
    rocksdb_options_t *options;
    rocksdb_readoptions_t *read;
    rocksdb_writeoptions_t *synced, *unsynced;
    rocksdb_writebatch_t *batch;
    pthread_mutex_t write; /* one write at a time: a mark must not run ahead of its sync */
    uint64_t bytes_appended;
    uint32_t writes_to_share; /* until memory is shared out again */
    uint32_t loads;           /* files made to be taken in; atomic */
    sw_err failed;            /* the first failed write; nothing is written after it */
    sw_buf error_text;
} rocks_db;

/* What RocksDB's text says, as one of ours. Frees the text; keeps the first in `db`. */
sw_err rocks_error(rocks_db *db, char *text);

/* The same while the database is in use; not under the lock of writes. */
sw_err rocks_fail(rocks_db *db, char *text);

/* rocks_load.c: of the table. */
sw_err rocks_load(sw_db *base, uint32_t store, bool (*next)(void *arg, uint64_t at, sw_op *ret),
                  void *arg);

/* Writes `db->batch`. A synced write gets the next number, and MARK learns of it when it is on the
 * disk. */
SW_NODISCARD sw_err rocks_write_batch(rocks_db *db, bool sync);

/* rocks_version.c: the formats of the stores. Checks those that are there, writes down the others;
 * the first that can't be read is told. */
SW_NODISCARD sw_err rocks_check_versions(rocks_db *db, const sw_store_spec *specs, sw_diags *diags);
uint32_t rocks_stale(sw_db *base, uint32_t store);
SW_NODISCARD sw_err rocks_set_stale(sw_db *base, uint32_t store, bool stale);
/* What RocksDB said about a failed opening, for a person. Returns `err`. */
sw_err rocks_complain(rocks_db *db, sw_err err, sw_diags *diags);

/* rocks_batch.c: the changes into `db->batch`, each store's in order of key, which is how a
 * memtable takes them cheapest. */
void rocks_fill_batch(rocks_db *db, const sw_batch *batch);

/* rocks_options.c: fills options, cache, family_options; the names are known. */
SW_NODISCARD sw_err rocks_options(rocks_db *db, const sw_store_spec *specs);
/* The cache gives way to filters that are outside of it, down to a third of its share. Now and
 * then, under the lock of writes. */
void rocks_share_memory(rocks_db *db);
/* Values of a log lie in files of their own, which go when nothing in them is wanted. RocksDB would
 * move a quarter of all values with each merge, wanted or not, so that is switched on only while
 * there is much garbage. Now and then, under the lock of writes. */
void rocks_collect_values(rocks_db *db);
void rocks_options_free(rocks_db *db);

/* rocks_open.c: everything between an open folder and a database in use. */
SW_NODISCARD sw_err rocks_open(rocks_db *db, const sw_store_spec *specs, sw_diags *diags);
/* With a recovery mode, or to read only; NULL, or RocksDB's complaint, which the caller frees. */
char *rocks_try_open(rocks_db *db, const char *path, int recovery_mode, bool read_only);
void rocks_close_families(rocks_db *db);
void rocks_free(rocks_db *db);

/* rocks_tables.c: that no table which the database names is damaged where RocksDB would end the
 * process (table_tail.h); with `finished` also that none of them ends early, which takes a second
 * opening after every crash that left one unfinished. Families and options are there, the database
 * is not open. Each such table has a finding. */
SW_NODISCARD sw_err rocks_check_tables(rocks_db *db, bool finished, sw_diags *diags);

#endif
