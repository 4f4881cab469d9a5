/* chunk.h - a run of a partition's records as one value of the log store.  Layer 6.  Thread:
 * owner's. */
#ifndef SW_BUS_CHUNK_H
#define SW_BUS_CHUNK_H

#include "bus/bus.h"

/* Layout: docs/log-format.md. A chunk covers the offsets first..last of its partition, all of them
 * even where compaction has removed records. `chain` is the checksum of all that was ever appended
 * to the partition up to here; a chunk that compaction wrote keeps the chain values of what it
 * replaced. */
typedef struct sw_chunk_head {
    uint32_t chain_before, chain;
    uint32_t count; /* of records that are in it */
    bool rewritten; /* by compaction: its chain can't be computed from it any more */
    bool packed;    /* its records are compressed */
    int64_t first_offset, last_offset;
    int64_t first_ms; /* of the first record */
    int64_t max_ms;   /* the latest timestamp of the partition up to here */
} sw_chunk_head;

#define SW_CHUNK_HEAD_BYTES 56u
#define SW_CHUNK_KEY_BYTES  16u

/* The key under which a chunk is kept: topic id, partition, last offset, so that the first key at
 * or after an offset is that of its chunk. */
void sw_chunk_key(uint32_t topic_id, uint32_t partition, int64_t last_offset,
                  char ret[SW_CHUNK_KEY_BYTES]);

/* A chunk being built. Accepts zeroed memory. */
typedef struct sw_chunk_writer {
    sw_buf bytes; /* plain, also after the seal: what this process may keep to read */
    sw_chunk_head head;
    int64_t last_ms;
} sw_chunk_writer;

/* Starts an empty chunk at an offset. `max_ms` and `chain_before` are those of the chunk before. */
void sw_chunk_begin(sw_chunk_writer *writer, int64_t first_offset, int64_t max_ms,
                    uint32_t chain_before);
/* The record's offset must not be before first_offset or that of the record before. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_chunk_add(sw_chunk_writer *writer, const sw_record *record);
/* Fills in the head, compresses the records into `room` (the caller's; may be zeroed memory) where
 * that gains something, and computes chain and checksum over what is to be stored. The slice lives
 * until the next begin, and as long as nobody uses `room`. */
sw_slice sw_chunk_seal(sw_chunk_writer *writer, sw_slice key, int64_t last_offset, sw_buf *room);
/* As seal, for compaction: the chain value of the chunks that it replaces is kept. */
sw_slice sw_chunk_seal_rewritten(sw_chunk_writer *writer, sw_slice key, int64_t last_offset,
                                 uint32_t chain, sw_buf *room);
void sw_chunk_done(sw_chunk_writer *writer);

/* Proves the checksum over key and value, and that the chunk belongs under the key. SW_E_CORRUPT;
 * SW_E_VERSION: a later format. */
SW_NODISCARD sw_err sw_chunk_open(sw_slice key, sw_slice value, sw_chunk_head *ret);
/* The same of plain bytes that this process has sealed and kept in memory: without the checksum,
 * which every reader would compute anew. */
SW_NODISCARD sw_err sw_chunk_open_own(sw_slice key, sw_slice value, sw_chunk_head *ret);
/* The chain value computed from a chunk's bytes. */
uint32_t sw_chunk_chain(sw_slice value, uint32_t chain_before);

/* Reads the records of an opened chunk one by one. */
typedef struct sw_chunk_reader {
    sw_slice rest;
    uint32_t left;
    int64_t next_offset, last_offset, last_ms;
} sw_chunk_reader;

/* Packed records are unpacked into `room`, which may be zeroed memory, is the caller's to free, and
 * is read from until the end. SW_E_CORRUPT; SW_E_NOMEM. */
SW_NODISCARD sw_err sw_chunk_read(sw_slice value, const sw_chunk_head *head, sw_buf *room,
                                  sw_chunk_reader *ret);
/* The same with the records in the arena, for one who wants all of them. SW_E_LIMIT: they are more
 * than `bytes_max` with what lies between them, or than the arena has room for. SW_E_CORRUPT. */
SW_NODISCARD sw_err sw_chunk_take(sw_slice value, const sw_chunk_head *head, size_t bytes_max,
                                  sw_arena *arena, sw_chunk_reader *ret);
/* Slices point to where the records are, headers stay encoded: sw_chunk_copy or, of records that
 * were taken, sw_chunk_record_of. SW_E_END; SW_E_CORRUPT. */
typedef struct sw_chunk_record {
    sw_record record;
    sw_slice headers;
} sw_chunk_record;
SW_NODISCARD sw_err sw_chunk_next(sw_chunk_reader *reader, sw_chunk_record *ret);
/* The record with its headers in the arena, the rest where it is. SW_E_LIMIT; SW_E_CORRUPT. */
SW_NODISCARD sw_err sw_chunk_record_of(const sw_chunk_record *from, sw_arena *arena,
                                       sw_record *ret);
/* The record with everything in the arena. SW_E_LIMIT; SW_E_CORRUPT. */
SW_NODISCARD sw_err sw_chunk_copy(const sw_chunk_record *from, sw_arena *arena, sw_record *ret);
/* What a record takes at most in a chunk. */
size_t sw_chunk_record_bytes(const sw_record *record);

#endif
