#include "stream/effects.h"

#include "stream/digest.h"

static sw_err open_objects(sw_effects *fx, sw_object_budget *budget) {
    const sw_node *node = fx->node;
    uint32_t count = node->processor->store_count;
    fx->objects = sw_heap_zero(count ? count : 1, sizeof *fx->objects);
    if (!fx->objects) return SW_E_NOMEM;
    fx->object_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const sw_object_codec *codec = node->processor->stores[i].objects;
        if (!codec) continue;
        sw_err err = sw_objects_new(fx->overlay, node->first_store + i, codec, node->shared, budget,
                                    &fx->objects[i]);
        if (err) return err;
    }
    return SW_OK;
}

sw_err sw_effects_init(sw_effects *fx, sw_db *db, const sw_topology *topology, uint32_t task_number,
                       sw_object_budget *budget, sw_faults *faults) {
    SW_ASSERT(fx && db && topology && budget);
    const sw_task_spec *task = sw_topology_task(topology, task_number);
    SW_ASSERT(task);
    memset(fx, 0, sizeof *fx);
    sw_task_prefix(fx->prefix, task_number);
    fx->node = &topology->nodes[task->node];
    sw_err err = sw_overlay_new(db, sw_slice_of(fx->prefix, sizeof fx->prefix), SW_BATCH_BYTES_MAX,
                                &fx->overlay);
    if (err) return err;
    sw_arena_init(&fx->arena, SW_BATCH_ARENA_BYTES);
    err = sw_timers_init(&fx->timers, fx->overlay, topology->store_due, topology->store_timers,
                         fx->node->processor->timer_of != NULL, faults);
    if (!err) err = open_objects(fx, budget);
    if (err) sw_effects_done(fx);
    return err;
}

void sw_effects_done(sw_effects *fx) {
    if (!fx->overlay) return;
    for (uint32_t i = 0; i < fx->object_count; i++) sw_objects_free(fx->objects[i]);
    sw_heap_free(fx->objects);
    sw_timers_done(&fx->timers);
    sw_overlay_free(fx->overlay);
    sw_arena_done(&fx->arena);
    sw_heap_free(fx->emits);
    memset(fx, 0, sizeof *fx);
}

sw_effects_mark sw_effects_begin(sw_effects *fx) {
    SW_ASSERT(fx && fx->overlay);
    for (uint32_t i = 0; i < fx->object_count; i++)
        if (fx->objects[i]) sw_objects_begin(fx->objects[i]);
    return (sw_effects_mark){
        .overlay = sw_overlay_save(fx->overlay),
        .arena = sw_arena_save(&fx->arena),
        .timers = sw_timers_save(&fx->timers),
        .emits = fx->emit_count,
    };
}

void sw_effects_undo(sw_effects *fx, sw_effects_mark mark) {
    SW_ASSERT(fx && mark.emits <= fx->emit_count);
    sw_overlay_undo(fx->overlay, mark.overlay);
    sw_timers_undo(&fx->timers, mark.timers);
    sw_arena_rewind(&fx->arena, mark.arena);
    fx->emit_count = mark.emits;
    for (uint32_t i = 0; i < fx->object_count; i++)
        if (fx->objects[i] && sw_objects_undo(fx->objects[i]) != SW_OK) fx->spoilt = true;
}

static sw_err grow(sw_effects *fx) {
    uint32_t cap = fx->emit_cap ? fx->emit_cap * 2 : 64;
    sw_emit *emits = sw_heap_resize(fx->emits, cap * sizeof *emits);
    if (!emits) return SW_E_NOMEM;
    fx->emits = emits;
    fx->emit_cap = cap;
    return SW_OK;
}

sw_err sw_effects_emit(sw_effects *fx, sw_emit emit) {
    SW_ASSERT(fx && (!emit.tombstone || emit.value.len == 0));
    if (fx->emit_count == fx->emit_cap) {
        sw_err err = grow(fx);
        if (err) return err;
    }
    sw_emit copy = emit;
    if (!sw_arena_copy(&fx->arena, emit.key, &copy.key) ||
        !sw_arena_copy(&fx->arena, emit.value, &copy.value)) {
        fx->full = true;
        return SW_E_LIMIT;
    }
    copy.origin = fx->origin;
    copy.origin_offset = fx->origin_offset;
    fx->emits[fx->emit_count++] = copy;
    return SW_OK;
}

bool sw_effects_none(const sw_effects *fx) {
    SW_ASSERT(fx);
    for (uint32_t i = 0; i < fx->object_count; i++)
        if (fx->objects[i] && sw_objects_changed(fx->objects[i])) return false;
    return fx->emit_count == 0 && sw_overlay_changed(fx->overlay) == 0;
}

bool sw_effects_crowded(const sw_effects *fx) {
    SW_ASSERT(fx);
    for (uint32_t i = 0; i < fx->object_count; i++)
        if (fx->objects[i] && sw_objects_full(fx->objects[i])) return true;
    return sw_overlay_bytes(fx->overlay) > SW_BATCH_BYTES_USUAL;
}

sw_err sw_effects_seal(sw_effects *fx, sw_batch *batch, uint64_t *ret_digest) {
    SW_ASSERT(fx && batch && ret_digest && sw_batch_count(batch) == 0 && !fx->spoilt);
    sw_err err = sw_effects_fold(fx);
    for (uint32_t i = 0; !err && i < fx->object_count; i++)
        if (fx->objects[i]) err = sw_objects_flush(fx->objects[i]);
    if (!err) err = sw_timers_seal(&fx->timers);
    if (err) return err;
    err = sw_overlay_seal(fx->overlay, batch);
    if (!err) err = sw_timers_sweep(&fx->timers, sw_slice_of(fx->prefix, sizeof fx->prefix), batch);
    if (err) return err;
    uint64_t digest = sw_digest_batch(SW_DIGEST_START, batch);
    for (uint32_t i = 0; i < fx->emit_count; i++) {
        const sw_emit *emit = &fx->emits[i];
        digest = sw_digest_number(digest, (uint64_t)emit->topic << 32 | emit->partition);
        digest = sw_digest_bytes(digest, emit->key);
        digest = sw_digest_bytes(digest, emit->value);
    }
    *ret_digest = digest;
    return SW_OK;
}

static void clear(sw_effects *fx) {
    sw_overlay_reset(fx->overlay);
    sw_arena_reset(&fx->arena);
    fx->emit_count = 0;
    fx->full = fx->spoilt = false;
}

void sw_effects_committed(sw_effects *fx) {
    SW_ASSERT(fx && fx->overlay);
    sw_timers_committed(&fx->timers);
    for (uint32_t i = 0; i < fx->object_count; i++)
        if (fx->objects[i]) sw_objects_settle(fx->objects[i], true);
    clear(fx);
}

void sw_effects_drop(sw_effects *fx) {
    SW_ASSERT(fx && fx->overlay);
    sw_timers_forget(&fx->timers);
    for (uint32_t i = 0; i < fx->object_count; i++)
        if (fx->objects[i]) sw_objects_forget(fx->objects[i]);
    clear(fx);
}

void sw_effects_again(sw_effects *fx) {
    SW_ASSERT(fx && fx->overlay);
    sw_timers_forget(&fx->timers);
    for (uint32_t i = 0; i < fx->object_count; i++)
        if (fx->objects[i]) sw_objects_settle(fx->objects[i], false);
    clear(fx);
}
