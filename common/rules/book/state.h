/* state.h - the inside of a book: one block with its runs, its lists of events, its records. Layer
 * 5, private to rules.  Thread: owner's. */
#ifndef SW_RULES_BOOK_STATE_H
#define SW_RULES_BOOK_STATE_H

#include "rules/book.h"
#include "rules/book/record.h"

#define SW_LEVELS   6u
#define SW_NO_ENTRY UINT8_MAX /* count: the defaults */

enum {
    SW_RUN_CLOSED = 1, /* stopped by the event stop_rec */
    SW_RUN_MOVED = 2,  /* a restart, pause or extension took part: due is not the opening's alone */
    SW_RUN_RESOLVED = 4, /* what was told was told resolved */
    SW_RUN_TOUCHED = 8,  /* an event changed it since the last tell */
    SW_RUN_GONE = 16,    /* no longer in the set; kept until that is told */
    SW_RUN_LISTED = 32   /* told as a running period, and not yet that it is none any more */
};

/* One instance of a deadline rule, or one firing of another. A million of them are held. */
typedef struct sw_run {
    int64_t start_ms,
        due_ms;             /* due: as last computed; SW_TIME_NONE: not yet, or can't be counted */
    int64_t stop_ms;        /* SW_TIME_MAX while it runs */
    int64_t next_ms;        /* the earliest level or repeat not told yet; SW_TIME_MAX: none */
    uint32_t rec, stop_rec; /* records of the opening event and of the stop (0: none); of a pair
                               left and right */
    uint32_t watch;         /* within a tell: its sw_watch, counted from 1 */
    uint16_t rule;          /* index of the version */
    uint16_t combo;         /* which of the opening event's groups */
    uint16_t told[SW_LEVELS];    /* by level: 0 nothing, n the level and its first n - 1 repeats */
    uint8_t start, limit, count; /* entries chosen at the opening; of a threshold `limit` has a bit
                                    for each entry of its levels that fires */
    uint8_t flags;
} sw_run;
_Static_assert(sizeof(sw_run) == 64, "a run is one cache line");

/* The block: runs, list, bytes, marks. Runs of which something may yet change without an event, by
 * strand; then those that sleep: closed (or fired) and told. The list is of record offsets: events
 * in effect, in order; then events that wait, for their time or for the next tell, in order; then
 * what has no effect as an event: corrections in effect, and what they put aside. Bytes begin with
 * the book's value. Records stay where they are, as they came. Marks are a bit for each page of the
 * stored form that differs from what was stored last; a book with room for one page has none. */
struct sw_book {
    const sw_plan *plan;
    uint8_t *block;
    int64_t done_ms; /* told up to here */
    uint32_t run_count, active_count, run_cap;
    uint32_t order_count, fresh_count, list_cap;
    uint32_t aside_count : 30;
    uint32_t taken : 1; /* something since the last tell */
    uint32_t lists : 1; /* whoever is told asks for periods */
    uint32_t bytes_len, bytes_cap;
    struct sw_tallies *tallies; /* NULL: none are made */
};

static inline sw_run *sw_book_runs(const sw_book *book) {
    return (sw_run *)(void *)book->block;
}
static inline uint32_t *sw_book_list(const sw_book *book) {
    return (uint32_t *)(void *)(book->block + (size_t)book->run_cap * sizeof(sw_run));
}
static inline uint8_t *sw_book_records(const sw_book *book) {
    return (uint8_t *)(sw_book_list(book) + book->list_cap);
}
static inline uint8_t *sw_book_marks(const sw_book *book) {
    return sw_book_records(book) + book->bytes_cap;
}
/* Where records begin, behind the book's value. */
static inline uint32_t sw_book_first_record(const sw_book *book) {
    const uint8_t *bytes = sw_book_records(book);
    return 2u + (uint32_t)(bytes[0] | bytes[1] << 8);
}
static inline uint32_t sw_book_page_of(const sw_book *book, uint32_t rec) {
    return (rec - sw_book_first_record(book)) / (uint32_t)SW_BOOK_PAGE_BYTES;
}
/* The page of a record, or what was told of a run that it opened, has changed. */
static inline void sw_book_mark(sw_book *book, uint32_t rec) {
    if (book->bytes_cap <= SW_BOOK_PAGE_BYTES) return;
    uint32_t page = sw_book_page_of(book, rec);
    sw_book_marks(book)[page / 8] |= (uint8_t)(1u << page % 8);
}
static inline bool sw_book_page_changed(const sw_book *book, uint32_t page) {
    return book->bytes_cap <= SW_BOOK_PAGE_BYTES || (sw_book_marks(book)[page / 8] >> page % 8 & 1);
}
static inline sw_slice sw_book_value(const sw_book *book) {
    const uint8_t *bytes = sw_book_records(book);
    return sw_slice_of(bytes + 2, (size_t)(bytes[0] | bytes[1] << 8));
}
static inline const sw_rule *sw_run_rule(const sw_book *book, const sw_run *run) {
    return sw_ruleset_rule(book->plan->set, run->rule);
}
static inline uint32_t sw_run_strand(const sw_book *book, const sw_run *run) {
    return book->plan->strand_of[run->rule];
}
static inline bool sw_run_was_told(const sw_run *run) {
    for (uint32_t i = 0; i < SW_LEVELS; i++)
        if (run->told[i]) return true;
    return false;
}
/* Something was told of it that is to be taken back when it goes. */
static inline bool sw_run_is_known(const sw_run *run) {
    return (run->flags & SW_RUN_LISTED) || sw_run_was_told(run);
}
static inline void sw_book_read(const sw_book *book, uint32_t rec, sw_view *ret) {
    sw_record_read(sw_book_records(book), rec, ret);
}
static inline const sw_event_type *sw_book_type(const sw_book *book, const sw_view *view) {
    return sw_catalogue_type(sw_ruleset_catalogue(book->plan->set), view->type);
}

/* Makes room for so many more of each; pointers into the block are stale afterwards.
 * SW_E_NOMEM, SW_E_LIMIT: nothing has changed. */
SW_NODISCARD sw_err sw_book_reserve(sw_book *book, uint32_t runs, uint32_t list, size_t bytes);
/* A copy, for looking ahead. */
SW_NODISCARD sw_err sw_book_clone(const sw_book *book, sw_book **ret);
/* The first event in effect that is not before `time_ms`, or after it with `after`. */
uint32_t sw_book_find_time(const sw_book *book, int64_t time_ms, bool after);

/* The active runs of a strand: [*ret_first, *ret_end). */
void sw_book_strand_runs(const sw_book *book, uint32_t strand, uint32_t *ret_first,
                         uint32_t *ret_end);
/* Adds an active run behind the others of its strand. */
SW_NODISCARD sw_err sw_book_add_run(sw_book *book, const sw_run *run);
void sw_book_drop_run(sw_book *book, uint32_t index);
/* Puts every active run to sleep that has nothing left to tell; drops the gone that were told. */
void sw_book_sleep(sw_book *book);

#endif
