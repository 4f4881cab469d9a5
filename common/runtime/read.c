#include "runtime/read.h"

#include "base/hash.h"

sw_err sw_read_open(sw_db *db, const sw_topology *topology, const char *name, sw_read *ret) {
    SW_ASSERT(db && topology && name && ret);
    for (uint32_t i = 0; i < topology->node_count; i++) {
        const sw_node *node = &topology->nodes[i];
        for (uint32_t s = 0; s < node->processor->store_count; s++) {
            uint32_t store = node->first_store + s;
            if (strcmp(topology->stores[store].name, name) != 0) continue;
            *ret = (sw_read){db, store, node->processor->id, node->partitions};
            return SW_OK;
        }
    }
    return SW_E_UNKNOWN;
}

static void put_prefix(const sw_read *read, uint32_t partition, char at[SW_TASK_PREFIX_BYTES]) {
    sw_task_prefix(at, sw_task_number(read->processor_id, partition));
}

sw_err sw_read_get_in(const sw_read *read, uint32_t partition, sw_slice key, sw_buf *ret_value) {
    SW_ASSERT(read && read->db && partition < read->partitions && ret_value);
    char row[SW_TASK_PREFIX_BYTES + SW_ROW_KEY_BYTES_MAX];
    if (key.len > SW_ROW_KEY_BYTES_MAX) return SW_E_NOT_FOUND;
    put_prefix(read, partition, row);
    if (key.len) memcpy(row + SW_TASK_PREFIX_BYTES, key.ptr, key.len);
    return sw_db_get(read->db, read->store, sw_slice_of(row, SW_TASK_PREFIX_BYTES + key.len),
                     ret_value);
}

sw_err sw_read_get(const sw_read *read, sw_slice key, sw_buf *ret_value) {
    SW_ASSERT(read && read->partitions > 0);
    return sw_read_get_in(read, sw_partition_of(key, read->partitions), key, ret_value);
}

/* ---- scans ---- */

/* One partition's rows, standing at the next one. */
typedef struct source {
    sw_iter *iter;
    uint32_t partition;
    bool there;
    sw_slice key, value; /* the key without its prefix */
} source;

static sw_err advance(source *s) {
    s->there = sw_iter_next(s->iter, &s->key, &s->value);
    if (!s->there) return sw_iter_error(s->iter);
    s->key = sw_slice_sub(s->key, SW_TASK_PREFIX_BYTES, s->key.len);
    return SW_OK;
}

static sw_err open_source(const sw_read *read, const sw_read_range *range, uint32_t partition,
                          source *s) {
    char from[SW_TASK_PREFIX_BYTES + SW_ROW_KEY_BYTES_MAX], to[sizeof from];
    size_t from_len = range->from.len, to_len = range->to.len;
    if (from_len > SW_ROW_KEY_BYTES_MAX || to_len > SW_ROW_KEY_BYTES_MAX) return SW_E_LIMIT;
    put_prefix(read, partition, from);
    if (from_len) memcpy(from + SW_TASK_PREFIX_BYTES, range->from.ptr, from_len);
    put_prefix(read, to_len ? partition : partition + 1, to);
    if (to_len) memcpy(to + SW_TASK_PREFIX_BYTES, range->to.ptr, to_len);
    sw_slice low = sw_slice_of(from, SW_TASK_PREFIX_BYTES + from_len);
    sw_slice high = sw_slice_of(to, SW_TASK_PREFIX_BYTES + to_len);
    s->partition = partition;
    sw_err err = range->backward ? sw_db_iter_open_back(read->db, read->store, low, high, &s->iter)
                                 : sw_db_iter_open(read->db, read->store, low, high, &s->iter);
    return err ? err : advance(s);
}

static source *first_of(source *sources, uint32_t count, bool backward) {
    source *first = NULL;
    for (uint32_t i = 0; i < count; i++) {
        source *s = &sources[i];
        if (!s->there) continue;
        int c = first ? sw_slice_cmp(s->key, first->key) : -1;
        if (!first || (backward ? c > 0 : c < 0)) first = s;
    }
    return first;
}

sw_err sw_read_scan(const sw_read *read, const sw_read_range *range,
                    bool (*each)(void *arg, uint32_t partition, sw_slice key, sw_slice value),
                    void *arg) {
    SW_ASSERT(read && read->db && range && each);
    bool all = range->partition == SW_READ_ALL;
    SW_ASSERT(all || range->partition < read->partitions);
    uint32_t count = all ? read->partitions : 1;
    source *sources = sw_heap_zero(count, sizeof *sources), *s;
    if (!sources) return SW_E_NOMEM;
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < count; i++)
        err = open_source(read, range, all ? i : range->partition, &sources[i]);
    for (uint32_t rows = 0; !err && (range->rows_max == 0 || rows < range->rows_max); rows++) {
        s = first_of(sources, count, range->backward);
        if (!s || !each(arg, s->partition, s->key, s->value)) break;
        err = advance(s);
    }
    for (uint32_t i = 0; i < count; i++) sw_iter_close(sources[i].iter);
    sw_heap_free(sources);
    return err;
}
