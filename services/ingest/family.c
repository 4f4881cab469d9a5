#include "ingest/family.h"

#include "codec/wire.h"

enum entry_tag {
    TAG_KIND = 1,
    TAG_CONTENT,
    TAG_PARTITION,
    TAG_OFFSET,
    TAG_ORGCODE,
    TAG_KEYS,
    TAG_CORRECTIONS,
    TAG_CORRECTION_BYTES,
    TAG_FORWARDS,
    TAG_SUBJECT
};

enum { HASH_BYTES = sizeof(sw_hash128) };

/* ---- the index ---- */

static sw_err read_entry(sw_slice bytes, sw_arena *arena, sw_entry *entry) {
    uint32_t keys = 0;
    sw_wire_reader wire = sw_wire_read(bytes);
    for (sw_wire_field f; sw_wire_next(&wire, &f);) {
        if (f.number == TAG_KIND) entry->kind = (sw_entry_kind)f.n;
        if (f.number == TAG_PARTITION) entry->partition = (uint32_t)f.n;
        if (f.number == TAG_OFFSET) entry->offset = (int64_t)f.n;
        if (f.number == TAG_ORGCODE) entry->orgcode = f.bytes;
        if (f.number == TAG_SUBJECT) entry->subject = f.bytes;
        if (f.number == TAG_CORRECTIONS) entry->corrections = (uint32_t)f.n;
        if (f.number == TAG_CORRECTION_BYTES) entry->correction_bytes = f.n;
        if (f.number == TAG_FORWARDS) entry->forwards = f.n;
        if (f.number == TAG_CONTENT && f.bytes.len == HASH_BYTES)
            memcpy(entry->content.bytes, f.bytes.ptr, HASH_BYTES);
        keys += f.number == TAG_KEYS;
    }
    if (wire.fault || entry->kind == SW_ENTRY_NONE || entry->kind > SW_ENTRY_AWAITED)
        return SW_E_CORRUPT;
    if (keys == 0) return SW_OK;
    sw_slice *list = sw_arena_alloc(arena, keys * sizeof *list);
    if (!list) return SW_E_LIMIT;
    wire = sw_wire_read(bytes);
    for (sw_wire_field f; sw_wire_next(&wire, &f);)
        if (f.number == TAG_KEYS) list[entry->key_count++] = f.bytes;
    entry->keys = list;
    return SW_OK;
}

sw_err sw_entry_get(sw_ctx *ctx, const sw_hash128 *identity, sw_entry *ret) {
    sw_slice bytes;
    *ret = (sw_entry){0};
    sw_err err = sw_ctx_get(ctx, SW_IDENTITY_INDEX, sw_intake_key(identity), &bytes);
    if (err == SW_E_NOT_FOUND) return SW_OK;
    return err ? err : read_entry(bytes, sw_ctx_arena(ctx), ret);
}

static void put_number(sw_buf *out, uint32_t tag, uint64_t n) {
    if (n) sw_wire_varint(out, tag, n);
}

/* Most rows fit into `usual`; the heap is for the others. */
static sw_err put_row(sw_ctx *ctx, uint32_t store, sw_slice key,
                      void (*write)(const void *, sw_buf *), const void *row) {
    char usual[2048];
    sw_buf buf = {.ptr = usual, .cap = sizeof usual, .max = sizeof usual};
    write(row, &buf);
    if (!buf.err) return sw_ctx_put(ctx, store, key, sw_buf_slice(&buf));
    sw_buf_init(&buf, (size_t)2 << 20);
    write(row, &buf);
    sw_err err = buf.err ? buf.err : sw_ctx_put(ctx, store, key, sw_buf_slice(&buf));
    sw_buf_done(&buf);
    return err;
}

static void write_entry(const void *row, sw_buf *out) {
    const sw_entry *entry = row;
    put_number(out, TAG_KIND, (uint64_t)entry->kind);
    if (entry->kind != SW_ENTRY_AWAITED)
        sw_wire_bytes(out, TAG_CONTENT, sw_intake_key(&entry->content));
    put_number(out, TAG_PARTITION, entry->partition);
    put_number(out, TAG_OFFSET, (uint64_t)entry->offset);
    sw_wire_text(out, TAG_ORGCODE, entry->orgcode);
    for (uint32_t i = 0; i < entry->key_count; i++) sw_wire_bytes(out, TAG_KEYS, entry->keys[i]);
    put_number(out, TAG_CORRECTIONS, entry->corrections);
    put_number(out, TAG_CORRECTION_BYTES, entry->correction_bytes);
    put_number(out, TAG_FORWARDS, entry->forwards);
    sw_wire_text(out, TAG_SUBJECT, entry->subject);
}

sw_err sw_entry_put(sw_ctx *ctx, const sw_hash128 *identity, const sw_entry *entry) {
    SW_ASSERT(entry->kind != SW_ENTRY_NONE);
    return put_row(ctx, SW_IDENTITY_INDEX, sw_intake_key(identity), write_entry, entry);
}

/* ---- corrections ---- */

static sw_slice member_key(const sw_hash128 *target, const sw_hash128 *identity,
                           char to[2 * HASH_BYTES]) {
    memcpy(to, target->bytes, HASH_BYTES);
    memcpy(to + HASH_BYTES, identity->bytes, HASH_BYTES);
    return sw_slice_of(to, 2 * HASH_BYTES);
}

/* One byte that says whether it waits, then the intake. */
static void write_member(const void *row, sw_buf *out) {
    const sw_member *member = row;
    sw_buf_add_byte(out, member->waiting ? 'w' : 'a');
    sw_intake_write(&member->intake, out);
}

sw_err sw_member_put(sw_ctx *ctx, const sw_hash128 *target, const sw_member *member) {
    char key[2 * HASH_BYTES];
    return put_row(ctx, SW_IDENTITY_CORRECTIONS, member_key(target, &member->identity, key),
                   write_member, member);
}

sw_err sw_member_del(sw_ctx *ctx, const sw_hash128 *target, const sw_hash128 *identity) {
    char key[2 * HASH_BYTES];
    return sw_ctx_del(ctx, SW_IDENTITY_CORRECTIONS, member_key(target, identity, key));
}

typedef struct loading {
    sw_family *family;
    sw_arena *arena;
    sw_err err;
} loading;

static bool load_member(void *arg, sw_slice key, sw_slice value) {
    loading *l = arg;
    sw_slice copy;
    if (key.len != 2 * HASH_BYTES || value.len < 2) {
        l->err = SW_E_CORRUPT;
    } else if (l->family->count == SW_FAMILY_MAX || !sw_arena_copy(l->arena, value, &copy)) {
        l->err = SW_E_LIMIT;
    } else {
        sw_member *member = &l->family->members[l->family->count++];
        memcpy(member->identity.bytes, key.ptr + HASH_BYTES, HASH_BYTES);
        member->waiting = copy.ptr[0] == 'w';
        l->err = sw_intake_read(sw_slice_sub(copy, 1, copy.len), l->arena, &member->intake);
        if (l->err == SW_E_SYNTAX) l->err = SW_E_CORRUPT;
    }
    return l->err == SW_OK;
}

sw_err sw_family_load(sw_ctx *ctx, const sw_hash128 *target, sw_family *ret) {
    char from[HASH_BYTES], to[2 * HASH_BYTES + 1];
    ret->target = *target;
    ret->count = 0;
    sw_err err = sw_entry_get(ctx, target, &ret->entry);
    if (err || ret->entry.corrections == 0) return err;
    memcpy(from, target->bytes, sizeof from);
    memcpy(to, target->bytes, sizeof from);
    memset(to + HASH_BYTES, 0xff, sizeof to - HASH_BYTES); /* behind every key of the target */
    loading l = {ret, sw_ctx_arena(ctx), SW_OK};
    err = sw_ctx_scan(ctx, SW_IDENTITY_CORRECTIONS, sw_slice_of(from, sizeof from),
                      sw_slice_of(to, sizeof to), load_member, &l);
    return err ? err : l.err;
}

sw_member *sw_family_find(sw_family *family, const sw_hash128 *identity) {
    for (uint32_t i = 0; i < family->count; i++)
        if (sw_hash128_eq(family->members[i].identity, *identity)) return &family->members[i];
    return NULL;
}

/* ---- sets of keys ---- */

sw_err sw_key_set_init(sw_key_set *set, sw_arena *arena) {
    *set = (sw_key_set){.cap = 32, .slot_count = 64, .arena = arena};
    set->keys = sw_arena_alloc(arena, set->cap * sizeof *set->keys);
    set->slots = sw_arena_zero(arena, set->slot_count, sizeof *set->slots);
    return set->keys && set->slots ? SW_OK : SW_E_LIMIT;
}

static uint32_t *slot_of(const sw_key_set *set, sw_slice key) {
    uint32_t at = (uint32_t)sw_hash64(key) & (set->slot_count - 1);
    while (set->slots[at] && !sw_slice_eq(*set->keys[set->slots[at] - 1], key))
        at = (at + 1) & (set->slot_count - 1);
    return &set->slots[at];
}

static sw_err grow(sw_key_set *set) {
    uint32_t cap = set->cap * 2;
    const sw_slice **keys = sw_arena_alloc(set->arena, cap * sizeof *keys);
    uint32_t *slots = sw_arena_zero(set->arena, (size_t)2 * cap, sizeof *slots);
    if (!keys || !slots) return SW_E_LIMIT;
    memcpy(keys, set->keys, set->count * sizeof *keys);
    set->keys = keys;
    set->slots = slots;
    set->slot_count = 2 * cap;
    set->cap = cap;
    for (uint32_t i = 0; i < set->count; i++) *slot_of(set, *keys[i]) = i + 1;
    return SW_OK;
}

sw_err sw_key_set_add(sw_key_set *set, const sw_slice *key, bool *ret_new) {
    uint32_t *slot = slot_of(set, *key);
    *ret_new = *slot == 0;
    if (*slot) return SW_OK;
    if (set->count == set->cap) {
        sw_err err = grow(set);
        if (err) return err;
        slot = slot_of(set, *key);
    }
    set->keys[set->count++] = key;
    *slot = set->count;
    return SW_OK;
}
