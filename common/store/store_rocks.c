#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/wire.h"
#include "store/rocks.h"

#define ERROR_TEXT_MAX   ((size_t)4096)
#define BATCH_BYTES_KEPT ((size_t)4 << 20)
#define WRITES_TO_SHARE  256u
#define RANGES_MAX       128u
#define MANY             128u /* keys looked up at once */

typedef struct rocks_iter {
    sw_iter iter;
    rocks_db *db;
    rocksdb_iterator_t *rocks;
    rocksdb_readoptions_t *read;
    bool started, backward;
    sw_err err;
    char bound[]; /* RocksDB reads the upper bound, then the lower one, from here */
} rocks_iter;

/* RocksDB gives texts, not codes. */
static const struct {
    const char *says;
    sw_err err;
} meanings[] = {
    {"No space left", SW_E_FULL},  {"File too large", SW_E_FULL},
    {"quota exceeded", SW_E_FULL}, {"NoSpace", SW_E_FULL},
    {"space limit", SW_E_FULL},    {"Corruption", SW_E_CORRUPT},
    {"corrupt", SW_E_CORRUPT},     {"checksum mismatch", SW_E_CORRUPT},
    {"lock ", SW_E_BUSY},          {"No such file", SW_E_CORRUPT},
};

sw_err rocks_error(rocks_db *db, char *text) {
    sw_err err = SW_E_IO;
    for (size_t i = 0; i < SW_COUNT(meanings); i++)
        if (strstr(text, meanings[i].says)) {
            err = meanings[i].err;
            break;
        }
    if (db->error_text.len == 0) {
        size_t len = strlen(text);
        sw_buf_add(&db->error_text, sw_slice_of(text, len < ERROR_TEXT_MAX ? len : ERROR_TEXT_MAX));
    }
    rocksdb_free(text);
    return err;
}

sw_err rocks_fail(rocks_db *db, char *text) {
    pthread_mutex_lock(&db->write);
    sw_err err = rocks_error(db, text);
    pthread_mutex_unlock(&db->write);
    return err;
}

/* RocksDB counts each comparison of two keys in variables of the thread, for whoever asks: nobody.
 * Each thread has to say so for itself. */
static void count_nothing(void) {
    static _Thread_local bool said;
    if (said) return;
    rocksdb_set_perf_level(rocksdb_disable);
    said = true;
}

static sw_err rocks_get(sw_db *base, uint32_t store, sw_slice key, sw_buf *ret_value) {
    rocks_db *db = (rocks_db *)base;
    char *text = NULL;
    SW_ASSERT(store < db->store_count);
    count_nothing();
    rocksdb_pinnableslice_t *pinned =
        rocksdb_get_pinned_cf(db->rocks, db->read, db->families[store], key.ptr, key.len, &text);
    if (text) return rocks_fail(db, text);
    if (!pinned) return SW_E_NOT_FOUND;
    size_t len;
    const char *value = rocksdb_pinnableslice_value(pinned, &len);
    sw_err err = sw_buf_add(ret_value, sw_slice_of(value, len));
    rocksdb_pinnableslice_destroy(pinned);
    return err;
}

/* Of at most MANY keys. All that RocksDB gives is freed, whatever fails. */
static sw_err get_some(rocks_db *db, uint32_t store, const sw_slice *keys, uint32_t first,
                       uint32_t count, sw_err (*found)(void *arg, uint32_t at, sw_slice value),
                       void *arg) {
    const char *ptrs[MANY];
    size_t lens[MANY];
    rocksdb_pinnableslice_t *values[MANY];
    char *texts[MANY];
    sw_err err = SW_OK;
    for (uint32_t i = 0; i < count; i++) {
        ptrs[i] = keys[first + i].ptr;
        lens[i] = keys[first + i].len;
    }
    rocksdb_batched_multi_get_cf(db->rocks, db->read, db->families[store], count, ptrs, lens,
                                 values, texts, true);
    for (uint32_t i = 0; i < count; i++) {
        if (texts[i]) {
            sw_err failed = rocks_fail(db, texts[i]);
            if (!err) err = failed;
        }
        if (!values[i]) continue;
        size_t len;
        const char *value = rocksdb_pinnableslice_value(values[i], &len);
        if (!err) err = found(arg, first + i, sw_slice_of(value, len));
        rocksdb_pinnableslice_destroy(values[i]);
    }
    return err;
}

static sw_err rocks_get_many(sw_db *base, uint32_t store, const sw_slice *keys, uint32_t count,
                             sw_err (*found)(void *arg, uint32_t at, sw_slice value), void *arg) {
    rocks_db *db = (rocks_db *)base;
    sw_err err = SW_OK;
    SW_ASSERT(store < db->store_count);
    for (uint32_t at = 0; !err && at < count; at += MANY)
        err = get_some(db, store, keys, at, count - at < MANY ? count - at : MANY, found, arg);
    return err;
}

/* Every iterator sorts the ranges that are deleted in the memtable once more; in a file they are
 * sorted for good. */
static sw_err flush_ranges(rocks_db *db) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < db->store_count; i++) {
        char *text = NULL;
        if (db->ranges[i] < RANGES_MAX) continue;
        db->ranges[i] = 0;
        rocksdb_flushoptions_t *options = rocksdb_flushoptions_create();
        rocksdb_flushoptions_set_wait(options, 0);
        rocksdb_flush_cf(db->rocks, options, db->families[i], &text);
        rocksdb_flushoptions_destroy(options);
        if (text) err = rocks_error(db, text);
    }
    return err;
}

/* That a write is on the disk is noted outside of RocksDB, which has no text for it. */
static sw_err mark(rocks_db *db) {
    sw_err err = sw_db_folder_mark(&db->folder, ++db->number);
    if (err && db->error_text.len == 0)
        sw_buf_printf(&db->error_text, "the last commit can't be marked in %s: %s", db->folder.path,
                      strerror(errno));
    return err;
}

sw_err rocks_write_batch(rocks_db *db, bool sync) {
    char *text = NULL;
    if (sync) {
        char number[ROCKS_NUMBER_BYTES];
        sw_wire_put_le(number, db->number + 1, 8);
        sw_wire_put_le(number + 8, sw_crc32c(0, sw_slice_of(number, 8)), 4);
        rocksdb_writebatch_put_cf(db->batch, db->own, ROCKS_NUMBER_KEY, strlen(ROCKS_NUMBER_KEY),
                                  number, sizeof number);
    }
    rocksdb_write(db->rocks, sync ? db->synced : db->unsynced, db->batch, &text);
    if (text) return rocks_error(db, text);
    return sync ? mark(db) : SW_OK;
}

static sw_err rocks_write(sw_db *base, const sw_batch *batch, bool sync) {
    rocks_db *db = (rocks_db *)base;
    count_nothing();
    pthread_mutex_lock(&db->write);
    sw_err err = db->failed;
    if (!err) {
        rocks_fill_batch(db, batch);
        err = rocks_write_batch(db, sync);
        if (!err) err = flush_ranges(db);
        db->failed = err;
        db->bytes_appended += sw_batch_bytes(batch);
        if (db->writes_to_share-- == 0) {
            rocks_share_memory(db);
            rocks_collect_values(db);
            db->writes_to_share = WRITES_TO_SHARE;
        }
        if (sw_batch_bytes(batch) > BATCH_BYTES_KEPT) {
            rocksdb_writebatch_destroy(db->batch);
            db->batch = rocksdb_writebatch_create();
        }
    }
    pthread_mutex_unlock(&db->write);
    return err;
}

static bool iter_next(sw_iter *base, sw_slice *ret_key, sw_slice *ret_value) {
    rocks_iter *it = (rocks_iter *)base;
    if (it->started && rocksdb_iter_valid(it->rocks)) {
        if (it->backward)
            rocksdb_iter_prev(it->rocks);
        else
            rocksdb_iter_next(it->rocks);
    }
    it->started = true;
    if (!rocksdb_iter_valid(it->rocks)) {
        char *text = NULL;
        rocksdb_iter_get_error(it->rocks, &text);
        if (text) it->err = rocks_fail(it->db, text);
        return false;
    }
    ret_key->ptr = rocksdb_iter_key(it->rocks, &ret_key->len);
    ret_value->ptr = rocksdb_iter_value(it->rocks, &ret_value->len);
    return true;
}

static sw_err iter_error(const sw_iter *base) {
    return ((const rocks_iter *)base)->err;
}

static void iter_close(sw_iter *base) {
    rocks_iter *it = (rocks_iter *)base;
    rocksdb_iter_destroy(it->rocks);
    rocksdb_readoptions_destroy(it->read);
    sw_heap_free(it);
}

static const sw_iter_table iter_table = {iter_next, iter_error, iter_close};

static sw_err rocks_iter_open(sw_db *base, uint32_t store, sw_slice from, sw_slice to,
                              bool backward, sw_iter **ret) {
    rocks_db *db = (rocks_db *)base;
    SW_ASSERT(store < db->store_count);
    rocks_iter *it = sw_heap_zero(1, sizeof *it + to.len + from.len);
    if (!it) return SW_E_NOMEM;
    count_nothing();
    it->iter.table = &iter_table;
    it->db = db;
    it->read = rocksdb_readoptions_create();
    if (to.len) {
        memcpy(it->bound, to.ptr, to.len);
        rocksdb_readoptions_set_iterate_upper_bound(it->read, it->bound, to.len);
    }
    if (backward && from.len) {
        memcpy(it->bound + to.len, from.ptr, from.len);
        rocksdb_readoptions_set_iterate_lower_bound(it->read, it->bound + to.len, from.len);
    }
    if (db->scans[store]) rocksdb_readoptions_set_fill_cache(it->read, 0);
    it->rocks = rocksdb_create_iterator_cf(db->rocks, it->read, db->families[store]);
    it->backward = backward;
    if (backward)
        rocksdb_iter_seek_to_last(it->rocks); /* before the upper bound */
    else
        rocksdb_iter_seek(it->rocks, from.len ? from.ptr : "", from.len);
    *ret = &it->iter;
    return SW_OK;
}

/* The copy stands at a number between the one read before and the one read after: the first is its
 * mark. */
static sw_err copy_database(rocks_db *db, const char *dir, uint64_t *ret_number) {
    char path[SW_PATH_MAX];
    char *text = NULL;
    int len = snprintf(path, sizeof path, "%s/db", dir);
    if (len < 0 || (unsigned)len >= sizeof path) return SW_E_LIMIT;
    if (mkdir(dir, 0755) != 0) return errno == EEXIST ? SW_E_INVALID : sw_db_folder_errno(errno);
    *ret_number = db->number;
    rocksdb_checkpoint_t *checkpoint = rocksdb_checkpoint_object_create(db->rocks, &text);
    if (text) return rocks_error(db, text);
    rocksdb_checkpoint_create(checkpoint, path, 0, &text);
    rocksdb_checkpoint_object_destroy(checkpoint);
    return text ? rocks_error(db, text) : SW_OK;
}

static sw_err rocks_checkpoint(sw_db *base, const char *dir) {
    rocks_db *db = (rocks_db *)base;
    uint64_t number;
    pthread_mutex_lock(&db->write);
    sw_err err = copy_database(db, dir, &number);
    pthread_mutex_unlock(&db->write);
    return err ? err : sw_db_folder_write(dir, number);
}

static uint64_t sum_property(const rocks_db *db, const char *name) {
    uint64_t sum = 0, one = 0;
    for (uint32_t i = 0; i < db->family_count; i++)
        if (rocksdb_property_int_cf(db->rocks, db->families[i], name, &one) == 0) sum += one;
    return sum;
}

/* One counter of RocksDB's statistics text: "name COUNT : n". */
static uint64_t counter(const char *statistics, const char *name) {
    const char *at = strstr(statistics, name);
    unsigned long long n = 0;
    if (at && sscanf(at + strlen(name), " COUNT : %llu", &n) != 1) n = 0;
    return n;
}

static void rocks_usage(sw_db *base, sw_db_usage *ret) {
    rocks_db *db = (rocks_db *)base;
    ret->block_cache_bytes = rocksdb_cache_get_usage(db->cache);
    ret->pinned_bytes = rocksdb_cache_get_pinned_usage(db->cache);
    ret->memtable_bytes = sum_property(db, "rocksdb.size-all-mem-tables");
    ret->filter_bytes = sum_property(db, ROCKS_FILTERS_OUTSIDE);
    ret->disk_bytes = sw_db_folder_bytes(&db->folder);
    pthread_mutex_lock(&db->write);
    ret->bytes_appended = db->bytes_appended;
    pthread_mutex_unlock(&db->write);
    char *statistics = rocksdb_options_statistics_get_string(db->options);
    if (!statistics) return;
    ret->bytes_written = counter(statistics, "rocksdb.wal.bytes") +
                         counter(statistics, "rocksdb.flush.write.bytes") +
                         counter(statistics, "rocksdb.compact.write.bytes");
    rocksdb_free(statistics);
}

static void rocks_error_text(sw_db *base, sw_buf *ret) {
    rocks_db *db = (rocks_db *)base;
    pthread_mutex_lock(&db->write);
    if (db->error_text.len) /* not every text of RocksDB's names a file */
        sw_buf_printf(ret, "%s: %.*s", db->folder.db_path, SW_FMT(sw_buf_slice(&db->error_text)));
    pthread_mutex_unlock(&db->write);
}

static bool rocks_has_room(sw_db *base) {
    rocks_db *db = (rocks_db *)base;
    return db->budget.free_disk_bytes == 0 ||
           sw_db_folder_free_bytes(&db->folder) >= db->budget.free_disk_bytes;
}

static void rocks_close(sw_db *base) {
    rocks_free((rocks_db *)base);
}

static const sw_db_table table = {
    .get = rocks_get,
    .get_many = rocks_get_many,
    .write = rocks_write,
    .iter_open = rocks_iter_open,
    .checkpoint = rocks_checkpoint,
    .usage = rocks_usage,
    .error_text = rocks_error_text,
    .has_room = rocks_has_room,
    .close = rocks_close,
    .load = rocks_load,
    .stale = rocks_stale,
    .set_stale = rocks_set_stale,
};

sw_err sw_db_rocks_open(const char *dir, const sw_store_spec *specs, uint32_t count,
                        sw_db_budget budget, sw_diags *diags, sw_db **ret) {
    SW_ASSERT(dir && specs && count > 0 && ret);
    rocks_db *db = sw_heap_zero(1, sizeof *db);
    if (!db) return SW_E_NOMEM;
    db->db.table = &table;
    db->store_count = count;
    db->budget = budget;
    db->folder.lock_fd = db->folder.mark_fd = -1;
    pthread_mutex_init(&db->write, NULL);
    sw_buf_init(&db->error_text, ERROR_TEXT_MAX);
    sw_err err = sw_db_folder_open(dir, diags, &db->folder);
    if (!err) err = rocks_open(db, specs, diags);
    if (err) {
        rocks_free(db);
        return err;
    }
    *ret = &db->db;
    return SW_OK;
}
