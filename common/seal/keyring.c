#include "seal/keyring.h"

#include <stdio.h>

#include "codec/wire.h"

enum { CACHE_KEYS = 65536, WAYS = 4, NEW_MAX = 2048, PRINT_HEX = 8, KEY_ID_BYTES = 32 + 1 + 8 };

/* A subject's key in memory. */
typedef struct slot {
    sw_hash128 subject;
    sw_seal_key key;
    uint32_t used; /* when; 0: free */
} slot;

struct sw_keyring {
    sw_seal_key master;
    sw_read keys;
    bool stored;
    slot *slots;
    uint32_t slot_count, clock;
    sw_new_key *made;
    uint32_t made_count;
};

sw_err sw_keyring_open(const sw_keyring_options *options, sw_keyring **ret) {
    SW_ASSERT(options && options->master && ret);
    sw_keyring *ring = sw_heap_zero(1, sizeof *ring);
    if (!ring) return SW_E_NOMEM;
    uint32_t wanted = options->cache_keys ? options->cache_keys : CACHE_KEYS;
    ring->slot_count = WAYS;
    while (ring->slot_count < wanted) ring->slot_count *= 2;
    ring->master = *options->master;
    if (options->keys) ring->keys = *options->keys;
    ring->stored = options->keys != NULL;
    ring->slots = sw_heap_zero(ring->slot_count, sizeof *ring->slots);
    ring->made = sw_heap_zero(NEW_MAX, sizeof *ring->made);
    if (!ring->slots || !ring->made) {
        sw_keyring_close(ring);
        return SW_E_NOMEM;
    }
    *ret = ring;
    return SW_OK;
}

void sw_keyring_close(sw_keyring *ring) {
    if (!ring) return;
    if (ring->slots) sw_seal_wipe(ring->slots, ring->slot_count * sizeof *ring->slots);
    sw_heap_free(ring->slots);
    sw_heap_free(ring->made);
    sw_seal_wipe(ring, sizeof *ring);
    sw_heap_free(ring);
}

sw_hash128 sw_keyring_subject(sw_slice subject) {
    const sw_slice parts[] = {SW_S("seawall.subject"), subject};
    return sw_hash128_parts(parts, SW_COUNT(parts));
}

static sw_slice hash_slice(const sw_hash128 *hash) {
    return sw_slice_of(hash->bytes, sizeof hash->bytes);
}

/* ---- the cache ---- */

static slot *slots_of(sw_keyring *ring, const sw_hash128 *subject) {
    uint64_t n;
    memcpy(&n, subject->bytes, sizeof n);
    return &ring->slots[n & (ring->slot_count - 1) & ~(uint64_t)(WAYS - 1)];
}

static slot *find(sw_keyring *ring, const sw_hash128 *subject) {
    slot *set = slots_of(ring, subject);
    for (int i = 0; i < WAYS; i++)
        if (set[i].used && sw_hash128_eq(set[i].subject, *subject)) {
            set[i].used = ++ring->clock | 1;
            return &set[i];
        }
    return NULL;
}

static slot *keep(sw_keyring *ring, const sw_hash128 *subject, const sw_seal_key *key) {
    slot *set = slots_of(ring, subject), *oldest = set;
    for (int i = 1; i < WAYS; i++)
        if (set[i].used < oldest->used) oldest = &set[i];
    *oldest = (slot){*subject, *key, ++ring->clock | 1};
    return oldest;
}

/* ---- locked keys ---- */

static sw_err lock_key(const sw_keyring *ring, const sw_hash128 *subject, const sw_seal_key *key,
                       uint8_t to[SW_LOCKED_KEY_BYTES]) {
    sw_buf box;
    sw_buf_init(&box, SW_LOCKED_KEY_BYTES);
    sw_seal_random(to, SW_NONCE_BYTES);
    sw_err err = sw_box_lock(&ring->master, to, hash_slice(subject),
                             sw_slice_of(key->bytes, sizeof key->bytes), &box);
    if (!err) memcpy(to + SW_NONCE_BYTES, box.ptr, box.len);
    sw_buf_done(&box);
    return err;
}

static sw_err unlock_key(const sw_keyring *ring, const sw_hash128 *subject, sw_slice locked,
                         sw_seal_key *ret) {
    sw_buf plain;
    sw_buf_init(&plain, SW_LOCKED_KEY_BYTES);
    sw_err err = sw_box_unlock(&ring->master, (const uint8_t *)locked.ptr, hash_slice(subject),
                               sw_slice_sub(locked, SW_NONCE_BYTES, locked.len), &plain);
    if (!err && plain.len != sizeof ret->bytes) err = SW_E_CORRUPT;
    if (!err) memcpy(ret->bytes, plain.ptr, sizeof ret->bytes);
    if (plain.len) sw_seal_wipe(plain.ptr, plain.len);
    sw_buf_done(&plain);
    return err;
}

/* Which of a subject's keys it is: a hash of it. */
static void print_of(const sw_seal_key *key, char ret[PRINT_HEX + 1]) {
    char hex[SW_HASH128_TEXT];
    const sw_slice parts[] = {SW_S("seawall.key"), sw_slice_of(key->bytes, sizeof key->bytes)};
    sw_hash128_hex(sw_hash128_parts(parts, SW_COUNT(parts)), hex);
    memcpy(ret, hex, PRINT_HEX);
    ret[PRINT_HEX] = '\0';
}

/* The stored key with that print, or (NULL) the first. SW_E_NOT_FOUND. */
static sw_err stored_key(sw_keyring *ring, const sw_hash128 *subject, const char *print,
                         sw_seal_key *ret) {
    sw_buf row;
    if (!ring->stored) return SW_E_NOT_FOUND;
    sw_buf_init(&row, (size_t)SW_SUBJECT_KEYS_MAX * SW_LOCKED_KEY_BYTES);
    sw_err err = sw_read_get(&ring->keys, hash_slice(subject), &row);
    bool found = false;
    for (size_t at = 0; !err && !found && at + SW_LOCKED_KEY_BYTES <= row.len;
         at += SW_LOCKED_KEY_BYTES) {
        char own[PRINT_HEX + 1];
        sw_slice all = sw_buf_slice(&row);
        err = unlock_key(ring, subject, sw_slice_sub(all, at, at + SW_LOCKED_KEY_BYTES), ret);
        if (!err) print_of(ret, own);
        found = !err && (!print || memcmp(own, print, PRINT_HEX) == 0);
    }
    sw_buf_done(&row);
    return !err && !found ? SW_E_NOT_FOUND : err;
}

static sw_err key_of(sw_keyring *ring, const sw_hash128 *subject, slot **ret) {
    sw_seal_key key;
    *ret = find(ring, subject);
    if (*ret) return SW_OK;
    sw_err err = stored_key(ring, subject, NULL, &key);
    if (err == SW_E_NOT_FOUND) {
        if (ring->made_count == NEW_MAX) return SW_E_LIMIT;
        sw_seal_key_random(&key);
        sw_new_key *made = &ring->made[ring->made_count];
        made->subject = *subject;
        err = lock_key(ring, subject, &key, made->locked);
        if (!err) ring->made_count++;
    }
    if (!err) *ret = keep(ring, subject, &key);
    sw_seal_wipe(&key, sizeof key);
    return err;
}

typedef struct first_row {
    sw_keyring *ring;
    sw_err err;
} first_row;

static bool try_row(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    first_row *f = arg;
    (void)partition;
    sw_hash128 subject;
    sw_seal_key unlocked;
    if (key.len != sizeof subject.bytes || value.len < SW_LOCKED_KEY_BYTES) {
        f->err = SW_E_CORRUPT;
        return false;
    }
    memcpy(subject.bytes, key.ptr, key.len);
    f->err = unlock_key(f->ring, &subject, sw_slice_sub(value, 0, SW_LOCKED_KEY_BYTES), &unlocked);
    sw_seal_wipe(&unlocked, sizeof unlocked);
    return false;
}

sw_err sw_keyring_check(sw_keyring *ring, sw_diags *diags) {
    SW_ASSERT(ring);
    first_row f = {ring, SW_OK};
    const sw_read_range one = {.partition = SW_READ_ALL, .rows_max = 1};
    sw_err err = ring->stored ? sw_read_scan(&ring->keys, &one, try_row, &f) : SW_OK;
    if (err) return err;
    if (f.err == SW_E_CORRUPT)
        return sw_diag_at(diags, SW_E_INVALID, 0, 0, "seal.key",
                          "bring the file back that this data directory was begun with",
                          "the master key is not the one that the subjects' keys are locked with");
    return f.err;
}

const sw_new_key *sw_keyring_take_new(sw_keyring *ring, uint32_t *ret_count) {
    *ret_count = ring->made_count;
    ring->made_count = 0;
    return ring->made;
}

void sw_keyring_drop_new(sw_keyring *ring, const sw_new_key *keys, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        slot *s = find(ring, &keys[i].subject);
        if (s) sw_seal_wipe(s, sizeof *s);
    }
}

/* ---- seawall.v1.Sealed ---- */

enum { TAG_KEY_ID = 1, TAG_NONCE, TAG_CIPHERTEXT };

sw_err sw_keyring_seal(void *ctx, const sw_event *event, sw_slice personal, sw_buf *out) {
    sw_keyring *ring = ctx;
    slot *s;
    sw_hash128 subject =
        sw_keyring_subject(event->subject.len ? event->subject : hash_slice(&event->identity));
    sw_err err = key_of(ring, &subject, &s);
    if (err) return err;
    char id[KEY_ID_BYTES + 1];
    uint8_t nonce[SW_NONCE_BYTES];
    sw_hash128_hex(subject, id);
    id[32] = '.';
    print_of(&s->key, id + 33);
    sw_seal_random(nonce, sizeof nonce);
    sw_wire_bytes(out, TAG_KEY_ID, sw_slice_of(id, KEY_ID_BYTES));
    sw_wire_bytes(out, TAG_NONCE, sw_slice_of(nonce, sizeof nonce));
    size_t mark = sw_wire_begin(out, TAG_CIPHERTEXT);
    err = sw_box_lock(&s->key, nonce, hash_slice(&event->identity), personal, out);
    sw_wire_end(out, mark);
    return err ? err : out->err;
}

sw_err sw_keyring_unseal(void *ctx, sw_hash128 identity, sw_slice sealed, sw_buf *out) {
    sw_keyring *ring = ctx;
    sw_slice id = SW_SLICE_NONE, nonce = SW_SLICE_NONE, box = SW_SLICE_NONE;
    sw_wire_reader wire = sw_wire_read(sealed);
    for (sw_wire_field f; sw_wire_next(&wire, &f);) {
        if (f.number == TAG_KEY_ID) id = f.bytes;
        if (f.number == TAG_NONCE) nonce = f.bytes;
        if (f.number == TAG_CIPHERTEXT) box = f.bytes;
    }
    sw_hash128 subject;
    if (wire.fault || id.len != KEY_ID_BYTES || nonce.len != SW_NONCE_BYTES ||
        !sw_hash128_parse(sw_slice_sub(id, 0, 32), &subject))
        return SW_E_CORRUPT;
    sw_seal_key key;
    sw_err err = stored_key(ring, &subject, id.ptr + 33, &key);
    if (!err)
        err = sw_box_unlock(&key, (const uint8_t *)nonce.ptr, hash_slice(&identity), box, out);
    sw_seal_wipe(&key, sizeof key);
    return err;
}

/* ---- what belongs to no subject ---- */

#define LOCKED_BOUND SW_S("seawall.locked")

sw_err sw_keyring_lock(const sw_keyring *ring, sw_slice plain, sw_buf *out) {
    SW_ASSERT(ring && out);
    uint8_t nonce[SW_NONCE_BYTES];
    sw_seal_random(nonce, sizeof nonce);
    sw_err err = sw_buf_add(out, sw_slice_of(nonce, sizeof nonce));
    return err ? err : sw_box_lock(&ring->master, nonce, LOCKED_BOUND, plain, out);
}

sw_err sw_keyring_unlock(const sw_keyring *ring, sw_slice locked, sw_buf *out) {
    SW_ASSERT(ring && out);
    if (locked.len < SW_LOCKED_MORE_BYTES) return SW_E_CORRUPT;
    return sw_box_unlock(&ring->master, (const uint8_t *)locked.ptr, LOCKED_BOUND,
                         sw_slice_sub(locked, SW_NONCE_BYTES, locked.len), out);
}
