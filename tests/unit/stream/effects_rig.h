/* effects_rig.h - the effects of the first task of one processor, on a database in memory. */
#ifndef SW_TESTS_UNIT_STREAM_EFFECTS_RIG_H
#define SW_TESTS_UNIT_STREAM_EFFECTS_RIG_H

#include "stream/effects.h"

typedef struct effects_rig {
    sw_arena arena;
    sw_topology topology;
    sw_db *db;
    sw_effects fx;
    sw_object_budget budget;
    sw_batch *batch;
} effects_rig;

void effects_rig_open(effects_rig *r, const sw_processor *processor, const sw_topic_shape *topics,
                      uint32_t topic_count);
void effects_rig_close(effects_rig *r);
sw_err effects_rig_seal(effects_rig *r, uint64_t *ret_digest);

#endif
