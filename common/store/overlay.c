#include "store/overlay.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"

#define SLOTS_MIN    256u
#define UNSORTED_MAX 32u /* so many new keys are put in their place one by one */

typedef enum entry_state {
    UNKNOWN, /* not read yet, and not changed (any more) */
    READ,    /* as the database has it */
    PUT,     /* the value is new */
    DELETED  /* a tombstone is to be written */
} entry_state;

/* What is known of one key. */
typedef struct entry {
    struct entry *older; /* the one made before this one */
    sw_slice key;        /* with the prefix */
    sw_slice value;
    uint64_t hash;
    uint32_t slot, store;
    entry_state state;
    bool there;   /* the key has a value */
    bool ordered; /* is in its store's order */
} entry;

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
    sw_buf key;     /* the prefix, then a key on its way to it */
    size_t prefix_bytes;
    entry **slots; /* open addressing; `slot_count` is a power of two */
    entry *newest;
    uint32_t slot_count, entry_count;
    undo *undos;
    size_t undo_count, undo_cap;
    entries changed; /* in order of first change */
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
    overlay->prefix_bytes = prefix.len;
    sw_arena_init(&overlay->arena, bytes_max);
    sw_buf_init(&overlay->scratch, bytes_max);
    sw_buf_init(&overlay->key, bytes_max);
    overlay->slots = sw_heap_zero(SLOTS_MIN, sizeof overlay->slots[0]);
    overlay->slot_count = SLOTS_MIN;
    if (!overlay->slots || sw_buf_add(&overlay->key, prefix)) {
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
    sw_heap_free(overlay->undos);
    sw_heap_free(overlay->slots);
    sw_buf_done(&overlay->key);
    sw_buf_done(&overlay->scratch);
    sw_arena_done(&overlay->arena);
    sw_heap_free(overlay);
}

void sw_overlay_reset(sw_overlay *overlay) {
    SW_ASSERT(overlay && !overlay->scanning);
    for (entry *e = overlay->newest; e; e = e->older) overlay->slots[e->slot] = NULL;
    for (size_t i = 0; i < overlay->order_count; i++)
        overlay->orders[i].keys.count = overlay->orders[i].sorted = 0;
    overlay->newest = NULL;
    overlay->entry_count = 0;
    overlay->undo_count = 0;
    overlay->changed.count = 0;
    sw_arena_reset(&overlay->arena);
}

static uint64_t hash_of(uint32_t store, sw_slice key) {
    return sw_hash64(key) + store * UINT64_C(0x9e3779b97f4a7c15);
}

/* The slot of the key: its entry's, or the free one where it belongs. `key` is without the prefix.
 */
static uint32_t slot_of(const sw_overlay *overlay, uint32_t store, sw_slice key, uint64_t hash) {
    uint32_t mask = overlay->slot_count - 1;
    for (uint32_t at = (uint32_t)hash & mask;; at = (at + 1) & mask) {
        const entry *e = overlay->slots[at];
        if (!e) return at;
        if (e->hash == hash && e->store == store &&
            sw_slice_eq(sw_slice_sub(e->key, overlay->prefix_bytes, e->key.len), key))
            return at;
    }
}

static sw_err grow_slots(sw_overlay *overlay) {
    uint32_t count = overlay->slot_count * 2;
    entry **slots = sw_heap_zero(count, sizeof slots[0]);
    if (!slots) return SW_E_NOMEM;
    for (entry *e = overlay->newest; e; e = e->older) {
        uint32_t at = (uint32_t)e->hash & (count - 1);
        while (slots[at]) at = (at + 1) & (count - 1);
        slots[at] = e;
        e->slot = at;
    }
    sw_heap_free(overlay->slots);
    overlay->slots = slots;
    overlay->slot_count = count;
    return SW_OK;
}

/* The key with its prefix, in the overlay's buffer; valid until the next call. */
static sw_err full_key(sw_overlay *overlay, sw_slice key, sw_slice *ret) {
    overlay->key.len = overlay->prefix_bytes;
    overlay->key.err = SW_OK;
    sw_err err = sw_buf_add(&overlay->key, key);
    if (err) return err;
    *ret = sw_buf_slice(&overlay->key);
    return SW_OK;
}

/* Makes the entry of a key that has none. */
static sw_err add_entry(sw_overlay *overlay, uint32_t store, sw_slice key, uint64_t hash,
                        entry **ret) {
    sw_slice full;
    sw_err err = full_key(overlay, key, &full);
    if (!err && overlay->entry_count >= overlay->slot_count / 2) err = grow_slots(overlay);
    if (err) return err;
    sw_arena_mark mark = sw_arena_save(&overlay->arena);
    entry *e = sw_arena_zero(&overlay->arena, 1, sizeof *e);
    if (!e || !sw_arena_copy(&overlay->arena, full, &e->key)) {
        sw_arena_rewind(&overlay->arena, mark);
        return SW_E_LIMIT;
    }
    e->store = store;
    e->hash = hash;
    e->slot = slot_of(overlay, store, key, hash);
    e->older = overlay->newest;
    overlay->newest = e;
    overlay->slots[e->slot] = e;
    overlay->entry_count++;
    *ret = e;
    return SW_OK;
}

/* The entry of the key, made if there is none. */
static sw_err entry_of(sw_overlay *overlay, uint32_t store, sw_slice key, entry **ret) {
    uint64_t hash = hash_of(store, key);
    entry *e = overlay->slots[slot_of(overlay, store, key, hash)];
    if (!e) return add_entry(overlay, store, key, hash, ret);
    *ret = e;
    return SW_OK;
}

/* Fills the entry from the database. */
static sw_err fetch(sw_overlay *overlay, entry *e) {
    sw_buf_clear(&overlay->scratch);
    sw_err err = sw_db_get(overlay->db, e->store, e->key, &overlay->scratch);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err && !sw_arena_copy(&overlay->arena, sw_buf_slice(&overlay->scratch), &e->value))
        return SW_E_LIMIT;
    e->there = err == SW_OK;
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

/* Everything that a change may need is reserved before anything is changed. */
static sw_err change(sw_overlay *overlay, uint32_t store, sw_slice key, entry_state state,
                     sw_slice value) {
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
    return change(overlay, store, key, PUT, value);
}

sw_err sw_overlay_delete(sw_overlay *overlay, uint32_t store, sw_slice key) {
    return change(overlay, store, key, DELETED, SW_SLICE_NONE);
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
    const entry *e = overlay->slots[slot_of(overlay, store, key, hash_of(store, key))];
    return e && e->state == PUT;
}

uint32_t sw_overlay_changed(const sw_overlay *overlay) {
    return (uint32_t)overlay->changed.count;
}

sw_err sw_overlay_seal(const sw_overlay *overlay, sw_batch *batch) {
    SW_ASSERT(overlay && batch);
    for (size_t i = 0; i < overlay->changed.count; i++) {
        const entry *e = overlay->changed.ptr[i];
        SW_ASSERT(e->state == PUT || e->state == DELETED);
        sw_err err = e->state == PUT ? sw_batch_put(batch, e->store, e->key, e->value)
                                     : sw_batch_delete(batch, e->store, e->key);
        if (err) return err;
    }
    return SW_OK;
}

static int compare_keys(const void *a, const void *b) {
    return sw_slice_cmp((*(entry *const *)a)->key, (*(entry *const *)b)->key);
}

/* The first of `count` sorted entries whose key is not before `key`. */
static size_t lower_bound(entry *const *list, size_t count, sw_slice key) {
    size_t low = 0;
    while (count > 0) {
        size_t half = count / 2;
        if (sw_slice_cmp(list[low + half]->key, key) < 0) {
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
            size_t at = lower_bound(keys->ptr, i, e->key);
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
        if (e && s->to.len && sw_slice_cmp(e->key, s->to) >= 0) e = NULL;
        if (e && e->state < PUT) {
            s->at++;
            continue;
        }
        if (!e && !s->in_db) return false;
        int c = !e ? 1 : !s->in_db ? -1 : sw_slice_cmp(e->key, s->db_key);
        *ret_key = c <= 0 ? e->key : s->db_key;
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
        if (!each(arg, sw_slice_sub(key, overlay->prefix_bytes, key.len), value)) break;
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
    size_t prefix_bytes = overlay->prefix_bytes;
    char *low = sw_arena_alloc(&overlay->arena, prefix_bytes + from.len);
    char *high = sw_arena_alloc(&overlay->arena, prefix_bytes + to.len);
    if (!low || !high) {
        sw_arena_rewind(&overlay->arena, mark);
        return SW_E_LIMIT;
    }
    if (prefix_bytes) memcpy(low, overlay->key.ptr, prefix_bytes);
    if (prefix_bytes) memcpy(high, overlay->key.ptr, prefix_bytes);
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
