#include "store/store.h"

sw_err sw_db_get(sw_db *db, uint32_t store, sw_slice key, sw_buf *ret_value) {
    SW_ASSERT(db && ret_value && key.len > 0);
    return db->table->get(db, store, key, ret_value);
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

bool sw_db_has_room(sw_db *db) {
    SW_ASSERT(db);
    return db->table->has_room(db);
}

void sw_db_close(sw_db *db) {
    if (db) db->table->close(db);
}
