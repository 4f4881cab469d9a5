#include "store/overlay.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "store/slots.h"

#define UNSORTED_MAX 32u   /* so many new keys are put in their place one by one */
#define KEPT_MAX     8192u /* list places that a reset keeps */
#define READ_AT_ONCE 128u
#define WANTED_SHARE 4u /* of the memory: when so much is taken, nothing is read ahead */

typedef enum entry_state {
    UNKNOWN, /* not read yet, and not changed (any more) */
    READ,    /* as the database has it */
    PUT,     /* the value is new */
    DELETED  /* a tombstone is to be written */
} entry_state;

/* What is known of one key. */
typedef struct entry {
    sw_slice value;
    uint32_t store, key_bytes;
    entry_state state;
    bool there;   /* the key has a value */
    bool ordered; /* is in its store's order */
    bool absent;  /* the database has no such key */
    char key[];   /* with the prefix */
} entry;

static sw_slice key_of(const entry *e) {
    return sw_slice_of(e->key, e->key_bytes);
}

typedef struct undo {
    entry *entry;
    sw_slice value;
    entry_state state;
    bool there;
} undo;

/* A growing array of entries. */
typedef struct entries {
    entry **ptr;
    size_t count, cap;
} entries;

/* The changed keys of a store; the first `sorted` in key order, the rest as they came. */
typedef struct order {
    entries keys;
    size_t sorted;
} order;

struct sw_overlay {
    sw_db *db;
    sw_arena arena; /* entries, keys, values: what ends with the batch */
    sw_buf scratch; /* a value on its way from the database */
    sw_buf prefix;
    slots entries;
    undo *undos;
    size_t undo_count, undo_cap;
    entries changed; /* in order of first change */
    entries wanted;  /* named, and not read yet */
    order *orders;   /* by store */
    size_t order_count;
    bool scanning;
};

static sw_err reserve(void **ptr, size_t *cap, size_t count, size_t size) {
    if (count < *cap) return SW_OK;
    size_t more = *cap ? *cap * 2 : 64;
    while (more <= count) more *= 2;
    void *grown = sw_heap_resize(*ptr, more * size);
    if (!grown) return SW_E_NOMEM;
    *ptr = grown;
    *cap = more;
    return SW_OK;
}

static sw_err reserve_entries(entries *list) {
    void *ptr = list->ptr;
    sw_err err = reserve(&ptr, &list->cap, list->count, sizeof list->ptr[0]);
    list->ptr = ptr;
    return err;
}

static sw_err reserve_undo(sw_overlay *overlay) {
    void *ptr = overlay->undos;
    sw_err err = reserve(&ptr, &overlay->undo_cap, overlay->undo_count, sizeof overlay->undos[0]);
    overlay->undos = ptr;
    return err;
}

static sw_err reserve_orders(sw_overlay *overlay, uint32_t store) {
    void *ptr = overlay->orders;
    size_t before = overlay->order_count;
    sw_err err = reserve(&ptr, &overlay->order_count, store, sizeof overlay->orders[0]);
    overlay->orders = ptr;
    if (overlay->order_count > before)
        memset(overlay->orders + before, 0,
               (overlay->order_count - before) * sizeof overlay->orders[0]);
    return err;
}

sw_err sw_overlay_new(sw_db *db, sw_slice prefix, size_t bytes_max, sw_overlay **ret) {
    SW_ASSERT(db && bytes_max > prefix.len && ret);
    sw_overlay *overlay = sw_heap_zero(1, sizeof *overlay);
    if (!overlay) return SW_E_NOMEM;
    overlay->db = db;
    sw_arena_init(&overlay->arena, bytes_max);
    sw_buf_init(&overlay->scratch, bytes_max);
    sw_buf_init(&overlay->prefix, bytes_max);
    if (slots_init(&overlay->entries) || sw_buf_add(&overlay->prefix, prefix)) {
        sw_overlay_free(overlay);
        return SW_E_NOMEM;
    }
    *ret = overlay;
    return SW_OK;
}

void sw_overlay_free(sw_overlay *overlay) {
    if (!overlay) return;
    for (size_t i = 0; i < overlay->order_count; i++) sw_heap_free(overlay->orders[i].keys.ptr);
    sw_heap_free(overlay->orders);
    sw_heap_free(overlay->changed.ptr);
    sw_heap_free(overlay->wanted.ptr);
    sw_heap_free(overlay->undos);
    slots_done(&overlay->entries);
    sw_buf_done(&overlay->prefix);
    sw_buf_done(&overlay->scratch);
    sw_arena_done(&overlay->arena);
    sw_heap_free(overlay);
}

/* There are many overlays, and few whose batch is large now: what that took is given back. */
static void trim(void **ptr, size_t *cap) {
    if (*cap <= KEPT_MAX) return;
    sw_heap_free(*ptr);
    *ptr = NULL;
    *cap = 0;
}

static void trim_entries(entries *list) {
    void *ptr = list->ptr;
    trim(&ptr, &list->cap);
    list->ptr = ptr;
}

static void trim_all(sw_overlay *overlay) {
    void *undos = overlay->undos;
    trim(&undos, &overlay->undo_cap);
    overlay->undos = undos;
    trim_entries(&overlay->changed);
    trim_entries(&overlay->wanted);
    for (size_t i = 0; i < overlay->order_count; i++) trim_entries(&overlay->orders[i].keys);
}

void sw_overlay_reset(sw_overlay *overlay) {
    SW_ASSERT(overlay && !overlay->scanning);
    slots_clear(&overlay->entries);
    for (size_t i = 0; i < overlay->order_count; i++)
        overlay->orders[i].keys.count = overlay->orders[i].sorted = 0;
    overlay->undo_count = 0;
    overlay->changed.count = overlay->wanted.count = 0;
    trim_all(overlay);
    sw_arena_reset(&overlay->arena);
}

static uint64_t hash_of(uint32_t store, sw_slice key) {
    return sw_hash64(key) + store * UINT64_C(0x9e3779b97f4a7c15);
}

/* NULL: it has none. `key` is without the prefix. */
static entry *find(const sw_overlay *overlay, uint32_t store, sw_slice key, uint64_t hash) {
    const slots *s = &overlay->entries;
    for (const slot *at = slots_first(s, hash); at->entry; at = slots_next(s, at)) {
        if (at->hash != hash) continue;
        entry *e = at->entry;
        sw_slice own = key_of(e);
        if (e->store == store && sw_slice_eq(sw_slice_sub(own, overlay->prefix.len, own.len), key))
            return e;
    }
    return NULL;
}

/* Makes the entry of a key that has none. */
static sw_err add_entry(sw_overlay *overlay, uint32_t store, sw_slice key, uint64_t hash,
                        entry **ret) {
    size_t bytes = overlay->prefix.len + key.len;
    if (bytes > UINT32_MAX) return SW_E_LIMIT;
    sw_err err = slots_reserve(&overlay->entries);
    if (err) return err;
    entry *e = sw_arena_alloc(&overlay->arena, sizeof *e + bytes);
    if (!e) return SW_E_LIMIT;
    *e = (entry){.store = store, .key_bytes = (uint32_t)bytes};
    if (overlay->prefix.len) memcpy(e->key, overlay->prefix.ptr, overlay->prefix.len);
    memcpy(e->key + overlay->prefix.len, key.ptr, key.len);
    slots_add(&overlay->entries, hash, e);
    *ret = e;
    return SW_OK;
}

/* The entry of the key, made if there is none. */
static sw_err entry_of(sw_overlay *overlay, uint32_t store, sw_slice key, entry **ret) {
    uint64_t hash = hash_of(store, key);
    entry *e = find(overlay, store, key, hash);
    if (!e) return add_entry(overlay, store, key, hash, ret);
    *ret = e;
    return SW_OK;
}

/* Fills the entry from the database. */
static sw_err fetch(sw_overlay *overlay, entry *e) {
    sw_buf_clear(&overlay->scratch);
    sw_err err = sw_db_get(overlay->db, e->store, key_of(e), &overlay->scratch);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err && !sw_arena_copy(&overlay->arena, sw_buf_slice(&overlay->scratch), &e->value))
        return SW_E_LIMIT;
    e->there = err == SW_OK;
    e->absent = !e->there;
    e->state = READ;
    return SW_OK;
}

sw_err sw_overlay_get(sw_overlay *overlay, uint32_t store, sw_slice key, sw_slice *ret_value) {
    SW_ASSERT(overlay && key.len > 0 && ret_value);
    entry *e;
    sw_err err = entry_of(overlay, store, key, &e);
    if (!err && e->state == UNKNOWN) err = fetch(overlay, e);
    if (err) return err;
    if (!e->there) return SW_E_NOT_FOUND;
    *ret_value = e->value;
    return SW_OK;
}

/* Nothing more is read before it is asked for. */
static bool reading_enough(const sw_overlay *overlay) {
    return overlay->arena.used_bytes > overlay->arena.cap_bytes / WANTED_SHARE;
}

void sw_overlay_want(sw_overlay *overlay, uint32_t store, sw_slice key) {
    SW_ASSERT(overlay && key.len > 0);
    entry *e;
    if (reading_enough(overlay) || reserve_entries(&overlay->wanted) ||
        entry_of(overlay, store, key, &e))
        return;
    if (e->state == UNKNOWN) overlay->wanted.ptr[overlay->wanted.count++] = e;
}

static int by_store_and_key(const void *a, const void *b) {
    const entry *x = *(entry *const *)a, *y = *(entry *const *)b;
    if (x->store != y->store) return x->store < y->store ? -1 : 1;
    return sw_slice_cmp(key_of(x), key_of(y));
}

/* Wanted entries of one store. */
typedef struct reading {
    sw_overlay *overlay;
    entry **entries;
} reading;

static sw_err take_value(void *arg, uint32_t at, sw_slice value) {
    const reading *r = arg;
    entry *e = r->entries[at];
    if (!sw_arena_copy(&r->overlay->arena, value, &e->value)) return SW_E_LIMIT;
    e->there = true;
    return SW_OK;
}

/* Without room they stay UNKNOWN. */
static sw_err read_store(sw_overlay *overlay, entry **list, const sw_slice *keys, uint32_t count) {
    reading r = {overlay, list};
    sw_err err = sw_db_get_many(overlay->db, list[0]->store, keys, count, take_value, &r);
    for (uint32_t i = 0; i < count; i++) {
        entry *e = list[i];
        if (!err) e->state = READ;
        if (err) e->there = false;
        e->absent = !err && !e->there;
    }
    return err == SW_E_LIMIT ? SW_OK : err;
}

/* Each once, in order of store and key. */
static size_t sort_wanted(entries *wanted) {
    size_t count = 0;
    if (wanted->count == 0) return 0;
    qsort(wanted->ptr, wanted->count, sizeof wanted->ptr[0], by_store_and_key);
    for (size_t i = 0; i < wanted->count; i++)
        if (count == 0 || wanted->ptr[count - 1] != wanted->ptr[i])
            wanted->ptr[count++] = wanted->ptr[i];
    return count;
}

sw_err sw_overlay_read(sw_overlay *overlay) {
    SW_ASSERT(overlay);
    sw_slice keys[READ_AT_ONCE];
    entry **list = overlay->wanted.ptr;
    size_t count = sort_wanted(&overlay->wanted), next;
    overlay->wanted.count = 0;
    for (size_t at = 0; at < count && !reading_enough(overlay); at = next) {
        for (next = at; next < count && next - at < READ_AT_ONCE; next++) {
            if (list[next]->store != list[at]->store) break;
            keys[next - at] = key_of(list[next]);
        }
        sw_err err = read_store(overlay, list + at, keys, (uint32_t)(next - at));
        if (err) return err;
    }
    return SW_OK;
}

/* Everything that a change may need is reserved before anything is changed. */
static sw_err change(sw_overlay *overlay, uint32_t store, sw_slice key, entry_state state,
                     sw_slice value, bool absent) {
    SW_ASSERT(overlay && key.len > 0 && !overlay->scanning);
    sw_err err;
    entry *e;
    sw_slice kept = SW_SLICE_NONE;
    if ((err = reserve_undo(overlay)) || (err = reserve_entries(&overlay->changed)) ||
        (err = reserve_orders(overlay, store)) ||
        (err = reserve_entries(&overlay->orders[store].keys)) ||
        (err = entry_of(overlay, store, key, &e)))
        return err;
    if (state == PUT && !sw_arena_copy(&overlay->arena, value, &kept)) return SW_E_LIMIT;
    overlay->undos[overlay->undo_count++] = (undo){e, e->value, e->state, e->there};
    if (e->state == UNKNOWN && absent) e->absent = true;
    if (e->state < PUT) overlay->changed.ptr[overlay->changed.count++] = e;
    entries *ordered = &overlay->orders[store].keys;
    if (!e->ordered) ordered->ptr[ordered->count++] = e;
    e->ordered = true;
    e->state = state;
    e->there = state == PUT;
    e->value = kept;
    return SW_OK;
}

sw_err sw_overlay_put(sw_overlay *overlay, uint32_t store, sw_slice key, sw_slice value) {
    return change(overlay, store, key, PUT, value, false);
}

sw_err sw_overlay_put_new(sw_overlay *overlay, uint32_t store, sw_slice key, sw_slice value) {
    return change(overlay, store, key, PUT, value, true);
}

sw_err sw_overlay_delete(sw_overlay *overlay, uint32_t store, sw_slice key) {
    return change(overlay, store, key, DELETED, SW_SLICE_NONE, false);
}

sw_overlay_mark sw_overlay_save(const sw_overlay *overlay) {
    SW_ASSERT(overlay);
    return (sw_overlay_mark){overlay->undo_count};
}

void sw_overlay_undo(sw_overlay *overlay, sw_overlay_mark mark) {
    SW_ASSERT(overlay && !overlay->scanning && mark.changes <= overlay->undo_count);
    while (overlay->undo_count > mark.changes) {
        const undo *u = &overlay->undos[--overlay->undo_count];
        entry *e = u->entry;
        e->value = u->value;
        e->state = u->state;
        e->there = u->there;
        if (e->state < PUT) {
            SW_ASSERT(overlay->changed.ptr[overlay->changed.count - 1] == e);
            overlay->changed.count--;
        }
    }
}

bool sw_overlay_pending(const sw_overlay *overlay, uint32_t store, sw_slice key) {
    const entry *e = find(overlay, store, key, hash_of(store, key));
    return e && e->state == PUT;
}

size_t sw_overlay_bytes(const sw_overlay *overlay) {
    SW_ASSERT(overlay);
    return overlay->arena.used_bytes;
}

uint32_t sw_overlay_changed(const sw_overlay *overlay) {
    return (uint32_t)overlay->changed.count;
}

sw_err sw_overlay_seal(const sw_overlay *overlay, sw_batch *batch) {
    SW_ASSERT(overlay && batch);
    for (size_t i = 0; i < overlay->changed.count; i++) {
        const entry *e = overlay->changed.ptr[i];
        SW_ASSERT(e->state == PUT || e->state == DELETED);
        if (e->state == DELETED && e->absent) continue;
        sw_err err =
            sw_batch_borrow(batch, &(sw_op){.kind = e->state == PUT ? SW_OP_PUT : SW_OP_DELETE,
                                            .store = e->store,
                                            .key = key_of(e),
                                            .value = e->value});
        if (err) return err;
    }
    return SW_OK;
}

static int compare_keys(const void *a, const void *b) {
    return sw_slice_cmp(key_of(*(entry *const *)a), key_of(*(entry *const *)b));
}

/* The first of `count` sorted entries whose key is not before `key`. */
static size_t lower_bound(entry *const *list, size_t count, sw_slice key) {
    size_t low = 0;
    while (count > 0) {
        size_t half = count / 2;
        if (sw_slice_cmp(key_of(list[low + half]), key) < 0) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

static void sort_order(order *o) {
    entries *keys = &o->keys;
    if (keys->count - o->sorted > UNSORTED_MAX)
        qsort(keys->ptr, keys->count, sizeof keys->ptr[0], compare_keys);
    else
        for (size_t i = o->sorted; i < keys->count; i++) {
            entry *e = keys->ptr[i];
            size_t at = lower_bound(keys->ptr, i, key_of(e));
            memmove(keys->ptr + at + 1, keys->ptr + at, (i - at) * sizeof e);
            keys->ptr[at] = e;
        }
    o->sorted = keys->count;
}

/* A scan under way: the database's next key beside the changed ones. */
typedef struct scan {
    sw_iter *iter;
    bool in_db;
    sw_slice db_key, db_value;
    const entries *pending;
    size_t at;
    sw_slice to;
} scan;

/* The next pair of both, pending first; false at the end. */
static bool scan_next(scan *s, sw_slice *ret_key, sw_slice *ret_value) {
    for (;;) {
        const entry *e = s->at < s->pending->count ? s->pending->ptr[s->at] : NULL;
        if (e && s->to.len && sw_slice_cmp(key_of(e), s->to) >= 0) e = NULL;
        if (e && e->state < PUT) {
            s->at++;
            continue;
        }
        if (!e && !s->in_db) return false;
        int c = !e ? 1 : !s->in_db ? -1 : sw_slice_cmp(key_of(e), s->db_key);
        *ret_key = c <= 0 ? key_of(e) : s->db_key;
        *ret_value = c <= 0 ? e->value : s->db_value;
        if (c > 0) return true;
        s->at++;
        if (c == 0) s->in_db = sw_iter_next(s->iter, &s->db_key, &s->db_value);
        if (e->state == PUT) return true;
    }
}

/* The first key after all that begin with the prefix, in place; empty if there is none. */
static sw_slice after_prefix(char *prefix, size_t len) {
    while (len > 0 && (unsigned char)prefix[len - 1] == 0xff) len--;
    if (len > 0) prefix[len - 1] = (char)(prefix[len - 1] + 1);
    return sw_slice_of(prefix, len);
}

static sw_err run_scan(sw_overlay *overlay, scan *s,
                       bool (*each)(void *arg, sw_slice key, sw_slice value), void *arg) {
    sw_slice key, value;
    s->in_db = sw_iter_next(s->iter, &s->db_key, &s->db_value);
    while (!sw_iter_error(s->iter) && scan_next(s, &key, &value)) {
        bool from_db = s->in_db && key.ptr == s->db_key.ptr;
        if (!each(arg, sw_slice_sub(key, overlay->prefix.len, key.len), value)) break;
        if (from_db) s->in_db = sw_iter_next(s->iter, &s->db_key, &s->db_value);
    }
    return sw_iter_error(s->iter);
}

sw_err sw_overlay_scan(sw_overlay *overlay, uint32_t store, sw_slice from, sw_slice to,
                       bool (*each)(void *arg, sw_slice key, sw_slice value), void *arg) {
    SW_ASSERT(overlay && each && !overlay->scanning);
    sw_err err = reserve_orders(overlay, store);
    if (err) return err;
    sw_arena_mark mark = sw_arena_save(&overlay->arena);
    size_t prefix_bytes = overlay->prefix.len;
    char *low = sw_arena_alloc(&overlay->arena, prefix_bytes + from.len);
    char *high = sw_arena_alloc(&overlay->arena, prefix_bytes + to.len);
    if (!low || !high) {
        sw_arena_rewind(&overlay->arena, mark);
        return SW_E_LIMIT;
    }
    if (prefix_bytes) memcpy(low, overlay->prefix.ptr, prefix_bytes);
    if (prefix_bytes) memcpy(high, overlay->prefix.ptr, prefix_bytes);
    if (from.len) memcpy(low + prefix_bytes, from.ptr, from.len);
    if (to.len) memcpy(high + prefix_bytes, to.ptr, to.len);
    sw_slice start = sw_slice_of(low, prefix_bytes + from.len);
    scan s = {.pending = &overlay->orders[store].keys};
    s.to = to.len ? sw_slice_of(high, prefix_bytes + to.len) : after_prefix(high, prefix_bytes);
    sort_order(&overlay->orders[store]);
    s.at = lower_bound(s.pending->ptr, s.pending->count, start);
    err = sw_db_iter_open(overlay->db, store, start, s.to, &s.iter);
    if (err) return err;
    overlay->scanning = true;
    err = run_scan(overlay, &s, each, arg);
    overlay->scanning = false;
    sw_iter_close(s.iter);
    return err;
}
