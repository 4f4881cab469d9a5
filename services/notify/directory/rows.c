#include "notify/directory/rows.h"

typedef Seawall__V1__DirectoryVersions versions_row;

sw_slice sw_directory_key_id(sw_slice key, int64_t *ret_from_ms) {
    const char *at = memchr(key.ptr, '@', key.len);
    *ret_from_ms = 0;
    if (!at) return key;
    sw_slice id = sw_slice_sub(key, 0, (size_t)(at - key.ptr));
    (void)!sw_slice_int(sw_slice_sub(key, id.len + 1, key.len), ret_from_ms);
    return id;
}

static sw_err load(const sw_directory_rows *rows, sw_slice id, versions_row **ret) {
    sw_slice bytes;
    sw_err err = sw_ctx_get(rows->ctx, rows->store, id, &bytes);
    if (err) return err;
    return sw_pb_read(rows->pb, &seawall__v1__directory_versions__descriptor, bytes, ret) == SW_OK
               ? SW_OK
               : SW_E_CORRUPT;
}

sw_err sw_directory_rows_take(const sw_directory_rows *rows, sw_slice key, sw_slice value) {
    int64_t from_ms;
    sw_slice id = sw_directory_key_id(key, &from_ms);
    versions_row *old = NULL,
                 *row = sw_pb_new(rows->pb, &seawall__v1__directory_versions__descriptor);
    sw_directory_entry *entry = NULL;
    sw_err err = load(rows, id, &old);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (value.len) {
        err = sw_pb_read(rows->pb, &seawall__v1__directory_entry__descriptor, value, &entry);
        if (err) return err;
    }
    if (!row) return SW_E_LIMIT;
    bool placed = !entry;
    for (size_t i = 0; old && i < old->n_versions; i++) {
        sw_directory_entry *one = old->versions[i];
        if (!placed && one->from_ms >= from_ms) {
            (void)!sw_pb_append(rows->pb, &row->n_versions, &row->versions, entry);
            placed = true;
        }
        if (one->from_ms != from_ms)
            (void)!sw_pb_append(rows->pb, &row->n_versions, &row->versions, one);
    }
    if (!placed) (void)!sw_pb_append(rows->pb, &row->n_versions, &row->versions, entry);
    if (!row->n_versions) return sw_ctx_del(rows->ctx, rows->store, id);
    sw_slice bytes;
    err = sw_pb_write(rows->pb, row, &bytes);
    return err ? err : sw_ctx_put(rows->ctx, rows->store, id, bytes);
}

static sw_err find(void *arg, sw_slice id, int64_t at_ms, const sw_directory_entry **ret) {
    const sw_directory_rows *rows = arg;
    versions_row *row;
    *ret = NULL;
    sw_err err = load(rows, id, &row);
    if (err == SW_E_NOT_FOUND) return SW_OK;
    if (err) return err;
    for (size_t i = 0; i < row->n_versions && row->versions[i]->from_ms <= at_ms; i++)
        *ret = row->versions[i]->removed ? NULL : row->versions[i];
    return SW_OK;
}

sw_directory_source sw_directory_source_rows(sw_directory_rows *rows) {
    return (sw_directory_source){find, rows};
}
