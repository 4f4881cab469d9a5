/* period_pb.h - seawall.v1.Period, the values of seawall.periods: a running period as it travels.
 * Layer 6.  Thread: any. */
#ifndef SW_EVALUATE_PERIOD_PB_H
#define SW_EVALUATE_PERIOD_PB_H

#include "evaluate/told.h"

/* What is known of a period without packs and catalogue. Texts are borrowed. */
typedef struct sw_told_period {
    sw_hash128 instance;
    sw_period_change change;
    int64_t decided_ms;
    sw_slice rule, rule_name, pack, domain, compartment; /* pack: NAME@VERSION */
    sw_severity severity;
    const sw_told_key *key;
    uint32_t key_count;
    sw_slice orgcode, officerid; /* the present owner; may be empty */
    int64_t start_ms, due_ms;    /* due: SW_TIME_NONE: it can't be counted */
    int64_t caution_ms;          /* SW_TIME_NONE: none */
    int64_t paused_ms;           /* SW_TIME_NONE: no pause is open */
    int64_t stopped_ms;          /* SW_TIME_NONE: by no stop */
    int64_t late_by_s;           /* -1: not late */
    int64_t next_ms;             /* when the next level is reached; SW_TIME_NONE: none */
    int32_t level, next_level;   /* sw_level; -1: none */
    int32_t offset_s;            /* of the pack's time zone, seconds east of UTC */
    bool provisional;
    sw_slice reason; /* of closed: "stopped", "cancelled" or "withdrawn" */
    sw_told_event opened_by, cause;
    bool has_cause;
} sw_told_period;

/* Says nothing: each member as it is where it is left out. */
extern const sw_told_period sw_told_period_none;

const char *sw_period_change_name(sw_period_change change); /* "opened", "moved", "closed" */

/* What a book tells, decided at `decided_ms`; `opened` is the identity of the opening event.
 * Borrows from the news; lists in the arena. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_told_period_of(const sw_period_news *news, sw_hash128 opened,
                                      int64_t decided_ms, sw_arena *arena, sw_told_period *ret);

/* The instance that a warning belongs to: a hash over rule, group and opening event. */
sw_hash128 sw_instance_of(const sw_told_warning *told);
/* What a person has to put right by one task: an instance; of a threshold the group, because each
 * of its levels opens by an event of its own; of a finding the finding. */
sw_hash128 sw_task_of(const sw_told_warning *told);
sw_hash128 sw_instance_id(sw_slice rule_id, const sw_slice *key, uint32_t key_count,
                          sw_hash128 opened_by);

/* The message (proto/seawall/v1/period.proto), where there is room for as many bytes as the first
 * says: its length. */
size_t sw_period_pb_max(const sw_told_period *period);
size_t sw_period_write_pb(const sw_told_period *period, char *to);
/* The same in the arena; SW_SLICE_NONE: it is full. */
sw_slice sw_period_pb_in(const sw_told_period *period, sw_arena *arena);
/* Appends it. Check out->err. */
void sw_period_to_pb(const sw_told_period *period, sw_buf *out);
/* Reads it, as sw_told_from_pb does. */
SW_NODISCARD sw_err sw_period_from_pb(sw_arena *arena, sw_slice bytes, sw_told_period *ret);
/* Its instance alone; false: it has none that can be read. */
bool sw_period_id(sw_slice bytes, sw_hash128 *ret);

/* Its change alone; false: it has none that can be read. */
bool sw_period_change_read(sw_slice bytes, sw_period_change *ret);

/* What one record says in place of two of the same period, `latter` after `former`: how it stands
 * after both, as opened where it was not known before and runs now, and as moved where it was known
 * and runs. Borrows from `latter`, or it is in the arena. SW_E_LIMIT: the arena is full;
 * SW_E_CORRUPT: one of them is no period. */
SW_NODISCARD sw_err sw_period_fold(sw_arena *arena, sw_slice former, sw_slice latter,
                                   sw_slice *ret);

/* What names the row of a period. `key`: the first part of its key. */
typedef struct sw_period_address {
    sw_hash128 instance;
    sw_period_change change;
    sw_told_key key;
} sw_period_address;

/* Its address alone, which costs a part of reading it all; the texts are borrowed. False: it has
 * none that can be read. */
bool sw_period_address_read(sw_slice bytes, sw_period_address *ret);

/* An object with the words of the contract's JSON, no newline: {"instance", "rule", "key", "start",
 * "due", …}. Check out->err. */
void sw_period_to_json(const sw_told_period *period, sw_buf *out);

#endif
