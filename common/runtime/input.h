/* input.h - the records that a task is to take next, from all its inputs in order of time. Layer 7.
 * Thread: task owner. */
#ifndef SW_RUNTIME_INPUT_H
#define SW_RUNTIME_INPUT_H

#include "bus/bus.h"
#include "runtime/by_key.h"
#include "stream/topology.h"

typedef struct sw_input_queue {
    sw_record *records;
    uint32_t count, at;
    uint32_t seen;       /* what records up to here look up has been read */
    int64_t next_offset; /* after the fetched ones */
    bool to_end;         /* what was fetched is all that there was */
    bool drained;        /* it is all that is at hand */
} sw_input_queue;

typedef struct sw_inputs {
    const sw_node *node;
    sw_arena arena; /* of the fetched records */
    sw_input_queue queues[SW_INPUTS_MAX];
    sw_position committed[SW_INPUTS_MAX], next[SW_INPUTS_MAX]; /* next: after the batch */
    int64_t until[SW_INPUTS_MAX]; /* no record from this offset on; INT64_MAX: all */
    sw_by_key *by_key; /* the records of the only input, in the order of their keys; NULL: as they
                          came. Not owned. While there is one, positions mean nothing. */
} sw_inputs;

void sw_inputs_init(sw_inputs *inputs, const sw_node *node, uint32_t partition);
void sw_inputs_done(sw_inputs *inputs);
/* Reads the positions of the last commit. */
SW_NODISCARD sw_err sw_inputs_claim(sw_inputs *inputs, sw_bus *bus, uint32_t task);
/* Fetches from the committed positions on, at most `records_max` from each. */
SW_NODISCARD sw_err sw_inputs_fetch(sw_inputs *inputs, sw_bus *bus, uint32_t task,
                                    uint32_t records_max);
/* The record with the least (time, input); NULL if there is none, or if an input of which there is
 * more to read has run out: it might have an earlier one. */
const sw_record *sw_inputs_first(sw_inputs *inputs, uint32_t *ret_queue);
/* It is taken: the position moves behind it. */
void sw_inputs_advance(sw_inputs *inputs, uint32_t queue);
/* Whether everything was taken that there was when it was fetched. */
bool sw_inputs_at_end(const sw_inputs *inputs);
/* Whether an input may have more, but has not brought any yet: the bus wakes when it does. */
bool sw_inputs_waiting(const sw_inputs *inputs);
/* Whether no input has more at hand: there is nothing to go on with before the bus wakes. */
bool sw_inputs_drained(const sw_inputs *inputs);
/* Whether an input has moved far over offsets without records since the last commit: worth one of
 * its own. */
bool sw_inputs_moved(const sw_inputs *inputs);
void sw_inputs_committed(sw_inputs *inputs);
void sw_inputs_rewind(sw_inputs *inputs);

#endif
