/* contribution.h - what one statement means for the figures, as it stands on its topic.  Layer 9.
 * Thread: any. */
#ifndef SW_REPORT_CONTRIBUTION_H
#define SW_REPORT_CONTRIBUTION_H

#include "base/buf.h"
#include "base/hash.h"

#define SW_TALLIES_MAX     64u  /* of one item: an event counts for that many indicators */
#define SW_SPLIT_BYTES_MAX 128u /* longer texts are cut */

typedef struct sw_tally {
    uint64_t indicator; /* sw_indicator.number */
    sw_slice org;       /* may be empty */
    int32_t day;        /* local, days since 1970-01-01 */
    sw_slice split;     /* may be empty; without NUL */
} sw_tally;

/* seawall.v1.Contribution (proto/seawall/v1/rollup.proto). Texts are borrowed. */
typedef struct sw_contribution {
    sw_hash128 item;
    bool correction;
    int64_t time_ms;
    sw_slice source, id;
    sw_tally parts[SW_TALLIES_MAX];
    uint32_t part_count;
    sw_slice label;
} sw_contribution;

/* Appends the message. Check out->err. */
void sw_contribution_write(const sw_contribution *contribution, sw_buf *out);
/* SW_E_SYNTAX: no such message; SW_E_LIMIT: more parts than SW_TALLIES_MAX. */
SW_NODISCARD sw_err sw_contribution_read(sw_slice bytes, sw_contribution *ret);

bool sw_tally_eq(const sw_tally *a, const sw_tally *b);

#endif
