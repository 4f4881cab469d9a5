/* outbox.h - one call of the processor outbox: what a recipient gets, when, in which words.
 * Layer 9. Thread: task owner. */
#ifndef SW_NOTIFY_OUTBOX_H
#define SW_NOTIFY_OUTBOX_H

#include <seawall/v1/notice.pb-c.h>
#include <seawall/v1/task.pb-c.h>

#include "notify/shared.h"
#include "stream/processor.h"

/* Stores of the processor outbox. Keys that begin with a recipient have a 0 byte after it. */
enum {
    SW_OUTBOX_PEOPLE,   /* recipient -> Inbox */
    SW_OUTBOX_NOTICES,  /* recipient, subject -> Notice: the state of each */
    SW_OUTBOX_INBOX,    /* recipient, time from the newest on, subject -> nothing */
    SW_OUTBOX_HELD,     /* recipient, task, 0, subject -> Notice: until when, why; no telling */
    SW_OUTBOX_MESSAGES, /* message -> Message that has no end yet */
    SW_OUTBOX_QUEUE,    /* first letter of the channel, level from the highest on, time, message */
    SW_OUTBOX_STORES
};

/* Where the message's id begins in a key of the queue. */
#define SW_QUEUE_ID_AT 10u

typedef Seawall__V1__Notice sw_notice;
typedef Seawall__V1__Message sw_message;
typedef Seawall__V1__Telling sw_telling;

typedef struct sw_outbox_call {
    sw_ctx *ctx;
    const sw_notify_shared *shared;
    sw_pb pb;
    int64_t now_ms;
    sw_slice recipient;
    Seawall__V1__Inbox *person;
    int64_t timer_ms; /* what the timer of the held ones stands at; SW_TIME_MAX: there is none */
} sw_outbox_call;

/* A recipient is never longer. */
#define SW_RECIPIENT_BYTES_MAX 128u

/* Reads the recipient's row, and fills its tokens up. */
SW_NODISCARD sw_err sw_outbox_call_init(sw_outbox_call *call, sw_ctx *ctx,
                                        const sw_notify_shared *shared, sw_slice recipient);
/* Writes it, and sets the timer for what is held. */
SW_NODISCARD sw_err sw_outbox_call_done(sw_outbox_call *call);

/* ---- rows ---- */

/* recipient, 0, rest; SW_SLICE_NONE and `pb.full` if the arena is full. */
sw_slice sw_outbox_key(sw_outbox_call *call, sw_slice rest);
SW_NODISCARD sw_err sw_notice_load(sw_outbox_call *call, sw_slice subject, sw_notice **ret);
/* Its row with a new state; `message` may be NULL. */
SW_NODISCARD sw_err sw_notice_save(sw_outbox_call *call, sw_notice *notice, const char *state,
                                   const char *reason, const char *message);
/* A record that says what became of a subject: for those who ask why. */
SW_NODISCARD sw_err sw_notice_tell(sw_outbox_call *call, const char *subject, const char *state,
                                   const char *reason, sw_message *intent);
SW_NODISCARD sw_err sw_message_load(sw_outbox_call *call, sw_slice id, sw_message **ret);
/* Writes it in that state; in the queue if it is `intended`. Sets the timer of its settling. */
SW_NODISCARD sw_err sw_message_save(sw_outbox_call *call, sw_message *message, const char *state);
SW_NODISCARD sw_err sw_message_end(sw_outbox_call *call, const sw_message *message);

/* ---- steps ---- */

SW_NODISCARD sw_err sw_outbox_wanted(sw_outbox_call *call, sw_notice *notice);
SW_NODISCARD sw_err sw_outbox_cancelled(sw_outbox_call *call, const sw_notice *notice);
/* sending, postponed, handed-over, delivered, failed, indeterminate. */
SW_NODISCARD sw_err sw_outbox_outcome(sw_outbox_call *call, const sw_notice *notice);
/* What is held and due goes out. */
SW_NODISCARD sw_err sw_outbox_flush(sw_outbox_call *call);
/* A message without an outcome is settled by its level's policy. */
SW_NODISCARD sw_err sw_outbox_settle(sw_outbox_call *call, sw_message *message);
/* A message has failed for good: the next channel is tried; after the last one the next level up is
 * told, where the level's policy says so. */
SW_NODISCARD sw_err sw_outbox_fall_back(sw_outbox_call *call, sw_message *message);
/* The first channel of `telling->fallback` that the recipient can be reached by and that is not yet
 * among `handings` of the notice; NULL: none. */
const char *sw_outbox_next_channel(const sw_outbox_call *call, const sw_notice *notice);
/* Number or address of the recipient on a channel; "": he has none there. */
const char *sw_outbox_address(const sw_notice *notice, const char *channel);
/* Remembers that the notice leaves by this message. */
void sw_notice_handed(sw_outbox_call *call, sw_notice *notice, const char *channel,
                      const char *message);
/* What became of that message is said at the notice; its own state is the best of its channels'.
 * False: the notice does not leave by it. */
bool sw_notice_became(sw_outbox_call *call, sw_notice *notice, const char *message,
                      const char *state, const char *detail);
/* Holds a notice until then. */
SW_NODISCARD sw_err sw_outbox_hold(sw_outbox_call *call, sw_notice *notice, int64_t until_ms,
                                   const char *reason);
/* At most once a day: what is done with and older than the policy keeps goes, some hundred at a
 * time. */
SW_NODISCARD sw_err sw_outbox_trim(sw_outbox_call *call);
/* Takes a held one back. */
SW_NODISCARD sw_err sw_outbox_unhold(sw_outbox_call *call, const sw_notice *notice);

/* Makes messages of these notices, of one recipient: one, a merged one, or a digest. With
 * `within_limit` nothing is made, and *ret_when set, where the phone's limit does not allow it yet.
 */
SW_NODISCARD sw_err sw_outbox_send(sw_outbox_call *call, sw_notice **notices, uint32_t count,
                                   bool within_limit, int64_t *ret_when_ms);
/* The words; `code` may be empty. */
void sw_outbox_write(const sw_notify_shared *shared, sw_notice *const *notices, uint32_t count,
                     int64_t now_ms, sw_slice code, sw_buf *out);
/* The same for a program: a JSON object of the facts. */
void sw_outbox_write_json(const sw_notice *notice, sw_buf *out);

#endif
