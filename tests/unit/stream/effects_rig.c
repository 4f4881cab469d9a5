#include "unit/stream/effects_rig.h"

#include "unit/test.h"

void effects_rig_open(effects_rig *r, const sw_processor *processor, const sw_topic_shape *topics,
                      uint32_t topic_count) {
    memset(r, 0, sizeof *r);
    sw_arena_init(&r->arena, 1 << 20);
    assert_ok(
        sw_topology_build(&r->arena, &processor, NULL, 1, topics, topic_count, NULL, &r->topology));
    assert_ok(sw_db_mem_open(r->topology.stores, r->topology.store_count, &r->db));
    r->budget.bytes_max = 1 << 20;
    assert_ok(sw_effects_init(&r->fx, r->db, &r->topology, r->topology.tasks[0].number, &r->budget,
                              NULL));
    assert_ok(sw_timers_begin(&r->fx.timers, 0));
    assert_ok(sw_batch_new(SW_BATCH_BYTES_MAX, &r->batch));
}

void effects_rig_close(effects_rig *r) {
    sw_batch_free(r->batch);
    sw_effects_done(&r->fx);
    sw_db_close(r->db);
    sw_arena_done(&r->arena);
}

sw_err effects_rig_seal(effects_rig *r, uint64_t *ret_digest) {
    sw_batch_clear(r->batch);
    return sw_effects_seal(&r->fx, r->batch, ret_digest);
}
