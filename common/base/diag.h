/* diag.h - what is wrong with an input, where, and what to do: for people.  Layer 0.  Thread:
 * owner's. */
#ifndef SW_BASE_DIAG_H
#define SW_BASE_DIAG_H

#include "base/arena.h"
#include "base/err.h"

/* One finding. Line and column count from 1 (0: not known); columns are characters (UTF-8 code
 * points), as an editor shows them. */
typedef struct sw_diag {
    struct sw_diag *next;
    sw_err code;
    sw_slice file; /* as the user named it; may be empty */
    uint32_t line, col;
    sw_slice field;   /* path of the value, for example "data.officer_count" or "rules[3].warn"; may
                         be empty */
    sw_slice message; /* what is wrong */
    sw_slice hint;    /* what to do; may be empty */
} sw_diag;

/* A list in order of finding. All texts live in `arena`. Past `max` findings are only counted. */
typedef struct sw_diags {
    sw_arena *arena;
    sw_diag *first, *last;
    uint32_t count, max;
    sw_slice file; /* given to each new finding */
} sw_diags;

void sw_diags_init(sw_diags *diags, sw_arena *arena, sw_slice file, uint32_t max);

/* Adds a finding and returns `code`, so that `return sw_diag_at(…)` reads well. `diags` may be NULL
 * where nobody wants the text. hint and field may be NULL. */
sw_err sw_diag_at(sw_diags *diags, sw_err code, uint32_t line, uint32_t col, const char *field,
                  const char *hint, const char *fmt, ...) SW_PRINTF(7, 8);

/* "file:line:col: field: message (hint)" into the arena. */
sw_slice sw_diag_text(sw_arena *arena, const sw_diag *diag);

#endif
