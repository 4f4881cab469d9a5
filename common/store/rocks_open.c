#include "base/arena.h"
#include "base/hash.h"
#include "base/wire.h"
#include "store/rocks.h"

#define DEFAULT_FAMILY "default"

static char *copy_text(const char *text) {
    size_t bytes = strlen(text) + 1;
    char *copy = sw_heap_alloc(bytes);
    if (copy) memcpy(copy, text, bytes);
    return copy;
}

static bool has_name(const rocks_db *db, const char *name) {
    for (uint32_t i = 0; i < db->family_count; i++)
        if (strcmp(db->names[i], name) == 0) return true;
    return false;
}

static sw_err add_name(rocks_db *db, const char *name) {
    if (has_name(db, name)) return SW_OK;
    if (!(db->names[db->family_count] = copy_text(name))) return SW_E_NOMEM;
    db->family_count++;
    return SW_OK;
}

/* The stores first, so that a store's number is its family's; RocksDB wants every family opened. */
static sw_err name_families(rocks_db *db, const sw_store_spec *specs) {
    size_t stored_count = 0;
    char *text = NULL;
    rocksdb_options_t *options = rocksdb_options_create();
    char **stored = rocksdb_list_column_families(options, db->folder.db_path, &stored_count, &text);
    rocksdb_options_destroy(options);
    if (text) rocksdb_free(text); /* no database yet, or one that opening will complain of */
    sw_err err = SW_OK;
    db->names = sw_heap_zero(db->store_count + stored_count + 1, sizeof db->names[0]);
    if (!db->names) err = SW_E_NOMEM;
    for (uint32_t i = 0; !err && i < db->store_count; i++) err = add_name(db, specs[i].name);
    SW_ASSERT(err || db->family_count == db->store_count);
    if (!err) err = add_name(db, DEFAULT_FAMILY);
    for (size_t i = 0; !err && i < stored_count; i++) err = add_name(db, stored[i]);
    if (stored) rocksdb_list_column_families_destroy(stored, stored_count);
    return err;
}

static rocksdb_column_family_handle_t *default_family(const rocks_db *db) {
    for (uint32_t i = db->store_count; i < db->family_count; i++)
        if (strcmp(db->names[i], DEFAULT_FAMILY) == 0) return db->families[i];
    SW_ASSERT(false); /* every database has a default family */
    return NULL;
}

void rocks_close_families(rocks_db *db) {
    for (uint32_t i = 0; i < db->family_count; i++)
        if (db->families[i]) rocksdb_column_family_handle_destroy(db->families[i]);
    memset(db->families, 0, db->family_count * sizeof db->families[0]);
    if (db->rocks) rocksdb_close(db->rocks);
    db->rocks = NULL;
}

char *rocks_try_open(rocks_db *db, const char *path, int recovery_mode, bool read_only) {
    char *text = NULL;
    const char *const *names = (const char *const *)db->names;
    const rocksdb_options_t *const *options = (const rocksdb_options_t *const *)db->family_options;
    int count = (int)db->family_count;
    rocksdb_options_set_wal_recovery_mode(db->options, recovery_mode);
    db->rocks = read_only ? rocksdb_open_for_read_only_column_families(
                                db->options, path, count, names, options, db->families, 0, &text)
                          : rocksdb_open_column_families(db->options, path, count, names, options,
                                                         db->families, &text);
    if (text) {
        db->rocks = NULL;
        return text;
    }
    db->own = default_family(db);
    return NULL;
}

sw_err rocks_complain(rocks_db *db, sw_err err, sw_diags *diags) {
    sw_slice said = sw_buf_slice(&db->error_text);
    switch (err) {
    case SW_E_CORRUPT:
        return sw_diag_at(diags, err, 0, 0, db->folder.db_path, ROCKS_ADVICE_RESTORE,
                          "the database is damaged: %.*s", SW_FMT(said));
    case SW_E_FULL:
        return sw_diag_at(diags, err, 0, 0, db->folder.db_path,
                          "make room on the disk, then start again", "the disk is full: %.*s",
                          SW_FMT(said));
    case SW_E_BUSY:
        return sw_diag_at(diags, err, 0, 0, db->folder.db_path,
                          "stop the other process, or use another data_dir",
                          "another process has the database open: %.*s", SW_FMT(said));
    default:
        return sw_diag_at(diags, err, 0, 0, db->folder.db_path,
                          "check the disk and the rights of the folder",
                          "can't open the database: %.*s", SW_FMT(said));
    }
}

/* The number of the last synced write that the database has. */
static sw_err read_number(rocks_db *db, uint64_t *ret) {
    char *text = NULL;
    size_t len = 0;
    char *stored = rocksdb_get_cf(db->rocks, db->read, db->own, ROCKS_NUMBER_KEY,
                                  strlen(ROCKS_NUMBER_KEY), &len, &text);
    if (text) return rocks_error(db, text);
    bool whole = !stored || (len == ROCKS_NUMBER_BYTES && (uint32_t)sw_wire_get_le(stored + 8, 4) ==
                                                              sw_crc32c(0, sw_slice_of(stored, 8)));
    if (whole) *ret = stored ? sw_wire_get_le(stored, 8) : 0;
    if (stored) rocksdb_free(stored);
    return whole ? SW_OK : SW_E_CORRUPT;
}

static sw_err check_mark(rocks_db *db, sw_diags *diags) {
    sw_err err = read_number(db, &db->number);
    if (err) return rocks_complain(db, err, diags);
    if (db->number >= db->folder.marked) return SW_OK;
    return sw_diag_at(diags, SW_E_CORRUPT, 0, 0, db->folder.db_path, ROCKS_ADVICE_RESTORE,
                      "commits that were acknowledged are missing: the last is number %llu, but "
                      "%llu was on the disk; the write-ahead log (*.log) or MANIFEST is damaged",
                      (unsigned long long)db->number, (unsigned long long)db->folder.marked);
}

/* A write-ahead log that is whole is opened at once. One that is not may have been torn by a power
 * cut in a write that nobody was told of: then everything up to the mark is there without the tail,
 * which is looked at without changing a file. If it is not all there, bytes that were synced are
 * damaged. A table that lost its end is told by name; RocksDB would name another file. */
static sw_err open_database(rocks_db *db, sw_diags *diags) {
    const char *path = db->folder.db_path;
    char *text = rocks_try_open(db, path, rocksdb_absolute_consistency_recovery, false);
    if (!text) return SW_OK;
    sw_err err = rocks_error(db, text);
    if (err != SW_E_CORRUPT) return rocks_complain(db, err, diags);
    if ((err = rocks_check_tables(db, true, diags))) return err;
    text = rocks_try_open(db, path, rocksdb_point_in_time_recovery, true);
    if (text) {
        rocksdb_free(text);
        return rocks_complain(db, SW_E_CORRUPT, diags);
    }
    err = check_mark(db, diags);
    rocks_close_families(db);
    if (err) return err;
    sw_buf_clear(&db->error_text);
    text = rocks_try_open(db, path, rocksdb_point_in_time_recovery, false);
    return text ? rocks_complain(db, rocks_error(db, text), diags) : SW_OK;
}

sw_err rocks_open(rocks_db *db, const sw_store_spec *specs, sw_diags *diags) {
    sw_err err = name_families(db, specs);
    if (err) return err;
    db->families = sw_heap_zero(db->family_count, sizeof db->families[0]);
    db->scans = sw_heap_zero(db->family_count, sizeof db->scans[0]);
    db->ranges = sw_heap_zero(db->family_count, sizeof db->ranges[0]);
    db->collects = sw_heap_zero(db->family_count, sizeof db->collects[0]);
    db->versions = sw_heap_zero(db->store_count, sizeof db->versions[0]);
    db->stale = sw_heap_zero(db->store_count, sizeof db->stale[0]);
    if (!db->families || !db->scans || !db->ranges || !db->collects) return SW_E_NOMEM;
    if (!db->versions || !db->stale) return SW_E_NOMEM;
    for (uint32_t i = 0; i < db->store_count; i++) {
        db->scans[i] = specs[i].ordered_tail;
        db->versions[i] = specs[i].version;
    }
    err = rocks_options(db, specs);
    if (!err) err = rocks_check_tables(db, false, diags);
    if (!err) err = open_database(db, diags);
    if (!err) err = check_mark(db, diags);
    if (!err) err = rocks_check_versions(db, specs, diags);
    return err;
}

void rocks_free(rocks_db *db) {
    if (db->families) rocks_close_families(db);
    rocks_options_free(db);
    for (uint32_t i = 0; db->names && i < db->family_count; i++) sw_heap_free(db->names[i]);
    sw_heap_free(db->names);
    sw_heap_free(db->families);
    sw_heap_free(db->scans);
    sw_heap_free(db->ranges);
    sw_heap_free(db->collects);
    sw_heap_free(db->versions);
    sw_heap_free(db->stale);
    sw_db_folder_close(&db->folder);
    sw_buf_done(&db->error_text);
    pthread_mutex_destroy(&db->write);
    sw_heap_free(db);
}
