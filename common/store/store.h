/* store.h - an ordered key-value database of named stores, behind one interface.  Layer 3.  Thread:
 * see each call. */
#ifndef SW_STORE_STORE_H
#define SW_STORE_STORE_H

#include "base/buf.h"
#include "base/diag.h"

/* Backends: memory (tests, simulation, replay), RocksDB (one database a process, one column family
 * a store). Keys are ordered by bytes. All stores of one batch change together or not at all. */
typedef struct sw_db sw_db;

typedef struct sw_store_spec {
    const char *name;   /* "deadline.books", "log", "timers" */
    uint32_t version;   /* of the values' format: opening with another one is SW_E_VERSION */
    bool point_lookups; /* bloom filters worth their memory */
    bool hot;           /* of these: nearly each record looks rows up, so that what has not been
                           flushed is worth a filter too, and filters are worth being finer */
    bool present;       /* of these: rows that are looked up are there, so that the oldest run, most
                           of them all, needs no filter */
    bool rewritten;     /* rows are written anew again and again, in no order: they are not
                           compressed, as merges go by the size of files */
    bool ordered_tail;  /* keys mostly grow: larger blocks, no filters (log) */
    bool churn;         /* rows come and go, in no order: writes them again less often, at the price
                           of space */
    bool derived;       /* opened with an older format it is empty, and has the new one */
    bool renewable;     /* may be opened with an older format: sw_db_stale tells, and nobody reads
                           it until it has been written anew */
} sw_store_spec;

/* What may be used for everything, by all stores together. */
typedef struct sw_db_budget {
    size_t memory_bytes;    /* block cache, memtables, filters, together; 0: 64 MiB */
    size_t free_disk_bytes; /* below this sw_db_has_room says no; 0: never */
    bool count_writes;      /* fill usage.bytes_written: costs a few percent */
    bool cache;             /* of a log elsewhere: writes without sync may be lost in a crash, but
                               only the last ones of all stores together */
} sw_db_budget;

typedef struct sw_db_usage {
    uint64_t block_cache_bytes, memtable_bytes, filter_bytes, pinned_bytes;
    uint64_t disk_bytes;
    uint64_t bytes_written, bytes_appended; /* write amplification = written / appended */
} sw_db_usage;

/* A list of changes, in order. Owns copies of keys and values but for what it has borrowed; reused
 * by clear. Thread: owner's. */
typedef struct sw_batch sw_batch;
SW_NODISCARD sw_err sw_batch_new(size_t bytes_max, sw_batch **ret);
void sw_batch_free(sw_batch *batch);
void sw_batch_clear(sw_batch *batch);
size_t sw_batch_bytes(const sw_batch *batch);
uint32_t sw_batch_count(const sw_batch *batch);
/* SW_E_LIMIT past bytes_max; the batch is unchanged then. `store` is the index in the specs. */
SW_NODISCARD sw_err sw_batch_put(sw_batch *batch, uint32_t store, sw_slice key, sw_slice value);
SW_NODISCARD sw_err sw_batch_delete(sw_batch *batch, uint32_t store, sw_slice key);
/* All keys k with from <= k < to. */
SW_NODISCARD sw_err sw_batch_delete_range(sw_batch *batch, uint32_t store, sw_slice from,
                                          sw_slice to);

typedef enum sw_op_kind { SW_OP_PUT, SW_OP_DELETE, SW_OP_DELETE_RANGE } sw_op_kind;
typedef struct sw_op {
    sw_op_kind kind;
    uint32_t store;
    sw_slice key, value; /* DELETE_RANGE: from, to */
} sw_op;
/* A change without copies: key and value must stay where they are as long as the batch is read. */
SW_NODISCARD sw_err sw_batch_borrow(sw_batch *batch, const sw_op *op);
/* Copies of all changes of `more` after those of `batch`; all or none. */
SW_NODISCARD sw_err sw_batch_append(sw_batch *batch, const sw_batch *more);
/* The same without copies: `more` must stay as it is as long as the batch is read. */
SW_NODISCARD sw_err sw_batch_borrow_all(sw_batch *batch, const sw_batch *more);
/* Iterates: *at starts at 0; false at the end. Slices live until the batch changes. */
bool sw_batch_next(const sw_batch *batch, size_t *at, sw_op *ret);

typedef struct sw_iter sw_iter;

/* The backends fill this table; callers use the functions below. */
typedef struct sw_db_table {
    sw_err (*get)(sw_db *db, uint32_t store, sw_slice key, sw_buf *ret_value);
    sw_err (*write)(sw_db *db, const sw_batch *batch, bool sync);
    sw_err (*iter_open)(sw_db *db, uint32_t store, sw_slice from, sw_slice to, bool backward,
                        sw_iter **ret);
    sw_err (*checkpoint)(sw_db *db, const char *dir);
    void (*usage)(sw_db *db, sw_db_usage *ret);
    void (*error_text)(sw_db *db, sw_buf *ret);
    bool (*has_room)(sw_db *db);
    void (*close)(sw_db *db);
    /* Rows in the order of their keys, each key once, `next` until it says false: load.h. May be
     * NULL: written by batches. */
    sw_err (*load)(sw_db *db, uint32_t store, bool (*next)(void *arg, uint64_t at, sw_op *ret),
                   void *arg);
    /* May be NULL: one after the other. */
    sw_err (*get_many)(sw_db *db, uint32_t store, const sw_slice *keys, uint32_t count,
                       sw_err (*found)(void *arg, uint32_t at, sw_slice value), void *arg);
    /* May be NULL: what is in memory was written by this program. */
    uint32_t (*stale)(sw_db *db, uint32_t store);
    sw_err (*set_stale)(sw_db *db, uint32_t store, bool stale);
} sw_db_table;
struct sw_db {
    const sw_db_table *table;
};

typedef struct sw_iter_table {
    bool (*next)(sw_iter *iter, sw_slice *ret_key, sw_slice *ret_value);
    sw_err (*error)(const sw_iter *iter);
    void (*close)(sw_iter *iter);
} sw_iter_table;
struct sw_iter {
    const sw_iter_table *table;
};

/* Appends the value to `ret_value`. SW_E_NOT_FOUND; SW_E_IO, SW_E_CORRUPT. Thread: any. */
SW_NODISCARD sw_err sw_db_get(sw_db *db, uint32_t store, sw_slice key, sw_buf *ret_value);
/* The same of many keys, in ascending order, which costs less than one after the other: `found` is
 * told of each that is there, by its place, until it fails. The value lives for the call. */
SW_NODISCARD sw_err sw_db_get_many(sw_db *db, uint32_t store, const sw_slice *keys, uint32_t count,
                                   sw_err (*found)(void *arg, uint32_t at, sw_slice value),
                                   void *arg);
/* All or nothing. With `sync` it is on the disk when this returns. Any failure but SW_E_LIMIT is
 * FATAL: the outcome is not known. Thread: any; writes of several threads are one after the other.
 */
SW_NODISCARD sw_err sw_db_write(sw_db *db, const sw_batch *batch, bool sync);
/* Keys from <= k < to (`to` empty: to the end), as of now; later writes are not seen. */
SW_NODISCARD sw_err sw_db_iter_open(sw_db *db, uint32_t store, sw_slice from, sw_slice to,
                                    sw_iter **ret);
/* The same keys, the last one first. */
SW_NODISCARD sw_err sw_db_iter_open_back(sw_db *db, uint32_t store, sw_slice from, sw_slice to,
                                         sw_iter **ret);
/* False at the end or on an error (sw_iter_error). Slices live until the next call. */
bool sw_iter_next(sw_iter *iter, sw_slice *ret_key, sw_slice *ret_value);
sw_err sw_iter_error(const sw_iter *iter);
void sw_iter_close(sw_iter *iter); /* NULL is a no-op */
/* A consistent copy in a new folder `dir`, while the database is in use. SW_E_INVALID: memory has
 * none. */
SW_NODISCARD sw_err sw_db_checkpoint(sw_db *db, const char *dir);
void sw_db_usage_read(sw_db *db, sw_db_usage *ret);
/* What the first failure of the database said, for a person, behind the database's folder; nothing
 * if there was none. Thread: any. */
void sw_db_error_text(sw_db *db, sw_buf *ret);
/* Of a renewable store: the older format that its rows have, UINT32_MAX where they were being
 * written anew when the process ended; 0: it may be read. */
uint32_t sw_db_stale(sw_db *db, uint32_t store);
/* From now on its rows are half old and half new, for every program; or they are all of this
 * program's format. Synced, and with it what was written before. As sw_db_write. */
SW_NODISCARD sw_err sw_db_set_stale(sw_db *db, uint32_t store, bool stale);
/* False when the free space of the disk is below the budget's watermark: refuse input now. */
bool sw_db_has_room(sw_db *db);
void sw_db_close(sw_db *db); /* NULL is a no-op */
/* Takes a folder away, a database's or one that holds some, with all that lies in it; nothing if
 * there is none. */
void sw_db_remove(const char *dir);

/* Memory: an ordered map, deterministic. */
SW_NODISCARD sw_err sw_db_mem_open(const sw_store_spec *specs, uint32_t count, sw_db **ret);
/* RocksDB in `dir`, made if it is not there; the folder above must be. Refused with a text that
 * says what to do: SW_E_BUSY (another process), SW_E_VERSION (another format), SW_E_CORRUPT
 * (damaged), SW_E_FULL, SW_E_IO. */
SW_NODISCARD sw_err sw_db_rocks_open(const char *dir, const sw_store_spec *specs, uint32_t count,
                                     sw_db_budget budget, sw_diags *diags, sw_db **ret);

#endif
