/* record.h - an event as a book keeps it: packed, with only the fields that some condition reads.
 * Layer 5, private to rules.  Thread: any.  Also the stored form of events: little-endian,
 * independent of the machine.
 */
#ifndef SW_RULES_BOOK_RECORD_H
#define SW_RULES_BOOK_RECORD_H

#include "rules/book/numbers.h"
#include "rules/book/plan_tables.h"

enum {
    SW_RECORD_CORRECTION = 1,  /* event.retracted or event.corrected */
    SW_RECORD_NESTED = 2,      /* of a correction: the replacement follows */
    SW_RECORD_REPLACEMENT = 4, /* stands in a correction, for the event of the same identity */
    SW_RECORD_SUBJECT = 8,     /* carries it */
    SW_RECORD_RECORDED = 16,
    SW_RECORD_RECEIVED = 32
};

/* How a field's value is packed. OURS is the book's own value. */
enum {
    SW_PACK_STRING,
    SW_PACK_INT,
    SW_PACK_DOUBLE,
    SW_PACK_FALSE,
    SW_PACK_TRUE,
    SW_PACK_TIME,
    SW_PACK_LIST,
    SW_PACK_OURS
};

/* A record, read; borrows from its bytes. */
typedef struct sw_view {
    uint32_t at; /* offset of the record */
    uint8_t flags;
    uint16_t type; /* index in the catalogue */
    int64_t time_ms;
    sw_slice source, id, orgcode, officerid, subject;
    int64_t recorded_ms, received_ms;
    const uint8_t *fields, *end; /* packed fields, and where the record ends */
    uint32_t field_count;
    sw_slice target_source, target_id; /* CORRECTION */
    uint32_t nested;                   /* CORRECTION: offset of the replacement, 0: none */
} sw_view;

/* Bytes that sw_record_write needs at most. */
size_t sw_record_size(const sw_plan *plan, const sw_event *event);
/* Writes the record of an event or correction and returns its length. `value` is the book's: a
 * field that equals it costs two bytes. A replacement that does not concern the book is left out.
 */
size_t sw_record_write(const sw_plan *plan, sw_slice value, const sw_event *event, uint8_t *to);

/* Reads the record at `at`; the bytes are ours. Only time, source and id, which cost nothing: */
void sw_record_head(const uint8_t *bytes, uint32_t at, sw_view *ret);
void sw_record_read(const uint8_t *bytes, uint32_t at, sw_view *ret);
static inline int64_t sw_record_time(const uint8_t *bytes, uint32_t at) {
    int64_t time_ms;
    memcpy(&time_ms, bytes + at + 3, sizeof time_ms);
    return time_ms;
}
static inline uint16_t sw_record_type(const uint8_t *bytes, uint32_t at) {
    uint16_t type;
    memcpy(&type, bytes + at + 1, sizeof type);
    return type;
}

/* The length of a stored record that was read from outside, or 0 if it is not one of this plan.
 * `former`: it was written under that catalogue, and its numbers become the present ones; NULL: the
 * plan's. */
size_t sw_record_check(const sw_plan *plan, const sw_numbers *former, uint8_t *bytes, size_t len);

/* The value of a field of the event's type: SW_ABSENT where not carried, lists in the arena.
 * SW_E_NOMEM. */
SW_NODISCARD sw_err sw_view_field(const sw_view *view, uint32_t slot, sw_slice book_value,
                                  sw_arena *arena, sw_value *ret);

/* Order of events: (time, source, id). */
int sw_view_cmp(const sw_view *a, const sw_view *b);

/* Packed numbers, for the stored form. */
size_t sw_pack_uint(uint8_t *to, uint64_t n);
/* Moves `*at`; false past `end`. */
bool sw_unpack_uint(const uint8_t **at, const uint8_t *end, uint64_t *ret);

#endif
