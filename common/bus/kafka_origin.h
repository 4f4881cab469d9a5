/* kafka_origin.h - who wrote a record, of what, and whether it is the one that was to come.  Layer
 * 6, private to bus.  Thread: reader's. */
#ifndef SW_BUS_KAFKA_ORIGIN_H
#define SW_BUS_KAFKA_ORIGIN_H

#include "base/err.h"
#include "base/slice.h"
#include "env/limits.h"

/* In a header of every record that a task appends. */
typedef struct kafka_origin {
    uint32_t task;
    uint64_t seq, before; /* of the commit, and of the task's last one that wrote to this partition;
                             0: not known */
    uint32_t index;       /* of the record among those of the commit in this partition */
    uint32_t topic;       /* checksum of the input topic's name; 0: a timer, the door */
    int64_t offset;       /* of the input record, in the task's partition */
    uint32_t nth;         /* of what came of that input record in this partition */
} kafka_origin;

#define KAFKA_ORIGIN_HEADER "sw-origin"
#define KAFKA_ORIGIN_BYTES  44u

void kafka_origin_write(const kafka_origin *origin, char ret[KAFKA_ORIGIN_BYTES]);
bool kafka_origin_read(sw_slice bytes, kafka_origin *ret);

typedef enum kafka_sequel { KAFKA_NEXT, KAFKA_REPEAT, KAFKA_GAP } kafka_sequel;

/* What a reader of one partition remembers of those who write to it. Accepts zeroed memory. */
typedef struct kafka_writer {
    kafka_origin last;
    uint32_t from_topic[SW_INPUTS_MAX]; /* the last offset of each input, and what came of it */
    int64_t from_offset[SW_INPUTS_MAX];
    uint32_t from_nth[SW_INPUTS_MAX], inputs;
} kafka_writer;
typedef struct kafka_writers {
    kafka_writer *list;
    uint32_t count, cap;
} kafka_writers;

/* Judges the next record, and remembers it. SW_E_NOMEM. */
SW_NODISCARD sw_err kafka_writers_take(kafka_writers *writers, const kafka_origin *origin,
                                       kafka_sequel *ret);
void kafka_writers_done(kafka_writers *writers);

#endif
