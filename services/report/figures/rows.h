/* rows.h - the rows that figures and their lists are kept in.  Layer 9.  Thread: any.
 *
 * A figure is a number of an indicator, a unit or a beginning of its code, and a local day or
 * month; what is counted apart has rows of its own beside the whole. Reading a unit's subtree over
 * any span takes one run of months and at most two runs of days. */
#ifndef SW_REPORT_ROWS_H
#define SW_REPORT_ROWS_H

#include "report/figures/contribution.h"

#define SW_ORG_DIGITS                                                                              \
    12u /* of a unit's code; shorter ones are filled up with '0', longer ones cut */

/* Lengths of the beginnings of unit codes that have figures of their own: all, city, county,
 * station or team, the unit itself. */
enum { SW_ORG_LEVELS = 5 };
extern const uint8_t sw_org_levels[SW_ORG_LEVELS];

typedef enum sw_grain { SW_GRAIN_DAY = 'd', SW_GRAIN_MONTH = 'm' } sw_grain;

typedef struct sw_figure_row {
    uint64_t indicator;
    sw_grain grain;
    sw_slice org; /* as long as one of sw_org_levels */
    sw_slice split;
    int32_t date; /* days since 1970-01-01, or months since 1970-01 */
} sw_figure_row;

#define SW_FIGURE_KEY_BYTES_MAX (8 + 1 + 1 + SW_ORG_DIGITS + SW_SPLIT_BYTES_MAX + 1 + 4)
#define SW_LIST_KEY_BYTES_MAX   (8 + SW_ORG_DIGITS + 4 + SW_SPLIT_BYTES_MAX + 1 + 1 + 16)

void sw_org_fill(sw_slice org, char ret[SW_ORG_DIGITS]);
int32_t sw_month_of_day(int32_t day);
int32_t sw_first_day_of_month(int32_t month);

/* Keys in order of indicator, grain, length of org, org, split, date. */
size_t sw_figure_key(const sw_figure_row *row, char ret[SW_FIGURE_KEY_BYTES_MAX]);
/* The same without the date: the beginning of all dates' keys. */
size_t sw_figure_key_start(const sw_figure_row *row, char ret[SW_FIGURE_KEY_BYTES_MAX]);
/* False: not a row's key. Borrows. */
bool sw_figure_key_read(sw_slice key, sw_figure_row *ret);

/* What is counted: under indicator, unit, day, split; `kind` tells events, warnings and periods
 * apart. */
typedef struct sw_list_row {
    uint64_t indicator;
    char org[SW_ORG_DIGITS];
    int32_t day;
    sw_slice split;
    char kind;
    sw_hash128 item;
} sw_list_row;

size_t sw_list_key(const sw_list_row *row, char ret[SW_LIST_KEY_BYTES_MAX]);
bool sw_list_key_read(sw_slice key, sw_list_row *ret);

#endif
