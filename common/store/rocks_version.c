/* The format of each store's values, kept under the store's name in the default family. */
#include "base/hash.h"
#include "base/wire.h"
#include "store/rocks.h"

#define VERSION_BYTES 8u
#define BEING_RENEWED UINT32_MAX /* instead of a version */

static void encode_version(uint32_t version, char ret[VERSION_BYTES]) {
    sw_wire_put_le(ret, version, 4);
    sw_wire_put_le(ret + 4, sw_crc32c(0, sw_slice_of(ret, 4)), 4);
}

static void put_version(rocks_db *db, uint32_t store, uint32_t version) {
    char bytes[VERSION_BYTES];
    encode_version(version, bytes);
    rocksdb_writebatch_put_cf(db->batch, db->own, db->names[store], strlen(db->names[store]), bytes,
                              sizeof bytes);
}

/* `ret` 0: it is not there yet. */
static sw_err read_version(rocks_db *db, const char *name, uint32_t *ret, sw_diags *diags) {
    char *text = NULL, expected[VERSION_BYTES];
    size_t len = 0;
    char *stored = rocksdb_get_cf(db->rocks, db->read, db->own, name, strlen(name), &len, &text);
    if (text) return rocks_complain(db, rocks_error(db, text), diags);
    *ret = 0;
    if (!stored) return SW_OK;
    uint32_t version = len == VERSION_BYTES ? (uint32_t)sw_wire_get_le(stored, 4) : 0;
    encode_version(version, expected);
    bool whole = version > 0 && memcmp(stored, expected, len) == 0;
    rocksdb_free(stored);
    *ret = version;
    return whole ? SW_OK
                 : sw_diag_at(diags, SW_E_CORRUPT, 0, 0, name, ROCKS_ADVICE_RESTORE,
                              "the version entry of this store is damaged");
}

/* What follows from other stores is not worth reading in an older format. */
static void begin_anew(rocks_db *db, uint32_t store) {
    static const char behind[] = "\xff\xff\xff\xff\xff\xff\xff\xff"; /* all keys: of no task */
    rocksdb_writebatch_delete_range_cf(db->batch, db->families[store], "", 0, behind,
                                       sizeof behind - 1);
    put_version(db, store, db->versions[store]);
}

static sw_err check_version(rocks_db *db, uint32_t store, uint32_t version,
                            const sw_store_spec *spec, sw_diags *diags) {
    if (version == db->versions[store]) return SW_OK;
    if (spec->derived && version < db->versions[store]) {
        begin_anew(db, store);
        return SW_OK;
    }
    if (spec->renewable && (version < db->versions[store] || version == BEING_RENEWED)) {
        db->stale[store] = version;
        return SW_OK;
    }
    if (version == BEING_RENEWED)
        return sw_diag_at(diags, SW_E_VERSION, 0, 0, db->names[store],
                          "start the Seawall that began with it",
                          "this store was being built anew from the log");
    return sw_diag_at(diags, SW_E_VERSION, 0, 0, db->names[store],
                      "use the Seawall that wrote it, or rebuild the state from the log",
                      "this store has format %u, this Seawall reads %u", version,
                      db->versions[store]);
}

sw_err rocks_check_versions(rocks_db *db, const sw_store_spec *specs, sw_diags *diags) {
    rocksdb_writebatch_clear(db->batch);
    for (uint32_t i = 0; i < db->store_count; i++) {
        uint32_t version = 0;
        sw_err err = read_version(db, specs[i].name, &version, diags);
        if (!err && version) err = check_version(db, i, version, &specs[i], diags);
        if (err) return err;
        if (!version) put_version(db, i, specs[i].version);
    }
    if (rocksdb_writebatch_count(db->batch) == 0) return SW_OK;
    sw_err err = rocks_write_batch(db, true);
    return err ? rocks_complain(db, err, diags) : SW_OK;
}

uint32_t rocks_stale(sw_db *base, uint32_t store) {
    return ((rocks_db *)base)->stale[store];
}

sw_err rocks_set_stale(sw_db *base, uint32_t store, bool stale) {
    rocks_db *db = (rocks_db *)base;
    pthread_mutex_lock(&db->write);
    sw_err err = db->failed;
    if (!err) {
        rocksdb_writebatch_clear(db->batch);
        put_version(db, store, stale ? BEING_RENEWED : db->versions[store]);
        db->failed = err = rocks_write_batch(db, true);
    }
    if (!err) db->stale[store] = stale ? BEING_RENEWED : 0;
    pthread_mutex_unlock(&db->write);
    return err;
}
