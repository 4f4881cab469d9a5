#include <stdio.h>
#include <unistd.h>

#include "store/rocks.h"

/* A sorted file of rows, which the database then takes as it is: no memtable, no log. */

static sw_err fill(rocks_db *db, rocksdb_sstfilewriter_t *writer,
                   bool (*next)(void *arg, uint64_t at, sw_op *ret), void *arg) {
    char *text = NULL;
    sw_op op;
    for (uint64_t i = 0; !text && next(arg, i, &op); i++) {
        if (op.kind == SW_OP_PUT)
            rocksdb_sstfilewriter_put(writer, op.key.ptr, op.key.len, op.value.ptr, op.value.len,
                                      &text);
        else
            rocksdb_sstfilewriter_delete(writer, op.key.ptr, op.key.len, &text);
    }
    if (!text) rocksdb_sstfilewriter_finish(writer, &text);
    return text ? rocks_fail(db, text) : SW_OK;
}

static sw_err write_file(rocks_db *db, uint32_t store, const char *path,
                         bool (*next)(void *arg, uint64_t at, sw_op *ret), void *arg) {
    char *text = NULL;
    rocksdb_envoptions_t *env = rocksdb_envoptions_create();
    rocksdb_sstfilewriter_t *writer = rocksdb_sstfilewriter_create(env, db->family_options[store]);
    rocksdb_sstfilewriter_open(writer, path, &text);
    sw_err err = text ? rocks_fail(db, text) : fill(db, writer, next, arg);
    rocksdb_sstfilewriter_destroy(writer);
    rocksdb_envoptions_destroy(env);
    return err;
}

static sw_err take_file(rocks_db *db, uint32_t store, const char *path) {
    char *text = NULL;
    rocksdb_ingestexternalfileoptions_t *options = rocksdb_ingestexternalfileoptions_create();
    rocksdb_ingestexternalfileoptions_set_move_files(options, 1);
    rocksdb_ingest_external_file_cf(db->rocks, db->families[store], &path, 1, options, &text);
    rocksdb_ingestexternalfileoptions_destroy(options);
    return text ? rocks_fail(db, text) : SW_OK;
}

sw_err rocks_load(sw_db *base, uint32_t store, bool (*next)(void *arg, uint64_t at, sw_op *ret),
                  void *arg) {
    rocks_db *db = (rocks_db *)base;
    char path[SW_PATH_MAX + 32];
    uint32_t number = __atomic_fetch_add(&db->loads, 1, __ATOMIC_RELAXED);
    SW_ASSERT(store < db->store_count);
    snprintf(path, sizeof path, "%s/load-%u.sst", db->folder.path, number);
    sw_err err = write_file(db, store, path, next, arg);
    if (!err) err = take_file(db, store, path);
    (void)unlink(path); /* it has another name in the database by now */
    if (!err) return SW_OK;
    pthread_mutex_lock(&db->write);
    if (!db->failed) db->failed = err;
    pthread_mutex_unlock(&db->write);
    return err;
}
