/* limits.h - every cap of the stream, the bus and the runtime, with its unit.  Layer 1.  Thread:
 * any. */
#ifndef SW_ENV_LIMITS_H
#define SW_ENV_LIMITS_H

enum {
    /* Topology. */
    SW_PROCESSORS_MAX = 64,  /* ids 1 to 63; 0 is the door */
    SW_PARTITIONS_MAX = 256, /* of a topic */
    SW_INPUTS_MAX = 8,       /* topics of one processor */
    SW_SKIPPED_MAX = 1024,   /* offsets without a record that are passed over before a commit */
    SW_STORES_MAX = 64,      /* of one process */
    SW_TOPICS_MAX = 64,

    /* One record, one row. */
    SW_KEY_BYTES_MAX = 1024,
    SW_VALUE_BYTES_MAX = 1 << 20,
    SW_ROW_KEY_BYTES_MAX = SW_KEY_BYTES_MAX + 64,

    /* One call of a processor. */
    SW_CALL_WRITES_MAX = 4096,
    SW_CALL_EMITS_MAX = 4096,
    SW_CALL_TIMERS_MAX = 1024,
    SW_CALL_SCANNED_MAX = 1 << 20, /* rows */
    SW_FAIL_TEXT_BYTES_MAX = 512,

    /* One batch of one task: what a commit holds at most. */
    SW_BATCH_RECORDS_MAX = 4096,
    SW_BATCH_RECORDS_REMOTE = 2048, /* where the bus is Kafka: its client holds all of it, too */
    SW_BATCH_TIMERS_MAX = 2048,
    SW_BATCH_BYTES_MAX = 8 << 20,
    SW_BATCH_BYTES_USUAL = 4 << 20, /* with so much a batch takes no more calls */
    SW_BATCH_POLL_BYTES = 2 << 20,
    SW_BATCH_ARENA_BYTES = 64 << 20,

    SW_OBJECT_BYTES_DEFAULT = 64 << 20, /* decoded objects of all tasks together */

    /* Timers that are held in memory, of one task. */
    SW_TIMER_HEAD_ROWS = 4096,
    SW_TIMER_HEAD_BYTES = 1 << 20,

    /* Loop. */
    SW_COMMIT_MS = 50,    /* the longest time without a commit while there is work */
    SW_RETRY_MS_MIN = 10, /* back-off after outside trouble: doubles, with jitter */
    SW_RETRY_MS_MAX = 5000,
    SW_TICK_MS_MAX = 1000,         /* the longest sleep of an idle loop */
    SW_APPEND_RECORDS_MAX = 8192,  /* of the door in one commit */
    SW_APPEND_BYTES_MAX = 16 << 20 /* waiting at the door; more is refused */
};

#endif
