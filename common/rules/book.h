/* book.h - all that is known of one first-field key ("case_id=A1"): its events, its running and
 * closed instances, what was told.  The evaluator that runs.  Layer 5.  Thread: owner's; pure. */
#ifndef SW_RULES_BOOK_H
#define SW_RULES_BOOK_H

#include "rules/numbering.h"
#include "rules/plan.h"
#include "rules/warning.h"

/* Holds the state of every rule whose key begins with the plan's key name, for one value of it.
 * Events may come in any order, twice, corrected later: what is told follows the set of events
 * alone (docs/warnings.md, docs/semantics.md). */
typedef struct sw_book sw_book;

typedef enum sw_change { SW_WITHDRAWN, SW_RAISED, SW_RESOLVED } sw_change;

/* One difference between what was told and what now holds. Borrowed for the call of the sink. Of a
 * WITHDRAWN warning `fires_ms` is SW_TIME_NONE, start and due are the last that were known. */
typedef struct sw_transition {
    sw_change change;
    int64_t at_ms; /* the moment of the change: when it was decided by the book's clock */
    const sw_warning *warning;
    const sw_event_ref *cause;     /* WITHDRAWN, RESOLVED: the event that made it so; NULL: none */
    const char *reason;            /* WITHDRAWN, RESOLVED: "stop", "cancelled", "retracted",
                                      "corrected", "restarted", "extended", "paused", "late-event" */
    const sw_hash128 *replaces;    /* RAISED: the withdrawn one whose place it takes; NULL: none */
    const sw_hash128 *replaced_by; /* WITHDRAWN: the one that takes its place; NULL: none */
} sw_transition;

typedef enum sw_period_change {
    SW_PERIOD_OPENED,
    SW_PERIOD_MOVED, /* anything of what is shown of it */
    SW_PERIOD_CLOSED
} sw_period_change;

/* How an instance of a deadline rule stands, told when that has changed. Borrowed for the call. */
typedef struct sw_period_news {
    sw_period_change change;
    int64_t at_ms; /* the moment of the change */
    const sw_rule *rule;
    const sw_slice *key; /* rule->key_count values */
    const sw_event_ref *opened_by;
    const sw_event_ref *cause;   /* the event that made the change; NULL: time */
    sw_slice orgcode, officerid; /* the present owner; may be empty */
    int64_t start_ms, due_ms;    /* due: SW_TIME_NONE: it can't be counted */
    int64_t caution_ms;          /* SW_TIME_NONE: none, or closed before anything was due */
    int64_t paused_ms;           /* a pause is open since then; SW_TIME_NONE: none */
    int64_t stopped_ms;          /* closed by a stop; else SW_TIME_NONE */
    int64_t late_by_s;           /* -1: not late */
    int64_t next_ms;             /* of the next level or repeat; SW_TIME_NONE: none */
    int32_t level, next_level;   /* the highest reached, the next; -1: none */
    bool provisional;
    const char *reason; /* CLOSED: "stopped", "cancelled", "withdrawn"; else NULL */
} sw_period_news;

typedef struct sw_sink {
    void *ctx;
    sw_err (*tell)(void *ctx, const sw_transition *transition);
    /* A condition failed at run time and counted as false; or, SW_E_LIMIT, a match had more than
     * SW_PARTNERS_MAX partners for an event and was off for it. For a metric. May be NULL. */
    void (*failed)(void *ctx, const sw_rule *rule, sw_err code);
    /* Running periods; NULL: nobody asks. Of one moment before its transitions, each instance once.
     * A book is always told with it, or never. A period that closed before any level was reached is
     * not told again if later its opening event is taken back. */
    sw_err (*period)(void *ctx, const sw_period_news *news);
    /* A match has one more pair than its `max_pairs` in this group. May be NULL. */
    void (*left_out)(void *ctx, const sw_rule *rule, const sw_slice *key);
} sw_sink;

/* An empty book on the heap. `value` is copied; `plan` must outlive it. SW_E_NOMEM; SW_E_LIMIT: a
 * value of more than 65,535 bytes. */
SW_NODISCARD sw_err sw_book_open(const sw_plan *plan, sw_slice value, sw_book **ret);
/* NULL is a no-op. */
void sw_book_close(sw_book *book);
/* Asks the processor's cache for what the book holds, and waits for nothing: it is to be used soon.
 */
void sw_book_warm(const sw_book *book);

/* Takes an accepted event, or a correction whose target was accepted, here or for another key (to
 * hold a correction until then is the caller's part). What concerns no rule here is not kept. An
 * event taken before is ignored; one whose time is to come waits for it. Tells nothing yet: what is
 * taken between two tells comes into effect at the later one, so first tell what was due before.
 * `scratch` is used within the call only.
 * SW_E_NOMEM, SW_E_LIMIT (4 GB): the book is as it was. */
SW_NODISCARD sw_err sw_book_take(sw_book *book, const sw_event *event, sw_arena *scratch);

/* The next moment at which something changes without a further event; SW_TIME_MAX: never. Not
 * after the clock: something taken waits to be told. */
int64_t sw_book_next(const sw_book *book);

/* Told up to here; SW_TIME_NONE: nothing was ever told. */
int64_t sw_book_done(const sw_book *book);

/* Brings into effect what was taken and tells every difference up to `now_ms`, moment by moment,
 * within one in the order (rule id, key, level, repeat, change, warning id). `now_ms` never goes
 * back. After any failure, the sink's included, the telling has stopped halfway and the book is to
 * be closed and opened again from its stored form. SW_E_NOMEM, SW_E_LIMIT (scratch, 4 GB). */
SW_NODISCARD sw_err sw_book_tell(sw_book *book, int64_t now_ms, sw_arena *scratch,
                                 const sw_sink *sink);

/* The set of warnings at `now_ms` (as of the last tell or later), in the arena, sorted by id. */
SW_NODISCARD sw_err sw_book_set(const sw_book *book, int64_t now_ms, sw_arena *arena,
                                const sw_warning **ret, uint32_t *ret_count);

/* What to explain: one warning, or all of a rule, or of some of its groups. */
typedef struct sw_explain {
    const sw_hash128 *warning_id; /* NULL: by rule */
    sw_slice rule_id;             /* empty: any */
    const sw_slice *key;          /* NULL: any */
    uint32_t key_count;           /* as many of the key's fields as are named, from the first on */
    bool opened_only;             /* leaves out the events that opened nothing */
} sw_explain;

/* Appends a JSON array, oldest first: one ledger for each instance (deadline) or firing (check),
 * with what opened it, the steps of its counting with the events behind them, each level's time,
 * the conditions that failed and why; and, but where a warning is named, one for each event that
 * could have opened one and did not, with the reason (docs/explain.md has the form). `scratch`
 * within the call only. SW_E_NOT_FOUND: there is no such instance and no such event; nothing is
 * appended. */
SW_NODISCARD sw_err sw_book_explain(const sw_book *book, const sw_explain *what, int64_t now_ms,
                                    sw_arena *scratch, sw_buf *out);

/* The catalogue that a stored form was written under, from its first bytes; false: it has another
 * format. */
bool sw_book_catalogue(sw_slice stored, sw_hash128 *ret);

/* True while an instance runs or anything may still be told without a further event. */
bool sw_book_is_open(const sw_book *book);
/* Bytes of memory that the book holds. */
size_t sw_book_bytes(const sw_book *book);

/* The stored form: versioned, the same bytes for the same events in the same order of taking and
 * the same told, independent of the machine; the store below adds the checksum. It is a head and
 * pages: so many bytes of events each, and what was told of the instances that they opened. What is
 * stored again needs its head and the pages that have changed. */
#define SW_BOOK_PAGE_BYTES ((size_t)8 << 10)
uint32_t sw_book_pages(const sw_book *book); /* at least 1 */
/* Says that all pages are stored as they are now. */
void sw_book_stored(sw_book *book);

/* Is told each page when it has been appended to `out`, and may take it out again. */
typedef struct sw_book_page_sink {
    void *ctx;
    sw_err (*page)(void *ctx, uint32_t page, sw_buf *out);
} sw_book_page_sink;

/* Append. The pages that have changed since sw_book_stored, or all, in order; the only one of a
 * small book always. SW_E_NOMEM; what `out` and the sink (or NULL) say.
 */
SW_NODISCARD sw_err sw_book_encode_head(const sw_book *book, sw_buf *out);
SW_NODISCARD sw_err sw_book_encode_pages(const sw_book *book, bool all, sw_buf *out,
                                         const sw_book_page_sink *sink);
/* The head and all pages. */
SW_NODISCARD sw_err sw_book_encode(const sw_book *book, sw_buf *out);

/* A book from its head and all pages, which count as stored unless it would be stored in other
 * bytes. `numberings`: the former catalogues under which it may have been written; may be NULL.
 * SW_E_VERSION: another format, or another catalogue; SW_E_CORRUPT. A book stored under other packs
 * is computed again from its events, and the next tell tells the difference. */
SW_NODISCARD sw_err sw_book_decode(const sw_plan *plan, sw_slice value, sw_slice bytes,
                                   const sw_numberings *numberings, sw_arena *scratch,
                                   sw_book **ret);

#endif
