#include "keep.h"

static sw_slice keep_text(sw_arena *arena, sw_slice text) {
    sw_slice copy;
    bool copied = sw_arena_copy(arena, text, &copy);
    SW_ASSERT(copied);
    return copy;
}

static const sw_event_ref *keep_refs(sw_arena *arena, const sw_event_ref *refs, uint32_t count) {
    if (!refs) return NULL;
    sw_event_ref *copy = sw_arena_zero(arena, count + 1u, sizeof *copy);
    SW_ASSERT(copy);
    for (uint32_t i = 0; i < count; i++)
        copy[i] = (sw_event_ref){keep_text(arena, refs[i].source), keep_text(arena, refs[i].id),
                                 refs[i].type};
    return copy;
}

static const sw_hash128 *keep_hash(sw_arena *arena, const sw_hash128 *hash) {
    if (!hash) return NULL;
    sw_hash128 *copy = sw_arena_zero(arena, 1, sizeof *copy);
    SW_ASSERT(copy);
    *copy = *hash;
    return copy;
}

const sw_warning *keep_warning(sw_arena *arena, const sw_warning *warning) {
    sw_warning *copy = sw_arena_zero(arena, 1, sizeof *copy);
    sw_slice *key = sw_arena_zero(arena, warning->rule->key_count, sizeof *key);
    SW_ASSERT(copy && key);
    for (uint32_t i = 0; i < warning->rule->key_count; i++)
        key[i] = keep_text(arena, warning->key[i]);
    *copy = *warning;
    copy->key = key;
    copy->orgcode = keep_text(arena, warning->orgcode);
    copy->officerid = keep_text(arena, warning->officerid);
    copy->events = keep_refs(arena, warning->events, warning->event_count);
    return copy;
}

sw_transition keep_transition(sw_arena *arena, const sw_transition *told) {
    sw_transition copy = *told;
    copy.warning = keep_warning(arena, told->warning);
    copy.cause = keep_refs(arena, told->cause, told->cause ? 1 : 0);
    copy.replaces = keep_hash(arena, told->replaces);
    copy.replaced_by = keep_hash(arena, told->replaced_by);
    return copy;
}

void keep_in(sw_arena *arena, kept *list, const sw_transition *told) {
    if (list->count == list->cap) {
        uint32_t cap = list->cap ? 2 * list->cap : 64;
        sw_transition *more = sw_arena_zero(arena, cap, sizeof *more);
        SW_ASSERT(more);
        if (list->count) memcpy(more, list->all, list->count * sizeof *more);
        list->all = more, list->cap = cap;
    }
    list->all[list->count++] = keep_transition(arena, told);
}
