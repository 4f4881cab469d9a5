/* keyring.h - a key for each subject, which locks the personal fields of its events; destroying it
 * erases them for ever.  Layer 8.  Thread: sealing its owner's; opening any. */
#ifndef SW_SEAL_KEYRING_H
#define SW_SEAL_KEYRING_H

#include "codec/event.h"
#include "runtime/read.h"
#include "seal/box.h"

/* Keys are random, locked with the master key, and travel on seawall.keys to the store of the
 * processor `keys` (row: the subject's hash; value: its locked keys, usually one). They are the
 * only thing that does not follow from the log of record. */
typedef struct sw_keyring sw_keyring;

enum {
    SW_LOCKED_KEY_BYTES = SW_NONCE_BYTES + SW_KEY_BYTES + SW_BOX_MORE_BYTES,
    SW_SUBJECT_KEYS_MAX = 16 /* of one subject: two doors may have made one each */
};

/* A key that was made and is not in the store yet: to be appended to seawall.keys together with
 * what it locks. */
typedef struct sw_new_key {
    sw_hash128 subject;
    uint8_t locked[SW_LOCKED_KEY_BYTES];
} sw_new_key;

typedef struct sw_keyring_options {
    const sw_seal_key *master;
    const sw_read *keys; /* the store; NULL: nothing is known but what is made here (tests) */
    uint32_t cache_keys; /* 0: 65,536 */
} sw_keyring_options;

SW_NODISCARD sw_err sw_keyring_open(const sw_keyring_options *options, sw_keyring **ret);
void sw_keyring_close(sw_keyring *ring); /* NULL is a no-op */

/* Whether the master key opens what is stored. SW_E_INVALID, said in `diags`: it is another one. */
SW_NODISCARD sw_err sw_keyring_check(sw_keyring *ring, sw_diags *diags);

/* For sw_event_to_pb_sealed: its ctx is the ring. The subject is the event's, else its identity. */
sw_err sw_keyring_seal(void *ring, const sw_event *event, sw_slice personal, sw_buf *out);
/* The keys made since the last call, borrowed until the next seal. */
const sw_new_key *sw_keyring_take_new(sw_keyring *ring, uint32_t *ret_count);
/* They were not appended after all: forgets them. */
void sw_keyring_drop_new(sw_keyring *ring, const sw_new_key *keys, uint32_t count);

/* For sw_event_pb_open: its ctx is the ring. SW_E_NOT_FOUND: the key was destroyed, or is not there
 * yet; SW_E_CORRUPT. */
sw_err sw_keyring_unseal(void *ring, sw_hash128 identity, sw_slice sealed, sw_buf *out);

/* Bytes of no subject, locked with the master key itself: what was refused, and can't be told apart
 * into what is personal and what is not. Any thread. SW_E_CORRUPT: another key. */
enum { SW_LOCKED_MORE_BYTES = SW_NONCE_BYTES + SW_BOX_MORE_BYTES };
SW_NODISCARD sw_err sw_keyring_lock(const sw_keyring *ring, sw_slice plain, sw_buf *out);
SW_NODISCARD sw_err sw_keyring_unlock(const sw_keyring *ring, sw_slice locked, sw_buf *out);

/* Under which hash the keys of a subject stand. */
sw_hash128 sw_keyring_subject(sw_slice subject);

#endif
