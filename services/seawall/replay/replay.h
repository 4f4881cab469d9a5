/* replay.h - rules over recorded events with a virtual clock (docs/warnings.md).  Layer 9.  Thread:
 * owner's.
 *
 * Memory does not grow with the input: events are sorted by identity (to tell duplicates, conflicts
 * and corrections), then by first-field key, and one book at a time is played through
 * (docs/decisions). */
#ifndef SW_SEAWALL_REPLAY_H
#define SW_SEAWALL_REPLAY_H

#include "base/diag.h"
#include "rules/book.h"
#include "seawall/replay/telling.h"

/* Where an event was read, for what is told of it later. */
typedef struct sw_origin {
    uint32_t file;
    uint64_t line;
} sw_origin;

typedef struct sw_replay_options {
    const sw_ruleset *set;
    int64_t
        until_ms; /* SW_TIME_NONE: until nothing more can fire within 10 years of the last event */
    int64_t known_at_ms; /* leaves out what was received later; SW_TIME_NONE: nothing */
    bool final;          /* the set at the end instead of the transitions */
    bool set_by_time;    /* with `final`: in the order of the levels' times, for people */
    size_t memory_bytes; /* for sorting, all together */
    const char *tmp_dir;
    void *ctx;
    /* Explains a warning (JSON) while its book is at hand, book by book, not in the order of
     * output. May be NULL. */
    sw_err (*explain)(void *ctx, const sw_book *book, const sw_warning *warning, int64_t at_ms,
                      sw_buf *out);
    /* Takes what is told, in order: transitions by (time, rule, key), the set by warning id.
     * Borrowed for the call. */
    sw_err (*tell)(void *ctx, const sw_telling *telling);
    /* Looks at a book that has been played to its end. May be NULL. */
    sw_err (*book_done)(void *ctx, const sw_book *book, int64_t end_ms);
    /* An event that was read well but not accepted, in order of origin; `code` is SW_E_CONFLICT. */
    void (*refused)(void *ctx, sw_origin origin, sw_err code, sw_slice source, sw_slice id);
    /* From time to time during sw_replay_run: parts done of `whole`. May be NULL. */
    void (*progress)(void *ctx, uint64_t done, uint64_t whole);
} sw_replay_options;

typedef struct sw_replay_stats {
    uint64_t events, duplicates, conflicts, corrections, unknown_targets,
        later;       /* later: after known_at */
    uint64_t routed; /* deliveries of an event to a book */
    uint64_t books, told;
    uint64_t failed_conditions; /* failed at run time and counted as false */
    uint64_t too_dear;          /* of these: beyond a rule's bound of cost */
    const sw_rule *too_dear_by; /* the rule of the first of them */
    uint64_t pairs_left_out;    /* beyond `max_pairs` */
    const sw_rule *left_out_by; /* the rule of the first of them */
    uint64_t open_periods;      /* books that were open at the end */
} sw_replay_stats;

typedef struct sw_replay sw_replay;

/* When an event is known: receivedtime, else recordedtime, else time. */
int64_t sw_event_clock(const sw_event *event);

SW_NODISCARD sw_err sw_replay_open(const sw_replay_options *options, sw_diags *diags,
                                   sw_replay **ret);
/* Takes one event; copies it. Errors of the disk, said in the diags. */
SW_NODISCARD sw_err sw_replay_add(sw_replay *replay, const sw_event *event, sw_origin origin);
/* Plays everything; calls refused, then tell. Once. */
SW_NODISCARD sw_err sw_replay_run(sw_replay *replay);
const sw_replay_stats *sw_replay_stats_of(const sw_replay *replay);
void sw_replay_close(sw_replay *replay); /* NULL is a no-op */

#endif
