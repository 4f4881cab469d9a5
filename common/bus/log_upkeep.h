/* log_upkeep.h - what retention and compaction share.  Layer 6, private to bus.  Thread: the
 * writer.
 */
#ifndef SW_BUS_LOG_UPKEEP_H
#define SW_BUS_LOG_UPKEEP_H

#include "bus/log.h"

/* One call's work. */
typedef struct sw_upkeep {
    sw_log *log;
    sw_batch *batch;
    int64_t now_ms;
    uint64_t bytes_left; /* of the log that this step may still go over */
    sw_buf room;         /* of a chunk that is unpacked */
    bool again;          /* a pass has ended, and the next one is due at once */
} sw_upkeep;

/* A chunk of so many bytes has been gone over. */
void sw_upkeep_spend(sw_upkeep *u, size_t bytes);
sw_slice sw_log_chunk_key(const sw_log *log, const sw_log_part *part, int64_t last_offset,
                          char bytes[SW_CHUNK_KEY_BYTES]);
/* Readers see it from now on. */
void sw_log_publish_head(sw_log *log, sw_log_part *part, sw_log_head head);

/* log_verify.c: proves some more of the partition, if it is not proven to its end. What is found
 * damaged is remembered for the next opening, which refuses it. SW_E_CORRUPT. */
SW_NODISCARD sw_err sw_log_prove_some(sw_upkeep *u, sw_log_part *part);
/* log_compact.c: a step of the pass under way, or of one that begins with it. At most one is under
 * way in a log. */
SW_NODISCARD sw_err sw_log_compact(sw_upkeep *u, sw_log_part *part);
/* Gives up the pass under way; it has no effect that is not right. */
void sw_log_drop_pass(sw_log *log);
/* How far the partition was compacted before, for the trigger. SW_E_CORRUPT. */
SW_NODISCARD sw_err sw_log_load_clean(sw_log *log, sw_log_part *part);

#endif
