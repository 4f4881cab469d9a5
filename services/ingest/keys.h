/* keys.h - keeps the locked keys of subjects (seal/keyring.h).  Layer 9.  Thread: task owner; pure.
 */
#ifndef SW_INGEST_KEYS_H
#define SW_INGEST_KEYS_H

#include "stream/processor.h"

/* seawall.keys (key: a subject's hash; value: one locked key) -> store "keys.keys". A tombstone
 * destroys all keys of the subject. */
extern const sw_processor sw_keys;

#endif
