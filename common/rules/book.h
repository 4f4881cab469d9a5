/* book.h - all that is known of one first-field key ("case_id=A1"): its events, its running and closed
 * instances, what was told.  The evaluator that runs.  Layer 5.  Thread: owner's; pure. */
#ifndef SW_RULES_BOOK_H
#define SW_RULES_BOOK_H

#include "rules/warning.h"

/* Holds the state of every rule whose key begins with this key name, for one value of it. Events may
 * come in any order, twice, corrected later: what is told follows the set of events alone. */
typedef struct sw_book sw_book;

typedef enum sw_change { SW_RAISED, SW_WITHDRAWN, SW_RESOLVED } sw_change;

/* One difference between what was told and what now holds. Borrowed for the call of the sink. */
typedef struct sw_transition {
    sw_change change;
    const sw_warning *warning;
    const sw_event_ref *cause;   /* WITHDRAWN, RESOLVED: the event that made it so; NULL: none */
    const char *reason;          /* WITHDRAWN, RESOLVED: "stop", "cancelled", "corrected", "retracted", "late-event", "extended", … */
    const sw_hash128 *replaces;    /* RAISED: the withdrawn warning that it takes the place of; NULL: none */
    const sw_hash128 *replaced_by; /* WITHDRAWN: the one that takes its place; NULL: none */
} sw_transition;

typedef struct sw_sink {
    void *ctx;
    sw_err (*tell)(void *ctx, const sw_transition *transition);
} sw_sink;

/* An empty book on the heap. `value` is copied. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_book_open(const sw_ruleset *set, uint32_t key_id, sw_slice value, sw_book **ret);
/* NULL is a no-op. */
void sw_book_close(sw_book *book);

/* Takes an accepted event, or a correction, that reaches this key. What concerns no rule here is not
 * kept. An event taken before is ignored. `scratch` is used within the call only. Tells nothing yet. */
SW_NODISCARD sw_err sw_book_take(sw_book *book, const sw_event *event, sw_arena *scratch);

/* The next moment at which something changes without a further event; SW_TIME_MAX: never. */
int64_t sw_book_next(const sw_book *book);

/* Tells every difference up to `now_ms`, in the order (moment of change, rule, key, level, repeat).
 * `now_ms` never goes back. The sink's first failure stops the telling and is returned; the book is
 * then to be closed and opened again from its stored form. */
SW_NODISCARD sw_err sw_book_tell(sw_book *book, int64_t now_ms, sw_arena *scratch, const sw_sink *sink);

/* The set of warnings at `now_ms` (as of the last tell or later), in the arena, sorted by id. */
SW_NODISCARD sw_err sw_book_set(sw_book *book, int64_t now_ms, sw_arena *arena, const sw_warning **ret,
                                uint32_t *ret_count);

/* True while an instance runs or anything may still be told without a further event. */
bool sw_book_is_open(const sw_book *book);
/* Bytes of memory that the book holds. */
size_t sw_book_bytes(const sw_book *book);

/* The stored form: versioned, checksummed by the store below, independent of the machine. Refused
 * with SW_E_VERSION or SW_E_CORRUPT. A book stored under other packs is computed again from its events. */
SW_NODISCARD sw_err sw_book_encode(const sw_book *book, sw_buf *out);
SW_NODISCARD sw_err sw_book_decode(const sw_ruleset *set, uint32_t key_id, sw_slice value, sw_slice bytes,
                                   sw_arena *scratch, sw_book **ret);

#endif
