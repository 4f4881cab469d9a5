/* rows.h - the rows that figures and their lists are kept in.  Layer 9.  Thread: any.
 *
 * A row of figures is one month of an indicator and a beginning of unit codes: how many were
 * counted on each day. Up to the county there is a row of the whole, and others of the splits. A
 * station's month is a single row with all indicators, in parts by indicator, unit and split: what
 * is counted moves one row below the county, and a day's events of a station share it. A city's
 * month is a few rows, and one indicator's a single one.
 */
#ifndef SW_REPORT_ROWS_H
#define SW_REPORT_ROWS_H

#include "report/figures/item.h"

#define SW_ORG_DIGITS                                                                              \
    12u /* of a unit's code; shorter ones are filled up with '0', longer ones cut */

/* Lengths of the beginnings of unit codes that have rows of their own: all, city, county, station;
 * what lies between is the sum of the next ones. Units have rows only for the splits that found no
 * room in their station's. */
enum { SW_ORG_LEVELS = 5, SW_ORG_COUNTY = 2, SW_ORG_STATION = 3, SW_ORG_UNIT = 4 };
extern const uint8_t sw_org_levels[SW_ORG_LEVELS];
/* The level whose rows say how much a beginning of this length has. */
uint32_t sw_org_level(size_t len);

/* Instead of a month: all days together, of indicators that ask for it; it stands on day 0. */
#define SW_MONTH_ALL INT32_MIN

typedef struct sw_figure_row {
    uint32_t level;
    bool whole;         /* with all splits together: `split` is empty; always of a station */
    int32_t month;      /* since 1970-01 */
    sw_slice org;       /* as long as the level says */
    uint64_t indicator; /* 0 of a station: the parts have it */
    sw_slice split;
} sw_figure_row;

#define SW_FIGURE_KEY_BYTES_MAX (1 + 4 + SW_ORG_DIGITS + 8 + SW_SPLIT_BYTES_MAX)
#define SW_LIST_KEY_BYTES_MAX   (8 + 4 + SW_ORG_DIGITS + 1 + SW_SPLIT_BYTES_MAX + 1 + 1 + 16)

void sw_org_fill(sw_slice org, char ret[SW_ORG_DIGITS]);
int32_t sw_month_of_day(int32_t day);
int32_t sw_first_day_of_month(int32_t month);

/* Keys in order of level and whole, month, unit, indicator, split; of a station up to the unit. */
size_t sw_figure_key(const sw_figure_row *row, char ret[SW_FIGURE_KEY_BYTES_MAX]);
/* The same up to the unit, of which only the beginning `row->org` is written. */
size_t sw_figure_key_start(const sw_figure_row *row, char ret[SW_FIGURE_KEY_BYTES_MAX]);
/* False: not a row's key. Borrows. */
bool sw_figure_key_read(sw_slice key, sw_figure_row *ret);

/* The counts of a month's days, by day of the month from 0. As a row: of each day that has any its
 * number and its count, as varints. */
typedef struct sw_month {
    uint32_t days[31];
} sw_month;

void sw_month_write(const sw_month *month, sw_buf *out);
/* False: no such row. */
bool sw_month_read(sw_slice bytes, sw_month *ret);
/* What the days `from` to `to` of the month have, without reading the others. False as above. */
bool sw_month_sum(sw_slice bytes, uint32_t from, uint32_t to, uint64_t *ret);
/* Counts `by` (1 or -1) on the day in place. False, and nothing is changed: the row would have
 * other days than before, or be longer or shorter. */
bool sw_month_nudge(char *bytes, size_t len, uint32_t day, int32_t by);

/* A part of a row. Rows of other levels than the station have one, of no unit and no split. */
typedef struct sw_figure_part {
    uint64_t indicator; /* of a station's; else 0: the key has it */
    sw_slice unit;      /* the digits of its code behind the station's; empty: zeros */
    sw_slice split;     /* may be empty */
    bool elsewhere;     /* no split: all those of this unit that have rows of their own, together */
    sw_slice days;      /* a month, as above */
} sw_figure_part;

enum { SW_UNIT_DIGITS = 4 };
/* So many parts of an indicator a station's row has at most, and as long it may be when one more
 * split comes, those apart that each unit has for splits that are elsewhere: there may be a split
 * for each event, and a row is written whole. */
#define SW_FIGURE_PARTS_MAX        32u
#define SW_FIGURE_SPLITS_BYTES_MAX ((size_t)256 << 10)
#define SW_FIGURE_ROW_BYTES_MAX    ((size_t)1 << 20)
#define SW_FIGURE_PART_BYTES_MAX                                                                   \
    (1 + 8 + SW_UNIT_DIGITS + 1 + SW_SPLIT_BYTES_MAX + 1 + (size_t)UINT8_MAX)

void sw_figure_part_write(const sw_figure_part *part, sw_buf *out);
/* Takes the next part off the row; false at its end, or where it is none (`*ret_ok` false).
 * Borrows.
 */
bool sw_figure_part_next(sw_slice *row, sw_figure_part *ret, bool *ret_ok);

/* Where in its row a part begins, its days begin, and both end. */
typedef struct sw_figure_place {
    size_t from, days, to;
} sw_figure_place;
/* The part with this indicator, unit, split and `elsewhere`. The row must be whole, as one that
 * sw_figure_part_next has gone over; that it is, is not looked at again. */
bool sw_figure_part_find(sw_slice row, const sw_figure_part *wanted, sw_figure_place *ret);

/* What is counted: under indicator, month, unit, day, split; `kind` tells events, warnings and
 * periods apart. */
typedef struct sw_list_row {
    uint64_t indicator;
    char org[SW_ORG_DIGITS];
    int32_t day;
    sw_slice split;
    char kind;
    sw_hash128 item;
} sw_list_row;

size_t sw_list_key(const sw_list_row *row, char ret[SW_LIST_KEY_BYTES_MAX]);
/* Where a month's entries of units begin whose codes begin with `org`. */
size_t sw_list_key_start(uint64_t indicator, int32_t month, sw_slice org,
                         char ret[SW_LIST_KEY_BYTES_MAX]);
bool sw_list_key_read(sw_slice key, sw_list_row *ret);

/* What an officer has in hand: running periods, those due first before the others; open warnings,
 * the worst first and of these the newest. */
typedef struct sw_hand_row {
    sw_slice officer;
    char kind;
    uint64_t order;
    sw_hash128 item;
} sw_hand_row;

#define SW_OFFICER_BYTES_MAX  64u
#define SW_HAND_KEY_BYTES_MAX (SW_OFFICER_BYTES_MAX + 1 + 1 + 8 + 16)

size_t sw_hand_key(const sw_hand_row *row, char ret[SW_HAND_KEY_BYTES_MAX]);
/* Officer and kind alone: where his entries begin. */
size_t sw_hand_key_start(const sw_hand_row *row, char ret[SW_HAND_KEY_BYTES_MAX]);
bool sw_hand_key_read(sw_slice key, sw_hand_row *ret);

#endif
