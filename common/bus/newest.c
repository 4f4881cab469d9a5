#include "bus/newest.h"

#include "base/arena.h"
#include "base/hash.h"

#define SLOTS_MIN 1024u

/* The key follows it. */
typedef struct entry {
    int64_t offset;
    uint32_t hash, key_bytes;
} entry;

static entry entry_at(const sw_newest *newest, uint32_t slot) {
    entry e;
    memcpy(&e, newest->entries + slot - 1, sizeof e);
    return e;
}

/* The slot of the key, or the free one where it belongs. */
static uint32_t find(const sw_newest *newest, sw_slice key, uint32_t hash) {
    uint32_t mask = newest->slot_count - 1, at = hash & mask;
    for (; newest->slots[at]; at = (at + 1) & mask) {
        entry e = entry_at(newest, newest->slots[at]);
        const char *theirs = newest->entries + newest->slots[at] - 1 + sizeof e;
        if (e.hash == hash && sw_slice_eq(sw_slice_of(theirs, e.key_bytes), key)) break;
    }
    return at;
}

static sw_err grow_slots(sw_newest *newest) {
    if (newest->count < newest->slot_count / 2) return SW_OK;
    if (newest->slot_count > UINT32_MAX / 2) return SW_E_LIMIT;
    uint32_t count = newest->slot_count ? newest->slot_count * 2 : SLOTS_MIN, mask = count - 1;
    uint32_t *slots = sw_heap_zero(count, sizeof *slots);
    if (!slots) return SW_E_NOMEM;
    for (uint32_t i = 0; i < newest->slot_count; i++) {
        if (!newest->slots[i]) continue;
        uint32_t at = entry_at(newest, newest->slots[i]).hash & mask;
        while (slots[at]) at = (at + 1) & mask;
        slots[at] = newest->slots[i];
    }
    sw_heap_free(newest->slots);
    newest->slots = slots;
    newest->slot_count = count;
    return SW_OK;
}

static sw_err grow_entries(sw_newest *newest, size_t more) {
    if (more <= newest->cap - newest->len) return SW_OK;
    size_t cap = newest->cap + newest->cap / 2 + more + 65536;
    if (cap >= UINT32_MAX) return SW_E_LIMIT;
    char *entries = sw_heap_resize(newest->entries, cap);
    if (!entries) return SW_E_NOMEM;
    newest->entries = entries;
    newest->cap = cap;
    return SW_OK;
}

sw_err sw_newest_note(sw_newest *newest, sw_slice key, int64_t offset) {
    SW_ASSERT(newest && offset >= 0);
    if (key.len >= UINT32_MAX) return SW_E_LIMIT;
    entry e = {.offset = offset, .hash = (uint32_t)sw_hash64(key), .key_bytes = (uint32_t)key.len};
    sw_err err = grow_slots(newest);
    if (err) return err;
    uint32_t slot = find(newest, key, e.hash);
    if (newest->slots[slot]) {
        SW_ASSERT(entry_at(newest, newest->slots[slot]).offset < offset);
        memcpy(newest->entries + newest->slots[slot] - 1, &e, sizeof e);
        return SW_OK;
    }
    err = grow_entries(newest, sizeof e + key.len);
    if (err) return err;
    memcpy(newest->entries + newest->len, &e, sizeof e);
    if (key.len) memcpy(newest->entries + newest->len + sizeof e, key.ptr, key.len);
    newest->slots[slot] = (uint32_t)newest->len + 1;
    newest->len += sizeof e + key.len;
    newest->count++;
    return SW_OK;
}

int64_t sw_newest_of(const sw_newest *newest, sw_slice key) {
    if (newest->count == 0) return -1;
    uint32_t slot = find(newest, key, (uint32_t)sw_hash64(key));
    return newest->slots[slot] ? entry_at(newest, newest->slots[slot]).offset : -1;
}

size_t sw_newest_bytes(const sw_newest *newest) {
    return newest->slot_count * sizeof newest->slots[0] + newest->cap;
}

void sw_newest_done(sw_newest *newest) {
    sw_heap_free(newest->slots);
    sw_heap_free(newest->entries);
    *newest = (sw_newest){0};
}
