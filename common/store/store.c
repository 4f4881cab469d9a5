#include "store/store.h"

sw_err sw_db_get(sw_db *db, uint32_t store, sw_slice key, sw_buf *ret_value) {
    SW_ASSERT(db && ret_value && key.len > 0);
    return db->table->get(db, store, key, ret_value);
}

static sw_err get_each(sw_db *db, uint32_t store, const sw_slice *keys, uint32_t count,
                       sw_err (*found)(void *arg, uint32_t at, sw_slice value), void *arg) {
    sw_buf value;
    sw_buf_init(&value, SIZE_MAX);
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < count; i++) {
        sw_buf_clear(&value);
        err = db->table->get(db, store, keys[i], &value);
        if (!err)
            err = found(arg, i, sw_buf_slice(&value));
        else if (err == SW_E_NOT_FOUND)
            err = SW_OK;
    }
    sw_buf_done(&value);
    return err;
}

sw_err sw_db_get_many(sw_db *db, uint32_t store, const sw_slice *keys, uint32_t count,
                      sw_err (*found)(void *arg, uint32_t at, sw_slice value), void *arg) {
    SW_ASSERT(db && (keys || count == 0) && found);
    return db->table->get_many ? db->table->get_many(db, store, keys, count, found, arg)
                               : get_each(db, store, keys, count, found, arg);
}

sw_err sw_db_write(sw_db *db, const sw_batch *batch, bool sync) {
    SW_ASSERT(db && batch);
    return db->table->write(db, batch, sync);
}

sw_err sw_db_iter_open(sw_db *db, uint32_t store, sw_slice from, sw_slice to, sw_iter **ret) {
    SW_ASSERT(db && ret);
    return db->table->iter_open(db, store, from, to, false, ret);
}

sw_err sw_db_iter_open_back(sw_db *db, uint32_t store, sw_slice from, sw_slice to, sw_iter **ret) {
    SW_ASSERT(db && ret);
    return db->table->iter_open(db, store, from, to, true, ret);
}

bool sw_iter_next(sw_iter *iter, sw_slice *ret_key, sw_slice *ret_value) {
    SW_ASSERT(iter && ret_key && ret_value);
    return iter->table->next(iter, ret_key, ret_value);
}

sw_err sw_iter_error(const sw_iter *iter) {
    SW_ASSERT(iter);
    return iter->table->error(iter);
}

void sw_iter_close(sw_iter *iter) {
    if (iter) iter->table->close(iter);
}

sw_err sw_db_checkpoint(sw_db *db, const char *dir) {
    SW_ASSERT(db && dir && *dir);
    return db->table->checkpoint(db, dir);
}

void sw_db_usage_read(sw_db *db, sw_db_usage *ret) {
    SW_ASSERT(db && ret);
    *ret = (sw_db_usage){0};
    db->table->usage(db, ret);
}

void sw_db_error_text(sw_db *db, sw_buf *ret) {
    SW_ASSERT(db && ret);
    if (db->table->error_text) db->table->error_text(db, ret);
}

uint32_t sw_db_stale(sw_db *db, uint32_t store) {
    SW_ASSERT(db);
    return db->table->stale ? db->table->stale(db, store) : 0;
}

sw_err sw_db_set_stale(sw_db *db, uint32_t store, bool stale) {
    SW_ASSERT(db);
    return db->table->set_stale ? db->table->set_stale(db, store, stale) : SW_OK;
}

bool sw_db_has_room(sw_db *db) {
    SW_ASSERT(db);
    return db->table->has_room(db);
}

void sw_db_close(sw_db *db) {
    if (db) db->table->close(db);
}
