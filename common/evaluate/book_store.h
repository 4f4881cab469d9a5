/* book_store.h - books as objects of a store: one row a small book, pages of a large one.  Layer 6.
 * Thread: task owner. */
#ifndef SW_EVALUATE_BOOK_STORE_H
#define SW_EVALUATE_BOOK_STORE_H

#include "env/limits.h"
#include "evaluate/evaluator.h"

/* A book in the cache of its task. */
typedef struct sw_kept_book {
    sw_book *book;
    int64_t timer_ms; /* as it was set last; SW_TIME_MAX: none */
    uint32_t rows;    /* as stored; 0: not yet */
    bool stale;       /* was stored under other packs and has not been told since */
} sw_kept_book;

/* The codec of the store SW_EVALUATOR_BOOKS; `arg` is the sw_evaluator. Row 0 of a book holds its
 * head, and its page if that is the only one; else each page has a row, numbered from 1, and is
 * written when it has changed. A row's key is the book's and the number (2 bytes, big-endian). */
extern const sw_object_codec sw_book_codec;

/* An empty book. */
SW_NODISCARD sw_err sw_kept_book_new(const sw_plan *plan, sw_slice value, sw_kept_book **ret);
void sw_kept_book_free(sw_kept_book *kept);

/* What row 0 says of its book. */
typedef struct sw_book_head {
    sw_hash128 packs;
    int64_t timer_ms;
    uint32_t rows;
} sw_book_head;

#define SW_BOOK_HEAD_BYTES 27u

/* No row is longer. */
#define SW_BOOK_ROW_BYTES_MAX ((size_t)SW_VALUE_BYTES_MAX)

/* False: it is not row 0. */
bool sw_book_head_read(sw_slice row_key, sw_slice row, sw_slice *ret_key, sw_book_head *ret);
/* The key of a row; room for the book's and 2 bytes. */
sw_slice sw_book_row_key(sw_slice key, uint32_t number, char *room);

/* A book from its rows, wherever they are read: `get` gives a row by its key, valid until the next
 * call. For queries beside the running task. Close it by sw_book_close. SW_E_NOT_FOUND: no rule
 * asks for the key, or nothing came; SW_E_CORRUPT, SW_E_VERSION, SW_E_NOMEM. */
typedef struct sw_book_source {
    void *arg;
    sw_err (*get)(void *arg, sw_slice row_key, sw_slice *ret_row);
} sw_book_source;
SW_NODISCARD sw_err sw_book_read_stored(const sw_evaluator *evaluator, sw_slice key,
                                        sw_book_source source, sw_arena *scratch,
                                        sw_book_head *ret_head, sw_book **ret);

#endif
