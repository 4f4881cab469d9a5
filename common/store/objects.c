#include "store/objects.h"

#include "base/arena.h"
#include "base/hash.h"

#define BUCKETS_MIN 64u
#define VALUE_MAX   ((size_t)64 << 20)

typedef struct entry {
    struct entry *chain;         /* of its bucket */
    struct entry *newer, *older; /* by last use */
    struct entry *next_changed;
    void *object; /* NULL: deleted in this batch */
    uint64_t hash;
    uint64_t batch;         /* that used it last */
    uint64_t first, latest; /* the records of this batch that changed it; 0: none */
    size_t bytes;
    uint32_t key_bytes;
    char key[];
} entry;

struct sw_objects {
    sw_overlay *overlay;
    uint32_t store;
    sw_object_codec codec;
    sw_buf value;
    entry **buckets;
    uint32_t bucket_count, count;
    entry *newest, *oldest;
    entry *changed; /* in this batch, latest first */
    uint64_t batch, record;
    size_t bytes, bytes_max;
};

sw_err sw_objects_new(sw_overlay *overlay, uint32_t store, sw_object_codec codec, size_t bytes_max,
                      sw_objects **ret) {
    SW_ASSERT(overlay && codec.decode && codec.encode && codec.bytes && codec.free && bytes_max);
    sw_objects *objects = sw_heap_zero(1, sizeof *objects);
    if (!objects) return SW_E_NOMEM;
    *objects = (sw_objects){.overlay = overlay,
                            .store = store,
                            .codec = codec,
                            .bucket_count = BUCKETS_MIN,
                            .batch = 1,
                            .record = 1,
                            .bytes_max = bytes_max};
    sw_buf_init(&objects->value, VALUE_MAX);
    objects->buckets = sw_heap_zero(BUCKETS_MIN, sizeof objects->buckets[0]);
    if (!objects->buckets) {
        sw_heap_free(objects);
        return SW_E_NOMEM;
    }
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

static void measure(sw_objects *objects, entry *e) {
    objects->bytes -= e->bytes;
    e->bytes = sizeof *e + e->key_bytes;
    if (e->object) e->bytes += objects->codec.bytes(objects->codec.arg, e->object);
    objects->bytes += e->bytes;
}

static void free_object(sw_objects *objects, entry *e) {
    if (e->object) objects->codec.free(objects->codec.arg, e->object);
    e->object = NULL;
}

static void drop(sw_objects *objects, entry *e) {
    entry **link = bucket_of(objects, e->hash);
    while (*link != e) link = &(*link)->chain;
    *link = e->chain;
    unlink_use(objects, e);
    objects->bytes -= e->bytes;
    objects->count--;
    free_object(objects, e);
    sw_heap_free(e);
}

void sw_objects_free(sw_objects *objects) {
    if (!objects) return;
    while (objects->newest) drop(objects, objects->newest);
    SW_ASSERT(objects->bytes == 0 && objects->count == 0);
    sw_buf_done(&objects->value);
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

/* Lets go of what was not used for longest, but of nothing that this batch has used. */
static void evict(sw_objects *objects) {
    while (objects->bytes > objects->bytes_max && objects->oldest &&
           objects->oldest->batch != objects->batch)
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
    sw_slice value;
    void *object;
    sw_err err = sw_overlay_get(objects->overlay, objects->store, key, &value);
    if (!err) err = objects->codec.decode(objects->codec.arg, key, value, &object);
    if (err) return err;
    err = add(objects, key, hash, object, ret);
    if (err) objects->codec.free(objects->codec.arg, object);
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
    }
    e->latest = objects->record;
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

void sw_objects_begin(sw_objects *objects) {
    objects->record++;
}

sw_err sw_objects_undo(sw_objects *objects) {
    sw_err err = SW_OK;
    entry **link = &objects->changed;
    while (*link) {
        entry *e = *link;
        if (e->latest == objects->record && e->first == objects->record) {
            *link = e->next_changed; /* overlay and database have what it was */
            drop(objects, e);
            continue;
        }
        if (e->latest == objects->record) err = SW_E_ABORTED;
        link = &e->next_changed;
    }
    return err;
}

static sw_err write_entry(sw_objects *objects, entry *e) {
    sw_slice key = sw_slice_of(e->key, e->key_bytes);
    if (!e->object) return sw_overlay_delete(objects->overlay, objects->store, key);
    sw_buf_clear(&objects->value);
    sw_err err = objects->codec.encode(objects->codec.arg, e->object, &objects->value);
    if (err) return err;
    measure(objects, e);
    return sw_overlay_put(objects->overlay, objects->store, key, sw_buf_slice(&objects->value));
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
    for (entry *e = objects->changed; e && !err; e = e->next_changed) err = write_entry(objects, e);
    order_changed(objects);
    return err;
}

void sw_objects_settle(sw_objects *objects, bool committed) {
    while (objects->changed) {
        entry *e = objects->changed;
        objects->changed = e->next_changed;
        e->next_changed = NULL;
        e->first = e->latest = 0;
        if (!committed || !e->object) drop(objects, e);
    }
    objects->batch++;
    objects->record++;
    evict(objects);
}

size_t sw_objects_bytes(const sw_objects *objects) {
    return objects->bytes;
}

bool sw_objects_full(const sw_objects *objects) {
    return objects->bytes > objects->bytes_max;
}
