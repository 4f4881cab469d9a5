/* dead_letter.h - what was refused, whole, with the reason.  Layer 7.  Thread: task owner. */
#ifndef SW_RUNTIME_DEAD_LETTER_H
#define SW_RUNTIME_DEAD_LETTER_H

#include "stream/ctx.h"

/* seawall.v1.DeadLetter (proto/seawall/v1/dead_letter.proto). */
typedef struct sw_dead_letter {
    sw_slice code;      /* sw_err_name, or a word of docs/events.md: "invalid" */
    sw_slice message;   /* for a person */
    sw_slice processor; /* who refused it */
    sw_slice topic;     /* where it was read; empty: a timer */
    uint32_t partition;
    int64_t offset, timestamp_ms;
    sw_slice key, value;
    int64_t due_ms;      /* of a timer */
    sw_slice source, id; /* of the event, as far as it could be read */
    sw_slice field;      /* path of the value that is wrong */
    sw_slice client;     /* who sent it */
    sw_slice unit;       /* the event's, else what the client is good for */
    sw_slice locked;     /* in place of the value (seal/keyring.h) */
    bool retried;        /* not a letter: the one at `offset` of this partition was sent again */
} sw_dead_letter;

/* The protobuf message, appended. SW_E_LIMIT, SW_E_NOMEM. */
SW_NODISCARD sw_err sw_dead_letter_write(const sw_dead_letter *letter, sw_buf *buf);
/* Borrows from `bytes`. SW_E_SYNTAX. */
SW_NODISCARD sw_err sw_dead_letter_read(sw_slice bytes, sw_dead_letter *ret);
/* Emits the letter of a refused record (or of a timer, `input` NULL), among the effects of the
 * batch. SW_E_LIMIT with fx->full: the batch has no room for it. */
SW_NODISCARD sw_err sw_dead_letter_record(sw_ctx *ctx, sw_err err, const sw_input *input);
SW_NODISCARD sw_err sw_dead_letter_timer(sw_ctx *ctx, sw_err err, sw_timer_at timer);

#endif
