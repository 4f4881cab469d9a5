/* kafka_rows.h - rows of changelogs, into the database, and the timers that follow from them.
 * Layer 6, private to bus.  Thread: owner's. */
#ifndef SW_BUS_KAFKA_ROWS_H
#define SW_BUS_KAFKA_ROWS_H

#include "bus/kafka.h"

typedef struct kafka_rows kafka_rows;
SW_NODISCARD sw_err kafka_rows_new(kafka_bus *bus, kafka_rows **ret);
void kafka_rows_free(kafka_rows *rows);
/* The partition's rows are filled from nothing: what is there of them goes, and what comes is
 * written in large pieces. */
SW_NODISCARD sw_err kafka_rows_from_nothing(kafka_rows *rows, uint32_t changelog,
                                            uint32_t partition);
/* SW_E_LIMIT: seal and write first. */
SW_NODISCARD sw_err kafka_rows_put(kafka_rows *rows, uint32_t changelog, uint32_t partition,
                                   sw_slice key, sw_slice value, bool tombstone);
/* Changes since the last write into a batch, to which more may be added before it is written. */
SW_NODISCARD sw_err kafka_rows_seal(kafka_rows *rows);
sw_batch *kafka_rows_batch(kafka_rows *rows);
SW_NODISCARD sw_err kafka_rows_write(kafka_rows *rows);
/* All of what is filled from nothing has come: it is there now, and what follows from it. */
SW_NODISCARD sw_err kafka_rows_finish(kafka_rows *rows);

#endif
