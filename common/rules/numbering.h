/* numbering.h - how a catalogue numbers types, fields and keys: stored books name them so. Layer 5.
 * Thread: see each call. */
#ifndef SW_RULES_NUMBERING_H
#define SW_RULES_NUMBERING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "codec/catalogue.h"

/* The catalogue's numbers as bytes, to be kept beside what is stored under them; independent of the
 * machine. Thread: any. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_numbering_write(const sw_catalogue *cat, sw_buf *out);

/* Former catalogues that the present one contains: it has all their types and fields, and they are
 * what they were. Books that were written under them can be read. */
typedef struct sw_numberings sw_numberings;
enum { SW_NUMBERINGS_MAX = 64, SW_NUMBERING_TEXT = 160 };

/* In the arena. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_numberings_new(sw_arena *arena, const sw_catalogue *present,
                                      sw_numberings **ret);
/* Takes up one of them, known by the hash that its books carry; one that is there already is fine.
 * SW_E_VERSION: it is not contained, `ret_why` says what differs; SW_E_LIMIT: more than
 * SW_NUMBERINGS_MAX; SW_E_CORRUPT. Thread: any. */
SW_NODISCARD sw_err sw_numberings_add(sw_numberings *numberings, sw_hash128 hash, sw_slice bytes,
                                      char ret_why[SW_NUMBERING_TEXT]);
/* Whether it has been taken up. Thread: any. */
bool sw_numberings_has(const sw_numberings *numberings, sw_hash128 hash);

#endif
