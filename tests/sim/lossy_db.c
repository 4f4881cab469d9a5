#include <string.h>

#include "sim/faults.h"
#include "store/overlay.h"

/* Reads see the disk and the page cache. What is in the cache only is kept as batches over the
 * disk; as reads must see them, they are synced (written through) as soon as anything reads or
 * syncs. A crash between an unsynced write and the next read loses it. */
static lossy_db *of(sw_db *db) {
    return (lossy_db *)db;
}

static sw_err flush(lossy_db *disk) {
    for (uint32_t i = 0; i < disk->unsynced_count; i++) {
        sw_err err = sw_db_write(disk->inner, disk->unsynced[i], true);
        sw_batch_free(disk->unsynced[i]);
        if (err) return err;
    }
    disk->unsynced_count = 0;
    return SW_OK;
}

static sw_err get(sw_db *db, uint32_t store, sw_slice key, sw_buf *ret_value) {
    sw_err err = flush(of(db));
    return err ? err : sw_db_get(of(db)->inner, store, key, ret_value);
}

static sw_err cache(lossy_db *disk, const sw_batch *batch) {
    if (disk->unsynced_count == SW_COUNT(disk->unsynced)) {
        sw_err err = flush(disk);
        if (err) return err;
    }
    sw_batch *copy;
    sw_err err = sw_batch_new((size_t)256 << 20, &copy);
    if (!err) err = sw_batch_append(copy, batch);
    if (!err) disk->unsynced[disk->unsynced_count++] = copy;
    return err;
}

static sw_err write(sw_db *db, const sw_batch *batch, bool sync) {
    lossy_db *disk = of(db);
    sw_err planned = disk->next_write;
    if (planned) disk->hit = true;
    disk->next_write = SW_OK;
    if (planned && !disk->write_applied) return planned;
    sw_err err = sync ? flush(disk) : SW_OK;
    if (!err) err = sync ? sw_db_write(disk->inner, batch, true) : cache(disk, batch);
    return planned ? planned : err;
}

static sw_err iter_open(sw_db *db, uint32_t store, sw_slice from, sw_slice to, bool backward,
                        sw_iter **ret) {
    sw_err err = flush(of(db));
    if (err) return err;
    return backward ? sw_db_iter_open_back(of(db)->inner, store, from, to, ret)
                    : sw_db_iter_open(of(db)->inner, store, from, to, ret);
}

static sw_err checkpoint(sw_db *db, const char *dir) {
    return sw_db_checkpoint(of(db)->inner, dir);
}

static void usage(sw_db *db, sw_db_usage *ret) {
    sw_db_usage_read(of(db)->inner, ret);
}

static bool has_room(sw_db *db) {
    return !of(db)->down && sw_db_has_room(of(db)->inner);
}

/* The bus closes its database; the disk outlives it. */
static void close(sw_db *db) {
    (void)db;
}

static const sw_db_table table = {
    .get = get,
    .write = write,
    .iter_open = iter_open,
    .checkpoint = checkpoint,
    .usage = usage,
    .has_room = has_room,
    .close = close,
};

void lossy_db_init(lossy_db *disk, sw_db *inner) {
    SW_ASSERT(disk && inner);
    memset(disk, 0, sizeof *disk);
    disk->db.table = &table;
    disk->inner = inner;
}

void lossy_db_done(lossy_db *disk) {
    for (uint32_t i = 0; i < disk->unsynced_count; i++) sw_batch_free(disk->unsynced[i]);
    sw_db_close(disk->inner);
    disk->inner = NULL;
}

void lossy_db_crash(lossy_db *disk, sw_rng *rng) {
    SW_ASSERT(disk && rng);
    uint32_t kept = (uint32_t)sw_rng_below(rng, disk->unsynced_count + 1);
    for (uint32_t i = kept; i < disk->unsynced_count; i++) sw_batch_free(disk->unsynced[i]);
    disk->unsynced_count = kept;
    disk->next_write = SW_OK;
    disk->hit = false;
}
