/* event.h - a case event, decoded and checked against the catalogue.  Layer 2.  Thread: owner's. */
#ifndef SW_CODEC_EVENT_H
#define SW_CODEC_EVENT_H

#include "base/buf.h"
#include "base/hash.h"
#include "codec/catalogue.h"

/* What event.retracted and event.corrected say of another event. */
typedef struct sw_correction {
    sw_slice source, id; /* identity of the event that is corrected */
    sw_hash128 identity; /* sw_event_identity(source, id) */
    const struct sw_event
        *replacement; /* corrected: the whole new event, same identity; retracted: NULL */
} sw_correction;

/* Borrowed from the arena it was decoded into. */
typedef struct sw_event {
    const sw_event_type *type;
    sw_slice id, source, subject;     /* subject may be empty */
    sw_slice orgcode, officerid;      /* may be empty */
    int64_t time_ms;                  /* rounded down */
    int64_t recorded_ms, received_ms; /* SW_TIME_NONE if not carried */
    sw_hash128 identity;              /* of (source, id) */
    sw_hash128
        content; /* of all attributes but the recorded and received times, plus data (RFC 8785) */
    const sw_value *fields; /* type->field_count values in the order of type->fields; SW_ABSENT
                               where not carried */
    const sw_correction *correction; /* of event.retracted and event.corrected; else NULL */
    sw_slice time_text;              /* `time` as it was spelt */
    sw_slice extra; /* undeclared attributes and data members: one canonical JSON object
                       {"attributes":{…},"data":{…}}; empty if none */
} sw_event;

/* BLAKE2b-128 over (source, id) with their lengths. */
sw_hash128 sw_event_identity(sw_slice source, sw_slice id);

/* Order of events everywhere: (time, source, id), by bytes. */
int sw_event_cmp(const sw_event *a, const sw_event *b);

/* Codes of refusal, as they stand in `rejected[].code` and dead letters: sw_reject_code(diag). */

/* One CloudEvent in structured JSON mode. On refusal `diags` has field, message and remedy.
 * SW_E_SYNTAX no JSON; SW_E_MISSING a required attribute or field; SW_E_TYPE; SW_E_UNKNOWN the
 * type; SW_E_INVALID; SW_E_RANGE an absurd time; SW_E_LIMIT too long or deep. */
SW_NODISCARD sw_err sw_event_from_json(sw_arena *arena, const sw_catalogue *cat, sw_slice json,
                                       sw_diags *diags, sw_event **ret);
/* CloudEvents JSON, personal fields included, attributes in the order of the specification. */
SW_NODISCARD sw_err sw_event_to_json(const sw_event *event, sw_buf *out);

/* seawall.v1.Event in protobuf: what the topics carry. Everything is checked again on reading:
 * sizes, UTF-8, types. A field that the catalogue has since lost is kept in `extra`. */
SW_NODISCARD sw_err sw_event_to_pb(const sw_event *event, sw_buf *out);
SW_NODISCARD sw_err sw_event_from_pb(sw_arena *arena, const sw_catalogue *cat, sw_slice bytes,
                                     sw_diags *diags, sw_event **ret);

/* Values of one key name that the event carries, as strings (an int in decimal), without repeats,
 * in order of first appearance. Writes at most `max` into `ret` and returns how many there are. */
uint32_t sw_event_key_values(const sw_event *event, uint32_t key_id, sw_slice *ret, uint32_t max,
                             sw_arena *arena);
/* Does the event carry this value for the key name? */
bool sw_event_has_key(const sw_event *event, uint32_t key_id, sw_slice value);
/* Does it carry any value for the key name? */
bool sw_event_carries_key(const sw_event *event, uint32_t key_id);

#endif
