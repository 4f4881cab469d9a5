#include "store/objects.h"

#include "base/arena.h"
#include "base/hash.h"
#include "store/slots.h"

#define WARM         8u /* as many objects later what was asked for is in the processor's cache */
#define CHANGED_KEPT 8192u /* places of the list that stay after a batch */

/* What each use looks at comes last, beside the key. */
typedef struct entry {
    struct entry *newer, *older; /* by when they were linked */
    struct entry *next_touched;
    uint64_t hash;
    uint64_t linked; /* the last batch that had used it then */
    size_t bytes;
    uint64_t first, latest; /* the records of the batch `changed` that did so */
    uint64_t batch;         /* that used it last */
    uint64_t changed;       /* that changed it last */
    void *object;           /* NULL: deleted in this batch */
    uint32_t key_bytes;
    char key[];
} entry;

struct sw_objects {
    sw_rows rows;
    const sw_object_codec *codec;
    const void *arg;
    sw_object_budget *budget;
    slots entries;
    entry *newest, *oldest;
    entry **changed; /* in this batch, in the order of first change */
    size_t changed_count, changed_cap;
    bool deletes;   /* one of them may be deleted */
    entry *touched; /* changed in this record */
    uint64_t batch, record;
    size_t bytes;
    const void *wanted[WARM]; /* a ring of objects that are there, since the record before */
    uint32_t wanted_count;
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
                            .batch = 1,
                            .record = 1};
    if (slots_init(&objects->entries)) {
        sw_heap_free(objects);
        return SW_E_NOMEM;
    }
    __atomic_add_fetch(&budget->members, 1, __ATOMIC_RELAXED);
    *ret = objects;
    return SW_OK;
}

static entry *find(const sw_objects *objects, sw_slice key, uint64_t hash) {
    const slots *s = &objects->entries;
    for (const slot *at = slots_first(s, hash); at->entry; at = slots_next(s, at)) {
        if (at->hash != hash) continue;
        entry *e = at->entry;
        if (sw_slice_eq(sw_slice_of(e->key, e->key_bytes), key)) return e;
    }
    return NULL;
}

static void unlink_use(sw_objects *objects, entry *e) {
    *(e->newer ? &e->newer->older : &objects->newest) = e->older;
    *(e->older ? &e->older->newer : &objects->oldest) = e->newer;
}

static void link_newest(sw_objects *objects, entry *e) {
    e->linked = e->batch;
    e->newer = NULL;
    e->older = objects->newest;
    *(e->older ? &e->older->newer : &objects->oldest) = e;
    objects->newest = e;
}

/* What all tasks share is written only where something changed: it moves between processors. */
static void account(sw_objects *objects, entry *e, size_t bytes) {
    if (bytes == e->bytes) return;
    objects->bytes += bytes - e->bytes;
    __atomic_add_fetch(&objects->budget->bytes, bytes - e->bytes, __ATOMIC_RELAXED);
    e->bytes = bytes;
}

static void measure(sw_objects *objects, entry *e) {
    size_t bytes = sw_heap_takes(sizeof *e + e->key_bytes);
    if (e->object) bytes += objects->codec->bytes(objects->arg, e->object);
    account(objects, e, bytes);
}

static void free_object(sw_objects *objects, entry *e) {
    objects->wanted_count = 0;
    if (e->object) objects->codec->free(objects->arg, e->object);
    e->object = NULL;
}

static void drop(sw_objects *objects, entry *e) {
    slots_remove(&objects->entries, e->hash, e);
    unlink_use(objects, e);
    account(objects, e, 0);
    free_object(objects, e);
    sw_heap_free(e);
}

void sw_objects_free(sw_objects *objects) {
    if (!objects) return;
    while (objects->newest) drop(objects, objects->newest);
    SW_ASSERT(objects->bytes == 0 && objects->entries.count == 0);
    __atomic_sub_fetch(&objects->budget->members, 1, __ATOMIC_RELAXED);
    slots_done(&objects->entries);
    sw_heap_free(objects->changed);
    sw_heap_free(objects);
}

/* All together use too much, and these more than their share. */
static bool over(const sw_objects *objects) {
    const sw_object_budget *budget = objects->budget;
    if (__atomic_load_n(&budget->bytes, __ATOMIC_RELAXED) <= budget->bytes_max) return false;
    uint32_t members = __atomic_load_n(&budget->members, __ATOMIC_RELAXED);
    return objects->bytes > budget->bytes_max / members;
}

/* Lets go of what was not used for longest, about: a use is only noted, and what was used since it
 * was linked is linked anew when its turn comes. Nothing goes that this batch has used. */
static void evict(sw_objects *objects) {
    while (objects->oldest && over(objects)) {
        entry *e = objects->oldest;
        if (e->batch == e->linked) {
            if (e->batch == objects->batch) return;
            drop(objects, e);
        } else {
            unlink_use(objects, e);
            link_newest(objects, e);
        }
    }
}

static sw_err add(sw_objects *objects, sw_slice key, uint64_t hash, void *object, entry **ret) {
    sw_err err = slots_reserve(&objects->entries);
    if (err) return err;
    entry *e = sw_heap_alloc(sizeof *e + key.len);
    if (!e) return SW_E_NOMEM;
    *e = (entry){
        .hash = hash, .object = object, .key_bytes = (uint32_t)key.len, .batch = objects->batch};
    memcpy(e->key, key.ptr, key.len);
    slots_add(&objects->entries, hash, e);
    link_newest(objects, e);
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
        e->batch = objects->batch;
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

/* Each step has had the time of some other objects to come. */
static void warm(sw_objects *objects, const void *object) {
    const sw_object_codec *codec = objects->codec;
    uint32_t n = objects->wanted_count++;
    __builtin_prefetch(object);
    if (n >= WARM / 2) codec->warm(objects->arg, objects->wanted[(n - WARM / 2) % WARM], 0);
    if (n >= WARM) codec->warm(objects->arg, objects->wanted[n % WARM], 1);
    objects->wanted[n % WARM] = object;
}

void sw_objects_want(sw_objects *objects, sw_slice key) {
    SW_ASSERT(objects && key.len > 0);
    char room[SW_OBJECT_ROW_BYTES_MAX];
    if (!objects->codec->row) return;
    const entry *e = find(objects, key, sw_hash64(key));
    if (e && e->object && objects->codec->warm) warm(objects, e->object);
    if (e) return;
    sw_overlay_want(objects->rows.overlay, objects->rows.store, objects->codec->row(key, room));
}

/* Before anything is changed. */
static sw_err reserve_change(sw_objects *objects) {
    if (objects->changed_count < objects->changed_cap) return SW_OK;
    size_t cap = objects->changed_cap ? objects->changed_cap * 2 : 64;
    entry **grown = sw_heap_resize(objects->changed, cap * sizeof *grown);
    if (!grown) return SW_E_NOMEM;
    objects->changed = grown;
    objects->changed_cap = cap;
    return SW_OK;
}

static void note_change(sw_objects *objects, entry *e) {
    if (e->changed != objects->batch) {
        e->changed = objects->batch;
        e->first = objects->record;
        objects->changed[objects->changed_count++] = e;
    }
    if (e->latest == objects->record) return;
    e->latest = objects->record;
    e->next_touched = objects->touched;
    objects->touched = e;
}

sw_err sw_objects_edit(sw_objects *objects, sw_slice key, void **ret) {
    entry *e;
    sw_err err = reserve_change(objects);
    if (!err) err = load(objects, key, &e);
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
    e->batch = objects->batch;
    *ret = e;
    return SW_OK;
}

sw_err sw_objects_put(sw_objects *objects, sw_slice key, void *object) {
    entry *e;
    SW_ASSERT(object);
    sw_err err = reserve_change(objects);
    if (!err) err = entry_of(objects, key, &e);
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
    sw_err err = reserve_change(objects);
    if (!err) err = entry_of(objects, key, &e);
    if (err) return err;
    note_change(objects, e);
    objects->deletes = true;
    free_object(objects, e);
    measure(objects, e);
    return SW_OK;
}

/* Objects grow while they are edited. */
static void close_record(sw_objects *objects) {
    for (entry *e = objects->touched; e; e = e->next_touched) measure(objects, e);
    objects->touched = NULL;
    objects->wanted_count = 0;
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
    while (objects->changed_count > 0) {
        entry *e = objects->changed[objects->changed_count - 1];
        if (e->first != objects->record) break;
        objects->changed_count--;
        drop(objects, e);
    }
    objects->touched = NULL;
    objects->record++;
    return err;
}

/* In the order of first change, as everything that reaches the log or a digest. */
sw_err sw_objects_flush(sw_objects *objects) {
    sw_err err = SW_OK;
    close_record(objects);
    for (size_t i = 0; i < objects->changed_count && !err; i++) {
        entry *e = objects->changed[i];
        sw_slice key = sw_slice_of(e->key, e->key_bytes);
        err = objects->codec->save(objects->arg, objects->rows, key, e->object);
        measure(objects, e);
    }
    return err;
}

/* What was committed stays as it is, and need not be looked at. */
void sw_objects_settle(sw_objects *objects, bool committed) {
    close_record(objects);
    bool drops = !committed || objects->deletes;
    for (size_t i = 0; drops && i < objects->changed_count; i++) {
        entry *e = objects->changed[i];
        if (!committed || !e->object) drop(objects, e);
    }
    objects->changed_count = 0;
    objects->deletes = false;
    if (objects->changed_cap > CHANGED_KEPT) {
        sw_heap_free(objects->changed);
        objects->changed = NULL;
        objects->changed_cap = 0;
    }
    objects->batch++;
    evict(objects);
}

void sw_objects_forget(sw_objects *objects) {
    sw_objects_settle(objects, false);
    while (objects->newest) drop(objects, objects->newest);
}

uint32_t sw_objects_changed(const sw_objects *objects) {
    return (uint32_t)objects->changed_count;
}

size_t sw_objects_bytes(const sw_objects *objects) {
    return objects->bytes;
}

bool sw_objects_full(const sw_objects *objects) {
    return over(objects);
}
