/* family.h - an accepted event with all of its corrections, as the identity processor keeps them.
 * Layer 9.  Thread: task owner; pure. */
#ifndef SW_INGEST_FAMILY_H
#define SW_INGEST_FAMILY_H

#include "ingest/intake.h"
#include "stream/processor.h"

/* Stores of the identity processor. */
enum { SW_IDENTITY_INDEX, SW_IDENTITY_CORRECTIONS, SW_IDENTITY_STORES };

typedef enum sw_entry_kind {
    SW_ENTRY_NONE,
    SW_ENTRY_EVENT,
    SW_ENTRY_CORRECTION,
    SW_ENTRY_AWAITED /* nothing of this identity has come but corrections that wait for it */
} sw_entry_kind;

/* A row of the index: identity -> what was accepted first. Kept for ever. Borrowed. */
typedef struct sw_entry {
    sw_entry_kind kind;
    sw_hash128 content;
    uint32_t partition; /* of the record by which it was accepted */
    int64_t offset;
    sw_slice orgcode;     /* EVENT */
    sw_slice subject;     /* EVENT; may be empty */
    const sw_slice *keys; /* EVENT */
    uint32_t key_count;
    uint32_t corrections; /* EVENT, AWAITED: how many it has, waiting ones too */
    uint64_t correction_bytes;
    uint64_t forwards; /* CORRECTION: how often it went to its target, less those refused there */
} sw_entry;

/* With no such row the entry is NONE. SW_E_CORRUPT. */
SW_NODISCARD sw_err sw_entry_get(sw_ctx *ctx, const sw_hash128 *identity, sw_entry *ret);
SW_NODISCARD sw_err sw_entry_put(sw_ctx *ctx, const sw_hash128 *identity, const sw_entry *entry);

/* A row of the corrections: (target, own identity) -> the intake. Borrowed from the call. */
typedef struct sw_member {
    sw_hash128 identity;
    sw_intake intake;
    bool waiting; /* its target has not come */
} sw_member;

SW_NODISCARD sw_err sw_member_put(sw_ctx *ctx, const sw_hash128 *target, const sw_member *member);
SW_NODISCARD sw_err sw_member_del(sw_ctx *ctx, const sw_hash128 *target,
                                  const sw_hash128 *identity);

/* More corrections of one event, or more bytes of them, are refused. */
enum { SW_FAMILY_MAX = 100, SW_FAMILY_BYTES_MAX = 4 << 20 };

typedef struct sw_family {
    sw_hash128 target;
    sw_entry entry;
    sw_member members[SW_FAMILY_MAX]; /* in order of their identities, then of joining */
    uint32_t count;
} sw_family;

/* Reads the target's entry and all of its corrections. SW_E_CORRUPT, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_family_load(sw_ctx *ctx, const sw_hash128 *target, sw_family *ret);
/* NULL if there is none. */
sw_member *sw_family_find(sw_family *family, const sw_hash128 *identity);

/* The keys of an accepted event and of all its accepted corrections, without repeats. */
typedef struct sw_key_set {
    const sw_slice **keys;
    uint32_t count, cap;
    uint32_t *slots; /* open addressing by hash: index + 1 */
    uint32_t slot_count;
    sw_arena *arena;
} sw_key_set;

/* SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_key_set_init(sw_key_set *set, sw_arena *arena);
/* `*ret_new` says whether it was not there before. The key is borrowed. */
SW_NODISCARD sw_err sw_key_set_add(sw_key_set *set, const sw_slice *key, bool *ret_new);

#endif
