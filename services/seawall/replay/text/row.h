/* row.h - what lines about warnings are made of: times, keys, cells of csv and of tables.  Layer 9.
 * Thread: main. */
#ifndef SW_SEAWALL_ROW_H
#define SW_SEAWALL_ROW_H

#include <stdio.h>

#include "base/buf.h"
#include "rules/warning.h"

/* All append; check out->err. SW_TIME_NONE appends nothing. */

/* RFC 3339 in the zone of the rule's pack. */
void sw_row_time(sw_buf *out, const sw_rule *rule, int64_t ms);
/* For the eye: "2026-03-01 09:00". */
void sw_row_minute(sw_buf *out, const sw_rule *rule, int64_t ms);
/* The same of a period's end: 24:00 of a day, not 00:00 of the next. */
void sw_row_end(sw_buf *out, const sw_rule *rule, int64_t ms);
/* The values of the key with a space between. */
void sw_row_key(sw_buf *out, const sw_warning *warning);

typedef struct sw_row_column {
    const char *title;
    uint32_t width; /* 0: the last, as long as it is */
    bool level;     /* ends in the name of a level, and has its colour */
} sw_row_column;

/* False: writing failed. */
bool sw_row_titles(FILE *to, const sw_row_column *columns, uint32_t count);
/* A line of cells with a tab between. What is too wide is cut with "…". */
bool sw_row_print(FILE *to, const sw_row_column *columns, uint32_t count, sw_slice line);

#endif
