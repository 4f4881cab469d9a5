/* box.h - bytes locked with a key, so that nobody can read or change them without it (libsodium:
 * XChaCha20-Poly1305).  Layer 8.  Thread: any. */
#ifndef SW_SEAL_BOX_H
#define SW_SEAL_BOX_H

#include "base/buf.h"
#include "base/diag.h"

enum { SW_KEY_BYTES = 32, SW_NONCE_BYTES = 24, SW_BOX_MORE_BYTES = 16 };

typedef struct sw_seal_key {
    uint8_t bytes[SW_KEY_BYTES];
} sw_seal_key;

void sw_seal_key_random(sw_seal_key *ret);
void sw_seal_random(void *to, size_t size);
/* What is no longer needed leaves nothing in memory. */
void sw_seal_wipe(void *at, size_t size);
/* Appends `plain`, locked: SW_BOX_MORE_BYTES longer. `bound` is what it belongs to: with another
 * one it can't be opened. */
SW_NODISCARD sw_err sw_box_lock(const sw_seal_key *key, const uint8_t nonce[SW_NONCE_BYTES],
                                sw_slice bound, sw_slice plain, sw_buf *out);
/* Appends what was locked. SW_E_CORRUPT: another key, nonce or bound, or changed bytes. */
SW_NODISCARD sw_err sw_box_unlock(const sw_seal_key *key, const uint8_t nonce[SW_NONCE_BYTES],
                                  sw_slice bound, sw_slice box, sw_buf *out);

/* Reads a key of 64 hexadecimal digits from a file that only its owner can read. `make`: makes it
 * where it is not there. SW_E_NOT_FOUND, SW_E_INVALID, SW_E_IO, said in `diags`. */
SW_NODISCARD sw_err sw_seal_key_file(const char *path, bool make, sw_diags *diags,
                                     sw_seal_key *ret);

#endif
