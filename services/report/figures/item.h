/* item.h - what an event, a warning or a period counts for, as the rollup keeps it.  Layer 9.
 * Thread: any. */
#ifndef SW_REPORT_ITEM_H
#define SW_REPORT_ITEM_H

#include "base/buf.h"
#include "base/hash.h"

#define SW_TALLIES_MAX     64u  /* of one item: an event counts for that many indicators */
#define SW_SPLIT_BYTES_MAX 128u /* longer texts are cut */

#define SW_DAY_NEVER INT32_MAX

/* Kinds of items. */
enum { SW_ITEM_EVENT = 'e', SW_ITEM_WARNING = 'w', SW_ITEM_PERIOD = 'p' };

typedef struct sw_tally {
    uint64_t indicator; /* sw_indicator.number */
    sw_slice org;       /* may be empty */
    int32_t day;        /* local, days since 1970-01-01 */
    sw_slice split;     /* may be empty; without NUL */
    bool total;         /* counted over all days together as well */
} sw_tally;

/* seawall.v1.Item (proto/seawall/v1/rollup.proto). Texts are borrowed. */
typedef struct sw_item {
    sw_hash128 id; /* not in the message: its row's key has it */
    char kind;     /* the same */
    /* Of an event that was corrected: which correction holds. */
    bool correction;
    int64_t time_ms;
    sw_slice source, from_id;
    sw_tally parts[SW_TALLIES_MAX];
    uint32_t part_count;
    sw_slice officer;  /* has it in hand; empty: nobody, or no longer */
    uint64_t order;    /* of what he has in hand */
    int32_t until_day; /* of a period: the local day of its stop; SW_DAY_NEVER */
    sw_slice label;    /* what lists show of it: label.h */
} sw_item;

/* Appends the message. Check out->err. */
void sw_item_write(const sw_item *item, sw_buf *out);
/* SW_E_SYNTAX: no such message; SW_E_LIMIT: more parts than SW_TALLIES_MAX. */
SW_NODISCARD sw_err sw_item_read(sw_slice bytes, sw_item *ret);

#define SW_ITEM_KEY_BYTES 17u
void sw_item_key(char kind, sw_hash128 id, char ret[SW_ITEM_KEY_BYTES]);

bool sw_tally_eq(const sw_tally *a, const sw_tally *b);

#endif
