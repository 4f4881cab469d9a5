/* by_key.h - the records of one input in the order of their keys, each key's as they came.
 * Layer 7. Thread: task owner. */
#ifndef SW_RUNTIME_BY_KEY_H
#define SW_RUNTIME_BY_KEY_H

#include "bus/bus.h"

/* For a processor whose calls concern one key alone, while its state is built anew: all that
 * happens to a key comes together, so it is decoded once, written once, and the rest stays out of
 * memory. */
typedef struct sw_by_key sw_by_key;

/* What doesn't fit into the memory of a sort goes to unnamed files in `dir`. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_by_key_open(sw_bus *bus, uint32_t task, sw_position from, const char *dir,
                                   sw_by_key **ret);
void sw_by_key_close(sw_by_key *by_key); /* NULL is a no-op */

/* Reads up to an offset and sorts, once. SW_E_AGAIN: the bus does not show all of it yet; call it
 * again with the same or a later offset. What bus and sorter say. */
SW_NODISCARD sw_err sw_by_key_gather(sw_by_key *by_key, int64_t until);
/* The next records that are not taken yet, at most `records_max`, and at least one as long as there
 * are any. `to_end`: they end with the last of a key. They live until others are given. */
SW_NODISCARD sw_err sw_by_key_fetch(sw_by_key *by_key, uint32_t records_max, sw_fetched *ret);
/* The first `count` of what was fetched are taken for good. */
void sw_by_key_taken(sw_by_key *by_key, uint32_t count);
/* Whether there was anything to take, and all of it is. */
bool sw_by_key_ended(const sw_by_key *by_key);

#endif
