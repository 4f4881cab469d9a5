/* told.h - a decision about a warning as it travels: what seawall.warnings holds, in plain memory.
 * Layer 6.  Thread: any. */
#ifndef SW_EVALUATE_TOLD_H
#define SW_EVALUATE_TOLD_H

#include "rules/book.h"

#define SW_TOLD_KEYS_MAX 16u

typedef struct sw_told_key {
    sw_slice name, value;
} sw_told_key;

typedef struct sw_told_event {
    sw_slice source, id, type; /* type: its name */
} sw_told_event;

/* Everything that is known of a telling without packs and catalogue. Texts are borrowed: from the
 * bytes or the transition that it was made of; lists from an arena. */
typedef struct sw_told_warning {
    sw_change change;
    sw_hash128 id, pack_hash;
    int64_t decided_ms;
    uint64_t told_by; /* 1 + the offset of the record that made it be told; 0: its time came */
    sw_slice rule, rule_name, pack; /* pack: NAME@VERSION */
    sw_kind kind;
    sw_level level;
    sw_severity severity;
    sw_state state;
    sw_slice element, domain, tier, compartment; /* may be empty */
    sw_slice orgcode, officerid, text;           /* may be empty */
    const sw_told_key *key;
    uint32_t key_count; /* 1 to SW_TOLD_KEYS_MAX */
    const sw_slice *to; /* roles */
    uint32_t to_count;
    int64_t start_ms, due_ms; /* deadline; else SW_TIME_NONE */
    int64_t fires_ms;         /* SW_TIME_NONE: withdrawn */
    int64_t late_by_s;        /* -1: not late */
    int64_t stopped_ms;       /* of a resolved one: when its period was stopped; SW_TIME_NONE */
    uint32_t repeat;
    int32_t offset_s; /* of the pack's time zone at decided_ms, seconds east of UTC */
    bool provisional;
    bool liberty;                /* of a rule about a person's liberty: notices are not held back */
    const sw_told_event *events; /* the opening one first; match: left, right */
    uint32_t event_count;
    const sw_basis *basis;
    uint32_t basis_count;
    sw_slice reason; /* withdrawn, resolved; else empty */
    bool has_cause, has_replaces, has_replaced_by;
    sw_told_event cause;
    sw_hash128 replaces, replaced_by;
} sw_told_warning;

/* What a book tells, decided at `decided_ms`. Borrows from the transition; lists in the arena.
 * SW_E_NOMEM. */
SW_NODISCARD sw_err sw_told_of(const sw_transition *transition, int64_t decided_ms, sw_arena *arena,
                               sw_told_warning *ret);

/* Names as they stand in JSON and on topics, back to numbers. SW_E_INVALID: no such name. */
SW_NODISCARD sw_err sw_change_parse(sw_slice name, sw_change *ret); /* "raised" */
SW_NODISCARD sw_err sw_level_parse(sw_slice name, sw_level *ret);
SW_NODISCARD sw_err sw_kind_parse(sw_slice name, sw_kind *ret);
SW_NODISCARD sw_err sw_severity_parse(sw_slice name, sw_severity *ret);
SW_NODISCARD sw_err sw_state_parse(sw_slice name, sw_state *ret);

/* {"case_id":"A1",…}. Check out->err. */
void sw_told_key_to_json(const sw_told_key *key, uint32_t count, sw_buf *out);

/* The key under which a warning or period of this group travels: `field=value` of its first field.
 * Into the arena; SW_SLICE_NONE if that is full. */
sw_slice sw_keyed_key(sw_arena *arena, sw_slice name, sw_slice value);

#endif
