/* tally.h - what threshold, sequence and match rules remember of a group: its matching events in
 * order, so that a window is found by halving and not by reading events again.  Layer 5, private to
 * rules.  Thread: owner's.
 *
 * A book's tallies are all there or none: they follow from its events, are dropped with small books
 * after each tell, and are made again when they are needed. */
#ifndef SW_RULES_BOOK_TALLY_H
#define SW_RULES_BOOK_TALLY_H

#include "rules/book/scope.h"

/* Books of so few events make their tallies when they need them, and keep none. */
#define SW_TALLIES_FROM 12u

/* A matching event. */
typedef struct sw_item {
    int64_t time_ms;
    uint32_t rec;
    uint32_t counts : 1;  /* threshold: neither `once_per` nor `except` takes it out */
    uint32_t weight : 31; /* threshold: 1, or its `weight`; match: pairs of which it is the later */
} sw_item;

static inline void sw_item_weigh(sw_item *item, uint32_t weight) {
    item->weight = weight & 0x7fffffffu;
}

/* What a threshold with `distinct`, `once_per`, `except` or `weight` keeps beside an item. */
typedef struct sw_mark {
    uint64_t value;  /* of `distinct`; of an `except` event: of `by` */
    uint64_t like;   /* of `once_per`; 0: it is like none */
    uint64_t except; /* of the field that `except` names; 0: not carried */
    int64_t sum;     /* of the weights of all that count, up to it */
} sw_mark;

/* Items in order of events. */
typedef struct sw_lane {
    sw_item *items;
    sw_mark *marks; /* beside the items, or NULL */
    uint32_t count, cap;
} sw_lane;

/* Values within [lo, hi) of the first lane, with how often each is there: moved along as windows
 * are. */
typedef struct sw_cursor {
    uint32_t lo, hi;
    int64_t n;
    struct sw_cursor_slot {
        uint64_t value;
        uint32_t count, weight; /* weight: of its last item */
    } * slots;
    uint32_t slot_count, slot_cap; /* a power of two */
} sw_cursor;

/* For each value that `except` may name the earliest time of an item that has it, or an earlier one
 * where such an item has gone. */
typedef struct sw_earliest {
    struct sw_earliest_slot {
        uint64_t value; /* 0: free */
        int64_t time_ms;
    } * slots;
    uint32_t slot_count, slot_cap; /* a power of two, at most half full */
} sw_earliest;

/* Lane 0: `on` or `left`. The others: `except`; each entry of `requires`; `right`. */
typedef struct sw_tally {
    const sw_rule *rule;
    uint64_t hash;  /* of rule and group */
    uint32_t rec;   /* an event that carries the group's key … */
    uint16_t combo; /* … as which of its groups */
    bool marked;    /* lanes have marks */
    uint32_t lane_count;
    sw_lane *lanes;
    sw_cursor cursor;
    sw_cursor excepts; /* threshold: the values of its `except` events */
    sw_earliest earliest;
    uint64_t pairs; /* match */
} sw_tally;

typedef struct sw_tallies {
    sw_tally **all;
    uint32_t count, cap;
    uint32_t *slots; /* places in `all` plus one, by hash */
    uint32_t slot_cap;
    struct sw_broad {
        uint32_t rule, rec; /* an event that lacks a field of the key: it belongs to many groups */
    } * broad;              /* in no order */
    uint32_t broad_count, broad_cap;
    size_t bytes;
} sw_tallies;

SW_NODISCARD sw_err sw_tallies_new(sw_tallies **ret);
void sw_tallies_free(sw_tallies *tallies);

/* The tally of a group; NULL: there is none. */
sw_tally *sw_tally_find(const sw_book *book, const sw_rule *rule, const sw_group *group,
                        sw_arena *arena, sw_err *ret_err);
/* An empty one. */
SW_NODISCARD sw_err sw_tally_new_group(sw_book *book, const sw_rule *rule, const sw_group *group,
                                       uint32_t rec, uint32_t combo, sw_tally **ret);
/* Values in records and the arena. */
SW_NODISCARD sw_err sw_tally_group(const sw_book *book, const sw_tally *tally, sw_arena *arena,
                                   sw_group *ret);

SW_NODISCARD sw_err sw_tallies_add_broad(sw_tallies *tallies, uint32_t rule, uint32_t rec);
void sw_tallies_drop_broad(sw_tallies *tallies, uint32_t rule, uint32_t rec);

/* Does the rule keep tallies? Checks don't. */
static inline bool sw_rule_tallies(const sw_rule *rule) {
    return rule->kind >= SW_THRESHOLD;
}

/* The first item not before `time_ms`, or after it with `after`. */
uint32_t sw_lane_find(const sw_lane *lane, int64_t time_ms, bool after);
/* The first item not before an event. */
uint32_t sw_lane_place(const sw_book *book, const sw_lane *lane, const sw_view *view);
SW_NODISCARD sw_err sw_lane_insert(sw_book *book, sw_tally *tally, uint32_t lane, uint32_t at,
                                   const sw_item *item, const sw_mark *mark);
void sw_lane_remove(sw_tally *tally, uint32_t lane, uint32_t at);
/* Takes all items from `at` on away. */
void sw_lane_cut(sw_tally *tally, uint32_t lane, uint32_t at);

/* --- counting ----------------------------------------------------------------------------- */

/* The earliest time that lies in the window of one at `time_ms`: of a length `closed` says whether
 * what is exactly so old is in it. */
int64_t sw_window_from(const sw_rule *rule, sw_window window, int64_t time_ms, bool closed);
/* Before items from `at` on change: the cursor steps back behind them. */
void sw_cursor_retreat(sw_tally *tally, uint32_t at);
/* A value among those of the `except` events, or one time less. */
SW_NODISCARD sw_err sw_tally_add_except(sw_tally *tally, uint64_t value, size_t *bytes);
void sw_tally_drop_except(sw_tally *tally, uint64_t value);
/* From which time on an `except` of a value may take items out; SW_TIME_MAX: it takes none. */
int64_t sw_tally_excepted_from(const sw_tally *tally, uint64_t value);
/* An item of lane 0 has the value. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_tally_note_value(sw_tally *tally, uint64_t value, int64_t time_ms,
                                        size_t *bytes);
/* Works out again which items from `at` on count. */
void sw_tally_mark(sw_tally *tally, uint32_t at);
/* n at an item that counts: SW_E_NOMEM. `ret_lo`: the first item in its window. */
SW_NODISCARD sw_err sw_tally_number(sw_book *book, sw_tally *tally, uint32_t at, int64_t *ret,
                                    uint32_t *ret_lo);
/* The sum over the windows of the rule's baseline, which end where that of an item begins;
 * `ret_from_ms`: where the first of them begins. */
int64_t sw_tally_baseline(const sw_tally *tally, uint32_t at, int64_t *ret_from_ms);
/* The levels that hold at an item that counts, as bits. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_tally_levels(sw_book *book, sw_tally *tally, uint32_t at, uint8_t *ret);

#endif
