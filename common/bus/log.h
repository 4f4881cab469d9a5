/* log.h - the partitions of a log in a database: append, read, keep in bounds, prove.  Layer 6.
 * Thread: one writer; sw_log_poll, _end and _find_time any. */
#ifndef SW_BUS_LOG_H
#define SW_BUS_LOG_H

#include <pthread.h>

#include "bus/bus.h"
#include "bus/chunk.h"
#include "bus/log_tail.h"
#include "bus/newest.h"

/* The stores that a log adds to a database, after those of the processors. */
enum { SW_LOG_CHUNKS, SW_LOG_META, SW_LOG_STORES };
extern const sw_store_spec sw_log_stores[SW_LOG_STORES];

/* 1 had an index of keys, which compaction does without; 2 had plain chunks alone. */
#define SW_LOG_FORMAT       3u
#define SW_LOG_CHUNK_BYTES  ((size_t)64 * 1024) /* a chunk is closed when it has reached this */
#define SW_RECORD_BYTES_MAX ((size_t)32 * 1024 * 1024)
#define SW_TOMBSTONE_KEPT_MS                                                                       \
    ((int64_t)24 * 3600 * 1000) /* so long a reader can learn of a deletion */

/* The state of a partition: written with every commit that appends to it. */
typedef struct sw_log_head {
    int64_t first, end; /* offsets: the first kept, the next to be given */
    int64_t max_ms;     /* the latest timestamp appended so far */
    uint64_t bytes;     /* of its chunks */
    uint32_t chain;
} sw_log_head;

/* How far the chain of a partition is proven, and its value there. */
typedef struct sw_log_proven {
    int64_t next;
    uint32_t chain;
    bool linked; /* the chain's value is known */
} sw_log_proven;

typedef struct sw_log_part {
    uint32_t topic, partition;
    sw_log_head head;  /* durable; readers take it under the view lock */
    sw_log_head draft; /* with what the batch under way appends */
    sw_chunk_writer writer;
    bool open;    /* the writer holds records */
    bool touched; /* is in the list of the batch */
    /* Upkeep. */
    int64_t oldest_ms;    /* when the oldest chunk can go by time; -1: not looked up */
    int64_t clean_end;    /* compacted up to here: each key is there once */
    uint64_t clean_bytes; /* of the chunks up to there */
    sw_log_proven proven;
} sw_log_part;

typedef struct sw_log_topic {
    sw_topic_spec spec;
    uint32_t id;         /* in keys; for ever the same for a name */
    uint32_t first_part; /* index of partition 0 */
} sw_log_topic;

/* Compaction of one partition: first its new keys are noted, then its chunks written anew. */
typedef struct sw_log_pass {
    sw_log_part *part; /* NULL: none is under way */
    bool noted;
    int64_t at, end; /* what is to be gone over still, noting or writing */
    uint64_t bytes;  /* of what was written or left as it is */
    sw_newest newest;
} sw_log_pass;

typedef struct sw_log {
    sw_db *db;
    uint32_t first_store; /* index of SW_LOG_CHUNKS in the database */
    sw_log_topic *topics;
    sw_log_part *parts;
    sw_log_part **touched;
    uint32_t topic_count, part_count, touched_count;
    uint32_t upkeep_at; /* the partition whose turn it is */
    sw_chunk_writer upkeep;
    sw_buf packed; /* the chunk that is being sealed */
    sw_log_tail *tail;
    sw_log_pass pass;
    pthread_mutex_t view;
} sw_log;

/* Takes up the log of a database, made if there is none, and proves what was appended since it was
 * last taken up. Spec names must outlive the log. SW_E_VERSION; SW_E_INVALID: a topic's partitions
 * differ from what is stored; SW_E_CORRUPT. Each with a finding. */
SW_NODISCARD sw_err sw_log_open(sw_db *db, const sw_bus_options *options, sw_diags *diags,
                                sw_log **ret);
void sw_log_close(sw_log *log); /* NULL is a no-op */

/* Adds a record to the batch under way; the offset that it will have. SW_E_INVALID: no key on a
 * compacted topic; SW_E_LIMIT; SW_E_NOMEM. */
SW_NODISCARD sw_err sw_log_append(sw_log *log, const sw_record *record, sw_batch *batch,
                                  int64_t *ret_offset);
/* Puts what is open, and the heads, into the batch, which is not read any more after a publish or
 * drop. */
SW_NODISCARD sw_err sw_log_seal(sw_log *log, sw_batch *batch);
/* After the write: readers see it. */
void sw_log_publish(sw_log *log);
/* Instead of the write: as if nothing had been appended. */
void sw_log_drop(sw_log *log);

SW_NODISCARD sw_err sw_log_poll(sw_log *log, sw_position from, uint32_t records_max,
                                size_t bytes_max, sw_arena *arena, sw_record *ret_records,
                                uint32_t *ret_count, int64_t *ret_next_offset);
void sw_log_end(sw_log *log, uint32_t topic, uint32_t partition, int64_t *ret_first,
                int64_t *ret_end);
SW_NODISCARD sw_err sw_log_find_time(sw_log *log, uint32_t topic, uint32_t partition, int64_t ms,
                                     int64_t *ret_offset);

/* log_upkeep.c: sw_bus_maintain, a step over about `chunks_max` times SW_LOG_CHUNK_BYTES. `batch`
 * is empty before and after. */
SW_NODISCARD sw_err sw_log_maintain(sw_log *log, int64_t now_ms, uint32_t chunks_max,
                                    sw_batch *batch, bool *ret_more);

/* log_verify.c. The opening's proof: what came since the last proof, or the newest part of it where
 * that is much; sw_log_maintain proves the rest. */
SW_NODISCARD sw_err sw_log_prove(sw_log *log, sw_diags *diags);
/* Every chunk. */
SW_NODISCARD sw_err sw_log_verify(sw_log *log, sw_diags *diags, uint64_t *ret_records);

/* For the parts of the log. Keys of the meta store: docs/log-format.md. */
#define SW_LOG_KEY_MAX 512u
typedef struct sw_log_key {
    size_t len;
    char bytes[SW_LOG_KEY_MAX];
} sw_log_key;

static inline sw_slice sw_log_key_slice(const sw_log_key *key) {
    return sw_slice_of(key->bytes, key->len);
}
/* A letter and up to three numbers, big-endian. */
sw_log_key sw_log_key_of(char kind, uint32_t count, uint32_t a, uint32_t b, uint32_t c);
sw_log_part *sw_log_part_of(sw_log *log, uint32_t topic, uint32_t partition);
uint32_t sw_log_topic_id(const sw_log *log, const sw_log_part *part);
/* Its place among all partitions. */
static inline uint32_t sw_log_part_number(const sw_log *log, const sw_log_part *part) {
    return (uint32_t)(part - log->parts);
}
SW_NODISCARD sw_err sw_log_put_head(sw_log *log, const sw_log_part *part, const sw_log_head *head,
                                    sw_batch *batch);
/* Chunks of a partition from the one that holds `offset` on. */
SW_NODISCARD sw_err sw_log_chunks(sw_log *log, const sw_log_part *part, int64_t offset,
                                  sw_iter **ret);
/* Reads a value of exactly `len` bytes behind its checksum. SW_E_NOT_FOUND, SW_E_CORRUPT. */
SW_NODISCARD sw_err sw_log_get_meta(sw_log *log, const sw_log_key *key, char *ret, size_t len);
SW_NODISCARD sw_err sw_log_put_meta(sw_log *log, const sw_log_key *key, const char *value,
                                    size_t len, sw_batch *batch);

#endif
