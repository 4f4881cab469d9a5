/* bus.h - topics of records, read by offset, and one atomic commit.  Layer 6.  Thread: see each
 * call. */
#ifndef SW_BUS_BUS_H
#define SW_BUS_BUS_H

#include "store/store.h"

typedef struct sw_topic_spec {
    const char *name; /* "seawall.events" */
    uint32_t partitions;
    bool compacted;           /* the newest record of a key is kept; a null value deletes it */
    int64_t retention_ms;     /* 0: for ever */
    uint64_t retention_bytes; /* of a partition; 0: no limit */
} sw_topic_spec;

typedef struct sw_header {
    sw_slice name, value;
} sw_header;

typedef struct sw_record {
    uint32_t topic, partition; /* topic: index in the specs */
    int64_t offset;            /* from 0, no gaps promised (Kafka has control records) */
    int64_t timestamp_ms;      /* when it was appended, by the runtime's clock */
    sw_slice key, value;
    bool tombstone; /* value is null */
    const sw_header *headers;
    uint32_t header_count;
    /* To append: the input record that it comes of, for readers of a bus whose commits can be torn.
     * 1 + the index of its topic; 0: a timer, or the door. */
    uint32_t origin;
    int64_t origin_offset;
} sw_record;

/* The next offset to read, never "the last read": a type of its own so that nobody adds 1 twice. */
typedef struct sw_position {
    uint32_t topic, partition;
    int64_t next_offset;
} sw_position;

/* What one task did in one batch. All of it becomes durable and visible together, or none. */
typedef struct sw_commit {
    uint32_t task;                /* number of the task */
    uint64_t epoch;               /* of its assignment: an older one is SW_E_FENCED */
    int64_t now_ms;               /* the time that the batch ran at; recorded */
    const sw_position *positions; /* read positions after the batch */
    uint32_t position_count;
    const sw_record *records; /* to append; offset is set on success */
    uint32_t record_count;
    const sw_batch *state; /* state and timers, already prefixed; NULL: none */
    uint64_t digest;       /* of the effects */
} sw_commit;

/* What a task is given to work on. The records live until its next fetch of the partition. */
typedef struct sw_fetched {
    sw_record *records;
    uint32_t count;
    int64_t next_offset; /* after them */
    bool to_end;         /* they are all that there was; never concluded from offsets */
    bool drained;        /* no more is at hand, whether there is more or not; the bus wakes then */
} sw_fetched;

typedef struct sw_bus sw_bus;

typedef struct sw_bus_table {
    sw_err (*poll)(sw_bus *bus, sw_position from, uint32_t records_max, size_t bytes_max,
                   sw_arena *arena, sw_record *ret_records, uint32_t *ret_count,
                   int64_t *ret_next_offset);
    sw_err (*commit)(sw_bus *bus, const sw_commit *commits, uint32_t count, int64_t *ret_offsets);
    sw_err (*position)(sw_bus *bus, uint32_t task, uint32_t topic, uint32_t partition,
                       int64_t *ret_next_offset);
    sw_err (*last_commit)(sw_bus *bus, uint32_t task, uint64_t *ret_epoch, int64_t *ret_now_ms,
                          uint64_t *ret_seq);
    sw_err (*claim)(sw_bus *bus, uint32_t task, uint64_t *ret_epoch);
    sw_err (*end)(sw_bus *bus, uint32_t topic, uint32_t partition, int64_t *ret_first,
                  int64_t *ret_end);
    sw_err (*find_time)(sw_bus *bus, uint32_t topic, uint32_t partition, int64_t ms,
                        int64_t *ret_offset);
    sw_err (*maintain)(sw_bus *bus, int64_t now_ms, uint32_t chunks_max, bool *ret_more);
    sw_err (*verify)(sw_bus *bus, sw_diags *diags, uint64_t *ret_records);
    sw_db *(*db)(sw_bus *bus);
    int (*wake_fd)(sw_bus *bus);
    void (*close)(sw_bus *bus);
    /* May be NULL: made of poll and end; one lane; as the database has room; records come from this
     * process alone. */
    sw_err (*fetch)(sw_bus *bus, uint32_t task, sw_position from, uint32_t records_max,
                    size_t bytes_max, sw_arena *arena, sw_fetched *ret);
    uint32_t (*lanes)(sw_bus *bus);
    uint32_t (*lane)(sw_bus *bus, uint32_t task);
    bool (*ready)(sw_bus *bus);
    bool remote; /* other processes append too: wake_fd tells of their records */
} sw_bus_table;
struct sw_bus {
    const sw_bus_table *table;
};

/* Reads records from a position on, in order, into the arena; none is no error. `ret_next_offset`
 * is the position after what was returned. SW_E_RANGE: before the first kept offset. Thread: any.
 */
SW_NODISCARD sw_err sw_bus_poll(sw_bus *bus, sw_position from, uint32_t records_max,
                                size_t bytes_max, sw_arena *arena, sw_record *ret_records,
                                uint32_t *ret_count, int64_t *ret_next_offset);
/* The same for what is known to be there: where records are another machine's, waits for the first
 * of them until `end`, or the next kept one behind it, has been reached. SW_E_AGAIN: not within 10
 * seconds. */
SW_NODISCARD sw_err sw_bus_read(sw_bus *bus, sw_position from, int64_t end, uint32_t records_max,
                                size_t bytes_max, sw_arena *arena, sw_record *ret_records,
                                uint32_t *ret_count, int64_t *ret_next_offset);
/* What a task works on next: records from a position on, without waiting. Begins at the first kept
 * offset where retention has removed what it asks for. Thread: one a task. */
SW_NODISCARD sw_err sw_bus_fetch(sw_bus *bus, uint32_t task, sw_position from, uint32_t records_max,
                                 size_t bytes_max, sw_arena *arena, sw_fetched *ret);
/* Tasks of one lane commit together; those of different lanes never do, and may at the same time
 * from different threads. Lanes are 0 to lanes - 1. */
uint32_t sw_bus_lanes(sw_bus *bus);
uint32_t sw_bus_lane(sw_bus *bus, uint32_t task);
/* Whether what is appended now has a chance: the disk has room, the brokers answer. */
bool sw_bus_ready(sw_bus *bus);
/* Other processes append too: a thread has to watch wake_fd. */
bool sw_bus_remote(const sw_bus *bus);
/* Commits the batches of one or more tasks of one lane with one sync. `ret_offsets` (may be NULL)
 * takes the offset of every record, in order of commits and records. After SW_OK everything is
 * durable, and the database shows the state. By verdict: RETRY nothing happened; ABORT
 * (SW_E_FENCED, SW_E_REBALANCED, SW_E_ABORTED) nothing happened and the task must be claimed again;
 * FATAL the outcome is unknown: stop and recover. Thread: one committer a lane. */
SW_NODISCARD sw_err sw_bus_commit(sw_bus *bus, const sw_commit *commits, uint32_t count,
                                  int64_t *ret_offsets);
/* Where a task is to read on, as of its last commit; 0 at first. */
SW_NODISCARD sw_err sw_bus_position(sw_bus *bus, uint32_t task, uint32_t topic, uint32_t partition,
                                    int64_t *ret_next_offset);
/* The last commit of a task: its time and number; SW_E_NOT_FOUND: none yet. */
SW_NODISCARD sw_err sw_bus_last_commit(sw_bus *bus, uint32_t task, uint64_t *ret_epoch,
                                       int64_t *ret_now_ms, uint64_t *ret_seq);
/* Takes a task over: every commit with an older epoch is fenced from now on. */
SW_NODISCARD sw_err sw_bus_claim(sw_bus *bus, uint32_t task, uint64_t *ret_epoch);
/* First kept offset and the one that the next record will have. */
SW_NODISCARD sw_err sw_bus_end(sw_bus *bus, uint32_t topic, uint32_t partition, int64_t *ret_first,
                               int64_t *ret_end);
/* The first offset whose timestamp is at or after `ms`; the end if none. */
SW_NODISCARD sw_err sw_bus_find_time(sw_bus *bus, uint32_t topic, uint32_t partition, int64_t ms,
                                     int64_t *ret_offset);
/* Retention by time and size, compaction of compacted topics, proof of what was appended: one
 * bounded step over about `chunks_max` full chunks of the log. `ret_more`: call again soon.
 * `now_ms` is the runtime's. SW_E_CORRUPT: the log is damaged; the next opening says where. Thread:
 * the committer. */
SW_NODISCARD sw_err sw_bus_maintain(sw_bus *bus, int64_t now_ms, uint32_t chunks_max,
                                    bool *ret_more);
/* Reads the whole log and proves every checksum and the chain of each partition. SW_E_CORRUPT with
 * a finding for each damaged partition. Opening does the same for what came last, sw_bus_maintain
 * for what was appended since it was proven last. Thread: any. */
SW_NODISCARD sw_err sw_bus_verify(sw_bus *bus, sw_diags *diags, uint64_t *ret_records);
/* The database that state lives in, log and all: sw_db_checkpoint of it is the online backup,
 * sw_db_has_room the watermark. Owned by the bus (embedded, memory). */
sw_db *sw_bus_db(sw_bus *bus);
/* An eventfd that a commit makes readable: poll after it, and read its 8 bytes before (one waiting
 * thread). -1: none, poll by time. */
int sw_bus_wake_fd(sw_bus *bus);
void sw_bus_close(sw_bus *bus); /* NULL is a no-op */

typedef struct sw_bus_options {
    const sw_topic_spec *topics;
    uint32_t topic_count;
    const sw_store_spec *stores; /* of the processors; the bus adds its own after them */
    uint32_t store_count;
    uint32_t task_count;
    sw_db_budget budget;
} sw_bus_options;

SW_NODISCARD sw_err sw_bus_mem_open(const sw_bus_options *options, sw_bus **ret);
/* A durable log in `dir`, in one RocksDB with the state: appended records, state, timers and
 * positions are one write batch. The checksum chain is verified on opening. Refused: SW_E_BUSY,
 * SW_E_VERSION, SW_E_CORRUPT, SW_E_FULL. */
SW_NODISCARD sw_err sw_bus_embedded_open(const char *dir, const sw_bus_options *options,
                                         sw_diags *diags, sw_bus **ret);

#endif
