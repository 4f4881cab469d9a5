/* event.h - a case event, decoded and checked against the catalogue.  Layer 2.  Thread: owner's. */
#ifndef SW_CODEC_EVENT_H
#define SW_CODEC_EVENT_H

#include "base/buf.h"
#include "base/hash.h"
#include "codec/catalogue.h"
#include "text/json.h"

#define SW_EVENT_BYTES_MAX      ((size_t)1 << 20) /* of one event, in either form */
#define SW_EVENT_KEY_VALUES_MAX 1000              /* items of one key field */
#define SW_EVENT_ID_BYTES_MAX   512 /* of id, source, subject, officerid and each key value */

/* What event.retracted and event.corrected say of another event. */
typedef struct sw_correction {
    sw_slice source, id; /* identity of the event that is corrected */
    sw_hash128 identity; /* sw_event_identity(source, id) */
    /* corrected: the whole new event, same identity; retracted: NULL */
    const struct sw_event *replacement;
} sw_correction;

/* Borrowed from the arena it was decoded into, and from the bytes that it was decoded from. */
typedef struct sw_event {
    const sw_event_type *type;
    sw_slice id, source, subject;     /* subject may be empty */
    sw_slice orgcode, officerid;      /* may be empty */
    int64_t time_ms;                  /* rounded down */
    int64_t recorded_ms, received_ms; /* SW_TIME_NONE if not carried */
    sw_hash128 identity;              /* of (source, id) */
    sw_hash128 content;               /* sw_event_content */
    /* type->field_count values in the order of type->fields; SW_ABSENT where not carried. */
    const sw_value *fields;
    const sw_correction *correction; /* of event.retracted and event.corrected; else NULL */
    sw_slice time_text;              /* `time` as it was spelt; empty: as sw_time_write in UTC */
    /* TIMESTAMP fields as they were spelt, in order of the fields and their items; NULL: in UTC. */
    const sw_slice *spelt;
    /* What the catalogue does not declare: canonical JSON objects; empty if there is nothing. */
    sw_slice extra_attributes, extra_data;
    sw_slice sealed; /* seawall.v1.Sealed, its bytes: personal fields that nobody here can read */
} sw_event;

/* BLAKE2b-128 over (source, id) with their lengths. */
sw_hash128 sw_event_identity(sw_slice source, sw_slice id);
/* BLAKE2b-128 over the canonical JSON (RFC 8785) of all attributes but recordedtime and
 * receivedtime, plus data, as docs/events.md has it. The same for every spelling of the JSON, but a
 * time spelt otherwise is other content. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_event_content(const sw_event *event, sw_hash128 *ret);
/* The canonical JSON that is hashed. Check out->err. */
void sw_event_write_content(const sw_event *event, sw_buf *out);

/* Order of events everywhere: (time, source, id), by bytes. */
int sw_event_cmp(const sw_event *a, const sw_event *b);

/* The code of a refusal, as it stands in `rejected[].code` and in dead letters: "syntax",
 * "missing", "type", "unknown-type", "invalid", "range", "limit", "conflict" (docs/events.md). */
const char *sw_reject_code(sw_err err);

/* One CloudEvent in structured JSON mode. On refusal `diags` has every finding, each with the place
 * in the text, field, message and remedy, and the first one's code is returned: SW_E_SYNTAX no
 * JSON; SW_E_MISSING a required attribute or field; SW_E_TYPE; SW_E_UNKNOWN the type; SW_E_INVALID;
 * SW_E_RANGE a time or number beyond what can be; SW_E_LIMIT too long or deep, or the arena full.
 */
SW_NODISCARD sw_err sw_event_from_json(sw_arena *arena, const sw_catalogue *cat, sw_slice json,
                                       sw_diags *diags, sw_event **ret);
/* The same of a value within `json`, such as an item of a batch. */
SW_NODISCARD sw_err sw_event_from_node(sw_arena *arena, const sw_catalogue *cat, sw_slice json,
                                       const sw_json *node, sw_diags *diags, sw_event **ret);
/* CloudEvents JSON on one line, personal fields included, attributes in the order of the
 * specification. What is sealed is left out. */
SW_NODISCARD sw_err sw_event_to_json(const sw_event *event, sw_buf *out);

/* seawall.v1.Event in protobuf: what the topics carry. Everything is checked again on reading:
 * sizes, UTF-8, types; but stored events are not refused because the catalogue has changed: a field
 * that it has lost, or now declares with another type, is kept in `extra_data`, one that it has
 * gained is read from there, and nothing is required. Content is that of the writer.
 * SW_E_SYNTAX no such message; SW_E_INVALID, SW_E_RANGE what no event can say; SW_E_UNKNOWN the
 * type; SW_E_LIMIT. */
SW_NODISCARD sw_err sw_event_to_pb(const sw_event *event, sw_buf *out);
/* The same, with the personal fields of the event and of its replacement sealed: `seal` appends a
 * serialized seawall.v1.Sealed of `personal`, a serialized seawall.v1.Personal. Its errors are
 * returned. NULL seals nothing. The content stays that of the plain event. */
typedef struct sw_event_sealer {
    void *ctx;
    sw_err (*seal)(void *ctx, const sw_event *event, sw_slice personal, sw_buf *out);
} sw_event_sealer;
SW_NODISCARD sw_err sw_event_to_pb_sealed(const sw_event *event, const sw_event_sealer *sealer,
                                          sw_buf *out);
/* A stored event with what is sealed in it, and in its replacement, opened: `open` appends a
 * serialized seawall.v1.Personal, or returns SW_E_NOT_FOUND, and it stays sealed. `identity` is the
 * event's. SW_E_SYNTAX; other errors of `open`. */
typedef struct sw_event_opener {
    void *ctx;
    sw_err (*open)(void *ctx, sw_hash128 identity, sw_slice sealed, sw_buf *out);
} sw_event_opener;
SW_NODISCARD sw_err sw_event_pb_open(sw_slice bytes, const sw_event_opener *opener, sw_buf *out);
/* The name of the type alone, without a look at the rest; empty: there is none. */
sw_slice sw_event_pb_type(sw_slice bytes);
SW_NODISCARD sw_err sw_event_from_pb(sw_arena *arena, const sw_catalogue *cat, sw_slice bytes,
                                     sw_diags *diags, sw_event **ret);
/* The same for whoever asks for no identity, which is a hash: it is zeros. */
SW_NODISCARD sw_err sw_event_from_pb_unhashed(sw_arena *arena, const sw_catalogue *cat,
                                              sw_slice bytes, sw_diags *diags, sw_event **ret);

/* Values of one key name that the event carries, as strings (an int in decimal), without repeats,
 * in order of first appearance. Writes at most `max` into `ret` and returns how many there
 * are, at most SW_EVENT_KEY_VALUES_MAX for each field; UINT32_MAX: the arena is full. */
uint32_t sw_event_key_values(const sw_event *event, uint32_t key_id, sw_slice *ret, uint32_t max,
                             sw_arena *arena);
/* Does the event carry this value for the key name? */
bool sw_event_has_key(const sw_event *event, uint32_t key_id, sw_slice value);
/* Does it carry any value for the key name? */
bool sw_event_carries_key(const sw_event *event, uint32_t key_id);

#endif
