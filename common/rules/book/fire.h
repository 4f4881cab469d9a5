/* fire.h - rules that are no deadlines: which events fire, and what an event changes of it.  Layer
 * 5, private to rules.  Thread: owner's. */
#ifndef SW_RULES_BOOK_FIRE_H
#define SW_RULES_BOOK_FIRE_H

#include "rules/book/tally.h"
#include "rules/book/turn.h"

/* One event that fires, or one pair. */
typedef struct sw_firing {
    const sw_rule *rule;
    int64_t at_ms;
    uint32_t rec, second; /* second: the right one of a pair; 0: none */
    uint16_t combo;       /* which of the first event's groups */
    uint8_t levels;       /* threshold: a bit for each entry of its levels */
    bool kept;            /* it stood before */
} sw_firing;

/* An evaluation of one rule in one group after the other. */
typedef struct sw_fire {
    sw_book *book;
    sw_arena *arena;
    const sw_probe *probe;
    uint32_t strand_index;
    const sw_strand *strand;
    const sw_rule *rule;
    const sw_group *group;
    bool step;        /* only what is behind all others is judged */
    bool tell;        /* false: nothing is asked but what the tallies keep */
    sw_firing *found; /* on the heap */
    uint32_t found_count, found_cap;
} sw_fire;

/* What the items of a group from `from_ms` on fire goes into f->found; counts and numbers of pairs
 * in the tally are brought up to date. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_fire_judge(sw_fire *f, sw_tally *tally, int64_t from_ms);
SW_NODISCARD sw_err sw_fire_judge_threshold(sw_fire *f, sw_tally *tally, int64_t from_ms);
/* Runs from which time on are those of what was judged from `from_ms` on: the warning of a period
 * stands at its end. */
int64_t sw_fire_part_from(const sw_rule *rule, int64_t from_ms);
SW_NODISCARD sw_err sw_fire_judge_match(sw_fire *f, sw_tally *tally, int64_t from_ms);
/* `rec` is the first event. */
SW_NODISCARD sw_err sw_fire_found(sw_fire *f, const sw_firing *firing);
/* Is the rule the version that holds at a time? */
bool sw_fire_is_version(const sw_fire *f, int64_t ms);

/* What an event is to a rule in a group. */
typedef struct sw_role {
    uint32_t lane;
    sw_item item;
    sw_mark mark;
} sw_role;

/* `full`: it carries all fields of the key. `roles` has room for touch->use_count. */
SW_NODISCARD sw_err sw_fire_roles(sw_fire *f, const sw_touch *touch, const sw_view *view, bool full,
                                  sw_role *roles, uint32_t *ret_count);
/* The first entry of the rule's `on` that holds for the scope's event; -1: none. */
int32_t sw_fire_entry(sw_scope *scope, const sw_touch *touch);

/* Makes the tallies of a book that has none, without the event `skip` (0: none). */
SW_NODISCARD sw_err sw_fire_ready(sw_book *book, uint32_t skip, sw_arena *arena);

/* What an event in effect changes: one behind all others, */
SW_NODISCARD sw_err sw_fire_step(sw_turn *turn, const sw_touch *touch, uint32_t rec);
/* and one that has come among others or (`came` false) has gone. */
SW_NODISCARD sw_err sw_fire_disturb(sw_turn *turn, const sw_touch *touch, uint32_t rec, bool came);

/* fire_runs.c: the runs of the rule that begin at or after `from_ms` are made those of f->found,
 * which is emptied. */
typedef struct sw_fire_part {
    int64_t from_ms;
    uint32_t only_rec;     /* 0: of any event */
    const sw_group *group; /* NULL: of every group … */
    const sw_view *by;     /* … to which this event belongs */
} sw_fire_part;
SW_NODISCARD sw_err sw_fire_reconcile(sw_fire *f, const sw_fire_part *part);
/* Adds runs for all that was found: none of it stood before. */
SW_NODISCARD sw_err sw_fire_add_runs(sw_fire *f);

#endif
