/* door_parts.h - the door's inside, for its own files.  Layer 9.  Thread: as door.h. */
#ifndef SW_INGEST_DOOR_PARTS_H
#define SW_INGEST_DOOR_PARTS_H

#include "ingest/door.h"

/* Intakes and letters, and a key for the subject of each event and of its replacement. */
enum { SW_OUTGOING_MAX = 3 * SW_BATCH_EVENTS_MAX + 1 }; /* and the mark of a letter sent again */

/* One record of a request, its bytes in the outgoing buffer, which may still move. */
typedef struct sw_outgoing {
    uint32_t topic;
    size_t key_at, key_len, value_at, value_len;
} sw_outgoing;

struct sw_ingest {
    sw_ingest_options options;
    sw_runtime *runtime;
    uint32_t topic_identity, topic_receipts, topic_letters, topic_keys;
    sw_rate rate;
    sw_pending pending;
    /* Of the post that is being read. */
    sw_arena scratch;
    sw_buf event, out; /* one event's bytes; keys and values of all records */
    sw_outgoing *records;
    sw_append *appends;
    uint32_t record_count;
    /* Of the receipts. */
    pthread_mutex_t poll_lock;
    bool again; /* atomic: something may have come while somebody was polling */
    sw_arena poll_arena;
    sw_record *polled;
    sw_receipt *receipts;
    int64_t next_offset;
    uint32_t receipt_partition;
    /* Metrics. */
    sw_metric *outcomes[SW_OUTCOME_REFUSED + 1], *busy, *answer_us, *waiting;
};

/* Answers it and frees it. */
void sw_ingest_finish(sw_ingest *ingest, sw_request *request);
/* One record, whose value stands in `out` from `value_at` on. */
SW_NODISCARD sw_err sw_ingest_add_record(sw_ingest *ingest, uint32_t topic, sw_slice key,
                                         size_t value_at);
/* Adds the records of one item: its intake, or the dead letter of its refusal; an item that turns
 * out to be too large becomes a refusal. */
SW_NODISCARD sw_err sw_ingest_add_item(sw_ingest *ingest, sw_request *request,
                                       const sw_principal *principal, sw_post_item *item);
/* The dead letter alone. An event that no record can hold has none. */
SW_NODISCARD sw_err sw_ingest_add_letter(sw_ingest *ingest, const sw_principal *principal,
                                         const sw_post_item *item);
/* The same of an item that was read from a topic: nobody is answered. */
SW_NODISCARD sw_err sw_ingest_add_read(sw_ingest *ingest, const sw_principal *principal,
                                       sw_post_item *item, const sw_record *from);
/* The keys that were made for this request. */
SW_NODISCARD sw_err sw_ingest_add_keys(sw_ingest *ingest, const sw_new_key *keys, uint32_t count);
/* Makes `appends` of the records. */
void sw_ingest_fill_appends(sw_ingest *ingest);

#endif
