/* kafka_error.h - what an error of librdkafka means: the one place where that is decided.  Layer 6,
 * private to bus.  Thread: any. */
#ifndef SW_BUS_KAFKA_ERROR_H
#define SW_BUS_KAFKA_ERROR_H

#include <stdbool.h>

#include "base/err.h"
#include <librdkafka/rdkafka.h>

/* Where it happened: the same code means one thing before a commit and another in it. */
typedef enum kafka_stage {
    KAFKA_INIT,    /* init_transactions */
    KAFKA_PRODUCE, /* begin, produce, send_offsets */
    KAFKA_COMMIT,  /* commit_transaction: it may have happened */
    KAFKA_ABORT,   /* abort_transaction */
    KAFKA_READ,    /* fetching, watermarks, metadata */
    KAFKA_STAGES
} kafka_stage;

typedef enum kafka_meaning {
    KAFKA_NONE,     /* no error */
    KAFKA_AGAIN,    /* call again, until time is up */
    KAFKA_BACK_OUT, /* abort the transaction, which is known to have failed; then commit it again:
                       by the same producer only if all of it had arrived */
    KAFKA_LOST,     /* what became of it is not known, or the producer is of no use any more: a new
                       one, and everything from the committed positions */
    KAFKA_FENCED,   /* another producer of this name has begun */
    KAFKA_GONE,     /* the offset is not in the log */
    KAFKA_REFUSED   /* the brokers won't have it, and won't tomorrow: rights, a record too large */
} kafka_meaning;

/* What librdkafka says beside the code; all false for plain codes. */
typedef struct kafka_flags {
    bool fatal, retriable, abortable;
} kafka_flags;

kafka_meaning kafka_meaning_of(kafka_stage stage, rd_kafka_resp_err_t code, kafka_flags flags);
/* Of an error object, which is freed; NULL is none. Its text goes to `ret_text` if not NULL. */
kafka_meaning kafka_meaning_take(kafka_stage stage, rd_kafka_error_t *error, char *ret_text,
                                 size_t text_max);
/* The error of the bus, once nothing more is to be done about it. */
sw_err kafka_err_of(kafka_meaning meaning);

#endif
