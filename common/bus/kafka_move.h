/* kafka_move.h - the parts of moving a log and its state onto a cluster.  Layer 6, private to bus.
 * Thread: caller's. */
#ifndef SW_BUS_KAFKA_MOVE_H
#define SW_BUS_KAFKA_MOVE_H

#include "bus/kafka.h"

/* A producer without transactions: offsets have no gaps then, and a part that arrived is a prefix.
 */
typedef struct kafka_mover {
    kafka_home home; /* first */
    sw_bus *from;
    sw_diags *diags;
    kafka_topic *topics;
    uint32_t topic_count;
    rd_kafka_t *rk;
    rd_kafka_topic_t **handles;
    bool failed; /* a delivery has */
} kafka_mover;

/* Topics are made or checked. */
SW_NODISCARD sw_err kafka_mover_open(kafka_mover *mover, const sw_bus_options *options,
                                     sw_bus_kafka_options *kafka, sw_bus *from, sw_diags *diags);
void kafka_mover_close(kafka_mover *mover);
/* Copies key and value. `topic` as in kafka_topics_list. */
SW_NODISCARD sw_err kafka_mover_put(kafka_mover *mover, uint32_t topic, const sw_record *record,
                                    bool filler);
/* Until everything has arrived. */
SW_NODISCARD sw_err kafka_mover_flush(kafka_mover *mover);
/* First and next offset of a partition of the cluster. */
SW_NODISCARD sw_err kafka_mover_ends(kafka_mover *mover, uint32_t topic, uint32_t partition,
                                     int64_t *ret_first, int64_t *ret_end);
sw_err kafka_mover_tell(kafka_mover *mover, sw_err err, uint32_t topic, const char *hint,
                        const char *fmt, ...) SW_PRINTF(5, 6);

#endif
