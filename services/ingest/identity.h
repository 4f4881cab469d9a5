/* identity.h - tells each event apart: new, duplicate, conflict or correction, against an index
 * that is kept for ever.  Layer 9.  Thread: task owner; pure. */
#ifndef SW_INGEST_IDENTITY_H
#define SW_INGEST_IDENTITY_H

#include "stream/processor.h"

/* seawall.identity -> seawall.events (key: subject, else the identity in hex), seawall.keyed (key:
 * "field=value", once for each value of each key field), seawall.receipts (key: the door), and
 * seawall.dead-letters for what is refused. It knows neither catalogue nor rules: `shared` is NULL.
 *
 * - Of one identity the first content stands; the same again is a duplicate, another a conflict.
 * - A correction goes to the keys of its target, of all its target's corrections and of its own
 *   replacement, and so do the earlier corrections to keys that are new; each of these books then
 *   has all of them. It waits for its target, unseen by the rest, if that has not come.
 * - Who corrects needs the right to the unit of the original. */
extern const sw_processor sw_identity;

#endif
