/* digest.h - a running 64-bit digest of what was done, equal on every machine.  Layer 4.  Thread:
 * any. */
#ifndef SW_STREAM_DIGEST_H
#define SW_STREAM_DIGEST_H

#include "store/store.h"

/* Tells two histories apart that should be one; no protection against an adversary. */
#define SW_DIGEST_START UINT64_C(0x5357444947455354)

uint64_t sw_digest_number(uint64_t digest, uint64_t n);
/* The length counts: "ab","c" differs from "a","bc". */
uint64_t sw_digest_bytes(uint64_t digest, sw_slice bytes);
uint64_t sw_digest_batch(uint64_t digest, const sw_batch *batch);

#endif
