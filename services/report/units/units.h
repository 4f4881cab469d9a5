/* units.h - names of units and officers, as the directory has them.  Layer 9.  Thread: any. */
#ifndef SW_REPORT_UNITS_H
#define SW_REPORT_UNITS_H

#include "env/clock.h"
#include "report/figures/figures.h"

typedef struct sw_police_unit {
    sw_slice org;  /* what begins the codes of its subtree: the code without its last zeros */
    sw_slice code; /* twelve digits */
    sw_slice name, short_name, tier, parent; /* may be empty */
    int64_t from_ms;
    bool removed;
} sw_police_unit;

/* The units of one moment, in order of `org`, then of code. Immutable. */
typedef struct sw_unit_names {
    const sw_police_unit *list;
    uint32_t count;
    sw_arena arena;
    int64_t read_ms;
    uint32_t holders; /* atomic */
} sw_unit_names;

/* Reads the directory anew at most every two seconds. */
typedef struct sw_units sw_units;

/* `figures` and `clock` outlive it. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_units_open(const sw_figures *figures, sw_clock *clock, sw_units **ret);
void sw_units_close(sw_units *units); /* NULL is a no-op */

/* The units as of now, to be given back. What the database says; SW_E_LIMIT. */
SW_NODISCARD sw_err sw_units_take(sw_units *units, const sw_unit_names **ret);
void sw_units_give(const sw_unit_names *names); /* NULL is a no-op */

/* The unit whose subtree these digits begin; NULL: it is not known. */
const sw_police_unit *sw_unit_names_find(const sw_unit_names *names, sw_slice org);
/* How many units begin with these digits, and which is the first. */
uint32_t sw_unit_names_below(const sw_unit_names *names, sw_slice org, uint32_t *ret_first);

/* An officer's name and unit, in the arena. SW_E_NOT_FOUND; what the database says. */
SW_NODISCARD sw_err sw_officer_find(const sw_figures *figures, sw_slice id, int64_t now_ms,
                                    sw_arena *arena, sw_slice *ret_name, sw_slice *ret_unit);

#endif
