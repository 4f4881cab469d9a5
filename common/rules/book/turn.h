/* turn.h - one moment of a book: what comes into effect, and what differs then.  Layer 5, private
 * to rules.  Thread: owner's. */
#ifndef SW_RULES_BOOK_TURN_H
#define SW_RULES_BOOK_TURN_H

#include "rules/book/life.h"

/* Which event took which told warnings of a run out of the set, where several come into effect at
 * one moment. Of a level and its repeats always the last go. */
typedef struct sw_watch {
    uint16_t kept[SW_LEVELS];
    struct sw_taken_away {
        uint32_t level, from, to; /* repeats [from, to) */
        uint32_t cause;           /* record */
        struct sw_taken_away *before;
    } * last; /* newest first */
} sw_watch;

#define SW_LIVES_KEPT 16u

typedef struct sw_turn {
    sw_book *book;
    int64_t now_ms;
    sw_arena *arena;
    const sw_probe *probe;
    uint32_t cause; /* the event (or correction) that came into effect last; 0: none */
    bool many;      /* more than one does: watches are kept */
    sw_watch *watches;
    uint32_t watch_count, watch_cap;
    /* Of the runs that one event has opened or moved: they need not be read again to be told. In
     * the arena until the turn ends. */
    const sw_life *lives[SW_LIVES_KEPT];
    uint32_t life_count;
} sw_turn;

/* Brings into effect every event and correction whose time is not after turn->now_ms. Runs that
 * changed are marked. SW_E_NOMEM, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_turn_take(sw_turn *turn);

/* Puts a record among those that wait. The list has room. */
void sw_book_put_fresh(sw_book *book, const sw_view *view);

/* Of the corrections of an identity that are in effect the one that holds; false: none. */
bool sw_book_correction(const sw_book *book, sw_slice source, sw_slice id, sw_view *ret);

/* What an event in effect changes: one behind all others, */
SW_NODISCARD sw_err sw_turn_step(sw_turn *turn, uint32_t rec);
/* and one that has come among others or (`came` false) has gone: its groups are read again. */
SW_NODISCARD sw_err sw_turn_disturb(sw_turn *turn, uint32_t rec, bool came);

/* The book as it is at `now_ms`: itself, or a copy in which what waited has come into effect.
 * `ret_copy` is to be closed (NULL: none). */
SW_NODISCARD sw_err sw_book_at(const sw_book *book, int64_t now_ms, sw_arena *scratch,
                               const sw_book **ret, sw_book **ret_copy);

/* A run at a moment: its due times and which levels are reached. */
typedef struct sw_standing {
    sw_life life;
    sw_period_facts facts;
    sw_due due, caution;
    bool counted; /* false: can't be counted, and has no levels */
    /* What sw_standing_measure finds. */
    uint16_t reached[SW_LEVELS]; /* by level: it and its repeats */
    int64_t next_ms;             /* of the next one; SW_TIME_MAX: none */
    int32_t next_level;          /* -1: none */
} sw_standing;

/* The life of a run if this turn has made it; NULL: it is to be read. */
const sw_life *sw_turn_life(const sw_turn *turn, const sw_run *run);
/* Counts a life that was read as of `now_ms`. */
SW_NODISCARD sw_err sw_life_stand(const sw_life *life, int64_t now_ms, bool ledger, sw_arena *arena,
                                  sw_standing *ret);
/* Reads the life of a run, and counts it. */
SW_NODISCARD sw_err sw_run_stand(const sw_book *book, const sw_run *run, int64_t now_ms,
                                 const sw_probe *probe, bool ledger, sw_arena *arena,
                                 sw_standing *ret);
/* The time of a level (index for sw_rule_warn) or of its repeat; SW_TIME_MAX: held back, or none.
 */
int64_t sw_standing_time(const sw_standing *standing, uint32_t warn, uint32_t repeat);
/* How many of a level and its repeats are reached, and the time of the next; SW_TIME_MAX: none. */
uint32_t sw_standing_reached(const sw_standing *standing, uint32_t warn, int64_t now_ms,
                             int64_t *ret_next_ms);
/* Looks at all levels. */
void sw_standing_measure(sw_standing *standing, int64_t now_ms);
/* Whole seconds by which the stop was late, or -1. */
int64_t sw_standing_late_s(const sw_standing *standing);
/* The index for sw_rule_warn of a level, or UINT32_MAX. */
uint32_t sw_rule_warn_of(const sw_rule *rule, sw_level level);

/* Fills in everything of a warning but its state, `replaces` and text. In the arena. `standing` may
 * be NULL: of what is withdrawn only the last known start and due are given. */
SW_NODISCARD sw_err sw_run_warning(const sw_book *book, const sw_run *run,
                                   const sw_standing *standing, uint32_t warn, uint32_t repeat,
                                   sw_level level, int64_t now_ms, sw_arena *arena,
                                   sw_warning *ret);

/* Unit and officer at a time: each of the last event of the group and of the version's types that
 * carries it, else of the opening event (docs/semantics.md, 18). The record `without` is looked
 * past (0: none). Borrows from the records. */
SW_NODISCARD sw_err sw_run_owner(const sw_book *book, const sw_run *run, const sw_group *group,
                                 int64_t time_ms, uint32_t without, sw_arena *arena,
                                 sw_slice *ret_org, sw_slice *ret_officer);

/* Tells how a deadline run stands now, if that is news; after its levels were compared, before it
 * is settled. `standing` NULL: it ended before anything of it was counted, or is gone. */
SW_NODISCARD sw_err sw_run_tell_period(sw_turn *turn, sw_run *run, const sw_standing *standing,
                                       const sw_sink *sink);

#endif
