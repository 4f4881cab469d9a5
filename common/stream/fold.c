/* Of what a batch appends to a compacted topic, what readers would be left with. */
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "stream/effects.h"

/* By hash of the key: 1 + the emit that has it so far; 0: free. Open addressing, half full at most.
 */
typedef struct places {
    uint32_t *at, mask;
} places;

static uint32_t *place_of(const sw_effects *fx, const places *p, sw_slice key) {
    uint32_t i = (uint32_t)sw_hash64(key) & p->mask;
    while (p->at[i] && !sw_slice_eq(fx->emits[p->at[i] - 1].key, key)) i = (i + 1) & p->mask;
    return &p->at[i];
}

static bool is_folded(const sw_effects *fx, const sw_emit *emit) {
    return emit->topic + 1 == fx->node->folded && !emit->tombstone;
}

static uint32_t count_folded(const sw_effects *fx) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < fx->emit_count; i++) count += is_folded(fx, &fx->emits[i]);
    return count;
}

/* What was emitted before says nothing more: it is dropped. */
static sw_err fold_one(sw_effects *fx, const places *p, uint32_t i, bool *dropped) {
    sw_emit *emit = &fx->emits[i];
    uint32_t *place = place_of(fx, p, emit->key);
    const uint32_t before = *place;
    *place = i + 1;
    if (!before) return SW_OK;
    const sw_err err = fx->node->processor->fold(&fx->arena, fx->emits[before - 1].value,
                                                 emit->value, &emit->value);
    if (err) return err == SW_E_LIMIT ? SW_OK : err;
    dropped[before - 1] = true;
    return SW_OK;
}

static void close_up(sw_effects *fx, const bool *dropped) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < fx->emit_count; i++)
        if (!dropped[i]) fx->emits[kept++] = fx->emits[i];
    fx->emit_count = kept;
}

sw_err sw_effects_fold(sw_effects *fx) {
    SW_ASSERT(fx);
    const uint32_t count = fx->node->folded ? count_folded(fx) : 0;
    uint32_t size = 4;
    if (count < 2) return SW_OK;
    while (size < 2 * count) size *= 2;
    const places p = {sw_heap_zero(size, sizeof *p.at), size - 1};
    bool *dropped = sw_heap_zero(fx->emit_count, sizeof *dropped);
    sw_err err = p.at && dropped ? SW_OK : SW_E_NOMEM;
    for (uint32_t i = 0; !err && i < fx->emit_count; i++)
        if (is_folded(fx, &fx->emits[i])) err = fold_one(fx, &p, i, dropped);
    if (!err) close_up(fx, dropped);
    sw_heap_free(p.at);
    sw_heap_free(dropped);
    return err;
}
