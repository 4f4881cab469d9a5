/* shelf.h - the books of all first-field keys, driven as a service would.  Test code.  Thread:
 * owner's. */
#ifndef SW_TESTS_PROPERTY_SHELF_H
#define SW_TESTS_PROPERTY_SHELF_H

#include "base/rng.h"
#include "keep.h"
#include "oracle/oracle.h"

#define SHELF_PLANS_MAX 8
#define SHELF_BOOKS_MAX 32
#define SHELF_PAGES_MAX 16

typedef struct shelf_book {
    const sw_plan *plan;
    sw_slice value;
    sw_book *book;
    /* As a service stores it: only what has changed is put. */
    sw_slice head, pages[SHELF_PAGES_MAX];
    uint32_t page_count;
} shelf_book;

/* Routes events to books: to every value of the first key field that any content of their identity
 * has carried, corrections only once their target is accepted. */
typedef struct shelf {
    const sw_ruleset *set;
    sw_arena *arena;
    const sw_plan *plans[SHELF_PLANS_MAX];
    uint32_t plan_count, book_count;
    shelf_book books[SHELF_BOOKS_MAX];
    const sw_event **accepted;
    uint32_t accepted_count;
    kept told;
    int64_t clock_ms;
    uint32_t tells, paged; /* paged: times that a book of several pages was stored */
    const char *fault;     /* NULL: none; else what a book did wrong by itself */
} shelf;

SW_NODISCARD sw_err shelf_open(shelf *shelf, const sw_ruleset *set, uint32_t events_max,
                               sw_arena *arena);
void shelf_close(shelf *shelf);
/* An accepted event or correction; none twice. */
SW_NODISCARD sw_err shelf_take(shelf *shelf, const sw_event *event);
/* Tells once, up to `now_ms`. */
SW_NODISCARD sw_err shelf_tell(shelf *shelf, int64_t now_ms);
/* Tells up to `until_ms`, at the moments that the books ask for; what was taken since the last tell
 * is of the moment `until_ms`. */
SW_NODISCARD sw_err shelf_run(shelf *shelf, int64_t until_ms);
/* Every book through its stored form, which is put together from what was stored when. */
SW_NODISCARD sw_err shelf_reopen(shelf *shelf);
/* The set of all books, sorted by id. */
SW_NODISCARD sw_err shelf_set(shelf *shelf, int64_t now_ms, const sw_warning ***ret,
                              uint32_t *ret_count);

#endif
