/* effects.h - what one task has done in one batch: writes, records to append, timers.  Layer 4.
 * Thread: task owner. */
#ifndef SW_STREAM_EFFECTS_H
#define SW_STREAM_EFFECTS_H

#include "store/objects.h"
#include "stream/timers.h"
#include "stream/topology.h"

/* A record to append. Its bytes live until the reset. */
typedef struct sw_emit {
    uint32_t topic, partition;
    sw_slice key, value;
    bool tombstone;
    uint32_t origin;       /* 1 + topic of the input record; 0: a timer */
    int64_t origin_offset; /* of the input record, or the timer's due time */
} sw_emit;

typedef struct sw_effects {
    const sw_node *node;
    sw_overlay *overlay; /* keys prefixed with the task's number */
    char prefix[SW_TASK_PREFIX_BYTES];
    sw_objects **objects; /* by store of the processor; NULL: it has rows */
    uint32_t object_count;
    sw_timers timers;
    sw_arena arena; /* of the emitted bytes */
    sw_emit *emits;
    uint32_t emit_count, emit_cap;
    uint32_t origin; /* of what is being taken, for each emit */
    int64_t origin_offset;
    bool full;   /* a call failed because the batch has no more room, not because it is wrong */
    bool spoilt; /* an undo could not be exact: drop it, and run the batch again up to there */
} sw_effects;

/* A moment to go back to, before each call of a processor. */
typedef struct sw_effects_mark {
    sw_overlay_mark overlay;
    sw_arena_mark arena;
    uint32_t timers, emits;
} sw_effects_mark;

/* Of one of the topology's tasks. `budget` is for decoded objects, and outlives it. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_effects_init(sw_effects *fx, sw_db *db, const sw_topology *topology,
                                    uint32_t task_number, sw_object_budget *budget,
                                    sw_faults *faults);
/* Accepts zeroed memory. */
void sw_effects_done(sw_effects *fx);
/* A call begins. */
sw_effects_mark sw_effects_begin(sw_effects *fx);
/* Takes back what the call did. May set `spoilt`. */
void sw_effects_undo(sw_effects *fx, sw_effects_mark mark);
/* Copies key and value. SW_E_LIMIT with `full` set; SW_E_NOMEM. */
SW_NODISCARD sw_err sw_effects_emit(sw_effects *fx, sw_emit emit);
/* Of each key of the folded topic one record is left, where the last was. SW_E_NOMEM; what the
 * processor's fold says. */
SW_NODISCARD sw_err sw_effects_fold(sw_effects *fx);
bool sw_effects_none(const sw_effects *fx);
/* Decoded objects use all the memory that there is: commit now. */
bool sw_effects_crowded(const sw_effects *fx);
/* Folds, puts writes, objects and timers into the batch and gives the digest over everything.
 * SW_E_LIMIT: too much for one batch; SW_E_NOMEM; what a codec says. */
SW_NODISCARD sw_err sw_effects_seal(sw_effects *fx, sw_batch *batch, uint64_t *ret_digest);
/* After the commit: empty again, memory kept. */
void sw_effects_committed(sw_effects *fx);
/* As if the batch had never been; timers and objects are read again from the database. */
void sw_effects_drop(sw_effects *fx);
/* The same, while the task stays its owner's: what was kept from before the batch is still right.
 */
void sw_effects_again(sw_effects *fx);

#endif
