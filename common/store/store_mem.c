#include <pthread.h>

#include "base/arena.h"
#include "base/rng.h"
#include "store/store.h"

/* A skip list a store. A change adds a version to its node; an iterator reads the newest version
 * that is not younger than itself. What nobody can see any more goes when no iterator is open. */
#define HEIGHT_MAX 16

typedef struct version {
    struct version *older;
    uint64_t seq;
    bool gone;
    size_t len;
    char bytes[];
} version;

typedef struct node {
    version *newest;
    struct node *dirty_next;
    bool dirty; /* listed for trimming */
    uint32_t height, key_bytes;
    struct node *next[]; /* `height` of them, then the key's bytes */
} node;

typedef struct mem_store {
    node *head[HEIGHT_MAX];
    node *dirty;
} mem_store;

typedef struct mem_db {
    sw_db db;
    pthread_mutex_t lock;
    sw_rng rng; /* heights only: the same calls give the same list */
    uint64_t seq;
    uint32_t store_count, open_iters;
    uint64_t bytes, bytes_written;
    mem_store stores[];
} mem_db;

typedef struct mem_iter {
    sw_iter iter;
    mem_db *db;
    uint32_t store;
    bool started, backward;
    uint64_t seq;
    const node *at;
    size_t from_bytes, to_bytes;
    char bounds[]; /* from, to */
} mem_iter;

static sw_slice key_of(const node *n) {
    return sw_slice_of((const char *)(n->next + n->height), n->key_bytes);
}

static size_t node_bytes(const node *n) {
    return sizeof *n + n->height * sizeof n->next[0] + n->key_bytes;
}

/* The first node whose key is not before `key`; `ret_links` takes the links that lead to it. */
static node *find(mem_store *store, sw_slice key, node **ret_links[HEIGHT_MAX]) {
    node **level = store->head;
    for (int h = HEIGHT_MAX - 1; h >= 0; h--) {
        while (level[h] && sw_slice_cmp(key_of(level[h]), key) < 0) level = level[h]->next;
        if (ret_links) ret_links[h] = &level[h];
    }
    return level[0];
}

/* The last node whose key is before `key`; an empty key is the end. */
static node *find_before(const mem_store *store, sw_slice key) {
    node *const *level = store->head;
    node *last = NULL;
    for (int h = HEIGHT_MAX - 1; h >= 0; h--) {
        while (level[h] && (key.len == 0 || sw_slice_cmp(key_of(level[h]), key) < 0)) {
            last = level[h];
            level = last->next;
        }
    }
    return last;
}

static const version *seen_at(const node *n, uint64_t seq) {
    const version *v = n->newest;
    while (v && v->seq > seq) v = v->older;
    return v && !v->gone ? v : NULL;
}

/* Puts a value, or a tombstone, on top of the node; it shows when the batch is complete. */
static sw_err push_version(mem_db *db, mem_store *store, node *n, bool gone, sw_slice value) {
    version *v = sw_heap_alloc(sizeof *v + value.len);
    if (!v) return SW_E_NOMEM;
    *v = (version){.older = n->newest, .seq = db->seq + 1, .gone = gone, .len = value.len};
    if (value.len) memcpy(v->bytes, value.ptr, value.len);
    n->newest = v;
    db->bytes += sizeof *v + value.len;
    if (!n->dirty) {
        n->dirty = true;
        n->dirty_next = store->dirty;
        store->dirty = n;
    }
    return SW_OK;
}

static node *insert(mem_db *db, node **links[HEIGHT_MAX], sw_slice key) {
    uint32_t height = 1;
    while (height < HEIGHT_MAX && sw_rng_chance(&db->rng, 1, 4)) height++;
    node *n = sw_heap_zero(1, sizeof *n + height * sizeof n->next[0] + key.len);
    if (!n) return NULL;
    n->height = height;
    n->key_bytes = (uint32_t)key.len;
    memcpy(n->next + height, key.ptr, key.len);
    for (uint32_t h = 0; h < height; h++) {
        n->next[h] = *links[h];
        *links[h] = n;
    }
    db->bytes += node_bytes(n);
    return n;
}

static sw_err apply(mem_db *db, const sw_op *op) {
    SW_ASSERT(op->store < db->store_count);
    mem_store *store = &db->stores[op->store];
    node **links[HEIGHT_MAX];
    node *n = find(store, op->key, links);
    if (op->kind == SW_OP_DELETE_RANGE) {
        for (; n && sw_slice_cmp(key_of(n), op->value) < 0; n = n->next[0]) {
            sw_err err = push_version(db, store, n, true, SW_SLICE_NONE);
            if (err) return err;
        }
        return SW_OK;
    }
    bool there = n && sw_slice_eq(key_of(n), op->key);
    if (op->kind == SW_OP_DELETE)
        return there ? push_version(db, store, n, true, SW_SLICE_NONE) : SW_OK;
    if (!there && !(n = insert(db, links, op->key))) return SW_E_NOMEM;
    return push_version(db, store, n, false, op->value);
}

static void drop_versions(mem_db *db, version *v, const version *until) {
    while (v != until) {
        version *older = v->older;
        db->bytes -= sizeof *v + v->len;
        sw_heap_free(v);
        v = older;
    }
}

static void unlink_node(mem_db *db, mem_store *store, node *n) {
    node **links[HEIGHT_MAX];
    SW_ASSERT(find(store, key_of(n), links) == n);
    for (uint32_t h = 0; h < n->height; h++) {
        SW_ASSERT(*links[h] == n);
        *links[h] = n->next[h];
    }
    drop_versions(db, n->newest, NULL);
    db->bytes -= node_bytes(n);
    sw_heap_free(n);
}

/* Keeps of each changed node only what was complete at `db->seq`: after a batch its newest version,
 * after a batch that failed what was there before. */
static void trim(mem_db *db, mem_store *store) {
    while (store->dirty) {
        node *n = store->dirty;
        store->dirty = n->dirty_next;
        n->dirty = false;
        version *keep = n->newest;
        while (keep && keep->seq > db->seq) keep = keep->older;
        drop_versions(db, n->newest, keep);
        n->newest = keep;
        if (keep) {
            drop_versions(db, keep->older, NULL);
            keep->older = NULL;
        }
        if (!keep || keep->gone) unlink_node(db, store, n);
    }
}

static void trim_all(mem_db *db) {
    if (db->open_iters > 0) return;
    for (uint32_t i = 0; i < db->store_count; i++) trim(db, &db->stores[i]);
}

static sw_err mem_get(sw_db *base, uint32_t store, sw_slice key, sw_buf *ret_value) {
    mem_db *db = (mem_db *)base;
    SW_ASSERT(store < db->store_count);
    pthread_mutex_lock(&db->lock);
    node *n = find(&db->stores[store], key, NULL);
    const version *v = n && sw_slice_eq(key_of(n), key) ? seen_at(n, db->seq) : NULL;
    sw_err err = v ? sw_buf_add(ret_value, sw_slice_of(v->bytes, v->len)) : SW_E_NOT_FOUND;
    pthread_mutex_unlock(&db->lock);
    return err;
}

/* Versions that a failed batch left behind must not come alive with the next batch's number. */
static void forget_failed(mem_db *db) {
    for (uint32_t i = 0; i < db->store_count; i++)
        for (node *n = db->stores[i].dirty; n; n = n->dirty_next)
            while (n->newest && n->newest->seq > db->seq) {
                version *older = n->newest->older;
                drop_versions(db, n->newest, older);
                n->newest = older;
            }
}

static sw_err mem_write(sw_db *base, const sw_batch *batch, bool sync) {
    mem_db *db = (mem_db *)base;
    (void)sync; /* what this process wrote is there as long as the process is */
    pthread_mutex_lock(&db->lock);
    size_t at = 0;
    sw_op op;
    sw_err err = SW_OK;
    while (!err && sw_batch_next(batch, &at, &op)) err = apply(db, &op);
    if (err) {
        forget_failed(db);
    } else {
        db->seq++;
        db->bytes_written += sw_batch_bytes(batch);
    }
    trim_all(db);
    pthread_mutex_unlock(&db->lock);
    return err;
}

/* The next node in the iterator's direction, within its bounds; NULL at the end. */
static const node *step(mem_iter *it) {
    mem_store *store = &it->db->stores[it->store];
    sw_slice from = sw_slice_of(it->bounds, it->from_bytes);
    sw_slice to = sw_slice_of(it->bounds + it->from_bytes, it->to_bytes);
    const node *n = it->at;
    if (it->backward)
        n = n || !it->started ? find_before(store, n ? key_of(n) : to) : NULL;
    else
        n = n ? n->next[0] : it->started ? NULL : find(store, from, NULL);
    it->started = true;
    if (!n) return NULL;
    bool within = it->backward ? sw_slice_cmp(key_of(n), from) >= 0
                               : to.len == 0 || sw_slice_cmp(key_of(n), to) < 0;
    return within ? n : NULL;
}

static bool iter_next(sw_iter *base, sw_slice *ret_key, sw_slice *ret_value) {
    mem_iter *it = (mem_iter *)base;
    const version *v = NULL;
    pthread_mutex_lock(&it->db->lock);
    do it->at = step(it);
    while (it->at && !(v = seen_at(it->at, it->seq)));
    pthread_mutex_unlock(&it->db->lock);
    if (!v) return false;
    *ret_key = key_of(it->at);
    *ret_value = sw_slice_of(v->bytes, v->len);
    return true;
}

static sw_err iter_error(const sw_iter *base) {
    (void)base;
    return SW_OK;
}

static void iter_close(sw_iter *base) {
    mem_iter *it = (mem_iter *)base;
    pthread_mutex_lock(&it->db->lock);
    SW_ASSERT(it->db->open_iters > 0);
    it->db->open_iters--;
    trim_all(it->db);
    pthread_mutex_unlock(&it->db->lock);
    sw_heap_free(it);
}

static const sw_iter_table iter_table = {iter_next, iter_error, iter_close};

static sw_err mem_iter_open(sw_db *base, uint32_t store, sw_slice from, sw_slice to, bool backward,
                            sw_iter **ret) {
    mem_db *db = (mem_db *)base;
    SW_ASSERT(store < db->store_count);
    mem_iter *it = sw_heap_zero(1, sizeof *it + from.len + to.len);
    if (!it) return SW_E_NOMEM;
    it->iter.table = &iter_table;
    it->db = db;
    it->store = store;
    it->backward = backward;
    it->from_bytes = from.len;
    it->to_bytes = to.len;
    if (from.len) memcpy(it->bounds, from.ptr, from.len);
    if (to.len) memcpy(it->bounds + from.len, to.ptr, to.len);
    pthread_mutex_lock(&db->lock);
    it->seq = db->seq;
    db->open_iters++;
    pthread_mutex_unlock(&db->lock);
    *ret = &it->iter;
    return SW_OK;
}

static sw_err mem_checkpoint(sw_db *base, const char *dir) {
    (void)base;
    (void)dir;
    return SW_E_INVALID;
}

static void mem_usage(sw_db *base, sw_db_usage *ret) {
    mem_db *db = (mem_db *)base;
    pthread_mutex_lock(&db->lock);
    ret->memtable_bytes = db->bytes;
    ret->bytes_appended = ret->bytes_written = db->bytes_written;
    pthread_mutex_unlock(&db->lock);
}

static bool mem_has_room(sw_db *base) {
    (void)base;
    return true;
}

static void mem_close(sw_db *base) {
    mem_db *db = (mem_db *)base;
    SW_ASSERT(db->open_iters == 0);
    for (uint32_t i = 0; i < db->store_count; i++) {
        for (node *n = db->stores[i].head[0], *next; n; n = next) {
            next = n->next[0];
            drop_versions(db, n->newest, NULL);
            db->bytes -= node_bytes(n);
            sw_heap_free(n);
        }
    }
    SW_ASSERT(db->bytes == 0);
    pthread_mutex_destroy(&db->lock);
    sw_heap_free(db);
}

static const sw_db_table table = {
    .get = mem_get,
    .write = mem_write,
    .iter_open = mem_iter_open,
    .checkpoint = mem_checkpoint,
    .usage = mem_usage,
    .has_room = mem_has_room,
    .close = mem_close,
};

sw_err sw_db_mem_open(const sw_store_spec *specs, uint32_t count, sw_db **ret) {
    SW_ASSERT(specs && count > 0 && ret);
    mem_db *db = sw_heap_zero(1, sizeof *db + count * sizeof db->stores[0]);
    if (!db) return SW_E_NOMEM;
    db->db.table = &table;
    db->store_count = count;
    pthread_mutex_init(&db->lock, NULL);
    sw_rng_init(&db->rng, 1);
    *ret = &db->db;
    return SW_OK;
}
