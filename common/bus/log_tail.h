/* log_tail.h - the newest chunks of a log in memory, for readers that follow it closely.  Layer 6,
 * private to bus.  Thread: _keep, _publish, _drop and _forget the writer's; _get and _put any. */
#ifndef SW_BUS_LOG_TAIL_H
#define SW_BUS_LOG_TAIL_H

#include <pthread.h>

#include "base/slice.h"

/* A record is read some milliseconds after it was committed, by several tasks: out of the database
 * that is a seek each time. The tail keeps the bytes of the last chunks as they were written. It is
 * a cache: what it does not have, and what it could get no memory for, is in the database. */
typedef struct sw_log_tail sw_log_tail;

#define SW_LOG_TAIL_BYTES ((size_t)24 << 20)

/* A chunk of the tail; lives until it is put back. */
typedef struct sw_tail_chunk {
    int64_t first_offset, last_offset;
    sw_slice key, value; /* as in the database */
} sw_tail_chunk;

/* NULL: no memory. */
sw_log_tail *sw_log_tail_new(uint32_t part_count);
void sw_log_tail_free(sw_log_tail *tail); /* NULL is a no-op */

/* Copies a chunk of the batch under way. Chunks of a partition come in order. The copy lives until
 * the batch is published or dropped; NULL: there is none. */
const sw_tail_chunk *sw_log_tail_keep(sw_log_tail *tail, uint32_t part, int64_t first_offset,
                                      int64_t last_offset, sw_slice key, sw_slice value);
/* The batch is written: readers get its chunks, and the oldest go. */
void sw_log_tail_publish(sw_log_tail *tail);
/* The batch was dropped. */
void sw_log_tail_drop(sw_log_tail *tail);

/* The partition's chunks were written anew or have gone: none of them is kept any more. */
void sw_log_tail_forget(sw_log_tail *tail, uint32_t part);

/* The chunk that holds the offset; NULL: it is not kept. */
const sw_tail_chunk *sw_log_tail_get(sw_log_tail *tail, uint32_t part, int64_t offset);
void sw_log_tail_put(sw_log_tail *tail, const sw_tail_chunk *chunk);

#endif
