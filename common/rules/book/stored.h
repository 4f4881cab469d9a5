/* stored.h - the stored form of a book, as encode.c writes and decode.c reads it.  Layer 5, private
 * to rules.  Thread: owner's.
 *
 * Head: format, hash of the catalogue's keyed fields, time of the last tell, SW_BOOK_ flags, bytes
 * of all records, the places of those that were taken and are not in effect yet. Then pages: the
 * records as they came, cut at each SW_BOOK_PAGE_BYTES; after each piece the size (4 bytes) of what
 * was told of the runs whose opening record begins in it, how many they are, and each in order of
 * (record, strand, second record, group): rule and key fields, record (from where the piece
 * begins), of a pair the other one (from the first record, plus 1; else 0), group, SW_TOLD_ flags,
 * counts by level. The rest of a book is computed again from its events. Numbers are packed, places
 * count from the first record. */
#ifndef SW_RULES_BOOK_STORED_H
#define SW_RULES_BOOK_STORED_H

#include "rules/book/turn.h"

#define SW_BOOK_FORMAT 4u

enum { SW_TOLD_RESOLVED = 1, SW_TOLD_LISTED = 2 }; /* of a run */
enum { SW_BOOK_TAKEN = 1, SW_BOOK_LISTS = 2 };

#endif
