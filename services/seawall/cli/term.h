/* term.h - what a person sees: display width, colour only on a terminal, tables, progress. Layer 9.
 * Thread: main. */
#ifndef SW_SEAWALL_TERM_H
#define SW_SEAWALL_TERM_H

#include <stdio.h>

#include "base/arena.h"
#include "base/diag.h"

/* Columns of a terminal that valid UTF-8 takes: Chinese characters take two. */
uint32_t sw_width(sw_slice text);
/* How many spaces bring `text` to `width`; at least 1. */
int sw_pad(sw_slice text, uint32_t width);

typedef enum sw_tint {
    SW_TINT_NONE,
    SW_TINT_GREEN, /* the levels, in their order */
    SW_TINT_BLUE,
    SW_TINT_YELLOW,
    SW_TINT_ORANGE,
    SW_TINT_RED,
    SW_TINT_BREACH,
    SW_TINT_BOLD,
    SW_TINT_DIM,
    SW_TINT_LEVELS /* names of levels with spaces between, each in its own colour */
} sw_tint;

/* A terminal, and NO_COLOR is not set (no-color.org). */
bool sw_has_colour(FILE *to);
/* The text, in colour where there is colour. The word must say all by itself. */
void sw_print_tinted(FILE *to, sw_tint tint, sw_slice text);

typedef struct sw_cell {
    sw_slice text;
    sw_tint tint;
} sw_cell;

typedef struct sw_column {
    const char *title;
    bool right;         /* numbers */
    uint32_t width_max; /* longer text is cut with "…"; 0: never */
} sw_column;

/* Rows are collected, then printed with columns as wide as they need. */
typedef struct sw_table {
    sw_arena *arena;
    const sw_column *columns;
    uint32_t column_count;
    struct sw_table_row *first, *last;
} sw_table;

void sw_table_init(sw_table *table, sw_arena *arena, const sw_column *columns,
                   uint32_t column_count);
/* `cells` has column_count entries, copied; their text is borrowed. False: the arena is full. */
bool sw_table_add(sw_table *table, const sw_cell *cells);
void sw_table_print(const sw_table *table, FILE *to);

/* A bar on stderr while long work runs; draws nothing where stderr is no terminal. */
typedef struct sw_progress {
    const char *what;
    uint64_t total; /* 0: not known, then only the count is shown */
    int64_t drawn_ms;
    bool on;
} sw_progress;

void sw_progress_init(sw_progress *progress, const char *what, uint64_t total);
/* Cheap: draws at most ten times a second. */
void sw_progress_at(sw_progress *progress, uint64_t done);
/* Removes the bar. */
void sw_progress_done(sw_progress *progress);

/* All findings, one a line with its hint below, and how many there were past the limit. `word`:
 * "error", "note". */
void sw_print_diags(FILE *to, const sw_diags *diags, const char *word, sw_tint tint);

#endif
