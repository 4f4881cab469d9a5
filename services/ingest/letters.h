/* letters.h - dead letters: which of them were sent again, and reading them page by page.  Layer 9.
 * Thread: the processor its task's; reading any. */
#ifndef SW_INGEST_LETTERS_H
#define SW_INGEST_LETTERS_H

#include "bus/bus.h"
#include "runtime/dead_letter.h"
#include "runtime/read.h"

/* seawall.dead-letters -> store "letters.retried" (key: the offset, 8 bytes big-endian). */
extern const sw_processor sw_letters;

typedef struct sw_letter_mark {
    int64_t at_ms;
    uint32_t times;
    sw_slice by; /* who did it last */
} sw_letter_mark;

/* Reads a row of that store. False: it is none. */
bool sw_letter_mark_read(sw_slice row, sw_letter_mark *ret);
/* The key of its row. */
sw_slice sw_letter_key(int64_t offset, char to[8]);

/* Where to go on: of each partition the offset before which the next ones stand; -1: its end. */
typedef struct sw_letter_cursor {
    uint32_t partitions;
    int64_t before[SW_PARTITIONS_MAX];
} sw_letter_cursor;

/* From "12.0.7" of an earlier page; empty: from the newest on. False: it is none. */
bool sw_letter_cursor_parse(sw_slice text, uint32_t partitions, sw_letter_cursor *ret);
void sw_letter_cursor_write(const sw_letter_cursor *cursor, sw_buf *out);

/* Visits letters (not marks), the newest first, until `each` returns false or `records_max` records
 * were read; `*ret_end`: there are no more. `each` says by `*ret_taken` whether the letter counts
 * as read. Slices live for the visit. */
typedef struct sw_letter_visit {
    bool (*each)(void *arg, uint32_t partition, int64_t offset, int64_t timestamp_ms,
                 const sw_dead_letter *letter);
    void *arg;
    uint32_t records_max;
} sw_letter_visit;
SW_NODISCARD sw_err sw_letters_visit(sw_bus *bus, uint32_t topic, sw_letter_cursor *cursor,
                                     const sw_letter_visit *visit, bool *ret_end);

/* One record of the topic, in the arena. SW_E_NOT_FOUND. */
SW_NODISCARD sw_err sw_letters_get(sw_bus *bus, uint32_t topic, uint32_t partition, int64_t offset,
                                   sw_arena *arena, sw_record *ret);

#endif
