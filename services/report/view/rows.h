/* rows.h - keys and values of the view's rows, for those who write and those who ask.  Layer 9,
 * private to the view.  Thread: any. */
#ifndef SW_REPORT_VIEW_ROWS_H
#define SW_REPORT_VIEW_ROWS_H

#include "base/buf.h"
#include "base/hash.h"
#include "env/limits.h"
#include "text/time.h"

/* An index row's key: dimension, value, 0, time, id; its value says what most questions ask, so
 * that only what is answered is read whole. Each dimension is a row that every warning and period
 * writes: there are as few as keep an answer from walking over more than some thousand others. A
 * county is found among all, a unit within its station, what is open of a rule among all that is
 * open. */
typedef enum sw_view_dim {
    SW_DIM_ALL = 'a',
    SW_DIM_RULE = 'r',
    SW_DIM_KEY = 'k',     /* "case_id=A1" */
    SW_DIM_STATION = '8', /* the first 8 digits of a unit's code */
    SW_DIM_UNIT = 'u'     /* a unit whose code is no such number */
} sw_view_dim;

#define SW_VIEW_ROW_MAX  (SW_KEY_BYTES_MAX + 26)
#define SW_VIEW_TAIL     24u /* time and id */
#define SW_VIEW_DIMS_MAX 4u

typedef struct sw_view_place {
    char dim;
    sw_slice value;
} sw_view_place;

/* Where a thing of this unit, rule and key stands; without those that are empty. Returns how many.
 */
uint32_t sw_view_places(sw_slice org, sw_slice rule, sw_slice key,
                        sw_view_place ret[SW_VIEW_DIMS_MAX]);

/* The same place among open warnings alone; they stand at all and at their unit. */
static inline sw_view_place sw_view_open(sw_view_place place) {
    return (sw_view_place){(char)(place.dim - 32), place.value};
}

/* The dimension under which everything of a unit prefix is found with the least besides. */
sw_view_place sw_view_place_of(sw_slice org_prefix);

/* Row keys; `newest` first or last. Room of SW_VIEW_ROW_MAX. */
sw_slice sw_view_row(sw_view_place place, int64_t time_ms, bool newest_first, sw_hash128 id,
                     char *room);
/* All that stands at a place: [from, to). Rooms as above. */
void sw_view_range(sw_view_place place, sw_slice *ret_from, sw_slice *ret_to, char *from, char *to);
/* Time and id of a row. False: it is no such row. */
bool sw_view_row_read(sw_slice row, bool newest_first, int64_t *ret_time_ms, sw_hash128 *ret_id);

/* What an index row says of its thing. */
typedef struct sw_view_brief {
    int32_t level;             /* -1: none */
    sw_slice org, compartment; /* may be empty */
    sw_slice rule;
    sw_slice key; /* of a period alone: its row stands under it */
} sw_view_brief;

void sw_view_brief_write(const sw_view_brief *brief, sw_buf *out);
bool sw_view_brief_read(sw_slice row, sw_view_brief *ret);

/* The row of a period: key, 0, instance. So those of a key are found beside one another, and need
 * no index. Room of SW_VIEW_ROW_MAX. */
sw_slice sw_view_period_row(sw_slice key, sw_hash128 instance, char *room);
/* Where it stands in order of due times; one without any is the last. */
static inline int64_t sw_view_due_ms(int64_t due_ms) {
    return due_ms == SW_TIME_NONE ? SW_TIME_MAX : due_ms;
}
/* All of a key: [from, to). Rooms as above. */
void sw_view_period_range(sw_slice key, sw_slice *ret_from, sw_slice *ret_to, char *from, char *to);

/* An event in a key's timeline. */
typedef struct sw_view_event {
    sw_slice source, id, type, orgcode, officerid;
    int64_t time_ms, received_ms;      /* received: SW_TIME_NONE: not carried */
    sw_slice target_source, target_id; /* of a correction; else empty */
    uint32_t partition;                /* where it stands on seawall.keyed */
    int64_t offset;
} sw_view_event;

/* The row of an event: key, 0, time, identity. */
sw_slice sw_view_event_row(sw_slice key, int64_t time_ms, sw_hash128 identity, char *room);
void sw_view_event_write(const sw_view_event *event, sw_buf *out);
bool sw_view_event_read(sw_slice row, sw_view_event *ret);
/* The same of a seawall.v1.Event: what can be read without a catalogue. */
bool sw_view_event_of(sw_slice bytes, sw_view_event *ret);

#endif
