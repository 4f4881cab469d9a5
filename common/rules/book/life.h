/* life.h - one instance as its events make it: opened, restarted, paused, extended, stopped. Layer
 * 5, private to rules.  Thread: owner's. */
#ifndef SW_RULES_BOOK_LIFE_H
#define SW_RULES_BOOK_LIFE_H

#include "rules/book/scope.h"

/* An instance of a deadline rule; of another, one firing with nothing but rule, rec, combo, start
 * and, of a threshold, in `limit` a bit for each entry of its levels that fires. */
typedef struct sw_life {
    const sw_rule *rule;
    uint32_t rec, stop_rec;
    uint16_t combo;
    uint8_t start, limit, count; /* entries; count SW_NO_ENTRY: the defaults */
    bool moved;                  /* a restart, pause or extension took part */
    int64_t start_ms, stop_ms;   /* stop: SW_TIME_MAX while it runs */
    sw_span span;                /* the limit */
    uint32_t restart_rec;        /* the last one; 0: none */

    sw_extension *extensions; /* since the last restart */
    uint32_t *extension_recs;
    uint32_t extension_count, extension_cap;
    struct sw_life_pause {
        uint32_t entry, from_rec, to_rec; /* to_rec 0: open */
    } * pause_recs;                       /* beside `pauses` */
    sw_pause *pauses;
    uint32_t pause_count, pause_cap;
    struct sw_life *next; /* the following instance of the group */
} sw_life;

/* Tries one start entry: true if an instance opens. Nothing in `ret` is borrowed from the scope. */
bool sw_life_open(sw_scope *scope, const sw_strand *strand, uint32_t entry, sw_life *ret);

/* Which instances the events in effect after `after_ms` make in one group of a strand: a list in
 * order of opening, in the arena; the last may run. `after_ms` is a time at which none runs. With
 * `only`, reading ends with the life of that run. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_life_replay(const sw_book *book, uint32_t strand, const sw_group *group,
                                   int64_t after_ms, const sw_probe *probe, sw_arena *arena,
                                   const sw_run *only, sw_life **ret);

/* The life of a run, read again from its events. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_life_of_run(const sw_book *book, const sw_run *run, const sw_probe *probe,
                                   sw_arena *arena, sw_life *ret);

/* The group of a run; values in records and the arena. */
SW_NODISCARD sw_err sw_run_group(const sw_book *book, const sw_run *run, sw_arena *arena,
                                 sw_group *ret);

/* The time after which the runs of a group have to be read again for a change at `time_ms`: that of
 * the last stop before it. */
SW_NODISCARD sw_err sw_life_boundary(const sw_book *book, uint32_t strand, const sw_group *group,
                                     int64_t time_ms, sw_arena *arena, int64_t *ret_after_ms);

#endif
