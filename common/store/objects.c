#include "store/objects.h"

#include "base/arena.h"
#include "base/hash.h"

#define BUCKETS_MIN 64u

typedef struct entry {
    struct entry *chain;         /* of its bucket */
    struct entry *newer, *older; /* by last use */
    struct entry *next_changed, *next_touched;
    void *object; /* NULL: deleted in this batch */
    uint64_t hash;
    uint64_t batch;         /* that used it last */
    uint64_t first, latest; /* the records of this batch that changed it; 0: none */
    size_t bytes;
    uint32_t key_bytes;
    char key[];
} entry;

struct sw_objects {
    sw_rows rows;
    const sw_object_codec *codec;
    const void *arg;
    sw_object_budget *budget;
    entry **buckets;
    uint32_t bucket_count, count;
    entry *newest, *oldest;
    entry *changed; /* in this batch, latest first */
    entry *touched; /* changed in this record */
    uint64_t batch, record;
    uint32_t changed_count;
    size_t bytes;
};

sw_err sw_rows_get(sw_rows rows, sw_slice key, sw_slice *ret_value) {
    return sw_overlay_get(rows.overlay, rows.store, key, ret_value);
}

sw_err sw_rows_put(sw_rows rows, sw_slice key, sw_slice value) {
    return sw_overlay_put(rows.overlay, rows.store, key, value);
}

sw_err sw_rows_delete(sw_rows rows, sw_slice key) {
    return sw_overlay_delete(rows.overlay, rows.store, key);
}

sw_err sw_objects_new(sw_overlay *overlay, uint32_t store, const sw_object_codec *codec,
                      const void *arg, sw_object_budget *budget, sw_objects **ret) {
    SW_ASSERT(overlay && codec && codec->load && codec->save && codec->bytes && codec->free);
    SW_ASSERT(budget && budget->bytes_max > 0 && ret);
    sw_objects *objects = sw_heap_zero(1, sizeof *objects);
    if (!objects) return SW_E_NOMEM;
    *objects = (sw_objects){.rows = {overlay, store},
                            .codec = codec,
                            .arg = arg,
                            .budget = budget,
                            .bucket_count = BUCKETS_MIN,
                            .batch = 1,
                            .record = 1};
    objects->buckets = sw_heap_zero(BUCKETS_MIN, sizeof objects->buckets[0]);
    if (!objects->buckets) {
        sw_heap_free(objects);
        return SW_E_NOMEM;
    }
    __atomic_add_fetch(&budget->members, 1, __ATOMIC_RELAXED);
    *ret = objects;
    return SW_OK;
}

static entry **bucket_of(const sw_objects *objects, uint64_t hash) {
    return &objects->buckets[hash & (objects->bucket_count - 1)];
}

static entry *find(const sw_objects *objects, sw_slice key, uint64_t hash) {
    entry *e = *bucket_of(objects, hash);
    while (e && (e->hash != hash || !sw_slice_eq(sw_slice_of(e->key, e->key_bytes), key)))
        e = e->chain;
    return e;
}

static void unlink_use(sw_objects *objects, entry *e) {
    *(e->newer ? &e->newer->older : &objects->newest) = e->older;
    *(e->older ? &e->older->newer : &objects->oldest) = e->newer;
}

static void link_newest(sw_objects *objects, entry *e) {
    e->newer = NULL;
    e->older = objects->newest;
    *(e->older ? &e->older->newer : &objects->oldest) = e;
    objects->newest = e;
}

static void use(sw_objects *objects, entry *e) {
    e->batch = objects->batch;
    if (objects->newest == e) return;
    unlink_use(objects, e);
    link_newest(objects, e);
}

static void account(sw_objects *objects, entry *e, size_t bytes) {
    objects->bytes += bytes - e->bytes;
    __atomic_add_fetch(&objects->budget->bytes, bytes - e->bytes, __ATOMIC_RELAXED);
    e->bytes = bytes;
}

static void measure(sw_objects *objects, entry *e) {
    size_t bytes = sizeof *e + e->key_bytes;
    if (e->object) bytes += objects->codec->bytes(objects->arg, e->object);
    account(objects, e, bytes);
}

static void free_object(sw_objects *objects, entry *e) {
    if (e->object) objects->codec->free(objects->arg, e->object);
    e->object = NULL;
}

static void drop(sw_objects *objects, entry *e) {
    entry **link = bucket_of(objects, e->hash);
    while (*link != e) link = &(*link)->chain;
    *link = e->chain;
    unlink_use(objects, e);
    account(objects, e, 0);
    objects->count--;
    free_object(objects, e);
    sw_heap_free(e);
}

void sw_objects_free(sw_objects *objects) {
    if (!objects) return;
    while (objects->newest) drop(objects, objects->newest);
    SW_ASSERT(objects->bytes == 0 && objects->count == 0);
    __atomic_sub_fetch(&objects->budget->members, 1, __ATOMIC_RELAXED);
    sw_heap_free(objects->buckets);
    sw_heap_free(objects);
}

/* More buckets where chains get long; without memory they stay long. */
static void grow(sw_objects *objects) {
    uint32_t count = objects->bucket_count * 2;
    if (objects->count < objects->bucket_count) return;
    entry **buckets = sw_heap_zero(count, sizeof buckets[0]);
    if (!buckets) return;
    sw_heap_free(objects->buckets);
    objects->buckets = buckets;
    objects->bucket_count = count;
    for (entry *e = objects->newest; e; e = e->older) {
        entry **bucket = bucket_of(objects, e->hash);
        e->chain = *bucket;
        *bucket = e;
    }
}

/* All together use too much, and these more than their share. */
static bool over(const sw_objects *objects) {
    const sw_object_budget *budget = objects->budget;
    if (__atomic_load_n(&budget->bytes, __ATOMIC_RELAXED) <= budget->bytes_max) return false;
    uint32_t members = __atomic_load_n(&budget->members, __ATOMIC_RELAXED);
    return objects->bytes > budget->bytes_max / members;
}

/* Lets go of what was not used for longest, but of nothing that this batch has used. */
static void evict(sw_objects *objects) {
    while (objects->oldest && objects->oldest->batch != objects->batch && over(objects))
        drop(objects, objects->oldest);
}

static sw_err add(sw_objects *objects, sw_slice key, uint64_t hash, void *object, entry **ret) {
    grow(objects);
    entry *e = sw_heap_zero(1, sizeof *e + key.len);
    if (!e) return SW_E_NOMEM;
    e->hash = hash;
    e->object = object;
    e->key_bytes = (uint32_t)key.len;
    e->batch = objects->batch;
    memcpy(e->key, key.ptr, key.len);
    entry **bucket = bucket_of(objects, hash);
    e->chain = *bucket;
    *bucket = e;
    link_newest(objects, e);
    objects->count++;
    measure(objects, e);
    evict(objects);
    *ret = e;
    return SW_OK;
}

/* The key's entry, decoded if it is not there yet. */
static sw_err load(sw_objects *objects, sw_slice key, entry **ret) {
    SW_ASSERT(objects && key.len > 0 && key.len <= UINT32_MAX);
    uint64_t hash = sw_hash64(key);
    entry *e = find(objects, key, hash);
    if (e) {
        use(objects, e);
        *ret = e;
        return e->object ? SW_OK : SW_E_NOT_FOUND;
    }
    void *object;
    sw_err err = objects->codec->load(objects->arg, objects->rows, key, &object);
    if (err) return err;
    err = add(objects, key, hash, object, ret);
    if (err) objects->codec->free(objects->arg, object);
    return err;
}

sw_err sw_objects_get(sw_objects *objects, sw_slice key, const void **ret) {
    entry *e;
    sw_err err = load(objects, key, &e);
    if (!err) *ret = e->object;
    return err;
}

static void note_change(sw_objects *objects, entry *e) {
    if (e->first == 0) {
        e->first = objects->record;
        e->next_changed = objects->changed;
        objects->changed = e;
        objects->changed_count++;
    }
    if (e->latest == objects->record) return;
    e->latest = objects->record;
    e->next_touched = objects->touched;
    objects->touched = e;
}

sw_err sw_objects_edit(sw_objects *objects, sw_slice key, void **ret) {
    entry *e;
    sw_err err = load(objects, key, &e);
    if (err) return err;
    note_change(objects, e);
    *ret = e->object;
    return SW_OK;
}

/* The key's entry, without reading what it had. */
static sw_err entry_of(sw_objects *objects, sw_slice key, entry **ret) {
    SW_ASSERT(objects && key.len > 0 && key.len <= UINT32_MAX);
    uint64_t hash = sw_hash64(key);
    entry *e = find(objects, key, hash);
    if (!e) return add(objects, key, hash, NULL, ret);
    use(objects, e);
    *ret = e;
    return SW_OK;
}

sw_err sw_objects_put(sw_objects *objects, sw_slice key, void *object) {
    entry *e;
    SW_ASSERT(object);
    sw_err err = entry_of(objects, key, &e);
    if (err) return err;
    note_change(objects, e);
    if (e->object != object) free_object(objects, e);
    e->object = object;
    measure(objects, e);
    evict(objects);
    return SW_OK;
}

sw_err sw_objects_delete(sw_objects *objects, sw_slice key) {
    entry *e;
    sw_err err = entry_of(objects, key, &e);
    if (err) return err;
    note_change(objects, e);
    free_object(objects, e);
    measure(objects, e);
    return SW_OK;
}

/* Objects grow while they are edited. */
static void close_record(sw_objects *objects) {
    for (entry *e = objects->touched; e; e = e->next_touched) measure(objects, e);
    objects->touched = NULL;
    objects->record++;
}

void sw_objects_begin(sw_objects *objects) {
    close_record(objects);
    evict(objects);
}

sw_err sw_objects_undo(sw_objects *objects) {
    sw_err err = SW_OK;
    for (entry *e = objects->touched; e; e = e->next_touched)
        if (e->first != objects->record) err = SW_E_ABORTED;
    /* Those that the record was first to change are the latest. Overlay and database have what they
     * were. */
    while (objects->changed && objects->changed->first == objects->record) {
        entry *e = objects->changed;
        objects->changed = e->next_changed;
        objects->changed_count--;
        drop(objects, e);
    }
    objects->touched = NULL;
    objects->record++;
    return err;
}

/* In the order of first change, as everything that reaches the log or a digest. */
static void order_changed(sw_objects *objects) {
    entry *ordered = NULL;
    for (entry *e = objects->changed, *next; e; e = next) {
        next = e->next_changed;
        e->next_changed = ordered;
        ordered = e;
    }
    objects->changed = ordered;
}

sw_err sw_objects_flush(sw_objects *objects) {
    sw_err err = SW_OK;
    order_changed(objects);
    close_record(objects);
    for (entry *e = objects->changed; e && !err; e = e->next_changed) {
        sw_slice key = sw_slice_of(e->key, e->key_bytes);
        err = objects->codec->save(objects->arg, objects->rows, key, e->object);
        measure(objects, e);
    }
    order_changed(objects);
    return err;
}

void sw_objects_settle(sw_objects *objects, bool committed) {
    close_record(objects);
    while (objects->changed) {
        entry *e = objects->changed;
        objects->changed = e->next_changed;
        e->next_changed = NULL;
        e->first = e->latest = 0;
        if (!committed || !e->object) drop(objects, e);
    }
    objects->changed_count = 0;
    objects->batch++;
    evict(objects);
}

void sw_objects_forget(sw_objects *objects) {
    sw_objects_settle(objects, false);
    while (objects->newest) drop(objects, objects->newest);
}

uint32_t sw_objects_changed(const sw_objects *objects) {
    return objects->changed_count;
}

size_t sw_objects_bytes(const sw_objects *objects) {
    return objects->bytes;
}

bool sw_objects_full(const sw_objects *objects) {
    return over(objects);
}
