/* kafka_restore.h - the changelogs of a lane, into the database.  Layer 6, private to bus.  Thread:
 * one at a time. */
#ifndef SW_BUS_KAFKA_RESTORE_H
#define SW_BUS_KAFKA_RESTORE_H

#include "bus/kafka.h"

/* The key of the record in each changelog partition by which an owner finds what was before it, and
 * of the one that counts how often a lane was taken; the lane's name follows. */
#define KAFKA_MARK_KEY  SW_S("\0mark")
#define KAFKA_CLAIM_KEY SW_S("\0claim")
/* And of the one that says which format the rows have: of the store, as sw_store_spec has it. */
#define KAFKA_FORMAT_KEY SW_S("\0format")

typedef struct kafka_restore kafka_restore;
/* From the places that the database remembers. `follow`: to stand by, for any time. */
SW_NODISCARD sw_err kafka_restore_open(kafka_bus *bus, uint32_t lane, bool follow,
                                       kafka_restore **ret);
void kafka_restore_close(kafka_restore *restore);
/* Applies what comes until the mark with this nonce has been seen in every partition (SW_OK), or
 * nothing has come for `idle_ms` (SW_E_AGAIN). One that follows ends with *stop only. */
SW_NODISCARD sw_err kafka_restore_run(kafka_restore *restore, uint64_t nonce, int64_t idle_ms,
                                      const bool *stop);

#endif
