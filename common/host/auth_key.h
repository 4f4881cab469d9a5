/* auth_key.h - key files of tokens.  Layer 8.  Thread: any. */
#ifndef SW_HOST_AUTH_KEY_H
#define SW_HOST_AUTH_KEY_H

#include "host/auth.h"

/* HS256, RS256, ES256; false: another name. */
bool sw_key_alg_parse(sw_slice name, sw_key_alg *ret);
/* The bytes of a key's file, into the arena, with a NUL after them. HS256: the file's content
 * without white space at its end, at least 32 bytes (RFC 7518, 3.2); others: PEM. What is wrong
 * goes into `diags`. */
SW_NODISCARD sw_err sw_key_read(const sw_auth_key *key, sw_arena *arena, sw_diags *diags,
                                sw_slice *ret);

#endif
