/* intake.h - a checked event on its way to be told apart, and the receipt of what became of it, as
 * they stand on their topics.  Layer 9.  Thread: any. */
#ifndef SW_INGEST_INTAKE_H
#define SW_INGEST_INTAKE_H

#include "codec/event.h"

/* An event with all that the identity processor asks of it fits into this many bytes; what is left
 * of a record is for a dead letter's own words. */
#define SW_INTAKE_BYTES_MAX (((size_t)1 << 20) - 8192)
/* Records that one event may become on seawall.keyed, and their bytes together. */
#define SW_INTAKE_KEYS_MAX          1000
#define SW_INTAKE_FAN_OUT_BYTES_MAX ((size_t)16 << 20)

typedef enum sw_stage { SW_STAGE_ARRIVED, SW_STAGE_TOLD_APART, SW_STAGE_RELEASED } sw_stage;

/* seawall.v1.Intake (proto/seawall/v1/intake.proto). Everything is borrowed. */
typedef struct sw_intake {
    sw_slice event;
    sw_hash128 content;
    sw_slice subject, orgcode;
    const sw_slice *keys; /* "field=value" */
    uint32_t key_count;
    bool correction;
    sw_hash128 target; /* of a correction */
    sw_slice client, unit, door;
    uint64_t request;
    uint32_t item;
    sw_stage stage;
    uint32_t partition; /* of a correction that was told apart */
    int64_t offset;
} sw_intake;

/* The key of its record: 16 bytes of an identity. */
static inline sw_slice sw_intake_key(const sw_hash128 *identity) {
    return sw_slice_of(identity->bytes, sizeof identity->bytes);
}
/* Fills the parts that follow from a checked event, in the arena; `event` is left to the caller.
 * SW_E_LIMIT: too many values of keys, or the arena is full. */
SW_NODISCARD sw_err sw_intake_of(const sw_event *event, const sw_catalogue *cat, sw_arena *arena,
                                 sw_intake *ret);
/* Appends the message. Check out->err. */
void sw_intake_write(const sw_intake *intake, sw_buf *out);
/* SW_E_SYNTAX: no such message; SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_intake_read(sw_slice bytes, sw_arena *arena, sw_intake *ret);
/* Whose it is: the first two fields of seawall.v1.Event, read without the catalogue. Empty where
 * they are not there. */
void sw_intake_names(sw_slice event, sw_slice *ret_source, sw_slice *ret_id);

typedef enum sw_outcome {
    SW_OUTCOME_NONE,
    SW_OUTCOME_ACCEPTED,
    SW_OUTCOME_DUPLICATE,
    SW_OUTCOME_WAITING,
    SW_OUTCOME_REFUSED
} sw_outcome;
/* "accepted", as metrics and the audit have it; NONE is "undecided". */
const char *sw_outcome_name(sw_outcome outcome);

/* seawall.v1.Receipt (proto/seawall/v1/receipt.proto). Everything is borrowed. */
typedef struct sw_receipt {
    uint64_t request;
    uint32_t item;
    sw_outcome outcome;
    uint32_t partition;
    int64_t offset;
    sw_slice code, message;
} sw_receipt;

void sw_receipt_write(const sw_receipt *receipt, sw_buf *out);
/* SW_E_SYNTAX. */
SW_NODISCARD sw_err sw_receipt_read(sw_slice bytes, sw_receipt *ret);

#endif
